//! Statements about locations.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QuerySelect, sea_query::LockType};
use shared::{
    code::Code,
    database::{Pending, Reads, Rows, Transaction, Update, Writes},
    identity::Merchant,
};

use super::{
    entity::{
        self,
        location::{Column, Entity, Model},
    },
    row::columns_without,
};
use crate::domain::{
    changes::Write,
    location::{DEFAULT_CODE, Location, LocationDetails, LocationId, Selling},
};

impl TryFrom<Model> for Location {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        Ok(Self {
            location_id: LocationId(row.location_id),
            code: Code::parse(&row.code).map_err(|error| DbErr::Type(format!("code {error}")))?,
            details: LocationDetails {
                display_name: row.display_name,
                selling: selling(row.sellable),
                priority: row.priority,
            },
            revision: row.revision,
        })
    }
}

/// All of the merchant's locations, by priority.
pub(crate) fn all(reads: &mut Reads<'_>) -> Pending<Vec<Location>> {
    reads.all::<Entity, _>(|mut found| {
        found.sort_by_key(|row| (row.priority, row.location_id));
        found.into_iter().map(Location::try_from).collect()
    })
}

/// The column `sellable` as the domain says it.
pub(super) fn selling(sellable: bool) -> Selling {
    if sellable { Selling::Sellable } else { Selling::Unsellable }
}

/// Writes new and changed locations, under the merchant's lock.
pub(crate) fn write(writes: &mut Writes, locations: &BTreeMap<LocationId, (Write, Location)>) {
    let engine = writes.engine();
    for write in [Write::Insert, Write::Update] {
        let chosen: Vec<&Location> =
            locations.values().filter(|(own, _)| *own == write).map(|(_, location)| location).collect();
        let rows = Rows::new(engine)
            .bigint("location_id", chosen.iter().map(|own| own.location_id.0))
            .text("code", chosen.iter().map(|own| own.code.as_str()))
            .opt_text("display_name", chosen.iter().map(|own| own.details.display_name.as_deref()))
            .boolean("sellable", chosen.iter().map(|own| own.details.selling == Selling::Sellable))
            .bigint("priority", chosen.iter().map(|own| own.details.priority))
            .bigint("revision", chosen.iter().map(|own| own.revision));
        match write {
            Write::Insert => writes.insert("location", rows),
            Write::Update => {
                let columns = columns_without(&[Column::Merchant, Column::LocationId, Column::Code]);
                writes.update("location", rows, Update { key: vec!["location_id"], columns, guard: &[] });
            }
        }
    }
}

/// Makes the merchant's row and its location `default` unless they are there, and locks the row.
///
/// Returns how many ISKUs the merchant has created.
pub(crate) async fn lock_merchant(transaction: &Transaction, merchant: &Merchant) -> Result<i64, DbErr> {
    let engine = transaction.engine();
    // A merchant that is made again after a restore is in another epoch than the one that was lost.
    let insert = format!(
        "INSERT INTO merchant (merchant, isku_count, location_count, epoch) VALUES ($1, 0, 1, {}) ON CONFLICT DO NOTHING",
        engine.clock_us()
    );
    transaction.execute_raw(engine.statement(insert, [merchant.as_str().into()])).await?;
    let insert = "INSERT INTO location (merchant, location_id, code, sellable, priority) VALUES ($1, $2, $3, true, 0) \
                  ON CONFLICT DO NOTHING";
    let values = [merchant.as_str().into(), LocationId::DEFAULT.0.into(), DEFAULT_CODE.into()];
    transaction.execute_raw(engine.statement(insert, values)).await?;
    // SQLite, which has one writer, is not told of the lock.
    let select = entity::merchant::Entity::find_by_id(merchant.as_str()).lock(LockType::NoKeyUpdate);
    let row = select.one(transaction).await?.ok_or_else(|| DbErr::RecordNotFound("merchant".to_owned()))?;
    Ok(row.isku_count)
}
