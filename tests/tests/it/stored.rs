//! What is stored outlives the release that stored it: records of answered requests, and items of syncs.

use proto::{
    catalogue::v1::{ConnectSellerAccountRequest, DuplicatePolicy, SellerAccountKey, SyncOutcome, SyncScope},
    inventory::v1::{Component, ReserveItem, ReserveRequest, reserve_request::Expiration},
    r#type::v1::OrderKey,
};
use shared::{database::requests::content_hash, stored::Golden};
use tests::{Oms, both_engines, database::Behind, refusal, refused, story::item};
use tonic::Code;

both_engines!(
    what_an_earlier_release_was_asked_to_reserve_is_answered_again,
    what_an_earlier_release_was_asked_of_an_account_is_answered_again,
    an_item_that_another_release_has_staged_is_told_if_it_cannot_be_read,
);

const CONTENT: Golden = Golden::new(include_str!("../../../inventory-svc/golden/request-content.v1.txt"));
const ANSWER: Golden = Golden::new(include_str!("../../../inventory-svc/golden/request-answer.v1.txt"));
const CATALOGUE_CONTENT: Golden = Golden::new(include_str!("../../../catalogue-svc/golden/request-content.v1.txt"));
const CATALOGUE_ANSWER: Golden = Golden::new(include_str!("../../../catalogue-svc/golden/request-answer.v1.txt"));

fn line(golden: Golden, name: &str) -> &'static str {
    golden.lines().find(|(own, _)| *own == name).unwrap().1
}

/// Writes the record as the release that answered has written it.
async fn record(database: Behind, content: &str, answer: &str) {
    let hash = content_hash(content);
    let columns = "merchant, request_id, content_hash, answer, create_time_us";
    let sql = format!("INSERT INTO request ({columns}) VALUES ('acme', 'before', '{hash}', '{answer}', 1)");
    database.execute(&sql).await;
}

async fn what_an_earlier_release_was_asked_to_reserve_is_answered_again(oms: &Oms) {
    record(oms.behind_inventory().await, line(CONTENT, "reserve"), line(ANSWER, "reserved")).await;
    let component = |code: &str, quantity| Component { isku_code: code.to_owned(), quantity };
    let item = |csku: &str, quantity| ReserveItem {
        csku: csku.to_owned(),
        mapping_revision: 3,
        quantity,
        components: vec![component("B", 2), component("A", 1)],
    };
    let ask = |quantity| {
        let request = ReserveRequest {
            request_id: "before".to_owned(),
            order: Some(OrderKey {
                channel: "shopee-my".to_owned(),
                seller_id: "SHOP@example.com".to_owned(),
                order_id: "2026-1".to_owned(),
            }),
            items: vec![item("Z", quantity), item("K", 1)],
            locations: vec!["kl".to_owned(), "jb".to_owned()],
            fill: 0,
            expiration: Some(Expiration::Ttl(prost_types::Duration { seconds: 60, nanos: 0 })),
        };
        oms.hold(request)
    };

    let (again, other) = (ask(2).await.unwrap(), ask(3).await);

    assert!(again.replayed);
    assert_eq!(again.reservation.unwrap().reservation_id, "00000000-0000-0000-0000-000000000033");
    assert_eq!(refused(other), refusal(Code::InvalidArgument, "REQUEST_ID_REUSED"));
}

async fn what_an_earlier_release_was_asked_of_an_account_is_answered_again(oms: &Oms) {
    let (content, answer) = (line(CATALOGUE_CONTENT, "connect"), line(CATALOGUE_ANSWER, "account"));
    record(oms.behind_catalogue().await, content, answer).await;
    let ask = async |buffer| {
        let request = ConnectSellerAccountRequest {
            request_id: "before".to_owned(),
            key: Some(SellerAccountKey { channel: "shopee-my".to_owned(), seller_id: "Shop@Example.com".to_owned() }),
            duplicate_policy: DuplicatePolicy::Block.into(),
            buffer,
            maximum: Some(5),
            retire_threshold_percent: Some(6),
            locations: vec!["kl".to_owned(), "jb".to_owned()],
            on_same_goods: 0,
        };
        oms.channels.clone().connect_seller_account(request).await.map(tonic::Response::into_inner)
    };

    let (again, other) = (ask(4).await.unwrap(), ask(3).await);

    assert!(again.replayed);
    assert_eq!(again.account.unwrap().etag, "v23");
    assert_eq!(refused(other), refusal(Code::InvalidArgument, "REQUEST_ID_REUSED"));
}

async fn an_item_that_another_release_has_staged_is_told_if_it_cannot_be_read(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(vec![item(1, "A"), item(2, "B")]).await.unwrap();
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &[item(1, "A"), item(2, "B"), item(3, "C")]).await.unwrap();
    let newer = "UPDATE sync_item SET payload = '2:{}' WHERE csku = 'A' AND stage = 'STAGED'";
    oms.behind_catalogue().await.execute(newer).await;

    let synced = shop.complete(&sync_id, 3).await.unwrap();

    let told = synced.row(1);
    assert_eq!((told.outcome(), told.reasons.as_slice()), (SyncOutcome::Rejected, &["ITEM_UNREADABLE".to_owned()][..]));
    assert!(told.detail.contains("sync it again"), "{}", told.detail);
    assert_eq!((synced.row(2).outcome(), synced.row(3).outcome()), (SyncOutcome::Unchanged, SyncOutcome::Created));
    assert!(!shop.listing(shop.csku("A")).await.unwrap().retired, "it is on the channel");
}
