//! The service, asked for one call of an object, and its answer read as the object would give it.

use proto::inventory::v1::{self as wire, ReceiveLine, ReceiveStockRequest};
use tests::{
    Merchant, Refusal, request_id,
    story::{count_sheet, reserve_request},
};
use tonic::{Code, Status};

use super::call::{Answer, Call, ISKUS, Level, MAPPINGS, PLACES, Row, State, View};

/// The listing of every order.
const CSKU: &str = "TEE";

/// An object by its names in the service.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) iskus: usize,
}

/// How all objects of a history are looked at, in one snapshot.
#[derive(Clone, Copy, Debug)]
pub(super) enum LookAtAll {
    Resolve,
    BatchGet,
}

impl Object {
    pub(super) fn code(&self, isku: usize) -> String {
        format!("{}-{}", ISKUS[isku], self.name)
    }

    pub(super) fn codes(&self) -> impl Iterator<Item = String> {
        (0..self.iskus).map(|isku| self.code(isku))
    }

    fn order(&self, order: usize) -> String {
        format!("{}-{order}", self.name)
    }

    /// Asks at a door and waits for the answer. Only what the rules refuse is an answer: the rest fails the test.
    pub(super) async fn ask(&self, door: &Merchant, call: &Call) -> Answer {
        match self.send(door, call).await {
            Ok(answer) => answer,
            Err(status) => refused(&status),
        }
    }

    async fn send(&self, door: &Merchant, call: &Call) -> Result<Answer, Status> {
        Ok(match call {
            Call::Receive { isku, place, units } => {
                let (isku_code, location) = (self.code(*isku), PLACES[*place].to_owned());
                let lines = vec![ReceiveLine { isku_code, location, quantity: *units }];
                let request = ReceiveStockRequest { request_id: request_id(), lines, ..Default::default() };
                moved(&door.book(request).await?.movements)
            }
            Call::Transfer { isku, from, units } => {
                let ways = (PLACES[*from], PLACES[1 - from]);
                moved(&door.transfer(ways, &[(&self.code(*isku), *units)]).await?.movements)
            }
            Call::Count { isku, place, counted, expected } => {
                let mut sheet = count_sheet(&[(&self.code(*isku), *counted)]);
                sheet.location = PLACES[*place].to_owned();
                sheet.lines[0].expected_sequence = *expected;
                seen(&door.take_stock(sheet).await?.stock)
            }
            Call::Reserve { order, mapping, units } => {
                let codes: Vec<String> = self.codes().collect();
                let parts = codes.iter().map(String::as_str).zip(MAPPINGS[*mapping].1);
                let parts: Vec<(&str, i64)> = parts.filter(|(_, each)| *each > 0).collect();
                let answer = door.hold(reserve_request(&self.order(*order), &[(CSKU, *units, &parts)])).await?;
                order_of(&answer.reservation.expect("a reservation"), answer.existing)
            }
            Call::Confirm { order } => order_of(&door.confirm(&self.order(*order)).await?, false),
            Call::Ship { order, units } => order_of(&door.ship(&self.order(*order), &part(*units)).await?, false),
            Call::Release { order, units } => order_of(&door.release(&self.order(*order), &part(*units)).await?, false),
            Call::GetOrder { order } => order_of(&door.reservation(&self.order(*order)).await?, false),
            Call::Look { iskus } => match iskus.as_slice() {
                [isku] => {
                    let request = wire::GetStockRequest { isku_code: self.code(*isku) };
                    seen(&door.stock.clone().get_stock(request).await?.into_inner().stock)
                }
                _ => look_at_all(door, LookAtAll::BatchGet, std::slice::from_ref(self)).await.remove(0),
            },
        })
    }
}

/// Looks at every object of a history in one snapshot: an answer for each.
pub(super) async fn look_at_all(door: &Merchant, way: LookAtAll, objects: &[Object]) -> Vec<Answer> {
    let codes: Vec<String> = objects.iter().flat_map(Object::codes).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let stock: Vec<Vec<wire::Stock>> = match way {
        LookAtAll::Resolve => {
            door.resolve(&codes).await.expect("no refusal").into_iter().map(|result| result.stock).collect()
        }
        LookAtAll::BatchGet => {
            door.levels(&codes).await.expect("no refusal").into_iter().map(|result| result.stock).collect()
        }
    };
    let mut stock = stock.into_iter();
    objects.iter().map(|object| seen(&stock.by_ref().take(object.iskus).flatten().collect::<Vec<_>>())).collect()
}

fn part(units: Option<i64>) -> Vec<(&'static str, i64)> {
    units.map(|units| (CSKU, units)).into_iter().collect()
}

/// The ISKU and the place by their names.
fn key(code: &str, location: &str) -> (usize, usize) {
    let isku = ISKUS.iter().position(|isku| code.starts_with(isku)).expect("an ISKU of the object");
    (isku, PLACES.iter().position(|place| *place == location).expect("a place"))
}

/// Rows as they are seen, by ISKU and place.
fn seen(stock: &[wire::Stock]) -> Answer {
    let row = |seen: &wire::Stock| {
        let wire::Stock { on_hand, reserved, available, sequence, .. } = *seen;
        assert_eq!(available, on_hand - reserved, "{seen:?}");
        let (isku, place) = key(&seen.isku_code, &seen.location);
        Row { isku, place, level: Level { on_hand, reserved, sequence } }
    };
    let mut rows: Vec<Row> = stock.iter().map(row).collect();
    rows.sort_by_key(|row| (row.isku, row.place));
    Answer::Rows(rows)
}

/// Rows as they are after movements.
fn moved(movements: &[wire::Movement]) -> Answer {
    let row = |after: &wire::Movement| {
        let (isku, place) = key(&after.isku_code, &after.location);
        let wire::Movement { on_hand_after, reserved_after, sequence, .. } = *after;
        Row { isku, place, level: Level { on_hand: on_hand_after, reserved: reserved_after, sequence } }
    };
    Answer::Rows(movements.iter().map(row).collect())
}

fn order_of(reservation: &wire::Reservation, existing: bool) -> Answer {
    let state = match reservation.state() {
        wire::ReservationState::Held => State::Held,
        wire::ReservationState::Confirmed => State::Confirmed,
        wire::ReservationState::Shipped => State::Shipped,
        wire::ReservationState::Released => State::Released,
        other => panic!("nothing is ever due: {other:?}"),
    };
    let [item] = reservation.items.as_slice() else { panic!("one listing: {reservation:?}") };
    let mut held = [0; PLACES.len()];
    for at in &item.allocations {
        held[PLACES.iter().position(|place| *place == at.location).expect("a place")] += at.held;
    }
    Answer::Order(View { state, held, shipped: item.shipped, released: item.released, existing })
}

/// A refusal with the numbers that it tells.
fn refused(status: &Status) -> Answer {
    let Refusal { code, reason, metadata, .. } = Refusal::from(status);
    assert!(
        matches!(code, Code::FailedPrecondition | Code::NotFound | Code::AlreadyExists | Code::Aborted),
        "{status:?}"
    );
    let told = match reason.as_str() {
        "INSUFFICIENT_STOCK" => {
            let short: usize = metadata["short_count"].parse().expect("a number");
            let line = |n| {
                let (isku, _) = key(&metadata[&format!("isku_code_{n}")], PLACES[0]);
                let (free, requested) = (&metadata[&format!("available_{n}")], &metadata[&format!("requested_{n}")]);
                format!(" {}: {free} of {requested}", ISKUS[isku])
            };
            let mut lines: Vec<String> = (0..short).map(line).collect();
            lines.sort();
            lines.concat()
        }
        "SEQUENCE_MISMATCH" => format!(" found #{}", metadata["found"]),
        "BELOW_RESERVED" => format!(" {}", metadata["reserved"]),
        "MORE_THAN_HELD" => format!(" {}", metadata["held"]),
        "RESERVATION_CLOSED" => {
            let state = &metadata["state"];
            format!(" {}{}", &state[..1], state[1..].to_lowercase())
        }
        _ => String::new(),
    };
    Answer::Refused(reason + &told)
}
