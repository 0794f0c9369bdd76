//! Consumers that are cut off and go on at the other replica, while both replicas commit: every state once, none before its time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures::future::join_all;
use proto::inventory::v1::{GetStockRequest, Stock, WatchStart, WatchStockRequest};
use tests::{
    Engine, Merchant, Oms, on_both_engines,
    story::{Watching, watch_request},
};
use tokio::{sync::watch, time::timeout};

const ISKUS: [&str; 4] = ["A", "B", "C", "D"];
const WRITERS: usize = 6;
const ROUNDS: usize = 40;
const CONSUMERS: usize = 4;

on_both_engines!(consumers_that_are_cut_off_miss_nothing_and_see_nothing_go_back);

fn replicas(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 1,
        Engine::Postgres => 2,
    }
}

/// Orders come and go, of kits whose parts are shared by all writers.
async fn write(merchant: Merchant, writer: usize) -> usize {
    let mut answered = 0;
    for round in 0..ROUNDS {
        let order = format!("{writer}-{round}");
        let kit = [(ISKUS[(writer + round) % 4], 1), (ISKUS[(writer + round + 1) % 4], 2)];
        let results = [
            merchant.reserve(&order, &[("KIT", 1, &kit)]).await.is_ok(),
            if round % 2 == 0 {
                merchant.ship(&order, &[]).await.is_ok()
            } else {
                merchant.release(&order, &[]).await.is_ok()
            },
            merchant.receive(&[(ISKUS[round % 4], 3)]).await.is_ok(),
        ];
        answered += results.into_iter().filter(|answered| *answered).count();
    }
    answered
}

/// The same choices in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// What a consumer that keeps the highest sequence knows.
#[derive(Default)]
struct Known {
    stock: BTreeMap<String, Stock>,
    sequences: BTreeMap<String, BTreeSet<i64>>,
    cuts: usize,
}

impl Known {
    /// Applies one stream's states, which must ascend in that stream.
    fn apply(&mut self, stock: Vec<Stock>, in_stream: &mut BTreeMap<String, i64>) {
        for own in stock {
            let before = in_stream.insert(own.isku_code.clone(), own.sequence);
            assert!(before.is_none_or(|before| before < own.sequence), "back from {before:?} to {own:?}");
            self.sequences.entry(own.isku_code.clone()).or_default().insert(own.sequence);
            let known = self.stock.get(&own.isku_code);
            if known.is_none_or(|known| known.sequence < own.sequence) {
                self.stock.insert(own.isku_code.clone(), own);
            }
        }
    }
}

async fn consume(
    replicas: Vec<Merchant>,
    seed: usize,
    request: WatchStockRequest,
    end: watch::Receiver<Option<Arc<BTreeMap<String, Stock>>>>,
) -> Known {
    let mut known = Known::default();
    let mut dice = Dice(seed as u64);
    let mut request = request;
    loop {
        let merchant = &replicas[known.cuts % replicas.len()];
        let mut watching: Watching = merchant.watch_as(request.clone()).await.unwrap();
        let mut in_stream = BTreeMap::new();
        for _ in 0..dice.below(6) {
            let message = watching.next().await.unwrap();
            known.apply(message.stock, &mut in_stream);
        }
        if end.borrow().as_ref().is_some_and(|end| **end == known.stock) {
            return known;
        }
        known.cuts += 1;
        request = WatchStockRequest { start: 0, cursor: watching.cursor.clone(), ..request };
    }
}

async fn consumers_that_are_cut_off_miss_nothing_and_see_nothing_go_back(engine: Engine) {
    let oms = Oms::with_replicas(engine, replicas(engine)).await;
    for code in ISKUS {
        oms.isku(code).on_hand(1_000).await;
    }
    let at_replicas: Vec<Merchant> = (0..replicas(engine)).map(|number| oms.at_replica(number)).collect();
    let (ended, end) = watch::channel(None);
    let consumers: Vec<_> = (0..CONSUMERS)
        .map(|number| {
            let coalesce = number == 0;
            let request = WatchStockRequest { coalesce, ..watch_request(WatchStart::Snapshot) };
            tokio::spawn(consume(at_replicas.clone(), number, request, end.clone()))
        })
        .collect();

    let writers =
        (0..WRITERS).map(|writer| tokio::spawn(write(at_replicas[writer % replicas(engine)].clone(), writer)));
    let answered: usize = join_all(writers).await.into_iter().map(Result::unwrap).sum();
    let mut last = BTreeMap::new();
    for code in ISKUS {
        let request = GetStockRequest { isku_code: code.to_owned() };
        let stock = oms.stock.clone().get_stock(request).await.unwrap().into_inner().stock;
        last.insert(code.to_owned(), stock[0].clone());
    }
    ended.send_replace(Some(Arc::new(last.clone())));
    let known = timeout(Duration::from_secs(60), join_all(consumers)).await.expect("consumers reach the end");

    assert!(answered >= WRITERS * ROUNDS * 2, "{answered} answers are no load");
    for (number, known) in known.into_iter().map(Result::unwrap).enumerate() {
        assert!(known.cuts >= 10, "consumer {number} was cut off {} times", known.cuts);
        for (code, sequences) in known.sequences.iter().filter(|_| number > 0) {
            let whole: BTreeSet<i64> = (*sequences.first().unwrap()..=last[code].sequence).collect();
            assert_eq!(*sequences, whole, "consumer {number} has missed states of {code}");
        }
    }
    drop(at_replicas);
    oms.finish().await;
}
