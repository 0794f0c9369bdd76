//! Values that their column cannot have: SQLite lets values of any type into a column.
//!
//! They are looked for by row numbers, before all else: by its key such a row may stand anywhere, or outside of every range.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable, QueryResult};
use shared::{
    database::{Database, Engine, Transaction, schema::Kind},
    identity::Merchant,
};

use super::{
    super::{entity, row::Columns},
    query,
};
use crate::domain::{
    isku::IskuId,
    location::LocationId,
    stock::StockKey,
    verify::{Fault, FaultKind, Place},
};

/// A table of the ledger.
struct Table {
    name: &'static str,
    /// Each column with a condition that holds if its value is one that it cannot have.
    columns: Vec<(&'static str, String)>,
}

impl Table {
    fn of<E: EntityTrait>() -> Self {
        let column = |column: E::Column| (column.as_str(), unreadable(column.as_str(), &Kind::of(&column)));
        Self { name: E::default().table_name(), columns: E::Column::iter().map(column).collect() }
    }

    /// The first of a merchant's rows that has such a value, from after one row to another.
    fn first(&self) -> String {
        let place = |(name, condition): &(&str, String)| format!("WHEN {condition} THEN '{name}'");
        let places: Vec<String> = self.columns.iter().map(place).collect();
        // With an index over the merchant, each piece would read all that the merchant has.
        format!(
            "SELECT rowid AS number, CASE {} END AS place, * FROM {} \
             WHERE rowid > $2 AND rowid <= $3 AND +merchant = $1 AND place IS NOT NULL ORDER BY rowid LIMIT 1",
            places.join(" "),
            self.name
        )
    }

    /// The number of the last of so many rows after one, or of all that follow; none if none do. Rows may have any numbers.
    async fn end(&self, snapshot: &Transaction, after: i64, rows: i64) -> Result<Option<i64>, DbErr> {
        let sql = format!(
            "SELECT max(rowid) AS last FROM (SELECT rowid FROM {} WHERE rowid > $1 ORDER BY rowid LIMIT $2)",
            self.name
        );
        let statement = snapshot.engine().statement(sql, [after.into(), rows.into()]);
        let found = snapshot.query_one_raw(statement).await?;
        found.map_or(Ok(None), |row| row.opt_bigint("last"))
    }

    fn fault(&self, row: &QueryResult) -> Result<Fault, DbErr> {
        let place = row.text("place")?;
        let column = self.columns.iter().map(|(name, _)| *name).find(|name| *name == place).unwrap_or_default();
        // As much as can be read, of what there is.
        let number = |column| row.bigint(column).ok();
        let location_id = LocationId(number("location_id").unwrap_or(i64::MAX));
        Ok(Fault {
            kind: FaultKind::Unreadable,
            key: number("isku_id").map(|id| StockKey { isku_id: IskuId(id), location_id }),
            sequence: number("sequence"),
            reservation_id: row.uuid("reservation_id").ok(),
            expected: 0,
            found: 0,
            place: Some(Place { table: self.name, row: row.bigint("number")?, column }),
        })
    }
}

fn unreadable(column: &str, kind: &Kind) -> String {
    match kind {
        Kind::Bigint => format!("typeof({column}) NOT IN ('integer', 'null')"),
        Kind::Boolean => format!("{column} NOT IN (0, 1)"),
        Kind::Uuid => format!("{column} IS NOT NULL AND (typeof({column}) <> 'blob' OR length({column}) <> 16)"),
        Kind::Text | Kind::Other(_) => format!("typeof({column}) NOT IN ('text', 'null')"),
    }
}

/// The first one of a merchant's ledger.
pub(super) async fn first(database: &Database, merchant: &Merchant, rows: i64) -> Result<Option<Fault>, DbErr> {
    if database.engine() != Engine::Sqlite {
        return Ok(None);
    }
    let tables = [
        Table::of::<entity::stock::Entity>(),
        Table::of::<entity::movement::Entity>(),
        Table::of::<entity::reservation::Entity>(),
        Table::of::<entity::reservation_item::Entity>(),
        Table::of::<entity::reservation_line::Entity>(),
    ];
    for table in tables {
        let sql = table.first();
        let mut after = i64::MIN;
        loop {
            let snapshot = database.snapshot().await?;
            let end = table.end(&snapshot, after, rows).await?;
            let found = match end {
                Some(end) => query(&snapshot, merchant, &sql, [after.into(), end.into()]).await?,
                None => vec![],
            };
            snapshot.rollback().await?;
            if let Some(row) = found.first() {
                return table.fault(row).map(Some);
            }
            let Some(end) = end else { break };
            after = end;
        }
    }
    Ok(None)
}
