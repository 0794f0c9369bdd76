//! Statements that find ISKUs. Each looks at a bounded number of rows, however many there are.
//!
//! A span is read as a range of an index; what an ISKU has besides is probed by its key.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{
    database::{Engine, Rows, Transaction},
    identity::Merchant,
};

use super::{
    isku::{Archived, columns, isku},
    row::Columns,
};
use crate::domain::{
    isku::{Isku, IskuId},
    search::Span,
};

/// Rows of a span that are looked at.
pub(crate) const CANDIDATES_MAX: usize = 1_000;

/// One more, to know that there are more.
const LOOKED_AT: i64 = 1_001;

fn shown(archived: Archived) -> &'static str {
    match archived {
        Archived::Hidden => "AND NOT isku.archived",
        Archived::Shown => "",
    }
}

async fn query(
    transaction: &Transaction,
    merchant: &Merchant,
    sql: String,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let values = std::iter::once(Value::from(merchant.as_str())).chain(values);
    transaction.query_all_raw(transaction.engine().statement(sql, values)).await
}

/// ISKUs with this barcode, the oldest first.
pub(crate) async fn by_barcode(
    transaction: &Transaction,
    merchant: &Merchant,
    barcode: &str,
    archived: Archived,
    limit: i64,
) -> Result<Vec<Isku>, DbErr> {
    let sql = format!(
        "SELECT {} FROM isku WHERE merchant = $1 AND barcode = $2 {} ORDER BY isku_id LIMIT $3",
        columns(),
        shown(archived)
    );
    let found = query(transaction, merchant, sql, [barcode.into(), limit.into()]).await?;
    found.iter().map(isku).collect()
}

/// ISKUs of which a code or alias has its near key in a span, in the order of those; each at least once.
pub(crate) async fn by_near_key(
    transaction: &Transaction,
    merchant: &Merchant,
    span: &Span,
    archived: Archived,
    limit: i64,
) -> Result<Vec<Isku>, DbErr> {
    let sql = format!(
        "SELECT {} FROM (SELECT isku_id, near_key, code FROM isku_code \
             WHERE merchant = $1 AND near_key >= $2 AND near_key < $3 ORDER BY near_key, code LIMIT $4) AS named \
         CROSS JOIN isku WHERE isku.merchant = $1 AND isku.isku_id = named.isku_id {} \
         ORDER BY named.near_key, named.code LIMIT $5",
        columns(),
        shown(archived)
    );
    let values = [span.low.as_str().into(), span.high.as_str().into(), LOOKED_AT.into(), limit.into()];
    query(transaction, merchant, sql, values).await?.iter().map(isku).collect()
}

/// Whether a span has more codes and aliases than [`by_near_key`] looks at.
pub(crate) async fn is_crowded(transaction: &Transaction, merchant: &Merchant, span: &Span) -> Result<bool, DbErr> {
    let sql = "SELECT count(*) AS count FROM (SELECT 1 AS one FROM isku_code \
               WHERE merchant = $1 AND near_key >= $2 AND near_key < $3 LIMIT $4) AS few";
    let values = [span.low.as_str().into(), span.high.as_str().into(), LOOKED_AT.into()];
    let found = query(transaction, merchant, sql.to_owned(), values).await?;
    Ok(found.first().map(|row| row.bigint("count")).transpose()?.is_some_and(|count| count >= LOOKED_AT))
}

fn asked(engine: Engine, spans: &[Span]) -> Rows {
    Rows::new(engine)
        .bigint("no", (0..).take(spans.len()))
        .text("low", spans.iter().map(|span| span.low.as_str()))
        .text("high", spans.iter().map(|span| span.high.as_str()))
}

/// For each span how many words of ISKUs are in it; one more than [`CANDIDATES_MAX`] stands for any more.
pub(crate) async fn counts(
    transaction: &Transaction,
    merchant: &Merchant,
    spans: &[Span],
) -> Result<Vec<usize>, DbErr> {
    let rows = asked(transaction.engine(), spans);
    let sql = format!(
        "SELECT asked.no, (SELECT count(*) FROM (SELECT 1 AS one FROM isku_word WHERE isku_word.merchant = $1 \
             AND isku_word.word >= asked.low AND isku_word.word < asked.high LIMIT $2) AS few) AS count \
         FROM {} ORDER BY asked.no",
        rows.table("asked", 3)
    );
    let values = std::iter::once(LOOKED_AT.into()).chain(rows.values());
    let found = query(transaction, merchant, sql, values).await?;
    found.iter().map(|row| Ok(usize::try_from(row.bigint("count")?).unwrap_or(usize::MAX))).collect()
}

/// The first ISKUs that have a word in a span.
pub(crate) async fn holders(
    transaction: &Transaction,
    merchant: &Merchant,
    span: &Span,
) -> Result<BTreeSet<IskuId>, DbErr> {
    let sql = "SELECT isku_id FROM isku_word WHERE merchant = $1 AND word >= $2 AND word < $3 \
               ORDER BY word, isku_id LIMIT $4";
    let limit = i64::try_from(CANDIDATES_MAX).unwrap_or(i64::MAX);
    let values = [span.low.as_str().into(), span.high.as_str().into(), limit.into()];
    query(transaction, merchant, sql.to_owned(), values).await?.iter().map(Columns::isku_id).collect()
}

/// Which of the candidates have at least `least` of the words, and how many: most words first, then the shortest name, then by code.
pub(crate) async fn ranked(
    transaction: &Transaction,
    merchant: &Merchant,
    candidates: &BTreeSet<IskuId>,
    words: (&[Span], usize),
    archived: Archived,
    limit: i64,
) -> Result<Vec<(Isku, usize)>, DbErr> {
    let (spans, least) = words;
    let engine = transaction.engine();
    let ids = Rows::new(engine).bigint("isku_id", candidates.iter().map(|id| id.0));
    let words = asked(engine, spans);
    // Probes by key, one for each candidate: a join may read the whole table instead.
    let isku_of = match engine {
        Engine::Postgres => {
            "CROSS JOIN LATERAL (SELECT * FROM isku WHERE isku.merchant = $1 AND isku.isku_id = found.isku_id OFFSET 0) AS isku WHERE true"
        }
        Engine::Sqlite => "CROSS JOIN isku WHERE isku.merchant = $1 AND isku.isku_id = found.isku_id",
    };
    let sql = format!(
        "SELECT {}, found.words FROM (SELECT candidate.isku_id, count(*) AS words FROM {} CROSS JOIN {} \
             WHERE (SELECT 1 FROM isku_word WHERE isku_word.merchant = $1 AND isku_word.isku_id = candidate.isku_id \
                 AND isku_word.word >= asked.low AND isku_word.word < asked.high LIMIT 1) IS NOT NULL \
             GROUP BY candidate.isku_id HAVING count(*) >= $2) AS found \
         {isku_of} {} ORDER BY found.words DESC, length(COALESCE(isku.product_name, '')), isku.code LIMIT $3",
        columns(),
        ids.table("candidate", 4),
        words.table("asked", 4 + ids.width()),
        shown(archived)
    );
    let least = i64::try_from(least).unwrap_or(i64::MAX);
    let values = [least.into(), limit.into()].into_iter().chain(ids.values()).chain(words.values());
    let found = query(transaction, merchant, sql, values).await?;
    let match_of = |row: &QueryResult| Ok((isku(row)?, usize::try_from(row.bigint("words")?).unwrap_or(usize::MAX)));
    found.iter().map(match_of).collect()
}
