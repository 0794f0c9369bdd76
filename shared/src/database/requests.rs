//! Records of answered requests: written with the effect, in its transaction, so that a retry gets the first answer.

mod request;
mod sweeper;

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{prelude::*, schema};
use serde::{Serialize, de::DeserializeOwned};

use self::request::{Column, Entity};
pub use self::sweeper::{sweep, sweeper};
use super::{Engine, Rows, Transaction, overtaken};
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

/// Names a request.
pub type Key = (Merchant, RequestId);

/// A request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose it was.
    pub merchant: Merchant,
    /// Its id.
    pub request_id: RequestId,
    /// Hash of the domain command.
    pub content_hash: String,
    /// The domain's answer as JSON.
    pub answer: String,
}

/// What a request id was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<A> {
    /// Never before.
    New,
    /// The same content: this was the answer.
    Answered(A),
    /// Other content.
    OtherContent,
}

impl Record {
    /// The record of a command and its answer.
    pub fn new(
        merchant: &Merchant,
        request_id: &RequestId,
        command: &impl Serialize,
        answer: &impl Serialize,
    ) -> Result<Self, DbErr> {
        let answer = serde_json::to_string(answer).map_err(|error| DbErr::Json(error.to_string()))?;
        Ok(Self {
            merchant: merchant.clone(),
            request_id: request_id.clone(),
            content_hash: content_hash(command)?,
            answer,
        })
    }

    /// Compares with the command at hand.
    pub fn judge<A: DeserializeOwned>(&self, command: &impl Serialize) -> Result<Seen<A>, DbErr> {
        if self.content_hash != content_hash(command)? {
            return Ok(Seen::OtherContent);
        }
        serde_json::from_str(&self.answer).map(Seen::Answered).map_err(|error| DbErr::Json(error.to_string()))
    }
}

/// Hash of a domain command: equal for equal content, whatever the wire looked like.
pub fn content_hash(command: &impl Serialize) -> Result<String, DbErr> {
    let json = serde_json::to_vec(command).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(blake3::hash(&json).to_hex().to_string())
}

/// Finds what one request id was used for.
pub async fn seen<A: DeserializeOwned>(
    transaction: &Transaction,
    merchant: &Merchant,
    request_id: &RequestId,
    command: &impl Serialize,
) -> Result<Seen<A>, DbErr> {
    let found = find(transaction, &[(merchant.clone(), request_id.clone())]).await?;
    found.values().next().map_or(Ok(Seen::New), |record| record.judge(command))
}

/// Finds the records of many requests.
pub async fn find(transaction: &Transaction, keys: &[Key]) -> Result<HashMap<Key, Record>, DbErr> {
    let engine = transaction.engine();
    let rows = Rows::new(engine)
        .text("merchant", keys.iter().map(|(merchant, _)| merchant.as_str()))
        .text("request_id", keys.iter().map(|(_, request_id)| request_id.as_str()));
    let sql = format!(
        "SELECT request.merchant, request.request_id, request.content_hash, request.answer FROM {} \
         JOIN request ON request.merchant = asked.merchant AND request.request_id = asked.request_id",
        rows.table("asked", 1)
    );
    let mut found = HashMap::new();
    for row in transaction.query_all_raw(engine.statement(sql, rows.values())).await? {
        let text = |column: &str| row.try_get::<String>("", column);
        let wrong = |error: crate::identity::IdentityError| DbErr::Type(error.to_string());
        let merchant = Merchant::parse(&text("merchant")?).map_err(wrong)?;
        let request_id = RequestId::parse(&text("request_id")?).map_err(wrong)?;
        let record = Record {
            merchant: merchant.clone(),
            request_id: request_id.clone(),
            content_hash: text("content_hash")?,
            answer: text("answer")?,
        };
        found.insert((merchant, request_id), record);
    }
    Ok(found)
}

/// Inserts records, sorted; if a twin was faster the transaction is [`overtaken`] and must be run again.
pub async fn insert(transaction: &Transaction, mut records: Vec<Record>, now: Micros) -> Result<(), DbErr> {
    if records.is_empty() {
        return Ok(());
    }
    records.sort_by(|a, b| (&a.merchant, &a.request_id).cmp(&(&b.merchant, &b.request_id)));
    let engine = transaction.engine();
    let sent = records.len();
    let rows = Rows::new(engine)
        .text("merchant", records.iter().map(|r| r.merchant.as_str()))
        .text("request_id", records.iter().map(|r| r.request_id.as_str()))
        .text("content_hash", records.iter().map(|r| r.content_hash.as_str()))
        .text("answer", records.iter().map(|r| r.answer.as_str()));
    // SQLite reads ON after a SELECT as a join's condition unless there is a WHERE.
    let filter = match engine {
        Engine::Sqlite => "WHERE true",
        Engine::Postgres => "",
    };
    let sql = format!(
        "INSERT INTO request (merchant, request_id, content_hash, answer, create_time_us) \
         SELECT merchant, request_id, content_hash, answer, $1 FROM {} {filter} \
         ON CONFLICT (merchant, request_id) DO NOTHING RETURNING 1 AS inserted",
        rows.table("new", 2)
    );
    let values = std::iter::once(now.0.into()).chain(rows.values());
    let inserted = transaction.query_all_raw(engine.statement(sql, values)).await?;
    if inserted.len() == sent { Ok(()) } else { Err(overtaken()) }
}
