//! What the catalogue is told of accounts, listings and feeds.

use serde_json::json;

use super::case::{Case, Shown, account, case, shown};

pub(super) fn shops() -> Vec<Case> {
    let shop = || shown("GetSellerAccount", json!({"key": account()}), "/account");
    vec![
        Case {
            unseen: &["request_id"],
            ..case(
                "ConnectSellerAccount",
                json!({
                    "request_id": "c1", "key": account(), "duplicate_policy": "DUPLICATE_POLICY_WARN", "buffer": 2, "maximum": 500,
                    "retire_threshold_percent": 30, "locations": ["KL"], "on_same_goods": "ON_SAME_GOODS_CREATE",
                }),
                vec![shop()],
            )
        },
        Case {
            unseen: &["request_id", "update_mask"],
            left_out: &[
                "account.first_sync_due",
                "account.etag",
                "account.create_time",
                "account.update_time",
                "account.last_sync_time",
            ],
            ..case(
                "UpdateSellerAccount",
                json!({
                    "request_id": "c2",
                    "update_mask": "duplicatePolicy,buffer,maximum,retireThresholdPercent,locations,onSameGoods",
                    "account": {
                        "key": account(), "duplicate_policy": "DUPLICATE_POLICY_BLOCK", "buffer": 3, "maximum": 600,
                        "retire_threshold_percent": 40, "locations": ["KL", "default"], "on_same_goods": "ON_SAME_GOODS_ASK",
                    },
                }),
                vec![shown("GetSellerAccount", json!({"key": account()}), "")],
            )
        },
        Case {
            unseen: &["request_id"],
            keeps: &["/sync/sync_id", "/upload_token"],
            ..case(
                "StartSync",
                json!({
                    "request_id": "c3", "account": account(), "scope": "SYNC_SCOPE_PARTIAL", "create_missing_iskus": true,
                    "adopt_opening_stock": true, "opening_location": "KL", "source": "a file",
                }),
                vec![shown("GetSync", json!({"sync_id": "$1"}), "/sync")],
            )
        },
    ]
}

pub(super) fn listings() -> Vec<Case> {
    let category = |id: &str| json!({"channel_category_id": id, "path": ["Home", format!("Shelf {id}")]});
    let of = |csku: &str| shown("GetListing", json!({"key": {"account": account(), "csku": csku}}), "/listing");
    vec![Case {
        unseen: &["request_id", "stock_untracked"],
        left_out: &["members", "components.isku_id"],
        ..case(
            "CreateListing",
            json!({
                "request_id": "l1", "account": account(), "csku": "KIT", "channel_listing_id": "900", "kind": "LISTING_KIND_KIT",
                "title": "A kit", "barcode": "4012345678901", "weight_g": 60, "category": category("77"), "stock_untracked": false,
                "dimensions": {"length_mm": 61, "width_mm": 62, "height_mm": 63},
                "components": [{"isku_code": "A", "quantity": 2}, {"isku_code": "B", "quantity": 3}],
            }),
            vec![Shown {
                named: &[
                    ("components.0.isku_code", "/mapping/components/0/isku_code"),
                    ("components.0.quantity", "/mapping/components/0/quantity"),
                    ("components.1.isku_code", "/mapping/components/1/isku_code"),
                    ("components.1.quantity", "/mapping/components/1/quantity"),
                ],
                also: json!({"/stock_tracked": true, "/mapping/revision": 1, "/mapping/actor": "acme-service"}),
                ..of("KIT")
            }],
        )
    }]
}

pub(super) fn feed() -> Vec<Case> {
    let category = json!({"channel_category_id": "78", "path": ["Home", "Fed"]});
    let item = json!({
        "row": 9, "csku": "FED", "channel_listing_id": "901", "kind": "LISTING_KIND_SINGLE",
        "title": "Fed by a channel", "barcode": "5012345678900",
        "dimensions": {"length_mm": 71, "width_mm": 72, "height_mm": 73}, "weight_g": 74,
        "cost_price": {"currency_code": "SGD", "units": 75, "nanos": 76_000_000}, "channel_quantity": 77,
        "channel_status": "CHANNEL_STATUS_NOT_LIVE", "categories": [category], "stock_untracked": false,
    });
    let listing = json!({"key": {"account": account(), "channel_listing_id": "901"}});
    vec![Case {
        then: Some(("CompleteSync", json!({"sync_id": "$1", "item_count": 1}))),
        unseen: &["sync_id", "sequence", "items.0.stock_untracked", "upload_token"],
        // Of a group, a variant and a kit; the stories of syncs follow them.
        left_out: &[
            "items.parent_csku",
            "items.parent_channel_listing_id",
            "items.member_cskus",
            "items.member_channel_listing_ids",
            "items.components",
            "items.quantity_basis",
        ],
        ..case(
            "UploadListings",
            json!({"sync_id": "$1", "sequence": 1, "items": [item], "upload_token": "$2"}),
            vec![
                Shown {
                    named: &[
                        ("items.0.csku", "/csku"),
                        ("items.0.channel_listing_id", "/channel_listing_id"),
                        ("items.0.kind", "/kind"),
                        ("items.0.title", "/title"),
                        ("items.0.barcode", "/barcode"),
                        ("items.0.dimensions.length_mm", "/dimensions/length_mm"),
                        ("items.0.dimensions.width_mm", "/dimensions/width_mm"),
                        ("items.0.dimensions.height_mm", "/dimensions/height_mm"),
                        ("items.0.weight_g", "/weight_g"),
                        ("items.0.channel_quantity", "/channel_quantity"),
                        ("items.0.channel_status", "/channel_status"),
                        ("items.0.categories.0.channel_category_id", "/category/channel_category_id"),
                        ("items.0.categories.0.path.0", "/category/path/0"),
                        ("items.0.categories.0.path.1", "/category/path/1"),
                    ],
                    also: json!({"/mapping/components/0/isku_code": "FED", "/mapping/source": "MAPPING_SOURCE_DEFAULT"}),
                    ..shown("GetListing", listing, "/listing")
                },
                Shown {
                    named: &[
                        ("items.0.title", "/product_name"),
                        ("items.0.barcode", "/barcode"),
                        ("items.0.dimensions.length_mm", "/dimensions/length_mm"),
                        ("items.0.dimensions.width_mm", "/dimensions/width_mm"),
                        ("items.0.dimensions.height_mm", "/dimensions/height_mm"),
                        ("items.0.weight_g", "/weight_g"),
                        ("items.0.cost_price.currency_code", "/cost_price/currency_code"),
                        ("items.0.cost_price.units", "/cost_price/units"),
                        ("items.0.cost_price.nanos", "/cost_price/nanos"),
                    ],
                    ..shown("GetIsku", json!({"code": "FED"}), "/isku")
                },
                Shown {
                    named: &[("items.0.channel_quantity", "/on_hand")],
                    also: json!({"/location": "KL", "/available": 77}),
                    ..shown("GetStock", json!({"isku_code": "FED"}), "/stock/0")
                },
                Shown {
                    named: &[
                        ("items.0.row", "/row"),
                        ("items.0.csku", "/csku"),
                        ("items.0.channel_listing_id", "/channel_listing_id"),
                    ],
                    also: json!({"/outcome": "SYNC_OUTCOME_CREATED"}),
                    ..shown("ListSyncOutcomes", json!({"sync_id": "$1"}), "/outcomes/0")
                },
            ],
        )
    }]
}
