//! What a sheet counts otherwise than the books say: found before anything is written, and shown.
//!
//! An ISKU that is new is no difference: it is created with the sheet's stock.

pub(crate) mod apply;
mod show;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::show::{confirmed, show};
use super::send::{Told, rejected};
use super::sheet::Item;

/// One ISKU at one location, in the sheet and in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The item's place in the sheet.
    pub(crate) item: usize,
    /// What the service calls the ISKU.
    pub(crate) isku_code: String,
    pub(crate) location: String,
    pub(crate) counted: i64,
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    /// The number of the last movement that `on_hand` contains.
    pub(crate) sequence: i64,
}

impl Difference {
    pub(crate) fn delta(&self) -> i64 {
        self.counted.saturating_sub(self.on_hand)
    }

    /// Whether reservations are in the way.
    pub(crate) fn is_below_reserved(&self) -> bool {
        self.counted < self.reserved
    }
}

/// The differences in what was told, by location; what is taken so is no drift any more.
pub(crate) fn take_differences(told: &mut [Told]) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (item, told) in told.iter_mut().enumerate() {
        differences.extend(told.drift.drain(..).map(|drift| Difference {
            item,
            isku_code: told.isku_code.clone(),
            location: drift.location,
            counted: drift.in_sheet,
            on_hand: drift.on_hand,
            reserved: drift.reserved,
            sequence: drift.sequence,
        }));
    }
    differences.sort_by(|one, other| (&one.location, one.item).cmp(&(&other.location, other.item)));
    differences
}

/// Forgets the drift that was taken as a difference when it was looked for; what has drifted since stays told.
pub(crate) fn forget(told: &mut [Told], differences: &[Difference]) {
    let taken: BTreeSet<(usize, &str)> = differences.iter().map(|own| (own.item, own.location.as_str())).collect();
    for (item, told) in told.iter_mut().enumerate() {
        told.drift.retain(|drift| !taken.contains(&(item, drift.location.as_str())));
    }
}

/// Refuses items that name one ISKU by different codes of it: it would be counted twice.
pub(crate) fn refuse_twins(items: &[Item], told: &mut [Told]) {
    let mut by_isku: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (item, told) in told.iter().enumerate().filter(|(_, told)| !told.isku_code.is_empty()) {
        by_isku.entry(told.isku_code.clone()).or_default().push(item);
    }
    for (isku_code, twins) in by_isku.iter().filter(|(_, twins)| twins.len() > 1) {
        for &item in twins {
            let others = twins.iter().filter(|&&other| other != item).flat_map(|&other| items[other].lines.first());
            let others = others.take(10).map(u64::to_string).collect::<Vec<_>>().join(", ");
            let problem = format!("also on line {others}, by another code of the ISKU {isku_code:?}; not counted");
            told[item].fate = rejected("REPEATED_CODE", &problem);
            told[item].drift.clear();
        }
    }
}

#[cfg(test)]
mod tests;
