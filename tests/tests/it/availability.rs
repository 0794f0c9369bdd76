//! What a listing may offer, and the rule that cut the number.

use proto::catalogue::v1::{AvailabilityRule as Rule, CreateListingRequest, ListingKind, SellerAccount};
use tests::{Oms, both_engines};

both_engines!(
    a_single_offers_what_is_available,
    a_kit_offers_the_fewest_whole_kits_and_names_the_limit,
    a_buffer_is_held_back_and_a_maximum_caps,
    a_group_offers_its_members,
    what_has_no_stock_offers_no_quantity,
);

async fn a_single_offers_what_is_available(oms: &Oms) {
    oms.isku("TEE").on_hand(10).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    shop.sell("1", &[("TEE", 3)]).await.unwrap();

    let offer = shop.offer(shop.csku("TEE")).await;

    assert_eq!((offer.quantity, offer.rule(), offer.limiting_isku_code.as_str()), (Some(7), Rule::Stock, "TEE"));
}

async fn a_kit_offers_the_fewest_whole_kits_and_names_the_limit(oms: &Oms) {
    for (code, quantity) in [("A", 100), ("B", 7), ("C", 50)] {
        oms.isku(code).on_hand(quantity).await;
    }
    let shop = oms.connect("shopify", "shop").await;
    shop.kit("BOX", &[("A", 1), ("B", 3), ("C", 2)]).await.unwrap();

    let offer = shop.offer(shop.csku("BOX")).await;

    assert_eq!((offer.quantity, offer.rule(), offer.limiting_isku_code.as_str()), (Some(2), Rule::Stock, "B"));
}

async fn a_buffer_is_held_back_and_a_maximum_caps(oms: &Oms) {
    oms.isku("TEE").on_hand(10).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    let offered = async |buffer, maximum| {
        shop.update(&["buffer", "maximum"], SellerAccount { buffer, maximum, ..Default::default() }).await.unwrap();
        let offer = shop.offer(shop.csku("TEE")).await;
        (offer.quantity, offer.rule())
    };

    assert_eq!(offered(4, None).await, (Some(6), Rule::Buffer));
    assert_eq!(offered(4, Some(5)).await, (Some(5), Rule::Maximum));
    assert_eq!(offered(11, None).await, (Some(0), Rule::Buffer));
    assert_eq!(offered(0, Some(50)).await, (Some(10), Rule::Stock));
}

async fn a_group_offers_its_members(oms: &Oms) {
    for (code, quantity) in [("S", 1), ("M", 2)] {
        oms.isku(code).on_hand(quantity).await;
    }
    let shop = oms.connect("shopify", "shop").await;
    for csku in ["S", "M"] {
        shop.single(csku, None).await.unwrap();
    }
    shop.group("TEE", &["S", "M"]).await.unwrap();

    let offer = shop.offer(shop.csku("TEE")).await;

    assert_eq!((offer.quantity, offer.rule()), (None, Rule::Members));
    let members: Vec<_> = offer.members.iter().map(|member| member.quantity).collect();
    assert_eq!(members, [Some(1), Some(2)]);
}

async fn what_has_no_stock_offers_no_quantity(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.single("UNMAPPED", None).await.unwrap();
    let card = CreateListingRequest { stock_untracked: true, ..shop.new_listing("CARD", ListingKind::Single) };
    shop.create(card).await.unwrap();
    let offered = async |csku: &str| {
        let offer = shop.offer(shop.csku(csku)).await;
        (offer.quantity, offer.rule())
    };

    assert_eq!(offered("UNMAPPED").await, (None, Rule::Unmapped));
    assert_eq!(offered("CARD").await, (None, Rule::Untracked));
    assert_eq!(offered("NONE").await, (None, Rule::NotFound));
}
