//! An object as it would be if one call came after the other: what every history is held to.

use std::collections::BTreeMap;

use todc_utils::specifications::Specification;

use super::call::{Answer, Call, ISKUS, Level, MAPPINGS, OPENING, PLACES, Row, State, Units, View};

/// Stock and orders of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shelf {
    levels: [[Level; PLACES.len()]; ISKUS.len()],
    orders: BTreeMap<usize, Order>,
}

/// An order of one listing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Order {
    mapping: usize,
    units: i64,
    held: Units,
    shipped: i64,
    released: i64,
    confirmed: bool,
}

/// An answer, or why it is refused.
type Told = Result<Answer, String>;

impl Specification for Shelf {
    type State = Self;
    /// A call that nobody heard the answer of may have been answered anything.
    type Operation = (Call, Option<Answer>);

    fn init() -> Self {
        let level = |on_hand| Level { on_hand, reserved: 0, sequence: 1 };
        Self { levels: OPENING.map(|units| units.map(level)), orders: BTreeMap::new() }
    }

    fn apply((call, heard): &Self::Operation, before: &Self) -> (bool, Self) {
        let mut after = before.clone();
        let told = after.answer(call);
        if heard.as_ref().is_none_or(|heard| *heard == told) { (true, after) } else { (false, before.clone()) }
    }
}

impl Shelf {
    /// Answers a call and changes as it says; a refusal changes nothing.
    pub(super) fn answer(&mut self, call: &Call) -> Answer {
        self.told(call).unwrap_or_else(Answer::Refused)
    }

    fn told(&mut self, call: &Call) -> Told {
        match call {
            Call::Look { iskus } => Ok(self.rows(iskus.iter().flat_map(|isku| [(*isku, 0), (*isku, 1)]))),
            Call::Receive { isku, place, units } => {
                self.post(*isku, *place, *units, 0);
                Ok(self.rows([(*isku, *place)]))
            }
            Call::Transfer { isku, from, units } => {
                let available = self.available(*isku, *from);
                if available < *units {
                    return Err(format!("INSUFFICIENT_STOCK {}: {available} of {units}", ISKUS[*isku]));
                }
                self.post(*isku, *from, -units, 0);
                self.post(*isku, 1 - from, *units, 0);
                Ok(self.rows([(*isku, *from), (*isku, 1 - from)]))
            }
            Call::Count { isku, place, counted, expected } => {
                let Level { on_hand, reserved, sequence } = self.levels[*isku][*place];
                if expected.is_some_and(|expected| expected != sequence) {
                    return Err(format!("SEQUENCE_MISMATCH found #{sequence}"));
                }
                if *counted < reserved {
                    return Err(format!("BELOW_RESERVED {reserved}"));
                }
                if *counted != on_hand {
                    self.post(*isku, *place, counted - on_hand, 0);
                }
                Ok(self.rows([(*isku, *place)]))
            }
            Call::Reserve { order, mapping, units } => self.reserve(*order, *mapping, *units),
            Call::Confirm { order } => {
                let known = self.known(*order)?;
                known.is_open()?;
                known.confirmed = true;
                Ok(known.view())
            }
            Call::Ship { order, units } => {
                let known = self.known(*order)?;
                known.is_open()?;
                let units = known.enough(units.unwrap_or(known.holds()))?;
                known.shipped += units;
                self.withdraw(*order, units, &[0, 1], -1)
            }
            Call::Release { order, units } => {
                let known = self.known(*order)?;
                let units = known.to_release(*units)?;
                known.released += units;
                self.withdraw(*order, units, &[1, 0], 0)
            }
            Call::GetOrder { order } => Ok(self.known(*order)?.view()),
        }
    }

    fn reserve(&mut self, order: usize, mapping: usize, units: i64) -> Told {
        if let Some(known) = self.orders.get(&order) {
            if known.units != units {
                return Err("ORDER_DIFFERS".to_owned());
            }
            return Ok(known.told(true));
        }
        let each = MAPPINGS[mapping].1;
        let parts = || (0..ISKUS.len()).filter(|isku| each[*isku] > 0);
        let whole = |place: usize| parts().map(|isku| self.available(isku, place) / each[isku]).min().unwrap_or(0);
        let held = match (0..PLACES.len()).find(|place| whole(*place) >= units) {
            Some(place) => std::array::from_fn(|at| if at == place { units } else { 0 }),
            None => [whole(0), whole(1).min(units - whole(0))],
        };
        let short = units - held.iter().sum::<i64>();
        if short > 0 {
            let free = |isku: usize| (0..PLACES.len()).map(|place| self.available(isku, place)).sum::<i64>();
            let all = parts().map(|isku| (isku, units * each[isku], free(isku)));
            let mut lacking: Vec<_> = all.filter(|(_, requested, free)| free < requested).collect();
            if lacking.is_empty() {
                // There is enough of each, and not together: what makes no whole unit is not available.
                lacking.extend(parts().map(|isku| (isku, units * each[isku], (units - short) * each[isku])));
            }
            let told =
                lacking.iter().map(|(isku, requested, free)| format!(" {}: {free} of {requested}", ISKUS[*isku]));
            return Err(format!("INSUFFICIENT_STOCK{}", told.collect::<String>()));
        }
        for (place, units) in held.into_iter().enumerate().filter(|(_, units)| *units > 0) {
            parts().for_each(|isku| self.post(isku, place, 0, units * each[isku]));
        }
        let made = Order { mapping, units, held, shipped: 0, released: 0, confirmed: false };
        let told = made.view();
        self.orders.insert(order, made);
        Ok(told)
    }

    /// Takes units that an order holds, from one place after the other; those that are shipped leave it.
    fn withdraw(&mut self, order: usize, mut units: i64, places: &[usize], shipped: i64) -> Told {
        for place in places {
            let Some(known) = self.orders.get_mut(&order) else { break };
            let taken = units.min(known.held[*place]);
            let each = MAPPINGS[known.mapping].1;
            known.held[*place] -= taken;
            units -= taken;
            for isku in (0..ISKUS.len()).filter(|isku| taken * each[*isku] > 0) {
                self.post(isku, *place, shipped * taken * each[isku], -taken * each[isku]);
            }
        }
        Ok(self.known(order)?.view())
    }

    fn known(&mut self, order: usize) -> Result<&mut Order, String> {
        self.orders.get_mut(&order).ok_or("RESERVATION_NOT_FOUND".to_owned())
    }

    fn available(&self, isku: usize, place: usize) -> i64 {
        self.levels[isku][place].on_hand - self.levels[isku][place].reserved
    }

    fn rows(&self, at: impl IntoIterator<Item = (usize, usize)>) -> Answer {
        let row = |(isku, place): (usize, usize)| Row { isku, place, level: self.levels[isku][place] };
        Answer::Rows(at.into_iter().map(row).collect())
    }

    fn post(&mut self, isku: usize, place: usize, on_hand: i64, reserved: i64) {
        let level = &mut self.levels[isku][place];
        level.on_hand += on_hand;
        level.reserved += reserved;
        level.sequence += 1;
    }
}

impl Order {
    fn holds(&self) -> i64 {
        self.held.iter().sum()
    }

    fn state(&self) -> State {
        match () {
            () if self.holds() > 0 && self.confirmed => State::Confirmed,
            () if self.holds() > 0 => State::Held,
            () if self.shipped > 0 => State::Shipped,
            () => State::Released,
        }
    }

    fn is_open(&self) -> Result<(), String> {
        if self.holds() > 0 { Ok(()) } else { Err(format!("RESERVATION_CLOSED {:?}", self.state())) }
    }

    fn enough(&self, units: i64) -> Result<i64, String> {
        let held = self.holds();
        if units > held { Err(format!("MORE_THAN_HELD {held}")) } else { Ok(units) }
    }

    /// Units that are given back: none if all went one way or the other before.
    fn to_release(&self, units: Option<i64>) -> Result<i64, String> {
        match (self.state(), units) {
            (State::Released, _) => Ok(0),
            (State::Shipped, _) if self.released == 0 => Err("RESERVATION_SHIPPED".to_owned()),
            (State::Shipped, Some(units)) if units <= self.units => Err("RESERVATION_SHIPPED".to_owned()),
            (_, units) => self.enough(units.unwrap_or(self.holds())),
        }
    }

    fn view(&self) -> Answer {
        self.told(false)
    }

    fn told(&self, existing: bool) -> Answer {
        let Self { held, shipped, released, .. } = *self;
        Answer::Order(View { state: self.state(), held, shipped, released, existing })
    }
}
