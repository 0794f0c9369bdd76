//! ISKUs: codes are data, what is not known is absent, one bad item never stops the rest.

use proto::{
    inventory::v1::{
        CreateIskuRequest, EnsureIskuItem, ListIskusRequest, OpeningStock, ensured_isku::Outcome,
        resolved_isku::Status as Names,
    },
    r#type::v1::Money,
};
use tests::{
    Oms, both_engines, refusal, refused,
    refused::malformed,
    request_id,
    story::{Level, names},
};
use tonic::Code;

both_engines!(
    a_code_is_unique_per_merchant,
    codes_are_compared_byte_for_byte,
    codes_are_trimmed_and_normalised_and_else_kept,
    creating_again_with_the_same_request_id_replays,
    every_missing_field_of_an_isku_is_named,
    ensuring_answers_each_item_by_itself,
    ensuring_never_touches_the_stock_of_an_isku_that_is_there,
    iskus_are_listed_by_the_bytes_of_their_codes,
    a_page_token_belongs_to_its_own_call,
    resolving_answers_each_code_in_input_order,
);

async fn a_code_is_unique_per_merchant(oms: &Oms) {
    oms.isku("A").await;

    let again = refused(oms.create(oms.isku("A").request()).await);
    assert_eq!(again, refusal(Code::AlreadyExists, "ISKU_EXISTS").with("isku_code", "A"));

    let of_the_other = oms.globex().isku("A").await;
    assert_eq!(of_the_other.code, "A");
}

async fn codes_are_compared_byte_for_byte(oms: &Oms) {
    let codes = ["007", "7", "abc", "ABC", "a/b", "a b", "😀", "-", "1e3", "1000"];
    for code in codes {
        oms.isku(code).await;
    }

    for code in codes {
        assert_eq!(oms.find(code).await.unwrap().code, code);
    }
    assert_eq!(refused(oms.find("Abc").await), refusal(Code::NotFound, "ISKU_NOT_FOUND").with("isku_code", "Abc"));
}

async fn codes_are_trimmed_and_normalised_and_else_kept(oms: &Oms) {
    assert_eq!(oms.isku("  padded  inside ").await.code, "padded  inside");
    assert_eq!(oms.isku("cafe\u{301}").await.code, "caf\u{e9}");
    let longest = "😀".repeat(128);
    assert_eq!(oms.isku(&longest).await.code, longest);

    assert_eq!(oms.find("caf\u{e9}").await.unwrap().code, "caf\u{e9}");
    for illegal in ["", "  ", "a\u{7}b", "a\nb", "\u{0}", &"x".repeat(129)] {
        let request = oms.isku(illegal).named("Goods").request();
        assert_eq!(refused(oms.create(request).await), malformed(&["code"]), "{illegal:?}");
    }
}

async fn creating_again_with_the_same_request_id_replays(oms: &Oms) {
    let request = oms.isku("A").on_hand(5).request();
    let first = oms.create(request.clone()).await.unwrap();

    let again = oms.create(request.clone()).await.unwrap();
    let other = refused(oms.create(CreateIskuRequest { weight_g: 251, ..request }).await);

    assert!(!first.replayed && again.replayed);
    assert_eq!(first.isku, again.isku);
    assert_eq!(other, refusal(Code::InvalidArgument, "REQUEST_ID_REUSED"));
    assert_eq!(oms.level("A").await, Level::of(5, 0));
}

async fn every_missing_field_of_an_isku_is_named(oms: &Oms) {
    let empty = refused(oms.create(CreateIskuRequest::default()).await);

    assert_eq!(empty, malformed(&["request_id", "code", "product_name", "dimensions", "weight_g", "cost_price"]));
}

async fn ensuring_answers_each_item_by_itself(oms: &Oms) {
    oms.isku("THERE").await;
    oms.isku("OTHER").await;
    let bare = |code: &str| EnsureIskuItem { request_id: request_id(), code: code.to_owned(), ..Default::default() };

    let results = oms
        .ensure(vec![
            bare("NEW"),
            bare("THERE"),
            EnsureIskuItem { weight_g: Some(999), ..bare("OTHER") },
            bare("bad\u{7}code"),
            EnsureIskuItem {
                cost_price: Some(Money { currency_code: "myr".to_owned(), ..Default::default() }),
                ..bare("C")
            },
            bare("NEWER"),
        ])
        .await
        .unwrap();

    let outcomes: Vec<_> = results.iter().map(|result| result.outcome()).collect();
    use Outcome::{Created, Exists, ExistsDifferent, Rejected};
    assert_eq!(outcomes, [Created, Exists, ExistsDifferent, Rejected, Rejected, Created]);
    let new = results[0].isku.as_ref().unwrap();
    assert!(new.incomplete && new.dimensions.is_none() && new.weight_g.is_none() && new.cost_price.is_none());
    assert_eq!(results[2].different_fields, names(&["weight_g"]));
    assert_eq!(oms.find("OTHER").await.unwrap().weight_g, Some(250), "nothing was changed");
    for rejected in [&results[3], &results[4]] {
        assert_eq!(rejected.reason, "INVALID_FIELD");
        assert!(!rejected.problem.is_empty() && rejected.isku.is_none());
    }
}

async fn ensuring_never_touches_the_stock_of_an_isku_that_is_there(oms: &Oms) {
    let item = |code: &str, quantity| EnsureIskuItem {
        request_id: request_id(),
        code: code.to_owned(),
        opening_stock: vec![OpeningStock { location: String::new(), quantity }],
        ..Default::default()
    };
    let opening = item("A", 7);
    let first = oms.ensure(vec![opening.clone()]).await.unwrap();

    let later = oms.ensure(vec![item("A", 100)]).await.unwrap();
    let replayed = oms.ensure(vec![opening]).await.unwrap();

    assert_eq!((first[0].outcome(), first[0].replayed), (Outcome::Created, false));
    assert_eq!(later[0].outcome(), Outcome::Exists);
    assert_eq!(later[0].stock[0].on_hand, 7);
    assert_eq!((replayed[0].outcome(), replayed[0].replayed), (Outcome::Created, true));
    assert_eq!(oms.level("A").await, Level::of(7, 0));
}

async fn iskus_are_listed_by_the_bytes_of_their_codes(oms: &Oms) {
    let mut codes = vec!["b", "a", "B", "A", "10", "9", "é", "_", "a b", "a-b"];
    for code in &codes {
        oms.isku(code).await;
    }
    oms.globex().isku("not mine").await;

    let listed = oms.codes(3).await.unwrap();

    codes.sort_unstable();
    assert_eq!(listed, codes);
}

async fn a_page_token_belongs_to_its_own_call(oms: &Oms) {
    for code in ["a", "b", "c"] {
        oms.isku(code).await;
    }
    let page = |request: ListIskusRequest| async move { oms.iskus.clone().list_iskus(request).await };
    let first = page(ListIskusRequest { page_size: 1, ..Default::default() }).await.unwrap().into_inner();

    let invalid = refusal(Code::InvalidArgument, "PAGE_TOKEN_INVALID");
    let other_call =
        ListIskusRequest { page_token: first.next_page_token, incomplete_only: true, ..Default::default() };
    assert_eq!(refused(page(other_call).await), invalid);
    assert_eq!(refused(page(ListIskusRequest { page_token: "x!".to_owned(), ..Default::default() }).await), invalid);
    for page_size in [-1, 1_001, i32::MAX] {
        let request = ListIskusRequest { page_size, ..Default::default() };
        assert_eq!(refused(page(request).await), malformed(&["page_size"]));
    }
}

async fn resolving_answers_each_code_in_input_order(oms: &Oms) {
    oms.isku("SKU-1").on_hand(4).await;

    let found = oms.resolve(&["SKU-1", "sku - 1.", "nothing", "bad\u{7}", "SKU-1"]).await.unwrap();

    let statuses: Vec<_> = found.iter().map(|resolved| resolved.status()).collect();
    assert_eq!(statuses, [Names::Found, Names::NotFound, Names::NotFound, Names::Invalid, Names::Found]);
    assert_eq!(found[0].stock[0].available, 4);
    assert_eq!(found[1].near_codes, names(&["SKU-1"]));
    assert!(found[2].near_codes.is_empty() && !found[3].problem.is_empty());
    assert_eq!(refused(oms.resolve(&[]).await), malformed(&["codes"]));
    assert_eq!(refused(oms.resolve(&["x"; 1_001]).await), malformed(&["codes"]));
}
