//! Which groups offer the listings of a chunk.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

use super::{Facts, Written, may_be_member, named};
use crate::{
    catalogue::Error,
    domain::{
        listing::{Kind, Listing},
        sync::stated::Stated,
    },
    storage::{group, sync::item::Waiting},
};

/// Groups with the members that they are to have.
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
        let mut wanted = Wanted::default();
        for (waiting, stated) in items {
            if let Some(listing_id) = written.listing_of(waiting.place) {
                wanted.take(waiting.place, listing_id, stated, facts);
            }
        }
        let ids: Vec<Uuid> = wanted.whole.keys().chain(wanted.added.keys()).copied().collect();
        let mut current: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        if !ids.is_empty() {
            for membership in group::members_of(transaction, merchant, ids).await? {
                current.entry(membership.group_id).or_default().push(membership.member_id);
            }
        }
        let mut members = Self { groups: BTreeMap::new(), changed: HashSet::new(), notes: wanted.notes };
        let mut joined: BTreeMap<Uuid, Uuid> = BTreeMap::new();
        for (group, added) in wanted.added {
            let mut all = current.get(&group).cloned().unwrap_or_default();
            let new: Vec<Uuid> = added.into_iter().filter(|member| !all.contains(member)).collect();
            all.extend(&new);
            if !new.is_empty() {
                joined.extend(new.iter().map(|member| (*member, group)));
                members.changed.extend(new);
                members.replace(group, all);
            }
        }
        members.leave_former_groups(transaction, merchant, &joined).await?;
        for (group, whole) in wanted.whole {
            if current.get(&group).map_or(&[][..], Vec::as_slice) != whole.as_slice() {
                members.replace(group, whole);
            }
        }
        Ok(members)
    }

    /// A variant that joins a group leaves the one it was in; groups that name it themselves come later and take it again.
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
        let left: Vec<Uuid> = known.iter().map(|tie| tie.group_id).collect::<BTreeSet<_>>().into_iter().collect();
        if left.is_empty() {
            return Ok(());
        }
        let mut stored: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        for tie in group::members_of(transaction, merchant, left).await? {
            stored.entry(tie.group_id).or_default().push(tie.member_id);
        }
        for (group, stored) in stored {
            let mut all = self.groups.get(&group).cloned().unwrap_or(stored);
            all.retain(|member| joined.get(member).is_none_or(|new| *new == group));
            self.replace(group, all);
        }
        Ok(())
    }

    /// Groups that are gone offer nothing.
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

    /// Groups and members whose tie is new.
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

#[derive(Default)]
struct Wanted {
    /// Groups whose members the feed names.
    whole: BTreeMap<Uuid, Vec<Uuid>>,
    /// Variants by their group.
    added: BTreeMap<Uuid, Vec<Uuid>>,
    notes: Vec<(i64, String)>,
}

impl Wanted {
    fn take(&mut self, place: i64, listing_id: Uuid, stated: &Stated, facts: &Facts) {
        if let Some(code) = stated.parent.as_ref().filter(|_| stated.kind == Kind::Variant) {
            match facts.named(code).filter(|group| group.kind == Kind::Group) {
                Some(group) => self.added.entry(group.id).or_default().push(listing_id),
                None => self.notes.push((place, format!("its group {} is not there", named(code)))),
            }
        }
        if stated.kind == Kind::Group && !stated.members.is_empty() {
            let mut members: Vec<Uuid> = vec![];
            for code in &stated.members {
                match facts.named(code).filter(|listing: &&Listing| may_be_member(listing)) {
                    Some(listing) if !members.contains(&listing.id) => members.push(listing.id),
                    Some(_) => {}
                    None => self.notes.push((place, format!("its member {} is not there", named(code)))),
                }
            }
            self.whole.insert(listing_id, members);
        }
    }
}
