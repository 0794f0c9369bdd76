//! VerifyStock: whatever is damaged by hand is found and named, while the service goes on working.

mod damage;

use std::{collections::BTreeSet, time::Duration};

use proto::inventory::v1::{
    ReserveFill, ReserveRequest, VerifyStockRequest, VerifyStockResponse, reserve_request::Expiration,
};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use tests::{Engine, Merchant, Oms, both_engines, story::reserve_request};

both_engines!(
    every_damaged_row_is_found_and_named,
    a_proof_beside_writers_finds_no_false_fault,
    a_proof_holds_no_snapshot_for_long,
);

/// One connection, so that what is set is set for all that follows.
async fn direct(oms: &Oms) -> DatabaseConnection {
    let mut options = ConnectOptions::new(oms.site().inventory_database());
    options.max_connections(1);
    Database::connect(options).await.unwrap()
}

async fn run(database: &DatabaseConnection, sql: &str) {
    database.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
}

async fn proof(merchant: &Merchant) -> VerifyStockResponse {
    merchant.stock.clone().verify_stock(VerifyStockRequest {}).await.unwrap().into_inner()
}

async fn every_damaged_row_is_found_and_named(oms: &Oms) {
    for (code, units) in [("A", 10), ("B", 20)] {
        oms.isku(code).on_hand(units).await;
    }
    // Known to the ledger, and never booked.
    oms.isku("C").await;
    for order in ["1", "2", "3"] {
        oms.reserve(order, &[("KIT", 3, &[("A", 1), ("B", 2)])]).await.unwrap();
    }
    oms.ship("1", &[("KIT", 1)]).await.unwrap();
    oms.release("1", &[("KIT", 1)]).await.unwrap();
    oms.ship("2", &[]).await.unwrap();
    oms.release("3", &[]).await.unwrap();
    // Held until a time, short of two, and one of it shipped and back.
    oms.isku("D").on_hand(5).await;
    let expiration = Some(Expiration::Ttl(prost_types::Duration { seconds: 3_600, nanos: 0 }));
    let fill = ReserveFill::Partial.into();
    oms.hold(ReserveRequest { expiration, fill, ..reserve_request("4", &[("MUG", 7, &[("D", 1)])]) }).await.unwrap();
    oms.ship("4", &[("MUG", 1)]).await.unwrap();
    oms.give_back("4", "default", &[]).await.unwrap();
    let reservation = async |order: &str| oms.reservation(order).await.unwrap().reservation_id;
    let reservations = [reservation("1").await, reservation("2").await, reservation("4").await];
    let database = direct(oms).await;
    damage::prepare(&database, oms.site().engine()).await;
    assert!(proof(oms).await.proven);
    let mut missed = Vec::new();

    for damage in damage::ALL {
        run(&database, &damage.sql.replace("STRAY_ID", damage::stray_id(oms.site().engine()))).await;

        let found = proof(oms).await;

        if !damage.is_named_in(&found, &reservations) || found.proven {
            missed.push(format!("{}: {:?}", damage.sql, found.faults));
        }
        damage::undo(&database).await;
    }

    assert!(missed.is_empty(), "{}", missed.join("\n"));
    database.close().await.unwrap();
}

/// Gives the ISKU with the number 1 a long history: one unit more in each movement.
async fn lengthen(database: &DatabaseConnection, movements: usize) {
    let numbers = format!("WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n <= {movements})");
    let columns = "kind, on_hand_delta, reserved_delta, actor, request_id, create_time_us";
    run(
        database,
        &format!(
            "{numbers} INSERT INTO movement (merchant, isku_id, location_id, sequence, on_hand_after, reserved_after, {columns}) \
             SELECT 'acme', 1, 1, n, n, 0, 'RECEIPT', 1, 0, 'clerk', 'r', n FROM n"
        ),
    )
    .await;
    let longer = "UPDATE stock SET on_hand = LAST, sequence = LAST WHERE merchant = 'acme' AND isku_id = 1";
    run(database, &longer.replace("LAST", &(movements + 1).to_string())).await;
}

async fn a_proof_beside_writers_finds_no_false_fault(oms: &Oms) {
    const PROOFS: usize = 12;
    oms.isku("A").on_hand(1).await;
    oms.isku("B").on_hand(1_000).await;
    let database = direct(oms).await;
    lengthen(&database, 25_000).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let writer = |number: usize| {
        let (merchant, stopped) = (oms.acme().clone(), stopped.clone());
        tokio::spawn(async move {
            let mut written = 0;
            while !*stopped.borrow() {
                let order = format!("{number}-{written}");
                merchant.reserve(&order, &[("KIT", 2, &[("A", 1), ("B", 1)])]).await.unwrap();
                merchant.receive(&[("A", 1), ("B", 1)]).await.unwrap();
                merchant.ship(&order, &[("KIT", 1)]).await.unwrap();
                merchant.release(&order, &[]).await.unwrap();
                written += 1;
            }
            written
        })
    };
    let writers: Vec<_> = (0..4).map(writer).collect();

    let mut proofs = Vec::new();
    for _ in 0..PROOFS {
        proofs.push(proof(oms).await);
    }
    stop.send(true).unwrap();

    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    assert!(written > PROOFS, "only {written} orders were written beside {PROOFS} proofs");
    for proof in &proofs {
        assert!(proof.proven, "{:?}", proof.faults);
    }
    assert!(proofs.is_sorted_by_key(|proof| proof.movements) && proofs[0].movements > 25_000);
    database.close().await.unwrap();
}

async fn a_proof_holds_no_snapshot_for_long(oms: &Oms) {
    oms.isku("A").on_hand(1).await;
    let database = direct(oms).await;
    lengthen(&database, 150_000).await;
    run(&database, "CREATE TABLE beside (n BIGINT)").await;
    let merchant = oms.acme().clone();
    let running = tokio::spawn(async move { proof(&merchant).await });

    let mut seen = BTreeSet::new();
    while !running.is_finished() {
        run(&database, "INSERT INTO beside (n) VALUES (1)").await;
        let new = let_go(&database, oms.site().engine()).await;
        if !running.is_finished() {
            seen.extend(new);
        }
    }

    let proof = tokio::time::timeout(Duration::from_secs(60), running).await.unwrap().unwrap();
    assert!(proof.proven && proof.movements == 150_001, "{proof:?}");
    assert!(seen.len() >= 3, "the proof let go {} times: {seen:?}", seen.len());
    run(&database, "DROP TABLE beside").await;
    database.close().await.unwrap();
}

/// What tells that the proof has let go of a snapshot: on PostgreSQL another oldest transaction that is still seen, on SQLite more of
/// the log that could be written to the file.
async fn let_go(database: &DatabaseConnection, engine: Engine) -> Option<String> {
    let row = async |sql: &str| {
        let statement = Statement::from_string(database.get_database_backend(), sql);
        database.query_one_raw(statement).await.unwrap()
    };
    match engine {
        Engine::Postgres => {
            let oldest = "SELECT CAST(backend_xmin AS TEXT) AS xmin FROM pg_stat_activity \
                          WHERE datname = current_database() AND pid <> pg_backend_pid() \
                          AND backend_type = 'client backend' AND backend_xmin IS NOT NULL \
                          ORDER BY age(backend_xmin) DESC LIMIT 1";
            row(oldest).await.map(|row| row.try_get("", "xmin").unwrap())
        }
        Engine::Sqlite => {
            let written: i32 =
                row("PRAGMA wal_checkpoint(PASSIVE)").await.unwrap().try_get("", "checkpointed").unwrap();
            Some(written.to_string())
        }
    }
}
