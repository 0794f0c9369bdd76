//! A remap and the orders that were sold before it: shown before, left as they are, shipped from what they hold.

use proto::{
    catalogue::v1::{OpenReservation, OrderLine, OrderState, SyncItem, order_line::Code as Line},
    inventory::v1::{ReserveRequest, reserve_request::Expiration},
};
use tests::{
    Oms, both_engines,
    story::{Level, Shop, item, reserve_request},
};

both_engines!(
    a_preview_shows_what_orders_hold_of_the_listing,
    what_was_sold_before_a_remap_is_shipped_from_the_old_isku,
    every_revision_that_holds_what_is_sold_now_is_shown,
    what_was_sold_under_the_channels_id_is_shown_too,
    of_many_orders_the_newest_are_shown,
);

/// The account that the harness confirms, extends and ships orders of.
async fn shop(oms: &Oms) -> Shop {
    for code in ["TEE", "CAP", "MUG"] {
        oms.isku(code).on_hand(200).await;
    }
    oms.connect("shop", "seller@example.com").await
}

/// Orders with what they hold, such as `2: 3 x TEE at 1 (TEE x 1)`.
fn told(open: &[OpenReservation]) -> Vec<String> {
    let tell = |open: &OpenReservation| {
        let parts: Vec<_> =
            open.components.iter().map(|part| format!("{} x {}", part.isku_code, part.quantity)).collect();
        let OpenReservation { order_id, held, csku, mapping_revision, .. } = open;
        format!("{order_id}: {held} x {csku} at {mapping_revision} ({})", parts.join(", "))
    };
    open.iter().map(tell).collect()
}

async fn a_preview_shows_what_orders_hold_of_the_listing(oms: &Oms) {
    let shop = shop(oms).await;
    let elsewhere = oms.connect("fair", "seller@example.com").await;
    for shop in [&shop, &elsewhere] {
        shop.single("TEE", None).await.unwrap();
    }
    shop.kit("BOX", &[("TEE", 1), ("CAP", 1)]).await.unwrap();
    elsewhere.sell("elsewhere", &[("TEE", 4)]).await.unwrap();
    shop.sell("in a box", &[("BOX", 4)]).await.unwrap();
    for order in ["confirmed", "begun", "shipped", "cancelled"] {
        shop.sell(order, &[("TEE", 2), ("BOX", 1)]).await.unwrap();
    }
    let expiration = Some(Expiration::Ttl(prost_types::Duration { seconds: 3_600, nanos: 0 }));
    let due = reserve_request("due", &[("TEE", 2, &[("TEE", 1)])]);
    oms.hold(ReserveRequest { expiration, ..due }).await.unwrap();
    oms.confirm("confirmed").await.unwrap();
    oms.ship("begun", &[("TEE", 1)]).await.unwrap();
    oms.ship("shipped", &[("TEE", 2)]).await.unwrap();
    shop.cancel("cancelled").await.unwrap();

    let preview = shop.preview_remap(shop.csku("TEE"), 1, &[("MUG", 1)]).await.unwrap();

    let open = preview.open_reservations;
    let expected =
        ["due: 2 x TEE at 1 (TEE x 1)", "begun: 1 x TEE at 1 (TEE x 1)", "confirmed: 2 x TEE at 1 (TEE x 1)"];
    assert_eq!(told(&open), expected);
    assert!(!preview.more_open_reservations);
    let states: Vec<_> = open.iter().map(|open| (open.state(), open.expire_time.is_some())).collect();
    use OrderState::{Confirmed, Held};
    assert_eq!(states, [(Held, true), (Held, false), (Confirmed, false)]);
    for open in open {
        let reservation = oms.reservation(&open.order_id).await.unwrap();
        assert_eq!((open.reservation_id, open.expire_time), (reservation.reservation_id, reservation.expire_time));
    }
}

async fn what_was_sold_before_a_remap_is_shipped_from_the_old_isku(oms: &Oms) {
    let shop = shop(oms).await;
    shop.single("TEE", None).await.unwrap();
    shop.sell("before", &[("TEE", 3)]).await.unwrap();
    let before = oms.reservation("before").await.unwrap();
    let preview = shop.preview_remap(shop.csku("TEE"), 1, &[("MUG", 1)]).await.unwrap();
    assert_eq!(told(&preview.open_reservations), ["before: 3 x TEE at 1 (TEE x 1)"]);

    let remapped = shop.remap(shop.csku("TEE"), 1, &[("MUG", 1)]).await.unwrap();
    assert_eq!(remapped.open_reservations, []);
    assert_eq!(oms.reservation("before").await.unwrap(), before);
    shop.sell("after", &[("TEE", 2)]).await.unwrap();
    assert_eq!((oms.level("TEE").await, oms.level("MUG").await), (Level::of(200, 3), Level::of(200, 2)));

    oms.ship("before", &[]).await.unwrap();
    assert_eq!((oms.level("TEE").await, oms.level("MUG").await), (Level::of(197, 0), Level::of(200, 2)));
    let preview = shop.preview_remap(shop.csku("TEE"), 2, &[("CAP", 1)]).await.unwrap();
    assert_eq!(told(&preview.open_reservations), ["after: 2 x TEE at 2 (MUG x 1)"]);
}

async fn every_revision_that_holds_what_is_sold_now_is_shown(oms: &Oms) {
    let shop = shop(oms).await;
    shop.kit("BOX", &[("TEE", 1), ("CAP", 1)]).await.unwrap();
    shop.sell("1", &[("BOX", 1)]).await.unwrap();
    shop.remap(shop.csku("BOX"), 1, &[("CAP", 2), ("MUG", 1)]).await.unwrap();
    shop.sell("2", &[("BOX", 3)]).await.unwrap();
    shop.remap(shop.csku("BOX"), 2, &[("TEE", 1), ("MUG", 1)]).await.unwrap();
    shop.sell("3", &[("BOX", 2)]).await.unwrap();
    let shown = async |revision| {
        let preview = shop.preview_remap(shop.csku("BOX"), revision, &[("CAP", 1)]).await.unwrap();
        told(&preview.open_reservations)
    };

    let [first, second, third] = [
        "1: 1 x BOX at 1 (CAP x 1, TEE x 1)",
        "2: 3 x BOX at 2 (CAP x 2, MUG x 1)",
        "3: 2 x BOX at 3 (MUG x 1, TEE x 1)",
    ];
    assert_eq!(shown(3).await, [third, second, first]);
    shop.remap(shop.csku("BOX"), 3, &[("TEE", 1)]).await.unwrap();
    assert_eq!(shown(4).await, [third, first], "what holds nothing of it was left behind by the remap before");
}

async fn what_was_sold_under_the_channels_id_is_shown_too(oms: &Oms) {
    let shop = shop(oms).await;
    let feed = |csku: &str| SyncItem { csku: csku.to_owned(), channel_listing_id: "gid/9".to_owned(), ..item(1, "") };
    shop.sync(vec![feed("")]).await.unwrap();
    shop.map(shop.id("gid/9"), &[("TEE", 1)]).await.unwrap();
    let line = OrderLine { code: Some(Line::ChannelListingId("gid/9".to_owned())), quantity: 2 };
    shop.allocate("1", vec![line]).await.unwrap();
    shop.sync(vec![feed("NINE")]).await.unwrap();
    shop.sell("2", &[("NINE", 1)]).await.unwrap();

    let preview = shop.preview_remap(shop.csku("NINE"), 1, &[("MUG", 1)]).await.unwrap();

    assert_eq!(told(&preview.open_reservations), ["2: 1 x NINE at 1 (TEE x 1)", "1: 2 x gid/9 at 1 (TEE x 1)"],);
}

async fn of_many_orders_the_newest_are_shown(oms: &Oms) {
    let shop = shop(oms).await;
    shop.single("TEE", None).await.unwrap();
    let order = |n: i32| reserve_request(&n.to_string(), &[("TEE", 1, &[("TEE", 1)])]);
    let shown = async || {
        let preview = shop.preview_remap(shop.csku("TEE"), 1, &[("MUG", 1)]).await.unwrap();
        let orders: Vec<i32> = preview.open_reservations.iter().map(|open| open.order_id.parse().unwrap()).collect();
        (orders, preview.more_open_reservations)
    };

    for n in 1..=100 {
        oms.hold(order(n)).await.unwrap();
    }
    assert_eq!(shown().await, ((1..=100).rev().collect(), false));
    oms.hold(order(101)).await.unwrap();
    assert_eq!(shown().await, ((2..=101).rev().collect(), true));
}
