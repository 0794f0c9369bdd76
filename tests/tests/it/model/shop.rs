//! The rules of stock once more, as plainly as they can be said: one table of units, and orders.

use std::collections::BTreeMap;

use super::{
    allocate::plan,
    command::{Asked, Command, LISTINGS, Lines, OPENING, PLACES, Shortfall},
    order::{Order, State, Way},
};

/// Units per place.
pub(super) type Units = [i64; PLACES.len()];

/// What an order is after its command, if it has one, or the reason of a refusal.
pub(super) type Told = Result<Option<Order>, String>;

/// An answer, and whether it was given before.
pub(super) type Answer = (Told, bool);

/// The shop.
#[derive(Clone, Debug)]
pub(super) struct Shop {
    /// Hours since it opened, and a half: nothing is ever due in the very moment of a command.
    now: i64,
    /// The ISKU of each name, and what it is called.
    names: BTreeMap<usize, usize>,
    called: [usize; OPENING.len()],
    archived: [bool; OPENING.len()],
    pub(super) on_hand: [Units; OPENING.len()],
    /// Last movement of each row, as the service tells it: the model does not count movements.
    pub(super) sequence: [Units; OPENING.len()],
    pub(super) orders: BTreeMap<usize, Order>,
    /// Whether what was due may not be written yet: the next movement is not the next one that is told.
    unwritten: bool,
    requests: BTreeMap<usize, (Content, Option<Order>)>,
}

/// What a request asks for: the command, whether the reservation that it names was made, and the sequence that it was counted at.
type Content = (Command, bool, Option<i64>);

impl Shop {
    pub(super) fn open() -> Self {
        Self {
            now: 0,
            names: (0..OPENING.len()).map(|isku| (isku, isku)).collect(),
            called: std::array::from_fn(|isku| isku),
            archived: [false; OPENING.len()],
            on_hand: OPENING,
            sequence: OPENING.map(|units| units.map(|units| i64::from(units > 0))),
            orders: BTreeMap::new(),
            unwritten: false,
            requests: BTreeMap::new(),
        }
    }

    /// The sequence that a count names: none while nobody can know it.
    pub(super) fn counted_at(&self, command: &Command) -> Option<i64> {
        match command {
            Command::Count { sequence, .. } if !self.unwritten => *sequence,
            _ => None,
        }
    }

    /// The name that an ISKU has now.
    pub(super) fn called(&self, isku: usize) -> usize {
        self.called[isku]
    }

    /// Units of an ISKU that orders hold, per place.
    pub(super) fn reserved(&self, isku: usize) -> Units {
        let mut reserved = [0; PLACES.len()];
        for (listing, item) in self.orders.values().flat_map(|order| &order.items) {
            for (_, each) in LISTINGS[*listing].1.iter().filter(|(part, _)| *part == isku) {
                (0..PLACES.len()).for_each(|place| reserved[place] += item.held[place] * each);
            }
        }
        reserved
    }

    pub(super) fn apply(&mut self, (number, command): &Asked) -> Answer {
        if let Command::Pass { hours, written } = command {
            self.now += hours;
            let now = self.now;
            self.orders.values_mut().for_each(|order| order.expire(now));
            self.unwritten = !written;
            return (Ok(None), false);
        }
        let named = match command {
            Command::Adjust { shortfall, .. } | Command::Count { shortfall, .. } => shortfall.named,
            _ => None,
        };
        let is_made = named.is_some_and(|order| self.orders.contains_key(&order));
        let content = (command.clone(), is_made, self.counted_at(command));
        if let Some((known, answer)) = self.requests.get(number) {
            return match *known == content {
                true => (Ok(answer.clone()), true),
                false => (refuse("REQUEST_ID_REUSED"), false),
            };
        }
        let before = self.clone();
        let told = self.change(command);
        match &told {
            Ok(answer) => {
                self.requests.insert(*number, (content, answer.clone()));
            }
            Err(_) => *self = before,
        }
        (told, false)
    }

    fn change(&mut self, command: &Command) -> Told {
        match command {
            Command::Receive { name, place, units } => {
                let isku = self.active(*name)?;
                self.on_hand[isku][*place] += units;
                Ok(None)
            }
            Command::Adjust { name, place, delta, shortfall } => {
                let isku = self.active(*name)?;
                self.correct(isku, *place, self.on_hand[isku][*place] + delta, *shortfall)
            }
            Command::Count { name, place, counted, shortfall, .. } => {
                let isku = self.active(*name)?;
                if self.counted_at(command).is_some_and(|seen| seen != self.sequence[isku][*place]) {
                    return refuse("SEQUENCE_MISMATCH");
                }
                self.correct(isku, *place, *counted, *shortfall)
            }
            Command::Transfer { name, from, to, units } => {
                let isku = self.active(*name)?;
                if self.on_hand[isku][*from] - self.reserved(isku)[*from] < *units {
                    return refuse("INSUFFICIENT_STOCK");
                }
                self.on_hand[isku][*from] -= units;
                self.on_hand[isku][*to] += units;
                Ok(None)
            }
            Command::Reserve { order, lines, partial, hours } => self.reserve(*order, lines, *partial, *hours),
            Command::Amend { order, lines, partial } => self.amend(*order, lines, *partial),
            Command::Confirm { order } => self.of_order(*order, |known, _| known.confirm()),
            Command::Extend { order, hours } => self.of_order(*order, |known, now| known.extend(now + hours)),
            Command::Ship { order, part } => self.withdraw(*order, *part, Way::Ship),
            Command::Release { order, part } => self.withdraw(*order, *part, Way::Release),
            Command::Return { order, part, place } => self.take_back(*order, *part, *place),
            Command::Rename { name, to } => self.rename(*name, *to),
            Command::Archive { name } => {
                let isku = self.isku(*name)?;
                if self.on_hand[isku] != [0; PLACES.len()] {
                    return refuse("ISKU_HAS_STOCK");
                }
                self.archived[isku] = true;
                Ok(None)
            }
            Command::Unarchive { name } => {
                let isku = self.isku(*name)?;
                self.archived[isku] = false;
                Ok(None)
            }
            Command::Pass { .. } => Ok(None),
        }
    }

    fn isku(&self, name: usize) -> Result<usize, String> {
        self.names.get(&name).copied().ok_or("ISKU_NOT_FOUND".to_owned())
    }

    fn active(&self, name: usize) -> Result<usize, String> {
        let isku = self.isku(name)?;
        if self.archived[isku] { Err("ISKU_ARCHIVED".to_owned()) } else { Ok(isku) }
    }

    fn rename(&mut self, name: usize, to: usize) -> Told {
        let isku = self.isku(name)?;
        if self.names.get(&to).is_some_and(|taken| *taken != isku) {
            return refuse("ISKU_EXISTS");
        }
        self.names.insert(to, isku);
        self.called[isku] = to;
        Ok(None)
    }

    /// Sets what is there; orders give back what is not, the named one first, then the newest held ones, each whole units of a listing.
    fn correct(&mut self, isku: usize, place: usize, on_hand: i64, shortfall: Shortfall) -> Told {
        let mut giving: Vec<usize> = shortfall.named.into_iter().collect();
        let mut newest: Vec<(&usize, &Order)> = self.orders.iter().collect();
        newest.sort_by_key(|(_, order)| std::cmp::Reverse(order.made));
        let willing = newest.into_iter().filter(|(_, order)| shortfall.release && !order.confirmed);
        giving.extend(willing.map(|(number, _)| *number));
        for number in giving {
            let missing = self.reserved(isku)[place] - on_hand;
            if let Some(order) = self.orders.get_mut(&number) {
                order.give_back(isku, place, missing);
            }
        }
        if self.reserved(isku)[place] > on_hand || on_hand < 0 {
            return refuse("BELOW_RESERVED");
        }
        self.on_hand[isku][place] = on_hand;
        Ok(None)
    }

    fn free(&self) -> [Units; OPENING.len()] {
        std::array::from_fn(|isku| {
            let reserved = self.reserved(isku);
            std::array::from_fn(|place| self.on_hand[isku][place] - reserved[place])
        })
    }

    fn parts_are_active(&self, lines: &Lines) -> Result<(), String> {
        // The components are named as they were when the case began.
        let mut parts = lines.keys().flat_map(|listing| LISTINGS[*listing].1);
        parts.try_for_each(|(isku, _)| self.active(*isku).map(drop))
    }

    fn reserve(&mut self, number: usize, lines: &Lines, partial: bool, hours: Option<i64>) -> Told {
        let known = self.orders.get(&number);
        if let Some(order) = known {
            if order.wants() != *lines {
                return refuse("ORDER_DIFFERS");
            }
            if order.state() != State::Expired {
                return Ok(known.cloned());
            }
        }
        self.parts_are_active(lines)?;
        let made = known.map_or(self.orders.len(), |order| order.made);
        let needs: Vec<(usize, i64)> = lines.iter().map(|(listing, units)| (*listing, *units)).collect();
        let held = plan(&self.free(), &needs);
        let order = Order::new(made, lines, &held, hours.map(|hours| self.now + hours));
        if order.is_short() && !partial {
            return refuse("INSUFFICIENT_STOCK");
        }
        self.orders.insert(number, order.clone());
        Ok(Some(order))
    }

    fn amend(&mut self, number: usize, lines: &Lines, partial: bool) -> Told {
        let (free, now) = (self.free(), self.now);
        let Some(known) = self.orders.get(&number) else { return refuse("RESERVATION_NOT_FOUND") };
        if matches!(known.state(), State::Released | State::Expired) {
            return refuse("RESERVATION_CLOSED");
        }
        let wanted = known.wanting(lines)?;
        let new = lines.iter().filter(|(listing, _)| !known.has(**listing)).map(|(listing, units)| (*listing, *units));
        self.parts_are_active(&new.collect())?;
        let amended = wanted.held_anew(free, now);
        if amended.is_short() && !partial {
            return refuse("INSUFFICIENT_STOCK");
        }
        self.orders.insert(number, amended.clone());
        Ok(Some(amended))
    }

    fn of_order(&mut self, number: usize, change: impl FnOnce(&mut Order, i64)) -> Told {
        let now = self.now;
        let Some(order) = self.orders.get_mut(&number) else { return refuse("RESERVATION_NOT_FOUND") };
        if !order.is_open() {
            return refuse("RESERVATION_CLOSED");
        }
        change(order, now);
        Ok(Some(order.clone()))
    }

    fn withdraw(&mut self, number: usize, part: Option<(usize, i64)>, way: Way) -> Told {
        let Some(order) = self.orders.get_mut(&number) else { return refuse("RESERVATION_NOT_FOUND") };
        let taken = order.withdraw(part, way)?;
        if way == Way::Ship {
            self.take(&taken, -1);
        }
        Ok(self.orders.get(&number).cloned())
    }

    fn take_back(&mut self, number: usize, part: Option<(usize, i64)>, place: usize) -> Told {
        let Some(order) = self.orders.get_mut(&number) else { return refuse("RESERVATION_NOT_FOUND") };
        let returned = order.take_back(part)?;
        self.parts_are_active(&returned.iter().copied().collect())?;
        let at_place =
            |(listing, units): (usize, i64)| (listing, std::array::from_fn(|at| if at == place { units } else { 0 }));
        self.take(&returned.into_iter().map(at_place).collect::<Vec<_>>(), 1);
        Ok(self.orders.get(&number).cloned())
    }

    /// Adds units of listings to what is there, or takes them away.
    fn take(&mut self, units: &[(usize, Units)], sign: i64) {
        for (listing, units) in units {
            for (isku, each) in LISTINGS[*listing].1 {
                (0..PLACES.len()).for_each(|place| self.on_hand[*isku][place] += sign * units[place] * each);
            }
        }
    }
}

pub(super) fn refuse<T>(reason: &str) -> Result<T, String> {
    Err(reason.to_owned())
}
