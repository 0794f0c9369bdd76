//! Every mutation may be asked for again: the same request gets the first answer, another one under its id is refused.

use proto::catalogue::v1::{
    AllocateOrderRequest, CancelOrderRequest, ListingKind, MapListingRequest, OrderLine, PublishListingRequest,
    RemapListingRequest, SellerAccount, UnpublishListingRequest, UpdateSellerAccountRequest, order_line::Code as Line,
};
use proto::inventory::v1::{IskuData, Location, UpdateIskuRequest, UpdateLocationRequest};
use tests::{
    Oms, both_engines, refusal, refused, request_id,
    story::{Level, Shop, components, names},
};
use tonic::Code;

both_engines!(
    changes_of_an_account_are_replayed,
    taking_away_is_another_request_than_leaving,
    new_listings_are_replayed,
    mappings_are_replayed,
    publishing_is_replayed,
    orders_are_replayed,
);

async fn shop(oms: &Oms) -> Shop {
    for code in ["A", "B", "C"] {
        oms.isku(code).on_hand(10).await;
    }
    let shop = oms.connect("shopify", "shop").await;
    for csku in ["ONE", "TWO"] {
        shop.single(csku, None).await.unwrap();
    }
    shop
}

fn reused() -> tests::Refusal {
    refusal(Code::InvalidArgument, "REQUEST_ID_REUSED")
}

async fn changes_of_an_account_are_replayed(oms: &Oms) {
    let shop = shop(oms).await;
    let request = |buffer| UpdateSellerAccountRequest {
        request_id: "once".to_owned(),
        account: Some(SellerAccount { key: Some(shop.key.clone()), buffer, ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: names(&["buffer"]) }),
    };
    let ask =
        async |request| oms.channels.clone().update_seller_account(request).await.map(tonic::Response::into_inner);

    let (first, again, other) = (ask(request(3)).await.unwrap(), ask(request(3)).await.unwrap(), ask(request(4)).await);

    assert!(!first.replayed && again.replayed);
    assert_eq!(first.account, again.account);
    assert_eq!(refused(other), reused());
}

async fn taking_away_is_another_request_than_leaving(oms: &Oms) {
    let shop = shop(oms).await;
    let limit = |mask: &[&str]| UpdateSellerAccountRequest {
        request_id: mask.concat(),
        account: Some(SellerAccount { key: Some(shop.key.clone()), buffer: 2, ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: names(mask) }),
    };
    let barcode = |mask: &[&str]| UpdateIskuRequest {
        request_id: mask.concat(),
        code: "A".to_owned(),
        data: Some(IskuData { weight_g: Some(9), ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: names(mask) }),
        ..Default::default()
    };
    let name = |mask: &[&str]| UpdateLocationRequest {
        request_id: mask.concat(),
        location: Some(Location { code: "kl".to_owned(), priority: 2, ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: names(mask) }),
        ..Default::default()
    };
    oms.location("kl", 1).await;
    let account = async |request| oms.channels.clone().update_seller_account(request).await.map(|_| ());
    let isku = async |request| oms.iskus.clone().update_isku(request).await.map(|_| ());
    let location = async |request| oms.locations.clone().update_location(request).await.map(|_| ());

    account(limit(&["buffer"])).await.unwrap();
    isku(barcode(&["weight_g"])).await.unwrap();
    location(name(&["priority"])).await.unwrap();
    let taken = (
        account(UpdateSellerAccountRequest { request_id: "buffer".to_owned(), ..limit(&["buffer", "maximum"]) }).await,
        isku(UpdateIskuRequest { request_id: "weight_g".to_owned(), ..barcode(&["weight_g", "barcode"]) }).await,
        location(UpdateLocationRequest { request_id: "priority".to_owned(), ..name(&["priority", "display_name"]) })
            .await,
    );

    assert_eq!(refused(taken.0), reused());
    assert_eq!(refused(taken.1), reused());
    assert_eq!(refused(taken.2), reused());
}

async fn new_listings_are_replayed(oms: &Oms) {
    let shop = shop(oms).await;
    let request = shop.new_listing("NEW", ListingKind::Single);
    let ask = async |request| oms.listings.clone().create_listing(request).await.map(tonic::Response::into_inner);
    let mut changed = request.clone();
    changed.title = "Another".to_owned();

    let (first, again, other) = (ask(request.clone()).await.unwrap(), ask(request).await.unwrap(), ask(changed).await);

    assert!(!first.replayed && again.replayed);
    assert_eq!(first.listing, again.listing);
    assert_eq!(refused(other), reused());
}

async fn mappings_are_replayed(oms: &Oms) {
    let shop = shop(oms).await;
    let map = |code: &str| MapListingRequest {
        request_id: "map".to_owned(),
        key: Some(shop.csku("ONE")),
        components: components(&[(code, 1)]),
        ..Default::default()
    };
    let ask = async |request| oms.mappings.clone().map_listing(request).await.map(tonic::Response::into_inner);
    let (first, again, other) = (ask(map("A")).await.unwrap(), ask(map("A")).await.unwrap(), ask(map("B")).await);
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.listing, again.listing);
    assert_eq!(refused(other), reused());

    let remap = |code: &str| RemapListingRequest {
        request_id: "remap".to_owned(),
        key: Some(shop.csku("ONE")),
        components: components(&[(code, 1)]),
        expected_revision: 1,
        ..Default::default()
    };
    let ask = async |request| oms.mappings.clone().remap_listing(request).await.map(tonic::Response::into_inner);
    let (first, again, other) = (ask(remap("B")).await.unwrap(), ask(remap("B")).await.unwrap(), ask(remap("C")).await);
    assert!(!first.replayed && again.replayed, "a replay is no revision mismatch");
    assert_eq!(first.listing, again.listing);
    assert_eq!(refused(other), reused());
    assert_eq!(shop.revisions(shop.csku("ONE")).await.unwrap().len(), 2);
}

async fn publishing_is_replayed(oms: &Oms) {
    let shop = shop(oms).await;
    shop.map(shop.csku("ONE"), &[("A", 1)]).await.unwrap();
    shop.map(shop.csku("TWO"), &[("B", 1)]).await.unwrap();
    let publish = |csku: &str| PublishListingRequest {
        request_id: "publish".to_owned(),
        key: Some(shop.csku(csku)),
        ..Default::default()
    };
    let ask = async |request| oms.listings.clone().publish_listing(request).await.map(tonic::Response::into_inner);
    let (first, again, other) =
        (ask(publish("ONE")).await.unwrap(), ask(publish("ONE")).await.unwrap(), ask(publish("TWO")).await);
    assert!(!first.replayed && again.replayed);
    assert_eq!((first.listing, first.published), (again.listing, again.published));
    assert_eq!(refused(other), reused());

    let unpublish = |csku: &str| UnpublishListingRequest {
        request_id: "unpublish".to_owned(),
        key: Some(shop.csku(csku)),
        ..Default::default()
    };
    let ask = async |request| oms.listings.clone().unpublish_listing(request).await.map(tonic::Response::into_inner);
    let (first, again, other) =
        (ask(unpublish("ONE")).await.unwrap(), ask(unpublish("ONE")).await.unwrap(), ask(unpublish("TWO")).await);
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.listing, again.listing);
    assert_eq!(refused(other), reused());
}

async fn orders_are_replayed(oms: &Oms) {
    let shop = shop(oms).await;
    shop.map(shop.csku("ONE"), &[("A", 1)]).await.unwrap();
    let allocate = |order: &str| AllocateOrderRequest {
        request_id: "allocate".to_owned(),
        account: Some(shop.key.clone()),
        order_id: order.to_owned(),
        lines: vec![OrderLine { code: Some(Line::Csku("ONE".to_owned())), quantity: 2 }],
        ..Default::default()
    };
    let ask = async |request| oms.orders.clone().allocate_order(request).await.map(tonic::Response::into_inner);

    let first = ask(allocate("1")).await.unwrap();
    let again = ask(allocate("1")).await.unwrap();
    let other = refused(ask(allocate("2")).await);

    assert_eq!(first.order, again.order);
    assert_eq!(other, reused());
    assert_eq!(oms.level("A").await, Level::of(10, 2));

    let cancel = |order: &str| CancelOrderRequest {
        request_id: request_id(),
        account: Some(shop.key.clone()),
        order_id: order.to_owned(),
        note: String::new(),
    };
    let request = cancel("1");
    let ask = async |request| oms.orders.clone().cancel_order(request).await.map(tonic::Response::into_inner);
    let (first, again) = (ask(request.clone()).await.unwrap(), ask(request).await.unwrap());
    assert_eq!(first.order, again.order);
    assert_eq!(oms.level("A").await, Level::of(10, 0));
}
