//! Every column of the ledger, as the database's own catalogue tells them, damaged in one row after the other.

use proto::inventory::v1::{LedgerFault, VerifyStockResponse, ledger_fault::Kind};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use tests::Engine;
use uuid::Uuid;

use super::damage::{TABLES, stray_id};

/// The reservation that rows are moved to.
const STRAY: &str = "00000000-0000-7000-8000-000000000001";

/// A column of a table.
pub(super) struct Column {
    table: String,
    name: String,
    sql_type: String,
    is_nullable: bool,
    is_key: bool,
}

/// One value damaged, and which row names it.
#[derive(Debug)]
pub(super) struct Damage {
    pub(super) sql: String,
    /// The kind of fault that names the row, if its digest does.
    kind: Option<Kind>,
    /// Where the value is, if it cannot be read.
    place_told: Option<String>,
    reservation_id: Option<Uuid>,
    isku_id: Option<i64>,
    sequence: Option<i64>,
}

async fn query(database: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    database.query_all_raw(statement).await.unwrap()
}

/// The columns of the tables that are proved.
pub(super) async fn all(database: &DatabaseConnection, engine: Engine) -> Vec<Column> {
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT m.name AS of_table, c.name AS name, lower(c.type) AS type, c.\"notnull\" = 0 AS nullable, c.pk > 0 AS key \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid"
        }
        Engine::Postgres => {
            "SELECT c.relname::text AS of_table, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, \
                 NOT a.attnotnull AS nullable, coalesce(a.attnum = ANY (i.indkey), false) AS key \
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
             WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, a.attnum"
        }
    };
    let column = |row: &QueryResult| Column {
        table: row.try_get("", "of_table").unwrap(),
        name: row.try_get("", "name").unwrap(),
        sql_type: row.try_get("", "type").unwrap(),
        is_nullable: row.try_get("", "nullable").unwrap(),
        is_key: row.try_get("", "key").unwrap(),
    };
    let is_proved = |column: &Column| TABLES.contains(&column.table.as_str());
    query(database, sql).await.iter().map(column).filter(is_proved).collect()
}

impl Column {
    /// Its table's and its own name.
    pub(super) fn name(&self) -> (&str, &str) {
        (&self.table, &self.name)
    }

    /// What is put where something else was.
    fn values(&self, engine: Engine) -> Vec<String> {
        let name = &self.name;
        let other = match self.sql_type.as_str() {
            "bigint" | "integer" => format!("COALESCE({name}, 0) + 1000"),
            "text" => format!("COALESCE({name}, '') || 'x'"),
            "boolean" => format!("NOT {name}"),
            "uuid" | "blob" => stray_id(engine).to_owned(),
            other => panic!("no damage is known to a {other}"),
        };
        // They may not fit into a sum. A row with the least key comes first, of an ISKU that has no code to be named by.
        let extremes = [i64::MIN, i64::MAX].into_iter().filter(|number| *number > 0 || !self.is_key);
        let extremes = extremes.filter(|_| other.ends_with("1000")).map(|number| number.to_string());
        let none = self.is_nullable.then(|| "NULL".to_owned());
        none.into_iter().chain([other.clone()]).chain(extremes).collect()
    }

    /// What only SQLite lets in where something else was.
    fn unreadable(&self) -> Vec<String> {
        let name = &self.name;
        let id = format!("COALESCE({name}, zeroblob(16))");
        match self.sql_type.as_str() {
            "bigint" | "integer" => vec!["'x'".to_owned(), "0.5".to_owned(), "x'00'".to_owned()],
            "text" => vec!["x'00'".to_owned()],
            "boolean" => vec!["'x'".to_owned(), "2".to_owned()],
            _ => vec!["'x'".to_owned(), format!("substr({id}, 1, 15)"), format!("CAST({id} AS TEXT)"), "7".to_owned()],
        }
    }

    /// The digest of the row that finds it.
    fn found_as(&self) -> Option<Kind> {
        match self.table.as_str() {
            // A row with another key is one that is missing, and another one.
            _ if self.is_key => None,
            "movement" => Some(Kind::MovementDigest),
            "reservation" => Some(Kind::ReservationDigest),
            "reservation_item" => Some(Kind::ItemDigest),
            "reservation_line" => Some(Kind::LineDigest),
            _ => None,
        }
    }

    /// A statement for each row, and for each value that it does not have yet.
    pub(super) async fn damages(&self, database: &DatabaseConnection, engine: Engine, key: &str) -> Vec<Damage> {
        let Self { table, name, .. } = self;
        let (place, row_number, unreadable) = match engine {
            Engine::Sqlite => ("rowid", "rowid", self.unreadable()),
            Engine::Postgres => ("ctid", "NULL", vec![]),
        };
        let mut damages = Vec::new();
        let rows = format!("SELECT {row_number} AS row_number, * FROM {table} ORDER BY {key}");
        for (number, row) in query(database, &rows).await.iter().enumerate() {
            let chosen = format!("(SELECT {place} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {number})");
            let damage = |value: String, kind: Option<Kind>, place_told: Option<String>| Damage {
                sql: format!("UPDATE {table} SET {name} = {value} WHERE {place} = {chosen}"),
                kind,
                place_told,
                reservation_id: row.try_get("", "reservation_id").ok(),
                isku_id: row.try_get("", "isku_id").ok(),
                sequence: row.try_get("", "sequence").ok(),
            };
            for value in self.values(engine) {
                let is_same = format!("SELECT 1 AS same FROM {table} WHERE {place} = {chosen} AND {name} IS NULL");
                if value == "NULL" && (name == "digest" || !query(database, &is_same).await.is_empty()) {
                    continue;
                }
                damages.push(damage(value, self.found_as(), None));
            }
            // A row of no merchant is one that is missing.
            for value in unreadable.iter().filter(|_| number < 2 && name != "merchant") {
                let place = format!("{table} {} {name}", row.try_get::<i64>("", "row_number").unwrap());
                damages.push(damage(value.clone(), Some(Kind::Unreadable), Some(place)));
            }
        }
        damages
    }
}

/// The columns of a table's key.
pub(super) fn key(columns: &[Column], of: &Column) -> String {
    let own = columns.iter().filter(|column| column.is_key && column.table == of.table);
    own.map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}

impl Damage {
    /// Whether what was found names the row; ISKUs have the codes A, B, … by their numbers.
    pub(super) fn is_named_in(&self, proof: &VerifyStockResponse) -> bool {
        let code = |number: i64| char::from(b'@' + u8::try_from(number).unwrap()).to_string();
        let is_its_isku = |fault: &LedgerFault| self.isku_id.is_some_and(|id| fault.isku_code == code(id));
        let is_its_order =
            |fault: &LedgerFault| self.reservation_id.is_some_and(|id| fault.reservation_id == id.to_string());
        let is_stray = |fault: &LedgerFault| fault.reservation_id == STRAY;
        let is_row = |fault: &LedgerFault| match self.kind {
            Some(Kind::Unreadable) => Some(&fault.place) == self.place_told.as_ref(),
            Some(Kind::MovementDigest) => is_its_isku(fault) && Some(fault.sequence) == self.sequence,
            Some(_) => is_its_order(fault),
            None => is_its_isku(fault) || is_its_order(fault) || is_stray(fault),
        };
        let is_kind = |fault: &LedgerFault| self.kind.is_none_or(|kind| fault.kind() == kind);
        !proof.proven && proof.faults.iter().any(|fault| is_kind(fault) && is_row(fault))
    }
}
