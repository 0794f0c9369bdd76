//! Two merchants, of which one abuses: the other does not notice.

use std::time::Duration;

use futures::{
    StreamExt,
    future::{join_all, select_all},
    stream::FuturesUnordered,
};
use proto::inventory::v1::{GetIskuRequest, ReserveRequest, WatchStart};
use tests::{Engine, Oms, Refusal, on_both_engines, refusal, refused, site::Site, story::reserve_request};
use tonic::{Code, Request};

on_both_engines!(
    a_flood_of_calls_keeps_no_other_merchant_out,
    slow_reads_of_a_merchant_leave_another_its_place_at_the_database,
    a_single_command_waits_for_one_batch_of_a_merchant_that_floods,
    watches_beyond_half_give_way_to_another_merchant,
);

fn tee(order: &str) -> ReserveRequest {
    reserve_request(order, &[("TEE", 1, &[("A", 1)])])
}

async fn a_flood_of_calls_keeps_no_other_merchant_out(engine: Engine) {
    let oms = Oms::start_with(engine, "calls_max = 8").await;
    oms.isku("A").on_hand(500).await;
    oms.globex().isku("A").on_hand(500).await;
    let held = oms.hold_stock().await;
    let flood = (0..100).map(|n| {
        let acme = oms.acme().clone();
        tokio::spawn(async move { acme.hold(tee(&n.to_string())).await })
    });
    let (first, _, flood) = select_all(flood).await;
    assert_eq!(refused(first.unwrap()), refusal(Code::ResourceExhausted, "OVERLOADED"));

    let read = oms.globex().levels(&["A"]).await;
    // Half of the places: there is one, and three come back from the other merchant.
    let calls: Vec<_> = (0..4)
        .map(|n| {
            let globex = oms.globex().clone();
            tokio::spawn(async move { globex.hold(tee(&n.to_string())).await })
        })
        .collect();
    held.let_go().await;

    assert_eq!(read.unwrap().len(), 1);
    for call in join_all(calls).await {
        call.unwrap().unwrap();
    }
    for call in join_all(flood).await {
        if let Err(status) = call.unwrap() {
            assert_eq!(Refusal::from(&status), refusal(Code::ResourceExhausted, "OVERLOADED"));
        }
    }
    oms.finish().await;
}

/// The ISKUs of acme take this long to read.
fn slow(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "pg_sleep(0.3) IS NOT NULL",
        Engine::Sqlite => {
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT max(i) FROM n) > 0"
        }
    }
}

async fn slow_reads_of_a_merchant_leave_another_its_place_at_the_database(engine: Engine) {
    const FLOOD: usize = 24;
    let site = Site::new(engine).await.with_database("connections_max = 4");
    let oms = Oms::start_at(site).await;
    oms.isku("A").await;
    oms.globex().isku("A").await;
    let behind = oms.behind_inventory().await;
    behind.execute("ALTER TABLE isku RENAME TO isku_itself").await;
    let slow = slow(engine);
    let view = format!("CREATE VIEW isku AS SELECT * FROM isku_itself WHERE merchant <> 'acme' OR {slow}");
    behind.execute(&view).await;

    let flood = (0..FLOOD).map(|_| {
        let acme = oms.acme().clone();
        tokio::spawn(async move { acme.find("A").await })
    });
    // From now on the others wait, or have their places.
    let (first, _, flood) = select_all(flood).await;
    first.unwrap().unwrap();
    let mut asked = Request::new(GetIskuRequest { code: "A".to_owned() });
    asked.set_timeout(Duration::from_secs(2));
    let answered = oms.globex().iskus.clone().get_isku(asked).await;
    let unanswered = flood.iter().filter(|call| !call.is_finished()).count();

    answered.unwrap();
    assert!(unanswered > FLOOD / 2, "{unanswered} of {FLOOD}");
    flood.iter().for_each(tokio::task::JoinHandle::abort);
    behind.execute("DROP VIEW isku").await;
    behind.execute("ALTER TABLE isku_itself RENAME TO isku").await;
    oms.finish().await;
}

async fn a_single_command_waits_for_one_batch_of_a_merchant_that_floods(engine: Engine) {
    let oms = Oms::start_with_stock(engine, "queue_max = 2000\nbatch_max = 5\nlanes = 1", 1).await;
    oms.isku("A").on_hand(5_000).await;
    oms.globex().isku("A").on_hand(5).await;
    let behind = oms.behind_inventory().await;
    let held = oms.hold_stock().await;
    let batch = |name: usize| {
        let requests = (0..500).map(|n| tee(&format!("{name}-{n}"))).collect();
        let acme = oms.acme().clone();
        tokio::spawn(async move { acme.hold_all(requests).await })
    };
    // Once one finds no place the others wait.
    let (first, _, flood) = select_all((0..5).map(batch)).await;
    assert_eq!(refused(first.unwrap()), refusal(Code::ResourceExhausted, "OVERLOADED"));

    let single = tokio::spawn({
        let globex = oms.globex().clone();
        async move { globex.hold(tee("single")).await }
    });
    held.let_go().await;
    single.await.unwrap().unwrap();
    let before_it = behind.number("SELECT count(*) FROM movement WHERE kind = 'RESERVE'").await;

    let mut applied = 0;
    for call in join_all(flood).await {
        applied += call.unwrap().map_or(0, |results| results.len());
    }
    assert!(applied >= 1_500, "only {applied} commands were before it");
    assert!(before_it < 1_000, "{before_it} of {applied} commands went before a single one");
    oms.finish().await;
}

async fn watches_beyond_half_give_way_to_another_merchant(engine: Engine) {
    let site = Site::new(engine).await.with_inventory("[watch]\nstreams_max = 8");
    let oms = Oms::start_at(site).await;
    let mut acme = vec![];
    for _ in 0..7 {
        acme.push(oms.watch(WatchStart::Now).await.unwrap());
    }
    let overloaded = refusal(Code::ResourceExhausted, "OVERLOADED");
    assert_eq!(refused(oms.watch(WatchStart::Now).await), overloaded);

    let mut globex = vec![];
    for _ in 0..4 {
        globex.push(oms.globex().watch(WatchStart::Now).await.unwrap());
    }
    assert_eq!(refused(oms.globex().watch(WatchStart::Now).await), overloaded);

    let mut ends: FuturesUnordered<_> = acme.iter_mut().map(|own| own.end()).collect();
    for _ in 0..3 {
        assert_eq!(Refusal::from(&ends.next().await.unwrap()), overloaded);
    }
    drop(ends);
    drop((acme, globex));
    oms.finish().await;
}
