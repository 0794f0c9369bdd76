//! Which lane commands take.
//!
//! Commands for one ISKU share a lane, so that lanes seldom wait for each other's locks; and so do the commands of one call that have
//! anything to do with each other, since a lane is in order.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use shared::{
    code::Code,
    identity::{Merchant, RequestId},
};

use crate::domain::{Action, Command, reservation::OrderRef};

/// What commands of one call may have in common.
#[derive(PartialEq, Eq, Hash)]
enum Common<'a> {
    Request(&'a RequestId),
    Order(OrderRef),
    Isku(&'a Code),
    /// All that is not a new reservation.
    Other,
}

/// The lane of each command of a call, among so many.
pub(super) fn of_call(merchant: &Merchant, commands: &[Command], lanes: usize) -> Vec<usize> {
    if lanes < 2 {
        return vec![0; commands.len()];
    }
    let groups = groups(commands);
    let mut named: Vec<Option<&Code>> = vec![None; commands.len()];
    for (command, &group) in commands.iter().zip(&groups) {
        if let Some(code) = named.get_mut(group) {
            *code = code.or_else(|| command.action.first_isku());
        }
    }
    groups.iter().map(|&group| of(merchant, named.get(group).copied().flatten(), lanes)).collect()
}

/// The lane of what names this ISKU, or none, among so many.
pub(super) fn of(merchant: &Merchant, isku_code: Option<&Code>, lanes: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    (merchant, isku_code).hash(&mut hasher);
    let lane = u64::try_from(lanes).ok().and_then(|lanes| hasher.finish().checked_rem(lanes));
    lane.and_then(|lane| usize::try_from(lane).ok()).unwrap_or_default()
}

/// For each command one of those that it has something in common with, be it through others: the same one for all of them.
fn groups(commands: &[Command]) -> Vec<usize> {
    let mut before: Vec<usize> = (0..commands.len()).collect();
    let mut seen: HashMap<Common<'_>, usize> = HashMap::new();
    for (own, command) in commands.iter().enumerate() {
        for common in commons(command) {
            let other = *seen.entry(common).or_insert(own);
            let (own, other) = (one(&before, own), one(&before, other));
            before[own] = other;
        }
    }
    (0..commands.len()).map(|own| one(&before, own)).collect()
}

fn one(before: &[usize], mut own: usize) -> usize {
    while before[own] != own {
        own = before[own];
    }
    own
}

fn commons(command: &Command) -> Vec<Common<'_>> {
    let Action::Reserve(order) = &command.action else { return vec![Common::Other] };
    let parts = order.items.iter().flat_map(|item| &item.components);
    let whole = [Common::Request(&command.request_id), Common::Order(OrderRef::from(&order.key))];
    whole.into_iter().chain(parts.map(|(code, _)| Common::Isku(code))).collect()
}
