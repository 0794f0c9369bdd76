//! Answers of a sound service, altered in one place so that no order can explain them: what the checker must refuse.

use super::{
    call::{Answer, Call, Level, OPENING, Row, State, View},
    history::{Entry, History},
};

/// What is altered; each is impossible by itself, however the other calls met.
#[derive(Clone, Copy, Debug)]
pub(super) enum Alteration {
    /// A look tells what a history begins with, after somebody was told of a movement. Sequences only grow.
    StaleRead,
    /// Two looks of one client, one after the other, change places.
    StepBack,
    /// What was refused for want of stock is told as held, and the last look does not know of it.
    DoubleSale,
    /// The last look tells a unit as reserved that no order holds.
    LostRelease,
    /// A receipt that was answered was never asked for, and no count says where its units are from.
    UnitsFromNowhere,
}

impl Alteration {
    pub(super) const ALL: [Self; 5] =
        [Self::StaleRead, Self::StepBack, Self::DoubleSale, Self::LostRelease, Self::UnitsFromNowhere];

    /// The history with the alteration; none if it has no place for it.
    pub(super) fn of(self, history: &History) -> Option<History> {
        let mut altered = history.clone();
        let entries = &mut altered.entries;
        // An open call could explain a unit more or less, though no step back.
        let is_closed = history.entries.iter().all(|entry| entry.heard.is_some());
        match self {
            Self::StaleRead => read_stale(entries),
            Self::StepBack => step_back(entries),
            Self::DoubleSale if is_closed => sell_twice(entries),
            Self::LostRelease if is_closed => lose_release(entries),
            Self::UnitsFromNowhere if is_closed => forget_receipt(entries),
            Self::DoubleSale | Self::LostRelease | Self::UnitsFromNowhere => None,
        }?;
        Some(altered)
    }
}

fn read_stale(entries: &mut [Entry]) -> Option<()> {
    let knows = |before: &Entry, look: &Entry, row: &Row| {
        let moved = |told: &Row| (told.isku, told.place) == (row.isku, row.place) && told.level.sequence > 1;
        before.end().is_some_and(|end| end < look.sent) && rows(before).iter().any(moved)
    };
    let stale = |look: &Entry| rows(look).iter().position(|row| entries.iter().any(|before| knows(before, look, row)));
    let looks = entries.iter().enumerate().filter(|(_, entry)| is_look(entry));
    let (at, stale) = looks.into_iter().find_map(|(at, look)| Some((at, stale(look)?)))?;
    let row = &mut rows_mut(&mut entries[at])?[stale];
    row.level = Level { on_hand: OPENING[row.isku][row.place], reserved: 0, sequence: 1 };
    Some(())
}

fn step_back(entries: &mut [Entry]) -> Option<()> {
    let looks: Vec<usize> = (0..entries.len()).filter(|at| is_look(&entries[*at])).collect();
    let moved = |pair: &&[usize]| {
        let (one, next) = (&entries[pair[0]], &entries[pair[1]]);
        one.client == next.client && one.call == next.call && rows(one) != rows(next)
    };
    let pair = looks.windows(2).find(moved)?;
    let (one, next) = (rows(&entries[pair[0]]).to_vec(), rows(&entries[pair[1]]).to_vec());
    *rows_mut(&mut entries[pair[0]])? = next;
    *rows_mut(&mut entries[pair[1]])? = one;
    Some(())
}

fn sell_twice(entries: &mut [Entry]) -> Option<()> {
    let is_short = |answer: &Answer| answer.to_string().starts_with("INSUFFICIENT_STOCK");
    let refused = entries.iter_mut().find_map(|entry| match (&entry.call, &mut entry.heard) {
        (Call::Reserve { units, .. }, Some((answer, _))) if is_short(answer) => Some((*units, answer)),
        _ => None,
    });
    let (units, answer) = refused?;
    let held = View { state: State::Held, held: [units, 0], shipped: 0, released: 0, existing: false };
    *answer = Answer::Order(held);
    Some(())
}

fn lose_release(entries: &mut [Entry]) -> Option<()> {
    let gave_back = |entry: &Entry| match (&entry.call, &entry.heard) {
        (Call::Release { .. }, Some((Answer::Order(view), _))) => view.released > 0,
        _ => false,
    };
    entries.iter().find(|entry| gave_back(entry))?;
    let row = rows_mut(entries.last_mut()?)?.first_mut()?;
    row.level.reserved += 1;
    row.level.sequence -= 1;
    Some(())
}

fn forget_receipt(entries: &mut Vec<Entry>) -> Option<()> {
    let is_counted =
        |own: usize| entries.iter().any(|entry| matches!(&entry.call, Call::Count { isku, .. } if *isku == own));
    let uncounted = |entry: &Entry| matches!(&entry.call, Call::Receive { isku, .. } if !is_counted(*isku));
    let at = entries.iter().position(uncounted)?;
    entries.remove(at);
    Some(())
}

fn is_look(entry: &Entry) -> bool {
    matches!(entry.call, Call::Look { .. })
}

fn rows(entry: &Entry) -> &[Row] {
    entry.heard.as_ref().map_or(&[], |(answer, _)| answer.rows())
}

fn rows_mut(entry: &mut Entry) -> Option<&mut Vec<Row>> {
    match &mut entry.heard {
        Some((Answer::Rows(rows), _)) => Some(rows),
        _ => None,
    }
}
