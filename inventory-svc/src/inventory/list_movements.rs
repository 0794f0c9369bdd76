//! ListMovements.

use shared::{
    code::Code,
    database::Reads,
    identity::{Merchant, OrderKey},
};
use uuid::Uuid;

use super::{Inventory, get_isku::named};
use crate::{
    domain::{
        self,
        location::{DEFAULT_CODE, LocationId},
        movement::Movement,
        reservation::OrderRef,
    },
    storage::{
        self, location,
        movement::{self, Cursor, Direction, Filter, Period},
        reservation,
    },
};

/// Which movements are asked for, in the caller's words; all that is given applies.
#[derive(Clone, Debug)]
pub(crate) struct MovementQuery {
    pub(crate) isku_code: Option<Code>,
    pub(crate) location: Option<Code>,
    pub(crate) order: Option<OrderKey>,
    pub(crate) reservation_id: Option<Uuid>,
    pub(crate) csku: Option<Code>,
    pub(crate) document: Option<String>,
    pub(crate) during: Period,
}

impl Inventory {
    /// A page of movements, the newest first, and the place that the next page goes on before.
    pub(crate) async fn list_movements(
        &self,
        merchant: &Merchant,
        query: &MovementQuery,
        before: Option<Cursor>,
        page_size: u64,
    ) -> Result<(Vec<Movement>, Option<Cursor>), storage::Error> {
        let snapshot = self.database.snapshot().await?;
        let mut filter = Filter {
            reservation_id: query.reservation_id,
            csku: query.csku.as_ref().map(|csku| csku.as_str().to_owned()),
            document: query.document.clone(),
            during: query.during,
            ..Filter::default()
        };
        if let Some(code) = &query.isku_code {
            filter.isku_id = Some(named(&snapshot, merchant, code).await?.isku_id);
        }
        if let Some(code) = &query.location {
            let all = Reads::one(&snapshot, merchant, location::all).await?;
            let found = all.iter().find(|location| location.code == *code).map(|location| location.location_id);
            // Every merchant has it, also before anything was booked there.
            let found = found.or((code.as_str() == DEFAULT_CODE).then_some(LocationId::DEFAULT));
            let missing = || domain::Error::LocationNotFound { location: code.as_str().to_owned() };
            filter.location_id = Some(found.ok_or_else(missing)?);
        }
        if let Some(reservation_id) = query.reservation_id {
            let found = reservation::by_ids(&snapshot, merchant, &[reservation_id]).await?;
            if found.is_empty() {
                return Err(domain::Error::ReservationNotFound.into());
            }
        }
        if let Some(order) = &query.order {
            let found = reservation::ids_of_orders(&snapshot, merchant, &[OrderRef::from(order)]).await?;
            let of_order = *found.first().ok_or(domain::Error::ReservationNotFound)?;
            if filter.reservation_id.is_some_and(|asked| asked != of_order) {
                return Ok((vec![], None));
            }
            filter.reservation_id = Some(of_order);
        }
        let page =
            movement::list(&snapshot, merchant, &filter, Direction::NewestFirst, before, page_size.saturating_add(1));
        let mut page = page.await?;
        let next = cut(&mut page, page_size).map(Cursor::of);
        Ok((page, next))
    }
}

/// Cuts a page to its size; the last row, if more follow.
pub(super) fn cut<T>(page: &mut Vec<T>, page_size: u64) -> Option<&T> {
    let size = usize::try_from(page_size).unwrap_or(usize::MAX);
    if page.len() <= size {
        return None;
    }
    page.truncate(size);
    page.last()
}
