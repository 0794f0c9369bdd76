//! Listings: what is offered, whether it may go live, and every reason why not.

use proto::catalogue::v1::{
    CreateListingRequest, ListListingsRequest, ListingIntent, ListingKind, ListingReason, PublishListingRequest,
};
use tests::{
    Oms, both_engines, refusal, refused,
    refused::{Refusal, malformed},
    request_id,
};
use tonic::Code;

both_engines!(
    a_single_takes_the_isku_with_its_own_code,
    a_listing_without_its_isku_cannot_go_live,
    a_listing_goes_live_once_its_isku_is_there,
    a_kit_cannot_go_live_without_every_component,
    a_group_is_published_with_every_unready_member_named,
    ready_only_publishes_the_rest_of_a_group,
    a_group_has_no_mapping_of_its_own,
    a_listing_is_identified_by_its_csku_or_the_channels_id,
    an_untracked_listing_needs_no_isku,
    unpublishing_changes_the_intent_only,
    publishing_what_changed_meanwhile_is_refused,
    listings_are_filtered_by_what_they_are,
    every_bad_field_of_a_listing_is_named,
);

/// A refusal without the sentences that only people read; each must be there.
fn without_remedies(mut refusal: Refusal) -> Refusal {
    refusal.metadata.retain(|key, value| {
        assert!(!value.is_empty(), "{key} is empty");
        !key.starts_with("remedy_")
    });
    refusal
}

async fn a_single_takes_the_isku_with_its_own_code(oms: &Oms) {
    let isku = oms.isku("TEE").await;
    let shop = oms.connect("shopify", "shop").await;

    let listing = shop.single("TEE", None).await.unwrap();

    let mapping = listing.mapping.as_ref().unwrap();
    assert_eq!((mapping.revision, mapping.source().as_str_name()), (1, "MAPPING_SOURCE_DEFAULT"));
    assert_eq!((mapping.components[0].isku_id, mapping.components[0].quantity), (isku.isku_id, 1));
    assert_eq!(listing.intent(), ListingIntent::Unpublished);
}

async fn a_listing_without_its_isku_cannot_go_live(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let listing = shop.single("TEE", None).await.unwrap();

    let refused = without_remedies(refused(shop.publish(shop.csku("TEE")).await));

    let expected = refusal(Code::FailedPrecondition, "LISTING_NOT_READY").with("reason_count", 1);
    assert_eq!(refused, expected.with("reason_0", "NEEDS_ISKU").with("csku_0", "TEE"));
    assert_eq!(listing.reasons[0].reason(), ListingReason::NeedsIsku);
    assert!(listing.reasons[0].blocking && !listing.reasons[0].remedy.is_empty());
    assert_eq!(shop.listing(shop.csku("TEE")).await.unwrap().intent(), ListingIntent::Unpublished);
}

async fn a_listing_goes_live_once_its_isku_is_there(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    let before = shop.validate(vec![shop.csku("TEE"), shop.csku("NONE")]).await.unwrap();
    oms.isku("TEE").await;

    let after = shop.validate(vec![shop.csku("TEE")]).await.unwrap();
    let published = shop.publish(shop.csku("TEE")).await.unwrap();

    assert_eq!((before[0].found, before[0].ready, before[1].found), (true, false, false));
    assert!(after[0].ready);
    assert_eq!(published.listing.unwrap().intent(), ListingIntent::Published);
    assert_eq!(published.published, vec![shop.csku("TEE")]);
    assert!(shop.held_back_by(ListingReason::NeedsIsku).await.is_empty());
}

async fn a_kit_cannot_go_live_without_every_component(oms: &Oms) {
    oms.isku("A").await;
    let shop = oms.connect("shopify", "shop").await;

    let missing = refused(shop.kit("BOX", &[("A", 1), ("B", 1)]).await);
    assert_eq!(missing, refusal(Code::FailedPrecondition, "ISKU_NOT_FOUND").with("isku_code", "B"));

    oms.isku("B").await;
    let kit = shop.kit("BOX", &[("A", 1), ("B", 1), ("A", 2)]).await.unwrap();
    let parts: Vec<_> =
        kit.mapping.unwrap().components.into_iter().map(|part| (part.isku_code, part.quantity)).collect();
    assert_eq!(parts, [("A".to_owned(), 3), ("B".to_owned(), 1)], "repeats are merged");
    assert!(shop.publish(shop.csku("BOX")).await.is_ok());
}

async fn a_group_is_published_with_every_unready_member_named(oms: &Oms) {
    oms.isku("S").await;
    let shop = oms.connect("shopify", "shop").await;
    for csku in ["S", "M", "L"] {
        shop.single(csku, None).await.unwrap();
    }
    shop.group("TEE", &["S", "M", "L"]).await.unwrap();

    let refused = without_remedies(refused(shop.publish(shop.csku("TEE")).await));

    let expected = refusal(Code::FailedPrecondition, "LISTING_NOT_READY").with("reason_count", 2);
    let expected = expected.with("reason_0", "NEEDS_ISKU").with("csku_0", "M");
    assert_eq!(refused, expected.with("reason_1", "NEEDS_ISKU").with("csku_1", "L"));
    assert_eq!(shop.listing(shop.csku("S")).await.unwrap().intent(), ListingIntent::Unpublished, "none is published");
}

async fn ready_only_publishes_the_rest_of_a_group(oms: &Oms) {
    oms.isku("S").await;
    let shop = oms.connect("shopify", "shop").await;
    for csku in ["S", "M"] {
        shop.single(csku, None).await.unwrap();
    }
    shop.group("TEE", &["S", "M"]).await.unwrap();

    let published = shop.publish_ready(shop.csku("TEE")).await.unwrap();

    assert_eq!(published.published, vec![shop.csku("S")]);
    assert_eq!(published.unready.len(), 1);
    assert_eq!(published.unready[0].listing.as_ref().unwrap().csku, "M");
    assert_eq!(shop.listing(shop.csku("S")).await.unwrap().intent(), ListingIntent::Published);
    assert_eq!(shop.listing(shop.csku("M")).await.unwrap().intent(), ListingIntent::Unpublished);
}

async fn a_group_has_no_mapping_of_its_own(oms: &Oms) {
    oms.isku("S").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("S", None).await.unwrap();
    let group = shop.group("TEE", &["S"]).await.unwrap();

    let mapped = refused(shop.map(shop.csku("TEE"), &[("S", 1)]).await);

    assert_eq!(mapped.kind(), (Code::FailedPrecondition, "KIND_MISMATCH"));
    assert_eq!(mapped.metadata["kind"], "GROUP");
    assert!(group.mapping.unwrap_or_default().components.is_empty());
    assert_eq!(group.members, vec![shop.csku("S")]);
}

async fn a_listing_is_identified_by_its_csku_or_the_channels_id(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let request = |csku: &str, id: &str| CreateListingRequest {
        channel_listing_id: id.to_owned(),
        ..shop.new_listing(csku, ListingKind::Single)
    };
    let both = shop.create(request("TEE", "gid/1")).await.unwrap();
    let only_id = shop.create(request("", "gid/2")).await.unwrap();

    assert_eq!(shop.listing(shop.csku("TEE")).await.unwrap(), both);
    assert_eq!(shop.listing(shop.id("gid/1")).await.unwrap(), both);
    assert_eq!(shop.listing(shop.id("gid/2")).await.unwrap(), only_id);
    let exists = refusal(Code::AlreadyExists, "LISTING_EXISTS");
    assert_eq!(refused(shop.create(request("TEE", "")).await), exists.clone().with("csku", "TEE"));
    assert_eq!(refused(shop.create(request("CAP", "gid/2")).await), exists.with("channel_listing_id", "gid/2"));
    let unknown = refusal(Code::NotFound, "LISTING_NOT_FOUND");
    assert_eq!(refused(shop.listing(shop.csku("tee")).await), unknown.with("csku", "tee"));
    assert!(oms.connect("shopify", "other").await.create(request("TEE", "")).await.is_err(), "it names the first shop");
}

async fn an_untracked_listing_needs_no_isku(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let request = CreateListingRequest { stock_untracked: true, ..shop.new_listing("GIFT-CARD", ListingKind::Single) };

    let listing = shop.create(request).await.unwrap();

    assert!(!listing.stock_tracked && listing.reasons.iter().all(|reason| !reason.blocking));
    assert!(shop.publish(shop.csku("GIFT-CARD")).await.is_ok());
}

async fn unpublishing_changes_the_intent_only(oms: &Oms) {
    oms.isku("TEE").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    let live = shop.publish(shop.csku("TEE")).await.unwrap().listing.unwrap();

    let off = shop.unpublish(shop.csku("TEE")).await.unwrap();

    assert_eq!((live.intent(), off.intent()), (ListingIntent::Published, ListingIntent::Unpublished));
    assert_eq!(live.mapping, off.mapping);
    assert_ne!(live.etag, off.etag);
}

async fn publishing_what_changed_meanwhile_is_refused(oms: &Oms) {
    oms.isku("TEE").await;
    oms.isku("CAP").await;
    let shop = oms.connect("shopify", "shop").await;
    let seen = shop.single("TEE", None).await.unwrap().etag;
    shop.remap(shop.csku("TEE"), 1, &[("CAP", 1)]).await.unwrap();

    let request = PublishListingRequest {
        request_id: request_id(),
        key: Some(shop.csku("TEE")),
        etag: seen,
        ..Default::default()
    };
    let late = refused(oms.listings.clone().publish_listing(request).await);

    assert_eq!(late.kind(), (Code::Aborted, "ETAG_MISMATCH"));
}

async fn listings_are_filtered_by_what_they_are(oms: &Oms) {
    for code in ["A", "B"] {
        oms.isku(code).await;
    }
    let shop = oms.connect("shopify", "shop").await;
    shop.single("A", None).await.unwrap();
    shop.single("OTHER-CODE", Some("B")).await.unwrap();
    shop.single("NOTHING", None).await.unwrap();
    shop.kit("BOX", &[("A", 1), ("B", 1)]).await.unwrap();
    shop.group("ALL", &["A", "OTHER-CODE"]).await.unwrap();
    let found = async |filter: ListListingsRequest| {
        shop.listings_where(filter).await.into_iter().map(|listing| listing.csku).collect::<Vec<_>>()
    };
    let any = ListListingsRequest::default();

    assert_eq!(found(any.clone()).await, ["A", "OTHER-CODE", "NOTHING", "BOX", "ALL"]);
    assert_eq!(found(ListListingsRequest { kind: ListingKind::Kit.into(), ..any.clone() }).await, ["BOX"]);
    assert_eq!(found(ListListingsRequest { isku_code: "B".to_owned(), ..any.clone() }).await, ["OTHER-CODE", "BOX"]);
    assert_eq!(found(ListListingsRequest { differs_from_isku: true, ..any.clone() }).await, ["OTHER-CODE"]);
    assert_eq!(found(ListListingsRequest { reason: ListingReason::NeedsIsku.into(), ..any }).await, ["NOTHING"]);
}

async fn every_bad_field_of_a_listing_is_named(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let request = CreateListingRequest {
        request_id: "\u{7}".to_owned(),
        title: "x".repeat(513),
        barcode: "x".repeat(65),
        weight_g: Some(0),
        channel_listing_id: "x".repeat(257),
        ..shop.new_listing("a\u{7}b", ListingKind::Single)
    };

    let bad = refused(shop.create(request).await);

    assert_eq!(bad, malformed(&["request_id", "csku", "title", "barcode", "weight_g", "channel_listing_id"]));
}
