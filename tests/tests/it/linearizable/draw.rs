//! What the clients of a history ask for: drawn by a seed, the same in each run. Only how the calls meet is not.

use std::time::Duration;

use proptest::{
    collection::vec,
    option,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngSeed, TestRunner},
};

use super::{
    ask::LookAtAll,
    call::{Call, MAPPINGS},
};

/// What one round is made of: few objects and the steps of each client.
///
/// At most six clients of six steps, each with a look after it, and one look at the end: no history is too long for the checker.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Objects, each checked by itself.
    pub(super) objects: usize,
    /// ISKUs of an object: two that kits join, or one.
    pub(super) iskus: usize,
    pub(super) clients: Vec<Vec<Step>>,
}

/// What is asked: of one object, or to look at all in one snapshot.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    One(usize, Call),
    All(LookAtAll),
}

/// A call and how a client makes it.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) asked: Asked,
    /// The door that it takes; there may be fewer.
    pub(super) door: usize,
    pub(super) patience: Patience,
    /// Whether the client looks at the ISKU at another door as soon as it is answered.
    pub(super) looks: bool,
}

/// Whether the client hears what is answered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Patience {
    Waits,
    /// It leaves after a time.
    Leaves(Duration),
    /// The answer is given and lost on its way.
    Unheard,
}

impl Plan {
    /// The same where every client waits for every answer.
    pub(super) fn without_loss(mut self) -> Self {
        self.clients.iter_mut().flatten().for_each(|step| step.patience = Patience::Waits);
        self
    }
}

/// So many plans.
pub(super) fn plans(seed: u64, number: usize) -> Vec<Plan> {
    let config = Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    (0..number).map(|_| plan().new_tree(&mut runner).expect("nothing is refused").current()).collect()
}

fn plan() -> impl Strategy<Value = Plan> {
    let shape = prop_oneof![3 => (1..4_usize, Just(1)), 2 => Just((1, 2))];
    shape.prop_flat_map(|(objects, iskus)| {
        vec(vec(step(objects, iskus), 4..7), 4..7).prop_map(move |clients| Plan { objects, iskus, clients })
    })
}

fn step(objects: usize, iskus: usize) -> impl Strategy<Value = Step> {
    let patience = prop_oneof![
        16 => Just(Patience::Waits),
        1 => (200..30_000_u64).prop_map(|micros| Patience::Leaves(Duration::from_micros(micros))),
        1 => Just(Patience::Unheard),
    ];
    let asked = prop_oneof![
        12 => (0..objects, call(iskus)).prop_map(|(object, call)| Asked::One(object, call)),
        1 => prop_oneof![Just(Asked::All(LookAtAll::Resolve)), Just(Asked::All(LookAtAll::BatchGet))],
    ];
    (asked, 0..2_usize, patience, any::<bool>()).prop_map(|(asked, door, patience, looks)| {
        // A read that nobody hears the answer of would say nothing.
        let is_read = matches!(&asked, Asked::One(_, call) if call.is_read());
        let patience = if is_read { Patience::Waits } else { patience };
        Step { asked, door, patience, looks: looks && !is_read }
    })
}

fn call(iskus: usize) -> impl Strategy<Value = Call> {
    let (isku, place, order) = (move || 0..iskus, || 0..2_usize, || 0..3_usize);
    let mappings = if iskus == 1 { MAPPINGS.len() - 1 } else { MAPPINGS.len() };
    let part = || option::weighted(0.6, 1..4_i64);
    prop_oneof![
        5 => (order(), prop_oneof![9 => Just(0), 1 => Just(1)], 1..4_i64).prop_map(move |(order, other, units)| {
            // Mostly what the same order was made of by others.
            Call::Reserve { order, mapping: (order + other) % mappings, units: if other == 0 { 1 + order as i64 } else { units } }
        }),
        1 => order().prop_map(|order| Call::Confirm { order }),
        2 => (order(), part()).prop_map(|(order, units)| Call::Ship { order, units }),
        3 => (order(), part()).prop_map(|(order, units)| Call::Release { order, units }),
        2 => (isku(), place(), 1..3_i64).prop_map(|(isku, place, units)| Call::Receive { isku, place, units }),
        2 => (isku(), place(), 1..4_i64).prop_map(|(isku, from, units)| Call::Transfer { isku, from, units }),
        // The sequence is the one that the client has seen last.
        2 => (isku(), place(), 0..6_i64, option::of(Just(0)))
            .prop_map(|(isku, place, counted, expected)| Call::Count { isku, place, counted, expected }),
        1 => order().prop_map(|order| Call::GetOrder { order }),
        1 => isku().prop_map(|isku| Call::Look { iskus: vec![isku] }),
        2 => Just(Call::Look { iskus: (0..iskus).collect() }),
    ]
}
