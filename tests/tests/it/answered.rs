//! No answered write is lost and none is applied twice: `kill -9` of inventory-svc under load, then every client asks again.

use std::sync::Arc;

use futures::future::join_all;
use proto::inventory::v1::{ReservationState, ReserveRequest};
use tests::{
    Engine, Merchant, Oms, on_both_engines,
    story::{Level, reserve_request},
};
use tokio::sync::Semaphore;

const CLIENTS: usize = 16;
const ANSWERS: u32 = 300;
const STOCK: i64 = 1_000_000;

on_both_engines!(what_was_answered_before_the_kill_is_there_after_it);

/// What a client knows: the requests that were answered, and the one that was not.
struct Known {
    answered: Vec<ReserveRequest>,
    unanswered: ReserveRequest,
}

async fn reserve_until_it_fails(merchant: Merchant, client: usize, answers: Arc<Semaphore>) -> Known {
    let mut answered = Vec::new();
    for order in 0.. {
        let request = reserve_request(&format!("{client}-{order}"), &[("TEE", 2, &[("A", 1)])]);
        if merchant.hold(request.clone()).await.is_err() {
            return Known { answered, unanswered: request };
        }
        answered.push(request);
        answers.add_permits(1);
    }
    unreachable!("the service is killed at some time")
}

async fn what_was_answered_before_the_kill_is_there_after_it(engine: Engine) {
    let mut oms = Oms::start_as_processes(engine).await;
    oms.isku("A").on_hand(STOCK).await;
    let answers = Arc::new(Semaphore::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| tokio::spawn(reserve_until_it_fails(oms.acme().clone(), client, Arc::clone(&answers))))
        .collect();
    answers.acquire_many(ANSWERS).await.unwrap().forget();

    oms.kill_and_restart_inventory().await;

    let known: Vec<Known> = join_all(clients).await.into_iter().map(Result::unwrap).collect();
    let answered: Vec<&ReserveRequest> = known.iter().flat_map(|client| &client.answered).collect();
    assert!(answered.len() >= ANSWERS as usize, "a storm of {} answers is none", answered.len());
    for request in &answered {
        let again = oms.hold((*request).clone()).await.unwrap();
        assert!(again.replayed, "an answered reservation was lost: {request:?}");
        assert_eq!(again.reservation.unwrap().state(), ReservationState::Held);
    }
    for client in &known {
        oms.hold(client.unanswered.clone()).await.unwrap();
    }
    let units = 2 * i64::try_from(answered.len() + CLIENTS).unwrap();
    assert_eq!(oms.level("A").await, Level::of(STOCK, units));
    oms.finish().await;
}
