//! Duplicates are findings: listed, refused where the policy says so, closed when their cause is gone.

use proto::catalogue::v1::FindingKind;
use tests::{Oms, both_engines, refusal, refused};
use tonic::Code;

both_engines!(
    a_mapping_that_creates_a_duplicate_is_refused,
    with_a_warning_only_the_duplicate_is_listed,
    a_publish_of_a_duplicate_is_refused_under_block,
    a_duplicate_is_closed_when_its_cause_is_gone,
    two_kits_with_equal_components_are_duplicates,
    a_kit_may_share_the_isku_of_a_single,
    the_same_csku_on_another_channel_is_normal,
    a_different_csku_on_another_account_is_an_advisory_finding,
    the_other_merchants_listings_are_no_duplicates,
);

async fn a_mapping_that_creates_a_duplicate_is_refused(oms: &Oms) {
    oms.isku("TEE").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    let duplicate = refusal(Code::FailedPrecondition, "DUPLICATE_MAPPING").with("isku_code", "TEE").with("csku", "TEE");

    assert_eq!(refused(shop.single("TEE-COPY", Some("TEE")).await), duplicate);

    shop.single("TEE-COPY", None).await.unwrap();
    assert_eq!(refused(shop.map(shop.csku("TEE-COPY"), &[("TEE", 1)]).await), duplicate);
    assert!(shop.listing(shop.csku("TEE-COPY")).await.unwrap().mapping.unwrap_or_default().components.is_empty());
}

async fn with_a_warning_only_the_duplicate_is_listed(oms: &Oms) {
    oms.isku("TEE").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.warn_of_duplicates().await;
    shop.single("TEE", None).await.unwrap();
    shop.single("TEE-COPY", Some("TEE")).await.unwrap();

    let found = shop.findings(FindingKind::DuplicateMapping).await;

    assert_eq!(found.len(), 1);
    assert_eq!(found[0].listings, vec![shop.csku("TEE"), shop.csku("TEE-COPY")]);
    assert_eq!(found[0].isku_codes, vec!["TEE".to_owned()]);
    assert!(!found[0].blocking && !found[0].remedy.is_empty() && found[0].close_time.is_none());
    assert!(shop.publish(shop.csku("TEE-COPY")).await.is_ok());
}

async fn a_publish_of_a_duplicate_is_refused_under_block(oms: &Oms) {
    use proto::catalogue::v1::{DuplicatePolicy, SellerAccount};
    oms.isku("TEE").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.warn_of_duplicates().await;
    shop.single("TEE", None).await.unwrap();
    shop.single("TEE-COPY", Some("TEE")).await.unwrap();
    shop.publish(shop.csku("TEE")).await.unwrap();
    let block = SellerAccount { duplicate_policy: DuplicatePolicy::Block.into(), ..Default::default() };
    shop.update(&["duplicate_policy"], block).await.unwrap();

    let copy = refused(shop.publish(shop.csku("TEE-COPY")).await);

    assert_eq!(copy.kind(), (Code::FailedPrecondition, "LISTING_NOT_READY"));
    assert_eq!(copy.metadata["reason_0"], "DUPLICATE_MAPPING");
    let live = shop.listing(shop.csku("TEE")).await.unwrap();
    assert_eq!(live.intent().as_str_name(), "LISTING_INTENT_PUBLISHED", "what is live stays live");
    assert!(shop.findings(FindingKind::DuplicateMapping).await[0].blocking);
}

async fn a_duplicate_is_closed_when_its_cause_is_gone(oms: &Oms) {
    oms.isku("TEE").await;
    oms.isku("CAP").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.warn_of_duplicates().await;
    shop.single("TEE", None).await.unwrap();
    shop.single("TEE-COPY", Some("TEE")).await.unwrap();
    assert_eq!(shop.findings(FindingKind::DuplicateMapping).await.len(), 1);

    shop.remap(shop.csku("TEE-COPY"), 1, &[("CAP", 1)]).await.unwrap();

    assert!(shop.findings(FindingKind::DuplicateMapping).await.is_empty());
}

async fn two_kits_with_equal_components_are_duplicates(oms: &Oms) {
    for code in ["A", "B"] {
        oms.isku(code).await;
    }
    let shop = oms.connect("shopify", "shop").await;
    shop.kit("BOX", &[("A", 1), ("B", 2)]).await.unwrap();

    let equal = refused(shop.kit("BOX-COPY", &[("B", 2), ("A", 1)]).await);

    assert_eq!(equal.kind(), (Code::FailedPrecondition, "DUPLICATE_MAPPING"));
    assert_eq!(equal.metadata["csku"], "BOX");
    assert!(shop.kit("BIGGER-BOX", &[("A", 2), ("B", 2)]).await.is_ok());
}

async fn a_kit_may_share_the_isku_of_a_single(oms: &Oms) {
    oms.isku("TEE").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    shop.kit("TEE-PAIR", &[("TEE", 2)]).await.unwrap();

    for csku in ["TEE", "TEE-PAIR"] {
        assert!(shop.publish(shop.csku(csku)).await.is_ok());
    }
    assert!(shop.findings(FindingKind::DuplicateMapping).await.is_empty());
}

async fn the_same_csku_on_another_channel_is_normal(oms: &Oms) {
    oms.isku("TEE").await;
    for channel in ["shopify", "lazada-sg"] {
        let shop = oms.connect(channel, "shop").await;
        shop.single("TEE", None).await.unwrap();
        shop.publish(shop.csku("TEE")).await.unwrap();
    }

    for channel in ["shopify", "lazada-sg"] {
        let shop = oms.shop(channel, "shop");
        assert!(shop.findings(FindingKind::DuplicateMapping).await.is_empty());
        assert!(shop.findings(FindingKind::SharedIsku).await.is_empty());
    }
}

async fn a_different_csku_on_another_account_is_an_advisory_finding(oms: &Oms) {
    oms.isku("TEE").await;
    let (one, two) = (oms.connect("shopify", "one").await, oms.connect("lazada-sg", "two").await);
    one.single("TEE", None).await.unwrap();

    two.single("T-SHIRT", Some("TEE")).await.unwrap();

    let found = two.findings(FindingKind::SharedIsku).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].listings, vec![one.csku("TEE"), two.csku("T-SHIRT")]);
    assert!(!found[0].blocking);
    assert!(two.publish(two.csku("T-SHIRT")).await.is_ok());
}

async fn the_other_merchants_listings_are_no_duplicates(oms: &Oms) {
    for merchant in [oms.acme(), oms.globex()] {
        merchant.isku("TEE").await;
        let shop = merchant.connect("shopify", "shop").await;
        shop.single("TEE", None).await.unwrap();

        assert!(shop.publish(shop.csku("TEE")).await.is_ok());
        for kind in [FindingKind::DuplicateMapping, FindingKind::SharedIsku] {
            assert!(shop.findings(kind).await.is_empty());
        }
    }
}
