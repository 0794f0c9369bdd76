//! Who may stay connected: so many in all, so many from one address, and who has shown no credential gives way, then who has most.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use tokio_util::sync::CancellationToken;

use crate::identity::Merchant;

/// Places for connections.
#[derive(Clone, Debug)]
pub(super) struct Seats(Arc<Room>);

#[derive(Debug)]
struct Room {
    max: usize,
    per_address_max: usize,
    is_reserve: bool,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    count: usize,
    last: u64,
    addresses: HashMap<IpAddr, Address>,
    /// Connections of merchants that share the room, the oldest first.
    merchants: HashMap<Merchant, BTreeMap<u64, CancellationToken>>,
}

#[derive(Debug, Default)]
struct Address {
    count: usize,
    /// Connections that give way, the oldest first.
    loose: BTreeMap<u64, CancellationToken>,
}

/// One connection's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    room: Arc<Room>,
    pub(super) network: IpAddr,
    number: u64,
    /// Set once it is kept: for whom, if there are others to share with.
    kept: OnceLock<Option<Merchant>>,
    /// Whether it is one on which only health is answered; it always gives way.
    pub(super) is_reserve: bool,
    /// Cancelled when the connection has to give way.
    pub(super) given_up: CancellationToken,
    /// Cancelled when it is to leave once its calls are answered, since its merchant has more than half of all places.
    pub(super) lent: CancellationToken,
}

impl Seats {
    pub(super) fn new(max: usize, per_address_max: usize) -> Self {
        Self(Arc::new(Room { max, per_address_max, is_reserve: false, taken: Mutex::default() }))
    }

    /// Places for connections on which only health is answered.
    pub(super) fn reserve(max: usize, per_address_max: usize) -> Self {
        Self(Arc::new(Room { max, per_address_max, is_reserve: true, taken: Mutex::default() }))
    }

    /// A place for a connection from there, if need be one that another gives up.
    ///
    /// The other one is gone a moment later, so that there are a few too many for that moment.
    pub(super) fn take(&self, address: IpAddr) -> Option<Seat> {
        let address = network(address);
        let mut taken = self.0.lock();
        let of_address = taken.addresses.get_mut(&address);
        if let Some(of_address) = of_address.filter(|of_address| of_address.count >= self.0.per_address_max) {
            of_address.give_way()?;
        } else if taken.count >= self.0.max {
            taken.give_way().or_else(|| taken.come_back(self.0.max / 2))?;
        }
        taken.count += 1;
        taken.last += 1;
        let number = taken.last;
        let given_up = CancellationToken::new();
        let of_address = taken.addresses.entry(address).or_default();
        of_address.count += 1;
        of_address.loose.insert(number, given_up.clone());
        drop(taken);
        let (room, is_reserve) = (Arc::clone(&self.0), self.0.is_reserve);
        let kept = if is_reserve { OnceLock::from(None) } else { OnceLock::new() };
        Some(Seat { room, network: address, number, kept, is_reserve, given_up, lent: CancellationToken::new() })
    }

    /// Has one connection give way, if any does.
    pub(super) fn make_room(&self) -> bool {
        self.0.lock().give_way().is_some()
    }
}

impl Seat {
    /// From now on the connection does not give way, unless a merchant that it is kept for has more than half of all.
    pub(super) fn keep(&self, merchant: Option<&Merchant>) {
        if self.kept.get().is_some() {
            return;
        }
        let mut taken = self.room.lock();
        if self.kept.set(merchant.cloned()).is_err() {
            return;
        }
        if let Some(address) = taken.addresses.get_mut(&self.network) {
            address.loose.remove(&self.number);
        }
        if let Some(merchant) = merchant {
            taken.merchants.entry(merchant.clone()).or_default().insert(self.number, self.lent.clone());
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.room.lock();
        taken.count -= 1;
        if let Some(merchant) = self.kept.get().and_then(Option::as_ref)
            && let Some(own) = taken.merchants.get_mut(merchant)
        {
            own.remove(&self.number);
            if own.is_empty() {
                taken.merchants.remove(merchant);
            }
        }
        let Some(address) = taken.addresses.get_mut(&self.network) else { return };
        address.count -= 1;
        address.loose.remove(&self.number);
        if address.count == 0 {
            taken.addresses.remove(&self.network);
        }
    }
}

impl Room {
    /// Counts are whole even where a thread has panicked.
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// The address that holds most gives way: others are not driven out by its connections.
    fn give_way(&mut self) -> Option<()> {
        self.addresses.values_mut().max_by_key(|address| address.loose.len())?.give_way()
    }

    /// Of the merchant that has more than half, the oldest is to leave.
    fn come_back(&mut self, half: usize) -> Option<()> {
        let most = self.merchants.values_mut().find(|own| own.len() > half)?;
        most.pop_first().map(|(_, lent)| lent.cancel())
    }
}

impl Address {
    /// The oldest first: it had the most time.
    fn give_way(&mut self) -> Option<()> {
        self.loose.pop_first().map(|(_, given_up)| given_up.cancel())
    }
}

/// What counts as one address: whoever has one of IPv6 has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "10.0.0.1";

    fn take(seats: &Seats, address: &str) -> Option<Seat> {
        seats.take(address.parse().unwrap())
    }

    #[test]
    fn who_has_shown_no_credential_gives_way_the_oldest_first() {
        let seats = Seats::new(2, 2);

        let [first, second, third] = [HERE; 3].map(|address| take(&seats, address).unwrap());

        assert_eq!([&first, &second, &third].map(|seat| seat.given_up.is_cancelled()), [true, false, false]);
    }

    #[test]
    fn who_is_kept_gives_way_to_nobody_and_a_seat_that_is_left_is_free() {
        let seats = Seats::new(2, 2);
        let [first, second] = [HERE; 2].map(|address| take(&seats, address).unwrap());
        [&first, &second].into_iter().for_each(|seat| seat.keep(None));

        let none = take(&seats, HERE);
        drop(first);
        let third = take(&seats, HERE);

        assert!(none.is_none() && third.is_some() && !second.given_up.is_cancelled());
        assert!(seats.make_room() && !seats.make_room());
    }

    #[test]
    fn an_address_drives_out_only_itself() {
        let seats = Seats::new(3, 2);
        let other = take(&seats, "10.0.0.2").unwrap();

        let [first, second, third] = [HERE; 3].map(|address| take(&seats, address).unwrap());

        assert_eq!([&other, &first].map(|seat| seat.given_up.is_cancelled()), [false, true]);
        drop(first);
        assert!(take(&seats, "10.0.0.3").is_some());
        assert_eq!([&other, &second, &third].map(|seat| seat.given_up.is_cancelled()), [false, true, false]);
    }

    #[test]
    fn a_merchant_with_more_than_half_gives_them_back_one_by_one_the_oldest_first() {
        let seats = Seats::new(4, 8);
        let acme = Merchant::parse("acme").unwrap();
        let all = [HERE; 4].map(|address| take(&seats, address).unwrap());
        all.iter().for_each(|seat| seat.keep(Some(&acme)));
        let lent = || all.each_ref().map(|seat| seat.lent.is_cancelled());
        assert_eq!(lent(), [false; 4], "alone it has all");

        let unknown = take(&seats, "10.0.0.2").unwrap();
        assert_eq!(lent(), [true, false, false, false]);
        let bolt = take(&seats, "10.0.0.2").unwrap();
        assert_eq!((lent(), unknown.given_up.is_cancelled()), ([true, false, false, false], true));
        bolt.keep(Some(&Merchant::parse("bolt").unwrap()));
        let other = take(&seats, "10.0.0.3").unwrap();
        assert_eq!(lent(), [true, true, false, false]);
        other.keep(Some(&acme));

        assert!(take(&seats, "10.0.0.4").is_some(), "it has one more than half again");
        assert_eq!(lent(), [true, true, true, false]);
    }

    #[test]
    fn nothing_is_remembered_of_who_is_gone() {
        let seats = Seats::new(2, 2);

        let both = [HERE, "10.0.0.2"].map(|address| take(&seats, address).unwrap());
        both[0].keep(Some(&Merchant::parse("acme").unwrap()));
        drop(both);

        let taken = seats.0.lock();
        assert!(taken.count == 0 && taken.addresses.is_empty() && taken.merchants.is_empty());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let check = |one: &str, other: &str, expected| {
            assert_eq!(network(one.parse().unwrap()) == network(other.parse().unwrap()), expected, "{one} {other}");
        };
        check("2001:db8::1", "2001:db8::ffff:1", true);
        check("2001:db8::1", "2001:db8:0:1::1", false);
        check("::ffff:10.0.0.1", "10.0.0.1", true);
        check("10.0.0.1", "10.0.0.2", false);
    }
}
