//! VerifyStock: whatever is damaged by hand is found and named, while the service goes on working.

mod column;
mod damage;

use std::{collections::BTreeSet, time::Duration};

use proto::inventory::v1::{
    AdjustStockRequest, ReserveFill, ReserveRequest, VerifyStockRequest, VerifyStockResponse, ledger_fault::Kind,
    reserve_request::Expiration,
};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use tests::{
    Engine, Merchant, Oms, both_engines,
    story::{adjustment, reserve_request},
};

both_engines!(
    every_damaged_row_is_found_and_named,
    every_damaged_column_is_found_and_named,
    rows_that_were_there_before_get_their_digests,
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

/// Orders in every state, of kits of A and B; of C nothing was ever booked. The ids of the reservations of 1, 2, 4 and 3.
async fn a_history(oms: &Oms) -> [String; 4] {
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
    [reservation("1").await, reservation("2").await, reservation("4").await, reservation("3").await]
}

async fn every_damaged_row_is_found_and_named(oms: &Oms) {
    let reservations = a_history(oms).await;
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

async fn every_damaged_column_is_found_and_named(oms: &Oms) {
    a_history(oms).await;
    // What has each of the texts, and a reservation that was changed in each way.
    oms.isku("E").on_hand(9).await;
    let (document, note) = ("LOSS-1".to_owned(), "broken in the rain".to_owned());
    oms.correct(AdjustStockRequest { document, note, ..adjustment("E", "default", -1) }).await.unwrap();
    oms.reserve("5", &[("CUP", 2, &[("E", 1)])]).await.unwrap();
    oms.extend("5", 3_600).await.unwrap();
    oms.amend("5", &[("CUP", 1, &[("E", 1)]), ("CUPS", 1, &[("E", 2)])]).await.unwrap();
    oms.confirm("5").await.unwrap();
    let engine = oms.site().engine();
    let database = direct(oms).await;
    damage::prepare(&database, engine).await;
    let columns = column::all(&database, engine).await;
    let (mut missed, mut damaged) = (Vec::new(), BTreeSet::new());

    let sound = proof(oms).await;
    for column in &columns {
        for damage in column.damages(&database, engine, &column::key(&columns, column)).await {
            run(&database, &damage.sql).await;

            let found = proof(oms).await;

            damage::undo_in(&database, column.name().0).await;
            damaged.insert(column.name());
            if !damage.is_named_in(&found) {
                missed.push(format!("{}: {:?}", damage.sql, found.faults));
            }
        }
    }

    assert!(sound.proven && sound.rows_without_digest == 0, "{sound:?}");
    assert!(missed.is_empty(), "{} missed: {}", missed.len(), missed.join("\n"));
    assert!(damaged.len() == columns.len() && columns.len() > 50, "only {damaged:?} was damaged");
    database.close().await.unwrap();
}

/// The database of a version that knew no digests.
const WITHOUT_DIGESTS: [&str; 5] = [
    "ALTER TABLE movement DROP COLUMN digest",
    "ALTER TABLE reservation DROP COLUMN digest",
    "ALTER TABLE reservation_item DROP COLUMN digest",
    "ALTER TABLE reservation_line DROP COLUMN digest",
    "DELETE FROM seaql_migrations WHERE version = 'm20261124_000040_digest'",
];

async fn rows_that_were_there_before_get_their_digests(oms: &Oms) {
    oms.isku("A").on_hand(1).await;
    oms.globex().isku("B").on_hand(1).await;
    let database = direct(oms).await;
    // More than are read at a time.
    lengthen(&database, 2_500).await;
    oms.reserve("1", &[("KIT", 3, &[("A", 2)])]).await.unwrap();
    for sql in WITHOUT_DIGESTS {
        run(&database, sql).await;
    }

    let migrated = oms.second_pair().await;

    for merchant in [&migrated, oms.globex()] {
        let sound = proof(merchant).await;
        assert!(sound.proven && sound.rows_without_digest == 0, "{sound:?}");
    }
    run(&database, "UPDATE movement SET note = 'x' WHERE isku_id = 1 AND sequence = 2000").await;
    let found = proof(oms).await;
    assert_eq!((found.faults.len(), found.faults[0].kind(), found.faults[0].sequence), (1, Kind::MovementDigest, 2000));
    // What a version before writes: no fault, but told.
    run(&database, "UPDATE movement SET digest = NULL WHERE isku_id = 1 AND sequence = 2000").await;
    let counted = proof(oms).await;
    assert!(counted.proven && counted.rows_without_digest == 1, "{counted:?}");
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
