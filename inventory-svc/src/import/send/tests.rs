//! What an answer of the service means for an item.

use shared::code::Code;

use super::*;

fn item(quantity: i64) -> Item {
    let stock = vec![("default".to_owned(), quantity)];
    Item { code: Code::parse("A-1").unwrap(), goods: Goods::default(), stock, lines: vec![2] }
}

fn before(status: Found, on_hand: &[i64]) -> ResolvedIsku {
    let stock = |on_hand: &i64| Stock { location: "default".to_owned(), on_hand: *on_hand, ..Stock::default() };
    ResolvedIsku { status: status.into(), stock: on_hand.iter().map(stock).collect(), ..ResolvedIsku::default() }
}

fn after(outcome: Outcome, on_hand: &[i64], replayed: &str) -> Option<EnsuredIsku> {
    let stock = before(Found::Found, on_hand).stock;
    Some(EnsuredIsku { outcome: outcome.into(), stock, replayed: replayed == "replayed", ..EnsuredIsku::default() })
}

#[test]
fn an_answer_tells_what_became_of_an_item() {
    let drift =
        |on_hand| vec![Drift { location: "default".to_owned(), in_sheet: 5, on_hand, reserved: 0, sequence: 0 }];
    for (before, after, fate, drift) in [
        (before(Found::NotFound, &[]), after(Outcome::Created, &[5], ""), Fate::Created, vec![]),
        (before(Found::Found, &[5]), after(Outcome::Exists, &[5], ""), Fate::Unchanged, vec![]),
        (before(Found::Found, &[5]), after(Outcome::Exists, &[3], ""), Fate::Unchanged, drift(3)),
        (before(Found::Found, &[]), after(Outcome::Exists, &[], ""), Fate::Unchanged, drift(0)),
        // The same file again: the answer of then is no news, the stock of now is.
        (before(Found::Found, &[5]), after(Outcome::Created, &[5], "replayed"), Fate::Unchanged, vec![]),
        (before(Found::Found, &[3]), after(Outcome::Created, &[5], "replayed"), Fate::Unchanged, drift(3)),
        (before(Found::ByAlias, &[5]), after(Outcome::Created, &[5], "replayed"), Fate::Unchanged, vec![]),
        // Only looked.
        (before(Found::NotFound, &[]), None, Fate::Created, vec![]),
        (before(Found::Found, &[4]), None, Fate::Unchanged, drift(4)),
        (before(Found::Archived, &[0]), None, rejected("ISKU_ARCHIVED", "the ISKU is archived"), vec![]),
    ] {
        let told = tell(&item(5), before.clone(), after.clone(), OnSameGoods::Ask);

        assert_eq!((told.fate, told.drift), (fate, drift), "{before:?} {after:?}");
    }
}

#[test]
fn the_request_id_stands_for_the_file_and_all_that_the_item_states() {
    let (file, other) = (blake3::hash(b"file"), blake3::hash(b"other"));
    let id = |file, item: &Item| wire(file, item, OnSameGoods::Ask).request_id;

    assert_eq!(id(file, &item(5)), id(file, &item(5)));
    assert_ne!(id(file, &item(5)), id(file, &item(6)));
    assert_ne!(id(file, &item(5)), id(other, &item(5)));
    assert!(id(file, &item(5)).len() <= 128);
}
