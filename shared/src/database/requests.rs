//! Records of answered requests: written with the effect, in its transaction, so that a retry gets the first answer.

mod probe;
mod request;
mod sweeper;

pub(super) use self::probe::try_to_write;
use sea_orm::DbErr;
use sea_orm_migration::{prelude::*, schema};

use self::request::{Column, Entity, Model};
pub use self::sweeper::{sweep, sweeper};
use super::{Pending, Reads, Rows, Transaction, Writes};
use crate::{
    identity::{Merchant, RequestId},
    time::Micros,
};

/// The table, for each service's first migration.
pub fn table() -> TableCreateStatement {
    Table::create()
        .table(Entity)
        .col(schema::text(Column::Merchant))
        .col(schema::text(Column::RequestId))
        .col(schema::text(Column::ContentHash))
        .col(schema::text(Column::Answer))
        .col(schema::big_integer(Column::CreateTimeUs))
        .primary_key(Index::create().col(Column::Merchant).col(Column::RequestId))
        .to_owned()
}

/// The table as its entity defines it.
pub fn as_defined() -> super::schema::Table {
    super::schema::Table::of::<Entity>()
}

/// The index that [`sweep`] goes by, for each service's migrations.
pub fn by_time() -> IndexCreateStatement {
    Index::create().name("request_by_time").table(Entity).col(Column::CreateTimeUs).to_owned()
}

/// A request that was answered. What its texts say is its service's, in a form with a version of its own: see [`crate::stored`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub request_id: RequestId,
    /// Hash of what it asked for.
    pub content_hash: String,
    /// What it was answered.
    pub answer: String,
}

/// The hash of what a request asks for, by the text of its content.
pub fn content_hash(content: &str) -> String {
    blake3::hash(content.as_bytes()).to_hex().to_string()
}

/// Finds what one request id was used for.
pub async fn seen(
    transaction: &Transaction,
    merchant: &Merchant,
    request_id: &RequestId,
) -> Result<Option<Record>, DbErr> {
    let records = Reads::one(transaction, merchant, |reads| find(reads, [request_id])).await?;
    Ok(records.into_iter().next())
}

/// The records of those of a merchant's requests that were answered.
pub fn find<'a>(reads: &mut Reads<'_>, request_ids: impl IntoIterator<Item = &'a RequestId>) -> Pending<Vec<Record>> {
    let rows = Rows::new(reads.engine()).text("request_id", request_ids.into_iter().map(RequestId::as_str));
    reads.each::<Entity, _>(rows, |found| found.into_iter().map(Record::try_from).collect())
}

impl TryFrom<Model> for Record {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let request_id = RequestId::parse(&row.request_id).map_err(|error| DbErr::Type(error.to_string()))?;
        Ok(Self { request_id, content_hash: row.content_hash, answer: row.answer })
    }
}

/// Inserts the record of one request of a merchant.
pub async fn insert(transaction: &Transaction, merchant: &Merchant, record: Record, now: Micros) -> Result<(), DbErr> {
    let mut writes = Writes::new(transaction.engine(), merchant);
    add(&mut writes, vec![record], now);
    writes.run(transaction).await
}

/// Inserts records, sorted; if a twin was faster the transaction is overtaken and must be run again.
pub fn add(writes: &mut Writes, mut records: Vec<Record>, now: Micros) {
    records.sort_by(|a, b| a.request_id.cmp(&b.request_id));
    let rows = Rows::new(writes.engine())
        .text("request_id", records.iter().map(|r| r.request_id.as_str()))
        .text("content_hash", records.iter().map(|r| r.content_hash.as_str()))
        .text("answer", records.iter().map(|r| r.answer.as_str()))
        .bigint("create_time_us", records.iter().map(|_| now.0));
    writes.insert("request", rows);
}
