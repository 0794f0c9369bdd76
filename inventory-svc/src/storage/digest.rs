//! The rows that carry a digest, and what they say when they are read again.
//!
//! The service writes the digest with the row, and anew with each change of it: then it takes for sound what it has read of the row.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{
    database::{Engine, Rows},
    identity::Merchant,
};
use uuid::Uuid;

use super::row::Columns;
use crate::domain::verify::Digest;

/// Rows that are read at a time.
const CHUNK: i64 = 1_000;

/// A table of which each row carries a digest of all that the service writes into it.
pub(super) struct Digested {
    pub(super) table: &'static str,
    key: &'static [Column],
    rest: &'static [Column],
}

/// A column by its name.
enum Column {
    Bigint(&'static str),
    /// How many rows belong to the row, which no column says, by what counts them: whoever takes one away damages the row.
    Count(&'static str, &'static str),
    Text(&'static str),
    Boolean(&'static str),
    Uuid(&'static str),
}

use Column::{Bigint, Boolean, Count, Text, Uuid as Id};

/// Without `batch`: the database says when a movement is told, and the ledger does not depend on it.
pub(super) const MOVEMENT: Digested = Digested {
    table: "movement",
    key: &[Bigint("isku_id"), Bigint("location_id"), Bigint("sequence")],
    rest: &[
        Text("kind"),
        Bigint("on_hand_delta"),
        Bigint("reserved_delta"),
        Bigint("on_hand_after"),
        Bigint("reserved_after"),
        Id("reservation_id"),
        Text("csku"),
        Text("reason"),
        Text("document"),
        Text("note"),
        Text("actor"),
        Text("request_id"),
        Bigint("create_time_us"),
    ],
};

pub(super) const RESERVATION: Digested = Digested {
    table: "reservation",
    key: &[Id("reservation_id")],
    rest: &[
        Text("channel"),
        Text("seller_id"),
        Text("seller_key"),
        Text("order_id"),
        Text("state"),
        Bigint("expire_time_us"),
        Boolean("short"),
        Bigint("create_time_us"),
        Bigint("update_time_us"),
        Count(
            "items",
            "SELECT count(*) FROM reservation_item \
             WHERE reservation_item.merchant = $1 AND reservation_item.reservation_id = reservation.reservation_id",
        ),
    ],
};

pub(super) const ITEM: Digested = Digested {
    table: "reservation_item",
    key: &[Id("reservation_id"), Bigint("item_no")],
    rest: &[
        Text("csku"),
        Bigint("mapping_revision"),
        Bigint("ordered"),
        Bigint("quantity"),
        Bigint("short"),
        Bigint("returned"),
        Bigint("held"),
        Bigint("shipped"),
        Bigint("released"),
        Count(
            "lines",
            "SELECT count(*) FROM reservation_line \
             WHERE reservation_line.merchant = $1 AND reservation_line.reservation_id = reservation_item.reservation_id \
                 AND reservation_line.item_no = reservation_item.item_no",
        ),
    ],
};

pub(super) const LINE: Digested = Digested {
    table: "reservation_line",
    key: &[Id("reservation_id"), Bigint("item_no"), Bigint("component_no"), Bigint("location_id")],
    rest: &[
        Bigint("isku_id"),
        Bigint("per_unit"),
        Bigint("expire_time_us"),
        Bigint("held"),
        Bigint("shipped"),
        Bigint("released"),
    ],
};

impl Column {
    fn name(&self) -> &'static str {
        match self {
            Bigint(name) | Count(name, _) | Text(name) | Boolean(name) | Id(name) => name,
        }
    }

    fn selected(&self) -> String {
        match self {
            Count(name, query) => format!("({query}) AS {name}"),
            Bigint(name) | Text(name) | Boolean(name) | Id(name) => (*name).to_owned(),
        }
    }

    /// What comes before every value of a key.
    fn least(&self) -> Value {
        match self {
            Id(_) => Uuid::nil().into(),
            Bigint(_) | Count(..) | Text(_) | Boolean(_) => i64::MIN.into(),
        }
    }

    fn value(&self, row: &QueryResult) -> Result<Value, DbErr> {
        Ok(match self {
            Id(name) => row.uuid(name)?.into(),
            Bigint(name) | Count(name, _) | Text(name) | Boolean(name) => row.bigint(name)?.into(),
        })
    }

    fn add(&self, rows: Rows, found: &[QueryResult]) -> Result<Rows, DbErr> {
        Ok(match self {
            Bigint(name) | Count(name, _) => rows.opt_bigint(name, read(found, |row| row.opt_bigint(name))?),
            Text(name) => rows.opt_text(name, read(found, |row| row.opt_text(name))?),
            Boolean(name) => rows.boolean(name, read(found, |row| row.boolean(name))?),
            Id(name) => rows.opt_uuid(name, read(found, |row| row.opt_uuid(name))?),
        })
    }
}

fn read<T>(found: &[QueryResult], column: impl Fn(&QueryResult) -> Result<T, DbErr>) -> Result<Vec<T>, DbErr> {
    found.iter().map(column).collect()
}

fn rows<'a>(
    engine: Engine,
    columns: impl IntoIterator<Item = &'a Column>,
    found: &[QueryResult],
) -> Result<Rows, DbErr> {
    columns.into_iter().try_fold(Rows::new(engine), |rows, column| column.add(rows, found))
}

impl Digested {
    fn columns(&self) -> impl Iterator<Item = &'static Column> {
        self.key.iter().chain(self.rest)
    }

    /// What has to be selected of it, of the merchant `$1`.
    pub(super) fn selected(&self) -> String {
        let columns: Vec<String> = self.columns().map(Column::selected).collect();
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
        let said = rows(engine, self.columns(), found)?.digests(merchant, self.table);
        Ok(carried.into_iter().zip(said).map(|(carried, said)| Digest { carried, said }).collect())
    }

    /// Writes the digests of all rows of a merchant.
    async fn fill(&self, connection: &impl ConnectionTrait, engine: Engine, merchant: &Merchant) -> Result<(), DbErr> {
        let key: Vec<&str> = self.key.iter().map(Column::name).collect();
        let places: Vec<String> = (3..).take(key.len()).map(|place| format!("${place}")).collect();
        let (own, after) = (key.join(", "), places.join(", "));
        let sql = format!(
            "SELECT {} FROM {} WHERE merchant = $1 AND ({own}) > ({after}) ORDER BY {own} LIMIT $2",
            self.selected(),
            self.table
        );
        let mut last: Vec<Value> = self.key.iter().map(Column::least).collect();
        loop {
            let values = [merchant.as_str().into(), CHUNK.into()].into_iter().chain(last);
            let found = connection.query_all_raw(engine.statement(&sql, values)).await?;
            let Some(end) = found.last() else { return Ok(()) };
            last = self.key.iter().map(|column| column.value(end)).collect::<Result<_, DbErr>>()?;
            let said = rows(engine, self.columns(), &found)?.digests(merchant, self.table);
            let filled = rows(engine, self.key, &found)?.bigint("digest", said);
            let sql = filled.update(2, self.table, &key, &["digest"], "");
            let values = std::iter::once(Value::from(merchant.as_str())).chain(filled.values());
            connection.execute_raw(engine.statement(sql, values)).await?;
        }
    }
}

/// Writes the digests of all rows of all merchants.
///
/// Reads the columns that there are now: a migration that adds one to these tables takes this over.
pub(super) async fn fill(connection: &impl ConnectionTrait, engine: Engine) -> Result<(), DbErr> {
    let merchants = engine.statement("SELECT merchant FROM merchant", []);
    for row in connection.query_all_raw(merchants).await? {
        let merchant = row.parsed("merchant", Merchant::parse)?;
        for digested in [MOVEMENT, RESERVATION, ITEM, LINE] {
            digested.fill(connection, engine, &merchant).await?;
        }
    }
    Ok(())
}
