//! Where a watch may go on, and what it tells.

use super::*;
use crate::domain::location::Selling;

fn epoch(database: &str, declared: i64) -> Epoch {
    Epoch { database: database.to_owned(), declared }
}

fn tip(declared: i64, horizon: i64, now: i64) -> Tip {
    Tip { epoch: epoch("db", declared), horizon, newest: horizon - 1, held_back: None, now: Micros(now) }
}

fn row(batch: i64, isku: i64, location: i64, sequence: i64) -> State {
    let code = |text: &str| Code::parse(text).unwrap();
    let position = Position { batch, isku_id: IskuId(isku), location_id: LocationId(location), sequence };
    let (isku_code, location) = (code(&format!("I{isku}")), code(&format!("L{location}")));
    let stock = Stock { isku_code, location, selling: Selling::Sellable, on_hand: sequence, reserved: 0, sequence };
    State { position, time: Micros(0), stock }
}

#[test]
fn a_cursor_is_good_in_its_own_ledger_for_its_time() {
    const HOUR: i64 = 3_600_000_000;
    let check = |database: &str, declared: i64, batch: i64, age: i64, expected: Option<Stale>| {
        let place = Place::Ledger(Position::before(batch));
        let cursor = Cursor { epoch: epoch(database, declared), time: Micros((100 * HOUR).saturating_sub(age)), place };
        let judged = cursor.judge(&tip(7, 50, 100 * HOUR), 24);
        assert_eq!(judged, expected.map_or(Ok(place), |stale| Err(Error::CursorStale(stale))), "{cursor:?}");
    };

    check("db", 7, 50, 0, None);
    check("db", 7, 0, 24 * HOUR, None);
    check("db", 7, 0, 24 * HOUR + 1, Some(Stale::TooOld { keep_hours: 24 }));
    check("db", 7, 51, 0, Some(Stale::Future));
    check("db", 6, 50, 0, Some(Stale::Restored));
    check("other", 7, 50, 0, Some(Stale::Restored));
    // Nothing was there yet: whatever is there now comes after it.
    check("db", 0, 0, 0, None);
    check("other", 0, 0, 0, Some(Stale::Restored));
    check("db", 7, i64::MAX, i64::MIN, Some(Stale::Future));
    check("db", 7, i64::MIN, i64::MIN, None);
}

#[test]
fn a_ledger_that_is_suddenly_shorter_is_another_one() {
    let check = |before: Tip, later: Tip, expected: bool| assert_eq!(later.continues(&before).is_ok(), expected);

    check(tip(7, 50, 0), tip(7, 50, 1), true);
    check(tip(7, 50, 0), tip(7, 51, 1), true);
    check(tip(0, 0, 0), tip(7, 51, 1), true);
    check(tip(7, 50, 0), tip(7, 49, 1), false);
    check(tip(7, 50, 0), tip(8, 51, 1), false);
    check(tip(7, 50, 0), tip(0, 0, 1), false);
}

#[test]
fn a_place_is_behind_until_everything_before_the_horizon_is_told() {
    let committed = Tip { newest: 60, held_back: Some(Micros(5)), ..tip(7, 50, 9) };
    let check = |tip: &Tip, place: Place, expected: bool| assert_eq!(tip.is_beyond(place), expected, "{place:?}");

    check(&committed, Place::snapshot(50), true);
    check(&committed, Place::Ledger(Position::before(49)), true);
    check(&committed, Place::Ledger(row(49, 1, 1, 1).position), true);
    check(&committed, Place::Ledger(Position::before(50)), false);
    // Other merchants' transactions move the horizon: there is nothing to read.
    check(&Tip { newest: 10, ..committed }, Place::Ledger(Position::before(49)), false);
}

#[test]
fn lag_is_the_age_of_the_oldest_change_that_is_not_told() {
    let check = |held_back: Option<i64>, told_until: Option<i64>, expected: i64| {
        let tip = Tip { held_back: held_back.map(Micros), ..tip(7, 50, 100) };
        assert_eq!(tip.lag_since(told_until.map(Micros)), expected);
    };

    check(None, None, 0);
    check(Some(90), None, 10);
    check(Some(90), Some(40), 60);
    check(None, Some(120), 0);
}

#[test]
fn a_watch_tells_what_was_asked_for_and_on_request_only_the_latest() {
    let rows = || vec![row(1, 1, 1, 1), row(1, 1, 1, 2), row(1, 2, 1, 1), row(2, 1, 2, 1), row(2, 2, 1, 2)];
    let only = |iskus: &[i64], locations: &[i64]| Filter {
        iskus: (!iskus.is_empty()).then(|| iskus.iter().copied().map(IskuId).collect()),
        locations: (!locations.is_empty()).then(|| locations.iter().copied().map(LocationId).collect()),
    };
    let check = |filter: Filter, telling: Telling, expected: &[&str]| {
        let told = told(rows(), &filter, telling);
        let told: Vec<String> =
            told.iter().map(|stock| format!("{}{}#{}", stock.isku_code, stock.location, stock.sequence)).collect();
        assert_eq!(told, expected);
    };

    check(only(&[], &[]), Telling::Every, &["I1L1#1", "I1L1#2", "I2L1#1", "I1L2#1", "I2L1#2"]);
    check(only(&[], &[]), Telling::Latest, &["I1L1#2", "I1L2#1", "I2L1#2"]);
    check(only(&[1], &[]), Telling::Every, &["I1L1#1", "I1L1#2", "I1L2#1"]);
    check(only(&[1], &[1]), Telling::Latest, &["I1L1#2"]);
    check(only(&[], &[2]), Telling::Every, &["I1L2#1"]);
    check(only(&[3], &[]), Telling::Every, &[]);
}
