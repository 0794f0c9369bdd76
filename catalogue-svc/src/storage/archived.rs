//! Which mapped ISKUs are archived, as far as inventory-svc last said. Shown, never decided by.

use std::collections::HashSet;

use sea_orm::DbErr;
use shared::{
    database::{Rows, Transaction},
    identity::Merchant,
};

use super::{
    entity::archived_isku::{Entity, Model},
    row::{self, columns, models, query},
};

/// Which of these ISKUs are archived.
pub(crate) async fn among(
    transaction: &Transaction,
    merchant: &Merchant,
    isku_ids: Vec<i64>,
) -> Result<HashSet<i64>, DbErr> {
    let rows = Rows::new(transaction.engine()).bigint("isku_id", isku_ids);
    let same = "archived_isku.merchant = $1 AND archived_isku.isku_id = asked.isku_id";
    let probe = transaction.engine().probe("archived_isku", same);
    let found = models::<Model>(transaction, merchant, rows, [], |asked, _| {
        format!("SELECT {} FROM {asked}{probe}", columns::<Entity>())
    });
    Ok(found.await?.into_iter().map(|row| row.isku_id).collect())
}

/// Notes what inventory-svc has just said.
pub(crate) async fn note(
    transaction: &Transaction,
    merchant: &Merchant,
    archived: Vec<i64>,
    active: Vec<i64>,
) -> Result<(), DbErr> {
    if !archived.is_empty() {
        let rows = Rows::new(transaction.engine()).bigint("isku_id", archived);
        query(transaction, merchant, rows, [], |asked, _| {
            format!(
                "INSERT INTO archived_isku (merchant, isku_id) SELECT $1, isku_id FROM {asked} WHERE true \
                 ON CONFLICT DO NOTHING"
            )
        })
        .await?;
    }
    if !among(transaction, merchant, active.clone()).await?.is_empty() {
        let mut writes = row::writes(transaction, merchant);
        writes.delete("archived_isku", Rows::new(writes.engine()).bigint("isku_id", active), &["isku_id"]);
        writes.run(transaction).await?;
    }
    Ok(())
}
