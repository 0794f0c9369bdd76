//! The sweeper: it writes what is due, and any number of replicas may have one.

use tests::{Engine, Oms, on_both_engines};

use super::{HOUR, due_in, let_an_hour_pass};

on_both_engines!(the_sweeper_writes_what_is_due_before_long);

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
