//! Stock that a sync adopted for a single is not counted twice once the single is a kit: it is refused, or written off with it.

use proto::{
    catalogue::v1::{Listing, ListingKind, MapListingRequest, StartSyncRequest, SyncItem},
    inventory::v1::{AdjustmentReason, ListMovementsRequest, Movement, MovementKind},
};
use tests::{
    Oms, both_engines, refusal, refused,
    refused::malformed,
    request_id,
    story::{Level, Shop, components, item, reserve_request},
};
use tonic::Code;

both_engines!(
    adopted_stock_is_not_counted_twice_in_a_kit,
    adopted_stock_is_written_off_with_the_change_into_a_kit,
    what_is_promised_to_orders_is_not_written_off,
    adopted_stock_is_written_off_where_it_was_adopted,
    adopted_stock_that_was_moved_is_not_guessed_at,
    a_kit_that_is_refused_writes_nothing_off,
    a_write_off_needs_a_kit,
    an_order_that_comes_in_between_keeps_its_units,
);

/// A single for whose own ISKU a sync adopted 24 units, and the part that it turns out to consist of.
async fn pair_with_24_adopted(oms: &Oms) -> Shop {
    oms.isku("A").on_hand(9).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(vec![SyncItem { channel_quantity: Some(24), ..item(1, "PAIR") }]).await.unwrap();
    shop
}

async fn write_offs(oms: &Oms) -> Vec<Movement> {
    let movements = oms.movements(ListMovementsRequest { isku_code: "PAIR".to_owned(), ..Default::default() }).await;
    movements.unwrap().into_iter().filter(|movement| movement.kind() == MovementKind::Adjust).collect()
}

/// Where and how many units were written off.
async fn written_off(oms: &Oms) -> Vec<(String, i64)> {
    let write_offs = write_offs(oms).await;
    assert!(write_offs.iter().all(|movement| movement.reason() == AdjustmentReason::WriteOff), "{write_offs:?}");
    write_offs.into_iter().map(|movement| (movement.location, movement.on_hand_delta)).collect()
}

fn is_kit(listing: &Listing) {
    let parts = &listing.mapping.as_ref().unwrap().components;
    assert_eq!((listing.kind(), parts[0].isku_code.as_str(), parts[0].quantity), (ListingKind::Kit, "A", 2));
}

async fn adopted_stock_is_not_counted_twice_in_a_kit(oms: &Oms) {
    let shop = pair_with_24_adopted(oms).await;

    let refused = refused(shop.make_kit(shop.csku("PAIR"), &[("A", 2)]).await);

    let expected = refusal(Code::FailedPrecondition, "ADOPTED_STOCK");
    assert_eq!(refused, expected.with("isku_code", "PAIR").with("on_hand", 24).with("location", "default"));
    assert_eq!(oms.level("PAIR").await, Level::of(24, 0));
}

async fn adopted_stock_is_written_off_with_the_change_into_a_kit(oms: &Oms) {
    let shop = pair_with_24_adopted(oms).await;
    let request = MapListingRequest {
        request_id: request_id(),
        key: Some(shop.csku("PAIR")),
        components: components(&[("A", 2)]),
        make_kit: true,
        write_off_adopted: true,
        ..Default::default()
    };
    let map = async || oms.mappings.clone().map_listing(request.clone()).await.unwrap().into_inner();

    let first = map().await;
    oms.receive(&[("PAIR", 5)]).await.unwrap();
    let again = map().await;

    is_kit(first.listing.as_ref().unwrap());
    assert!(again.replayed && again.listing == first.listing);
    assert_eq!(written_off(oms).await, [("default".to_owned(), -24)]);
    assert_eq!(oms.level("PAIR").await, Level::of(5, 0), "what came in later is not what was adopted");
    assert_eq!(shop.offer(shop.csku("PAIR")).await.quantity, Some(4));
    let other = refused(shop.make_kit_and_write_off(shop.csku("PAIR"), &[("A", 2)]).await);
    assert_eq!(other.kind(), (Code::FailedPrecondition, "KIND_MISMATCH"));
}

async fn what_is_promised_to_orders_is_not_written_off(oms: &Oms) {
    let shop = pair_with_24_adopted(oms).await;
    shop.sell("1", &[("PAIR", 4)]).await.unwrap();

    let kit = shop.make_kit_and_write_off(shop.csku("PAIR"), &[("A", 2)]).await.unwrap();

    is_kit(&kit.listing.unwrap());
    assert_eq!(written_off(oms).await, [("default".to_owned(), -20)]);
    assert_eq!(oms.level("PAIR").await, Level::of(4, 4));
}

async fn adopted_stock_is_written_off_where_it_was_adopted(oms: &Oms) {
    oms.isku("A").on_hand(9).await;
    oms.location("kl", 1).await;
    let shop = oms.connect("shopify", "shop").await;
    let start = StartSyncRequest { opening_location: "kl".to_owned(), ..Default::default() };
    let sync_id = shop.start_sync_as(start).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &[SyncItem { channel_quantity: Some(24), ..item(1, "PAIR") }]).await.unwrap();
    shop.complete(&sync_id, 1).await.unwrap();

    shop.make_kit_and_write_off(shop.csku("PAIR"), &[("A", 2)]).await.unwrap();

    assert_eq!(written_off(oms).await, [("kl".to_owned(), -24)]);
}

async fn adopted_stock_that_was_moved_is_not_guessed_at(oms: &Oms) {
    let shop = pair_with_24_adopted(oms).await;
    oms.location("kl", 1).await;
    oms.transfer(("default", "kl"), &[("PAIR", 10)]).await.unwrap();

    let moved = refused(shop.make_kit_and_write_off(shop.csku("PAIR"), &[("A", 2)]).await);
    oms.transfer(("kl", "default"), &[("PAIR", 10)]).await.unwrap();
    let kit = shop.make_kit_and_write_off(shop.csku("PAIR"), &[("A", 2)]).await.unwrap();

    let expected = refusal(Code::FailedPrecondition, "ADOPTED_STOCK");
    assert_eq!(moved, expected.with("isku_code", "PAIR").with("on_hand", 24).with("location", "default"));
    is_kit(&kit.listing.unwrap());
    assert_eq!(written_off(oms).await, [("default".to_owned(), -24)]);
}

async fn a_kit_that_is_refused_writes_nothing_off(oms: &Oms) {
    let shop = pair_with_24_adopted(oms).await;
    shop.kit("TWO", &[("A", 2)]).await.unwrap();

    let missing = refused(shop.make_kit_and_write_off(shop.csku("PAIR"), &[("NONE", 2)]).await);
    let double = refused(shop.make_kit_and_write_off(shop.csku("PAIR"), &[("A", 2)]).await);

    assert_eq!([missing.reason.as_str(), double.reason.as_str()], ["ISKU_NOT_FOUND", "DUPLICATE_MAPPING"]);
    assert_eq!(oms.level("PAIR").await, Level::of(24, 0));
}

async fn a_write_off_needs_a_kit(oms: &Oms) {
    let shop = pair_with_24_adopted(oms).await;
    let request = MapListingRequest {
        request_id: request_id(),
        key: Some(shop.csku("PAIR")),
        components: components(&[("A", 1)]),
        write_off_adopted: true,
        ..Default::default()
    };

    let told = refused(oms.mappings.clone().map_listing(request).await);

    assert_eq!(told, malformed(&["write_off_adopted"]));
}

async fn an_order_that_comes_in_between_keeps_its_units(oms: &Oms) {
    let shop = pair_with_24_adopted(oms).await;
    oms.gate().keep_answers_of("/ResolveIskus", 0);

    let (key, parts) = (shop.csku("PAIR"), [("A", 2)]);
    let (kit, ()) = futures::join!(shop.make_kit_and_write_off(key, &parts), async {
        oms.gate().kept(1).await;
        oms.hold(reserve_request("1", &[("PAIR", 3, &[("PAIR", 1)])])).await.unwrap();
        oms.gate().open();
    });

    is_kit(&kit.unwrap().listing.unwrap());
    assert_eq!(written_off(oms).await, [("default".to_owned(), -21)]);
    assert_eq!(oms.level("PAIR").await, Level::of(3, 3));
}

mod killed {
    //! The catalogue ends after the write-off and before the kit.

    use tests::{Engine, Oms, on_both_engines, story::Level};

    use super::{is_kit, pair_with_24_adopted, written_off};

    on_both_engines!(a_write_off_that_was_killed_is_healed_by_repeating);

    async fn a_write_off_that_was_killed_is_healed_by_repeating(engine: Engine) {
        let mut oms = Oms::start_as_processes(engine).await;
        let shop = pair_with_24_adopted(&oms).await;
        oms.gate().keep_answers_of("/AdjustStock", 0);
        let making = tokio::spawn(async move { shop.make_kit_and_write_off(shop.csku("PAIR"), &[("A", 2)]).await });
        oms.gate().kept(1).await;

        oms.kill_and_restart_catalogue().await;
        assert!(making.await.unwrap().is_err(), "the caller knows that it was cut off");
        // Stock that came in meanwhile is not taken for what was adopted.
        oms.receive(&[("PAIR", 5)]).await.unwrap();
        let shop = oms.shop("shopify", "shop");
        assert_eq!(
            shop.listing(shop.csku("PAIR")).await.unwrap().mapping.unwrap().revision,
            1,
            "nothing was committed"
        );
        let kit = shop.make_kit_and_write_off(shop.csku("PAIR"), &[("A", 2)]).await.unwrap();

        is_kit(&kit.listing.unwrap());
        assert_eq!(written_off(&oms).await, [("default".to_owned(), -24)]);
        assert_eq!(oms.level("PAIR").await, Level::of(5, 0));
        drop(shop);
        oms.finish().await;
    }
}
