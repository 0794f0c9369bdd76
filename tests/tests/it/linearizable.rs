//! Calls at once: whatever two replicas and lost answers made of them, one order of the calls explains every answer.
//!
//! Histories are short and many, each of one ISKU, or of the two that a kit joins, with orders of its own: if each has an order, all of
//! them together have one. What the clients ask for is drawn by a seed; how their calls meet is not. `OMS_ROUNDS` makes more of them,
//! `OMS_SEED` others. Nothing is ever due here: the clock would be one more client.

mod altered;
mod ask;
mod bug;
mod call;
mod clients;
mod draw;
mod history;
mod semantics;
mod shelf;
mod tally;

use std::sync::Arc;

use tests::{Engine, Oms, on_both_engines};

use self::{
    altered::Alteration,
    bug::Bug,
    call::PLACES,
    clients::Doors,
    draw::{Plan, plans},
    history::History,
    tally::Tally,
};

on_both_engines!(
    one_order_explains_every_answer,
    an_answer_that_is_altered_is_refused,
    a_service_with_a_bug_is_refused,
);

/// Rounds of calls; each makes one to three histories.
const ROUNDS: usize = 620;
/// Rounds whose answers are altered.
const ALTERED_ROUNDS: usize = 100;
/// Rounds in which a bug has to be found, some at a time.
const BUG_ROUNDS: usize = 120;
/// Bugs of the service itself, in a build that has them on purpose: one that only calls at two replicas bring out, and one that every
/// release does.
const PLANTED_BUGS: [&str; 2] = ["CheckApartFromWrite", "ReleaseCountedTwice"];

async fn one_order_explains_every_answer(engine: Engine) {
    let (rounds, seed) = (number("OMS_ROUNDS").unwrap_or(ROUNDS), number("OMS_SEED").unwrap_or(1));
    let oms = started(engine).await;

    let histories = Doors::of(&oms, None).await.play("", plans(seed as u64, rounds)).await;

    let refused = histories.iter().find_map(History::contradiction);
    assert!(refused.is_none(), "seed {seed}, {}", refused.unwrap_or_default());
    let tally = Tally::of(&histories);
    println!("{engine:?}, seed {seed}: {tally:?}");
    tally.assert_enough(rounds, engine);
    oms.finish().await;
}

async fn an_answer_that_is_altered_is_refused(engine: Engine) {
    let oms = started(engine).await;

    let plans = plans(3, ALTERED_ROUNDS).into_iter().map(Plan::without_loss).collect();
    let histories = Doors::of(&oms, None).await.play("", plans).await;

    for alteration in Alteration::ALL {
        let altered: Vec<History> = histories.iter().filter_map(|history| alteration.of(history)).collect();
        let passed = altered.iter().find(|altered| altered.is_linearizable());
        assert!(passed.is_none(), "{alteration:?} is not seen in {}", passed.cloned().unwrap_or_default());
        assert!(altered.len() >= 20, "{alteration:?} was tried {} times", altered.len());
        println!("{engine:?}: {alteration:?} refused {} times", altered.len());
    }
    oms.finish().await;
}

async fn a_service_with_a_bug_is_refused(engine: Engine) {
    let oms = started(engine).await;
    for bug in Bug::ALL {
        let doors = Doors::of(&oms, Some(bug)).await;

        is_refused(&doors, &format!("{bug:?}")).await;
    }
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planted_bug_is_refused() {
    for bug in PLANTED_BUGS {
        let mut oms = Oms::with_planted_bug(Engine::Postgres, Doors::replicas(Engine::Postgres), bug).await;
        oms.location(PLACES[1], 5).await;
        let doors = Doors::of(&oms, None).await;

        is_refused(&doors, bug).await;

        // Its ledger proves nothing.
        oms.stop_inventory().await;
        oms.finish().await;
    }
}

/// Plays some plans at a time, until no order explains what was answered.
async fn is_refused(doors: &Arc<Doors>, bug: &str) {
    let mut tried = 0;
    for (batch, plans) in plans(2, BUG_ROUNDS).chunks(10).enumerate() {
        let histories = doors.play(&format!("{bug}{batch}-"), plans.to_vec()).await;
        tried += histories.len();
        let refused = histories.iter().filter_map(History::contradiction).min_by_key(|least| least.entries.len());
        if let Some(refused) = refused {
            println!("{bug} is seen in {tried} histories\n{refused}");
            return;
        }
    }
    panic!("{bug} is not seen in {tried} histories");
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

async fn started(engine: Engine) -> Oms {
    let oms = Oms::with_replicas(engine, Doors::replicas(engine)).await;
    oms.location(PLACES[1], 5).await;
    oms
}
