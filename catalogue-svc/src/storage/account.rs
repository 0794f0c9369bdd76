//! Statements about seller accounts.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{
    database::{Engine, Rows, Transaction},
    identity::{Channel, Merchant, SellerId},
};
use uuid::Uuid;

use super::{
    row::{Columns, query},
    words::Word,
};
use crate::domain::account::{Account, AccountKey, DuplicatePolicy, Terms};

const COLUMNS: &str = "seller_account.id, seller_account.channel, seller_account.seller_id, \
    seller_account.seller_key, seller_account.duplicate_policy, \
    seller_account.buffer, seller_account.maximum, seller_account.retire_threshold_percent, seller_account.locations, \
    seller_account.first_sync_due, seller_account.last_sync_time_us, seller_account.version, \
    seller_account.create_time_us, seller_account.update_time_us";

fn account(row: &QueryResult) -> Result<Account, DbErr> {
    let percent: i64 = row.col("retire_threshold_percent")?;
    Ok(Account {
        id: row.col("id")?,
        key: AccountKey {
            channel: row.parsed("channel", Channel::parse)?,
            seller_id: row.parsed("seller_id", SellerId::parse)?,
        },
        terms: Terms {
            duplicate_policy: row.parsed("duplicate_policy", DuplicatePolicy::read)?,
            buffer: row.col("buffer")?,
            maximum: row.col("maximum")?,
            retire_threshold_percent: i32::try_from(percent).map_err(|error| DbErr::Type(error.to_string()))?,
            locations: row.parsed("locations", |text| serde_json::from_str(text))?,
        },
        first_sync_due: row.col("first_sync_due")?,
        last_sync_time: row.col::<Option<i64>>("last_sync_time_us")?.map(shared::time::Micros),
        version: row.col("version")?,
        create_time: row.micros("create_time_us")?,
        update_time: row.micros("update_time_us")?,
    })
}

/// Makes mappings of one merchant take turns until the transaction ends, so that two of them cannot create a duplicate unseen.
///
/// Locks all of the merchant's accounts, in the order of their ids; facts, and the request's record, have to be read after it.
pub(crate) async fn lock_mappings(transaction: &Transaction, merchant: &Merchant) -> Result<(), DbErr> {
    match transaction.engine() {
        // BEGIN IMMEDIATE: there is one writer.
        Engine::Sqlite => Ok(()),
        Engine::Postgres => {
            let sql = "SELECT 1 FROM seller_account WHERE merchant = $1 ORDER BY id FOR NO KEY UPDATE";
            let statement = Engine::Postgres.statement(sql, [merchant.as_str().into()]);
            transaction.query_all_raw(statement).await.map(|_| ())
        }
    }
}

/// The account with this key.
pub(crate) async fn get(
    transaction: &Transaction,
    merchant: &Merchant,
    key: &AccountKey,
) -> Result<Option<Account>, DbErr> {
    Ok(by_keys(transaction, merchant, std::slice::from_ref(key)).await?.pop())
}

/// The accounts with these keys, as far as there are any.
pub(crate) async fn by_keys(
    transaction: &Transaction,
    merchant: &Merchant,
    keys: &[AccountKey],
) -> Result<Vec<Account>, DbErr> {
    let rows = Rows::new(transaction.engine())
        .text("channel", keys.iter().map(|key| key.channel.as_str()))
        .text("seller_key", keys.iter().map(|key| key.seller_id.key()));
    let found = query(transaction, merchant, rows, [], |asked, _| {
        format!(
            "SELECT {COLUMNS} FROM {asked} CROSS JOIN seller_account WHERE seller_account.merchant = $1 \
             AND seller_account.channel = asked.channel AND seller_account.seller_key = asked.seller_key"
        )
    });
    found.await?.iter().map(account).collect()
}

/// The accounts with these ids.
pub(crate) async fn by_ids(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: Vec<Uuid>,
) -> Result<Vec<Account>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("id", ids);
    let found = query(transaction, merchant, rows, [], |asked, _| {
        format!(
            "SELECT {COLUMNS} FROM {asked} CROSS JOIN seller_account WHERE seller_account.merchant = $1 \
             AND seller_account.id = asked.id"
        )
    });
    found.await?.iter().map(account).collect()
}

/// The page of accounts after a key, by channel and seller.
pub(crate) async fn list(
    transaction: &Transaction,
    merchant: &Merchant,
    channel: Option<&Channel>,
    after: &(String, String),
    limit: u64,
) -> Result<Vec<Account>, DbErr> {
    let sql = format!(
        "SELECT {COLUMNS} FROM seller_account WHERE merchant = $1 AND (channel, seller_key) > ($2, $3) \
         AND ($4 = '' OR channel = $4) ORDER BY channel, seller_key LIMIT $5"
    );
    let values: [Value; 5] = [
        merchant.as_str().into(),
        after.0.as_str().into(),
        after.1.as_str().into(),
        channel.map_or("", Channel::as_str).into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let found = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    found.iter().map(account).collect()
}

/// Adds an account, unless the merchant has one with this key.
pub(crate) async fn insert(
    transaction: &Transaction,
    merchant: &Merchant,
    account: &Account,
) -> Result<Inserted, DbErr> {
    let sql = "INSERT INTO seller_account (merchant, id, channel, seller_key, seller_id, duplicate_policy, buffer, \
        maximum, retire_threshold_percent, locations, first_sync_due, last_sync_time_us, version, create_time_us, \
        update_time_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, $12, $13, $14) \
        ON CONFLICT DO NOTHING RETURNING 1 AS inserted";
    let terms = &account.terms;
    let values: [Value; 14] = [
        merchant.as_str().into(),
        account.id.into(),
        account.key.channel.as_str().into(),
        account.key.seller_id.key().into(),
        account.key.seller_id.as_received().into(),
        terms.duplicate_policy.word().into(),
        terms.buffer.into(),
        terms.maximum.into(),
        i64::from(terms.retire_threshold_percent).into(),
        locations(terms)?.into(),
        account.first_sync_due.into(),
        account.version.into(),
        account.create_time.0.into(),
        account.update_time.0.into(),
    ];
    let inserted = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    Ok(if inserted.is_empty() { Inserted::Taken } else { Inserted::New })
}

/// Whether a row was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// It was.
    New,
    /// Its key is taken.
    Taken,
}

/// Writes an account's terms and sync state; its version must be one more than what is stored, else the transaction is overtaken.
pub(crate) async fn update(transaction: &Transaction, merchant: &Merchant, account: &Account) -> Result<(), DbErr> {
    let sql = "UPDATE seller_account SET duplicate_policy = $3, buffer = $4, maximum = $5, \
        retire_threshold_percent = $6, locations = $7, first_sync_due = $8, last_sync_time_us = $9, version = $10, \
        update_time_us = $11 WHERE merchant = $1 AND id = $2 AND version = $10 - 1 RETURNING 1 AS updated";
    let terms = &account.terms;
    let values: [Value; 11] = [
        merchant.as_str().into(),
        account.id.into(),
        terms.duplicate_policy.word().into(),
        terms.buffer.into(),
        terms.maximum.into(),
        i64::from(terms.retire_threshold_percent).into(),
        locations(terms)?.into(),
        account.first_sync_due.into(),
        account.last_sync_time.map(|time| time.0).into(),
        account.version.into(),
        account.update_time.0.into(),
    ];
    let updated = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    if updated.is_empty() { Err(shared::database::overtaken()) } else { Ok(()) }
}

fn locations(terms: &Terms) -> Result<String, DbErr> {
    serde_json::to_string(&terms.locations).map_err(|error| DbErr::Json(error.to_string()))
}
