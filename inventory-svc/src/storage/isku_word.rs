//! Statements that keep the words that ISKUs are found by.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbErr};
use shared::{
    database::{Engine, Rows, Writes},
    identity::Merchant,
};

use super::row::Columns;
use crate::domain::{
    changes::Write,
    isku::{Isku, IskuId},
    search::{words, words_of},
};

/// ISKUs that are read at a time.
const CHUNK: i64 = 1_000;

/// Removes the words of ISKUs that are new or have another name or code.
pub(crate) fn remove(writes: &mut Writes, iskus: &BTreeMap<IskuId, (Write, Isku)>) {
    let rows = Rows::new(writes.engine()).bigint("isku_id", iskus.keys().map(|id| id.0));
    writes.delete("isku_word", rows, &["isku_id"]);
}

/// Writes the words that they have now.
pub(crate) fn insert(writes: &mut Writes, iskus: &BTreeMap<IskuId, (Write, Isku)>) {
    let words = iskus.values().map(|(_, isku)| (isku.isku_id, words_of(isku)));
    writes.insert("isku_word", rows_of(writes.engine(), words));
}

fn rows_of(engine: Engine, words: impl IntoIterator<Item = (IskuId, BTreeSet<String>)>) -> Rows {
    let pairs = words.into_iter().flat_map(|(id, words)| words.into_iter().map(move |word| (id.0, word)));
    let (ids, words): (Vec<i64>, Vec<String>) = pairs.unzip();
    Rows::new(engine).bigint("isku_id", ids).text("word", words)
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
    let mut writes = Writes::new(engine, merchant);
    writes.insert("isku_word", rows_of(engine, words));
    writes.run(connection).await
}
