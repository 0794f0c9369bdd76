//! One good, one ISKU: what may be the goods of an ISKU that is there is told, and not made a second time.

use proto::inventory::v1::{
    CreateIskuRequest, EnsureIskuItem, EnsuredIsku, IskuCandidate, OpeningStock, ensured_isku::Outcome,
    isku_candidate::Reason,
};
use tests::{Merchant, Oms, both_engines, request_id, story::Level};

both_engines!(
    a_second_code_of_goods_that_are_there_is_told_and_not_made,
    somebody_who_has_looked_makes_it_anyway,
    a_code_that_a_spreadsheet_mangled_is_told_without_a_candidate,
    of_near_items_of_one_call_the_first_is_made,
    two_replicas_make_one_isku_of_two_near_codes,
    what_is_archived_or_renamed_is_a_candidate_too,
    a_barcode_that_is_none_says_nothing,
    a_person_makes_an_isku_and_hears_what_is_like_it,
    an_unknown_code_is_told_what_it_may_be,
    a_refused_item_is_judged_anew_when_it_is_sent_again,
);

const BARCODES: [&str; 4] = ["4006381333931", "96385074", "036000291452", "9783161484100"];

fn item(code: &str, barcode: &str, quantity: i64) -> EnsureIskuItem {
    let opening_stock = vec![OpeningStock { location: String::new(), quantity }];
    EnsureIskuItem {
        request_id: request_id(),
        code: code.to_owned(),
        barcode: barcode.to_owned(),
        opening_stock,
        ..Default::default()
    }
}

/// Code, and reasons in order.
fn named(candidates: &[IskuCandidate]) -> Vec<(String, Vec<Reason>)> {
    candidates.iter().map(|one| (one.code.clone(), one.reasons().collect())).collect()
}

async fn ensure(merchant: &Merchant, items: Vec<EnsureIskuItem>) -> Vec<EnsuredIsku> {
    merchant.ensure(items).await.unwrap()
}

async fn shelf(oms: &Oms) {
    for (code, barcode) in ["Mug-A1", "MUG B2", "MUG-C3.", "WH-7781"].into_iter().zip(BARCODES) {
        oms.isku(code).barcode(barcode).on_hand(10).await;
    }
}

async fn a_second_code_of_goods_that_are_there_is_told_and_not_made(oms: &Oms) {
    shelf(oms).await;
    let codes = ["MUG-A1", "MUGB2", "MUG-C3", "SHOP-1"];

    let answers =
        ensure(oms, codes.into_iter().zip(BARCODES).map(|(code, barcode)| item(code, barcode, 6)).collect()).await;

    let both = || vec![Reason::SameBarcode, Reason::NearCode];
    let expected =
        [("Mug-A1", both()), ("MUG B2", both()), ("MUG-C3.", both()), ("WH-7781", vec![Reason::SameBarcode])];
    for (answer, (code, reasons)) in answers.iter().zip(expected) {
        assert_eq!((answer.outcome(), answer.reason.as_str()), (Outcome::SameGoods, "SAME_GOODS"));
        assert_eq!(named(&answer.candidates), [(code.to_owned(), reasons)]);
        assert_eq!((answer.mangled, &answer.isku), (false, &None));
    }
    assert_eq!(answers[0].candidates[0].product_name, "Goods called Mug-A1");
    assert_eq!(oms.codes(100).await.unwrap(), ["MUG B2", "MUG-C3.", "Mug-A1", "WH-7781"]);
    assert_eq!(oms.level("Mug-A1").await, Level { on_hand: 10, reserved: 0, available: 10 });
}

async fn somebody_who_has_looked_makes_it_anyway(oms: &Oms) {
    shelf(oms).await;
    let looked = EnsureIskuItem { create_anyway: true, ..item("MUG-A1", "", 6) };

    let made = ensure(oms, vec![looked.clone(), EnsureIskuItem { create_anyway: true, ..item("3.5E+5", "", 1) }]).await;
    let again = ensure(oms, vec![looked, item("MUG-A1", "", 6), item("3.5E+5", "", 1)]).await;

    assert!(made.iter().all(|answer| answer.outcome() == Outcome::Created), "{made:?}");
    assert_eq!(again[0].outcome(), Outcome::Created);
    assert!(again[0].replayed);
    // What is there is there, whatever is near to it.
    assert_eq!([again[1].outcome(), again[2].outcome()], [Outcome::Exists; 2]);
    assert_eq!(oms.level("MUG-A1").await.on_hand, 6);
}

async fn a_code_that_a_spreadsheet_mangled_is_told_without_a_candidate(oms: &Oms) {
    let answers =
        ensure(oms, vec![item("9.87654E+11", "4.00638E+12", 5), item("3.5E+5", "", 1), item("2E10", "", 1)]).await;

    for answer in &answers[..2] {
        assert_eq!((answer.outcome(), answer.mangled), (Outcome::SameGoods, true), "{answer:?}");
        assert_eq!(answer.candidates, []);
    }
    assert_eq!(answers[2].outcome(), Outcome::Created);
    assert_eq!(oms.codes(10).await.unwrap(), ["2E10"]);
}

async fn of_near_items_of_one_call_the_first_is_made(oms: &Oms) {
    let items = vec![
        item("34B&W", "", 1),
        item("34B&amp;W", "", 2),
        item("TEA-1", "4006381333931", 3),
        item("CAN-1", "04006381333931", 4),
        item("34b&w", "", 5),
    ];

    let answers = ensure(oms, items).await;

    let outcomes: Vec<_> = answers.iter().map(EnsuredIsku::outcome).collect();
    use Outcome::{Created, SameGoods};
    assert_eq!(outcomes, [Created, SameGoods, Created, SameGoods, SameGoods]);
    assert_eq!(named(&answers[1].candidates), [("34B&W".to_owned(), vec![Reason::NearCode])]);
    assert_eq!(named(&answers[3].candidates), [("TEA-1".to_owned(), vec![Reason::SameBarcode])]);
    assert_eq!(named(&answers[4].candidates), [("34B&W".to_owned(), vec![Reason::NearCode])]);
}

async fn two_replicas_make_one_isku_of_two_near_codes(oms: &Oms) {
    let other = oms.second_pair().await;

    for round in 0..8 {
        let (one, two) = (format!("R{round}-A"), format!("r{round}-a."));
        let (one, two) = tokio::join!(ensure(oms, vec![item(&one, "", 5)]), ensure(&other, vec![item(&two, "", 5)]));

        let mut outcomes = [one[0].outcome(), two[0].outcome()];
        outcomes.sort_unstable();
        assert_eq!(outcomes, [Outcome::Created, Outcome::SameGoods], "round {round}");
    }
    assert_eq!(oms.codes(100).await.unwrap().len(), 8);
}

async fn what_is_archived_or_renamed_is_a_candidate_too(oms: &Oms) {
    oms.isku("OLD-1").await;
    oms.rename("OLD-1", "NEW-1").await.unwrap();
    oms.isku("GONE-1").await;
    oms.archive("GONE-1").await.unwrap();

    let answers = ensure(oms, vec![item("old-1", "", 1), item("gone-1", "", 1), item("OLD-1", "", 1)]).await;

    assert_eq!(answers[0].candidates[0].code, "NEW-1");
    assert_eq!(answers[0].candidates[0].near_code, "OLD-1");
    assert!(answers[1].candidates[0].archived);
    assert!(answers[1].problem.contains("UnarchiveIsku"), "{}", answers[1].problem);
    // A former code is a code.
    assert_eq!(answers[2].outcome(), Outcome::Exists);
}

async fn a_barcode_that_is_none_says_nothing(oms: &Oms) {
    for (n, barcode) in
        ["0000000000000", "4006381333932", "'4006381333931", "4.00638E+12", "N/A", "12"].iter().enumerate()
    {
        oms.isku(&format!("A{n}")).barcode(barcode).await;

        let answer = ensure(oms, vec![item(&format!("B{n}"), barcode, 1)]).await;

        assert_eq!(answer[0].outcome(), Outcome::Created, "{barcode}");
    }
}

async fn a_person_makes_an_isku_and_hears_what_is_like_it(oms: &Oms) {
    shelf(oms).await;
    let request = CreateIskuRequest { barcode: BARCODES[3].to_owned(), ..oms.isku("MUG-A1").request() };

    let made = oms.create(request.clone()).await.unwrap();
    let again = oms.create(request).await.unwrap();

    let expected = [("WH-7781".to_owned(), vec![Reason::SameBarcode]), ("Mug-A1".to_owned(), vec![Reason::NearCode])];
    assert_eq!(named(&made.candidates), expected);
    assert_eq!((again.replayed, named(&again.candidates)), (true, expected.to_vec()));
    assert_eq!(oms.create(oms.isku("ALONE").request()).await.unwrap().candidates, []);
}

async fn an_unknown_code_is_told_what_it_may_be(oms: &Oms) {
    shelf(oms).await;

    let resolved = oms.resolve(&["MUG-A1", "9.87654E+11", "Mug-A1"]).await.unwrap();

    assert_eq!(named(&resolved[0].candidates), [("Mug-A1".to_owned(), vec![Reason::NearCode])]);
    assert_eq!(resolved[0].near_codes, ["Mug-A1"]);
    assert_eq!((resolved[1].mangled, resolved[1].candidates.len()), (true, 0));
    assert_eq!((resolved[2].mangled, resolved[2].candidates.len()), (false, 0));
}

async fn a_refused_item_is_judged_anew_when_it_is_sent_again(oms: &Oms) {
    oms.isku("Mug-A1").await;
    let same = item("MUG-A1", "", 6);
    assert_eq!(ensure(oms, vec![same.clone()]).await[0].outcome(), Outcome::SameGoods);

    oms.rename("Mug-A1", "MUG-A1").await.unwrap();

    assert_eq!(ensure(oms, vec![same]).await[0].outcome(), Outcome::Exists);
}
