//! Limits of what is told: a long list is cut where the API says so, and says how long it was.

use proto::inventory::v1::EnsureIskuItem;
use tests::{Oms, both_engines, refused, request_id, story::Sold};

both_engines!(
    a_shortage_names_at_most_20_iskus,
    a_shortage_of_very_long_codes_names_fewer,
    at_most_20_reservations_in_the_way_are_named,
    at_most_5_near_codes_are_told,
    at_most_10_candidates_are_told,
);

/// Refused for lack of each of these ISKUs: how many are short, and how many of them are named.
async fn short_of(oms: &Oms, codes: &[String]) -> (String, usize) {
    let item = |code: &String| EnsureIskuItem { request_id: request_id(), code: code.clone(), ..Default::default() };
    oms.ensure(codes.iter().map(item).collect()).await.unwrap();
    let parts: Vec<[(&str, i64); 1]> = codes.iter().map(|code| [(code.as_str(), 1)]).collect();
    let sold: Vec<Sold<'_>> = codes.iter().zip(&parts).map(|(code, parts)| (code.as_str(), 1, &parts[..])).collect();

    let short = refused(oms.reserve("1", &sold).await);

    let named = (0..).take_while(|n| short.metadata.contains_key(&format!("isku_code_{n}"))).count();
    assert_eq!(short.metadata.len(), 1 + 3 * named, "each with its numbers");
    (short.metadata["short_count"].clone(), named)
}

async fn a_shortage_names_at_most_20_iskus(oms: &Oms) {
    let codes: Vec<_> = (0..21).map(|n| format!("A{n}")).collect();

    assert_eq!(short_of(oms, &codes[..20]).await, ("20".to_owned(), 20));
    assert_eq!(short_of(oms, &codes).await, ("21".to_owned(), 20));
}

async fn a_shortage_of_very_long_codes_names_fewer(oms: &Oms) {
    let codes: Vec<_> = (0..9).map(|n| format!("{n}{}", "😀".repeat(127))).collect();

    assert_eq!(short_of(oms, &codes).await, ("9".to_owned(), 6));
}

async fn at_most_20_reservations_in_the_way_are_named(oms: &Oms) {
    oms.isku("A").on_hand(21).await;
    let mut named = Vec::new();
    for held in 1..=21 {
        oms.reserve(&held.to_string(), &[("TEE", 1, &[("A", 1)])]).await.unwrap();
        let below = refused(oms.count(&[("A", 0)]).await);
        assert_eq!(below.metadata["reserved"], held.to_string());
        named.push(below.metadata.keys().filter(|key| key.starts_with("reservation_id_")).count());
    }

    assert_eq!(named[18..], [19, 20, 20]);
}

async fn at_most_5_near_codes_are_told(oms: &Oms) {
    let mut near = Vec::new();
    for code in ["SKU-1", "sku-1", "Sku-1", "SKU - 1", "SKU-1.", "SKU-1!"] {
        oms.isku(code).await;
        near.push(oms.resolve(&["sKU-1"]).await.unwrap()[0].near_codes.len());
    }

    assert_eq!(near, [1, 2, 3, 4, 5, 5]);
}

async fn at_most_10_candidates_are_told(oms: &Oms) {
    let mut told = Vec::new();
    for dots in 0..=10 {
        let made = oms.create(oms.isku(&format!("SKU-1{}", ".".repeat(dots))).request()).await.unwrap();
        let resolved = oms.resolve(&["sku-1"]).await.unwrap().remove(0);
        let item = EnsureIskuItem { request_id: request_id(), code: "sku-1".to_owned(), ..Default::default() };
        let ensured = oms.ensure(vec![item]).await.unwrap().remove(0);
        told.push([made.candidates.len(), resolved.candidates.len(), ensured.candidates.len()]);
    }

    assert_eq!(told[0], [0, 1, 1]);
    assert_eq!(told[9..], [[9, 10, 10], [10, 10, 10]]);
}
