//! Reservations that are due: free for the very next call, whether or not a sweeper came by.

use std::time::Duration;

use proto::inventory::v1::{
    ExtendReservationRequest, ListMovementsRequest, MovementKind, ReservationState as State, ReserveRequest,
    reserve_request::Expiration,
};
use tests::{
    Engine, Oms, both_engines, refusal, refused,
    refused::malformed,
    request_id,
    story::{Level, order_key, reserve_request},
};
use tonic::Code;

both_engines!(
    what_is_due_is_free_for_the_very_next_call,
    what_is_due_is_free_in_every_read,
    expiring_frees_every_row_that_the_reservation_holds,
    a_confirmed_reservation_is_never_due,
    what_is_due_cannot_be_confirmed_extended_amended_or_shipped,
    an_extended_reservation_is_due_later_never_earlier,
    a_shipped_part_stays_shipped_when_the_rest_is_due,
    an_expired_order_is_reserved_again_under_its_id,
    releasing_what_has_expired_answers_its_state,
    more_is_due_than_one_look_finds,
    an_expiry_in_the_past_or_too_far_ahead_is_refused,
    every_bad_expiry_is_named,
);

mod killed;
mod sweeper;

const HOUR: i64 = 3_600;

fn due_in(order: &str, units: i64, seconds: i64) -> ReserveRequest {
    let expiration = Some(Expiration::Ttl(prost_types::Duration { seconds, nanos: 0 }));
    ReserveRequest { expiration, ..reserve_request(order, &[("TEE", units, &[("A", 1)])]) }
}

async fn let_an_hour_pass(oms: &Oms) {
    oms.let_time_pass(Duration::from_secs(HOUR.unsigned_abs())).await;
}

async fn what_is_due_is_free_for_the_very_next_call(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let first = oms.hold(due_in("1", 4, HOUR)).await.unwrap().reservation.unwrap();
    assert_eq!(refused(oms.reserve("2", &[("TEE", 2, &[("A", 1)])]).await).reason, "INSUFFICIENT_STOCK");
    assert!(first.expire_time.is_some());

    let_an_hour_pass(oms).await;

    oms.reserve("2", &[("TEE", 5, &[("A", 1)])]).await.unwrap();
    assert_eq!(oms.level("A").await, Level::of(5, 5));
    let expired = oms.reservation("1").await.unwrap();
    assert_eq!((expired.state(), expired.items[0].held, expired.items[0].released), (State::Expired, 0, 4));
    let filter = ListMovementsRequest { reservation_id: first.reservation_id.clone(), ..Default::default() };
    let newest = oms.movements(filter).await.unwrap().remove(0);
    assert_eq!((newest.kind(), newest.reserved_delta, newest.actor.as_str()), (MovementKind::Expire, -4, "expiry"));
    assert_eq!(newest.request_id, first.reservation_id);
}

async fn what_is_due_is_free_in_every_read(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.hold(due_in("1", 4, HOUR)).await.unwrap();

    let_an_hour_pass(oms).await;

    assert_eq!(oms.level("A").await, Level::of(5, 0));
    assert_eq!(oms.resolve(&["A"]).await.unwrap()[0].stock[0].available, 5);
    assert_eq!(oms.reservation("1").await.unwrap().state(), State::Expired);
}

async fn expiring_frees_every_row_that_the_reservation_holds(oms: &Oms) {
    oms.isku("A").on_hand(2).await;
    oms.isku("B").on_hand(2).await;
    let kit = reserve_request("1", &[("BOX", 2, &[("A", 1), ("B", 1)])]);
    oms.hold(ReserveRequest { expiration: due_in("1", 1, HOUR).expiration, ..kit }).await.unwrap();

    let_an_hour_pass(oms).await;
    oms.reserve("2", &[("TEE", 1, &[("A", 1)])]).await.unwrap();

    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(2, 1), Level::of(2, 0)));
}

async fn a_confirmed_reservation_is_never_due(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.hold(due_in("1", 4, HOUR)).await.unwrap();

    let confirmed = oms.confirm("1").await.unwrap();
    let_an_hour_pass(oms).await;

    assert_eq!((confirmed.state(), confirmed.expire_time), (State::Confirmed, None));
    assert_eq!(oms.confirm("1").await.unwrap(), confirmed);
    assert_eq!(oms.level("A").await, Level::of(5, 4));
    assert_eq!(oms.ship("1", &[]).await.unwrap().state(), State::Shipped);
    assert_eq!(refused(oms.confirm("1").await).metadata["state"], "SHIPPED");
}

async fn what_is_due_cannot_be_confirmed_extended_amended_or_shipped(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let made = oms.hold(due_in("1", 4, HOUR)).await.unwrap().reservation.unwrap();

    let_an_hour_pass(oms).await;

    let closed = refusal(Code::FailedPrecondition, "RESERVATION_CLOSED").with("state", "EXPIRED");
    let closed = closed.with("reservation_id", &made.reservation_id);
    assert_eq!(refused(oms.confirm("1").await), closed);
    assert_eq!(refused(oms.extend("1", HOUR).await), closed);
    assert_eq!(refused(oms.amend("1", &[("TEE", 1, &[])]).await), closed);
    assert_eq!(refused(oms.ship("1", &[]).await), closed);
    assert_eq!(oms.level("A").await, Level::of(5, 0));
}

async fn an_extended_reservation_is_due_later_never_earlier(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let made = oms.hold(due_in("1", 4, HOUR)).await.unwrap().reservation.unwrap();

    let later = oms.extend("1", 3 * HOUR).await.unwrap();
    let same = oms.extend("1", 1).await.unwrap();
    let_an_hour_pass(oms).await;

    let seconds = |time: Option<prost_types::Timestamp>| time.unwrap().seconds;
    assert!(seconds(later.expire_time) > seconds(made.expire_time) + HOUR);
    assert_eq!(same.expire_time, later.expire_time);
    assert_eq!(oms.reservation("1").await.unwrap().state(), State::Held);
    oms.reserve("2", &[("TEE", 1, &[("A", 1)])]).await.unwrap();
    assert_eq!(oms.extend("2", 1).await.unwrap().expire_time, None);
}

async fn a_shipped_part_stays_shipped_when_the_rest_is_due(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.hold(due_in("1", 4, HOUR)).await.unwrap();
    oms.ship("1", &[("TEE", 1)]).await.unwrap();

    let_an_hour_pass(oms).await;

    let rest = oms.reservation("1").await.unwrap();
    let item = &rest.items[0];
    assert_eq!((rest.state(), item.held, item.shipped, item.released), (State::Shipped, 0, 1, 3));
    oms.reserve("2", &[("TEE", 4, &[("A", 1)])]).await.unwrap();
    assert_eq!(oms.reservation("1").await.unwrap().items, rest.items);
    assert_eq!(oms.level("A").await, Level::of(4, 4));
}

async fn an_expired_order_is_reserved_again_under_its_id(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(5).await;
    let first = oms.hold(due_in("1", 4, HOUR)).await.unwrap().reservation.unwrap();
    let_an_hour_pass(oms).await;

    let other = refused(oms.reserve("1", &[("TEE", 3, &[("A", 1)])]).await);
    let again = oms.reserve("1", &[("TEE", 4, &[("A", 1), ("B", 1)])]).await.unwrap();

    assert_eq!(other.kind(), (Code::AlreadyExists, "ORDER_DIFFERS"));
    assert!(!again.existing);
    let again = again.reservation.unwrap();
    assert_eq!((again.reservation_id, again.expire_time), (first.reservation_id, None));
    assert_eq!((again.items[0].held, again.items[0].released, again.items[0].components.len()), (4, 0, 2));
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 4), Level::of(5, 4)));
}

async fn releasing_what_has_expired_answers_its_state(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.hold(due_in("1", 4, HOUR)).await.unwrap();

    let_an_hour_pass(oms).await;

    assert_eq!(oms.release("1", &[]).await.unwrap().state(), State::Expired);
    assert_eq!(oms.release("1", &[("TEE", 1)]).await.unwrap().state(), State::Expired);
}

async fn more_is_due_than_one_look_finds(oms: &Oms) {
    oms.isku("A").on_hand(1_200).await;
    let requests: Vec<_> = (0..1_200).map(|n| due_in(&format!("{n}"), 1, HOUR)).collect();
    for chunk in requests.chunks(400) {
        oms.hold_all(chunk.to_vec()).await.unwrap();
    }
    let_an_hour_pass(oms).await;

    oms.reserve("all", &[("TEE", 1_200, &[("A", 1)])]).await.unwrap();

    assert_eq!(oms.level("A").await, Level::of(1_200, 1_200));
}

async fn an_expiry_in_the_past_or_too_far_ahead_is_refused(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let behind = oms.behind_inventory().await;
    let now = behind.number(match oms.site().engine() {
        Engine::Sqlite => "SELECT unixepoch()",
        Engine::Postgres => "SELECT CAST(extract(epoch FROM now()) AS BIGINT)",
    });
    let now = now.await;
    let at = async |seconds| {
        let expiration = Some(Expiration::ExpireTime(prost_types::Timestamp { seconds, nanos: 0 }));
        oms.hold(ReserveRequest { expiration, ..due_in("1", 1, 1) }).await
    };

    assert_eq!(refused(at(1).await), malformed(&["expire_time"]));
    assert_eq!(refused(at(now + 366 * 86_400 + 60).await), malformed(&["expire_time"]));
    assert_eq!(oms.level("A").await, Level::of(5, 0));
    at(now + 366 * 86_400 - 60).await.unwrap();
    oms.release("1", &[]).await.unwrap();
    assert_eq!(oms.level("A").await, Level::of(5, 0));
}

async fn every_bad_expiry_is_named(oms: &Oms) {
    let ttl = async |seconds, nanos| {
        let expiration = Some(Expiration::Ttl(prost_types::Duration { seconds, nanos }));
        refused(oms.hold(ReserveRequest { expiration, ..due_in("1", 1, 1) }).await)
    };
    for (seconds, nanos) in [(0, 999_999_999), (-1, 0), (366 * 86_400, 1), (i64::MAX, 0), (1, -1)] {
        assert_eq!(ttl(seconds, nanos).await, malformed(&["ttl"]), "{seconds} {nanos}");
    }
    let target = Some(proto::inventory::v1::extend_reservation_request::Target::Order(order_key("1")));
    let none = ExtendReservationRequest { request_id: request_id(), target, expiration: None };
    assert_eq!(refused(oms.reservations.clone().extend_reservation(none).await), malformed(&["expiration"]));
}
