//! Every number in the comments of the API is a limit that a row touches, one that another test holds, or no limit.

use std::collections::{BTreeMap, BTreeSet};

use tests::{comments::comments, sources};

use super::all;

/// Limits that no single request touches, with the tests that hold them.
const HELD: &[(&str, &str, &[&str])] = &[
    ("oms.inventory.v1.LocationService", "at most 200", &["a_merchant_has_at_most_200_locations"]),
    (
        "oms.inventory.v1.IskuService.SearchIskus",
        "looks at 1,000 ISKUs",
        &["what_hides_behind_archived_iskus_is_told", "a_common_word_is_looked_up_with_as_few_rows_as_a_rare_one"],
    ),
    ("oms.inventory.v1.SearchIskusRequest.query", "the first 16", &["only_what_may_be_unfinished_is_a_beginning"]),
    ("oms.inventory.v1.SearchIskusRequest.query", "the first 64 characters", &["a_name_is_found_by_its_folded_words"]),
    ("oms.inventory.v1.ResolvedIsku.near_codes", "up to 5 codes", &["at_most_5_near_codes_are_told"]),
    ("oms.inventory.v1.ResolvedIsku.candidates", "at most 10", &["at_most_10_candidates_are_told"]),
    ("oms.inventory.v1.EnsuredIsku.candidates", "at most 10", &["at_most_10_candidates_are_told"]),
    ("oms.inventory.v1.CreateIskuResponse.candidates", "at most 10", &["at_most_10_candidates_are_told"]),
    (
        "oms.inventory.v1.ErrorReason.ERROR_REASON_SAME_GOODS",
        "from 0 to at most 9",
        &["at_most_10_candidates_are_told"],
    ),
    (
        "oms.inventory.v1.EnsureIskuItem.opening_stock",
        "-1,000,000,000,000 units",
        &["back_orders_are_a_count_of_zero_and_told"],
    ),
    (
        "oms.inventory.v1.IskuCandidate.Reason.REASON_SAME_BARCODE",
        "of 8 to 14 digits",
        &["a_barcode_is_compared_only_with_its_check_digit"],
    ),
    (
        "oms.inventory.v1.ErrorReason.ERROR_REASON_INSUFFICIENT_STOCK",
        "from 0 to at most 19",
        &["a_shortage_names_at_most_20_iskus", "a_shortage_of_very_long_codes_names_fewer"],
    ),
    (
        "oms.inventory.v1.ErrorReason.ERROR_REASON_BELOW_RESERVED",
        "from 0 to at most 19",
        &["at_most_20_reservations_in_the_way_are_named"],
    ),
    (
        "oms.inventory.v1.ReservationService.ListReservations",
        "5,000 reservations at most",
        &["a_rare_reservation_is_found_behind_thousands"],
    ),
    (
        "oms.inventory.v1.ReserveRequest.expire_time",
        "at most 366 days",
        &["an_expiry_in_the_past_or_too_far_ahead_is_refused"],
    ),
    (
        "oms.inventory.v1.ExtendReservationRequest.expire_time",
        "at most 366 days",
        &["an_expiry_in_the_past_or_too_far_ahead_is_refused"],
    ),
    ("oms.inventory.v1.WatchStockResponse.stock", "at most 500", &["a_snapshot_that_was_cut_off_goes_on"]),
];

/// Numbers that limit nothing.
const NO_LIMIT: &[(&str, &str)] = &[
    ("oms.inventory.v1.Movement.sequence", "from 1, without gaps"),
    ("oms.inventory.v1.ErrorReason.ERROR_REASON_QUANTITY_OVERFLOW", "64-bit"),
    ("oms.inventory.v1.StockService", "0 <= reserved <= on hand"),
    ("oms.inventory.v1.LedgerFault.Kind.KIND_STATE", "found is 0 if the reservation is missing and -1 if"),
    ("oms.inventory.v1.LedgerFault.Kind.KIND_EXPIRY", "since 1970, 0 for never"),
    ("oms.inventory.v1.ReserveItem.components", "one ISKU x 1"),
    ("oms.type.v1.ErrorReason.ERROR_REASON_MESSAGE_INVALID", "not UTF-8"),
    ("oms.type.v1.ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE", "`oms.type.v1.bytes_max`"),
    ("oms.type.v1.Money.currency_code", "ISO 4217"),
    ("oms.type.v1.FieldProblem.field", "`items[2].quantity`"),
    ("oms.type.v1.FieldProblem.problem", "`must be 1 to 9`"),
];

/// Of each comment the words that are accounted for.
fn accounted() -> BTreeMap<String, BTreeSet<&'static str>> {
    let limits = all();
    let touched = limits.iter().flat_map(|limit| limit.of.iter().map(|of| (*of, limit.says)));
    let held = HELD.iter().map(|(of, says, _)| (*of, *says));
    let mut accounted: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (of, says) in touched.chain(held).chain(NO_LIMIT.iter().copied()) {
        accounted.entry(of.to_owned()).or_default().insert(says);
    }
    accounted
}

#[test]
fn every_limit_that_is_stated_is_tested_and_every_one_tested_is_stated() {
    let comments = comments(proto::inventory::DESCRIPTORS, &["oms.inventory.v1", "oms.type.v1"]);
    let accounted = accounted();
    let mut open = Vec::new();
    for (of, says) in accounted.iter().flat_map(|(of, words)| words.iter().map(move |says| (of, says))) {
        let comment = comments.get(of).map(String::as_str).unwrap_or_default();
        if !comment.contains(says) {
            open.push(format!("{of} does not say {says:?}, but {comment:?}"));
        }
    }
    for (of, comment) in &comments {
        // Of two that overlap the longer one.
        let mut words: Vec<&str> = accounted.get(of).into_iter().flatten().copied().collect();
        words.sort_by_key(|says| std::cmp::Reverse(says.len()));
        let rest = words.iter().fold(comment.clone(), |rest, says| rest.replace(says, ""));
        if rest.contains(|c: char| c.is_ascii_digit()) {
            open.push(format!("no test holds a number of {of}: {rest:?}"));
        }
    }
    assert!(comments.len() > 300, "only {} comments were found", comments.len());
    assert!(open.is_empty(), "{}", open.join("\n"));
}

#[test]
fn every_test_that_holds_a_limit_is_there() {
    let source = ["tests/tests", "inventory-svc/src", "shared/src"].map(sources).concat();

    let named = HELD.iter().flat_map(|(_, _, tests)| tests.iter());
    let missing: Vec<_> = named.filter(|test| !source.contains(&format!("fn {test}("))).collect();

    assert!(missing.is_empty(), "no such test: {missing:?}");
}
