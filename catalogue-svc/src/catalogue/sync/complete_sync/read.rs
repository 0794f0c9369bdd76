//! Reads staged items once more: what was staged may be another release's.

use crate::{
    domain::sync::{outcome::Verdict, stated::Stated},
    storage::sync::item::{Judged, Stage, Waiting},
};

/// Items with what they state, and those that are told and go no further.
///
/// What was staged was well formed and readable for the release that staged it, which may have been another.
pub(super) fn read(waiting: Vec<Waiting>) -> (Vec<(Waiting, Stated)>, Vec<Judged>) {
    let (mut items, mut aside) = (vec![], vec![]);
    for waiting in waiting {
        let stated = match &waiting.item {
            Ok(item) => Stated::parse(item).map_err(|problems| Verdict::malformed(&problems)),
            Err(unreadable) => Err(Verdict::unreadable(unreadable)),
        };
        match stated {
            Ok(stated) => items.push((waiting, stated)),
            Err(verdict) => {
                let (place, listing_id) = (waiting.place, waiting.listing_id);
                aside.push(Judged { place, stage: Stage::Done, listing_id, verdict });
            }
        }
    }
    (items, aside)
}
