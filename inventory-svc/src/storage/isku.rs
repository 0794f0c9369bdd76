//! Statements about ISKUs and the namespace of their codes.
//!
//! CROSS JOIN keeps SQLite to the written order of loops: from what is asked for to its rows, never the other way round.

mod write;

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, Value};
use shared::{
    code::Code,
    database::{Engine, Pending, Reads, Rows, Transaction, columns_of},
    identity::Merchant,
    measure::Dimensions,
    money::Money,
    time::Micros,
};

pub(crate) use self::write::write;
use super::{
    entity::{
        isku::{Entity, Model},
        isku_code,
    },
    row::Columns,
};
use crate::domain::isku::{Details, Isku, IskuId, Lifecycle, Unstated};

/// The columns that [`isku`] reads.
pub(super) fn columns() -> String {
    columns_of::<Entity>()
}

pub(super) fn isku(row: &QueryResult) -> Result<Isku, DbErr> {
    Model::from_query_result(row, "")?.try_into()
}

impl TryFrom<Model> for Isku {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let wrong = |error: &dyn std::fmt::Display| DbErr::Type(format!("isku {error}"));
        let dimensions = match (row.length_mm, row.width_mm, row.height_mm) {
            (Some(length), Some(width), Some(height)) => {
                Some(Dimensions::parse(length, width, height).map_err(|error| wrong(&error))?)
            }
            _ => None,
        };
        let cost_price = match (row.cost_currency, row.cost_units, row.cost_nanos) {
            (Some(currency), Some(units), Some(nanos)) => {
                let nanos = i32::try_from(nanos).map_err(|error| wrong(&error))?;
                Some(Money::parse(&currency, units, nanos).map_err(|error| wrong(&error))?)
            }
            _ => None,
        };
        Ok(Self {
            isku_id: IskuId(row.isku_id),
            code: Code::parse(&row.code).map_err(|error| wrong(&error))?,
            details: Details {
                product_name: row.product_name,
                dimensions,
                weight_g: row.weight_g,
                cost_price,
                barcode: row.barcode,
            },
            lifecycle: if row.archived { Lifecycle::Archived } else { Lifecycle::Active },
            unstated: row.quantity_unstated.then_some(Unstated::Quantity),
            revision: row.revision,
            create_time: Micros(row.create_time_us),
            update_time: Micros(row.update_time_us),
        })
    }
}

/// Which ISKUs codes and aliases name.
pub(crate) fn ids_of<'a>(
    reads: &mut Reads<'_>,
    codes: impl IntoIterator<Item = &'a Code>,
) -> Pending<BTreeMap<Code, IskuId>> {
    let rows = Rows::new(reads.engine()).text("code", codes.into_iter().map(Code::as_str));
    reads.each::<isku_code::Entity, _>(rows, |found| {
        let named = found.into_iter().map(|row| {
            let code = Code::parse(&row.code).map_err(|error| DbErr::Type(format!("code {error}")))?;
            Ok((code, IskuId(row.isku_id)))
        });
        named.collect()
    })
}

/// The ISKUs that codes and aliases name.
pub(crate) async fn by_codes<'a>(
    transaction: &Transaction,
    merchant: &Merchant,
    codes: impl IntoIterator<Item = &'a Code>,
) -> Result<BTreeMap<Code, Isku>, DbErr> {
    let engine = transaction.engine();
    let rows = Rows::new(engine).text("code", codes.into_iter().map(Code::as_str));
    let sql = format!(
        "SELECT asked.code AS asked, {} FROM {}{}",
        columns(),
        rows.each("asked", 2, "isku_code", "isku_code.merchant = $1 AND isku_code.code = asked.code"),
        engine.probe("isku", "isku.merchant = $1 AND isku.isku_id = isku_code.isku_id")
    );
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    let found = transaction.query_all_raw(engine.statement(sql, values)).await?;
    found.iter().map(|row| Ok((row.code("asked")?, isku(row)?))).collect()
}

/// Locks ISKUs that are to be changed, in the order of their numbers: no stock row can be opened for them meanwhile.
///
/// On SQLite the writer is alone already.
pub(crate) async fn lock(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: impl IntoIterator<Item = IskuId>,
) -> Result<(), DbErr> {
    let engine = transaction.engine();
    if engine == Engine::Sqlite {
        return Ok(());
    }
    let rows = Rows::new(engine).bigint("isku_id", ids.into_iter().map(|id| id.0));
    let sql = format!(
        "SELECT 1 AS locked FROM {}",
        rows.in_order("asked", 2, "SELECT 1 FROM isku WHERE merchant = $1 AND isku_id = asked.isku_id FOR UPDATE")
    );
    let values = std::iter::once(Value::from(merchant.as_str())).chain(rows.values());
    transaction.query_all_raw(engine.statement(sql, values)).await.map(|_| ())
}

/// ISKUs by their numbers.
pub(crate) fn by_ids(reads: &mut Reads<'_>, ids: impl IntoIterator<Item = IskuId>) -> Pending<BTreeMap<IskuId, Isku>> {
    let rows = Rows::new(reads.engine()).bigint("isku_id", ids.into_iter().map(|id| id.0));
    reads.each::<Entity, _>(rows, |found| {
        found.into_iter().map(|row| Isku::try_from(row).map(|isku| (isku.isku_id, isku))).collect()
    })
}

/// Which ISKUs a list shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter {
    /// Only those with missing data, or all.
    pub(crate) completeness: Completeness,
    /// Archived ones too, or not.
    pub(crate) archived: Archived,
}

/// Whether complete ISKUs are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completeness {
    Any,
    IncompleteOnly,
}

/// Whether archived ISKUs are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Archived {
    Hidden,
    Shown,
}

/// The ISKUs whose codes follow `after`, in the order of their codes.
pub(crate) async fn list(
    transaction: &Transaction,
    merchant: &Merchant,
    filter: Filter,
    after: Option<&Code>,
    limit: u64,
) -> Result<Vec<Isku>, DbErr> {
    let incomplete = match filter.completeness {
        Completeness::Any => "",
        Completeness::IncompleteOnly => "AND incomplete",
    };
    let archived = match filter.archived {
        Archived::Hidden => "AND NOT archived",
        Archived::Shown => "",
    };
    let sql = format!(
        "SELECT {} FROM isku WHERE merchant = $1 AND code > $2 {incomplete} {archived} ORDER BY code LIMIT $3",
        columns()
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // No code is empty, so that all follow the empty text.
    let values = [merchant.as_str().into(), after.map_or("", Code::as_str).into(), limit.into()];
    let found = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    found.iter().map(isku).collect()
}
