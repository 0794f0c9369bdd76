//! Statements about findings: opened and closed by kind and subject, so that doing it twice changes nothing.

pub(crate) mod page;

use std::collections::{HashMap, HashSet};

use sea_orm::{DbErr, EntityTrait, QueryFilter, QueryResult};
use shared::{
    code::Code,
    database::{Engine, Rows, Transaction, Update, Writes},
    identity::Merchant,
    time::Micros,
};
use uuid::Uuid;

use super::{
    entity::{
        finding::{COLUMN, Column, Entity, Model},
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
    let same = "finding.merchant = $1 AND finding.kind = asked.kind AND finding.subject = asked.subject \
                AND finding.close_time_us IS NULL";
    let probe = transaction.engine().probe("finding", same);
    let rows = models::<Model>(transaction, merchant, rows, [], |asked, _| {
        format!("SELECT {} FROM {asked}{probe}", columns::<Entity>())
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
    let same = "finding_listing.merchant = $1 AND finding_listing.finding_id = asked.id";
    let probe = transaction.engine().probe("finding_listing", same);
    let rows = models::<finding_listing::Model>(transaction, merchant, rows, [], |asked, _| {
        let columns = columns::<finding_listing::Entity>();
        format!("SELECT {columns} FROM {asked}{probe} ORDER BY finding_listing.finding_id, finding_listing.listing_id")
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
    let gone = open.iter().filter(|(key, _)| !unique.contains_key(key)).map(|(_, gone)| gone);
    let mut writes = row::writes(transaction, merchant);
    close(&mut writes, gone.clone(), now);

    let (mut new, mut changed) = (vec![], vec![]);
    for (key, finding) in unique {
        match open.get(&key) {
            Some((_, known)) if *known == finding => {}
            Some((id, _)) => changed.push((*id, finding)),
            None => new.push((Uuid::now_v7(), finding)),
        }
    }
    insert(&mut writes, &new, now)?;
    rewrite(&mut writes, &changed)?;
    writes.run(transaction).await?;
    let mut writes = row::writes(transaction, merchant);
    let pairs =
        new.iter().chain(&changed).flat_map(|(id, f)| f.listing_ids.iter().map(|listing_id| (*id, *listing_id)));
    writes.insert("finding_listing", concerned(writes.engine(), pairs, true));
    writes.run(transaction).await?;
    Ok(new.into_iter().map(|(id, _)| id).collect())
}

fn close<'a>(writes: &mut Writes, gone: impl Iterator<Item = &'a (Uuid, Finding)> + Clone, now: Micros) {
    let rows = Rows::new(writes.engine())
        .uuid("id", gone.clone().map(|(id, _)| *id))
        .bigint("close_time_us", gone.clone().map(|_| now.0));
    writes.update("finding", rows, Update { key: vec!["id"], columns: vec!["close_time_us"], guard: &[] });
    let pairs = gone.flat_map(|(id, finding)| finding.listing_ids.iter().map(|listing_id| (*id, *listing_id)));
    let rows = concerned(writes.engine(), pairs, false);
    writes.update(
        "finding_listing",
        rows,
        Update { key: vec!["finding_id", "listing_id"], columns: vec!["open"], guard: &[] },
    );
}

/// Findings with listings that they concern.
fn concerned(engine: Engine, pairs: impl Iterator<Item = (Uuid, Uuid)>, open: bool) -> Rows {
    let pairs: Vec<(Uuid, Uuid)> = pairs.collect();
    Rows::new(engine)
        .uuid("finding_id", pairs.iter().map(|(id, _)| *id))
        .uuid("listing_id", pairs.iter().map(|(_, listing_id)| *listing_id))
        .boolean("open", pairs.iter().map(|_| open))
}

fn insert(writes: &mut Writes, findings: &[(Uuid, Finding)], now: Micros) -> Result<(), DbErr> {
    let rows = told(writes.engine(), findings)?
        .text("kind", findings.iter().map(|(_, f)| f.kind.word()))
        .text("subject", findings.iter().map(|(_, f)| f.subject.0.as_str()))
        .opt_uuid("account_id", findings.iter().map(|(_, f)| f.account_id))
        .bigint("open_time_us", findings.iter().map(|_| now.0));
    writes.insert("finding", rows);
    Ok(())
}

/// Their listings are inserted afterwards.
fn rewrite(writes: &mut Writes, findings: &[(Uuid, Finding)]) -> Result<(), DbErr> {
    let rows = told(writes.engine(), findings)?;
    let columns = vec!["blocking", "isku_codes", "detail"];
    writes.update("finding", rows, Update { key: vec!["id"], columns, guard: &[] });
    let rows = Rows::new(writes.engine()).uuid("finding_id", findings.iter().map(|(id, _)| *id));
    writes.delete("finding_listing", rows, &["finding_id"]);
    Ok(())
}

/// What findings tell, which may change while they are open.
fn told(engine: Engine, findings: &[(Uuid, Finding)]) -> Result<Rows, DbErr> {
    let isku_codes = findings.iter().map(|(_, f)| texts(&f.isku_codes)).collect::<Result<Vec<_>, _>>()?;
    Ok(Rows::new(engine)
        .uuid("id", findings.iter().map(|(id, _)| *id))
        .boolean("blocking", findings.iter().map(|(_, f)| f.effect == Effect::Blocking))
        .text("isku_codes", isku_codes)
        .text("detail", findings.iter().map(|(_, f)| f.detail.as_str())))
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
    let engine = transaction.engine();
    let rows = Rows::new(engine).uuid("listing_id", listing_ids);
    let open =
        "finding_listing.merchant = $1 AND finding_listing.listing_id = asked.listing_id AND finding_listing.open";
    let theirs = "finding.merchant = $1 AND finding.id = finding_listing.finding_id AND finding.close_time_us IS NULL";
    let rows = query(transaction, merchant, rows, [], |asked, _| {
        format!(
            "SELECT asked.listing_id, finding.kind, finding.subject, finding.blocking, finding.isku_codes, \
             finding.detail FROM {asked}{}{} ORDER BY finding.id",
            engine.probe("finding_listing", open),
            engine.probe("finding", theirs)
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
    let update = Entity::update_many()
        .col_expr(Column::Blocking, (effect == Effect::Blocking).into())
        .filter(COLUMN.merchant.eq(merchant.as_str()))
        .filter(COLUMN.account_id.eq(account_id))
        .filter(COLUMN.kind.eq(kind.word()))
        .filter(COLUMN.close_time_us.is_null());
    update.exec(transaction).await.map(drop)
}
