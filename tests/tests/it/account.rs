//! Seller accounts: connected once per merchant, first sync due, changed field by field.

use proto::catalogue::v1::{ConnectSellerAccountRequest, DuplicatePolicy, SellerAccount, SellerAccountKey};
use tests::{Oms, both_engines, refusal, refused, refused::malformed, request_id, story::item};
use tonic::Code;

both_engines!(
    a_shop_is_connected_once_per_merchant,
    seller_ids_compare_without_case_only_as_addresses,
    a_connected_shop_waits_for_its_first_sync,
    only_the_fields_of_the_mask_are_changed,
    an_update_of_what_changed_meanwhile_is_refused,
    connecting_again_with_the_same_request_id_replays,
    every_bad_field_of_an_account_is_named,
);

async fn a_shop_is_connected_once_per_merchant(oms: &Oms) {
    let shop = oms.connect("shopee-my", "seller@example.com").await;

    let again = refused(shop.connect().await);
    let of_the_other = oms.globex().connect("shopee-my", "seller@example.com").await;

    assert_eq!(again, refusal(Code::AlreadyExists, "ACCOUNT_EXISTS").with("channel", "shopee-my"));
    assert_eq!(of_the_other.account().await.unwrap().key.unwrap().channel, "shopee-my");
    assert_eq!(oms.accounts().await.unwrap().len(), 1);
}

async fn seller_ids_compare_without_case_only_as_addresses(oms: &Oms) {
    oms.connect("lazada-sg", "Seller@Example.com").await;
    oms.connect("lazada-sg", "ShopOne").await;

    assert_eq!(refused(oms.shop("lazada-sg", " seller@EXAMPLE.com ").connect().await).reason, "ACCOUNT_EXISTS");
    assert!(oms.shop("lazada-sg", "shopone").connect().await.is_ok());
    let kept = oms.shop("lazada-sg", "seller@example.com").account().await.unwrap().key.unwrap();
    assert_eq!(kept.seller_id, "Seller@Example.com");
}

async fn a_connected_shop_waits_for_its_first_sync(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let before = shop.account().await.unwrap();

    shop.sync(vec![item(1, "A")]).await.unwrap();

    let after = shop.account().await.unwrap();
    assert!(before.first_sync_due && before.last_sync_time.is_none());
    assert!(!after.first_sync_due && after.last_sync_time.is_some());
    assert_eq!(before.retire_threshold_percent, 20);
    assert_eq!(before.duplicate_policy(), DuplicatePolicy::Block);
}

async fn only_the_fields_of_the_mask_are_changed(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let values = SellerAccount { buffer: 3, maximum: Some(50), retire_threshold_percent: 60, ..Default::default() };

    let changed = shop.update(&["buffer", "maximum"], values).await.unwrap();
    assert_eq!((changed.buffer, changed.maximum, changed.retire_threshold_percent), (3, Some(50), 20));

    let lifted = shop.update(&["maximum"], SellerAccount::default()).await.unwrap();
    assert_eq!((lifted.buffer, lifted.maximum), (3, None));
    assert_ne!(changed.etag, lifted.etag);
}

async fn an_update_of_what_changed_meanwhile_is_refused(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let seen = shop.account().await.unwrap().etag;
    shop.update(&["buffer"], SellerAccount { buffer: 1, ..Default::default() }).await.unwrap();

    let late = shop.update(&["buffer"], SellerAccount { buffer: 2, etag: seen, ..Default::default() }).await;

    assert_eq!(refused(late).kind(), (Code::Aborted, "ETAG_MISMATCH"));
    assert_eq!(shop.account().await.unwrap().buffer, 1);
}

async fn connecting_again_with_the_same_request_id_replays(oms: &Oms) {
    let key = |seller: &str| Some(SellerAccountKey { channel: "shopify".to_owned(), seller_id: seller.to_owned() });
    let request = ConnectSellerAccountRequest { request_id: request_id(), key: key("one"), ..Default::default() };
    let connect = async |request| oms.channels.clone().connect_seller_account(request).await.map(|a| a.into_inner());
    let first = connect(request.clone()).await.unwrap();

    let again = connect(request.clone()).await.unwrap();
    let other = refused(connect(ConnectSellerAccountRequest { key: key("two"), ..request }).await);

    assert!(!first.replayed && again.replayed);
    assert_eq!(first.account, again.account);
    assert_eq!(other, refusal(Code::InvalidArgument, "REQUEST_ID_REUSED"));
}

async fn every_bad_field_of_an_account_is_named(oms: &Oms) {
    let request = ConnectSellerAccountRequest {
        request_id: String::new(),
        key: Some(SellerAccountKey { channel: "Not A Slug".to_owned(), seller_id: " ".to_owned() }),
        buffer: -1,
        maximum: Some(-1),
        retire_threshold_percent: Some(101),
        ..Default::default()
    };

    let bad = refused(oms.channels.clone().connect_seller_account(request).await);

    let fields = ["request_id", "key.channel", "key.seller_id", "buffer", "maximum", "retire_threshold_percent"];
    assert_eq!(bad, malformed(&fields));
}
