//! Many clients at once: nothing oversells, nobody is left without an answer, twins are one.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use futures::{StreamExt, future::join_all, stream};
use tests::{
    Engine, Merchant, Oms, refused,
    story::{Level, reserve_request},
};
use tonic::Code;

const CLIENTS: usize = 64;
const STOCK: i64 = 1_000;
const QUANTITIES: [i64; 5] = [1, 2, 3, 5, 7];

/// PostgreSQL takes replicas; SQLite has one process.
fn replicas(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 1,
        Engine::Postgres => 2,
    }
}

/// Buys until the shelf is empty; returns the units that it got.
async fn buy_all(merchant: Merchant, client: usize, shortfalls: Arc<AtomicI64>) -> i64 {
    let mut bought = 0;
    let mut wanted = QUANTITIES[client % QUANTITIES.len()];
    for order in 0.. {
        let answer = merchant.reserve(&format!("{client}-{order}"), &[("HOT", wanted, &[("HOT", 1)])]).await;
        if answer.is_ok() {
            bought += wanted;
            wanted = QUANTITIES[(client + order + 1) % QUANTITIES.len()];
            continue;
        }
        let short = refused(answer);
        assert_eq!(short.kind(), (Code::FailedPrecondition, "INSUFFICIENT_STOCK"));
        let available: i64 = short.metadata["available_0"].parse().unwrap();
        assert_eq!(short.metadata["requested_0"], wanted.to_string());
        assert!((0..wanted).contains(&available), "told {available} of {wanted}");
        shortfalls.fetch_add(1, Ordering::Relaxed);
        if available == 0 {
            return bought;
        }
        wanted = available;
    }
    bought
}

async fn exactly_what_there_is_gets_reserved(engine: Engine) {
    let oms = Oms::with_replicas(engine, replicas(engine)).await;
    oms.isku("HOT").on_hand(STOCK).await;
    let shortfalls = Arc::new(AtomicI64::new(0));

    let clients = (0..CLIENTS).map(|client| {
        let merchant = oms.at_replica(client % replicas(engine));
        tokio::spawn(buy_all(merchant, client, Arc::clone(&shortfalls)))
    });
    let bought: Vec<i64> = join_all(clients).await.into_iter().map(Result::unwrap).collect();

    assert_eq!(bought.iter().sum::<i64>(), STOCK);
    assert_eq!(oms.level("HOT").await, Level::of(STOCK, STOCK));
    assert!(shortfalls.load(Ordering::Relaxed) >= 64, "every client was told the number available");
    oms.finish().await;
}

/// Kits that name their components in either order lock the same rows.
async fn overlapping_kits_never_block_each_other(engine: Engine) {
    let oms = Oms::with_replicas(engine, replicas(engine)).await;
    for code in ["A", "B", "C"] {
        oms.isku(code).on_hand(200).await;
    }
    let mixes: [&[(&str, i64)]; 3] = [&[("A", 1), ("B", 1)], &[("C", 1), ("A", 1)], &[("B", 1), ("C", 1)]];

    let orders = (0..240).map(|order| {
        let merchant = oms.at_replica(order % replicas(engine));
        async move { merchant.reserve(&order.to_string(), &[("KIT", 1, mixes[order % 3])]).await }
    });
    let answers: Vec<_> = stream::iter(orders).buffer_unordered(CLIENTS).collect().await;

    let held = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(held, 240, "{:?}", answers.iter().find(|answer| answer.is_err()));
    for code in ["A", "B", "C"] {
        assert_eq!(oms.level(code).await, Level::of(200, 160));
    }
    oms.finish().await;
}

async fn twins_get_one_answer(engine: Engine) {
    let oms = Oms::with_replicas(engine, replicas(engine)).await;
    oms.isku("A").on_hand(100).await;

    for round in 0..20 {
        let request = reserve_request(&format!("order-{round}"), &[("TEE", 2, &[("A", 1)])]);
        let twins = (0..4).map(|twin| {
            let merchant = oms.at_replica(twin % replicas(engine));
            let request = request.clone();
            async move { merchant.hold(request).await.unwrap() }
        });
        let answers = join_all(twins).await;

        assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1, "one of them did it");
        assert!(answers.iter().all(|answer| answer.reservation == answers[0].reservation));
    }
    assert_eq!(oms.level("A").await, Level::of(100, 40));
    oms.finish().await;
}

/// Calls for one order with different request ids: one reservation, also where it takes the last units.
async fn an_order_placed_twice_at_once_is_one_reservation(engine: Engine) {
    let oms = Oms::with_replicas(engine, replicas(engine)).await;

    for round in 0..20 {
        let (order, isku) = (format!("order-{round}"), format!("A-{round}"));
        oms.isku(&isku).on_hand(2).await;
        let twins = (0..4).map(|twin| {
            let merchant = oms.at_replica(twin % replicas(engine));
            let (order, isku) = (order.clone(), isku.clone());
            async move { merchant.reserve(&order, &[("TEE", 2, &[(isku.as_str(), 1)])]).await.unwrap() }
        });
        let answers = join_all(twins).await;

        assert_eq!(answers.iter().filter(|answer| !answer.existing).count(), 1, "one of them did it");
        assert_eq!(oms.level(&isku).await, Level::of(2, 2));
    }
    oms.finish().await;
}

tests::on_both_engines!(
    exactly_what_there_is_gets_reserved,
    overlapping_kits_never_block_each_other,
    twins_get_one_answer,
    an_order_placed_twice_at_once_is_one_reservation,
);
