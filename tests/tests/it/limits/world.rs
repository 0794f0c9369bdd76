//! What is there before limits are touched, and what one try needs besides: made only where the try is to succeed.

use std::sync::atomic::{AtomicU32, Ordering};

use proto::inventory::v1::EnsureIskuItem;
use tests::{
    Merchant, Oms, request_id,
    story::{order_key, reserve_request},
};

/// Locations that a request can name at once, and one more.
const LOCATIONS: usize = 101;
/// Lines that each name an ISKU of their own, and one more.
const ISKUS: usize = 501;
/// More than all tries take together.
const UNITS: i64 = 1_000_000_000_000;

/// One call at a limit, or past it.
pub(super) struct Try {
    pub(super) oms: Merchant,
    /// Of what is limited: characters, entries, or the number itself.
    pub(super) size: i64,
    /// Whether it is to succeed.
    pub(super) is_legal: bool,
}

/// PLENTY with more units than all tries take, BARE without, UNCOUNTED that one limit's tries count, ISKUs and locations by number, and
/// the order TRACED.
pub(super) async fn make(oms: &Oms) {
    for code in ["PLENTY", "BARE", "RENAMED", "COUNTED", "UNCOUNTED"] {
        oms.isku(code).await;
    }
    for _ in 0..20 {
        oms.receive(&[("PLENTY", UNITS)]).await.unwrap();
    }
    let item = |n| EnsureIskuItem { request_id: request_id(), code: isku(n), ..Default::default() };
    oms.ensure((0..ISKUS).map(item).collect()).await.unwrap();
    let locations = (0..LOCATIONS).map(|n| async move { oms.location(&location(n), 9).await });
    futures::future::join_all(locations).await;
    oms.reserve("TRACED", &[("TEE", 1, &[("PLENTY", 1)])]).await.unwrap();
}

/// The ISKU of a number.
pub(super) fn isku(n: usize) -> String {
    format!("C{n}")
}

/// The location of a number.
pub(super) fn location(n: usize) -> String {
    format!("L{n}")
}

/// So many characters of four bytes, the first of which no other text begins with.
pub(super) fn text(size: i64) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0x2_0000);
    let first = char::from_u32(NEXT.fetch_add(1, Ordering::Relaxed)).expect("an ideograph");
    let size = usize::try_from(size).expect("a length");
    std::iter::once(first).chain(std::iter::repeat('😀')).take(size).collect()
}

impl Try {
    /// So many characters.
    pub(super) fn text(&self) -> String {
        text(self.size)
    }

    /// So many entries.
    pub(super) fn each<T>(&self, entry: impl FnMut(usize) -> T) -> Vec<T> {
        (0..usize::try_from(self.size).expect("a count")).map(entry).collect()
    }

    /// An ISKU whose code has so many characters.
    pub(super) async fn isku(&self) -> String {
        let code = self.text();
        if self.is_legal {
            self.oms.isku(&code).named("Goods").on_hand(1).await;
        }
        code
    }

    /// A location whose code has so many characters.
    pub(super) async fn location(&self) -> String {
        let code = self.text();
        if self.is_legal && self.size > 0 {
            self.oms.location(&code, 9).await;
        }
        code
    }

    /// An order that holds units of TEE.
    pub(super) async fn order(&self, units: i64) -> String {
        self.order_of("TEE", units).await
    }

    /// An order that holds units of a listing.
    pub(super) async fn order_of(&self, csku: &str, units: i64) -> String {
        let order = text(9);
        if self.is_legal {
            self.oms.reserve(&order, &[(csku, units, &[("PLENTY", 1)])]).await.unwrap();
        }
        order
    }

    /// An order of one unit of each of so many listings, under the codes that ISKUs have by number.
    pub(super) async fn order_of_each(&self) -> String {
        let order = text(9);
        if self.is_legal {
            let codes = self.each(isku);
            let items: Vec<_> = codes.iter().map(|code| (code.as_str(), 1, [("PLENTY", 1)])).collect();
            let items: Vec<_> = items.iter().map(|(csku, units, of)| (*csku, *units, of.as_slice())).collect();
            self.oms.reserve(&order, &items).await.unwrap();
        }
        order
    }

    /// An order of which units of TEE were shipped.
    pub(super) async fn shipped(&self, units: i64) -> String {
        let order = self.order(units).await;
        if self.is_legal {
            self.oms.ship(&order, &[]).await.unwrap();
        }
        order
    }
}

/// A reservation of one unit for an order of its own.
pub(super) fn one_tee() -> proto::inventory::v1::ReserveRequest {
    reserve_request(&text(9), &[("TEE", 1, &[("PLENTY", 1)])])
}

/// An order's key.
pub(super) fn key(order: &str) -> proto::r#type::v1::OrderKey {
    order_key(order)
}
