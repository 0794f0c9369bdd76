//! Watches under other settings and deadlines: what wakes one, what ends one, and what keeps one from beginning.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use proto::inventory::v1::WatchStart;
use serde_json::Value;
use tests::{Engine, Oms, Refusal, on_both_engines, refusal, refused, site::Site, story::watch_request};
use tonic::{Code, Request};
use tonic_types::StatusExt;

use super::told;

on_both_engines!(
    a_commit_of_the_same_process_wakes_its_watches,
    a_watch_ends_at_the_callers_deadline_and_not_before,
    a_watch_outlives_the_services_own_deadline,
    a_watch_is_told_that_the_service_drains,
    more_watches_than_a_service_takes_are_told_when_to_come_back,
    a_cursor_that_is_too_old_is_refused_with_the_way_out,
);

async fn a_commit_of_the_same_process_wakes_its_watches(engine: Engine) {
    let site = Site::new(engine).await.with_inventory("[watch]\npoll_ms = 60000");
    let oms = Oms::start_at(site).await;
    oms.isku("A").on_hand(5).await;
    oms.settled().await;
    let mut watching = oms.watch(WatchStart::Now).await.unwrap();

    let mut at_once = 0;
    for _ in 0..10 {
        watching.checkpoint().await;
        oms.receive(&[("A", 1)]).await.unwrap();
        // Whoever is not woken looks for the end of the ledger with the next checkpoint only, which is told first.
        if watching.next().await.unwrap().checkpoint.is_none() {
            at_once += 1;
        }
    }

    assert!(at_once > 0, "every commit was found by looking for it");
    drop(watching);
    oms.finish().await;
}

async fn a_watch_ends_at_the_callers_deadline_and_not_before(engine: Engine) {
    let oms = Oms::start(engine).await;
    let mut request = Request::new(watch_request(WatchStart::Now));
    request.set_timeout(Duration::from_millis(1_500));

    let mut watching = oms.watch_as(request).await.unwrap();
    let last = watching.checkpoint().await.0;
    let late = watching.end().await;

    assert_eq!(Refusal::from(&late), refusal(Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    assert!(last.current, "it was told until then");
    drop(watching);
    oms.finish().await;
}

async fn a_watch_outlives_the_services_own_deadline(engine: Engine) {
    let oms = Oms::start_with(engine, "deadline_ms = 700").await;
    oms.isku("A").on_hand(5).await;
    let mut watching = oms.watch(WatchStart::Now).await.unwrap();

    for _ in 0..3 {
        watching.checkpoint().await;
    }
    oms.receive(&[("A", 1)]).await.unwrap();

    assert_eq!(told(&watching.states(1).await), [("A", 6, 0, 2)]);
    drop(watching);
    oms.finish().await;
}

async fn a_watch_is_told_that_the_service_drains(engine: Engine) {
    let oms = Oms::start(engine).await;
    let mut watching = oms.watch(WatchStart::Now).await.unwrap();
    let ended = tokio::spawn(async move { Refusal::from(&watching.end().await) });

    // It fails if a call is cut off.
    oms.finish().await;

    assert_eq!(ended.await.unwrap(), refusal(Code::Unavailable, "DRAINING"));
}

async fn more_watches_than_a_service_takes_are_told_when_to_come_back(engine: Engine) {
    let site = Site::new(engine).await.with_server("calls_max = 4").with_inventory("[watch]\nstreams_max = 2");
    let oms = Oms::start_at(site).await;
    let first = oms.watch(WatchStart::Now).await.unwrap();
    let second = oms.watch(WatchStart::Now).await.unwrap();

    let third = oms.watch(WatchStart::Now).await.unwrap_err();

    assert_eq!(Refusal::from(&third), refusal(Code::ResourceExhausted, "OVERLOADED"));
    assert!(third.get_details_retry_info().is_some_and(|info| info.retry_delay.is_some()));
    assert_eq!(oms.codes(10).await.unwrap().len(), 0, "watches take no call's place");
    drop(first);
    let again = async { while oms.watch(WatchStart::Now).await.is_err() {} };
    let again = tokio::time::timeout(Duration::from_secs(20), again).await;
    assert!(again.is_ok(), "a caller that leaves makes room");
    drop(second);
    oms.finish().await;
}

/// The cursor as it was given out so many hours ago.
fn aged(cursor: &str, hours: i64) -> String {
    let mut token: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
    let time = &mut token["cursor"]["time"];
    *time = (time.as_i64().unwrap() - hours * 3_600_000_000).into();
    BASE64_URL_SAFE_NO_PAD.encode(token.to_string())
}

async fn a_cursor_that_is_too_old_is_refused_with_the_way_out(engine: Engine) {
    let site = Site::new(engine).await.with_inventory("[watch]\ncursor_keep_hours = 1");
    let oms = Oms::start_at(site).await;
    oms.isku("A").on_hand(10).await;
    let mut watching = oms.watch(WatchStart::Now).await.unwrap();
    let old = aged(&watching.cursor, 2);
    watching.checkpoint().await;

    let stale = refused(oms.watch_on(&old).await);

    let expected = refusal(Code::OutOfRange, "CURSOR_STALE").with("cause", "TOO_OLD").with("keep_hours", 1);
    assert_eq!(stale, expected.with("start", "SNAPSHOT"));
    let mut again = oms.watch(WatchStart::Snapshot).await.unwrap();
    assert_eq!(told(&again.until_current().await), [("A", 10, 0, 1)]);
    drop((watching, again));
    oms.finish().await;
}
