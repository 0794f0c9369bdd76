//! Which reservations a request asks for.

use proto::inventory::v1::{ListReservationsRequest, ReservationState};
use shared::{
    identity::{Channel, SellerId},
    page_token,
    refusal::{Fields, Refusal},
};

use super::{code, count, done, opt_code};
use crate::{
    domain::reservation::State,
    inventory::{Fulfilment, ReservationQuery},
};

/// Codes of listings that one request may name.
const CSKUS_MAX: usize = 10;

/// ListReservations: any filters, or none.
pub(in crate::grpc) fn reservation_query(
    request: &ListReservationsRequest,
) -> Result<(ReservationQuery, u64), Refusal> {
    let mut fields = Fields::default();
    let size = fields.take("page_size", page_token::size(request.page_size));
    let state = fields.take("state", state(request.state)).flatten();
    let isku_code = opt_code(&mut fields, "isku_code", &request.isku_code).flatten();
    count(&mut fields, "cskus", request.cskus.len(), 0, CSKUS_MAX);
    let named = request.cskus.iter().take(CSKUS_MAX).enumerate();
    let cskus = named.filter_map(|(n, text)| code(&mut fields, &format!("cskus[{n}]"), text)).collect();
    let channel = match request.channel.as_str() {
        "" => None,
        text => fields.take("channel", Channel::parse(text)),
    };
    let seller_id = match request.seller_id.as_str() {
        "" => None,
        text => fields.take("seller_id", SellerId::parse(text)),
    };
    if seller_id.is_some() && request.channel.is_empty() {
        fields.add("channel", "is required with seller_id");
    }
    let fulfilment = if request.short_only { Fulfilment::ShortOnly } else { Fulfilment::Any };
    let query = ReservationQuery { state, isku_code, cskus, channel, seller_id, fulfilment };
    done(fields, size.map(|size| (query, size)))
}

fn state(value: i32) -> Result<Option<State>, &'static str> {
    match ReservationState::try_from(value).map_err(|_| "is not a state of reservations")? {
        ReservationState::Unspecified => Ok(None),
        ReservationState::Held => Ok(Some(State::Held)),
        ReservationState::Confirmed => Ok(Some(State::Confirmed)),
        ReservationState::Shipped => Ok(Some(State::Shipped)),
        ReservationState::Released => Ok(Some(State::Released)),
        ReservationState::Expired => Ok(Some(State::Expired)),
    }
}
