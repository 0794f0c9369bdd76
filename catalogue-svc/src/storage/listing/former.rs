//! Codes that listings had before: what comes under them later still finds its listing.

use std::collections::HashMap;

use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, IntoActiveModel, sea_query::OnConflict};
use shared::{
    code::Code,
    database::{Rows, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

use crate::storage::{
    entity::former_csku::{Column, Entity, Model},
    row::{columns, models, parsed},
};

/// Notes that a listing had a code.
pub(crate) async fn add(
    transaction: &Transaction,
    merchant: &Merchant,
    (account_id, listing_id): (Uuid, Uuid),
    csku: &Code,
) -> Result<(), DbErr> {
    let csku = csku.as_str().to_owned();
    let row = Model { merchant: merchant.as_str().to_owned(), account_id, csku, listing_id };
    let unless_known = OnConflict::new().do_nothing().to_owned();
    let insert = Entity::insert(row.into_active_model().reset_all()).on_conflict(unless_known);
    insert.exec_without_returning(transaction).await.map(drop)
}

/// The listings that had these codes, each with its code.
pub(crate) async fn with_cskus(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    cskus: &[&Code],
) -> Result<Vec<(Code, Uuid)>, DbErr> {
    let engine = transaction.engine();
    let rows = Rows::new(engine).text("csku", cskus.iter().map(|csku| csku.as_str()));
    let rows = models::<Model>(transaction, merchant, rows, [account_id.into()], |asked, next| {
        let condition =
            format!("former_csku.merchant = $1 AND former_csku.account_id = ${next} AND former_csku.csku = asked.csku");
        format!("SELECT {} FROM {asked}{}", columns::<Entity>(), engine.probe("former_csku", &condition))
    });
    let read = |row: Model| Ok((parsed(Column::Csku, &row.csku, Code::parse)?, row.listing_id));
    rows.await?.into_iter().map(read).collect()
}

/// The codes that listings had, by listing.
pub(crate) async fn of(
    transaction: &Transaction,
    merchant: &Merchant,
    listing_ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<String>>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("listing_id", listing_ids);
    let same = "former_csku.merchant = $1 AND former_csku.listing_id = asked.listing_id";
    let probe = transaction.engine().probe("former_csku", same);
    let rows = models::<Model>(transaction, merchant, rows, [], |asked, _| {
        format!("SELECT {} FROM {asked}{probe}", columns::<Entity>())
    });
    let mut found: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in rows.await? {
        found.entry(row.listing_id).or_default().push(row.csku);
    }
    Ok(found)
}
