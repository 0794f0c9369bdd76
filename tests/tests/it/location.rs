//! Locations: where stock is, what orders take from, and in which order.

use prost_types::FieldMask;
use proto::inventory::v1::{Location, UpdateLocationRequest};
use tests::{Oms, both_engines, refusal, refused, refused::malformed, request_id, story::Level};
use tonic::Code;

both_engines!(
    there_is_always_a_default_location,
    a_location_has_a_code_of_its_own,
    orders_take_from_locations_by_their_priority,
    no_order_takes_from_a_location_that_is_not_sellable,
    a_location_that_is_no_longer_sellable_keeps_what_it_holds,
    who_has_seen_an_older_location_changes_nothing,
    a_merchant_has_at_most_200_locations,
    every_bad_field_of_a_location_is_named,
);

fn update(location: Location, mask: &[&str]) -> UpdateLocationRequest {
    UpdateLocationRequest {
        request_id: request_id(),
        location: Some(location),
        update_mask: Some(FieldMask { paths: mask.iter().map(|path| (*path).to_owned()).collect() }),
        etag: String::new(),
    }
}

async fn there_is_always_a_default_location(oms: &Oms) {
    let before = oms.all_locations().await;
    oms.isku("A").await;

    assert_eq!(before, oms.all_locations().await);
    assert_eq!((before.len(), before[0].code.as_str(), before[0].sellable), (1, "default", true));
    let renamed = Location { display_name: "Main".to_owned(), ..before[0].clone() };
    assert_eq!(oms.change_location(update(renamed, &["display_name"])).await.unwrap().display_name, "Main");
}

async fn a_location_has_a_code_of_its_own(oms: &Oms) {
    let back = oms.location("back", 5).await;

    let again = refused(oms.add_location("back", 1, false).await);
    let default = refused(oms.add_location("default", 1, true).await);

    assert_eq!(again, refusal(Code::AlreadyExists, "LOCATION_EXISTS").with("location", "back"));
    assert_eq!(default, refusal(Code::AlreadyExists, "LOCATION_EXISTS").with("location", "default"));
    assert_eq!(oms.all_locations().await[1], back);
    oms.globex().location("back", 1).await;
}

async fn orders_take_from_locations_by_their_priority(oms: &Oms) {
    oms.location("far", 9).await;
    oms.location("near", 1).await;
    oms.isku("A").at("far", 5).at("near", 5).await;

    oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap();
    let far = Location { code: "far".to_owned(), priority: 0, ..Default::default() };
    oms.change_location(update(far, &["priority"])).await.unwrap();
    oms.reserve("2", &[("TEE", 4, &[("A", 1)])]).await.unwrap();

    assert_eq!((oms.level_at("A", "near").await, oms.level_at("A", "far").await), (Level::of(5, 2), Level::of(5, 4)));
}

async fn no_order_takes_from_a_location_that_is_not_sellable(oms: &Oms) {
    oms.store("damaged").await;
    oms.isku("A").on_hand(1).at("damaged", 9).await;

    let short = refused(oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await);

    assert_eq!((short.metadata["requested_0"].as_str(), short.metadata["available_0"].as_str()), ("2", "1"));
    assert_eq!(oms.level("A").await.available, 1);
}

async fn a_location_that_is_no_longer_sellable_keeps_what_it_holds(oms: &Oms) {
    let back = oms.location("back", 1).await;
    oms.isku("A").at("back", 5).await;
    oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap();

    oms.change_location(update(Location { sellable: false, ..back }, &["sellable"])).await.unwrap();

    assert_eq!(refused(oms.reserve("2", &[("TEE", 1, &[("A", 1)])]).await).reason, "INSUFFICIENT_STOCK");
    oms.ship("1", &[]).await.unwrap();
    assert_eq!(oms.level_at("A", "back").await, Level::of(3, 0));
}

async fn who_has_seen_an_older_location_changes_nothing(oms: &Oms) {
    let seen = oms.location("back", 1).await;
    let change = |priority| UpdateLocationRequest {
        etag: seen.etag.clone(),
        ..update(Location { priority, ..seen.clone() }, &["priority"])
    };
    let first = oms.change_location(change(2)).await.unwrap();

    let second = refused(oms.change_location(change(3)).await);

    assert_eq!(second, refusal(Code::Aborted, "ETAG_MISMATCH").with("etag", &first.etag));
    let missing = update(Location { code: "x".to_owned(), ..Default::default() }, &["priority"]);
    let missing = refused(oms.change_location(missing).await);
    assert_eq!(missing, refusal(Code::NotFound, "LOCATION_NOT_FOUND").with("location", "x"));
}

async fn a_merchant_has_at_most_200_locations(oms: &Oms) {
    let made = (1..200).map(|n| async move { oms.location(&format!("L{n}"), n).await });
    futures::future::join_all(made).await;

    let one_more = refused(oms.add_location("one-more", 0, true).await);

    assert_eq!(one_more, refusal(Code::FailedPrecondition, "TOO_MANY_LOCATIONS").with("maximum", 200));
    assert_eq!(oms.all_locations().await.len(), 200);
}

async fn every_bad_field_of_a_location_is_named(oms: &Oms) {
    let created = oms.add_location("\n", -1, true).await;
    let bad = Location { display_name: "x".repeat(257), priority: 1_000_001, ..Default::default() };
    let changed = oms.change_location(update(bad, &["display_name", "priority", "code"])).await;
    let nothing = oms.change_location(UpdateLocationRequest::default()).await;

    assert_eq!(refused(created), malformed(&["code", "priority"]));
    let fields = ["location.code", "location.display_name", "location.priority", "update_mask"];
    assert_eq!(refused(changed), malformed(&fields));
    assert_eq!(refused(nothing), malformed(&["request_id", "location", "update_mask"]));
}
