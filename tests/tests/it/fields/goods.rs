//! What inventory-svc is told of goods and their stock.

use serde_json::{Value, json};

use super::case::{Case, Shown, case, shown};

pub(super) fn iskus() -> Vec<Case> {
    let money = |units: i64| json!({"currency_code": "MYR", "units": units, "nanos": 120_000_000});
    let sides = |length: i64| json!({"length_mm": length, "width_mm": length + 1, "height_mm": length + 2});
    let isku = |code: &str| shown("GetIsku", json!({"code": code}), "/isku");
    let location = json!({"code": "KL", "display_name": "Kuala Lumpur", "sellable": true, "priority": 5});
    let changed = json!({"code": "KL", "display_name": "Klang", "priority": 6, "sellable": true});
    vec![
        Case {
            unseen: &["request_id"],
            ..case(
                "CreateLocation",
                with(location, "request_id", "r1"),
                vec![shown("ListLocations", json!({}), "/locations/1")],
            )
        },
        Case {
            unseen: &["request_id", "update_mask"],
            left_out: &["location.etag", "etag"],
            ..case(
                "UpdateLocation",
                json!({"request_id": "r2", "location": changed, "update_mask": "displayName,priority,sellable"}),
                vec![Shown {
                    named: &[
                        ("location.code", "/code"),
                        ("location.display_name", "/display_name"),
                        ("location.priority", "/priority"),
                        ("location.sellable", "/sellable"),
                    ],
                    ..shown("ListLocations", json!({}), "/locations/1")
                }],
            )
        },
        Case {
            unseen: &["request_id"],
            ..case(
                "CreateIsku",
                json!({
                    "request_id": "r3", "code": "A", "product_name": "Apple", "dimensions": sides(11), "weight_g": 21,
                    "cost_price": money(31), "barcode": "9556001234568", "opening_stock": [{"location": "KL", "quantity": 41}],
                }),
                vec![
                    isku("A"),
                    Shown {
                        named: &[("opening_stock.0.location", "/location"), ("opening_stock.0.quantity", "/on_hand")],
                        also: json!({"/available": 41, "/sequence": 1, "/sellable": true}),
                        ..shown("GetStock", json!({"isku_code": "A"}), "/stock/0")
                    },
                ],
            )
        },
        Case {
            unseen: &["request_id", "update_mask"],
            left_out: &["etag"],
            ..case(
                "UpdateIsku",
                json!({
                    "request_id": "r4", "code": "A", "update_mask": "productName,dimensions,weightG,costPrice,barcode",
                    "data": {"product_name": "Pear", "dimensions": sides(14), "weight_g": 22, "cost_price": money(32),
                        "barcode": "4006381333931"},
                }),
                vec![
                    isku("A"),
                    Shown {
                        named: &[
                            ("data.product_name", "/product_name"),
                            ("data.dimensions.length_mm", "/dimensions/length_mm"),
                            ("data.dimensions.width_mm", "/dimensions/width_mm"),
                            ("data.dimensions.height_mm", "/dimensions/height_mm"),
                            ("data.weight_g", "/weight_g"),
                            ("data.cost_price.currency_code", "/cost_price/currency_code"),
                            ("data.cost_price.units", "/cost_price/units"),
                            ("data.cost_price.nanos", "/cost_price/nanos"),
                            ("data.barcode", "/barcode"),
                        ],
                        ..isku("A")
                    },
                ],
            )
        },
        Case {
            unseen: &["items.0.request_id", "items.0.create_anyway"],
            ..case(
                "EnsureIskus",
                json!({"items": [{
                    "request_id": "r5", "code": "B", "product_name": "Banana", "dimensions": sides(17), "weight_g": 23,
                    "cost_price": money(33), "barcode": "8888021100129", "opening_stock": [{"location": "KL", "quantity": 43}],
                    "create_anyway": true,
                }]}),
                vec![
                    Shown {
                        named: &[
                            ("items.0.code", "/code"),
                            ("items.0.product_name", "/product_name"),
                            ("items.0.dimensions.length_mm", "/dimensions/length_mm"),
                            ("items.0.dimensions.width_mm", "/dimensions/width_mm"),
                            ("items.0.dimensions.height_mm", "/dimensions/height_mm"),
                            ("items.0.weight_g", "/weight_g"),
                            ("items.0.cost_price.currency_code", "/cost_price/currency_code"),
                            ("items.0.cost_price.units", "/cost_price/units"),
                            ("items.0.cost_price.nanos", "/cost_price/nanos"),
                            ("items.0.barcode", "/barcode"),
                        ],
                        ..isku("B")
                    },
                    Shown {
                        named: &[
                            ("items.0.opening_stock.0.location", "/location"),
                            ("items.0.opening_stock.0.quantity", "/on_hand"),
                        ],
                        ..shown("BatchGetStock", json!({"isku_codes": ["B"]}), "/results/0/stock/0")
                    },
                ],
            )
        },
    ]
}

fn with(mut request: Value, name: &str, value: &str) -> Value {
    request[name] = json!(value);
    request
}

/// The names of what every movement shows.
const MOVED: &[(&str, &str)] =
    &[("lines.0.isku_code", "/isku_code"), ("document", "/document"), ("note", "/note"), ("request_id", "/request_id")];

pub(super) fn stock() -> Vec<Case> {
    let newest = |document: &str, also: Value, named| Shown {
        named,
        also,
        ..shown("ListMovements", json!({"document": document}), "/movements/0")
    };
    vec![
        case(
            "ReceiveStock",
            json!({"request_id": "s1", "lines": [{"isku_code": "A", "location": "KL", "quantity": 1_000}], "document": "D1", "note": "n1"}),
            vec![
                newest(
                    "D1",
                    json!({"/kind": "MOVEMENT_KIND_RECEIPT", "/on_hand_after": 1_041, "/sequence": 2, "/actor": "acme-service"}),
                    MOVED,
                ),
                newest("D1", Value::Null, &[("lines.0.location", "/location"), ("lines.0.quantity", "/on_hand_delta")]),
            ],
        ),
        Case {
            left_out: &["shortfall"],
            ..case(
                "AdjustStock",
                json!({
                    "request_id": "s2", "lines": [{"isku_code": "A", "location": "KL", "delta": -7}],
                    "reason": "ADJUSTMENT_REASON_STOLEN", "document": "D2", "note": "n2",
                }),
                vec![
                    newest("D2", json!({"/kind": "MOVEMENT_KIND_ADJUST", "/on_hand_after": 1_034}), MOVED),
                    newest(
                        "D2",
                        Value::Null,
                        &[("lines.0.location", "/location"), ("lines.0.delta", "/on_hand_delta")],
                    ),
                ],
            )
        },
        Case {
            left_out: &["shortfall"],
            unseen: &["lines.0.expected_sequence"],
            ..case(
                "CountStock",
                json!({
                    "request_id": "s3", "location": "KL", "document": "D3", "note": "n3",
                    "lines": [{"isku_code": "A", "counted": 900, "expected_sequence": 3}],
                }),
                vec![
                    newest(
                        "D3",
                        json!({"/kind": "MOVEMENT_KIND_COUNT", "/on_hand_delta": -134, "/sequence": 4}),
                        MOVED,
                    ),
                    newest("D3", Value::Null, &[("lines.0.counted", "/on_hand_after")]),
                ],
            )
        },
        case(
            "TransferStock",
            json!({
                "request_id": "s4", "from_location": "KL", "to_location": "default", "document": "D4", "note": "n4",
                "lines": [{"isku_code": "A", "quantity": 200}],
            }),
            vec![
                newest("D4", Value::Null, MOVED),
                Shown {
                    named: &[("to_location", "/location"), ("lines.0.quantity", "/on_hand")],
                    also: json!({"/available": 200}),
                    ..shown("GetStock", json!({"isku_code": "A"}), "/stock/1")
                },
                Shown {
                    named: &[("from_location", "/location")],
                    also: json!({"/on_hand": 700}),
                    ..shown("GetStock", json!({"isku_code": "A"}), "/stock/0")
                },
            ],
        ),
    ]
}
