//! Random commands against a small model and the real service: equal answers, equal stock, equal orders, after every step.
//!
//! A case that fails is made smaller until nothing can be left out; the commands that remain are printed. Every case has ISKUs and orders
//! of its own, so that one pair serves them all. They are the same cases each time; `PROPTEST_RNG_SEED` names others.

mod allocate;
mod ask;
mod command;
mod order;
mod shop;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use futures::future::join_all;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use tests::{Oms, both_engines};
use tokio::{runtime::Handle, task::block_in_place};

use self::{
    allocate::per_unit,
    ask::{Case, View},
    command::{Asked, OPENING, PLACES},
    shop::{Shop, Units},
};

both_engines!(the_service_answers_as_the_model_does);

const CASES: u32 = 60;
const STEPS: usize = 50;
const SEED: u64 = 1;

/// Every refusal that the commands can meet, and every state.
const TO_BE_REACHED: [&str; 23] = [
    "BELOW_RESERVED",
    "Confirmed",
    "Expired",
    "Held",
    "INSUFFICIENT_STOCK",
    "ISKU_ARCHIVED",
    "ISKU_EXISTS",
    "ISKU_HAS_STOCK",
    "ISKU_NOT_FOUND",
    "ITEM_NOT_FOUND",
    "LESS_THAN_SHIPPED",
    "MORE_THAN_HELD",
    "MORE_THAN_SHIPPED",
    "ORDER_DIFFERS",
    "REQUEST_ID_REUSED",
    "RESERVATION_CLOSED",
    "RESERVATION_NOT_FOUND",
    "RESERVATION_SHIPPED",
    "Released",
    "SEQUENCE_MISMATCH",
    "Shipped",
    "replayed",
    "short",
];

/// How often each refusal, state and the like was met.
type Reached = RefCell<BTreeMap<String, usize>>;

async fn the_service_answers_as_the_model_does(oms: &Oms) {
    oms.location(PLACES[1], 5).await;
    oms.store(PLACES[2]).await;
    let (reached, cases) = (Reached::default(), Cell::new(0));
    let mut config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(SEED);
    }
    let here = Handle::current();

    let outcome = block_in_place(|| {
        TestRunner::new(config).run(&command::commands(STEPS), |commands| {
            cases.set(cases.get() + 1);
            here.block_on(play(&Case { oms, number: cases.get() }, &commands, &reached));
            Ok(())
        })
    });

    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    let reached = reached.into_inner();
    let missed = TO_BE_REACHED.into_iter().filter(|name| !reached.contains_key(*name));
    assert_eq!(missed.collect::<Vec<_>>(), Vec::<&str>::new(), "not reached, beside {reached:?}");
}

async fn play(case: &Case<'_>, commands: &[Asked], reached: &Reached) {
    for (isku, opening) in OPENING.iter().enumerate() {
        let code = case.code(isku);
        let places = PLACES.iter().zip(opening).filter(|(_, units)| **units > 0);
        places.fold(case.oms.isku(&code), |isku, (place, units)| isku.at(place, *units)).await;
    }
    let mut shop = Shop::open();

    for (step, asked) in commands.iter().enumerate() {
        let at = format!("step {step}: {asked:?}");
        let counted_at = shop.counted_at(&asked.1);
        let (told, replayed) = shop.apply(asked);

        let heard = case.ask(asked, counted_at).await;

        let expected = (told.map(|order| order.as_ref().map(View::of)), replayed);
        assert_eq!(heard, expected, "{at}");
        let views = join_all(shop.orders.keys().map(|order| case.view(*order))).await;
        assert_eq!(views, shop.orders.values().map(View::of).collect::<Vec<_>>(), "{at}");
        compare_stock(case, &mut shop, &views, &at).await;
        let met = views.iter().map(|view| format!("{:?}", view.state)).chain(heard.0.err());
        let met = met.chain(replayed.then(|| "replayed".to_owned()));
        let short = views.iter().any(|view| view.items.iter().any(|(_, item)| item.short > 0));
        for name in met.chain(short.then(|| "short".to_owned())) {
            *reached.borrow_mut().entry(name).or_default() += 1;
        }
    }
}

/// Compares every row with the model, and with what the service says of its orders.
async fn compare_stock(case: &Case<'_>, shop: &mut Shop, views: &[View], at: &str) {
    let codes: Vec<String> = (0..OPENING.len()).map(|isku| case.code(isku)).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let rows = case.oms.levels(&codes).await.unwrap();
    for (isku, row) in rows.iter().enumerate() {
        assert_eq!(row.isku_code, case.code(shop.called(isku)), "{at}");
        let (mut on_hand, mut reserved, mut sequence) = (Units::default(), Units::default(), Units::default());
        for stock in &row.stock {
            let place = PLACES.iter().position(|place| *place == stock.location).unwrap();
            (on_hand[place], reserved[place], sequence[place]) = (stock.on_hand, stock.reserved, stock.sequence);
            assert!(0 <= stock.reserved && stock.reserved <= stock.on_hand, "{at}: {stock:?}");
        }
        assert_eq!((on_hand, reserved), (shop.on_hand[isku], shop.reserved(isku)), "{at}: ISKU {isku}");
        for (place, reserved) in reserved.into_iter().enumerate() {
            let items = views.iter().flat_map(|view| &view.items);
            let held = items.map(|(listing, item)| item.held[place] * per_unit(*listing, isku)).sum::<i64>();
            assert_eq!(reserved, held, "{at}: ISKU {isku}");
            assert!(sequence[place] >= shop.sequence[isku][place], "{at}: ISKU {isku} went back");
        }
        shop.sequence[isku] = sequence;
    }
}
