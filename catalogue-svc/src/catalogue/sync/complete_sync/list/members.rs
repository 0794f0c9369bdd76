//! The variants of a chunk join the groups that they name, and leave those that they were in.

use std::collections::{HashMap, HashSet};

use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

use super::{Facts, Work, Written, named};
use crate::{
    catalogue::Error,
    domain::{
        listing::{Kind, ListingCode},
        sync::{repeats::listed, stated::Stated},
    },
    storage::{
        group::{self, Membership},
        sync::item::{self, Waiting},
    },
};

/// Which variants join and leave which groups.
#[derive(Default)]
pub(super) struct Members {
    joined: Vec<Membership>,
    left: Vec<Membership>,
    /// Groups and variants whose tie is new or gone.
    pub(super) changed: HashSet<Uuid>,
    /// Why a variant has no group: the item's place, a reason and a sentence.
    pub(super) notes: Vec<(i64, &'static str, String)>,
}

impl Members {
    pub(super) async fn of(
        transaction: &Transaction,
        work: &Work,
        items: &[(Waiting, Stated)],
        facts: &Facts,
        written: &Written,
    ) -> Result<Self, Error> {
        let merchant = &work.caller.merchant;
        let mut wanted: Vec<Membership> = vec![];
        let mut without: Vec<(i64, &ListingCode)> = vec![];
        for (waiting, stated) in items {
            let parent = stated.parent.as_ref().filter(|_| stated.kind == Kind::Variant);
            if let (Some(code), Some(member_id)) = (parent, written.listing_of(waiting.place)) {
                match facts.group(code) {
                    Some(group) => wanted.push(Membership { group_id: group.id, member_id }),
                    None => without.push((waiting.place, code)),
                }
            }
        }
        let mut members = Self { notes: notes(transaction, work, without).await?, ..Self::default() };
        if wanted.is_empty() {
            return Ok(members);
        }
        let variants = wanted.iter().map(|tie| tie.member_id).collect();
        let mut known: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for tie in group::groups_of(transaction, merchant, variants).await? {
            known.entry(tie.member_id).or_default().push(tie.group_id);
        }
        for tie in wanted {
            let groups = known.get(&tie.member_id).map(Vec::as_slice).unwrap_or_default();
            if groups.contains(&tie.group_id) {
                continue;
            }
            // Groups that name it themselves take it again when they are joined.
            let left = groups.iter().map(|group_id| Membership { group_id: *group_id, member_id: tie.member_id });
            members.left.extend(left);
            members.changed.extend(groups);
            members.changed.extend([tie.group_id, tie.member_id]);
            members.joined.push(tie);
        }
        Ok(members)
    }

    pub(super) async fn write(&self, transaction: &Transaction, merchant: &Merchant) -> Result<(), Error> {
        group::leave(transaction, merchant, &self.left).await?;
        Ok(group::join(transaction, merchant, &self.joined).await?)
    }
}

/// What variants are told whose group is not there, or was not applied since several rows have its code.
async fn notes(
    transaction: &Transaction,
    work: &Work,
    without: Vec<(i64, &ListingCode)>,
) -> Result<Vec<(i64, &'static str, String)>, Error> {
    let csku = |code: &ListingCode| match code {
        ListingCode::Csku(csku) => Some(csku.as_str().to_owned()),
        ListingCode::ChannelListingId(_) => None,
    };
    let cskus: HashSet<String> = without.iter().filter_map(|(_, code)| csku(code)).collect();
    let cskus: Vec<&str> = cskus.iter().map(String::as_str).collect();
    let rows = match cskus.as_slice() {
        [] => HashMap::new(),
        cskus => item::rows_with_code(transaction, &work.caller.merchant, work.session.sync_id, cskus).await?,
    };
    let note = |(place, code): (i64, &ListingCode)| match csku(code).and_then(|csku| rows.get(&csku)) {
        Some(rows) if rows.len() > 1 => {
            let detail = format!("its group {} is in {} rows: {}", named(code), rows.len(), listed(rows));
            (place, "REPEATED_IN_SNAPSHOT", detail)
        }
        Some(_) | None => (place, "LISTING_NOT_FOUND", format!("its group {} is not there", named(code))),
    };
    Ok(without.into_iter().map(note).collect())
}
