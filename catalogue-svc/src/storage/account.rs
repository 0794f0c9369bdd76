//! Statements about seller accounts.

use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Value};
use shared::{
    database::{Engine, Rows, Transaction, overtaken},
    identity::{Channel, Merchant, SellerId},
    time::Micros,
};
use uuid::Uuid;

use super::{
    entity::seller_account::{ActiveModel, COLUMN, Column, Entity, Model},
    row::{columns, insert_one, models, parsed, read_texts, texts},
    words::Word,
};
use crate::domain::account::{Account, AccountKey, DuplicatePolicy, OnSameGoods, Terms};

impl TryFrom<Model> for Account {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let percent = i32::try_from(row.retire_threshold_percent);
        Ok(Self {
            id: row.id,
            key: AccountKey {
                channel: parsed(Column::Channel, &row.channel, Channel::parse)?,
                seller_id: parsed(Column::SellerId, &row.seller_id, SellerId::parse)?,
            },
            terms: Terms {
                duplicate_policy: parsed(Column::DuplicatePolicy, &row.duplicate_policy, DuplicatePolicy::read)?,
                buffer: row.buffer,
                maximum: row.maximum,
                retire_threshold_percent: percent.map_err(|error| DbErr::Type(error.to_string()))?,
                locations: parsed(Column::Locations, &row.locations, read_texts)?,
                on_same_goods: parsed(Column::OnSameGoods, &row.on_same_goods, OnSameGoods::read)?,
            },
            first_sync_due: row.first_sync_due,
            last_sync_time: row.last_sync_time_us.map(Micros),
            version: row.version,
            create_time: Micros(row.create_time_us),
            update_time: Micros(row.update_time_us),
        })
    }
}

/// An account as its row, to be written whole.
fn row(merchant: &Merchant, account: &Account) -> Result<ActiveModel, DbErr> {
    let (key, terms) = (&account.key, &account.terms);
    let row = Model {
        merchant: merchant.as_str().to_owned(),
        id: account.id,
        channel: key.channel.as_str().to_owned(),
        seller_key: key.seller_id.key(),
        seller_id: key.seller_id.as_received().to_owned(),
        duplicate_policy: terms.duplicate_policy.word().to_owned(),
        buffer: terms.buffer,
        maximum: terms.maximum,
        retire_threshold_percent: terms.retire_threshold_percent.into(),
        locations: texts(&terms.locations)?,
        on_same_goods: terms.on_same_goods.word().to_owned(),
        first_sync_due: account.first_sync_due,
        last_sync_time_us: account.last_sync_time.map(|time| time.0),
        version: account.version,
        create_time_us: account.create_time.0,
        update_time_us: account.update_time.0,
    };
    Ok(row.into_active_model().reset_all())
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
    load(
        transaction,
        merchant,
        rows,
        "seller_account.channel = asked.channel AND seller_account.seller_key = asked.seller_key",
    )
    .await
}

/// The accounts with these ids.
pub(crate) async fn by_ids(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: Vec<Uuid>,
) -> Result<Vec<Account>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("id", ids);
    load(transaction, merchant, rows, "seller_account.id = asked.id").await
}

async fn load(
    transaction: &Transaction,
    merchant: &Merchant,
    rows: Rows,
    condition: &str,
) -> Result<Vec<Account>, DbErr> {
    let probe = transaction.engine().probe("seller_account", &format!("seller_account.merchant = $1 AND {condition}"));
    let found = models::<Model>(transaction, merchant, rows, [], |asked, _| {
        format!("SELECT {} FROM {asked}{probe}", columns::<Entity>())
    });
    found.await?.into_iter().map(Account::try_from).collect()
}

/// The page of accounts after a key, by channel and seller.
pub(crate) async fn list(
    transaction: &Transaction,
    merchant: &Merchant,
    channel: Option<&Channel>,
    after: &(String, String),
    limit: u64,
) -> Result<Vec<Account>, DbErr> {
    let columns = columns::<Entity>();
    let sql = format!(
        "SELECT {columns} FROM seller_account WHERE merchant = $1 AND (channel, seller_key) > ($2, $3) \
         AND ($4 = '' OR channel = $4) ORDER BY channel, seller_key LIMIT $5"
    );
    let values: [Value; 5] = [
        merchant.as_str().into(),
        after.0.as_str().into(),
        after.1.as_str().into(),
        channel.map_or("", Channel::as_str).into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let found = Entity::find().from_raw_sql(transaction.engine().statement(sql, values)).all(transaction).await?;
    found.into_iter().map(Account::try_from).collect()
}

/// Adds an account, unless the merchant has one with this key.
pub(crate) async fn insert(
    transaction: &Transaction,
    merchant: &Merchant,
    account: &Account,
) -> Result<Inserted, DbErr> {
    Ok(if insert_one(transaction, row(merchant, account)?).await? { Inserted::New } else { Inserted::Taken })
}

/// Whether a row was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// It was.
    New,
    /// Its key is taken.
    Taken,
}

/// Writes an account; its version must be one more than what is stored, else the transaction is overtaken.
pub(crate) async fn update(transaction: &Transaction, merchant: &Merchant, account: &Account) -> Result<(), DbErr> {
    let update = Entity::update_many()
        .set(row(merchant, account)?)
        .filter(COLUMN.merchant.eq(merchant.as_str()))
        .filter(COLUMN.id.eq(account.id))
        .filter(COLUMN.version.eq(account.version - 1));
    if update.exec(transaction).await?.rows_affected == 1 { Ok(()) } else { Err(overtaken()) }
}
