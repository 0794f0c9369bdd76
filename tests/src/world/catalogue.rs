//! What a merchant does in the catalogue by hand: listings, mappings, what goes live, and orders.

use serde_json::{Value, json};

use super::{World, shops::account};

/// A listing of an account, by its CSKU.
pub(super) fn listing(number: usize, csku: &str) -> Value {
    json!({"account": account(number), "csku": csku})
}

fn one(code: &str) -> Value {
    json!([{"isku_code": code, "quantity": 1}])
}

impl World<'_> {
    pub(super) async fn listings(&self) {
        self.made_by_hand().await;
        self.mapped_by_hand().await;
        self.live().await;
        self.ordered().await;
    }

    async fn made_by_hand(&self) {
        let make = |number: usize, csku: &str, kind: &str, more: Value| {
            let kind = format!("LISTING_KIND_{kind}");
            let mut request =
                json!({"account": account(number), "csku": csku, "kind": kind, "title": self.named(csku)});
            if let (Some(request), Value::Object(more)) = (request.as_object_mut(), more) {
                request.extend(more);
            }
            request
        };
        let category = json!({"path": ["Shop", "Rare"]});
        self.tell("CreateListing", make(2, "GONE", "SINGLE", json!({"category": category}))).await;
        self.tell("CreateListing", make(2, "T-SHIRT", "SINGLE", json!({"components": one("NEW")}))).await;
        self.tell("CreateListing", make(1, "T-OTHER", "SINGLE", json!({"components": one("NEW")}))).await;
        let members = json!([{"csku": "TEE"}, {"csku": "T-OTHER"}]);
        self.tell("CreateListing", make(1, "BOTH", "GROUP", json!({"members": members}))).await;
        self.tell("CreateListing", make(2, "PACK", "KIT", json!({"components": one("MUG")}))).await;
        let double = make(0, "DOUBLE", "SINGLE", json!({"components": one("TEE")}));
        self.refuse("CreateListing", double, "DUPLICATE_MAPPING").await;
        for csku in ["TEE-2", "TEE-3"] {
            self.tell("CreateListing", make(1, csku, "SINGLE", json!({"components": one("TEE")}))).await;
        }
        for csku in ["MUG-1", "MUG-2"] {
            self.tell("CreateListing", make(1, csku, "SINGLE", json!({"components": one("MUG")}))).await;
        }
    }

    async fn mapped_by_hand(&self) {
        let note = self.named("a note");
        let map = |number, csku, code| json!({"key": listing(number, csku), "components": one(code), "note": note});
        self.tell("MapListing", map(2, "UNKNOWN", "BOX")).await;
        self.refuse("MapListing", map(0, "CAP", "TEE"), "DUPLICATE_MAPPING").await;
        self.refuse("MapListing", map(0, "CAP", "LOST"), "ISKU_ARCHIVED").await;
        let remap = |number, csku, code, revision: i64| {
            let mut request = map(number, csku, code);
            request["expected_revision"] = json!(revision);
            request
        };
        let mut preview = remap(0, "TEE", "CAP", 1);
        preview["validate_only"] = json!(true);
        self.tell("RemapListing", preview).await;
        self.tell("RemapListing", remap(0, "MUG", "BOX", 1)).await;
        self.tell("RemapListing", remap(1, "MUG-2", "CAP", 1)).await;
        self.refuse("RemapListing", remap(1, "MUG-2", "BOX", 1), "REVISION_MISMATCH").await;
        self.refuse("RemapListing", remap(0, "COPIED", "CAP", 1), "AMBIGUOUS_CSKU").await;
        let mut one_of_two = remap(0, "COPIED", "CAP", 1);
        one_of_two["key"] = json!({"account": account(0), "channel_listing_id": "124"});
        self.tell("RemapListing", one_of_two).await;
        let kit = json!({"key": listing(0, "NEWBIE"), "components": one("TEE"), "make_kit": true, "note": note});
        self.refuse("MapListing", kit, "ADOPTED_STOCK").await;
    }

    async fn live(&self) {
        self.tell("ArchiveIsku", json!({"code": "GONE"})).await;
        let keys: Vec<_> = [(0, "TEE"), (0, "MUG"), (1, "TEE"), (1, "BOTH"), (2, "GONE"), (2, "PARTS"), (2, "NOBODY")]
            .map(|(number, csku)| listing(number, csku))
            .into();
        self.tell("ValidateListings", json!({"keys": keys})).await;
        self.tell("PublishListing", json!({"key": listing(0, "TEE")})).await;
        self.tell("PublishListing", json!({"key": listing(1, "BOTH"), "ready_only": true})).await;
        self.refuse("PublishListing", json!({"key": listing(2, "GONE")}), "LISTING_NOT_READY").await;
        self.tell("PublishListing", json!({"key": listing(0, "MUG")})).await;
        self.tell("UnpublishListing", json!({"key": listing(0, "MUG")})).await;
        self.tell("AcceptRename", json!({"key": {"account": account(0), "channel_listing_id": "112"}})).await;
        self.refuse("AcceptRename", json!({"key": listing(0, "TEE")}), "NOT_RENAMED").await;
    }

    async fn ordered(&self) {
        let order = |id: &str, csku: &str, quantity: i64| {
            let line = json!({"csku": csku, "quantity": quantity});
            json!({"account": account(0), "order_id": id, "lines": [line]})
        };
        self.tell("AllocateOrder", order("sold", "TEE", 2)).await;
        self.tell("AllocateOrder", order("sold in sets", "SET", 1)).await;
        self.tell("AllocateOrder", order("cancelled", "TEE", 2)).await;
        let cancelled = json!({"account": account(0), "order_id": "cancelled", "note": self.named("a reason")});
        self.tell("CancelOrder", cancelled).await;
        self.refuse("AllocateOrder", order("too many", "TEE", self.units(900)), "INSUFFICIENT_STOCK").await;
    }
}
