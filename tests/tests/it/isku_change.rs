//! What is known of an ISKU changes: its data, its code, whether it is in use.

use prost_types::FieldMask;
use proto::{
    inventory::v1::{IskuData, ListIskusRequest, RenameIskuRequest, UpdateIskuRequest, resolved_isku::Status as Names},
    r#type::v1::Dimensions,
};
use tests::{Oms, both_engines, refusal, refused, refused::malformed, request_id, story::Level};
use tonic::Code;

both_engines!(
    an_update_changes_what_the_mask_names_and_nothing_else,
    an_update_without_a_mask_takes_what_is_set,
    a_barcode_can_be_taken_away_and_nothing_else,
    who_has_seen_an_older_isku_changes_nothing,
    a_renamed_isku_is_found_by_every_code_it_had,
    an_isku_is_renamed_by_a_former_code_too,
    a_code_of_another_isku_cannot_be_taken,
    an_isku_may_take_a_former_code_back,
    an_isku_with_units_cannot_be_archived,
    an_archived_isku_keeps_its_code_and_takes_part_in_nothing,
    an_archived_isku_can_be_taken_into_use_again,
    a_change_asked_for_twice_is_made_once,
    every_bad_field_of_a_change_is_named,
);

fn update(code: &str, data: IskuData, mask: &[&str]) -> UpdateIskuRequest {
    UpdateIskuRequest {
        request_id: request_id(),
        code: code.to_owned(),
        data: Some(data),
        update_mask: Some(FieldMask { paths: mask.iter().map(|path| (*path).to_owned()).collect() }),
        etag: String::new(),
    }
}

async fn an_update_changes_what_the_mask_names_and_nothing_else(oms: &Oms) {
    let before = oms.isku("A").barcode("111").await;
    let data = IskuData { product_name: "Sock".to_owned(), weight_g: Some(9), ..Default::default() };

    let after = oms.change(update("A", data, &["weight_g"])).await.unwrap();

    assert_eq!((after.weight_g, &after.product_name, &after.barcode), (Some(9), &before.product_name, &before.barcode));
    assert_ne!(after.etag, before.etag);
    assert_eq!(oms.find("A").await.unwrap(), after);
}

async fn an_update_without_a_mask_takes_what_is_set(oms: &Oms) {
    let before = oms.isku("A").await;
    let dimensions = Some(Dimensions { length_mm: 1, width_mm: 2, height_mm: 3 });
    let data = IskuData { product_name: "Sock".to_owned(), dimensions, ..Default::default() };

    let after = oms.change(update("A", data, &[])).await.unwrap();

    assert_eq!((after.product_name.as_str(), after.dimensions, after.weight_g), ("Sock", dimensions, before.weight_g));
}

async fn a_barcode_can_be_taken_away_and_nothing_else(oms: &Oms) {
    oms.isku("A").barcode("111").await;

    let after = oms.change(update("A", IskuData::default(), &["barcode"])).await.unwrap();
    let mask = ["product_name", "dimensions", "weight_g", "cost_price"];
    let refused = refused(oms.change(update("A", IskuData::default(), &mask)).await);

    assert_eq!(after.barcode, "");
    assert_eq!(refused, malformed(&["data.product_name", "data.dimensions", "data.weight_g", "data.cost_price"]));
}

async fn who_has_seen_an_older_isku_changes_nothing(oms: &Oms) {
    let seen = oms.isku("A").await.etag;
    let data = |weight_g| IskuData { weight_g: Some(weight_g), ..Default::default() };
    let first = oms.change(UpdateIskuRequest { etag: seen.clone(), ..update("A", data(7), &[]) }).await.unwrap();

    let second = refused(oms.change(UpdateIskuRequest { etag: seen.clone(), ..update("A", data(8), &[]) }).await);
    let rename =
        RenameIskuRequest { request_id: request_id(), code: "A".to_owned(), new_code: "B".to_owned(), etag: seen };
    let third = refused(oms.iskus.clone().rename_isku(rename).await);

    let expected = refusal(Code::Aborted, "ETAG_MISMATCH").with("etag", &first.etag);
    assert_eq!((second, third), (expected.clone(), expected));
    assert_eq!(oms.find("A").await.unwrap(), first);
}

async fn a_renamed_isku_is_found_by_every_code_it_had(oms: &Oms) {
    let before = oms.isku("A").on_hand(5).await;
    oms.reserve("1", &[("TEE", 1, &[("A", 1)])]).await.unwrap();

    oms.rename("A", "B").await.unwrap();
    let after = oms.rename("B", "C").await.unwrap();

    assert_eq!((after.code.as_str(), after.isku_id), ("C", before.isku_id));
    for code in ["A", "B", "C"] {
        assert_eq!(oms.find(code).await.unwrap(), after);
    }
    let named: Vec<Names> = oms.resolve(&["A", "B", "C"]).await.unwrap().iter().map(|own| own.status()).collect();
    assert_eq!(named, [Names::ByAlias, Names::ByAlias, Names::Found]);
    oms.reserve("2", &[("TEE", 1, &[("A", 1), ("C", 1)])]).await.unwrap();
    assert_eq!(oms.level("A").await, Level::of(5, 3));
    assert_eq!(oms.codes(10).await.unwrap(), ["C"]);
}

async fn an_isku_is_renamed_by_a_former_code_too(oms: &Oms) {
    let before = oms.isku("A").await;
    oms.rename("A", "B").await.unwrap();

    let after = oms.rename("A", "C").await.unwrap();

    assert_eq!((after.code.as_str(), after.isku_id), ("C", before.isku_id));
    let named: Vec<Names> = oms.resolve(&["A", "B", "C"]).await.unwrap().iter().map(|own| own.status()).collect();
    assert_eq!(named, [Names::ByAlias, Names::ByAlias, Names::Found]);
    assert_eq!(oms.rename("B", "A").await.unwrap().code, "A", "a former code by which another one is taken back");
}

async fn a_code_of_another_isku_cannot_be_taken(oms: &Oms) {
    oms.isku("A").await;
    oms.isku("B").await;
    oms.rename("B", "C").await.unwrap();
    let taken = |code: &str| refusal(Code::AlreadyExists, "ISKU_EXISTS").with("isku_code", code);

    assert_eq!(refused(oms.rename("A", "C").await), taken("C"));
    assert_eq!(refused(oms.rename("A", "B").await), taken("B"));
    assert_eq!(refused(oms.create(oms.isku("B").request()).await), taken("B"));
    assert_eq!(refused(oms.rename("X", "Y").await), refusal(Code::NotFound, "ISKU_NOT_FOUND").with("isku_code", "X"));
}

async fn an_isku_may_take_a_former_code_back(oms: &Oms) {
    oms.isku("A").await;
    oms.rename("A", "B").await.unwrap();

    let back = oms.rename("B", "A").await.unwrap();
    let same = oms.rename("A", "A").await.unwrap();

    let named: Vec<Names> = oms.resolve(&["A", "B"]).await.unwrap().iter().map(|own| own.status()).collect();
    assert_eq!((back.code.as_str(), named), ("A", vec![Names::Found, Names::ByAlias]));
    assert_eq!(same, back);
}

async fn an_isku_with_units_cannot_be_archived(oms: &Oms) {
    oms.isku("A").on_hand(3).await;
    oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await.unwrap();
    let expected = |on_hand, reserved| {
        let refusal = refusal(Code::FailedPrecondition, "ISKU_HAS_STOCK").with("isku_code", "A");
        refusal.with("on_hand", on_hand).with("reserved", reserved)
    };

    assert_eq!(refused(oms.archive("A").await), expected(3, 3));
    oms.ship("1", &[("TEE", 1)]).await.unwrap();
    assert_eq!(refused(oms.archive("A").await), expected(2, 2));
    oms.ship("1", &[]).await.unwrap();
    assert!(oms.archive("A").await.unwrap().archived);
}

async fn an_archived_isku_keeps_its_code_and_takes_part_in_nothing(oms: &Oms) {
    oms.isku("A").await;
    oms.archive("A").await.unwrap();
    let archived = refusal(Code::FailedPrecondition, "ISKU_ARCHIVED").with("isku_code", "A");

    assert_eq!(refused(oms.receive(&[("A", 1)]).await), archived);
    assert_eq!(refused(oms.reserve("1", &[("TEE", 1, &[("A", 1)])]).await), archived);
    assert_eq!(refused(oms.adjust("A", "", 1).await), archived);
    assert_eq!(refused(oms.count(&[("A", 1)]).await), archived);
    assert_eq!(refused(oms.create(oms.isku("A").request()).await).kind(), (Code::AlreadyExists, "ISKU_EXISTS"));
    assert_eq!(oms.resolve(&["A"]).await.unwrap()[0].status(), Names::Archived);
    let listed = async |show_archived| {
        let request = ListIskusRequest { show_archived, ..Default::default() };
        oms.iskus.clone().list_iskus(request).await.unwrap().into_inner().iskus.len()
    };
    assert_eq!((listed(false).await, listed(true).await), (0, 1));
}

async fn an_archived_isku_can_be_taken_into_use_again(oms: &Oms) {
    oms.isku("A").await;
    let archived = oms.archive("A").await.unwrap();
    assert_eq!(oms.archive("A").await.unwrap(), archived);

    assert!(!oms.unarchive("A").await.unwrap().archived);

    oms.receive(&[("A", 2)]).await.unwrap();
    assert_eq!(oms.level("A").await, Level::of(2, 0));
}

async fn a_change_asked_for_twice_is_made_once(oms: &Oms) {
    oms.isku("A").await;
    let request = update("A", IskuData { weight_g: Some(9), ..Default::default() }, &[]);

    let first = oms.iskus.clone().update_isku(request.clone()).await.unwrap().into_inner();
    let again = oms.iskus.clone().update_isku(request.clone()).await.unwrap().into_inner();
    let other = UpdateIskuRequest { code: "B".to_owned(), ..request };

    assert_eq!((first.replayed, again.replayed, &first.isku), (false, true, &again.isku));
    assert_eq!(refused(oms.change(other).await), refusal(Code::InvalidArgument, "REQUEST_ID_REUSED"));
}

async fn every_bad_field_of_a_change_is_named(oms: &Oms) {
    let data = IskuData { barcode: "x".repeat(65), weight_g: Some(0), ..Default::default() };
    let bad = UpdateIskuRequest {
        request_id: String::new(),
        etag: "new".to_owned(),
        ..update("\t", data, &["barcode", "weight_g", "code"])
    };
    let nothing = update("A", IskuData::default(), &[]);

    let fields = ["request_id", "code", "etag", "update_mask", "data.weight_g", "data.barcode"];
    assert_eq!(refused(oms.change(bad).await), malformed(&fields));
    assert_eq!(refused(oms.change(nothing).await), malformed(&["data"]));
    let none = UpdateIskuRequest { data: None, ..update("A", IskuData::default(), &[]) };
    assert_eq!(refused(oms.change(none).await), malformed(&["data"]));
    assert_eq!(refused(oms.rename("A", "").await), malformed(&["new_code"]));
    assert_eq!(refused(oms.archive("").await), malformed(&["code"]));
    assert_eq!(refused(oms.unarchive("").await), malformed(&["code"]));
}
