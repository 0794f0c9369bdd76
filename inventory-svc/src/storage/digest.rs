//! The rows that carry a digest, and what they say when they are read again.
//!
//! The service writes the digest with the row, and anew with each change of it: then it takes for sound what it has read of the row.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, PrimaryKeyToColumn, QueryResult, Value};
use shared::{
    database::{Engine, Rows, Update, Writes, schema::Kind},
    identity::Merchant,
};
use uuid::Uuid;

use super::{entity, row::Columns};
use crate::domain::verify::Digest;

/// Rows that are read at a time.
const CHUNK: i64 = 1_000;

/// A table of which each row carries a digest of all that the service writes into it.
pub(super) struct Digested {
    pub(super) table: &'static str,
    pub(super) key: fn() -> Vec<Column>,
    pub(super) columns: fn() -> Vec<Column>,
    /// How many rows belong to a row, which no column says, and what counts them: whoever takes one away damages the row.
    pub(super) counted: Option<(&'static str, &'static str)>,
}

/// What counts the items of a reservation.
pub(super) const ITEMS: (&str, &str) = (
    "items",
    "SELECT count(*) FROM reservation_item \
     WHERE reservation_item.merchant = $1 AND reservation_item.reservation_id = reservation.reservation_id",
);

/// What counts the lines of an item.
pub(super) const LINES: (&str, &str) = (
    "lines",
    "SELECT count(*) FROM reservation_line \
     WHERE reservation_line.merchant = $1 AND reservation_line.reservation_id = reservation_item.reservation_id \
         AND reservation_line.item_no = reservation_item.item_no",
);

pub(super) const MOVEMENT: Digested = Digested::of::<entity::movement::Entity>("movement", None);

pub(super) const RESERVATION: Digested = Digested::of::<entity::reservation::Entity>("reservation", Some(ITEMS));

pub(super) const ITEM: Digested = Digested::of::<entity::reservation_item::Entity>("reservation_item", Some(LINES));

pub(super) const LINE: Digested = Digested::of::<entity::reservation_line::Entity>("reservation_line", None);

/// A column that a digest is of.
pub(super) struct Column {
    name: &'static str,
    kind: Kind,
}

impl Column {
    /// Columns by their names and kinds, for migrations: the entity may have others by now.
    pub(super) fn named(columns: &[(&'static str, Kind)]) -> Vec<Self> {
        columns.iter().map(|(name, kind)| Self { name, kind: kind.clone() }).collect()
    }

    /// Without the merchant, who is in every digest, and the digest itself.
    fn of(column: impl ColumnTrait) -> Option<Self> {
        let name = column.as_str();
        (!["merchant", "digest"].contains(&name)).then(|| Self { name, kind: Kind::of(&column) })
    }

    fn add(&self, rows: Rows, found: &[QueryResult]) -> Result<Rows, DbErr> {
        let name = self.name;
        Ok(match self.kind {
            Kind::Bigint => rows.opt_bigint(name, read(found, |row| row.opt_bigint(name))?),
            Kind::Text => rows.opt_text(name, read(found, |row| row.opt_text(name))?),
            Kind::Boolean => rows.boolean(name, read(found, |row| row.boolean(name))?),
            Kind::Uuid => rows.opt_uuid(name, read(found, |row| row.opt_uuid(name))?),
            Kind::Other(ref kind) => return Err(DbErr::Type(format!("{name} is a {kind}"))),
        })
    }

    /// What comes before every value of a key.
    fn least(&self) -> Value {
        match self.kind {
            Kind::Uuid => Uuid::nil().into(),
            _ => i64::MIN.into(),
        }
    }

    fn value(&self, row: &QueryResult) -> Result<Value, DbErr> {
        match self.kind {
            Kind::Uuid => row.uuid(self.name).map(Value::from),
            _ => row.bigint(self.name).map(Value::from),
        }
    }
}

fn read<T>(found: &[QueryResult], column: impl Fn(&QueryResult) -> Result<T, DbErr>) -> Result<Vec<T>, DbErr> {
    found.iter().map(column).collect()
}

fn rows(engine: Engine, columns: &[Column], found: &[QueryResult]) -> Result<Rows, DbErr> {
    columns.iter().try_fold(Rows::new(engine), |rows, column| column.add(rows, found))
}

impl Digested {
    const fn of<E: EntityTrait>(table: &'static str, counted: Option<(&'static str, &'static str)>) -> Self {
        Self {
            table,
            key: || E::PrimaryKey::iter().filter_map(|key| Column::of(key.into_column())).collect(),
            columns: || E::Column::iter().filter_map(Column::of).collect(),
            counted,
        }
    }

    /// What has to be selected of it, of the merchant `$1`.
    pub(super) fn selected(&self) -> String {
        let mut columns: Vec<String> = (self.columns)().iter().map(|column| column.name.to_owned()).collect();
        columns.extend(self.counted.map(|(name, query)| format!("({query}) AS {name}")));
        format!("{}, digest", columns.join(", "))
    }

    /// The digests of rows that were selected.
    pub(super) fn digests(
        &self,
        engine: Engine,
        merchant: &Merchant,
        found: &[QueryResult],
    ) -> Result<Vec<Digest>, DbErr> {
        let carried = read(found, |row| row.opt_bigint("digest"))?;
        let said = self.said(engine, merchant, found)?;
        Ok(carried.into_iter().zip(said).map(|(carried, said)| Digest { carried, said }).collect())
    }

    fn said(&self, engine: Engine, merchant: &Merchant, found: &[QueryResult]) -> Result<Vec<i64>, DbErr> {
        let mut columns = (self.columns)();
        columns.extend(self.counted.map(|(name, _)| Column { name, kind: Kind::Bigint }));
        Ok(rows(engine, &columns, found)?.digests(merchant, self.table))
    }

    /// Writes the digests of all rows of a merchant.
    async fn fill(&self, connection: &impl ConnectionTrait, engine: Engine, merchant: &Merchant) -> Result<(), DbErr> {
        let columns = (self.key)();
        let key: Vec<&'static str> = columns.iter().map(|column| column.name).collect();
        let places: Vec<String> = (3..).take(key.len()).map(|place| format!("${place}")).collect();
        let (own, after) = (key.join(", "), places.join(", "));
        let sql = format!(
            "SELECT {} FROM {} WHERE merchant = $1 AND ({own}) > ({after}) ORDER BY {own} LIMIT $2",
            self.selected(),
            self.table
        );
        let mut last: Vec<Value> = columns.iter().map(Column::least).collect();
        loop {
            let values = [merchant.as_str().into(), CHUNK.into()].into_iter().chain(last);
            let found = connection.query_all_raw(engine.statement(&sql, values)).await?;
            let Some(end) = found.last() else { return Ok(()) };
            last = columns.iter().map(|column| column.value(end)).collect::<Result<_, DbErr>>()?;
            let said = self.said(engine, merchant, &found)?;
            let filled = rows(engine, &columns, &found)?.bigint("digest", said);
            let mut writes = Writes::new(engine, merchant);
            writes.update(self.table, filled, Update { key: key.clone(), columns: vec!["digest"], guard: &[] });
            writes.run(connection).await?;
        }
    }
}

/// Writes the digests of all rows of tables, of all merchants, for migrations: of the columns that a table had then.
pub(super) async fn fill(connection: &impl ConnectionTrait, engine: Engine, tables: &[Digested]) -> Result<(), DbErr> {
    let merchants = engine.statement("SELECT merchant FROM merchant", []);
    for row in connection.query_all_raw(merchants).await? {
        let merchant = row.parsed("merchant", Merchant::parse)?;
        for digested in tables {
            digested.fill(connection, engine, &merchant).await?;
        }
    }
    Ok(())
}
