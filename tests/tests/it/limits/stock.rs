//! Limits of stock: its changes, its ledger and its watch.

use proto::inventory::v1::{
    AdjustLine, AdjustStockRequest, CountLine, CountStockRequest, ItemQuantity, ListMovementsRequest, OpeningStock,
    ReceiveLine, ReceiveStockRequest, ReturnStockRequest, Shortfall, TraceOrderRequest, TransferLine,
    TransferStockRequest, WatchStart, WatchStockRequest, return_stock_request,
};
use tests::{
    request_id,
    story::{adjustment, count_sheet, watch_request},
};
use tonic::Status;
use uuid::Uuid;

use super::{
    Limit,
    isku::{CHARACTERS, CODE},
    limit,
    world::{Try, isku, key, text},
};

const LINES: &str = "1 to 500 lines";
const UNITS: &str = "1 to 1,000,000,000,000";
const DOCUMENT: &str = "at most 128 characters";
const NOTE: &str = "At most 512 characters";
const LOCATION: [&str; 1] = ["oms.inventory.v1.Location.code"];
const PAGE: &str = "1 to 1,000; 100 if zero";

pub(super) fn limits() -> Vec<Limit> {
    [receipts(), adjustments(), counts(), transfers(), returns(), reads(), watches()].into_iter().flatten().collect()
}

fn receipt(isku_code: &str, quantity: i64) -> ReceiveStockRequest {
    ReceiveStockRequest { request_id: request_id(), lines: vec![received(isku_code, quantity)], ..Default::default() }
}

fn received(isku_code: &str, quantity: i64) -> ReceiveLine {
    ReceiveLine { isku_code: isku_code.to_owned(), location: String::new(), quantity }
}

fn receipts() -> Vec<Limit> {
    vec![
        limit!(["oms.inventory.v1.ReceiveStockRequest.request_id"], CHARACTERS, "request_id", |t| {
            t.oms.book(ReceiveStockRequest { request_id: t.text(), ..receipt("PLENTY", 1) }).await
        }),
        limit!(["oms.inventory.v1.ReceiveStockRequest.lines"], LINES, "lines", |t| {
            let lines = t.each(|_| received("PLENTY", 1));
            t.oms.book(ReceiveStockRequest { lines, ..receipt("PLENTY", 1) }).await
        }),
        limit!(CODE, CHARACTERS, "lines[0].isku_code", |t| t.oms.book(receipt(&t.isku().await, 1)).await),
        limit!(LOCATION, CHARACTERS, "lines[0].location", |t| {
            let line = ReceiveLine { location: t.location().await, ..received("PLENTY", 1) };
            t.oms.book(ReceiveStockRequest { lines: vec![line], ..receipt("PLENTY", 1) }).await
        })
        .or_empty(),
        limit!(LOCATION, CHARACTERS, "opening_stock[0].location", |t| {
            let mut request = t.oms.isku(&text(9)).request();
            request.opening_stock = vec![OpeningStock { location: t.location().await, quantity: 1 }];
            t.oms.create(request).await
        })
        .or_empty(),
        limit!(["oms.inventory.v1.ReceiveLine.quantity"], UNITS, "lines[0].quantity", |t| {
            t.oms.book(receipt("PLENTY", t.size)).await
        }),
        limit!(["oms.inventory.v1.ReceiveStockRequest.document"], DOCUMENT, "document", |t| {
            t.oms.book(ReceiveStockRequest { document: t.text(), ..receipt("PLENTY", 1) }).await
        }),
        limit!(["oms.inventory.v1.ReceiveStockRequest.note"], NOTE, "note", |t| {
            t.oms.book(ReceiveStockRequest { note: t.text(), ..receipt("PLENTY", 1) }).await
        }),
    ]
}

fn adjustments() -> Vec<Limit> {
    let plain = || adjustment("PLENTY", "", 1);
    let line = |isku_code: &str| AdjustLine { isku_code: isku_code.to_owned(), location: String::new(), delta: 1 };
    vec![
        limit!(["oms.inventory.v1.AdjustStockRequest.request_id"], CHARACTERS, "request_id", |t| {
            t.oms.correct(AdjustStockRequest { request_id: t.text(), ..plain() }).await
        }),
        limit!(["oms.inventory.v1.AdjustStockRequest.lines"], LINES, "lines", |t| {
            t.oms.correct(AdjustStockRequest { lines: t.each(|_| line("PLENTY")), ..plain() }).await
        }),
        limit!(CODE, CHARACTERS, "lines[0].isku_code", |t| t.oms.adjust(&t.isku().await, "", 1).await),
        limit!(LOCATION, CHARACTERS, "lines[0].location", |t| t.oms.adjust("PLENTY", &t.location().await, 1).await)
            .or_empty(),
        limit!(["oms.inventory.v1.AdjustLine.delta"], "1 to 1,000,000,000,000 in size", "lines[0].delta", |t| {
            t.oms.adjust("PLENTY", "", t.size).await
        }),
        limit!(["oms.inventory.v1.AdjustStockRequest.document"], DOCUMENT, "document", |t| {
            t.oms.correct(AdjustStockRequest { document: t.text(), ..plain() }).await
        }),
        limit!(["oms.inventory.v1.AdjustStockRequest.note"], NOTE, "note", |t| {
            t.oms.correct(AdjustStockRequest { note: t.text(), ..plain() }).await
        }),
        limit!(["oms.inventory.v1.Shortfall.reservation_ids"], "at most 100", "shortfall.reservation_ids", |t| {
            let reservation_ids = t.each(|_| Uuid::nil().to_string());
            let shortfall = Some(Shortfall { release_shortfall: false, reservation_ids });
            t.oms.correct(AdjustStockRequest { shortfall, ..plain() }).await
        }),
    ]
}

fn counts() -> Vec<Limit> {
    let plain = || count_sheet(&[("COUNTED", 1)]);
    let line = |n| CountLine { isku_code: isku(n), counted: 0, expected_sequence: None };
    vec![
        limit!(["oms.inventory.v1.CountStockRequest.request_id"], CHARACTERS, "request_id", |t| {
            t.oms.take_stock(CountStockRequest { request_id: t.text(), ..plain() }).await
        }),
        limit!(["oms.inventory.v1.CountStockRequest.lines"], LINES, "lines", |t| {
            t.oms.take_stock(CountStockRequest { lines: t.each(line), ..plain() }).await
        }),
        limit!(CODE, CHARACTERS, "lines[0].isku_code", |t| t.oms.count(&[(&t.isku().await, 1)]).await),
        limit!(LOCATION, CHARACTERS, "location", |t| {
            t.oms.take_stock(CountStockRequest { location: t.location().await, ..plain() }).await
        })
        .or_empty(),
        limit!(["oms.inventory.v1.CountLine.counted"], "0 to 1,000,000,000,000", "lines[0].counted", |t| {
            t.oms.count(&[("COUNTED", t.size)]).await
        }),
        limit!(["oms.inventory.v1.CountLine.expected_sequence"], "0 or more", "lines[0].expected_sequence", |t| {
            // Not one that the test of lines has counted.
            let isku_code = "UNCOUNTED".to_owned();
            let line = CountLine { isku_code, expected_sequence: Some(t.size), ..line(0) };
            t.oms.take_stock(CountStockRequest { lines: vec![line], ..plain() }).await
        })
        .at(&[0], &[-1, i64::MIN]),
        limit!(["oms.inventory.v1.CountStockRequest.document"], DOCUMENT, "document", |t| {
            t.oms.take_stock(CountStockRequest { document: t.text(), ..plain() }).await
        }),
        limit!(["oms.inventory.v1.CountStockRequest.note"], NOTE, "note", |t| {
            t.oms.take_stock(CountStockRequest { note: t.text(), ..plain() }).await
        }),
    ]
}

fn move_out(t: &Try, request: TransferStockRequest) -> impl Future<Output = Result<(), Status>> + use<> {
    let mut stock = t.oms.stock.clone();
    async move { stock.transfer_stock(request).await.map(drop) }
}

fn moved(isku_code: &str, quantity: i64) -> TransferLine {
    TransferLine { isku_code: isku_code.to_owned(), quantity }
}

fn transfer() -> TransferStockRequest {
    TransferStockRequest {
        request_id: request_id(),
        to_location: "L0".to_owned(),
        lines: vec![moved("PLENTY", 1)],
        ..Default::default()
    }
}

fn transfers() -> Vec<Limit> {
    vec![
        limit!(["oms.inventory.v1.TransferStockRequest.request_id"], CHARACTERS, "request_id", |t| {
            move_out(&t, TransferStockRequest { request_id: t.text(), ..transfer() }).await
        }),
        limit!(["oms.inventory.v1.TransferStockRequest.lines"], LINES, "lines", |t| {
            move_out(&t, TransferStockRequest { lines: t.each(|_| moved("PLENTY", 1)), ..transfer() }).await
        }),
        limit!(CODE, CHARACTERS, "lines[0].isku_code", |t| {
            move_out(&t, TransferStockRequest { lines: vec![moved(&t.isku().await, 1)], ..transfer() }).await
        }),
        limit!(LOCATION, CHARACTERS, "to_location", |t| {
            let to_location = t.location().await;
            move_out(&t, TransferStockRequest { to_location, ..transfer() }).await
        })
        .or_empty(),
        limit!(["oms.inventory.v1.TransferLine.quantity"], UNITS, "lines[0].quantity", |t| {
            move_out(&t, TransferStockRequest { lines: vec![moved("PLENTY", t.size)], ..transfer() }).await
        }),
        limit!(["oms.inventory.v1.TransferStockRequest.document"], DOCUMENT, "document", |t| {
            move_out(&t, TransferStockRequest { document: t.text(), ..transfer() }).await
        }),
        limit!(["oms.inventory.v1.TransferStockRequest.note"], NOTE, "note", |t| {
            move_out(&t, TransferStockRequest { note: t.text(), ..transfer() }).await
        }),
    ]
}

/// Books units of a shipped order back in, as the change of the request says.
async fn give_back(
    t: &Try,
    units: i64,
    change: impl FnOnce(ReturnStockRequest) -> ReturnStockRequest,
) -> Result<(), Status> {
    give_back_of(t, &t.shipped(units).await, change).await
}

async fn give_back_of(
    t: &Try,
    order: &str,
    change: impl FnOnce(ReturnStockRequest) -> ReturnStockRequest,
) -> Result<(), Status> {
    let target = Some(return_stock_request::Target::Order(key(order)));
    let request = change(ReturnStockRequest { request_id: request_id(), target, ..Default::default() });
    t.oms.stock.clone().return_stock(request).await.map(drop)
}

fn returns() -> Vec<Limit> {
    vec![
        limit!(["oms.inventory.v1.ReturnStockRequest.request_id"], CHARACTERS, "request_id", |t| {
            give_back(&t, 1, |request| ReturnStockRequest { request_id: t.text(), ..request }).await
        }),
        limit!(["oms.inventory.v1.ReturnStockRequest.items"], "at most 1,000 items", "items", |t| {
            let order = t.order_of_each().await;
            if t.is_legal {
                t.oms.ship(&order, &[]).await.unwrap();
            }
            let items = t.each(|n| ItemQuantity { csku: isku(n), quantity: 1 });
            give_back_of(&t, &order, |request| ReturnStockRequest { items, ..request }).await
        }),
        limit!(["oms.inventory.v1.ReturnStockRequest.items"], "at most 10,000 lines", "items", |t| {
            let items = t.each(|_| ItemQuantity { csku: "TEE".to_owned(), quantity: 1 });
            give_back(&t, 10_000, |request| ReturnStockRequest { items, ..request }).await
        }),
        limit!(LOCATION, CHARACTERS, "location", |t| {
            let location = t.location().await;
            give_back(&t, 1, |request| ReturnStockRequest { location, ..request }).await
        })
        .or_empty(),
        limit!(["oms.inventory.v1.ReturnStockRequest.document"], DOCUMENT, "document", |t| {
            give_back(&t, 1, |request| ReturnStockRequest { document: t.text(), ..request }).await
        }),
        limit!(["oms.inventory.v1.ReturnStockRequest.note"], NOTE, "note", |t| {
            give_back(&t, 1, |request| ReturnStockRequest { note: t.text(), ..request }).await
        }),
    ]
}

fn reads() -> Vec<Limit> {
    let of_plenty = || ListMovementsRequest { isku_code: "PLENTY".to_owned(), ..Default::default() };
    vec![
        limit!(["oms.inventory.v1.BatchGetStockRequest.isku_codes"], "1 to 1,000 codes", "isku_codes", |t| {
            t.oms.levels(&t.each(|_| "PLENTY")).await
        }),
        limit!(["oms.inventory.v1.StockService.BatchGetStock"], "more than 1,000 codes", "isku_codes", |t| {
            t.oms.levels(&t.each(|_| "PLENTY")).await
        }),
        limit!(["oms.inventory.v1.ListMovementsRequest.page_size"], PAGE, "page_size", |t| {
            let page_size = i32::try_from(t.size).unwrap();
            t.oms.stock.clone().list_movements(ListMovementsRequest { page_size, ..of_plenty() }).await
        }),
        limit!(["oms.inventory.v1.ListMovementsRequest.document"], DOCUMENT, "document", |t| {
            t.oms.stock.clone().list_movements(ListMovementsRequest { document: t.text(), ..of_plenty() }).await
        }),
        limit!(CODE, CHARACTERS, "isku_code", |t| {
            t.oms.movements(ListMovementsRequest { isku_code: t.isku().await, ..Default::default() }).await
        })
        .at(&[1, 128], &[129]),
        limit!(["oms.inventory.v1.TraceOrderRequest.page_size"], PAGE, "page_size", |t| {
            let (order, page_size) = (Some(key("TRACED")), i32::try_from(t.size).unwrap());
            t.oms.stock.clone().trace_order(TraceOrderRequest { order, page_size, ..Default::default() }).await
        }),
    ]
}

fn watches() -> Vec<Limit> {
    let now = || watch_request(WatchStart::Now);
    vec![
        limit!(["oms.inventory.v1.WatchStockRequest.isku_codes"], "at most 1,000", "isku_codes", |t| {
            t.oms.watch_as(WatchStockRequest { isku_codes: t.each(|_| "PLENTY".to_owned()), ..now() }).await
        }),
        limit!(["oms.inventory.v1.WatchStockRequest.locations"], "at most 1,000", "locations", |t| {
            t.oms.watch_as(WatchStockRequest { locations: t.each(|_| "L0".to_owned()), ..now() }).await
        }),
        limit!(CODE, CHARACTERS, "isku_codes[0]", |t| {
            t.oms.watch_as(WatchStockRequest { isku_codes: vec![t.isku().await], ..now() }).await
        }),
        limit!(LOCATION, CHARACTERS, "locations[0]", |t| {
            t.oms.watch_as(WatchStockRequest { locations: vec![t.location().await], ..now() }).await
        }),
    ]
}
