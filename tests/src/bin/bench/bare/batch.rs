//! The statements of one batch, each for all of its orders.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use anyhow::{Context, Result, ensure};
use proto::{inventory::v1::ReserveRequest, r#type::v1::OrderKey};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Statement, Value};
use shared::database::{Engine, Rows};
use uuid::Uuid;

/// For whom everything acts where authentication is off.
const MERCHANT: &str = "default";

/// An order, as far as it is written.
struct Row {
    reservation_id: Uuid,
    request: ReserveRequest,
    isku_id: i64,
    reserved: i64,
    sequence: i64,
}

fn key(order: &ReserveRequest) -> OrderKey {
    order.order.clone().unwrap_or_default()
}

/// Looks, locks, looks again and writes, as it takes to be right beside other writers.
pub(super) async fn apply(transaction: &DatabaseTransaction, orders: Vec<ReserveRequest>, answer: &str) -> Result<()> {
    let code = |order: &ReserveRequest| order.items[0].csku.clone();
    let codes: BTreeSet<String> = orders.iter().map(code).collect();
    let asked = Rows::new(Engine::Postgres).text("code", codes);
    let sql = format!(
        "SELECT isku_code.code, isku_code.isku_id FROM {} CROSS JOIN isku_code \
         WHERE isku_code.merchant = $1 AND isku_code.code = asked.code",
        asked.table("asked", 2)
    );
    let ids = query(transaction, &sql, asked).await?;
    let ids: BTreeMap<String, i64> =
        ids.iter().map(|row| Ok((row.try_get("", "code")?, row.try_get("", "isku_id")?))).collect::<Result<_>>()?;

    let iskus = || Rows::new(Engine::Postgres).bigint("isku_id", ids.values().copied());
    let sql = format!(
        "SELECT isku_id, on_hand, reserved, sequence FROM stock WHERE merchant = $1 \
         AND isku_id IN (SELECT isku_id FROM {}) ORDER BY isku_id, location_id FOR NO KEY UPDATE",
        iskus().table("asked", 2)
    );
    let mut stock: BTreeMap<i64, (i64, i64, i64)> = BTreeMap::new();
    for row in query(transaction, &sql, iskus()).await? {
        let quantities = (row.try_get("", "on_hand")?, row.try_get("", "reserved")?, row.try_get("", "sequence")?);
        stock.insert(row.try_get("", "isku_id")?, quantities);
    }
    let sql = format!(
        "SELECT line.reservation_id FROM {} CROSS JOIN reservation_line AS line WHERE line.merchant = $1 \
         AND line.isku_id = asked.isku_id AND line.held > 0 AND line.expire_time_us <= {} \
         ORDER BY line.expire_time_us LIMIT 1000",
        iskus().table("asked", 2),
        Engine::Postgres.clock_us()
    );
    ensure!(query(transaction, &sql, iskus()).await?.is_empty(), "nothing is due");
    // Whole keys are joined: of a part of one that is constant the planner would read everything.
    let asked = Rows::new(Engine::Postgres)
        .text("merchant", orders.iter().map(|_| MERCHANT))
        .text("request_id", orders.iter().map(|order| order.request_id.as_str()));
    let sql = format!(
        "SELECT request.answer FROM {} JOIN request ON request.merchant = asked.merchant \
         AND request.request_id = asked.request_id",
        asked.table("asked", 1)
    );
    let known = transaction.query_all_raw(Engine::Postgres.statement(sql, asked.values())).await?;
    ensure!(known.is_empty(), "no request is known");
    let asked = Rows::new(Engine::Postgres)
        .text("channel", orders.iter().map(|order| key(order).channel))
        .text("seller_key", orders.iter().map(|order| key(order).seller_id))
        .text("order_id", orders.iter().map(|order| key(order).order_id));
    let sql = format!(
        "SELECT reservation.reservation_id FROM {} CROSS JOIN reservation WHERE reservation.merchant = $1 \
         AND reservation.channel = asked.channel AND reservation.seller_key = asked.seller_key \
         AND reservation.order_id = asked.order_id",
        asked.table("asked", 2)
    );
    ensure!(query(transaction, &sql, asked).await?.is_empty(), "no order is known");

    let mut before: BTreeMap<i64, i64> = BTreeMap::new();
    let mut rows = Vec::with_capacity(orders.len());
    for request in orders {
        let isku_id = *ids.get(&code(&request)).context("an ISKU")?;
        let (on_hand, reserved, sequence) = stock.get_mut(&isku_id).context("a stock row")?;
        before.entry(isku_id).or_insert(*sequence);
        ensure!(reserved < on_hand, "sold out");
        *reserved += 1;
        *sequence += 1;
        let (reserved, sequence) = (*reserved, *sequence);
        rows.push(Row { reservation_id: Uuid::now_v7(), request, isku_id, reserved, sequence });
    }
    write(transaction, &rows, answer).await?;
    let changed = Rows::new(Engine::Postgres)
        .bigint("isku_id", before.keys().copied())
        .bigint("location_id", before.keys().map(|_| 1))
        .bigint("reserved", before.keys().map(|id| stock[id].1))
        .bigint("sequence", before.keys().map(|id| stock[id].2))
        .bigint("sequence_before", before.values().copied());
    let sql = format!(
        "UPDATE stock SET reserved = new.reserved, sequence = new.sequence FROM {} WHERE stock.merchant = $1 \
         AND stock.isku_id = new.isku_id AND stock.location_id = new.location_id AND stock.sequence = new.sequence_before",
        changed.table("new", 2)
    );
    execute(transaction, &sql, changed, before.len()).await
}

async fn write(transaction: &DatabaseTransaction, rows: &[Row], answer: &str) -> Result<()> {
    let now = i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_micros())?;
    let times = || rows.iter().map(|_| now);
    let ids = || Rows::new(Engine::Postgres).uuid("reservation_id", rows.iter().map(|row| row.reservation_id));

    let new =
        ids().text("order_id", rows.iter().map(|row| key(&row.request).order_id)).bigint("create_time_us", times());
    let sql = format!(
        "INSERT INTO reservation (merchant, reservation_id, channel, seller_id, seller_key, order_id, state, \
             create_time_us, update_time_us) \
         SELECT $1, reservation_id, 'bench', 'shop@bench.example', 'shop@bench.example', order_id, 'HELD', \
             create_time_us, create_time_us \
         FROM {} ON CONFLICT DO NOTHING",
        new.table("new", 2)
    );
    execute(transaction, &sql, new, rows.len()).await?;
    let new = ids().text("csku", rows.iter().map(|row| row.request.items[0].csku.as_str()));
    let sql = format!(
        "INSERT INTO reservation_item (merchant, reservation_id, item_no, csku, mapping_revision, ordered, quantity, \
             short, returned, held, shipped, released) \
         SELECT $1, reservation_id, 0, csku, 1, 1, 1, 0, 0, 1, 0, 0 FROM {}",
        new.table("new", 2)
    );
    execute(transaction, &sql, new, rows.len()).await?;
    let new = ids().bigint("isku_id", rows.iter().map(|row| row.isku_id));
    let sql = format!(
        "INSERT INTO reservation_line (merchant, reservation_id, item_no, component_no, location_id, isku_id, per_unit, \
             held, shipped, released) \
         SELECT $1, reservation_id, 0, 0, 1, isku_id, 1, 1, 0, 0 FROM {}",
        new.table("new", 2)
    );
    execute(transaction, &sql, new, rows.len()).await?;
    let new = ids()
        .bigint("isku_id", rows.iter().map(|row| row.isku_id))
        .bigint("sequence", rows.iter().map(|row| row.sequence))
        .bigint("reserved_after", rows.iter().map(|row| row.reserved))
        .text("csku", rows.iter().map(|row| row.request.items[0].csku.as_str()))
        .text("request_id", rows.iter().map(|row| row.request.request_id.as_str()))
        .bigint("create_time_us", times());
    let sql = format!(
        "INSERT INTO movement (merchant, isku_id, location_id, sequence, kind, on_hand_delta, reserved_delta, \
             on_hand_after, reserved_after, reservation_id, csku, actor, request_id, create_time_us, batch) \
         SELECT $1, isku_id, 1, sequence, 'RESERVE', 0, 1, 1000000000, reserved_after, reservation_id, csku, 'bare', \
             request_id, create_time_us, (SELECT batch_base + pg_current_xact_id()::text::bigint FROM merchant WHERE merchant = $1) \
         FROM {}",
        new.table("new", 2)
    );
    execute(transaction, &sql, new, rows.len()).await?;
    let new = Rows::new(Engine::Postgres)
        .text("request_id", rows.iter().map(|row| row.request.request_id.as_str()))
        .text("content_hash", rows.iter().map(|_| "0".repeat(64)))
        .text("answer", rows.iter().map(|_| answer))
        .bigint("create_time_us", times());
    let sql = format!(
        "INSERT INTO request (merchant, request_id, content_hash, answer, create_time_us) \
         SELECT $1, request_id, content_hash, answer, create_time_us FROM {} ON CONFLICT DO NOTHING",
        new.table("new", 2)
    );
    execute(transaction, &sql, new, rows.len()).await
}

fn statement(sql: &str, rows: Rows) -> Statement {
    let values = std::iter::once(Value::from(MERCHANT)).chain(rows.values());
    Engine::Postgres.statement(sql, values)
}

async fn query(transaction: &DatabaseTransaction, sql: &str, rows: Rows) -> Result<Vec<QueryResult>> {
    Ok(transaction.query_all_raw(statement(sql, rows)).await?)
}

/// Writes as many rows as are sent.
async fn execute(transaction: &DatabaseTransaction, sql: &str, rows: Rows, sent: usize) -> Result<()> {
    let written = transaction.execute_raw(statement(sql, rows)).await?.rows_affected();
    ensure!(written == sent as u64, "{written} rows of {sent} written: {sql}");
    Ok(())
}
