//! What is asked of an object and what is answered: an object is one ISKU, or the two that a kit joins, with the orders that hold them.

use std::fmt;

/// Places by priority.
pub(super) const PLACES: [&str; 2] = ["default", "back"];
/// ISKUs of an object at most.
pub(super) const ISKUS: [&str; 2] = ["A", "B"];
/// Units on hand as a history begins, per ISKU and place: one movement each.
pub(super) const OPENING: [Units; ISKUS.len()] = [[4, 2], [6, 3]];
/// What a unit of a listing may consist of, by name: units of each ISKU. All but the kit take the first ISKU alone.
pub(super) const MAPPINGS: [(&str, [i64; ISKUS.len()]); 3] = [("single", [1, 0]), ("pair", [2, 0]), ("kit", [1, 2])];

/// Units per place.
pub(super) type Units = [i64; PLACES.len()];

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Receive { isku: usize, place: usize, units: i64 },
    Transfer { isku: usize, from: usize, units: i64 },
    Count { isku: usize, place: usize, counted: i64, expected: Option<i64> },
    Reserve { order: usize, mapping: usize, units: i64 },
    Confirm { order: usize },
    Ship { order: usize, units: Option<i64> },
    Release { order: usize, units: Option<i64> },
    GetOrder { order: usize },
    Look { iskus: Vec<usize> },
}

/// What a call is answered; all of it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Rows(Vec<Row>),
    Order(View),
    /// The reason with the numbers that it tells.
    Refused(String),
}

/// Stock of an ISKU at a place, as it is seen, or as it is after a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) isku: usize,
    pub(super) place: usize,
    pub(super) level: Level,
}

/// Quantities with the number of the last movement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Level {
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) sequence: i64,
}

/// A reservation as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) state: State,
    pub(super) held: Units,
    pub(super) shipped: i64,
    pub(super) released: i64,
    /// Whether Reserve found it made.
    pub(super) existing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Held,
    Confirmed,
    Shipped,
    Released,
}

impl Call {
    /// Whether it changes nothing, whatever is answered.
    pub(super) fn is_read(&self) -> bool {
        matches!(self, Self::Look { .. } | Self::GetOrder { .. })
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Receive { .. } => "receive",
            Self::Transfer { .. } => "transfer",
            Self::Count { .. } => "count",
            Self::Reserve { .. } => "reserve",
            Self::Confirm { .. } => "confirm",
            Self::Ship { .. } => "ship",
            Self::Release { .. } => "release",
            Self::GetOrder { .. } => "get order",
            Self::Look { .. } => "look",
        }
    }
}

impl Answer {
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// The rows that it tells; none for the others.
    pub(super) fn rows(&self) -> &[Row] {
        match self {
            Self::Rows(rows) => rows,
            Self::Order(_) | Self::Refused(_) => &[],
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::Receive { isku, place, units } => write!(f, "{name} {units} {} at {}", ISKUS[*isku], PLACES[*place]),
            Self::Transfer { isku, from, units } => {
                write!(f, "{name} {units} {} from {} to {}", ISKUS[*isku], PLACES[*from], PLACES[1 - from])
            }
            Self::Count { isku, place, counted, expected } => {
                write!(f, "{name} {counted} {} at {}", ISKUS[*isku], PLACES[*place])?;
                expected.map_or(Ok(()), |sequence| write!(f, ", seen at #{sequence}"))
            }
            Self::Reserve { order, mapping, units } => {
                write!(f, "{name} {units} {} for order {order}", MAPPINGS[*mapping].0)
            }
            Self::Confirm { order } | Self::GetOrder { order } => write!(f, "{name} {order}"),
            Self::Ship { order, units } | Self::Release { order, units } => match units {
                Some(units) => write!(f, "{name} {units} of order {order}"),
                None => write!(f, "{name} order {order}"),
            },
            Self::Look { iskus } => {
                write!(f, "{name} at")?;
                iskus.iter().try_for_each(|isku| write!(f, " {}", ISKUS[*isku]))
            }
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => {
                let row = |Row { isku, place, level: Level { on_hand, reserved, sequence } }: &Row| {
                    format!("{} {}: {reserved} of {on_hand} #{sequence}", ISKUS[*isku], PLACES[*place])
                };
                f.write_str(&rows.iter().map(row).collect::<Vec<_>>().join("; "))
            }
            Self::Order(View { state, held, shipped, released, existing }) => {
                write!(f, "{state:?}: held {held:?}, shipped {shipped}, released {released}")?;
                f.write_str(if *existing { ", existing" } else { "" })
            }
            Self::Refused(why) => f.write_str(why),
        }
    }
}
