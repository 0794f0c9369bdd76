//! Statements that make near keys anew that a rule before made.

use sea_orm::{DbErr, QueryResult};
use shared::{
    code::{Code, near},
    database::{Database, Rows, Update},
    identity::Merchant,
};
use uuid::Uuid;

use crate::storage::{
    entity::listing::Column,
    row::{self, Columns},
};

/// Listings that one transaction writes, at most.
const CHUNK: i64 = 1_000;

/// A listing by what its near key is made of.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    id: Uuid,
    csku: Option<Code>,
    retired: bool,
    near_version: i64,
}

impl Named {
    fn near_key(&self) -> Option<String> {
        self.csku.as_ref().filter(|_| !self.retired).and_then(Code::near_key)
    }
}

/// The first listings of one merchant whose near keys a rule before made; none if there are none of any merchant.
pub(crate) async fn outdated(database: &Database) -> Result<Option<(Merchant, Vec<Named>)>, DbErr> {
    // The number stands in the text, as it stands in the index.
    let sql = format!(
        "SELECT merchant, id, csku, retired, near_version FROM listing WHERE near_version < {} ORDER BY merchant, id LIMIT $1",
        near::VERSION
    );
    let rows = database.query_all(database.engine().statement(sql, [CHUNK.into()])).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let whose: String = first.col("merchant")?;
    let merchant = Merchant::parse(&whose).map_err(|problem| DbErr::Type(format!("merchant {problem}")))?;
    let read = |row: &QueryResult| -> Result<Option<Named>, DbErr> {
        if row.col::<String>("merchant")? != whose {
            return Ok(None);
        }
        let csku: Option<String> = row.col("csku")?;
        let csku = csku.map(|csku| row::parsed(Column::Csku, &csku, Code::parse)).transpose()?;
        let (retired, near_version) = (row.col("retired")?, row.col("near_version")?);
        Ok(Some(Named { id: row.col("id")?, csku, retired, near_version }))
    };
    let named = rows.iter().filter_map(|row| read(row).transpose()).collect::<Result<_, _>>()?;
    Ok(Some((merchant, named)))
}

/// Makes the near keys of these listings by the rule of now; if somebody has written one meanwhile, the transaction was overtaken.
pub(crate) async fn make_anew(database: &Database, merchant: &Merchant, listings: &[Named]) -> Result<(), DbErr> {
    let transaction = database.begin().await?;
    let rows = Rows::new(database.engine())
        .uuid("id", listings.iter().map(|named| named.id))
        .opt_text("near_key", listings.iter().map(Named::near_key))
        .bigint("near_version", listings.iter().map(|_| near::VERSION))
        .unstored("version_before", listings.iter().map(|named| named.near_version));
    let mut writes = row::writes(&transaction, merchant);
    let (columns, guard) = (vec!["near_key", "near_version"], &[("near_version", "version_before")]);
    writes.update("listing", rows, Update { key: vec!["id"], columns, guard });
    writes.run(&transaction).await?;
    transaction.commit().await
}
