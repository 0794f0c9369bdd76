//! Random commands: whatever is asked in whatever order, the ledger proves itself and nothing oversells.

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::domain::{
    movement::Movement,
    verify::{MovementFact, Proof},
};

/// One of few orders, codes and places, so that commands meet.
fn actions() -> impl Strategy<Value = Action> {
    let isku = prop::sample::select(vec!["a", "b", "c"]);
    let place = prop::sample::select(vec!["default", "back", "damaged"]);
    let order_id = prop::sample::select(vec!["1", "2", "3", "4", "5"]);
    let parts = vec((isku.clone(), 1..4_i64), 1..3);
    let items = vec((prop::sample::select(vec!["X", "Y"]), 1..6_i64), 0..3);
    prop_oneof![
        (isku, place, 1..5_i64).prop_map(|(isku, place, units)| receive(&[(isku, place, units)])),
        (order_id.clone(), 1..6_i64, parts.clone(), 1..6_i64, parts)
            .prop_map(|(id, x, x_parts, y, y_parts)| { reserve(id, &[("X", x, &x_parts), ("Y", y, &y_parts)]) }),
        (order_id.clone(), items.clone()).prop_map(|(id, items)| ship(id, &summed(&items))),
        (order_id, items).prop_map(|(id, items)| release(id, &summed(&items))),
    ]
}

/// A withdrawal names each CSKU once.
fn summed(items: &[(&'static str, i64)]) -> Vec<(&'static str, i64)> {
    let mut sums = BTreeMap::new();
    items.iter().for_each(|(csku, units)| *sums.entry(*csku).or_default() += units);
    sums.into_iter().collect()
}

fn proves(facts: &WorkingSet, movements: &mut [Movement]) {
    let mut proof = Proof::default();
    movements.sort_by_key(|row| (row.isku_id, row.location_id, row.sequence));
    let key = |row: &Movement| StockKey { isku_id: row.isku_id, location_id: row.location_id };
    for (settled, stock) in &facts.stock {
        for row in movements.iter().filter(|row| key(row) == *settled) {
            let after = Quantities { on_hand: row.on_hand_after, reserved: row.reserved_after, sequence: row.sequence };
            let (on_hand_delta, reserved_delta) = (row.on_hand_delta, row.reserved_delta);
            proof.movement(&MovementFact { key: *settled, on_hand_delta, reserved_delta, after });
        }
        proof.settle(*settled, Some(*stock), stock.reserved);
    }
    let report = proof.finish();
    assert_eq!((report.faults, report.movements), (vec![], i64::try_from(movements.len()).unwrap()));
}

proptest! {
    #[test]
    fn any_commands_leave_a_ledger_that_proves_itself(actions in vec(actions(), 1..40)) {
        let commands: Vec<Command> =
            actions.into_iter().enumerate().map(|(n, action)| command(&format!("r-{n}"), action)).collect();
        let (mut singly, mut at_once) = (empty(), empty());
        let opening = [
            command("open-a", Action::Create(new_isku("a", &[("default", 10), ("back", 5)]))),
            command("open-b", Action::Create(new_isku("b", &[("default", 3), ("back", 9)]))),
            command("open-c", Action::Create(new_isku("c", &[("damaged", 7)]))),
        ];
        let mut movements = singly.apply(&opening).changes.movements;
        at_once.apply(&opening);

        let mut results = vec![];
        for command in &commands {
            let Applied { results: result, changes, .. } = singly.apply(std::slice::from_ref(command));
            results.extend(result);
            movements.extend(changes.movements);
            prove(&singly);
            proves(&singly, &mut movements);
        }
        let Applied { results: batch, changes, .. } = at_once.apply(&commands);

        prop_assert_eq!(batch, results);
        prop_assert_eq!(&at_once.stock, &singly.stock);
        prop_assert_eq!(&at_once.reservations, &singly.reservations);
        for (key, change) in &changes.stock {
            prop_assert_eq!(singly.stock.get(key), Some(&change.after));
        }
    }
}
