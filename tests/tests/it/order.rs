//! Orders: whole or not at all, once for ever, honoured for every mapped listing.

use proto::{
    catalogue::v1::{
        CreateListingRequest, ListingKind, OrderLine, OrderState as State, SyncItem, order_line::Code as Line,
    },
    inventory::v1::EnsureIskuItem,
};
use tests::{
    Oms, both_engines, refusal, refused,
    refused::malformed,
    request_id,
    story::{Level, Shop, item, names},
};
use tonic::Code;

both_engines!(
    a_kit_order_reserves_all_of_its_components_or_none,
    two_lines_that_share_a_component_are_summed,
    an_order_for_a_parent_sku_is_refused,
    the_same_order_again_returns_the_first_reservation,
    the_same_order_after_a_remap_keeps_its_reservation,
    the_same_order_with_other_lines_is_refused,
    an_order_is_honoured_published_or_not,
    an_unmapped_listing_cannot_be_ordered,
    lines_without_stock_are_answered_and_take_nothing,
    a_listing_without_csku_is_ordered_by_its_id,
    cancelling_gives_everything_back_and_may_be_repeated,
    a_cancelled_order_is_never_booked_again,
    a_shipped_order_cannot_be_cancelled,
    an_order_nobody_placed_is_not_found,
    every_bad_field_of_an_order_is_named,
    an_order_of_more_components_than_one_reservation_takes_is_refused_by_its_lines,
);

async fn shop_with_a_kit(oms: &Oms) -> Shop {
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(3).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("A", None).await.unwrap();
    shop.kit("BOX", &[("A", 1), ("B", 2)]).await.unwrap();
    shop
}

async fn a_kit_order_reserves_all_of_its_components_or_none(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;

    let short = refused(shop.sell("1", &[("BOX", 2)]).await);
    let expected = refusal(Code::FailedPrecondition, "INSUFFICIENT_STOCK").with("short_count", 1);
    assert_eq!(short, expected.with("isku_code_0", "B").with("requested_0", 4).with("available_0", 3));
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 0), Level::of(3, 0)));

    let order = shop.sell("2", &[("BOX", 1)]).await.unwrap().order.unwrap();
    assert_eq!((order.state(), order.lines[0].held, order.lines[0].mapping_revision), (State::Held, 1, 1));
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 1), Level::of(3, 2)));
}

async fn two_lines_that_share_a_component_are_summed(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;

    let short = refused(shop.sell("1", &[("BOX", 1), ("A", 3), ("A", 2)]).await);

    let expected = refusal(Code::FailedPrecondition, "INSUFFICIENT_STOCK").with("short_count", 1);
    assert_eq!(short, expected.with("isku_code_0", "A").with("requested_0", 6).with("available_0", 5));
    assert!(shop.sell("2", &[("BOX", 1), ("A", 2), ("A", 2)]).await.is_ok());
    assert_eq!(oms.level("A").await, Level::of(5, 5));
}

async fn an_order_for_a_parent_sku_is_refused(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;
    shop.group("FAMILY", &["A"]).await.unwrap();

    let parent = refused(shop.sell("1", &[("A", 1), ("FAMILY", 1)]).await);

    assert_eq!(parent, refusal(Code::FailedPrecondition, "ORDER_FOR_GROUP").with("csku", "FAMILY"));
    assert_eq!(oms.level("A").await, Level::of(5, 0));
}

async fn the_same_order_again_returns_the_first_reservation(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;
    let first = shop.sell("1", &[("BOX", 1), ("A", 1)]).await.unwrap();

    let again = shop.sell("1", &[("A", 1), ("BOX", 1)]).await.unwrap();

    assert!(!first.existing && again.existing);
    assert_eq!(first.order.unwrap().reservation_id, again.order.unwrap().reservation_id);
    assert_eq!(oms.level("A").await, Level::of(5, 2));
}

async fn the_same_order_after_a_remap_keeps_its_reservation(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;
    oms.isku("C").on_hand(9).await;
    let first = shop.sell("1", &[("A", 2)]).await.unwrap().order.unwrap();
    shop.remap(shop.csku("A"), 1, &[("C", 1)]).await.unwrap();

    let again = shop.sell("1", &[("A", 2)]).await.unwrap();
    let later = shop.sell("2", &[("A", 1)]).await.unwrap().order.unwrap();

    assert!(again.existing);
    let again = again.order.unwrap();
    assert_eq!((&again.reservation_id, again.lines[0].mapping_revision), (&first.reservation_id, 1));
    assert_eq!(later.lines[0].mapping_revision, 2);
    assert_eq!((oms.level("A").await, oms.level("C").await), (Level::of(5, 2), Level::of(9, 1)));
}

async fn the_same_order_with_other_lines_is_refused(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;
    let first = shop.sell("1", &[("A", 1)]).await.unwrap().order.unwrap();

    let expected = refusal(Code::AlreadyExists, "ORDER_DIFFERS").with("reservation_id", first.reservation_id);
    assert_eq!(refused(shop.sell("1", &[("A", 2)]).await), expected);
    assert_eq!(refused(shop.sell("1", &[("A", 1), ("BOX", 1)]).await), expected);
    assert_eq!(oms.level("A").await, Level::of(5, 1));
}

async fn an_order_is_honoured_published_or_not(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;
    shop.sell("1", &[("A", 1)]).await.unwrap();
    shop.publish(shop.csku("A")).await.unwrap();
    shop.sell("2", &[("A", 1)]).await.unwrap();
    shop.unpublish(shop.csku("A")).await.unwrap();

    shop.sell("3", &[("A", 1)]).await.unwrap();

    assert_eq!(oms.level("A").await, Level::of(5, 3));
}

async fn an_unmapped_listing_cannot_be_ordered(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;
    shop.single("NOTHING", None).await.unwrap();

    let unmapped = refused(shop.sell("1", &[("A", 1), ("NOTHING", 1)]).await);
    let unknown = refused(shop.sell("1", &[("A", 1), ("NONE", 1)]).await);

    assert_eq!(unmapped, refusal(Code::FailedPrecondition, "LISTING_UNMAPPED").with("csku", "NOTHING"));
    assert_eq!(unknown, refusal(Code::NotFound, "LISTING_NOT_FOUND").with("csku", "NONE"));
    assert_eq!(oms.level("A").await, Level::of(5, 0));
}

async fn lines_without_stock_are_answered_and_take_nothing(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;
    let card = CreateListingRequest { stock_untracked: true, ..shop.new_listing("CARD", ListingKind::Single) };
    shop.create(card).await.unwrap();

    let mixed = shop.sell("1", &[("A", 1), ("CARD", 4)]).await.unwrap();
    let nothing = refused(shop.sell("2", &[("CARD", 1)]).await);

    assert_eq!(mixed.untracked, names(&["CARD"]));
    assert_eq!(mixed.order.unwrap().lines.len(), 1);
    assert_eq!(nothing, refusal(Code::FailedPrecondition, "NOTHING_TO_RESERVE"));
}

async fn a_listing_without_csku_is_ordered_by_its_id(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let shop = oms.connect("shopify", "shop").await;
    let feed = SyncItem { csku: String::new(), channel_listing_id: "gid/9".to_owned(), ..item(1, "") };
    shop.sync(vec![feed]).await.unwrap();
    shop.map(shop.id("gid/9"), &[("A", 1)]).await.unwrap();

    let line = OrderLine { code: Some(Line::ChannelListingId("gid/9".to_owned())), quantity: 2 };
    let order = shop.allocate("1", vec![line]).await.unwrap().order.unwrap();

    assert_eq!((order.lines[0].csku.as_str(), order.lines[0].held), ("gid/9", 2));
    assert_eq!(oms.level("A").await, Level::of(5, 2));
}

async fn cancelling_gives_everything_back_and_may_be_repeated(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;
    shop.sell("1", &[("BOX", 1)]).await.unwrap();

    let cancelled = shop.cancel("1").await.unwrap();
    let again = shop.cancel("1").await.unwrap();

    assert_eq!((cancelled.state(), again.state()), (State::Released, State::Released));
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(5, 0), Level::of(3, 0)));
}

async fn a_cancelled_order_is_never_booked_again(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;
    shop.sell("1", &[("A", 1)]).await.unwrap();
    shop.cancel("1").await.unwrap();

    let again = shop.sell("1", &[("A", 1)]).await.unwrap();

    assert!(again.existing);
    assert_eq!(again.order.unwrap().state(), State::Released);
    assert_eq!(oms.level("A").await, Level::of(5, 0));
}

async fn a_shipped_order_cannot_be_cancelled(oms: &Oms) {
    use proto::inventory::v1::{ShipReservationRequest, ship_reservation_request::Target};
    let shop = shop_with_a_kit(oms).await;
    let order = shop.sell("1", &[("A", 1)]).await.unwrap().order.unwrap();
    let ship = ShipReservationRequest {
        request_id: tests::request_id(),
        target: Some(Target::ReservationId(order.reservation_id.clone())),
        ..Default::default()
    };
    oms.reservations.clone().ship_reservation(ship).await.unwrap();

    let late = refused(shop.cancel("1").await);

    let expected = refusal(Code::FailedPrecondition, "ORDER_SHIPPED");
    assert_eq!(late, expected.with("reservation_id", order.reservation_id));
}

async fn an_order_nobody_placed_is_not_found(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;

    assert_eq!(refused(shop.cancel("404").await).kind(), (Code::NotFound, "ORDER_NOT_FOUND"));
    let elsewhere = oms.shop("lazada-sg", "nobody");
    let unknown = refusal(Code::NotFound, "ACCOUNT_NOT_FOUND").with("channel", "lazada-sg");
    assert_eq!(refused(elsewhere.sell("1", &[("A", 1)]).await), unknown);
    assert_eq!(refused(elsewhere.cancel("1").await), unknown);
}

async fn every_bad_field_of_an_order_is_named(oms: &Oms) {
    let shop = shop_with_a_kit(oms).await;
    let line = |code, quantity| OrderLine { code, quantity };

    let lines =
        vec![line(None, 1), line(Some(Line::Csku("A".to_owned())), 0), line(Some(Line::Csku(String::new())), 1)];
    let bad = refused(shop.allocate("", lines).await);

    assert_eq!(bad, malformed(&["order_id", "lines[0].code", "lines[1].quantity", "lines[2].csku"]));
    assert_eq!(refused(shop.allocate("1", vec![]).await), malformed(&["lines"]));
}

async fn an_order_of_more_components_than_one_reservation_takes_is_refused_by_its_lines(oms: &Oms) {
    let codes: Vec<String> = (0..100).map(|n| format!("{n:03}{}", "📦".repeat(125))).collect();
    let isku = |code: &String| EnsureIskuItem { request_id: request_id(), code: code.clone(), ..Default::default() };
    oms.ensure(codes.iter().map(isku).collect()).await.unwrap();
    let shop = oms.connect("shopify", "shop").await;
    // Each is a set of its own.
    let kits: Vec<String> = (1..=90).map(|n| n.to_string()).collect();
    for (kit, quantity) in kits.iter().zip(1..) {
        let of: Vec<_> = codes.iter().map(|code| (code.as_str(), quantity)).collect();
        shop.kit(kit, &of).await.unwrap();
    }

    let lines: Vec<_> = kits.iter().map(|kit| (kit.as_str(), 1)).collect();
    let whole = shop.sell("whole", &lines).await;
    let part = shop.sell("part", &lines[..10]).await;

    assert_eq!(refused(whole), malformed(&["lines"]));
    assert_eq!(refused(part).kind(), (Code::FailedPrecondition, "INSUFFICIENT_STOCK"));
}
