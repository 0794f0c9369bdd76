//! Calls to copy, for any gRPC client that knows reflection.

use std::net::SocketAddr;

use super::shop::{CHANNEL, SELLER};

pub(crate) fn print(inventory: SocketAddr, catalogue: SocketAddr) {
    let account = format!(r#""account": {{"channel": "{CHANNEL}", "seller_id": "{SELLER}"}}"#);
    let calls = [
        (
            "Which ISKUs do these codes name, and what is in stock?",
            inventory,
            r#"{"codes": ["CUP-WHITE", "cup-white"]}"#.to_owned(),
            "oms.inventory.v1.IskuService/ResolveIskus",
        ),
        (
            "What may a kit offer now, and which part limits it?",
            catalogue,
            format!("{{\"keys\": [{{{account},\n  \"csku\": \"TEA-FOR-TWO\"}}]}}"),
            "oms.catalogue.v1.AvailabilityService/GetAvailability",
        ),
        (
            "Sell one. Again: the same answer, and nothing is taken twice.",
            catalogue,
            format!(
                "{{\"request_id\": \"mine-1\", \"order_id\": \"MINE-1\",\n  {account},\n  \
                 \"lines\": [{{\"csku\": \"TEA-FOR-TWO\", \"quantity\": 1}}]}}"
            ),
            "oms.catalogue.v1.OrderService/AllocateOrder",
        ),
    ];
    println!("\nCalls to try:");
    for (question, address, request, rpc) in calls {
        println!("\n# {question}\ngrpcurl -plaintext -d '{request}' \\\n  {address} {rpc}");
    }
    println!("\nServing until Ctrl-C.");
}
