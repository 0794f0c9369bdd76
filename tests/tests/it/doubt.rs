//! Connections to PostgreSQL that break: the caller gets the one answer, and what was asked is done once.

use tests::{
    Oms,
    cable::Break,
    refused,
    story::{Level, reserve_request},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_found_again() {
    let oms = Oms::start_with_cables().await;
    let [inventory, catalogue] = oms.site().cables();
    oms.isku("A").on_hand(5).await;
    let request = reserve_request("1", &[("TEE", 1, &[("A", 2)])]);

    inventory.break_next(&[Break::AfterCommit]);
    let held = oms.hold(request.clone()).await.unwrap();
    let again = oms.hold(request).await.unwrap();
    catalogue.break_next(&[Break::AfterCommit]);
    let shop = oms.connect("shopify", "shop").await;

    assert_eq!((inventory.broken(), catalogue.broken()), (1, 1));
    assert_eq!(held.reservation, again.reservation);
    assert_eq!(oms.level("A").await, Level::of(5, 2));
    assert_eq!(oms.accounts().await.unwrap(), [shop.account().await.unwrap()]);
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_never_committed_is_done_again() {
    let oms = Oms::start_with_cables().await;
    let [inventory, catalogue] = oms.site().cables();
    oms.isku("A").on_hand(5).await;
    let shop = oms.connect("shopify", "shop").await;

    inventory.break_next(&[Break::BeforeCommit, Break::AfterCommit]);
    catalogue.break_next(&[Break::BeforeCommit, Break::BeforeCommit]);
    let held = oms.hold(reserve_request("1", &[("TEE", 1, &[("A", 2)])])).await.unwrap();
    let listing = shop.single("A", None).await.unwrap();

    assert_eq!((inventory.broken(), catalogue.broken()), (2, 2));
    assert_eq!(held.reservation.unwrap().items[0].held, 1);
    assert_eq!(oms.level("A").await, Level::of(5, 2));
    assert_eq!(shop.listings().await, [listing]);
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_breaks_in_every_commit_is_told_as_an_outage() {
    let oms = Oms::start_with_cables().await;
    let [_, catalogue] = oms.site().cables();
    let shop = oms.shop("shopify", "shop");

    catalogue.break_next(&[Break::BeforeCommit; 8]);
    let told = refused(shop.connect().await);

    assert_eq!(told.kind(), (tonic::Code::Unavailable, "DATABASE_UNAVAILABLE"));
    assert_eq!(catalogue.broken(), 8);
    assert!(shop.connect().await.is_ok());
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_broke_while_idle_fail_no_call() {
    const AT_ONCE: usize = 6;
    let oms = Oms::start_with_cables().await;
    oms.isku("A").on_hand(5).await;
    let shop = oms.connect("shopify", "shop").await;
    let read = async || futures::future::join_all((0..AT_ONCE).map(|_| shop.account())).await;
    // More connections than one.
    assert!(read().await.iter().all(Result::is_ok));

    oms.site().cables().iter().for_each(tests::cable::Cable::cut);

    let answers = read().await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    shop.warn_of_duplicates().await;
    oms.receive(&[("A", 1)]).await.unwrap();
    assert_eq!(oms.level("A").await, Level::of(6, 0));
    oms.finish().await;
}
