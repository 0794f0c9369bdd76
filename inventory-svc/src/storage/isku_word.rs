//! Statements that keep the words that ISKUs are found by.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr, Value};
use shared::{
    database::{Engine, Rows, Transaction},
    identity::Merchant,
};

use super::row::Columns;
use crate::domain::{
    isku::{Isku, IskuId},
    search::{words, words_of},
};

/// ISKUs that are read at a time.
const CHUNK: i64 = 1_000;

/// Writes the words of ISKUs that are new or have another name or code, instead of those that they had.
pub(crate) async fn replace(transaction: &Transaction, merchant: &Merchant, iskus: &[&Isku]) -> Result<(), DbErr> {
    let engine = transaction.engine();
    let rows = Rows::new(engine).bigint("isku_id", iskus.iter().map(|isku| isku.isku_id.0));
    let sql = format!(
        "DELETE FROM isku_word WHERE merchant = $1 AND isku_id IN (SELECT isku_id FROM {})",
        rows.table("changed", 2)
    );
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    transaction.execute_raw(engine.statement(sql, values)).await?;
    let words = iskus.iter().map(|isku| (isku.isku_id, words_of(isku)));
    write(&**transaction, engine, merchant, words).await
}

/// Writes the words of all ISKUs of all merchants; none has any yet.
pub(super) async fn fill(connection: &impl ConnectionTrait, engine: Engine) -> Result<(), DbErr> {
    let sql = "SELECT merchant, isku_id, code, product_name FROM isku WHERE (merchant, isku_id) > ($1, $2) \
               ORDER BY merchant, isku_id LIMIT $3";
    // No merchant is empty.
    let mut last = (String::new(), 0_i64);
    loop {
        let values = [last.0.as_str().into(), last.1.into(), CHUNK.into()];
        let rows = connection.query_all_raw(engine.statement(sql, values)).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = (end.text("merchant")?, end.isku_id()?.0);
        let mut own: Vec<(IskuId, BTreeSet<String>)> = vec![];
        let mut merchant = None;
        for row in &rows {
            let named = row.parsed("merchant", Merchant::parse)?;
            if let Some(before) = merchant.replace(named.clone()).filter(|before| *before != named) {
                write(connection, engine, &before, own.drain(..)).await?;
            }
            own.push((row.isku_id()?, words(&row.text("code")?, row.opt_text("product_name")?.as_deref())));
        }
        if let Some(merchant) = merchant {
            write(connection, engine, &merchant, own).await?;
        }
    }
}

async fn write(
    connection: &impl ConnectionTrait,
    engine: Engine,
    merchant: &Merchant,
    words: impl IntoIterator<Item = (IskuId, BTreeSet<String>)>,
) -> Result<(), DbErr> {
    let pairs = words.into_iter().flat_map(|(id, words)| words.into_iter().map(move |word| (id.0, word)));
    let (ids, words): (Vec<i64>, Vec<String>) = pairs.unzip();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = Rows::new(engine).bigint("isku_id", ids).text("word", words);
    let sql = format!(
        "INSERT INTO isku_word (merchant, isku_id, word) SELECT $1, isku_id, word FROM {}",
        rows.table("new", 2)
    );
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    connection.execute_raw(engine.statement(sql, values)).await.map(|_| ())
}
