//! Callers of the catalogue at once: what the rules forbid does not slip through between two of them.

use futures::future::join_all;
use proto::{
    catalogue::v1::{FindingKind, ListingIntent, SyncItem, SyncScope, SyncState},
    inventory::v1::{GetReservationRequest, get_reservation_request::Target},
};
use tests::{
    Engine, Oms, Refusal, both_engines,
    story::{Level, Shop, item},
};

both_engines!(
    two_listings_mapped_to_one_isku_at_once_are_not_both_mapped,
    one_listing_remapped_twice_at_once_is_remapped_once,
    a_shop_connected_twice_at_once_is_connected_once,
    a_listing_created_twice_at_once_is_created_once,
    an_order_allocated_twice_at_once_is_held_once,
    sessions_started_at_once_are_one,
    a_sync_completed_twice_at_once_is_applied_once,
    a_remap_and_an_order_at_once_agree_on_the_revision,
);

/// The shop at every replica of the catalogue; SQLite has one.
async fn at_replicas(oms: &Oms, shop: &Shop) -> Vec<Shop> {
    let merchants = match oms.site().engine() {
        Engine::Sqlite => vec![oms.acme().clone()],
        Engine::Postgres => vec![oms.acme().clone(), oms.second_pair().await],
    };
    merchants.into_iter().map(|merchant| Shop { merchant, key: shop.key.clone() }).collect()
}

fn reasons<T>(answers: &[Result<T, tonic::Status>]) -> Vec<String> {
    answers.iter().filter_map(|answer| answer.as_ref().err()).map(|status| Refusal::from(status).reason).collect()
}

async fn two_listings_mapped_to_one_isku_at_once_are_not_both_mapped(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let replicas = at_replicas(oms, &shop).await;
    for round in 0..10 {
        let isku = format!("ISKU-{round}");
        oms.isku(&isku).await;
        let cskus: Vec<_> = (0..4).map(|copy| format!("{round}-{copy}")).collect();
        for csku in &cskus {
            shop.single(csku, None).await.unwrap();
        }

        let callers = cskus.iter().zip(replicas.iter().cycle());
        let answers = join_all(callers.map(async |(csku, shop)| shop.map(shop.csku(csku), &[(&isku, 1)]).await)).await;

        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "round {round}: {:?}", reasons(&answers));
        assert_eq!(reasons(&answers), ["DUPLICATE_MAPPING"; 3]);
    }
    assert!(shop.findings(FindingKind::DuplicateMapping).await.is_empty());
}

async fn one_listing_remapped_twice_at_once_is_remapped_once(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    for code in ["TEE", "B", "C", "D", "E"] {
        oms.isku(code).await;
    }
    shop.single("TEE", None).await.unwrap();

    let replicas = at_replicas(oms, &shop).await;
    let callers = ["B", "C", "D", "E"].into_iter().zip(replicas.iter().cycle());

    let answers = join_all(callers.map(async |(code, shop)| shop.remap(shop.csku("TEE"), 1, &[(code, 1)]).await)).await;

    assert_eq!(reasons(&answers), ["REVISION_MISMATCH"; 3]);
    assert_eq!(shop.revisions(shop.csku("TEE")).await.unwrap().len(), 2);
}

async fn a_shop_connected_twice_at_once_is_connected_once(oms: &Oms) {
    for round in 0..3 {
        let shop = oms.shop("shopify", &format!("shop-{round}"));
        let replicas = at_replicas(oms, &shop).await;

        let answers = join_all(replicas.iter().cycle().take(4).map(async |shop| shop.connect().await)).await;

        assert_eq!(reasons(&answers), ["ACCOUNT_EXISTS"; 3], "round {round}");
    }
    assert_eq!(oms.accounts().await.unwrap().len(), 3);
}

async fn a_listing_created_twice_at_once_is_created_once(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let replicas = at_replicas(oms, &shop).await;
    for round in 0..10 {
        let csku = format!("TEE-{round}");

        let answers = join_all(replicas.iter().cycle().take(4).map(async |shop| shop.single(&csku, None).await)).await;

        assert_eq!(reasons(&answers), ["LISTING_EXISTS"; 3], "round {round}");
    }
    assert_eq!(shop.listings().await.len(), 10);
}

async fn an_order_allocated_twice_at_once_is_held_once(oms: &Oms) {
    oms.isku("TEE").on_hand(100).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();

    let replicas = at_replicas(oms, &shop).await;
    for round in 0..10 {
        let order = round.to_string();
        let callers = replicas.iter().cycle().take(4);
        let answers = join_all(callers.map(async |shop| shop.sell(&order, &[("TEE", 2)]).await.unwrap())).await;

        assert_eq!(answers.iter().filter(|answer| !answer.existing).count(), 1, "round {round}");
    }
    assert_eq!(oms.level("TEE").await, Level::of(100, 20));
}

async fn sessions_started_at_once_are_one(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let replicas = at_replicas(oms, &shop).await;
    let callers = replicas.iter().cycle().take(8);

    let answers = join_all(callers.map(async |shop| shop.start_sync(SyncScope::Full).await.unwrap())).await;

    assert_eq!(answers.iter().filter(|answer| !answer.existing).count(), 1);
    let ids: Vec<_> = answers.into_iter().map(|answer| answer.sync.unwrap().sync_id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

async fn a_sync_completed_twice_at_once_is_applied_once(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let feed: Vec<_> =
        (1..=1_200).map(|row| SyncItem { channel_quantity: Some(3), ..item(row, &format!("SKU-{row:04}")) }).collect();
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &feed).await.unwrap();

    let replicas = at_replicas(oms, &shop).await;
    let callers = replicas.iter().cycle().take(3);
    let answers = join_all(callers.map(async |shop| shop.complete(&sync_id, 1_200).await)).await;

    // Whoever lost the race is told so, and may ask again.
    assert!(answers.iter().any(Result::is_ok), "{:?}", reasons(&answers));
    assert!(reasons(&answers).iter().all(|reason| reason == "CONTENTION"), "{:?}", reasons(&answers));
    let done = shop.complete(&sync_id, 1_200).await.unwrap();
    assert_eq!((done.sync.state(), done.counts().created, done.outcomes.len()), (SyncState::Completed, 1_200, 1_200));
    assert_eq!(shop.listings().await.len(), 1_200);
    for row in [1, 600, 1_200] {
        assert_eq!(oms.level(&format!("SKU-{row:04}")).await, Level::of(3, 0));
    }
}

async fn a_remap_and_an_order_at_once_agree_on_the_revision(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    for code in ["A", "B"] {
        oms.isku(code).on_hand(100).await;
    }
    shop.single("TEE", Some("A")).await.unwrap();
    shop.publish(shop.csku("TEE")).await.unwrap();

    for round in 1..=10_i64 {
        let to = if round % 2 == 0 { "A" } else { "B" };
        let order = round.to_string();
        let (goal, lines) = ([(to, 1)], [("TEE", 1)]);
        let (remapped, sold) = tokio::join!(shop.remap(shop.csku("TEE"), round, &goal), shop.sell(&order, &lines));

        remapped.unwrap();
        let sold = sold.unwrap().order.unwrap();
        let revision = sold.lines[0].mapping_revision;
        assert!(revision == round || revision == round + 1, "round {round}: revision {revision}");
        let history = shop.revisions(shop.csku("TEE")).await.unwrap();
        let meant = history.iter().find(|mapping| mapping.revision == revision).unwrap();
        let request = GetReservationRequest { target: Some(Target::ReservationId(sold.reservation_id)) };
        let held = oms.reservations.clone().get_reservation(request).await.unwrap().into_inner().reservation.unwrap();
        assert_eq!(held.items[0].components[0].isku_code, meant.components[0].isku_code, "round {round}");
    }
    let live = shop.listing(shop.csku("TEE")).await.unwrap();
    assert_eq!(live.intent(), ListingIntent::Published);
}
