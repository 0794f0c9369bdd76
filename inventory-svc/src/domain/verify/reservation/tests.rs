//! A sound reservation, and every way to damage it.

use super::*;
use crate::domain::{isku::IskuId, location::LocationId};

fn key(isku: i64) -> StockKey {
    StockKey { isku_id: IskuId(isku), location_id: LocationId::DEFAULT }
}

fn units(held: i64, shipped: i64, released: i64) -> Units {
    Units { held, shipped, released }
}

/// Five kits of A x 1 and B x 2 are wanted: one held, one shipped and back, three short.
fn sound() -> ReservationFact {
    let line = |component_no, isku, per_unit, units| LineFact {
        item_no: 0,
        component_no,
        key: key(isku),
        per_unit,
        units,
        expire_time_us: Some(7),
        digest: Digest::SOUND,
    };
    ReservationFact {
        reservation_id: Uuid::nil(),
        state: Some("HELD".into()),
        expire_time_us: Some(7),
        short: true,
        digest: Some(Digest::SOUND),
        items: BTreeMap::from([(
            0,
            ItemFact { ordered: 5, quantity: 2, units: units(1, 1, 0), short: 3, returned: 1, digest: Digest::SOUND },
        )]),
        lines: vec![line(0, 1, 1, units(1, 1, 0)), line(1, 2, 2, units(2, 2, 0))],
        moved: BTreeMap::from([
            (key(1), Moved { held: 1, shipped: 1, returned: 1 }),
            (key(2), Moved { held: 2, shipped: 2, returned: 2 }),
        ]),
    }
}

#[test]
fn a_reservation_proves_itself_or_names_what_contradicts_it() {
    let check = |damage: &dyn Fn(&mut ReservationFact), expected: &[FaultKind]| {
        let mut fact = sound();
        damage(&mut fact);
        let faults = fact.comparisons().into_iter().filter(|fault| fault.expected != fault.found);
        let mut kinds: Vec<_> = faults.map(|fault| fault.kind).collect();
        kinds.dedup();
        assert_eq!(kinds, expected, "{fact:?}");
    };
    use FaultKind::{Expiry, Item, ItemDigest, LineDigest, ReservationDigest, Return, Short, State, Trace};
    const DAMAGED: Digest = Digest { carried: Some(7), said: 8 };
    let item = |fact: &mut ReservationFact, change: fn(&mut ItemFact)| change(fact.items.get_mut(&0).unwrap());

    check(&|_| {}, &[]);
    check(&|fact| fact.items.get_mut(&0).unwrap().quantity = 3, &[Item]);
    check(&|fact| fact.items.get_mut(&0).unwrap().units = units(1, 0, 1), &[Item]);
    check(&|fact| fact.items.get_mut(&0).unwrap().units = units(0, 2, 0), &[Item, State]);
    check(&|fact| fact.lines[0].units = units(1, 0, 1), &[Item, Trace]);
    check(&|fact| fact.lines[1].per_unit = 1, &[Item, Return]);
    check(&|fact| fact.lines[1].component_no = 2, &[Item]);
    check(&|fact| fact.lines[1].key = key(3), &[Trace, Return]);
    check(&|fact| fact.lines.clear(), &[Item, Trace, Return]);
    check(&|fact| fact.items.clear(), &[Item, State, Return, Short]);
    check(&|fact| fact.state = Some("SHIPPED".into()), &[State, Expiry]);
    check(&|fact| fact.state = Some("LOST".into()), &[State, Expiry]);
    check(&|fact| fact.state = Some("CONFIRMED".into()), &[Expiry]);
    check(&|fact| fact.state = Some("EXPIRED".into()), &[State, Expiry]);
    check(&|fact| fact.state = None, &[State, Expiry]);
    check(&|fact| fact.moved.retain(|moved, _| *moved != key(2)), &[Trace, Return]);
    check(&|fact| fact.moved.extend([(key(9), Moved { held: 1, ..Moved::default() })]), &[Trace]);
    check(&|fact| fact.moved.extend([(key(9), Moved::default())]), &[]);
    check(&|fact| fact.moved.get_mut(&key(1)).unwrap().returned = 2, &[Return]);
    check(&|fact| item(fact, |item| item.returned = 0), &[Return]);
    check(&|fact| item(fact, |item| item.ordered = 4), &[Short]);
    check(&|fact| item(fact, |item| item.ordered = 6), &[Short]);
    check(&|fact| item(fact, |item| item.short = 2), &[Short]);
    check(&|fact| item(fact, |item| item.short = 4), &[Short]);
    check(&|fact| fact.short = false, &[Short]);
    check(&|fact| fact.lines[1].expire_time_us = None, &[Expiry]);
    check(&|fact| fact.lines[1].expire_time_us = Some(8), &[Expiry]);
    check(&|fact| fact.expire_time_us = None, &[Expiry]);
    check(&|fact| fact.digest = Some(DAMAGED), &[ReservationDigest]);
    check(&|fact| item(fact, |item| item.digest = DAMAGED), &[ItemDigest]);
    check(&|fact| fact.lines[1].digest = DAMAGED, &[LineDigest]);
    check(&|fact| fact.lines[1].digest.carried = None, &[]);
}
