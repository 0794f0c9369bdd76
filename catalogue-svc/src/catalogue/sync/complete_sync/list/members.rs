//! The variants of a chunk join the groups that they name, and leave those that they were in.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

use super::{Facts, Written, named};
use crate::{
    catalogue::Error,
    domain::{listing::Kind, sync::stated::Stated},
    storage::{group, sync::item::Waiting},
};

/// Groups with the members that they are to have.
#[derive(Default)]
pub(super) struct Members {
    groups: BTreeMap<Uuid, Vec<Uuid>>,
    changed: HashSet<Uuid>,
    notes: Vec<(i64, String)>,
}

impl Members {
    pub(super) async fn of(
        transaction: &Transaction,
        merchant: &Merchant,
        items: &[(Waiting, Stated)],
        facts: &Facts,
        written: &Written,
    ) -> Result<Self, Error> {
        let mut members = Self::default();
        let mut joining: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        for (waiting, stated) in items {
            let parent = stated.parent.as_ref().filter(|_| stated.kind == Kind::Variant);
            if let (Some(code), Some(listing_id)) = (parent, written.listing_of(waiting.place)) {
                match facts.named(code).filter(|group| group.kind == Kind::Group) {
                    Some(group) => joining.entry(group.id).or_default().push(listing_id),
                    None => members.notes.push((waiting.place, format!("its group {} is not there", named(code)))),
                }
            }
        }
        let mut current = stored(transaction, merchant, joining.keys().copied().collect()).await?;
        let mut joined: BTreeMap<Uuid, Uuid> = BTreeMap::new();
        for (group, variants) in joining {
            let mut all = current.remove(&group).unwrap_or_default();
            let new: Vec<Uuid> = variants.into_iter().filter(|member| !all.contains(member)).collect();
            all.extend(&new);
            if !new.is_empty() {
                joined.extend(new.iter().map(|member| (*member, group)));
                members.changed.extend(new);
                members.replace(group, all);
            }
        }
        members.leave_former_groups(transaction, merchant, &joined).await?;
        Ok(members)
    }

    /// A variant that joins a group leaves the one it was in; groups that name it themselves take it again when they are joined.
    async fn leave_former_groups(
        &mut self,
        transaction: &Transaction,
        merchant: &Merchant,
        joined: &BTreeMap<Uuid, Uuid>,
    ) -> Result<(), Error> {
        if joined.is_empty() {
            return Ok(());
        }
        let known = group::groups_of(transaction, merchant, joined.keys().copied().collect()).await?;
        let left: BTreeSet<Uuid> = known.iter().map(|tie| tie.group_id).collect();
        for (group, stored) in stored(transaction, merchant, left.into_iter().collect()).await? {
            let mut all = self.groups.get(&group).cloned().unwrap_or(stored);
            all.retain(|member| joined.get(member).is_none_or(|new| *new == group));
            self.replace(group, all);
        }
        Ok(())
    }

    /// What is no group any more offers nothing.
    pub(super) fn empty(&mut self, gone: &[Uuid]) {
        self.groups.extend(gone.iter().map(|group| (*group, vec![])));
    }

    fn replace(&mut self, group: Uuid, members: Vec<Uuid>) {
        self.changed.insert(group);
        self.groups.insert(group, members);
    }

    /// Names that no listing has, by the item that uses them.
    pub(super) fn notes(&self) -> &[(i64, String)] {
        &self.notes
    }

    /// Groups and variants whose tie is new.
    pub(super) fn changed(&self) -> &HashSet<Uuid> {
        &self.changed
    }

    pub(super) async fn write(&self, transaction: &Transaction, merchant: &Merchant) -> Result<(), Error> {
        if self.groups.is_empty() {
            return Ok(());
        }
        let groups: Vec<(Uuid, Vec<Uuid>)> = self.groups.iter().map(|(group, all)| (*group, all.clone())).collect();
        Ok(group::replace_members(transaction, merchant, &groups).await?)
    }
}

/// The members of groups, by group.
async fn stored(
    transaction: &Transaction,
    merchant: &Merchant,
    groups: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, Vec<Uuid>>, Error> {
    let mut stored: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    if groups.is_empty() {
        return Ok(stored);
    }
    for tie in group::members_of(transaction, merchant, groups).await? {
        stored.entry(tie.group_id).or_default().push(tie.member_id);
    }
    Ok(stored)
}
