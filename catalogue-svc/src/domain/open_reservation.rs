//! What orders hold of a listing while its mapping changes: they keep the set that they were made with.

use shared::{code::Code, identity::OrderId, time::Micros};
use uuid::Uuid;

use super::{mapping::Named, order::OrderState};

/// Units of a listing that one order of its account holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReservation {
    /// The reservation in inventory-svc; a later one has a higher id.
    pub reservation_id: Uuid,
    /// The order.
    pub order_id: OrderId,
    /// Held or confirmed.
    pub state: OrderState,
    /// The code that the listing went by.
    pub csku: Code,
    /// Units of the listing.
    pub held: i64,
    /// Revision of the mapping it was made with.
    pub mapping_revision: i64,
    /// What it holds for one unit.
    pub components: Vec<Named>,
    /// When it is due; `None` if never.
    pub expire_time: Option<Micros>,
}

/// Whether there is more than what is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rest {
    /// That is all.
    #[default]
    None,
    /// There may be more.
    Some,
}

/// The newest open reservations of one listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenReservations {
    /// The newest first, at most [`Self::SHOWN_MAX`].
    pub shown: Vec<OpenReservation>,
    /// Whether there are more.
    pub rest: Rest,
}

impl OpenReservations {
    /// So many are shown at most.
    pub const SHOWN_MAX: usize = 100;

    /// Adds the newest ones that hold another ISKU; one that holds both is shown once.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        let key = |one: &OpenReservation| (std::cmp::Reverse(one.reservation_id), one.csku.clone());
        self.shown.extend(more.shown);
        self.shown.sort_by_key(key);
        self.shown.dedup_by_key(|one| key(one));
        if self.shown.len() > Self::SHOWN_MAX || more.rest == Rest::Some {
            self.rest = Rest::Some;
        }
        self.shown.truncate(Self::SHOWN_MAX);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ids: impl IntoIterator<Item = u128>, rest: Rest) -> OpenReservations {
        let one = |id| OpenReservation {
            reservation_id: Uuid::from_u128(id),
            order_id: OrderId::parse("1").unwrap(),
            state: OrderState::Held,
            csku: Code::parse("A").unwrap(),
            held: 1,
            mapping_revision: 1,
            components: vec![],
            expire_time: None,
        };
        OpenReservations { shown: ids.into_iter().map(one).collect(), rest }
    }

    #[test]
    fn the_newest_of_all_are_shown_once() {
        let check = |a: OpenReservations, b: OpenReservations, expected: OpenReservations| {
            assert_eq!(a.clone().and(b.clone()), expected);
            assert_eq!(b.and(a), expected);
        };
        use Rest::{None, Some};
        check(of([], None), of([], None), of([], None));
        check(of([5, 3], None), of([4, 3, 1], None), of([5, 4, 3, 1], None));
        check(of([2], None), of([1], Some), of([2, 1], Some));
        check(of((1..=60).rev(), None), of((41..=100).rev(), None), of((1..=100).rev(), None));
        check(of((1..=60).rev(), None), of((42..=101).rev(), None), of((2..=101).rev(), Some));
    }
}
