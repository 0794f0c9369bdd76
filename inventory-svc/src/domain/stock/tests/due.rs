//! Due exactly now: what is due is free from that very microsecond on, and not one before.

use super::*;
use crate::domain::command::{Expiry, Extension};

const DUE: i64 = 2_000;

/// A reservation of all of `b`.
fn all_of_b(order_id: &str, expiry: Expiry) -> Action {
    match reserve(order_id, &[("B", 3, &[("b", 1)])]) {
        Action::Reserve(order) => Action::Reserve(Order { expiry, ..order }),
        other => other,
    }
}

/// What an action leads to at a time, when all of `b` is reserved and due at [`DUE`].
fn at(now: i64, action: Action) -> Result<Answer, Error> {
    let mut facts = shop();
    let made = facts.apply(&[command("made", all_of_b("1", Expiry::At(Micros(DUE))))]);
    assert!(made.results[0].is_ok());
    facts.now = Micros(now);
    let result = facts.apply(&[command("then", action)]).results.remove(0);
    prove(&facts);
    result.map(|answered| answered.answer)
}

#[test]
fn what_is_due_is_free_from_that_microsecond_on() {
    for (now, free) in [(DUE - 1, false), (DUE, true), (DUE + 1, true)] {
        let taken = at(now, all_of_b("2", Expiry::Never)).map(drop);
        assert_eq!(taken, if free { Ok(()) } else { Err(short("b", 3, 0)) }, "{now}");
    }
}

#[test]
fn what_is_due_is_closed_from_that_microsecond_on() {
    let target = || Target::Order(order_key("1"));
    let extension = |expiry| Action::Extend(Extension { target: target(), expiry });
    for (now, is_open) in [(DUE - 1, true), (DUE, false), (DUE + 1, false)] {
        for action in [Action::Confirm(target()), extension(Expiry::After(1)), ship("1", &[])] {
            let expired = Error::ReservationClosed { reservation_id: Uuid::new_v5_like("made"), state: State::Expired };
            let closed = at(now, action).map(drop);
            assert_eq!(closed, if is_open { Ok(()) } else { Err(expired) }, "{now}");
        }
    }
}

#[test]
fn a_time_is_in_the_future_and_at_most_a_year_ahead() {
    let now = empty().now.0;
    for (ahead, good) in
        [(-1, false), (0, false), (1, true), (Expiry::AHEAD_MAX_US, true), (Expiry::AHEAD_MAX_US + 1, false)]
    {
        let mut facts = shop();
        let made = facts.apply(&[command("made", all_of_b("1", Expiry::At(Micros(now + ahead))))]).results.remove(0);
        assert_eq!(made.map(drop), if good { Ok(()) } else { Err(Error::ExpiryOutOfRange) }, "{ahead}");
    }
}

#[test]
fn an_extension_never_brings_the_time_forward() {
    for (until, expected) in [(DUE - 1, DUE), (DUE, DUE), (DUE + 1, DUE + 1)] {
        let extension = Extension { target: Target::Order(order_key("1")), expiry: Expiry::At(Micros(until)) };
        match at(DUE - 2, Action::Extend(extension)) {
            Ok(Answer::Extended(after)) => assert_eq!(after.expire_time, Some(Micros(expected)), "{until}"),
            other => panic!("{other:?}"),
        }
    }
}
