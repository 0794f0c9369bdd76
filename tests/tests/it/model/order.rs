//! An order as the rules see it: what it wants, holds, has been shipped and has given back.

use super::{
    allocate::{SELLABLE, per_unit, plan},
    command::{Lines, OPENING},
    shop::{Units, refuse},
};

/// Units of one listing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Item {
    pub(super) ordered: i64,
    pub(super) held: Units,
    pub(super) shipped: i64,
    pub(super) released: i64,
    pub(super) returned: i64,
    pub(super) short: i64,
}

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Held,
    Confirmed,
    Shipped,
    Released,
    Expired,
}

/// What becomes of held units.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Way {
    Ship,
    Release,
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Place in the order in which reservations were made.
    pub(super) made: usize,
    /// Per listing, in the order they were first wanted.
    pub(super) items: Vec<(usize, Item)>,
    /// When it is due, or was.
    pub(super) due: Option<i64>,
    pub(super) confirmed: bool,
    expired: bool,
}

impl Item {
    fn holds(&self) -> i64 {
        self.held.iter().sum()
    }
}

impl Order {
    pub(super) fn new(made: usize, lines: &Lines, held: &[Units], due: Option<i64>) -> Self {
        let item = |((listing, ordered), held): ((&usize, &i64), &Units)| {
            let short = ordered - held.iter().sum::<i64>();
            (*listing, Item { ordered: *ordered, held: *held, short, ..Item::default() })
        };
        Self { made, items: lines.iter().zip(held).map(item).collect(), due, confirmed: false, expired: false }
    }

    pub(super) fn state(&self) -> State {
        let any = |units: fn(&Item) -> i64| self.items.iter().any(|(_, item)| units(item) > 0);
        match () {
            () if !any(Item::holds) && any(|item| item.shipped) => State::Shipped,
            () if self.expired => State::Expired,
            () if !any(Item::holds) && !self.is_short() => State::Released,
            () if self.confirmed => State::Confirmed,
            () => State::Held,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.state(), State::Held | State::Confirmed)
    }

    pub(super) fn is_short(&self) -> bool {
        self.items.iter().any(|(_, item)| item.short > 0)
    }

    pub(super) fn has(&self, listing: usize) -> bool {
        self.items.iter().any(|(own, _)| *own == listing)
    }

    /// Units per listing that it wants.
    pub(super) fn wants(&self) -> Lines {
        let wanted = self.items.iter().filter(|(_, item)| item.ordered > 0);
        wanted.map(|(listing, item)| (*listing, item.ordered)).collect()
    }

    /// Gives everything back if it is due.
    pub(super) fn expire(&mut self, now: i64) {
        // Times to live end half an hour after a full one.
        if self.state() == State::Held && self.due.is_some_and(|due| due < now) {
            self.expired = true;
            for (_, item) in &mut self.items {
                item.released += item.holds();
                (item.held, item.short) = (Units::default(), 0);
            }
            self.forget();
        }
    }

    pub(super) fn confirm(&mut self) {
        (self.confirmed, self.due) = (true, None);
    }

    pub(super) fn extend(&mut self, until: i64) {
        self.due = self.due.map(|due| due.max(until));
    }

    /// Gives back so many whole units that this many of the ISKU are free at the place, or as many as it has; they stay wanted.
    pub(super) fn give_back(&mut self, isku: usize, place: usize, mut missing: i64) {
        for (listing, item) in &mut self.items {
            while missing > 0 && per_unit(*listing, isku) > 0 && item.held[place] > 0 {
                item.held[place] -= 1;
                item.released += 1;
                item.short += 1;
                missing -= per_unit(*listing, isku);
            }
        }
    }

    /// Ships or releases units of one listing, or all; tells how many from where.
    pub(super) fn withdraw(&mut self, part: Option<(usize, i64)>, way: Way) -> Result<Vec<(usize, Units)>, String> {
        if part.is_some_and(|(listing, _)| !self.has(listing)) {
            return refuse("ITEM_NOT_FOUND");
        }
        let is_released = self.items.iter().any(|(_, item)| item.released > 0);
        match (way, self.state()) {
            (Way::Release, State::Released | State::Expired) => return Ok(vec![]),
            (Way::Release, State::Shipped) if !is_released => return refuse("RESERVATION_SHIPPED"),
            (Way::Ship, State::Shipped | State::Released | State::Expired) => return refuse("RESERVATION_CLOSED"),
            _ => {}
        }
        let mut taken = vec![];
        for (listing, item) in &mut self.items {
            let asked = part.map_or(item.holds(), |(own, units)| if own == *listing { units } else { 0 });
            if way == Way::Release && item.holds() == 0 && asked > 0 && asked <= item.shipped + item.released {
                // All of it went one way or the other before.
                if item.shipped > 0 {
                    return refuse("RESERVATION_SHIPPED");
                }
                continue;
            }
            if asked > item.holds() {
                return refuse("MORE_THAN_HELD");
            }
            let mut units = Units::default();
            for _ in 0..asked {
                // What is shipped comes from the first place, what is released from the last.
                let mut places = SELLABLE.into_iter().filter(|place| item.held[*place] > 0);
                let place = if way == Way::Ship { places.next() } else { places.next_back() };
                let place = place.expect("as many as it holds");
                item.held[place] -= 1;
                units[place] += 1;
            }
            match way {
                Way::Ship => item.shipped += asked,
                Way::Release => item.released += asked,
            }
            if way == Way::Release && part.is_none() {
                item.short = 0;
            }
            taken.push((*listing, units));
        }
        self.forget();
        Ok(taken)
    }

    /// Takes shipped units back; tells how many of each listing.
    pub(super) fn take_back(&mut self, part: Option<(usize, i64)>) -> Result<Vec<(usize, i64)>, String> {
        if part.is_some_and(|(listing, _)| !self.has(listing)) {
            return refuse("ITEM_NOT_FOUND");
        }
        let mut back = vec![];
        for (listing, item) in &mut self.items {
            let out = item.shipped - item.returned;
            let units = part.map_or(out, |(own, units)| if own == *listing { units } else { 0 });
            if units > out {
                return refuse("MORE_THAN_SHIPPED");
            }
            item.returned += units;
            back.extend((units > 0).then_some((*listing, units)));
        }
        Ok(back)
    }

    /// The order as it wants other units; a listing that is left out is not wanted any more.
    pub(super) fn wanting(&self, lines: &Lines) -> Result<Self, String> {
        let mut wanted = self.clone();
        for (listing, item) in &mut wanted.items {
            item.ordered = lines.get(listing).copied().unwrap_or(0);
            if item.ordered < item.shipped {
                return refuse("LESS_THAN_SHIPPED");
            }
        }
        for (listing, units) in lines.iter().filter(|(listing, _)| !self.has(**listing)) {
            wanted.items.push((*listing, Item { ordered: *units, ..Item::default() }));
        }
        Ok(wanted)
    }

    /// Holds what it wants: beside what it holds already if that is enough, else anew if that is more.
    pub(super) fn held_anew(mut self, free: [Units; OPENING.len()], now: i64) -> Self {
        let kept = |(_, item): &(usize, Item)| {
            let mut left = item.ordered - item.shipped;
            let mut kept = Units::default();
            for place in SELLABLE {
                kept[place] = item.held[place].min(left);
                left -= kept[place];
            }
            kept
        };
        let was_shipped = self.state() == State::Shipped;
        let beside = self.topped_up(free, self.items.iter().map(kept).collect());
        let anew = self.topped_up(free, vec![Units::default(); self.items.len()]);
        let sum = |held: &[Units]| held.iter().flatten().sum::<i64>();
        let held = if sum(&anew) > sum(&beside) { anew } else { beside };
        for ((_, item), held) in self.items.iter_mut().zip(held) {
            let given: i64 = item.held.iter().zip(held).map(|(before, after)| (before - after).max(0)).sum();
            item.released += given;
            item.held = held;
            item.short = item.ordered - item.shipped - item.holds();
        }
        if was_shipped {
            // What was shipped is sold: it holds what it wants for good, unless its time is still to come.
            self.due = self.due.filter(|due| *due >= now);
            self.confirmed = self.due.is_none();
        }
        self.forget();
        self
    }

    /// What is kept of each item, and what it still needs from what is free or not kept.
    fn topped_up(&self, mut free: [Units; OPENING.len()], mut held: Vec<Units>) -> Vec<Units> {
        let mut missing = vec![];
        for ((listing, item), kept) in self.items.iter().zip(&held) {
            missing.push((*listing, item.ordered - item.shipped - kept.iter().sum::<i64>()));
            for (isku, free) in free.iter_mut().enumerate() {
                let freed = |place: usize| (item.held[place] - kept[place]) * per_unit(*listing, isku);
                (0..kept.len()).for_each(|place| free[place] += freed(place));
            }
        }
        for (own, more) in held.iter_mut().zip(plan(&free, &missing)) {
            own.iter_mut().zip(more).for_each(|(own, more)| *own += more);
        }
        held
    }

    /// Once nothing is held or waited for, it is not known any more whether it was confirmed or expired.
    fn forget(&mut self) {
        if matches!(self.state(), State::Shipped | State::Released) {
            (self.confirmed, self.expired) = (false, false);
        }
    }
}
