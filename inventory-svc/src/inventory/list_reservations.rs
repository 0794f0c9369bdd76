//! ListReservations.

use shared::{
    code::Code,
    database,
    identity::{Channel, Merchant, SellerId},
};
use uuid::Uuid;

use super::{Inventory, get_isku::named, list_movements::cut};
use crate::{
    domain::{
        isku::IskuId,
        reservation::{Reservation, State},
    },
    storage::{
        self,
        reservation::{self, Along},
    },
};

/// Reservations that one call looks at, at most: those of a rare kind may be far apart.
const LOOKED_AT_MAX: usize = 5_000;
/// Reservations that are read at a time, once the first look has not filled the page.
const CHUNK: usize = 1_000;

/// Which reservations are asked for, in the caller's words; all that is given applies.
#[derive(Clone, Debug)]
pub(crate) struct ReservationQuery {
    pub(crate) state: Option<State>,
    pub(crate) isku_code: Option<Code>,
    pub(crate) cskus: Vec<Code>,
    pub(crate) channel: Option<Channel>,
    pub(crate) seller_id: Option<SellerId>,
    pub(crate) fulfilment: Fulfilment,
}

/// Whether reservations are shown that hold or have shipped all that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fulfilment {
    Any,
    ShortOnly,
}

impl ReservationQuery {
    /// Whether a reservation is asked for, as it is now.
    fn shows(&self, found: &Reservation, isku_id: Option<IskuId>) -> bool {
        let seller = |seller_id: &SellerId| seller_id.key() == found.order.seller_id.key();
        let any_goods = isku_id.is_none() && self.cskus.is_empty();
        self.state.is_none_or(|state| state == found.state())
            && (any_goods || found.holds_any(isku_id, &self.cskus))
            && self.channel.as_ref().is_none_or(|channel| *channel == found.order.channel)
            && self.seller_id.as_ref().is_none_or(seller)
            && (self.fulfilment == Fulfilment::Any || found.is_short())
    }

    /// The way that leaves the fewest to look at. What is due is stored as held until it is swept, and was short while it was held.
    fn along(&self, isku_id: Option<IskuId>) -> Along {
        match (isku_id, self.fulfilment, self.state) {
            (Some(isku_id), _, _) => Along::Holders(isku_id),
            (None, Fulfilment::ShortOnly, _) => Along::Short,
            (None, Fulfilment::Any, Some(State::Held)) => Along::Held,
            (None, Fulfilment::Any, Some(State::Confirmed)) => Along::Confirmed,
            (None, Fulfilment::Any, Some(State::Shipped | State::Released | State::Expired) | None) => Along::All,
        }
    }
}

impl Inventory {
    /// A page of reservations as they are now, the newest first, and the one that the next page goes on before.
    pub(crate) async fn list_reservations(
        &self,
        merchant: &Merchant,
        query: &ReservationQuery,
        before: Option<Uuid>,
        page_size: u64,
    ) -> Result<(Vec<Reservation>, Option<Uuid>), storage::Error> {
        let snapshot = self.database.snapshot().await?;
        let isku_id = match &query.isku_code {
            Some(code) => Some(named(&snapshot, merchant, code).await?.isku_id),
            None => None,
        };
        let along = query.along(isku_id);
        let now = database::now(&snapshot).await?;
        let mut page = vec![];
        let mut before = before.unwrap_or(Uuid::max());
        let mut looked_at = 0_usize;
        let mut limit = usize::try_from(page_size).unwrap_or(CHUNK).saturating_add(1);
        while looked_at < LOOKED_AT_MAX {
            let most = i64::try_from(limit).unwrap_or(i64::MAX);
            let ids = reservation::older_than(&snapshot, merchant, along, before, most).await?;
            let found = reservation::by_ids(&snapshot, merchant, &ids).await?;
            let found = found.into_values().rev().map(|found| found.at(now));
            page.extend(found.filter(|found| query.shows(found, isku_id)));
            if let Some(last) = cut(&mut page, page_size) {
                let next = last.reservation_id;
                return Ok((page, Some(next)));
            }
            match ids.last() {
                Some(last) if ids.len() == limit => before = *last,
                _ => return Ok((page, None)),
            }
            looked_at = looked_at.saturating_add(ids.len());
            limit = CHUNK;
        }
        Ok((page, Some(before)))
    }
}
