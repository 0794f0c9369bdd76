//! The service, asked what the model is asked.

use std::time::Duration;

use proto::inventory::v1::{self as wire, ReserveFill, reserve_request::Expiration};
use tests::{
    Oms, Refusal,
    story::{adjustment, amend_request, count_sheet, order_key, reserve_request},
};
use tonic::Status;

use super::{
    command::{Asked, Command, LISTINGS, Lines, NAMES, PLACES, Shortfall},
    order::{Item, Order, State},
    shop::Units,
};

const HOUR: i64 = 3_600;

/// A reservation as the model and the service both tell it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct View {
    pub(super) state: State,
    pub(super) has_expiry: bool,
    pub(super) items: Vec<(usize, Item)>,
}

/// What is told after a command, or the reason of a refusal; and whether it was told before.
pub(super) type Heard = (Result<Option<View>, String>, bool);

/// A case at the service, with names and orders of its own.
pub(super) struct Case<'a> {
    pub(super) oms: &'a Oms,
    pub(super) number: usize,
}

impl View {
    pub(super) fn of(order: &Order) -> Self {
        Self { state: order.state(), has_expiry: order.due.is_some(), items: order.items.clone() }
    }

    fn read(reservation: &wire::Reservation) -> Self {
        let state = match reservation.state() {
            wire::ReservationState::Held => State::Held,
            wire::ReservationState::Confirmed => State::Confirmed,
            wire::ReservationState::Shipped => State::Shipped,
            wire::ReservationState::Released => State::Released,
            wire::ReservationState::Expired => State::Expired,
            wire::ReservationState::Unspecified => panic!("never sent"),
        };
        let item = |own: &wire::ReservationItem| {
            assert_eq!(own.quantity, own.held + own.shipped + own.released, "{own:?}");
            let mut held = Units::default();
            for at in &own.allocations {
                held[PLACES.iter().position(|place| *place == at.location).unwrap()] += at.held;
            }
            assert_eq!(own.held, held.iter().sum::<i64>(), "{own:?}");
            let wire::ReservationItem { ordered, shipped, released, returned, short, .. } = *own;
            let listing = LISTINGS.iter().position(|(csku, _)| *csku == own.csku).unwrap();
            (listing, Item { ordered, held, shipped, released, returned, short })
        };
        let items = reservation.items.iter().map(item).collect();
        Self { state, has_expiry: reservation.expire_time.is_some(), items }
    }
}

fn half_past(hours: i64) -> prost_types::Duration {
    prost_types::Duration { seconds: hours * HOUR + HOUR / 2, nanos: 0 }
}

fn fill(partial: bool) -> i32 {
    if partial { ReserveFill::Partial.into() } else { ReserveFill::AllOrNothing.into() }
}

fn items(part: Option<(usize, i64)>) -> Vec<wire::ItemQuantity> {
    let item =
        |(listing, quantity): (usize, i64)| wire::ItemQuantity { csku: LISTINGS[listing].0.to_owned(), quantity };
    part.into_iter().map(item).collect()
}

impl Case<'_> {
    pub(super) fn code(&self, name: usize) -> String {
        format!("{}{}", NAMES[name], self.number)
    }

    fn order(&self, order: usize) -> String {
        format!("{}-{order}", self.number)
    }

    /// The reservation of an order as it is now.
    pub(super) async fn view(&self, order: usize) -> View {
        View::read(&self.oms.reservation(&self.order(order)).await.unwrap())
    }

    fn lines(&self, lines: &Lines) -> Vec<wire::ReserveItem> {
        let part =
            |(isku, quantity): &(usize, i64)| wire::Component { isku_code: self.code(*isku), quantity: *quantity };
        let line = |(listing, quantity): (&usize, &i64)| wire::ReserveItem {
            csku: LISTINGS[*listing].0.to_owned(),
            mapping_revision: 1,
            quantity: *quantity,
            components: LISTINGS[*listing].1.iter().map(part).collect(),
        };
        lines.iter().map(line).collect()
    }

    async fn shortfall(&self, shortfall: Shortfall) -> Option<wire::Shortfall> {
        let mut reservation_ids = vec![];
        if let Some(order) = shortfall.named {
            let found = self.oms.reservation(&self.order(order)).await;
            reservation_ids.extend(found.ok().map(|reservation| reservation.reservation_id));
        }
        Some(wire::Shortfall { release_shortfall: shortfall.release, reservation_ids })
    }

    /// Has time pass; what is due is written if a command touches its ISKUs, also one that is refused.
    async fn pass(&self, hours: i64, written: bool) {
        self.oms.let_time_pass(Duration::from_secs((hours * HOUR).unsigned_abs())).await;
        if written {
            let codes: Vec<String> = (0..3).map(|isku| self.code(isku)).collect();
            let lines: Vec<(&str, i64)> = codes.iter().map(|code| (code.as_str(), 1)).collect();
            let mut sheet = count_sheet(&lines);
            sheet.lines.iter_mut().for_each(|line| line.expected_sequence = Some(i64::MAX));
            let refused = self.oms.take_stock(sheet).await.unwrap_err();
            assert_eq!(Refusal::from(&refused).reason, "SEQUENCE_MISMATCH");
        }
    }

    /// Asks for what a command says; a count names the sequence `counted_at`.
    pub(super) async fn ask(&self, (number, command): &Asked, counted_at: Option<i64>) -> Heard {
        match self.send(format!("{}-{number}", self.number), command, counted_at).await {
            Ok((reservation, replayed)) => (Ok(reservation.as_ref().map(View::read)), replayed),
            Err(status) => (Err(Refusal::from(&status).reason), false),
        }
    }

    async fn send(
        &self,
        request_id: String,
        command: &Command,
        counted_at: Option<i64>,
    ) -> Result<(Option<wire::Reservation>, bool), Status> {
        let (mut stock, mut held, mut iskus) =
            (self.oms.stock.clone(), self.oms.reservations.clone(), self.oms.iskus.clone());
        let key = |order: &usize| order_key(&self.order(*order));
        let place = |place: &usize| PLACES[*place].to_owned();
        Ok(match command {
            Command::Receive { name, place: at, units } => {
                let line = wire::ReceiveLine { isku_code: self.code(*name), location: place(at), quantity: *units };
                let request = wire::ReceiveStockRequest { request_id, lines: vec![line], ..Default::default() };
                (None, stock.receive_stock(request).await?.into_inner().replayed)
            }
            Command::Adjust { name, place: at, delta, shortfall } => {
                let request = adjustment(&self.code(*name), PLACES[*at], *delta);
                let shortfall = self.shortfall(*shortfall).await;
                let request = wire::AdjustStockRequest { request_id, shortfall, ..request };
                (None, stock.adjust_stock(request).await?.into_inner().replayed)
            }
            Command::Count { name, place: at, counted, shortfall, .. } => {
                let mut request = count_sheet(&[(&self.code(*name), *counted)]);
                request.lines[0].expected_sequence = counted_at;
                let shortfall = self.shortfall(*shortfall).await;
                let request = wire::CountStockRequest { request_id, location: place(at), shortfall, ..request };
                (None, stock.count_stock(request).await?.into_inner().replayed)
            }
            Command::Transfer { name, from, to, units } => {
                let request = wire::TransferStockRequest {
                    request_id,
                    from_location: place(from),
                    to_location: place(to),
                    lines: vec![wire::TransferLine { isku_code: self.code(*name), quantity: *units }],
                    ..Default::default()
                };
                (None, stock.transfer_stock(request).await?.into_inner().replayed)
            }
            Command::Reserve { order, lines, partial, hours } => {
                let request = wire::ReserveRequest {
                    request_id,
                    items: self.lines(lines),
                    fill: fill(*partial),
                    expiration: hours.map(|hours| Expiration::Ttl(half_past(hours))),
                    ..reserve_request(&self.order(*order), &[])
                };
                let answer = held.reserve(request).await?.into_inner();
                (answer.reservation, answer.replayed)
            }
            Command::Amend { order, lines, partial } => {
                let request = wire::AmendReservationRequest {
                    request_id,
                    items: self.lines(lines),
                    fill: fill(*partial),
                    ..amend_request(&self.order(*order), &[])
                };
                let answer = held.amend_reservation(request).await?.into_inner();
                (answer.reservation, answer.replayed)
            }
            Command::Confirm { order } => {
                let target = Some(wire::confirm_reservation_request::Target::Order(key(order)));
                let request = wire::ConfirmReservationRequest { request_id, target };
                let answer = held.confirm_reservation(request).await?.into_inner();
                (answer.reservation, answer.replayed)
            }
            Command::Extend { order, hours } => {
                let target = Some(wire::extend_reservation_request::Target::Order(key(order)));
                let expiration = Some(wire::extend_reservation_request::Expiration::Ttl(half_past(*hours)));
                let request = wire::ExtendReservationRequest { request_id, target, expiration };
                let answer = held.extend_reservation(request).await?.into_inner();
                (answer.reservation, answer.replayed)
            }
            Command::Ship { order, part } => {
                let target = Some(wire::ship_reservation_request::Target::Order(key(order)));
                let items = items(*part);
                let request = wire::ShipReservationRequest { request_id, target, items, document: String::new() };
                let answer = held.ship_reservation(request).await?.into_inner();
                (answer.reservation, answer.replayed)
            }
            Command::Release { order, part } => {
                let target = Some(wire::release_reservation_request::Target::Order(key(order)));
                let items = items(*part);
                let request = wire::ReleaseReservationRequest { request_id, target, items, note: String::new() };
                let answer = held.release_reservation(request).await?.into_inner();
                (answer.reservation, answer.replayed)
            }
            Command::Return { order, part, place: at } => {
                let request = wire::ReturnStockRequest {
                    request_id,
                    target: Some(wire::return_stock_request::Target::Order(key(order))),
                    items: items(*part),
                    location: place(at),
                    ..Default::default()
                };
                let answer = stock.return_stock(request).await?.into_inner();
                (answer.reservation, answer.replayed)
            }
            Command::Rename { name, to } => {
                let (code, new_code, etag) = (self.code(*name), self.code(*to), String::new());
                let request = wire::RenameIskuRequest { request_id, code, new_code, etag };
                (None, iskus.rename_isku(request).await?.into_inner().replayed)
            }
            Command::Archive { name } => {
                let request = wire::ArchiveIskuRequest { request_id, code: self.code(*name), etag: String::new() };
                (None, iskus.archive_isku(request).await?.into_inner().replayed)
            }
            Command::Unarchive { name } => {
                let request = wire::UnarchiveIskuRequest { request_id, code: self.code(*name), etag: String::new() };
                (None, iskus.unarchive_isku(request).await?.into_inner().replayed)
            }
            Command::Pass { hours, written } => {
                self.pass(*hours, *written).await;
                (None, false)
            }
        })
    }
}
