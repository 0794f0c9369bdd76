//! Statements about findings: opened and closed by kind and subject, so that doing it twice changes nothing.

pub(crate) mod page;

use std::collections::{HashMap, HashSet};

use sea_orm::{DbErr, QueryResult};
use shared::{
    code::Code,
    database::{Rows, Transaction, overtaken},
    identity::Merchant,
    time::Micros,
};
use uuid::Uuid;

use super::{
    entity::{
        finding::{Column, Entity, Model},
        finding_listing,
    },
    row::{self, Columns, columns, models, parsed, query, read_texts, texts},
    words::Word,
};
use crate::domain::finding::{Effect, Finding, FindingKind, Subject};

impl TryFrom<Model> for Finding {
    type Error = DbErr;

    /// Without its listings.
    fn try_from(row: Model) -> Result<Self, DbErr> {
        Ok(Self {
            kind: kind(&row.kind)?,
            effect: effect(row.blocking),
            listing_ids: vec![],
            isku_codes: codes(&row.isku_codes)?,
            subject: Subject(row.subject),
            account_id: row.account_id,
            detail: row.detail,
        })
    }
}

fn kind(text: &str) -> Result<FindingKind, DbErr> {
    parsed(Column::Kind, text, FindingKind::read)
}

fn effect(blocking: bool) -> Effect {
    if blocking { Effect::Blocking } else { Effect::Advisory }
}

fn codes(text: &str) -> Result<Vec<Code>, DbErr> {
    parsed(Column::IskuCodes, text, read_texts)
}

/// What identifies an open finding.
pub(crate) type Key = (FindingKind, Subject);

async fn open_by_keys(
    transaction: &Transaction,
    merchant: &Merchant,
    keys: Vec<Key>,
) -> Result<HashMap<Key, (Uuid, Finding)>, DbErr> {
    let rows = Rows::new(transaction.engine())
        .text("kind", keys.iter().map(|(kind, _)| kind.word()))
        .text("subject", keys.iter().map(|(_, subject)| subject.0.as_str()));
    let rows = models::<Model>(transaction, merchant, rows, [], |asked, _| {
        let columns = columns::<Entity>();
        format!(
            "SELECT {columns} FROM {asked} CROSS JOIN finding WHERE finding.merchant = $1 AND finding.kind = asked.kind \
             AND finding.subject = asked.subject AND finding.close_time_us IS NULL"
        )
    });
    let mut found = HashMap::new();
    for row in rows.await? {
        let (id, finding) = (row.id, Finding::try_from(row)?);
        found.insert((finding.kind, finding.subject.clone()), (id, finding));
    }
    let listings = listings_of(transaction, merchant, found.values().map(|(id, _)| *id).collect()).await?;
    for (id, finding) in found.values_mut() {
        finding.listing_ids = listings.get(id).cloned().unwrap_or_default();
    }
    Ok(found)
}

/// The listings of findings, by when they were created.
async fn listings_of(
    transaction: &Transaction,
    merchant: &Merchant,
    findings: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Uuid>>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("id", findings);
    let rows = models::<finding_listing::Model>(transaction, merchant, rows, [], |asked, _| {
        let columns = columns::<finding_listing::Entity>();
        format!(
            "SELECT {columns} FROM {asked} CROSS JOIN finding_listing \
             WHERE finding_listing.merchant = $1 AND finding_listing.finding_id = asked.id \
             ORDER BY finding_listing.finding_id, finding_listing.listing_id"
        )
    });
    let mut found: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in rows.await? {
        found.entry(row.finding_id).or_default().push(row.listing_id);
    }
    Ok(found)
}

/// Makes the open findings with these subjects exactly the ones that are `found`; answers the ids of those that are new.
///
/// A finding that is open already keeps its id and age; its listings, text and effect are brought up to date.
pub(crate) async fn settle(
    transaction: &Transaction,
    merchant: &Merchant,
    subjects: Vec<Key>,
    found: Vec<Finding>,
    now: Micros,
) -> Result<Vec<Uuid>, DbErr> {
    let mut unique: HashMap<Key, Finding> = HashMap::new();
    for mut finding in found {
        finding.listing_ids.sort_unstable();
        finding.listing_ids.dedup();
        unique.insert((finding.kind, finding.subject.clone()), finding);
    }
    let keys: HashSet<Key> = subjects.into_iter().chain(unique.keys().cloned()).collect();
    if keys.is_empty() {
        return Ok(vec![]);
    }
    let open = open_by_keys(transaction, merchant, keys.into_iter().collect()).await?;
    let gone = open.iter().filter(|(key, _)| !unique.contains_key(key)).map(|(_, (id, _))| *id).collect();
    close(transaction, merchant, gone, now).await?;

    let (mut new, mut changed) = (vec![], vec![]);
    for (key, finding) in unique {
        match open.get(&key) {
            Some((_, known)) if *known == finding => {}
            Some((id, _)) => changed.push((*id, finding)),
            None => new.push((Uuid::now_v7(), finding)),
        }
    }
    insert(transaction, merchant, &new, now).await?;
    rewrite(transaction, merchant, &changed).await?;
    Ok(new.into_iter().map(|(id, _)| id).collect())
}

async fn close(transaction: &Transaction, merchant: &Merchant, ids: Vec<Uuid>, now: Micros) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = Rows::new(transaction.engine()).uuid("id", ids.iter().copied());
    query(transaction, merchant, rows, [], |asked, _| {
        format!(
            "UPDATE finding_listing SET open = FALSE FROM {asked} WHERE finding_listing.merchant = $1 \
             AND finding_listing.finding_id = asked.id"
        )
    })
    .await?;
    let rows = Rows::new(transaction.engine()).uuid("id", ids);
    query(transaction, merchant, rows, [now.0.into()], |asked, next| {
        format!(
            "UPDATE finding SET close_time_us = ${next} FROM {asked} WHERE finding.merchant = $1 \
             AND finding.id = asked.id AND finding.close_time_us IS NULL"
        )
    })
    .await
    .map(|_| ())
}

async fn insert(
    transaction: &Transaction,
    merchant: &Merchant,
    findings: &[(Uuid, Finding)],
    now: Micros,
) -> Result<(), DbErr> {
    let isku_codes = findings.iter().map(|(_, f)| texts(&f.isku_codes)).collect::<Result<Vec<_>, _>>()?;
    let rows = Rows::new(transaction.engine())
        .uuid("id", findings.iter().map(|(id, _)| *id))
        .text("kind", findings.iter().map(|(_, f)| f.kind.word()))
        .text("subject", findings.iter().map(|(_, f)| f.subject.0.as_str()))
        .opt_uuid("account_id", findings.iter().map(|(_, f)| f.account_id))
        .boolean("blocking", findings.iter().map(|(_, f)| f.effect == Effect::Blocking))
        .text("isku_codes", isku_codes)
        .text("detail", findings.iter().map(|(_, f)| f.detail.as_str()))
        .bigint("open_time_us", findings.iter().map(|_| now.0));
    let columns = "id, kind, subject, account_id, blocking, isku_codes, detail, open_time_us";
    row::insert(transaction, merchant, "finding", columns, findings.len(), rows).await?;
    insert_listings(transaction, merchant, findings).await
}

async fn insert_listings(
    transaction: &Transaction,
    merchant: &Merchant,
    findings: &[(Uuid, Finding)],
) -> Result<(), DbErr> {
    let pairs = || findings.iter().flat_map(|(id, f)| f.listing_ids.iter().map(|listing_id| (*id, *listing_id)));
    let rows = Rows::new(transaction.engine())
        .uuid("finding_id", pairs().map(|(id, _)| id))
        .uuid("listing_id", pairs().map(|(_, listing_id)| listing_id))
        .boolean("open", pairs().map(|_| true));
    row::insert(transaction, merchant, "finding_listing", "finding_id, listing_id, open", pairs().count(), rows).await
}

async fn rewrite(transaction: &Transaction, merchant: &Merchant, findings: &[(Uuid, Finding)]) -> Result<(), DbErr> {
    if findings.is_empty() {
        return Ok(());
    }
    let isku_codes = findings.iter().map(|(_, f)| texts(&f.isku_codes)).collect::<Result<Vec<_>, _>>()?;
    let rows = Rows::new(transaction.engine())
        .uuid("id", findings.iter().map(|(id, _)| *id))
        .boolean("blocking", findings.iter().map(|(_, f)| f.effect == Effect::Blocking))
        .text("isku_codes", isku_codes)
        .text("detail", findings.iter().map(|(_, f)| f.detail.as_str()));
    let updated = query(transaction, merchant, rows, [], |asked, _| {
        format!(
            "UPDATE finding SET blocking = asked.blocking, isku_codes = asked.isku_codes, detail = asked.detail \
             FROM {asked} WHERE finding.merchant = $1 AND finding.id = asked.id AND finding.close_time_us IS NULL \
             RETURNING 1 AS updated"
        )
    });
    if updated.await?.len() != findings.len() {
        return Err(overtaken());
    }
    let rows = Rows::new(transaction.engine()).uuid("id", findings.iter().map(|(id, _)| *id));
    query(transaction, merchant, rows, [], |asked, _| {
        format!("DELETE FROM finding_listing WHERE merchant = $1 AND finding_id IN (SELECT id FROM {asked})")
    })
    .await?;
    insert_listings(transaction, merchant, findings).await
}

/// An open finding that concerns a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Concern {
    /// The listing.
    pub(crate) listing_id: Uuid,
    /// What was found.
    pub(crate) kind: FindingKind,
    /// Its subject.
    pub(crate) subject: Subject,
    /// Whether it prevents publishing.
    pub(crate) effect: Effect,
    /// The ISKUs concerned.
    pub(crate) isku_codes: Vec<Code>,
    /// What was found, with the values.
    pub(crate) detail: String,
}

/// The open findings that concern listings.
pub(crate) async fn concerning(
    transaction: &Transaction,
    merchant: &Merchant,
    listing_ids: Vec<Uuid>,
) -> Result<Vec<Concern>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("listing_id", listing_ids);
    let rows = query(transaction, merchant, rows, [], |asked, _| {
        format!(
            "SELECT asked.listing_id, finding.kind, finding.subject, finding.blocking, finding.isku_codes, \
             finding.detail FROM {asked} \
             CROSS JOIN finding_listing CROSS JOIN finding WHERE finding_listing.merchant = $1 \
             AND finding_listing.listing_id = asked.listing_id AND finding_listing.open AND finding.merchant = $1 \
             AND finding.id = finding_listing.finding_id \
             AND finding.close_time_us IS NULL ORDER BY finding.id"
        )
    });
    let concern = |row: &QueryResult| {
        Ok(Concern {
            listing_id: row.col("listing_id")?,
            kind: kind(&row.col::<String>("kind")?)?,
            subject: Subject(row.col("subject")?),
            effect: effect(row.col("blocking")?),
            isku_codes: codes(&row.col::<String>("isku_codes")?)?,
            detail: row.col("detail")?,
        })
    };
    rows.await?.iter().map(concern).collect()
}

/// Sets whether an account's open findings of a kind prevent publishing.
pub(crate) async fn set_effect(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    kind: FindingKind,
    effect: Effect,
) -> Result<(), DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("account_id", [account_id]);
    let others = [kind.word().into(), (effect == Effect::Blocking).into()];
    query(transaction, merchant, rows, others, |asked, next| {
        format!(
            "UPDATE finding SET blocking = ${} FROM {asked} WHERE finding.merchant = $1 \
             AND finding.account_id = asked.account_id AND finding.kind = ${next} AND finding.close_time_us IS NULL",
            next + 1
        )
    })
    .await
    .map(|_| ())
}
