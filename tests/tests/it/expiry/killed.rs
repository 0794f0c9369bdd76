//! `kill -9` of a replica while its sweeper gives back what is due: nothing is lost, and nothing is free twice.

use proto::inventory::v1::ReserveRequest;
use tests::{
    Engine, Oms, on_both_engines,
    process::{self, Process},
    refused,
    story::{Level, reserve_request},
};

use super::{HOUR, due_in, let_an_hour_pass};

on_both_engines!(a_sweeper_that_is_killed_in_the_middle_loses_nothing);

/// Orders for each of two ISKUs: several times what a sweeper gives back at once.
const ORDERS: usize = 1_200;
const EXPIRED: &str = "SELECT count(*) FROM movement WHERE kind = 'EXPIRE'";

/// Orders for one unit of A and of B by turns, all due.
async fn let_be_due(oms: &Oms) {
    let order = |n: usize| ReserveRequest {
        expiration: due_in("", 1, HOUR).expiration,
        ..reserve_request(&n.to_string(), &[("TEE", 1, &[(if n.is_multiple_of(2) { "A" } else { "B" }, 1)])])
    };
    for chunk in (0..2 * ORDERS).collect::<Vec<_>>().chunks(400) {
        oms.hold_all(chunk.iter().map(|n| order(*n)).collect()).await.unwrap();
    }
    let_an_hour_pass(oms).await;
}

/// Kills a sweeper that has given back some and not all; returns how many movements it has left.
async fn kill_in_the_middle(oms: &Oms) -> i64 {
    let behind = oms.behind_inventory().await;
    let sweeping = || Process::serve("inventory-svc", &oms.site().sweeping_config());
    match oms.site().engine() {
        // One transaction after the other; the next is open when the first is seen.
        Engine::Sqlite => {
            let sweeper = sweeping();
            behind.until_it(EXPIRED, |written| written > 0).await;
            sweeper.kill();
        }
        // Its first transaction is kept from writing its movements, and all that it wrote before them stands open.
        Engine::Postgres => {
            let held = oms.hold_next_movement("A").await;
            let sweeper = sweeping();
            oms.waits_for_a_lock(1).await;
            sweeper.kill();
            held.undo().await;
        }
    }
    behind.number(EXPIRED).await
}

async fn a_sweeper_that_is_killed_in_the_middle_loses_nothing(engine: Engine) {
    let oms = Oms::start(engine).await;
    let units = i64::try_from(ORDERS).unwrap();
    for code in ["A", "B"] {
        oms.isku(code).on_hand(units).await;
    }
    let_be_due(&oms).await;

    let written = kill_in_the_middle(&oms).await;
    assert!(written < 2 * units, "it had given back everything before it was killed");
    assert_eq!(written > 0, engine == Engine::Sqlite, "{written} movements");

    // Free for the very next call, and free once.
    oms.reserve("next", &[("TEE", units, &[("A", 1)])]).await.unwrap();
    let short = refused(oms.reserve("one more", &[("TEE", 1, &[("A", 1)])]).await);
    assert_eq!((short.reason.as_str(), short.metadata["available_0"].as_str()), ("INSUFFICIENT_STOCK", "0"));
    oms.prove().await;

    // The next sweeper gives back the rest, each once.
    let next = Process::serve("inventory-svc", &oms.site().sweeping_config());
    let behind = oms.behind_inventory().await;
    behind.until(EXPIRED, 2 * units).await;
    behind.until("SELECT count(*) FROM reservation WHERE state = 'HELD'", 1).await;
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(units, units), Level::of(units, 0)));
    next.terminate();
    assert!(next.ended().success());
    let config = oms.site().inventory_config();
    let (code, told) = process::run("inventory-svc", &["--config", config.to_str().unwrap(), "verify"]).await;
    assert_eq!(code, 0, "{told}");
    assert_eq!(behind.number(EXPIRED).await, 2 * units);
    oms.finish().await;
}
