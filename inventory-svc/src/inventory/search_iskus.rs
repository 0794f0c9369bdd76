//! SearchIskus: what a person types finds ISKUs, the best match first.

use std::collections::BTreeSet;

use shared::{database::Transaction, identity::Merchant};

use super::Inventory;
use crate::{
    domain::{
        isku::{Isku, IskuId, Lifecycle},
        search::{Search, Span},
    },
    storage::{
        self,
        isku::{self, Archived},
        search::{self, CANDIDATES_MAX},
    },
};

/// Words whose ISKUs are looked at for those that lack other words.
const RAREST: usize = 3;

/// ISKUs that a search found, the best first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) matches: Vec<(Isku, Reason)>,
    /// Whether there may be more.
    pub(crate) truncated: bool,
}

/// Why an ISKU was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Code,
    Alias,
    Barcode,
    CodePrefix,
    AllWords,
    SomeWords,
}

impl Found {
    fn add(&mut self, found: impl IntoIterator<Item = Isku>, reason: Reason) {
        for isku in found {
            if !self.matches.iter().any(|(known, _)| known.isku_id == isku.isku_id) {
                self.matches.push((isku, reason));
            }
        }
    }
}

impl Inventory {
    /// The ISKUs that match best, at most `size`.
    pub(crate) async fn search_iskus(
        &self,
        merchant: &Merchant,
        asked: &Search,
        archived: Archived,
        size: usize,
    ) -> Result<Found, storage::Error> {
        let snapshot = self.database.snapshot().await?;
        // What is found in one way may be found in another: an ISKU has one code, and as many former ones as it was renamed.
        let limit = i64::try_from(size.saturating_mul(2)).unwrap_or(i64::MAX);
        let mut found = Found::default();
        if let Some(code) = &asked.code {
            for (_, isku) in isku::by_codes(&snapshot, merchant, [code]).await? {
                if archived == Archived::Shown || isku.lifecycle == Lifecycle::Active {
                    let reason = if isku.code == *code { Reason::Code } else { Reason::Alias };
                    found.add([isku], reason);
                }
            }
        }
        let same = search::by_barcode(&snapshot, merchant, &asked.barcode, archived, limit).await?;
        found.add(same, Reason::Barcode);
        let near = search::by_near_key(&snapshot, merchant, &asked.code_prefix, archived, limit).await?;
        // Behind those that are looked at and archived there may be some in use.
        found.truncated |= near.len() > size
            || archived == Archived::Hidden && search::is_crowded(&snapshot, merchant, &asked.code_prefix).await?;
        found.add(near, Reason::CodePrefix);
        if found.matches.len() <= size && !asked.words.is_empty() {
            with_words(&snapshot, merchant, asked, (archived, limit), &mut found).await?;
        }
        found.truncated |= found.matches.len() > size;
        found.matches.truncate(size);
        Ok(found)
    }
}

/// Adds the ISKUs that have the words: the rarest word tells which to look at.
async fn with_words(
    snapshot: &Transaction,
    merchant: &Merchant,
    asked: &Search,
    (archived, limit): (Archived, i64),
    found: &mut Found,
) -> Result<(), storage::Error> {
    let words = asked.words.as_slice();
    let counts = search::counts(snapshot, merchant, words).await?;
    let mut by_count: Vec<(usize, &Span)> = counts.into_iter().zip(words).filter(|(count, _)| *count > 0).collect();
    by_count.sort_unstable();
    // Whoever has more than half of the words has one of any half of them; the rarest are enough to find most.
    let least = words.len() / 2 + 1;
    let mut candidates: BTreeSet<IskuId> = BTreeSet::new();
    for (count, span) in by_count.iter().take(if least < words.len() { RAREST } else { 1 }) {
        candidates.extend(search::holders(snapshot, merchant, span).await?);
        found.truncated |= *count > CANDIDATES_MAX;
    }
    if candidates.is_empty() {
        return Ok(());
    }
    let ranked = search::ranked(snapshot, merchant, &candidates, (words, least), archived, limit).await?;
    for (isku, has) in ranked {
        found.add([isku], if has == words.len() { Reason::AllWords } else { Reason::SomeWords });
    }
    Ok(())
}
