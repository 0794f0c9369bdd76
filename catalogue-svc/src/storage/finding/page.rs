//! Pages of findings, filtered, and findings by id.

use std::collections::HashMap;

use sea_orm::{DbErr, EntityTrait, Value};
use shared::{
    database::{Rows, Transaction},
    identity::Merchant,
    time::Micros,
};
use uuid::Uuid;

use super::listings_of;
use crate::{
    domain::finding::{Finding, FindingKind},
    storage::{
        entity::finding::{Entity, Model},
        row::{columns, models},
        words::Word,
    },
};

/// A finding with its times; its listings are named by id.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its id.
    pub(crate) id: Uuid,
    /// What was found.
    pub(crate) finding: Finding,
    /// When it arose.
    pub(crate) open_time: Micros,
    /// When its cause was gone.
    pub(crate) close_time: Option<Micros>,
}

/// Which findings to show; all that are set apply.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// In this account, or concerning a listing of it.
    pub(crate) account_id: Option<Uuid>,
    /// Of this kind.
    pub(crate) kind: Option<FindingKind>,
    /// Open, closed or both.
    pub(crate) state: State,
    /// What they prevent.
    pub(crate) effect: Effects,
}

/// Open, closed or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Both.
    #[default]
    Any,
    /// Open ones.
    Open,
    /// Closed ones.
    Closed,
}

/// Which effects are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Effects {
    /// All.
    #[default]
    Any,
    /// Those that prevent publishing.
    Blocking,
}

/// The findings with these ids, the newest first.
pub(crate) async fn by_ids(transaction: &Transaction, merchant: &Merchant, ids: Vec<Uuid>) -> Result<Vec<Row>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("id", ids);
    let probe = transaction.engine().probe("finding", "finding.merchant = $1 AND finding.id = asked.id");
    let found = models::<Model>(transaction, merchant, rows, [], |asked, _| {
        format!("SELECT {} FROM {asked}{probe} ORDER BY finding.id DESC", columns::<Entity>())
    });
    let found = found.await?;
    whole(transaction, merchant, found).await
}

/// The findings before `before`, the newest first.
pub(crate) async fn list(
    transaction: &Transaction,
    merchant: &Merchant,
    filter: &Filter,
    before: Uuid,
    limit: u64,
) -> Result<Vec<Row>, DbErr> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut values: Vec<Value> = vec![merchant.as_str().into(), before.into(), limit.into()];
    let mut conditions = vec!["finding.merchant = $1 AND finding.id < $2".to_owned()];
    if let Some(account_id) = filter.account_id {
        values.push(account_id.into());
        let own = format!("finding.account_id = ${}", values.len());
        let concerning = format!(
            "EXISTS (SELECT 1 FROM finding_listing JOIN listing ON listing.merchant = $1 \
             AND listing.id = finding_listing.listing_id WHERE finding_listing.merchant = $1 \
             AND finding_listing.finding_id = finding.id AND listing.account_id = ${})",
            values.len()
        );
        conditions.push(format!("({own} OR {concerning})"));
    }
    if let Some(kind) = filter.kind {
        values.push(kind.word().into());
        conditions.push(format!("finding.kind = ${}", values.len()));
    }
    match filter.state {
        State::Any => {}
        State::Open => conditions.push("finding.close_time_us IS NULL".to_owned()),
        State::Closed => conditions.push("finding.close_time_us IS NOT NULL".to_owned()),
    }
    if filter.effect == Effects::Blocking {
        conditions.push("finding.blocking".to_owned());
    }
    let (columns, conditions) = (columns::<Entity>(), conditions.join(" AND "));
    let sql = format!("SELECT {columns} FROM finding WHERE {conditions} ORDER BY finding.id DESC LIMIT $3");
    let found = Entity::find().from_raw_sql(transaction.engine().statement(sql, values)).all(transaction).await?;
    whole(transaction, merchant, found).await
}

async fn whole(transaction: &Transaction, merchant: &Merchant, found: Vec<Model>) -> Result<Vec<Row>, DbErr> {
    let read = |row: Model| {
        let (id, open_time, close_time) = (row.id, Micros(row.open_time_us), row.close_time_us.map(Micros));
        Ok(Row { id, finding: row.try_into()?, open_time, close_time })
    };
    let mut rows = found.into_iter().map(read).collect::<Result<Vec<_>, DbErr>>()?;
    let mut listings: HashMap<Uuid, Vec<Uuid>> =
        listings_of(transaction, merchant, rows.iter().map(|row| row.id).collect()).await?;
    for row in &mut rows {
        row.finding.listing_ids = listings.remove(&row.id).unwrap_or_default();
    }
    Ok(rows)
}
