//! Statements as the service really sends them: none reads a table from end to end, however large it is.

mod capture;
mod plan;

use std::time::Duration;

use proto::inventory::v1::{
    CountStockRequest, EnsureIskuItem, ListMovementsRequest, ListReservationsRequest, ReservationState as State,
    ReserveRequest, SearchIskusRequest, Shortfall, WatchStart, WatchStockRequest, reserve_request::Expiration,
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use shared::database::Plans;
use tests::{
    Engine, Oms,
    door::Door,
    merchant::request_id,
    site::credential_of,
    story::{count_sheet, reserve_request, watch_request},
    world::{Flavour, Order, Words, World},
};

/// Runs each claim on both engines, with one thread of its own, so that nobody else's statements are captured.
macro_rules! on_one_thread {
    ($($claim:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $claim() {
                super::capture::on_this_thread(|captured| super::$claim(tests::Engine::Sqlite, captured));
            })+
        }
        mod postgres {
            $(#[test]
            fn $claim() {
                super::capture::on_this_thread(|captured| super::$claim(tests::Engine::Postgres, captured));
            })+
        }
    };
}

on_one_thread!(
    no_search_and_no_trace_scans_a_table,
    no_list_of_reservations_scans_a_table,
    no_proof_and_no_change_of_stock_scans_a_table,
    a_snapshot_reads_the_ledger_backwards_from_each_stock_row,
    no_call_of_the_catalogue_scans_a_table,
);

/// inventory-svc without the other service, whose statements would be captured, too.
async fn alone(engine: Engine) -> Oms {
    let mut oms = Oms::start(engine).await;
    oms.stop_catalogue().await;
    oms
}

async fn no_search_and_no_trace_scans_a_table(engine: Engine, captured: capture::Captured) {
    let oms = alone(engine).await;
    for code in ["A", "B", "C"] {
        oms.isku(code).named("Blue cotton shirt").on_hand(5).await;
    }
    oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap();
    oms.ship("1", &[]).await.unwrap();
    captured.forget();

    for show_archived in [false, true] {
        let request = SearchIskusRequest { query: "blue cotton sh".to_owned(), page_size: 2, show_archived };
        oms.iskus.clone().search_iskus(request).await.unwrap();
    }
    oms.levels(&["A", "B", "none"]).await.unwrap();
    oms.trace("1", 1).await.unwrap();
    let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let during =
        ListMovementsRequest { start_time: time(0), end_time: time(1 << 35), page_size: 1, ..Default::default() };
    let by_isku = ListMovementsRequest { isku_code: "A".to_owned(), ..during.clone() };
    oms.movements(by_isku).await.unwrap();
    oms.movements(ListMovementsRequest { location: "default".to_owned(), ..during }).await.unwrap();

    none_scans(&oms, engine, &captured, 12).await;
    oms.finish().await;
}

/// Judges the plan of each statement that was captured, at least so many.
async fn none_scans(oms: &Oms, engine: Engine, captured: &capture::Captured, least: usize) {
    let statements = captured.taken();
    assert!(statements.len() >= least, "too few statements were captured: {statements:#?}");
    let faults = plan::scans(oms.site().inventory_database(), engine, Plans::Kept, &statements).await;
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

async fn no_list_of_reservations_scans_a_table(engine: Engine, captured: capture::Captured) {
    let oms = alone(engine).await;
    oms.isku("A").on_hand(5).await;
    oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap();
    captured.forget();

    for state in [State::Unspecified, State::Held, State::Confirmed, State::Expired] {
        let filter = ListReservationsRequest { state: state.into(), ..Default::default() };
        oms.reservations_of(filter.clone()).await.unwrap();
        oms.reservations_of(ListReservationsRequest { short_only: true, ..filter.clone() }).await.unwrap();
        oms.reservations_of(ListReservationsRequest { isku_code: "A".to_owned(), ..filter }).await.unwrap();
    }

    none_scans(&oms, engine, &captured, 9).await;
    oms.finish().await;
}

async fn no_proof_and_no_change_of_stock_scans_a_table(engine: Engine, captured: capture::Captured) {
    let oms = alone(engine).await;
    for code in ["A", "B"] {
        oms.isku(code).on_hand(5).await;
    }
    captured.forget();

    let soon = Some(Expiration::Ttl(prost_types::Duration { seconds: 60, nanos: 0 }));
    oms.hold(ReserveRequest { expiration: soon, ..reserve_request("1", &[("TEE", 2, &[("A", 1)])]) }).await.unwrap();
    oms.reserve("2", &[("TEE", 1, &[("A", 1)])]).await.unwrap();
    oms.confirm("2").await.unwrap();
    oms.amend("2", &[("TEE", 2, &[])]).await.unwrap();
    oms.ship("2", &[("TEE", 1)]).await.unwrap();
    oms.give_back("2", "default", &[]).await.unwrap();
    oms.release("2", &[]).await.unwrap();
    let request = CountStockRequest {
        shortfall: Some(Shortfall { release_shortfall: true, ..Default::default() }),
        ..count_sheet(&[("A", 1)])
    };
    oms.take_stock(request).await.unwrap();
    oms.let_time_pass(Duration::from_secs(60)).await;
    oms.reserve("3", &[("TEE", 1, &[("A", 1)])]).await.unwrap();
    oms.receive(&[("A", 5), ("B", 5)]).await.unwrap();
    let item = |code: &str| EnsureIskuItem { request_id: request_id(), code: code.to_owned(), ..Default::default() };
    oms.ensure(vec![item("C"), item("D")]).await.unwrap();
    oms.prove().await;

    if engine == Engine::Postgres {
        all_ways_to_write_were_captured(&captured);
    }
    none_scans(&oms, engine, &captured, 25).await;
    open_lines_are_read_by_their_index(&oms, engine, &captured).await;
    oms.finish().await;
}

async fn a_snapshot_reads_the_ledger_backwards_from_each_stock_row(engine: Engine, captured: capture::Captured) {
    let oms = alone(engine).await;
    oms.isku("A").on_hand(5).await;
    oms.settled().await;
    captured.forget();

    oms.watch(WatchStart::Snapshot).await.unwrap().until_current().await;
    let of_one = WatchStockRequest { isku_codes: vec!["A".to_owned()], ..watch_request(WatchStart::Snapshot) };
    oms.watch_as(of_one).await.unwrap().until_current().await;

    let statements = captured.taken();
    let snapshots: Vec<_> = statements.iter().filter(|sql| sql.contains(" stock WHERE stock.merchant")).collect();
    assert_eq!(snapshots.len(), 2, "{statements:#?}");
    for sql in snapshots {
        let plan = plan::of(oms.site().inventory_database(), engine, sql).await;
        assert!(!plan.iter().any(|line| line.contains("movement_by_batch")), "{sql}\n{}", plan.join("\n"));
    }
    oms.finish().await;
}

async fn no_call_of_the_catalogue_scans_a_table(engine: Engine, captured: capture::Captured) {
    let oms = Oms::start_catalogue_here(engine).await;
    let door = Door::of(&oms, &credential_of("acme"));
    captured.forget();

    let world = World::of(&door, Flavour { word: "first", units: 1_000, order: Order::Forwards });
    world.fill("acme", &oms.behind_inventory().await).await;
    for question in Words::of(&world.told()).questions(&door) {
        if question.rpc.starts_with("oms.catalogue.") {
            door.ask(&question.rpc, &question.request).await;
        }
    }

    let statements = captured.taken();
    let faults = plan::scans(oms.site().catalogue_database(), engine, Plans::Fresh, &statements).await;
    assert!(statements.len() > 80, "too few statements were captured: {}", statements.len());
    assert!(faults.is_empty(), "{} of {}\n{}", faults.len(), statements.len(), faults.join("\n\n"));
    drop(door);
    oms.finish().await;
}

/// One row is written in another way than several.
fn all_ways_to_write_were_captured(captured: &capture::Captured) {
    let statements = captured.taken();
    let written: Vec<&str> = statements.iter().flat_map(|sql| sql.split(" RETURNING 1")).collect();
    let ways = [
        ["INSERT INTO", " VALUES "],
        ["INSERT INTO", "unnest("],
        ["UPDATE ", " SET on_hand = $"],
        ["UPDATE ", ".ctid = new.its_place"],
        ["DELETE FROM", " WHERE merchant = $"],
        ["DELETE FROM", ".ctid = new.its_place"],
    ];
    for way in ways {
        assert!(written.iter().any(|sql| way.iter().all(|part| sql.contains(part))), "{way:?}: {statements:#?}");
    }
}

/// The proof reads what reservations hold, of which there is little, and not the lines of all that there ever were.
async fn open_lines_are_read_by_their_index(oms: &Oms, engine: Engine, captured: &capture::Captured) {
    let statements = captured.taken();
    let sums_what_is_held = |sql: &&String| sql.contains("FROM reservation_line WHERE") && sql.contains("GROUP BY");
    let open_lines: Vec<_> = statements.iter().filter(sums_what_is_held).collect();
    let [sql] = open_lines[..] else { panic!("one statement reads them: {open_lines:#?}") };

    let plan = plan::of(oms.site().inventory_database(), engine, sql).await;

    assert!(plan.iter().any(|line| line.contains("reservation_line_held")), "{sql}\n{}", plan.join("\n"));
}

/// 30,000 ISKUs: all of cotton, a third of them blue, each with a number of its own. Their near keys are those of today, so that nobody
/// reads the codes to make them anew.
const CATALOGUE: [&str; 4] = [
    "CREATE TEMP TABLE n AS SELECT n FROM generate_series(2, 30000) AS n",
    "INSERT INTO isku (merchant, isku_id, code, product_name, incomplete, archived, revision, create_time_us, update_time_us) \
     SELECT 'acme', n, 'SKU-' || n, 'Shirt', true, false, 1, 0, 0 FROM n",
    "INSERT INTO isku_code (merchant, code, isku_id, alias, near_key, near_version) \
     SELECT 'acme', 'SKU-' || n, n, false, 'sku-' || n, 1 FROM n",
    "INSERT INTO isku_word (merchant, isku_id, word) SELECT 'acme', n, 'cotton' FROM n \
     UNION ALL SELECT 'acme', n, 'blue' FROM n WHERE n % 3 = 0 UNION ALL SELECT 'acme', n, 'no' || n FROM n",
];

/// Rows that were read from tables and indexes. A backend tells when it ends: it is waited for.
async fn rows_read(database: &DatabaseConnection) -> i64 {
    let number = async |sql: &str| -> i64 {
        let row = database.query_one_raw(Statement::from_string(database.get_database_backend(), sql)).await;
        row.unwrap().unwrap().try_get("", "n").unwrap()
    };
    let others = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                  AND backend_type = 'client backend'";
    while number(others).await > 0 {}
    let read = "SELECT CAST((SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname LIKE 'isku%') \
                + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname LIKE 'isku%') AS BIGINT) AS n";
    number(read).await
}

/// PostgreSQL counts the rows that it reads; SQLite does not, there the plans must do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_common_word_is_looked_up_with_as_few_rows_as_a_rare_one() {
    let mut oms = Oms::start_as_processes(Engine::Postgres).await;
    oms.isku("FIRST").await;
    let mut options = sea_orm::ConnectOptions::new(oms.site().inventory_database());
    options.max_connections(1);
    let database = Database::connect(options).await.unwrap();
    for sql in CATALOGUE {
        database.execute_unprepared(sql).await.unwrap();
    }
    let mut read = Vec::new();
    for query in ["no7 cotton", "cotton blue", "cotton silk blue"] {
        oms.kill_inventory();
        let before = rows_read(&database).await;
        oms.restart_inventory();
        let found = oms.search(query).await.unwrap();
        oms.kill_inventory();
        read.push(rows_read(&database).await - before);
        oms.restart_inventory();
        assert!(!found.matches.is_empty());
        assert_eq!(found.truncated, query != "no7 cotton");
    }

    println!("rows read for a rare word, two common ones, and two of three: {read:?}");
    assert!(read[0] > 1_000 && read.iter().all(|rows| *rows < 12_000), "{read:?} rows of 80,000 were read");
    database.close().await.unwrap();
    oms.finish().await;
}
