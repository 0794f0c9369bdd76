//! What a merchant has in the books of inventory-svc: goods, stock, and orders in every state.

use serde_json::{Value, json};

use super::{Order, World};
use crate::database::Behind;

/// The seller and channel of most orders.
fn order(id: &str) -> Value {
    json!({"channel": "shopee-my", "seller_id": "a@example.com", "order_id": id})
}

fn sold(csku: &str, quantity: i64, parts: &[(&str, i64)]) -> Value {
    let part = |(code, quantity): &(&str, i64)| json!({"isku_code": code, "quantity": quantity});
    let components: Vec<_> = parts.iter().map(part).collect();
    json!({"csku": csku, "mapping_revision": 1, "quantity": quantity, "components": components})
}

impl World<'_> {
    /// An ISKU as CreateIsku takes it.
    fn isku(&self, code: &str, barcode: &str, stock: &[(&str, i64)]) -> Value {
        let opening = |(location, quantity): &(&str, i64)| json!({"location": location, "quantity": quantity});
        let cost = json!({"currency_code": "MYR", "units": self.units(7), "nanos": 500_000_000});
        json!({
            "code": code, "product_name": self.named(code), "barcode": barcode, "weight_g": 250, "cost_price": cost,
            "dimensions": {"length_mm": 100, "width_mm": 50, "height_mm": 20},
            "opening_stock": stock.iter().map(opening).collect::<Vec<_>>(),
        })
    }

    /// Locations, ISKUs of each sort, and every change of stock that is no order.
    pub(super) async fn goods(&self) {
        for (code, priority, sellable) in [("KL", 5, true), ("JB", 0, false)] {
            let name = self.named(code);
            let location = json!({"code": code, "display_name": name, "priority": priority, "sellable": sellable});
            self.tell("CreateLocation", location).await;
        }
        let renamed = json!({"code": "JB", "display_name": self.named("the store")});
        self.tell("UpdateLocation", json!({"location": renamed, "update_mask": "displayName"})).await;

        let mut iskus = vec![self.isku("TEE", "9556001234568", &[("", self.units(10)), ("KL", self.units(20))])];
        for (code, barcode) in [("MUG", ""), ("CAP", "4006381333931"), ("BOX", ""), ("OLD", ""), ("tee.", "")] {
            iskus.push(self.isku(code, barcode, &[("", self.units(30))]));
        }
        iskus.extend(["GONE", "BACK", "LOST"].map(|code| self.isku(code, "", &[])));
        if self.flavour.order == Order::Backwards {
            iskus.reverse();
        }
        for isku in iskus {
            self.tell("CreateIsku", isku).await;
        }
        self.refuse("CreateIsku", self.isku("TEE", "", &[]), "ISKU_EXISTS").await;
        let changed = json!({"product_name": self.named("the mug"), "weight_g": 300});
        self.tell("UpdateIsku", json!({"code": "MUG", "data": changed, "update_mask": "productName,weightG"})).await;
        self.tell("RenameIsku", json!({"code": "OLD", "new_code": "NEW"})).await;
        for code in ["BACK", "LOST"] {
            self.tell("ArchiveIsku", json!({"code": code})).await;
        }
        self.tell("UnarchiveIsku", json!({"code": "BACK"})).await;
        let item = |number: i64, code: &str| json!({"request_id": format!("ensure {number}"), "code": code});
        let items = [item(1, "BARE"), item(2, "TEE"), item(3, "LOST"), item(4, "OLD")];
        self.tell("EnsureIskus", json!({"items": items})).await;
        self.stock().await;
    }

    async fn stock(&self) {
        let note = self.named("a note");
        let line = json!({"isku_code": "TEE", "location": "JB", "quantity": self.units(5)});
        let receipt = json!({"request_id": "goods in", "lines": [line], "document": "DOC-1", "note": note});
        self.tell("ReceiveStock", receipt.clone()).await;
        self.tell("ReceiveStock", receipt).await;
        let other = json!({"request_id": "goods in", "lines": [{"isku_code": "TEE", "quantity": 1}]});
        self.refuse("ReceiveStock", other, "REQUEST_ID_REUSED").await;
        let lost = json!([{"isku_code": "MUG", "delta": -self.units(1)}, {"isku_code": "NEW", "delta": 3}]);
        let reason = "ADJUSTMENT_REASON_DAMAGED";
        self.tell("AdjustStock", json!({"lines": lost, "reason": reason, "document": "DOC-2", "note": note})).await;
        let counted = json!([{"isku_code": "CAP", "counted": self.units(33)}]);
        self.tell("CountStock", json!({"lines": counted, "document": "DOC-1", "note": note})).await;
        let moved = json!([{"isku_code": "TEE", "quantity": self.units(2)}]);
        let transfer =
            json!({"from_location": "KL", "to_location": "JB", "lines": moved, "document": "DOC-2", "note": note});
        self.tell("TransferStock", transfer).await;
    }

    /// Orders in every state; one of them is due by a hand in the database.
    pub(super) async fn orders(&self, merchant: &str, behind: &Behind) {
        let reserve = |id: &str, items: Vec<Value>| json!({"order": order(id), "items": items});
        for id in ["held", "confirmed", "shipped", "released", "amended"] {
            self.tell(
                "Reserve",
                reserve(id, vec![sold("TEE", 3, &[("TEE", 1)]), sold("SET", 2, &[("TEE", 1), ("MUG", 2)])]),
            )
            .await;
        }
        let mut due = reserve("due", vec![sold("TEE", 4, &[("TEE", 1)])]);
        due["ttl"] = json!("3600s");
        self.tell("Reserve", due).await;
        self.let_a_day_pass(merchant, behind).await;
        let mut short = reserve("short", vec![sold("BOX", self.units(40), &[("BOX", 1)])]);
        short["fill"] = json!("RESERVE_FILL_PARTIAL");
        self.tell("Reserve", short).await;
        let too_many = reserve("too many", vec![sold("BOX", self.units(50), &[("BOX", 1)])]);
        self.refuse("Reserve", too_many, "INSUFFICIENT_STOCK").await;
        let mut batch = [
            reserve("in a batch", vec![sold("CAP", 1, &[("CAP", 1)])]),
            reserve("refused", vec![sold("X", 1, &[("X", 1)])]),
        ];
        for (number, request) in batch.iter_mut().enumerate() {
            request["request_id"] = json!(format!("batch {number}"));
        }
        self.tell("BatchReserve", json!({"requests": batch})).await;

        self.tell("ConfirmReservation", json!({"order": order("confirmed")})).await;
        let items = [sold("TEE", 5, &[("TEE", 1)]), sold("CAP", 1, &[("CAP", 1)])];
        self.tell("AmendReservation", json!({"order": order("amended"), "items": items})).await;
        self.refuse("ExtendReservation", json!({"order": order("due"), "ttl": "7200s"}), "RESERVATION_CLOSED").await;
        let mut later = reserve("later", vec![sold("TEE", 1, &[("TEE", 1)])]);
        later["ttl"] = json!("86400s");
        self.tell("Reserve", later).await;
        self.tell("ExtendReservation", json!({"order": order("later"), "ttl": "172800s"})).await;
        self.tell("ShipReservation", json!({"order": order("shipped"), "document": "DOC-3"})).await;
        let back = json!([{"csku": "TEE", "quantity": 2}]);
        self.tell(
            "ReturnStock",
            json!({"order": order("shipped"), "items": back, "document": "DOC-4", "location": "JB"}),
        )
        .await;
        self.tell("ReleaseReservation", json!({"order": order("released"), "note": self.named("a reason")})).await;
    }

    async fn let_a_day_pass(&self, merchant: &str, behind: &Behind) {
        const DAY: i64 = 86_400_000_000;
        for table in ["reservation", "reservation_line"] {
            let due = format!("merchant = '{merchant}' AND expire_time_us IS NOT NULL");
            behind
                .execute(&format!(
                    "UPDATE {table} SET expire_time_us = expire_time_us - {DAY}, digest = NULL WHERE {due}"
                ))
                .await;
        }
    }
}
