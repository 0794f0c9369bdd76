//! What a sheet counts otherwise, as it is found, shown and asked about.

use shared::code::Code;

use super::*;
use crate::import::send::{Drift, Fate};
use crate::import::sheet::Goods;

fn item(code: &str, line: u64) -> Item {
    Item { code: Code::parse(code).unwrap(), goods: Goods::default(), stock: vec![], lines: vec![line] }
}

fn told(isku_code: &str, drift: &[(&str, [i64; 4])]) -> Told {
    let drift = drift.iter().map(|(location, [in_sheet, on_hand, reserved, sequence])| Drift {
        location: (*location).to_owned(),
        in_sheet: *in_sheet,
        on_hand: *on_hand,
        reserved: *reserved,
        sequence: *sequence,
    });
    Told {
        isku_code: isku_code.to_owned(),
        fate: Fate::Unchanged,
        drift: drift.collect(),
        near_codes: vec![],
        candidates: vec![],
    }
}

fn shown(items: &[Item], differences: &[Difference]) -> String {
    let mut out = Vec::new();
    show(items, differences, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn differences_come_by_location_and_are_no_drift_any_more() {
    let mut all =
        [told("A", &[("shop", [1, 2, 0, 7]), ("default", [3, 4, 0, 8])]), told("B", &[("default", [5, 6, 0, 9])])];

    let differences = take_differences(&mut all);

    let found: Vec<_> = differences.iter().map(|own| (own.location.as_str(), own.item, own.sequence)).collect();
    assert_eq!(found, [("default", 0, 8), ("default", 1, 9), ("shop", 0, 7)]);
    assert!(all.iter().all(|told| told.drift.is_empty()));

    let mut later = [told("A", &[("shop", [1, 2, 0, 7])]), told("B", &[("elsewhere", [5, 6, 0, 9])])];
    forget(&mut later, &differences);
    assert_eq!(later.map(|told| told.drift.len()), [0, 1], "what has drifted since was not shown");
}

#[test]
fn two_codes_of_one_isku_are_counted_by_neither() {
    let items = [item("OLD", 2), item("OTHER", 3), item("NEW", 4), item("UNKNOWN", 5), item("UNKNOWN TOO", 6)];
    let drift: &[_] = &[("default", [1, 2, 0, 7])];
    let mut all = [told("NEW", drift), told("OTHER", drift), told("NEW", &[]), told("", &[]), told("", &[])];

    refuse_twins(&items, &mut all);

    let refused =
        all.iter().map(|told| matches!(&told.fate, Fate::Rejected { reason, .. } if reason == "REPEATED_CODE"));
    assert_eq!(refused.collect::<Vec<_>>(), [true, false, true, false, false]);
    assert_eq!(take_differences(&mut all).iter().map(|own| own.item).collect::<Vec<_>>(), [1]);
}

#[test]
fn every_difference_is_shown_and_summed_by_sign() {
    let items = [item("A", 2), item("B", 3), item("C 1", 4)];
    let mut all = [
        told("A", &[("default", [3, 5, 4, 1])]),
        told("B", &[("default", [9, 2, 2, 1])]),
        told("C 1", &[("default", [0, 1, 0, 1])]),
    ];

    let told = shown(&items, &take_differences(&mut all));

    let expected = "
  on hand    counted  difference   reserved  code and location
        5          3          -2          4  \"A\" at default, below what is reserved
        2          9          +7          2  \"B\" at default
        1          0          -1          0  \"C 1\" at default
        1  counted higher, 7 units more
        2  counted lower, 3 units fewer
        1  counted below what is reserved
";
    assert_eq!(told, expected.trim_start_matches('\n'));
    assert!(shown(&items, &[]).starts_with("no ISKU that is there"));
}

#[test]
fn only_a_yes_is_a_yes() {
    for (typed, expected, times) in [
        ("y\n", true, 1),
        ("YES\n", true, 1),
        ("n\n", false, 1),
        ("\n", false, 1),
        ("", false, 1),
        ("maybe\nyes\n", true, 2),
        ("maybe\n", false, 2),
    ] {
        let mut asked = Vec::new();

        let answer = confirmed("count?", &mut typed.as_bytes(), &mut asked).unwrap();

        assert_eq!((answer, asked), (expected, "count? [y/N] ".repeat(times).into_bytes()), "{typed:?}");
    }
}
