//! What a merchant has in the catalogue before anybody maps by hand: accounts on two channels, and what their feeds brought.

use serde_json::{Value, json};

use super::World;

/// The accounts: two on a marketplace, of which the second only warns, and a shop with a category tree of its own.
pub(super) const ACCOUNTS: [(&str, &str); 3] =
    [("shopee-my", "a@example.com"), ("shopee-my", "b@example.com"), ("shopify", "a@example.com")];

/// An account as a request names it.
pub(super) fn account(number: usize) -> Value {
    let (channel, seller_id) = ACCOUNTS[number];
    json!({"channel": channel, "seller_id": seller_id})
}

impl World<'_> {
    pub(super) async fn shops(&self) {
        for number in 0..ACCOUNTS.len() {
            let policy = if number == 1 { "DUPLICATE_POLICY_WARN" } else { "DUPLICATE_POLICY_BLOCK" };
            let shop = json!({
                "key": account(number), "duplicate_policy": policy, "buffer": 2, "maximum": self.units(100),
                "retire_threshold_percent": 90, "locations": ["default", "KL"],
            });
            self.tell("ConnectSellerAccount", shop).await;
        }
        self.refuse("ConnectSellerAccount", json!({"key": account(0)}), "ACCOUNT_EXISTS").await;
        let changed = json!({"key": account(2), "buffer": 3, "maximum": self.units(90)});
        self.tell("UpdateSellerAccount", json!({"account": changed, "update_mask": "buffer,maximum"})).await;
    }

    /// An item of a feed; the rest of it as `more` says.
    fn item(&self, row: i64, csku: &str, kind: &str, more: Value) -> Value {
        let mut item = json!({
            "row": row, "csku": csku, "kind": format!("LISTING_KIND_{kind}"), "title": self.named(csku),
            "channel_quantity": self.units(row), "channel_status": "CHANNEL_STATUS_LIVE",
        });
        if let (Some(item), Value::Object(more)) = (item.as_object_mut(), more) {
            item.extend(more);
        }
        item
    }

    fn first_feed(&self) -> Vec<Value> {
        let tees = json!({"channel_category_id": "1", "path": ["Home", "Tees"]});
        let mugs = json!({"channel_category_id": "2", "path": ["Home", "Mugs"]});
        vec![
            self.item(1, "TEE", "SINGLE", json!({"categories": [tees], "channel_listing_id": "101"})),
            self.item(2, "MUG", "SINGLE", json!({"categories": [tees, mugs]})),
            self.item(3, "CAP", "SINGLE", json!({"barcode": "9556001234568", "categories": [mugs]})),
            self.item(4, "NEWBIE", "SINGLE", json!({"barcode": "8888021100129"})),
            self.item(5, "TWICE", "SINGLE", json!({})),
            self.item(6, "TWICE", "SINGLE", json!({})),
            self.item(7, "near", "SINGLE", json!({})),
            self.item(8, "NEAR", "SINGLE", json!({})),
            self.item(9, "SHIRT", "GROUP", json!({"channel_listing_id": "109"})),
            self.item(10, "SHIRT-S", "VARIANT", json!({"parent_csku": "SHIRT"})),
            self.item(
                11,
                "SET",
                "KIT",
                json!({"components": [{"isku_code": "TEE", "quantity": 1}, {"isku_code": "MUG", "quantity": 2}]}),
            ),
            self.item(12, "ONCE", "SINGLE", json!({"channel_listing_id": "112"})),
            self.item(13, "KINDLESS", "UNSPECIFIED", json!({})),
            self.item(14, "VOUCHER", "SINGLE", json!({"stock_untracked": true})),
            self.item(15, "", "SINGLE", json!({"channel_listing_id": "115"})),
            self.item(16, "LEAVES", "SINGLE", json!({})),
            self.item(17, "HOLLOW", "GROUP", json!({})),
            self.item(18, "LEAVES-S", "VARIANT", json!({"parent_csku": "HOLLOW"})),
            self.item(19, "CHOOSY", "KIT", json!({"components": [{"isku_code": "TEE|MUG", "quantity": 1}]})),
            self.item(20, "POOL", "GROUP", json!({"quantity_basis": "QUANTITY_BASIS_AT_PARENT"})),
            self.item(
                21,
                "POOL-S",
                "VARIANT",
                json!({"parent_csku": "POOL", "quantity_basis": "QUANTITY_BASIS_AT_PARENT", "barcode": "96385074"}),
            ),
            self.item(
                22,
                "POOL-M",
                "VARIANT",
                json!({"parent_csku": "POOL", "quantity_basis": "QUANTITY_BASIS_AT_PARENT", "barcode": "96385074"}),
            ),
            self.item(23, "COPIED", "SINGLE", json!({"channel_listing_id": "123"})),
            self.item(24, "COPIED", "SINGLE", json!({"channel_listing_id": "124"})),
        ]
    }

    /// The same once more: one is gone, one has another name, one came once only, one is in one category.
    fn second_feed(&self) -> Vec<Value> {
        let mut items = self.first_feed();
        items[1]["categories"].as_array_mut().expect("categories").truncate(1);
        items[6]["title"] = json!(self.named("another title"));
        items[11]["csku"] = json!("TWICE AS GOOD");
        items.retain(|item| !["LEAVES", "LEAVES-S"].iter().any(|gone| item["csku"] == *gone) && item["row"] != 6);
        items
    }

    pub(super) async fn feeds(&self) {
        self.sync(0, self.first_feed(), json!({})).await;
        self.sync(0, self.second_feed(), json!({})).await;
        let tee = |row| self.item(row, "TEE", "SINGLE", json!({"categories": [{"path": ["Shop", "Shirts"]}]}));
        let parts = json!({"components": [{"isku_code": "NOWHERE", "quantity": 1}]});
        let poor = vec![tee(1), self.item(2, "UNKNOWN", "SINGLE", json!({})), self.item(3, "PARTS", "KIT", parts)];
        for number in [1, 2] {
            self.sync(number, poor.clone(), json!({"create_missing_iskus": false})).await;
        }
        let open = self.start(2, json!({"scope": "SYNC_SCOPE_PARTIAL", "source": self.named("a file")})).await;
        self.upload(&open, &[tee(1)]).await;
        self.refuse(
            "CompleteSync",
            json!({"sync_id": open["sync"]["sync_id"], "item_count": 7}),
            "SYNC_COUNT_MISMATCH",
        )
        .await;
        self.tell("AbortSync", json!({"sync_id": open["sync"]["sync_id"]})).await;
        let held = self.held(2).await;
        self.tell("ApproveSync", json!({"sync_id": held})).await;
        self.sync(2, poor.clone(), json!({"create_missing_iskus": false})).await;
        self.held(2).await;
        let open = self.start(1, json!({"source": self.named("another file")})).await;
        self.upload(&open, &[tee(1)]).await;
    }

    /// A sync that brings nothing.
    async fn held(&self, number: usize) -> Value {
        let sync = self.start(number, json!({"source": self.named("an empty file")})).await;
        let complete = json!({"sync_id": sync["sync"]["sync_id"], "item_count": 0});
        self.refuse("CompleteSync", complete, "SYNC_HELD_FOR_REVIEW").await;
        sync["sync"]["sync_id"].clone()
    }

    async fn start(&self, number: usize, more: Value) -> Value {
        let mut request = json!({"account": account(number)});
        if let (Some(request), Value::Object(more)) = (request.as_object_mut(), more) {
            request.extend(more);
        }
        self.tell("StartSync", request).await
    }

    async fn upload(&self, started: &Value, items: &[Value]) {
        let (sync, token) = (&started["sync"]["sync_id"], &started["upload_token"]);
        self.tell("UploadListings", json!({"sync_id": sync, "sequence": 1, "items": items, "upload_token": token}))
            .await;
    }

    async fn sync(&self, number: usize, items: Vec<Value>, more: Value) {
        let sync = self.start(number, more).await;
        self.upload(&sync, &items).await;
        self.tell("CompleteSync", json!({"sync_id": sync["sync"]["sync_id"], "item_count": items.len()})).await;
    }
}
