//! The siege in its short form, on each engine; `cargo run --release --bin hostile` has the long one.

use tests::{
    Engine, on_both_engines,
    siege::{Plan, run},
};

on_both_engines!(a_merchant_is_served_while_others_attack);

async fn a_merchant_is_served_while_others_attack(engine: Engine) {
    let report = run(&Plan::short(engine), |line| println!("{line}")).await;

    assert!(report.is_passed(), "{report}");
}
