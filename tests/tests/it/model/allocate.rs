//! From where an order is served: one place for all of it, else kits before singles, place by place.

use super::{
    command::{LISTINGS, OPENING},
    shop::Units,
};

/// Places that orders take from, by priority.
pub(super) const SELLABLE: [usize; 2] = [0, 1];

/// Units of each line per place; what is missing could not be had.
pub(super) fn plan(free: &[Units; OPENING.len()], lines: &[(usize, i64)]) -> Vec<Units> {
    let mut free = *free;
    let mut plan = vec![Units::default(); lines.len()];
    let needed = |isku: usize| lines.iter().map(|(listing, units)| units * per_unit(*listing, isku)).sum::<i64>();
    let has_all = |place: &usize| (0..OPENING.len()).all(|isku| free[isku][*place] >= needed(isku));
    if let Some(place) = SELLABLE.into_iter().find(has_all) {
        plan.iter_mut().zip(lines).for_each(|(own, (_, units))| own[place] = *units);
        return plan;
    }
    let is_single = |line: &usize| matches!(LISTINGS[lines[*line].0].1, [(_, 1)]);
    let (singles, kits): (Vec<usize>, Vec<usize>) = (0..lines.len()).partition(is_single);
    for line in kits.into_iter().chain(singles) {
        let (listing, mut left) = lines[line];
        for place in SELLABLE {
            let whole = LISTINGS[listing].1.iter().map(|(isku, each)| free[*isku][place] / each).min().unwrap();
            let taken = whole.min(left);
            LISTINGS[listing].1.iter().for_each(|(isku, each)| free[*isku][place] -= taken * each);
            plan[line][place] = taken;
            left -= taken;
        }
    }
    plan
}

/// Units of an ISKU in one unit of a listing.
pub(super) fn per_unit(listing: usize, isku: usize) -> i64 {
    LISTINGS[listing].1.iter().filter(|(part, _)| *part == isku).map(|(_, each)| each).sum()
}
