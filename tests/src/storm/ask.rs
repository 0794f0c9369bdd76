//! What a client of the storm asks for, and what it was told.

use std::{collections::BTreeMap, time::Duration};

use proto::inventory::v1::{
    BatchReserveRequest, ConfirmReservationRequest, CountStockRequest, Movement, ReceiveStockRequest,
    ReleaseReservationRequest, Reservation, ReserveRequest, ReserveResponse, ShipReservationRequest,
    batch_reserve_result,
};
use tonic::{Request, Response, Status};

use crate::{Merchant, Refusal};

/// A call with its content, which stays the same however often it is tried.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    Reserve(ReserveRequest),
    Batch(Vec<ReserveRequest>),
    Confirm(ConfirmReservationRequest),
    Ship(ShipReservationRequest),
    Release(ReleaseReservationRequest),
    Receive(ReceiveStockRequest),
    Count(CountStockRequest),
}

/// The answer to one request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    /// Whether it says that it was given before.
    pub(super) replayed: bool,
    pub(super) told: Result<Told, Refused>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    /// A reservation as it is after it.
    Reservation(Box<Reservation>),
    /// Rows of the ledger.
    Movements(Vec<Movement>),
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) reason: String,
    pub(super) metadata: BTreeMap<String, String>,
}

/// A call that ended without an answer: it may have been done or not.
#[derive(Clone, Debug)]
pub(super) struct Unknown {
    /// The reason that the service gave, or the transport's code.
    pub(super) why: String,
}

/// Refusals that say nothing about the content: the same call, asked again, may be done.
const FOR_NOW: [&str; 7] = [
    "CONTENTION",
    "DATABASE_UNAVAILABLE",
    "DEADLINE_EXCEEDED",
    "DRAINING",
    "OVERLOADED",
    "STORAGE_FAILED",
    "STORAGE_FULL",
];

impl Ask {
    /// The kind of the call.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Reserve(_) => "Reserve",
            Self::Batch(_) => "BatchReserve",
            Self::Confirm(_) => "ConfirmReservation",
            Self::Ship(_) => "ShipReservation",
            Self::Release(_) => "ReleaseReservation",
            Self::Receive(_) => "ReceiveStock",
            Self::Count(_) => "CountStock",
        }
    }

    /// The requests in it, each by itself and with its id.
    pub(super) fn parts(&self) -> Vec<(String, Self)> {
        let id = match self {
            Self::Batch(requests) => {
                let part = |request: &ReserveRequest| (request.request_id.clone(), Self::Reserve(request.clone()));
                return requests.iter().map(part).collect();
            }
            Self::Reserve(request) => &request.request_id,
            Self::Confirm(request) => &request.request_id,
            Self::Ship(request) => &request.request_id,
            Self::Release(request) => &request.request_id,
            Self::Receive(request) => &request.request_id,
            Self::Count(request) => &request.request_id,
        };
        vec![(id.clone(), self.clone())]
    }

    /// Asks once, and waits so long at most; one answer for each request in it.
    pub(super) async fn at(&self, replica: &Merchant, patience: Duration) -> Result<Vec<Heard>, Unknown> {
        let answer = tokio::time::timeout(patience + patience / 4, self.call(replica, patience)).await;
        answer.unwrap_or_else(|_| Err(Unknown { why: "no answer in time".to_owned() }))
    }

    async fn call(&self, replica: &Merchant, patience: Duration) -> Result<Vec<Heard>, Unknown> {
        let (mut reservations, mut stock) = (replica.reservations.clone(), replica.stock.clone());
        match self.clone() {
            Self::Reserve(request) => one(reservations.reserve(within(request, patience)).await, reserved),
            Self::Batch(requests) => {
                let answer = reservations.batch_reserve(within(BatchReserveRequest { requests }, patience)).await;
                let results = answer.map_err(unanswered)?.into_inner().results;
                Ok(results.into_iter().filter_map(|result| result.result).map(of_batch).collect())
            }
            Self::Confirm(request) => {
                let answer = reservations.confirm_reservation(within(request, patience)).await;
                one(answer, |answer| changed(answer.reservation, answer.replayed))
            }
            Self::Ship(request) => {
                let answer = reservations.ship_reservation(within(request, patience)).await;
                one(answer, |answer| changed(answer.reservation, answer.replayed))
            }
            Self::Release(request) => {
                let answer = reservations.release_reservation(within(request, patience)).await;
                one(answer, |answer| changed(answer.reservation, answer.replayed))
            }
            Self::Receive(request) => {
                let answer = stock.receive_stock(within(request, patience)).await;
                one(answer, |answer| moved(answer.movements, answer.replayed))
            }
            Self::Count(request) => {
                let answer = stock.count_stock(within(request, patience)).await;
                one(answer, |answer| moved(answer.movements, answer.replayed))
            }
        }
    }
}

impl Heard {
    /// The refusal's reason, or `OK`.
    pub(super) fn outcome(&self) -> &str {
        self.told.as_ref().map_or_else(|refused| refused.reason.as_str(), |_| "OK")
    }
}

fn within<R>(request: R, patience: Duration) -> Request<R> {
    let mut request = Request::new(request);
    request.set_timeout(patience);
    request
}

fn one<A>(answer: Result<Response<A>, Status>, heard: impl FnOnce(A) -> Heard) -> Result<Vec<Heard>, Unknown> {
    match answer {
        Ok(answer) => Ok(vec![heard(answer.into_inner())]),
        Err(status) => {
            let Refusal { reason, metadata, .. } = Refusal::from(&status);
            if reason.is_empty() || FOR_NOW.contains(&reason.as_str()) {
                return Err(unanswered(status));
            }
            Ok(vec![Heard { replayed: false, told: Err(Refused { reason, metadata }) }])
        }
    }
}

fn unanswered(status: Status) -> Unknown {
    let reason = Refusal::from(&status).reason;
    Unknown { why: if reason.is_empty() { format!("{:?}", status.code()) } else { reason } }
}

fn reserved(answer: ReserveResponse) -> Heard {
    if answer.existing {
        // Each order is asked for by one request: nobody else can have reserved it.
        let told = Err(Refused { reason: "EXISTING".to_owned(), metadata: BTreeMap::new() });
        return Heard { replayed: answer.replayed, told };
    }
    changed(answer.reservation, answer.replayed)
}

fn changed(reservation: Option<Reservation>, replayed: bool) -> Heard {
    Heard { replayed, told: Ok(Told::Reservation(Box::new(reservation.unwrap_or_default()))) }
}

fn moved(movements: Vec<Movement>, replayed: bool) -> Heard {
    Heard { replayed, told: Ok(Told::Movements(movements)) }
}

fn of_batch(result: batch_reserve_result::Result) -> Heard {
    match result {
        batch_reserve_result::Result::Reserved(answer) => reserved(answer),
        batch_reserve_result::Result::Refusal(refusal) => {
            let metadata = refusal.metadata.into_iter().collect();
            Heard { replayed: false, told: Err(Refused { reason: refusal.reason, metadata }) }
        }
    }
}
