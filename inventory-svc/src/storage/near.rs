//! Statements that make near keys anew that a rule before made.

use sea_orm::DbErr;
use shared::{
    code::{Code, near},
    database::{Database, Rows, Update, Writes},
    identity::Merchant,
};

use super::{location, row::Columns};

/// Codes that one transaction writes, at most: meanwhile the merchant gets no new ones.
const CHUNK: i64 = 1_000;

/// The first codes of one merchant whose near keys a rule before made; none if there are none of any merchant.
pub(crate) async fn outdated(database: &Database) -> Result<Option<(Merchant, Vec<Code>)>, DbErr> {
    // The number stands in the text, as it stands in the index.
    let sql = format!(
        "SELECT merchant, code FROM isku_code WHERE near_version < {} ORDER BY merchant, code LIMIT $1",
        near::VERSION
    );
    let rows = database.query_all(database.engine().statement(sql, [CHUNK.into()])).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let merchant = first.parsed("merchant", Merchant::parse)?;
    let mut codes = vec![];
    for row in &rows {
        if row.text("merchant")? == merchant.as_str() {
            codes.push(row.code("code")?);
        }
    }
    Ok(Some((merchant, codes)))
}

/// Makes the near keys of these codes by the rule of now.
pub(crate) async fn make_anew(database: &Database, merchant: &Merchant, codes: &[Code]) -> Result<(), DbErr> {
    let transaction = database.begin().await?;
    // Whoever names ISKUs holds it, too.
    location::lock_merchant(&transaction, merchant).await?;
    let mut writes = Writes::new(database.engine(), merchant);
    let rows = Rows::new(database.engine())
        .text("code", codes.iter().map(Code::as_str))
        .text("near_key", codes.iter().map(|code| code.near_key().unwrap_or_default()))
        .bigint("near_version", codes.iter().map(|_| near::VERSION));
    let update = Update { key: vec!["code"], columns: vec!["near_key", "near_version"], guard: &[] };
    writes.update("isku_code", rows, update);
    writes.run(&transaction).await?;
    transaction.commit().await
}
