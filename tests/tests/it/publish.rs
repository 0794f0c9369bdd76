//! Publishing asks inventory-svc at that moment: what became of a mapped ISKU since is what counts.

use proto::catalogue::v1::{ListingIntent, ListingReason};
use tests::{Oms, both_engines, refused, story::Shop};
use tonic::Code;

both_engines!(
    what_sells_an_isku_that_is_archived_since_cannot_go_live,
    a_listing_that_is_live_already_is_asked_about_again,
    a_renamed_isku_is_found_by_the_code_that_it_is_mapped_under,
    a_group_with_an_archived_isku_publishes_the_rest_only,
);

/// Listings that sell MUG: alone, and with TEE.
async fn shop(oms: &Oms) -> Shop {
    for code in ["TEE", "MUG"] {
        oms.isku(code).await;
    }
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    shop.single("CUP", Some("MUG")).await.unwrap();
    shop.kit("SET", &[("TEE", 1), ("MUG", 2)]).await.unwrap();
    shop
}

async fn is_held_back(shop: &Shop, csku: &str) {
    let refused = refused(shop.publish(shop.csku(csku)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "LISTING_NOT_READY"), "{csku}");
    assert_eq!((refused.metadata["reason_0"].as_str(), refused.metadata["csku_0"].as_str()), ("ISKU_ARCHIVED", csku));
    assert_eq!(refused.metadata["reason_count"], "1");
}

async fn what_sells_an_isku_that_is_archived_since_cannot_go_live(oms: &Oms) {
    let shop = shop(oms).await;
    oms.archive("MUG").await.unwrap();

    // Nobody has asked since: the catalogue knows nothing of it by itself.
    for csku in ["CUP", "SET"] {
        assert!(shop.listing(shop.csku(csku)).await.unwrap().reasons.iter().all(|reason| !reason.blocking), "{csku}");
    }
    for csku in ["CUP", "SET"] {
        is_held_back(&shop, csku).await;
        assert_eq!(shop.listing(shop.csku(csku)).await.unwrap().intent(), ListingIntent::Unpublished);
    }
    shop.publish(shop.csku("TEE")).await.unwrap();

    oms.unarchive("MUG").await.unwrap();
    for csku in ["CUP", "SET"] {
        assert_eq!(shop.publish(shop.csku(csku)).await.unwrap().published, [shop.csku(csku)]);
    }
}

async fn a_listing_that_is_live_already_is_asked_about_again(oms: &Oms) {
    let shop = shop(oms).await;
    shop.publish(shop.csku("CUP")).await.unwrap();
    oms.archive("MUG").await.unwrap();

    is_held_back(&shop, "CUP").await;

    assert_eq!(
        shop.listing(shop.csku("CUP")).await.unwrap().intent(),
        ListingIntent::Published,
        "a refusal changes nothing"
    );
}

async fn a_renamed_isku_is_found_by_the_code_that_it_is_mapped_under(oms: &Oms) {
    let shop = shop(oms).await;
    oms.rename("MUG", "BEAKER").await.unwrap();
    shop.publish(shop.csku("CUP")).await.unwrap();
    oms.archive("BEAKER").await.unwrap();

    is_held_back(&shop, "CUP").await;
    is_held_back(&shop, "SET").await;
    let validated = shop.validate(vec![shop.csku("CUP")]).await.unwrap().remove(0);
    assert!(!validated.ready);
    assert_eq!(validated.listing.unwrap().reasons[0].reason(), ListingReason::IskuArchived);
}

async fn a_group_with_an_archived_isku_publishes_the_rest_only(oms: &Oms) {
    let shop = shop(oms).await;
    shop.group("BOTH", &["TEE", "CUP"]).await.unwrap();
    oms.archive("MUG").await.unwrap();

    is_held_back_as_a_member(&shop).await;
    let published = shop.publish_ready(shop.csku("BOTH")).await.unwrap();

    assert_eq!(published.published, [shop.csku("TEE")]);
    let reasons = &published.unready[0].listing.as_ref().unwrap().reasons;
    assert_eq!(reasons[0].reason(), ListingReason::IskuArchived);
    // What is remapped to what is there goes live.
    shop.warn_of_duplicates().await;
    shop.remap(shop.csku("CUP"), 1, &[("TEE", 1)]).await.unwrap();
    assert_eq!(shop.publish(shop.csku("BOTH")).await.unwrap().published, [shop.csku("TEE"), shop.csku("CUP")]);
}

async fn is_held_back_as_a_member(shop: &Shop) {
    let refused = refused(shop.publish(shop.csku("BOTH")).await);
    assert_eq!((refused.metadata["reason_0"].as_str(), refused.metadata["csku_0"].as_str()), ("ISKU_ARCHIVED", "CUP"));
    assert_eq!(shop.listing(shop.csku("TEE")).await.unwrap().intent(), ListingIntent::Unpublished);
}
