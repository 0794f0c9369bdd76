//! Statements that read a whole ledger, in one snapshot.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use shared::{
    database::{Database, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

use super::{
    row::Columns,
    stock::{key, quantities},
};
use crate::domain::{
    stock::{Quantities, StockKey},
    verify::{ItemFact, MovementFact, Proof, Report, Units},
};

/// Rows that are read at a time.
const CHUNK: i64 = 10_000;

/// All merchants that have anything, in order.
pub(crate) async fn merchants(database: &Database) -> Result<Vec<Merchant>, DbErr> {
    let statement = database.engine().statement("SELECT merchant FROM merchant ORDER BY merchant", []);
    let rows = database.reader().query_all_raw(statement).await?;
    rows.iter().map(|row| row.parsed("merchant", Merchant::parse)).collect()
}

/// Feeds a merchant's ledger to a proof.
pub(crate) async fn prove(transaction: &Transaction, merchant: &Merchant) -> Result<Report, DbErr> {
    let mut proof = Proof::default();
    movements(transaction, merchant, &mut proof).await?;
    open_lines(transaction, merchant, &mut proof).await?;
    items(transaction, merchant, &mut proof).await?;
    let stock = stock(transaction, merchant).await?;
    Ok(proof.finish(&stock))
}

async fn query(
    transaction: &Transaction,
    merchant: &Merchant,
    sql: &str,
    values: &[Value],
) -> Result<Vec<QueryResult>, DbErr> {
    let values = std::iter::once(Value::from(merchant.as_str())).chain(values.iter().cloned());
    transaction.query_all_raw(transaction.engine().statement(sql, values)).await
}

async fn movements(transaction: &Transaction, merchant: &Merchant, proof: &mut Proof) -> Result<(), DbErr> {
    let sql = "SELECT isku_id, location_id, sequence, on_hand_delta, reserved_delta, \
                   on_hand_after AS on_hand, reserved_after AS reserved \
               FROM movement WHERE merchant = $1 AND (isku_id, location_id, sequence) > ($2, $3, $4) \
               ORDER BY isku_id, location_id, sequence LIMIT $5";
    let mut last = [i64::MIN; 3];
    loop {
        let after: Vec<Value> = last.into_iter().chain([CHUNK]).map(Value::from).collect();
        let rows = query(transaction, merchant, sql, &after).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = [end.isku_id()?.0, end.location_id()?.0, end.bigint("sequence")?];
        for row in &rows {
            proof.movement(&MovementFact {
                key: key(row)?,
                on_hand_delta: row.bigint("on_hand_delta")?,
                reserved_delta: row.bigint("reserved_delta")?,
                after: quantities(row)?,
            });
        }
    }
}

async fn open_lines(transaction: &Transaction, merchant: &Merchant, proof: &mut Proof) -> Result<(), DbErr> {
    let sql = "SELECT isku_id, location_id, CAST(sum(held) AS BIGINT) AS held FROM reservation_line \
               WHERE merchant = $1 AND held <> 0 GROUP BY isku_id, location_id";
    for row in query(transaction, merchant, sql, &[]).await? {
        proof.open_lines(key(&row)?, row.bigint("held")?);
    }
    Ok(())
}

async fn items(transaction: &Transaction, merchant: &Merchant, proof: &mut Proof) -> Result<(), DbErr> {
    let count =
        query(transaction, merchant, "SELECT count(*) AS count FROM reservation WHERE merchant = $1", &[]).await?;
    proof.reservations(count.first().map_or(Ok(0), |row| row.bigint("count"))?);
    let sql = "SELECT item.reservation_id, item.item_no, item.quantity, item.held, item.shipped, item.released, \
                   COALESCE(line.component_no, 0) AS component_no, COALESCE(line.per_unit, 1) AS per_unit, \
                   CAST(COALESCE(sum(line.held), 0) AS BIGINT) AS line_held, \
                   CAST(COALESCE(sum(line.shipped), 0) AS BIGINT) AS line_shipped, \
                   CAST(COALESCE(sum(line.released), 0) AS BIGINT) AS line_released \
               FROM (SELECT * FROM reservation_item WHERE merchant = $1 AND (reservation_id, item_no) > ($2, $3) \
                     ORDER BY reservation_id, item_no LIMIT $4) AS item \
               LEFT JOIN reservation_line AS line ON line.merchant = $1 \
                   AND line.reservation_id = item.reservation_id AND line.item_no = item.item_no \
               GROUP BY item.reservation_id, item.item_no, item.quantity, item.held, item.shipped, item.released, \
                   COALESCE(line.component_no, 0), COALESCE(line.per_unit, 1) \
               ORDER BY 1, 2, 7, 8";
    let mut last = (Uuid::nil(), i64::MIN);
    loop {
        let after = [last.0.into(), last.1.into(), CHUNK.into()];
        let rows = query(transaction, merchant, sql, &after).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = (end.uuid("reservation_id")?, end.bigint("item_no")?);
        for row in &rows {
            let units = |held, shipped, released| {
                Ok::<_, DbErr>(Units {
                    held: row.bigint(held)?,
                    shipped: row.bigint(shipped)?,
                    released: row.bigint(released)?,
                })
            };
            proof.item(&ItemFact {
                reservation_id: row.uuid("reservation_id")?,
                quantity: row.bigint("quantity")?,
                item: units("held", "shipped", "released")?,
                per_unit: row.bigint("per_unit")?,
                component: units("line_held", "line_shipped", "line_released")?,
            });
        }
    }
}

async fn stock(transaction: &Transaction, merchant: &Merchant) -> Result<BTreeMap<StockKey, Quantities>, DbErr> {
    let sql = "SELECT isku_id, location_id, on_hand, reserved, sequence FROM stock WHERE merchant = $1";
    query(transaction, merchant, sql, &[]).await?.iter().map(|row| Ok((key(row)?, quantities(row)?))).collect()
}
