//! What is asked for: orders over ISKUs that are drawn at random, the same ones in each run.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use clap::ValueEnum;
use proto::{
    inventory::v1::{Component, ReserveItem, ReserveRequest, reserve_request::Expiration},
    r#type::v1::OrderKey,
};

/// Which ISKUs orders want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pattern {
    /// Any of them.
    Uniform,
    /// The first much more often than the last: Zipf's law.
    Zipf,
    /// Always the first.
    Hot,
    /// Always the same, and the next one after each thousand orders: none has many open reservations.
    Fresh,
    /// Always the first, in orders that are due in a day.
    HotForADay,
    /// Kits of three.
    Kits,
}

/// Steeper than 1, since pgbench's own generator wants that.
pub(crate) const ZIPF_EXPONENT: f64 = 1.001;

/// Draws orders for all clients of one load.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    pattern: Pattern,
    iskus: u64,
    /// Unique to this load.
    run: Arc<str>,
    /// For Zipf: how probable each ISKU or one before it is.
    cumulative: Arc<[f64]>,
    drawn: Arc<AtomicU64>,
}

/// Draws orders for one client.
#[derive(Clone, Debug)]
pub(crate) struct Draw {
    orders: Orders,
    client: usize,
    number: u64,
    state: u64,
}

/// The code of an ISKU, by its number.
pub(crate) fn code(number: u64) -> String {
    format!("BENCH-{number:07}")
}

impl Orders {
    pub(crate) fn new(pattern: Pattern, iskus: u64) -> Self {
        let run = uuid::Uuid::now_v7().simple().to_string();
        let weights = (1..=iskus).filter(|_| pattern == Pattern::Zipf).map(|rank| (rank as f64).powf(-ZIPF_EXPONENT));
        let mut cumulative: Vec<f64> = weights
            .scan(0.0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        let whole = cumulative.last().copied().unwrap_or(1.0);
        cumulative.iter_mut().for_each(|sum| *sum /= whole);
        Self { pattern, iskus, run: run.into(), cumulative: cumulative.into(), drawn: Arc::default() }
    }

    /// The orders of one client, another sequence for each.
    pub(crate) fn client(&self, client: usize) -> Draw {
        Draw { orders: self.clone(), client, number: 0, state: client as u64 }
    }
}

impl Draw {
    /// The next order; its ids are unique, and ascending for each client.
    pub(crate) fn order(&mut self) -> ReserveRequest {
        self.number += 1;
        let id = format!("{}-{}-{}", self.orders.run, self.client, self.number);
        let iskus = self.iskus();
        let csku = code(iskus[0]);
        let components = iskus.into_iter().map(|number| Component { isku_code: code(number), quantity: 1 }).collect();
        let due = matches!(self.orders.pattern, Pattern::Fresh | Pattern::HotForADay);
        ReserveRequest {
            request_id: format!("reserve-{id}"),
            order: Some(OrderKey { channel: "bench".into(), seller_id: "shop@bench.example".into(), order_id: id }),
            items: vec![ReserveItem { csku, mapping_revision: 1, quantity: 1, components }],
            expiration: due.then_some(Expiration::Ttl(prost_types::Duration { seconds: 86_400, nanos: 0 })),
            ..ReserveRequest::default()
        }
    }

    /// Any codes.
    pub(crate) fn codes(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| code(self.below(self.orders.iskus))).collect()
    }

    fn iskus(&mut self) -> Vec<u64> {
        let iskus = self.orders.iskus;
        match self.orders.pattern {
            Pattern::Uniform => vec![self.below(iskus)],
            Pattern::Zipf => {
                let at = (self.random() >> 11) as f64 / (1_u64 << 53) as f64;
                vec![self.orders.cumulative.partition_point(|sum| *sum < at) as u64]
            }
            Pattern::Hot | Pattern::HotForADay => vec![0],
            Pattern::Fresh => vec![1 + self.orders.drawn.fetch_add(1, Ordering::Relaxed) / 1_000 % (iskus - 1)],
            Pattern::Kits => {
                let first = self.below(iskus);
                [0, iskus / 3, 2 * iskus / 3].map(|away| (first + away) % iskus).to_vec()
            }
        }
    }

    fn below(&mut self, end: u64) -> u64 {
        self.random() % end
    }

    /// SplitMix64.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn drawn(pattern: Pattern) -> Vec<ReserveRequest> {
        let orders = Orders::new(pattern, 100);
        let draws = (0..2).flat_map(|client| {
            let mut draw = orders.client(client);
            (0..5_000).map(move |_| draw.order())
        });
        draws.collect()
    }

    /// How many orders want each ISKU first.
    fn wanted(pattern: Pattern) -> Vec<usize> {
        let orders = drawn(pattern);
        let count = |number| orders.iter().filter(|order| order.items[0].csku == code(number)).count();
        (0..100).map(count).collect()
    }

    #[test]
    fn no_two_orders_are_the_same() {
        let orders = drawn(Pattern::Uniform);

        let ids: BTreeSet<&str> = orders.iter().map(|order| order.request_id.as_str()).collect();
        let keys: BTreeSet<String> = orders.iter().map(|order| order.order.clone().unwrap().order_id).collect();
        assert_eq!((ids.len(), keys.len()), (10_000, 10_000));
    }

    #[test]
    fn each_pattern_wants_what_it_says() {
        let uniform = wanted(Pattern::Uniform);
        assert!(uniform.iter().all(|count| (50..200).contains(count)), "{uniform:?}");
        let zipf = wanted(Pattern::Zipf);
        assert!((1_700..2_200).contains(&zipf[0]) && (850..1_100).contains(&zipf[1]) && zipf[99] > 0, "{zipf:?}");
        assert_eq!(wanted(Pattern::Hot)[0], 10_000);
        assert_eq!(wanted(Pattern::Fresh)[..12], [vec![0], vec![1_000; 10], vec![0]].concat());
    }

    #[test]
    fn a_kit_has_three_components() {
        for order in drawn(Pattern::Kits) {
            let parts: BTreeSet<&str> = order.items[0].components.iter().map(|part| part.isku_code.as_str()).collect();
            assert_eq!(parts.len(), 3, "{order:?}");
        }
    }
}
