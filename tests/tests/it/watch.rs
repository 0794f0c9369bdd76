//! Watches of the stock: what is told, and where a watch goes on.

mod ended;
mod order;
mod race;
mod restore;

use proto::inventory::v1::{Stock, WatchStart, WatchStockRequest};
use tests::{
    Oms, both_engines, refusal, refused,
    refused::malformed,
    story::{Level, checkpoint_time, watch_request},
};
use tonic::Code;

both_engines!(
    a_watch_from_now_tells_what_changes_next,
    a_watch_begins_before_anything_is_there,
    a_snapshot_tells_all_stock_and_then_what_changes,
    a_watch_goes_on_behind_its_cursor,
    a_snapshot_that_was_cut_off_goes_on,
    an_idle_watch_says_so_within_a_second,
    a_coalescing_watch_tells_the_latest_state_only,
    whoever_reads_slowly_is_told_later_not_less,
    a_filter_tells_only_what_was_asked_for,
    every_bad_field_of_a_watch_is_named,
    a_watch_tells_nothing_of_the_others,
);

/// Code, units on hand, units reserved, sequence.
fn told(stock: &[Stock]) -> Vec<(&str, i64, i64, i64)> {
    stock.iter().map(|own| (own.isku_code.as_str(), own.on_hand, own.reserved, own.sequence)).collect()
}

async fn a_watch_from_now_tells_what_changes_next(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.settled().await;
    let mut watching = oms.watch(WatchStart::Now).await.unwrap();
    assert!(watching.first.current && !watching.first.epoch.is_empty());

    oms.receive(&[("A", 5)]).await.unwrap();
    oms.reserve("1", &[("TEE", 4, &[("A", 1)])]).await.unwrap();
    oms.ship("1", &[("TEE", 3)]).await.unwrap();
    oms.release("1", &[]).await.unwrap();
    let states = watching.states(4).await;

    assert_eq!(told(&states), [("A", 15, 0, 2), ("A", 15, 4, 3), ("A", 12, 1, 4), ("A", 12, 0, 5)]);
    assert!(states.iter().all(|own| own.location == "default" && own.available == own.on_hand - own.reserved));
    assert!(states.iter().all(|own| own.sellable));
}

async fn a_watch_begins_before_anything_is_there(oms: &Oms) {
    let mut watching = oms.watch(WatchStart::Snapshot).await.unwrap();
    assert!(watching.until_current().await.is_empty());
    let of_nothing = watching.cursor.clone();

    oms.isku("A").on_hand(10).await;

    assert_eq!(told(&watching.states(1).await), [("A", 10, 0, 1)]);
    let mut later = oms.watch_on(&of_nothing).await.unwrap();
    assert_eq!(told(&later.states(1).await), [("A", 10, 0, 1)]);
}

async fn a_snapshot_tells_all_stock_and_then_what_changes(oms: &Oms) {
    for row in 0..750 {
        let isku = oms.isku(&format!("SKU-{row:04}"));
        // One that was never booked has nothing to tell.
        if row % 3 == 0 {
            isku.await
        } else {
            isku.on_hand(row).await
        };
    }
    oms.receive(&[("SKU-0001", 5)]).await.unwrap();
    oms.settled().await;

    let mut watching = oms.watch(WatchStart::Snapshot).await.unwrap();
    let whole = watching.until_current().await;
    oms.receive(&[("SKU-0002", 1)]).await.unwrap();
    let next = watching.states(1).await;

    assert_eq!(whole.len(), 500);
    assert_eq!(told(&whole)[..3], [("SKU-0001", 6, 0, 2), ("SKU-0002", 2, 0, 1), ("SKU-0004", 4, 0, 1)]);
    assert_eq!(told(&next), [("SKU-0002", 3, 0, 2)]);
}

async fn a_watch_goes_on_behind_its_cursor(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.settled().await;
    let mut watching = oms.watch(WatchStart::Now).await.unwrap();
    oms.receive(&[("A", 1)]).await.unwrap();
    watching.states(1).await;
    let cursor = watching.cursor.clone();
    drop(watching);

    oms.receive(&[("A", 1)]).await.unwrap();
    oms.isku("B").on_hand(7).await;
    let mut resumed = oms.watch_on(&cursor).await.unwrap();

    assert_eq!(told(&resumed.until_current().await), [("A", 12, 0, 3), ("B", 7, 0, 1)]);
}

async fn a_snapshot_that_was_cut_off_goes_on(oms: &Oms) {
    for row in 0..700 {
        oms.isku(&format!("SKU-{row:04}")).on_hand(1).await;
    }
    oms.settled().await;
    let mut watching = oms.watch(WatchStart::Snapshot).await.unwrap();
    let first = watching.next().await.unwrap().stock;
    let cursor = watching.cursor.clone();
    drop(watching);

    oms.receive(&[("SKU-0000", 1)]).await.unwrap();
    oms.receive(&[("SKU-0699", 1)]).await.unwrap();
    let mut resumed = oms.watch_on(&cursor).await.unwrap();
    let rest = resumed.until_current().await;

    assert_eq!((first.len(), rest.len()), (500, 202), "the rest of the page, and what has changed since it began");
    assert_eq!(told(&rest)[199..], [("SKU-0699", 1, 0, 1), ("SKU-0000", 2, 0, 2), ("SKU-0699", 2, 0, 2)]);
}

async fn an_idle_watch_says_so_within_a_second(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.settled().await;
    let mut watching = oms.watch(WatchStart::Now).await.unwrap();

    let mut last = checkpoint_time(&watching.first);
    for _ in 0..5 {
        let (checkpoint, before) = watching.checkpoint().await;
        let time = checkpoint_time(&checkpoint);
        assert!(time > last && time - last <= 1_000, "{} ms between two checkpoints", time - last);
        assert!(checkpoint.current && before.is_empty() && checkpoint.epoch == watching.first.epoch);
        last = time;
    }

    let cursor = watching.cursor.clone();
    oms.receive(&[("A", 1)]).await.unwrap();
    let mut resumed = oms.watch_on(&cursor).await.unwrap();
    assert_eq!(told(&resumed.until_current().await), [("A", 11, 0, 2)]);
}

async fn a_coalescing_watch_tells_the_latest_state_only(oms: &Oms) {
    for code in ["A", "B"] {
        oms.isku(code).on_hand(10).await;
    }
    oms.settled().await;
    let watching = oms.watch(WatchStart::Now).await.unwrap();
    for _ in 0..5 {
        oms.receive(&[("A", 1), ("B", 2)]).await.unwrap();
    }
    oms.settled().await;

    let goes_on = WatchStockRequest { cursor: watching.cursor.clone(), ..Default::default() };
    let every = oms.watch_as(goes_on.clone()).await.unwrap().until_current().await;
    let latest = oms.watch_as(WatchStockRequest { coalesce: true, ..goes_on }).await.unwrap().until_current().await;

    assert_eq!(every.len(), 10);
    assert_eq!(told(&latest), [("A", 15, 0, 6), ("B", 20, 0, 6)]);
}

async fn whoever_reads_slowly_is_told_later_not_less(oms: &Oms) {
    oms.isku("A").on_hand(10).await;
    oms.settled().await;
    let mut watching = oms.watch(WatchStart::Now).await.unwrap();

    for _ in 0..60 {
        oms.receive(&[("A", 1)]).await.unwrap();
    }
    let sequences: Vec<i64> = watching.states(60).await.iter().map(|own| own.sequence).collect();

    assert_eq!(sequences, (2..=61).collect::<Vec<_>>());
}

async fn a_filter_tells_only_what_was_asked_for(oms: &Oms) {
    for code in ["A", "B", "C"] {
        oms.isku(code).on_hand(10).await;
    }
    oms.settled().await;
    let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    let only = WatchStockRequest { isku_codes: codes(&["C", "A"]), ..watch_request(WatchStart::Snapshot) };
    let here = WatchStockRequest { locations: codes(&["default"]), ..only.clone() };

    let mut watching = oms.watch_as(only.clone()).await.unwrap();
    assert_eq!(told(&watching.until_current().await), [("A", 10, 0, 1), ("C", 10, 0, 1)]);
    oms.receive(&[("A", 1), ("B", 1), ("C", 1)]).await.unwrap();
    assert_eq!(told(&watching.states(2).await), [("A", 11, 0, 2), ("C", 11, 0, 2)]);
    assert_eq!(oms.watch_as(here).await.unwrap().until_current().await.len(), 2);

    let cursor = watching.cursor.clone();
    let same = WatchStockRequest { start: 0, cursor: cursor.clone(), isku_codes: codes(&["A", "C"]), ..only.clone() };
    assert!(oms.watch_as(same).await.is_ok(), "the order of the codes is nothing");
    let other = refusal(Code::InvalidArgument, "PAGE_TOKEN_INVALID");
    assert_eq!(refused(oms.watch_on(&cursor).await), other, "a cursor goes on with its own filter");

    let unknown = WatchStockRequest { isku_codes: codes(&["A", "NONE"]), ..only.clone() };
    let nobody = refusal(Code::NotFound, "ISKU_NOT_FOUND").with("isku_code", "NONE");
    assert_eq!(refused(oms.watch_as(unknown).await), nobody);
    let nowhere = WatchStockRequest { locations: codes(&["moon"]), ..only };
    let nowhere = refused(oms.watch_as(nowhere).await);
    assert_eq!(nowhere, refusal(Code::NotFound, "LOCATION_NOT_FOUND").with("location", "moon"));
}

async fn every_bad_field_of_a_watch_is_named(oms: &Oms) {
    let none = WatchStockRequest::default();
    let many = WatchStockRequest { isku_codes: vec!["A".to_owned(); 1_001], ..watch_request(WatchStart::Now) };
    let both = WatchStockRequest { cursor: "x".to_owned(), ..watch_request(WatchStart::Now) };
    let codes = WatchStockRequest { locations: vec![String::new()], start: 9, ..none.clone() };

    assert_eq!(refused(oms.watch_as(none).await), malformed(&["start"]));
    assert_eq!(refused(oms.watch_as(many).await), malformed(&["isku_codes"]));
    assert_eq!(refused(oms.watch_as(both).await), malformed(&["start"]));
    assert_eq!(refused(oms.watch_as(codes).await), malformed(&["start", "locations[0]"]));
    assert_eq!(refused(oms.watch_on("damaged").await), refusal(Code::InvalidArgument, "PAGE_TOKEN_INVALID"));
}

async fn a_watch_tells_nothing_of_the_others(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.globex().isku("A").on_hand(70).await;
    let mut watching = oms.watch(WatchStart::Snapshot).await.unwrap();
    let own = watching.until_current().await;

    oms.globex().receive(&[("A", 1)]).await.unwrap();
    oms.receive(&[("A", 1)]).await.unwrap();
    let next = watching.states(1).await;

    assert_eq!((told(&own), told(&next)), (vec![("A", 5, 0, 1)], vec![("A", 6, 0, 2)]));
    let of_the_other = refused(oms.globex().watch_on(&watching.cursor).await);
    assert_eq!(of_the_other, refusal(Code::InvalidArgument, "PAGE_TOKEN_INVALID"));
    assert_eq!(oms.globex().level("A").await, Level::of(71, 0));
}
