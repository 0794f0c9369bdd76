//! Mappings: every change is a revision, named before it is replaced, and history is kept.

use proto::catalogue::v1::{MappingSource, SyncItem};
use tests::{Oms, both_engines, refusal, refused, story::item};
use tonic::Code;

both_engines!(
    mapping_an_unmapped_listing_is_manual,
    what_is_mapped_is_remapped_at_its_revision,
    a_preview_changes_nothing,
    every_mapping_is_kept_with_who_and_why,
    a_single_sells_exactly_one_isku,
    turning_a_single_into_a_kit_is_one_call,
    a_mapping_needs_its_iskus,
    a_manual_mapping_survives_every_later_sync,
);

async fn mapping_an_unmapped_listing_is_manual(oms: &Oms) {
    oms.isku("A").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();

    let mapped = shop.map(shop.csku("TEE"), &[("A", 1)]).await.unwrap().listing.unwrap();

    let mapping = mapped.mapping.unwrap();
    assert_eq!((mapping.revision, mapping.source()), (1, MappingSource::Manual));
    assert!(mapped.reasons.iter().all(|reason| !reason.blocking));
    let again = refused(shop.map(shop.csku("TEE"), &[("A", 1)]).await);
    assert_eq!(again.kind(), (Code::Aborted, "REVISION_MISMATCH"));
    assert_eq!(again.metadata["current"], "1");
}

async fn what_is_mapped_is_remapped_at_its_revision(oms: &Oms) {
    oms.isku("TEE").await;
    oms.isku("B").on_hand(4).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();

    let remapped = shop.remap(shop.csku("TEE"), 1, &[("B", 1)]).await.unwrap();
    let late = refused(shop.remap(shop.csku("TEE"), 1, &[("TEE", 1)]).await);

    assert_eq!(remapped.listing.unwrap().mapping.unwrap().revision, 2);
    assert_eq!(remapped.quantity, Some(4));
    assert_eq!(late, refusal(Code::Aborted, "REVISION_MISMATCH").with("expected", 1).with("current", 2));
}

async fn a_preview_changes_nothing(oms: &Oms) {
    oms.isku("TEE").on_hand(5).await;
    oms.isku("B").on_hand(9).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    shop.single("OTHER", Some("B")).await.unwrap();
    shop.sell("1", &[("TEE", 2)]).await.unwrap();
    shop.warn_of_duplicates().await;
    let before = shop.listing(shop.csku("TEE")).await.unwrap();

    let preview = shop.preview_remap(shop.csku("TEE"), 1, &[("B", 1)]).await.unwrap();

    assert_eq!(preview.quantity, Some(9));
    assert_eq!(preview.reserved_on_old_iskus[0].isku_code, "TEE");
    assert_eq!(preview.reserved_on_old_iskus[0].reserved, 2);
    assert_eq!(preview.new_findings.len(), 1);
    assert_eq!(shop.listing(shop.csku("TEE")).await.unwrap(), before);
    assert_eq!(shop.revisions(shop.csku("TEE")).await.unwrap().len(), 1);
}

async fn every_mapping_is_kept_with_who_and_why(oms: &Oms) {
    for code in ["TEE", "B", "C"] {
        oms.isku(code).await;
    }
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    shop.remap(shop.csku("TEE"), 1, &[("B", 1)]).await.unwrap();
    shop.remap(shop.csku("TEE"), 2, &[("C", 1)]).await.unwrap();

    let history = shop.revisions(shop.csku("TEE")).await.unwrap();

    let told: Vec<_> = history.iter().map(|m| (m.revision, m.source(), m.components[0].isku_code.as_str())).collect();
    use MappingSource::{Default, Manual};
    assert_eq!(told, [(3, Manual, "C"), (2, Manual, "B"), (1, Default, "TEE")]);
    assert!(history.iter().all(|mapping| mapping.actor == "acme-service" && mapping.create_time.is_some()));
}

async fn a_single_sells_exactly_one_isku(oms: &Oms) {
    for code in ["TEE", "B"] {
        oms.isku(code).await;
    }
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();

    let two = refused(shop.remap(shop.csku("TEE"), 1, &[("TEE", 1), ("B", 1)]).await);
    let double = refused(shop.remap(shop.csku("TEE"), 1, &[("TEE", 2)]).await);

    let mismatch = refusal(Code::FailedPrecondition, "KIND_MISMATCH").with("kind", "SINGLE");
    assert_eq!((&two, &double), (&mismatch, &mismatch));
}

async fn turning_a_single_into_a_kit_is_one_call(oms: &Oms) {
    for code in ["TEE", "B"] {
        oms.isku(code).on_hand(4).await;
    }
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();

    let kit = shop.make_kit(shop.csku("TEE"), &[("TEE", 1), ("B", 2)]).await.unwrap().listing.unwrap();

    assert_eq!(kit.kind().as_str_name(), "LISTING_KIND_KIT");
    assert_eq!(kit.mapping.unwrap().components.len(), 2);
    assert_eq!(shop.offer(shop.csku("TEE")).await.quantity, Some(2));
}

async fn a_mapping_needs_its_iskus(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();

    let none = refused(shop.map(shop.csku("TEE"), &[("NONE", 1)]).await);

    assert_eq!(none, refusal(Code::FailedPrecondition, "ISKU_NOT_FOUND").with("isku_code", "NONE"));
    oms.globex().isku("NONE").await;
    let of_the_other = refused(shop.map(shop.csku("TEE"), &[("NONE", 1)]).await);
    assert_eq!(of_the_other, none, "another merchant's ISKU is none");
}

async fn a_manual_mapping_survives_every_later_sync(oms: &Oms) {
    oms.isku("B").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(vec![item(1, "TEE"), item(2, "CAP")]).await.unwrap();
    shop.remap(shop.csku("TEE"), 1, &[("B", 1)]).await.unwrap();

    let changed = SyncItem { title: "Another title".to_owned(), ..item(1, "TEE") };
    shop.sync(vec![changed, item(2, "CAP")]).await.unwrap();

    let listing = shop.listing(shop.csku("TEE")).await.unwrap();
    assert_eq!(listing.title, "Another title");
    let mapping = listing.mapping.unwrap();
    assert_eq!((mapping.revision, mapping.components[0].isku_code.as_str()), (2, "B"));
}
