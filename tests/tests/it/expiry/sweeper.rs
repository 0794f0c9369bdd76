//! The sweeper: it writes what is due, and any number of replicas may have one.

use std::time::Duration;

use tests::{Engine, Oms, on_both_engines, process::Process};

use super::{HOUR, due_in, let_an_hour_pass};

on_both_engines!(the_sweeper_writes_what_is_due_before_long, what_is_given_back_late_is_told);

async fn the_sweeper_writes_what_is_due_before_long(engine: Engine) {
    let oms = Oms::start_with_stock(engine, "sweep_interval_ms = 20", 1).await;
    oms.isku("A").on_hand(5).await;
    oms.hold(due_in("1", 4, HOUR)).await.unwrap();
    let behind = oms.behind_inventory().await;

    let_an_hour_pass(&oms).await;

    behind.until("SELECT CAST(reserved AS BIGINT) FROM stock", 0).await;
    assert_eq!(behind.number("SELECT count(*) FROM reservation WHERE state = 'EXPIRED'").await, 1);
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sweepers_give_back_once() {
    let oms = Oms::start_with_stock(Engine::Postgres, "sweep_interval_ms = 5", 2).await;
    oms.isku("A").on_hand(500).await;
    let requests: Vec<_> = (0..500).map(|n| due_in(&format!("{n}"), 1, HOUR)).collect();
    oms.hold_all(requests).await.unwrap();
    let behind = oms.behind_inventory().await;

    let_an_hour_pass(&oms).await;

    behind.until("SELECT CAST(reserved AS BIGINT) FROM stock", 0).await;
    assert_eq!(behind.number("SELECT count(*) FROM movement WHERE kind = 'EXPIRE'").await, 500);
    oms.finish().await;
}

/// What piles up while no sweeper comes by is told by the one that comes at last: how many, and how late.
async fn what_is_given_back_late_is_told(engine: Engine) {
    for late in [Duration::from_secs(2), Duration::from_secs(7_200)] {
        let oms = Oms::start(engine).await;
        oms.isku("A").on_hand(5).await;
        for order in ["1", "2", "3"] {
            oms.hold(due_in(order, 1, HOUR)).await.unwrap();
        }
        let_an_hour_pass(&oms).await;
        oms.let_time_pass(late).await;

        let sweeping = Process::serve("inventory-svc", &oms.site().sweeping_config());
        let told = sweeping.logged("gave back what was due");

        let late_ms = told["late_ms"].as_u64().expect("a number");
        assert!(u128::from(late_ms) >= late.as_millis(), "{told}");
        assert_eq!(told["given_back"], 3, "{told}");
        assert_eq!(told["level"], if late_ms > 30_000 { "WARN" } else { "INFO" }, "{told}");
        assert_eq!(oms.behind_inventory().await.number("SELECT count(*) FROM movement WHERE kind = 'EXPIRE'").await, 3);
        drop(sweeping);
        oms.finish().await;
    }
}
