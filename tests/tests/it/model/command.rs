//! What a case asks for: commands on few orders, names and places, so that they meet.

use std::collections::BTreeMap;

use proptest::{collection::vec, option, prelude::*};

/// Names that an ISKU may have: the first four are those they are made with.
pub(super) const NAMES: [&str; 5] = ["A", "B", "C", "D", "E"];
/// Places by priority; nothing is sold from the last.
pub(super) const PLACES: [&str; 3] = ["default", "back", "damaged"];
/// Listings with their components: a single, a multipack, and a kit.
pub(super) const LISTINGS: [(&str, &[(usize, i64)]); 3] =
    [("ONE", &[(0, 1)]), ("PAIR", &[(1, 2)]), ("KIT", &[(0, 1), (1, 1), (2, 2)])];
/// Units on hand as a case begins, per ISKU and place.
pub(super) const OPENING: [[i64; 3]; 4] = [[6, 3, 0], [4, 5, 1], [5, 2, 0], [0, 0, 0]];

/// Units per listing.
pub(super) type Lines = BTreeMap<usize, i64>;

/// One command. ISKUs go by their names, so that a rename matters.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    Receive {
        name: usize,
        place: usize,
        units: i64,
    },
    Adjust {
        name: usize,
        place: usize,
        delta: i64,
        shortfall: Shortfall,
    },
    Count {
        name: usize,
        place: usize,
        counted: i64,
        sequence: Option<i64>,
        shortfall: Shortfall,
    },
    Transfer {
        name: usize,
        from: usize,
        to: usize,
        units: i64,
    },
    Reserve {
        order: usize,
        lines: Lines,
        partial: bool,
        hours: Option<i64>,
    },
    Confirm {
        order: usize,
    },
    Extend {
        order: usize,
        hours: i64,
    },
    Amend {
        order: usize,
        lines: Lines,
        partial: bool,
    },
    Ship {
        order: usize,
        part: Option<(usize, i64)>,
    },
    Release {
        order: usize,
        part: Option<(usize, i64)>,
    },
    Return {
        order: usize,
        part: Option<(usize, i64)>,
        place: usize,
    },
    Rename {
        name: usize,
        to: usize,
    },
    Archive {
        name: usize,
    },
    Unarchive {
        name: usize,
    },
    /// Time passes; what is due is written at once, or by whatever comes next.
    Pass {
        hours: i64,
        written: bool,
    },
}

/// Whether the newest held reservations give back what is not there, after the one of an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shortfall {
    pub(super) release: bool,
    pub(super) named: Option<usize>,
}

/// A command with the number of its request.
pub(super) type Asked = (usize, Command);

/// Commands, of which some repeat an earlier request, or take its number for something else.
pub(super) fn commands(steps: usize) -> impl Strategy<Value = Vec<Asked>> {
    let twin = prop_oneof![12 => Just(None), 1 => (1..6_usize, any::<bool>()).prop_map(Some)];
    vec((command(), twin), 1..=steps).prop_map(|drawn| {
        let mut asked: Vec<Asked> = vec![];
        for (number, (command, twin)) in drawn.into_iter().enumerate() {
            let earlier = twin.and_then(|(back, same)| Some((asked.get(number.checked_sub(back)?)?, same)));
            let next = match earlier {
                Some(((number, same), true)) => (*number, same.clone()),
                Some(((number, _), false)) => (*number, command),
                None => (number, command),
            };
            asked.push(next);
        }
        asked
    })
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![8 => of_orders(), 3 => of_goods(), 1 => of_names()]
}

fn order() -> impl Strategy<Value = usize> {
    0..3_usize
}

fn lines() -> impl Strategy<Value = Lines> {
    vec((0..LISTINGS.len(), 1..4_i64), 1..3).prop_map(|lines| lines.into_iter().collect())
}

fn of_orders() -> impl Strategy<Value = Command> {
    let part = || option::of((0..LISTINGS.len(), 1..4_i64));
    let hours = || option::weighted(0.7, 1..4_i64);
    prop_oneof![
        4 => (order(), lines(), any::<bool>(), hours())
            .prop_map(|(order, lines, partial, hours)| Command::Reserve { order, lines, partial, hours }),
        1 => order().prop_map(|order| Command::Confirm { order }),
        1 => (order(), 1..5_i64).prop_map(|(order, hours)| Command::Extend { order, hours }),
        2 => (order(), lines(), any::<bool>())
            .prop_map(|(order, lines, partial)| Command::Amend { order, lines, partial }),
        3 => (order(), part()).prop_map(|(order, part)| Command::Ship { order, part }),
        2 => (order(), part()).prop_map(|(order, part)| Command::Release { order, part }),
        2 => (order(), part(), place()).prop_map(|(order, part, place)| Command::Return { order, part, place }),
        1 => (1..4_i64, any::<bool>()).prop_map(|(hours, written)| Command::Pass { hours, written }),
    ]
}

fn place() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0), 2 => Just(1), 1 => Just(2)]
}

fn name() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0..3_usize, 2 => Just(3), 1 => Just(4)]
}

fn of_goods() -> impl Strategy<Value = Command> {
    let shortfall = || (any::<bool>(), option::of(order())).prop_map(|(release, named)| Shortfall { release, named });
    let delta = prop_oneof![-6..0_i64, 1..3_i64];
    prop_oneof![
        (name(), place(), 1..4_i64).prop_map(|(name, place, units)| Command::Receive { name, place, units }),
        (name(), place(), delta, shortfall()).prop_map(|(name, place, delta, shortfall)| Command::Adjust {
            name,
            place,
            delta,
            shortfall
        }),
        (name(), place(), 0..8_i64, option::weighted(0.2, 0..6_i64), shortfall()).prop_map(
            |(name, place, counted, sequence, shortfall)| Command::Count { name, place, counted, sequence, shortfall }
        ),
        (name(), place(), 1..3_usize, 1..4_i64).prop_map(|(name, from, further, units)| {
            Command::Transfer { name, from, to: (from + further) % PLACES.len(), units }
        }),
    ]
}

fn of_names() -> impl Strategy<Value = Command> {
    prop_oneof![
        2 => (name(), name()).prop_map(|(name, to)| Command::Rename { name, to }),
        1 => name().prop_map(|name| Command::Archive { name }),
        2 => Just(Command::Archive { name: 3 }),
        1 => name().prop_map(|name| Command::Unarchive { name }),
    ]
}
