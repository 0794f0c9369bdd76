//! What orders are told of: reservations, and the catalogue's orders.

use serde_json::json;

use super::case::{Case, Shown, account, case, order, shown};

pub(super) fn orders() -> Vec<Case> {
    let of = |id: &str| shown("GetReservation", json!({"order": order(id)}), "/reservation");
    let item = |csku: &str, revision: i64, quantity: i64, units: [i64; 2]| {
        let components = json!([{"isku_code": "A", "quantity": units[0]}, {"isku_code": "B", "quantity": units[1]}]);
        json!({"csku": csku, "mapping_revision": revision, "quantity": quantity, "components": components})
    };
    vec![
        Case {
            unseen: &["request_id", "fill"],
            keeps: &["/reservation/reservation_id"],
            ..case(
                "Reserve",
                json!({
                    "request_id": "o1", "order": order("1"), "items": [item("SET", 3, 4, [5, 6])], "locations": ["KL"],
                    "fill": "RESERVE_FILL_ALL_OR_NOTHING", "expire_time": in_a_year(),
                }),
                vec![Shown {
                    named: &[("locations.0", "/items/0/allocations/0/location")],
                    also: json!({
                        "/state": "RESERVATION_STATE_HELD", "/items/0/held": 4, "/items/0/ordered": 4, "/items/0/allocations/0/held": 4,
                    }),
                    ..of("1")
                }],
            )
        },
        Case {
            unseen: &["request_id", "fill", "reservation_id"],
            ..case(
                "AmendReservation",
                json!({
                    "request_id": "o2", "reservation_id": "$0", "items": [item("SET", 3, 7, [5, 6])], "locations": ["KL"],
                    "fill": "RESERVE_FILL_PARTIAL",
                }),
                vec![Shown {
                    named: &[("locations.0", "/items/0/allocations/0/location")],
                    also: json!({"/items/0/held": 7, "/items/0/ordered": 7, "/reservation_id": "$0"}),
                    ..of("1")
                }],
            )
        },
        Case {
            ..case(
                "ShipReservation",
                json!({"request_id": "o3", "reservation_id": "$0", "items": [{"csku": "SET", "quantity": 3}], "document": "D5"}),
                vec![
                    Shown {
                        named: &[("items.0.csku", "/items/0/csku"), ("items.0.quantity", "/items/0/shipped")],
                        also: json!({"/items/0/held": 4, "/items/0/quantity": 7}),
                        ..of("1")
                    },
                    Shown {
                        also: json!({"/kind": "MOVEMENT_KIND_SHIP", "/csku": "SET", "/order/order_id": "1"}),
                        ..shown("ListMovements", json!({"document": "D5"}), "/movements/0")
                    },
                ],
            )
        },
        case(
            "ReturnStock",
            json!({
                "request_id": "o4", "reservation_id": "$0", "items": [{"csku": "SET", "quantity": 2}], "location": "default",
                "document": "D6", "note": "n6",
            }),
            vec![
                Shown {
                    named: &[("items.0.csku", "/items/0/csku"), ("items.0.quantity", "/items/0/returned")],
                    also: json!({"/items/0/shipped": 3}),
                    ..of("1")
                },
                shown("ListMovements", json!({"document": "D6"}), "/movements/0"),
            ],
        ),
        case(
            "ReleaseReservation",
            json!({"request_id": "o5", "reservation_id": "$0", "items": [{"csku": "SET", "quantity": 1}], "note": "n7"}),
            vec![
                Shown {
                    named: &[("items.0.csku", "/items/0/csku"), ("items.0.quantity", "/items/0/released")],
                    also: json!({"/items/0/held": 3, "/items/0/shipped": 3, "/items/0/returned": 2}),
                    ..of("1")
                },
                Shown {
                    also: json!({"/kind": "MOVEMENT_KIND_RELEASE"}),
                    ..shown("ListMovements", json!({"reservation_id": "$0"}), "/movements/0")
                },
            ],
        ),
    ]
}

/// A time that is in the future, and not too far.
fn in_a_year() -> String {
    let year = std::time::Duration::from_secs(364 * 86_400);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970") + year;
    let seconds = i64::try_from(now.as_secs()).expect("a time");
    prost_types::Timestamp { seconds, nanos: 123_456_000 }.to_string()
}

pub(super) fn sold() -> Vec<Case> {
    let held = || shown("GetReservation", json!({"order": order("2")}), "/reservation");
    vec![
        Case {
            unseen: &["request_id", "fill"],
            ..case(
                "AllocateOrder",
                json!({
                    "request_id": "a1", "account": account(), "order_id": "2", "lines": [{"csku": "KIT", "quantity": 5}],
                    "fill": "ORDER_FILL_PARTIAL",
                }),
                vec![Shown {
                    named: &[
                        ("account.channel", "/order/channel"),
                        ("account.seller_id", "/order/seller_id"),
                        ("order_id", "/order/order_id"),
                        ("lines.0.csku", "/items/0/csku"),
                        ("lines.0.quantity", "/items/0/quantity"),
                    ],
                    also: json!({
                        "/items/0/mapping_revision": 1, "/items/0/components/0/isku_code": "A", "/items/0/components/0/quantity": 2,
                        "/items/0/components/1/isku_code": "B", "/items/0/components/1/quantity": 3,
                    }),
                    ..held()
                }],
            )
        },
        Case {
            unseen: &["request_id"],
            ..case(
                "CancelOrder",
                json!({"request_id": "a2", "account": account(), "order_id": "2", "note": "n8"}),
                vec![
                    Shown {
                        named: &[
                            ("account.channel", "/order/channel"),
                            ("account.seller_id", "/order/seller_id"),
                            ("order_id", "/order/order_id"),
                        ],
                        also: json!({"/state": "RESERVATION_STATE_RELEASED", "/items/0/released": 5}),
                        ..held()
                    },
                    // The ledger has the request id of the call to inventory-svc, which is made of this one.
                    Shown {
                        named: &[("request_id", "/none")],
                        ..shown("ListMovements", json!({"order": order("2")}), "/movements/0")
                    },
                ],
            )
        },
    ]
}
