//! What the checker takes for an order, in histories of a few calls by hand.

use std::time::Duration;

use super::{
    call::{Answer, Call, Level, Row},
    history::{Entry, History},
};

/// What is asked, when, and what is heard when; nothing if it never was.
type Line = (Call, u64, Option<(Answer, u64)>);

fn history(lines: &[Line]) -> History {
    let entry = |(client, (call, sent, heard)): (usize, &Line)| {
        let heard = heard.clone().map(|(answer, at)| (answer, Duration::from_millis(at)));
        Entry { client, replica: 0, call: call.clone(), sent: Duration::from_millis(*sent), heard }
    };
    History { name: "by hand".to_owned(), entries: lines.iter().enumerate().map(entry).collect() }
}

fn receive() -> Call {
    Call::Receive { isku: 0, place: 0, units: 1 }
}

fn look() -> Call {
    Call::Look { iskus: vec![0] }
}

/// What is seen, or was received, after so many receipts of one unit.
fn seen(receipts: i64) -> Answer {
    let Answer::Rows(rows) = received(receipts) else { unreachable!("rows") };
    let back = Row { isku: 0, place: 1, level: Level { on_hand: 2, reserved: 0, sequence: 1 } };
    Answer::Rows([rows, vec![back]].concat())
}

fn received(receipts: i64) -> Answer {
    let level = Level { on_hand: 4 + receipts, reserved: 0, sequence: 1 + receipts };
    Answer::Rows(vec![Row { isku: 0, place: 0, level }])
}

#[test]
fn a_call_happens_between_its_two_times() {
    let receipt = (receive(), 10, Some((received(1), 20)));
    for (from, to, receipts, explained) in [
        (21, 30, 1, true),
        (21, 30, 0, false),
        (0, 9, 0, true),
        (0, 9, 1, false),
        // At once, also where one ends as the other begins.
        (15, 30, 0, true),
        (15, 30, 1, true),
        (20, 30, 0, true),
        (0, 10, 1, true),
    ] {
        let told = history(&[receipt.clone(), (look(), from, Some((seen(receipts), to)))]);

        assert_eq!(told.is_linearizable(), explained, "{told}");
    }
}

#[test]
fn an_open_call_has_happened_or_not_or_will_later() {
    let open = (receive(), 10, None);
    for (looks, explained) in [
        (vec![(0, 9, 0)], true),
        (vec![(0, 9, 1)], false),
        (vec![(20, 30, 0), (40, 50, 0)], true),
        (vec![(20, 30, 0), (40, 50, 1)], true),
        (vec![(20, 30, 1), (40, 50, 0)], false),
        // It happens once.
        (vec![(20, 30, 1), (40, 50, 2)], false),
    ] {
        let looks = looks.into_iter().map(|(from, to, receipts)| (look(), from, Some((seen(receipts), to))));
        let told = history(&[open.clone()].into_iter().chain(looks).collect::<Vec<_>>());

        assert_eq!(told.is_linearizable(), explained, "{told}");
    }
}

#[test]
fn what_is_refused_is_told_in_as_few_calls_as_it_takes() {
    let told = history(&[
        (look(), 0, Some((seen(0), 9))),
        (receive(), 10, Some((received(1), 20))),
        (look(), 15, Some((seen(1), 25))),
        (look(), 30, Some((seen(0), 40))),
        (receive(), 35, Some((received(2), 50))),
        (look(), 60, Some((seen(2), 70))),
    ]);

    let least = told.contradiction().expect("a step back");

    let calls: Vec<(usize, bool)> = least.entries.iter().map(|entry| (entry.client, entry.heard.is_some())).collect();
    assert_eq!(calls, [(1, true), (3, true), (4, false)], "{least}");
}
