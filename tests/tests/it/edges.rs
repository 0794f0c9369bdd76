//! Guards at, before and after their edge.

use proto::catalogue::v1::{
    FindingKind, FindingState, ListFindingsRequest, ListListingsRequest, ListingReason, RemapListingRequest,
};
use tests::{
    Oms, both_engines, refusal, refused, request_id,
    story::{Shop, components},
};
use tonic::Code;

both_engines!(
    a_remap_is_of_the_revision_that_is_there,
    an_unmapped_listing_is_at_revision_0,
    a_filter_by_isku_finds_what_sells_it_now,
    a_closed_finding_holds_nothing_back,
    findings_are_open_or_closed,
);

async fn shop(oms: &Oms) -> Shop {
    for code in ["A", "B", "C"] {
        oms.isku(code).await;
    }
    oms.connect("shopify", "shop").await
}

async fn a_remap_is_of_the_revision_that_is_there(oms: &Oms) {
    let shop = shop(oms).await;
    shop.single("A", None).await.unwrap();
    let key = || shop.csku("A");
    shop.remap(key(), 1, &[("B", 1)]).await.unwrap();
    let mapped = shop.remap(key(), 2, &[("A", 1)]).await.unwrap().listing.unwrap();

    for seen in [-1, 0, 1, 2, 4, i64::MAX] {
        for validate_only in [false, true] {
            let request = RemapListingRequest {
                request_id: request_id(),
                key: Some(key()),
                components: components(&[("C", 1)]),
                expected_revision: seen,
                validate_only,
                ..Default::default()
            };
            let refused = refused(oms.mappings.clone().remap_listing(request).await);
            let wanted = match seen {
                -1 => (Code::InvalidArgument, "INVALID_FIELD"),
                _ => (Code::Aborted, "REVISION_MISMATCH"),
            };
            assert_eq!(refused.kind(), wanted, "{seen}");
        }
    }
    assert_eq!(shop.listing(key()).await.unwrap(), mapped, "what is refused changes nothing");
    shop.preview_remap(key(), 3, &[("C", 1)]).await.unwrap();
    assert_eq!(shop.remap(key(), 3, &[("C", 1)]).await.unwrap().listing.unwrap().mapping.unwrap().revision, 4);
}

async fn an_unmapped_listing_is_at_revision_0(oms: &Oms) {
    let shop = shop(oms).await;
    shop.single("NEW", None).await.unwrap();
    let mismatch = refusal(Code::Aborted, "REVISION_MISMATCH").with("expected", 1).with("current", 0);

    assert_eq!(refused(shop.remap(shop.csku("NEW"), 1, &[("A", 1)]).await), mismatch);
    let mapped = shop.remap(shop.csku("NEW"), 0, &[("A", 1)]).await.unwrap().listing.unwrap().mapping.unwrap();
    assert_eq!((mapped.revision, mapped.components[0].isku_code.as_str()), (1, "A"));
    assert_eq!(refused(shop.map(shop.csku("NEW"), &[("B", 1)]).await).reason, "REVISION_MISMATCH", "it is mapped");
    assert_eq!(refused(shop.remap(shop.csku("NEW"), 0, &[("B", 1)]).await).reason, "REVISION_MISMATCH");
}

async fn a_filter_by_isku_finds_what_sells_it_now(oms: &Oms) {
    let shop = shop(oms).await;
    shop.single("A", None).await.unwrap();
    shop.kit("BOX", &[("A", 1), ("B", 1)]).await.unwrap();
    let selling = async |code: &str| {
        let filter = ListListingsRequest { isku_code: code.to_owned(), ..Default::default() };
        shop.listings_where(filter).await.into_iter().map(|listing| listing.csku).collect::<Vec<_>>()
    };
    assert_eq!(selling("A").await, ["A", "BOX"]);

    shop.remap(shop.csku("A"), 1, &[("C", 1)]).await.unwrap();
    assert_eq!((selling("A").await, selling("C").await), (vec!["BOX".to_owned()], vec!["A".to_owned()]));
    shop.remap(shop.csku("BOX"), 1, &[("B", 2), ("C", 1)]).await.unwrap();
    assert!(selling("A").await.is_empty(), "nothing sells it any more");
    shop.remap(shop.csku("A"), 2, &[("A", 1)]).await.unwrap();
    assert_eq!((selling("A").await, selling("C").await), (vec!["A".to_owned()], vec!["BOX".to_owned()]));
    let differs = ListListingsRequest { differs_from_isku: true, ..Default::default() };
    assert!(shop.listings_where(differs).await.is_empty(), "what it sold once does not count");
}

async fn a_closed_finding_holds_nothing_back(oms: &Oms) {
    let shop = shop(oms).await;
    shop.warn_of_duplicates().await;
    shop.single("ONE", Some("A")).await.unwrap();
    shop.single("TWO", Some("A")).await.unwrap();
    assert_eq!(shop.held_back_by(ListingReason::DuplicateMapping).await.len(), 2);

    shop.remap(shop.csku("TWO"), 1, &[("B", 1)]).await.unwrap();

    assert!(shop.held_back_by(ListingReason::DuplicateMapping).await.is_empty());
    assert!(shop.findings(FindingKind::DuplicateMapping).await.is_empty());
    for csku in ["ONE", "TWO"] {
        let reasons = shop.listing(shop.csku(csku)).await.unwrap().reasons;
        assert!(reasons.iter().all(|reason| reason.reason() == ListingReason::NeedsCategory), "{reasons:?}");
    }
}

async fn findings_are_open_or_closed(oms: &Oms) {
    let shop = shop(oms).await;
    shop.warn_of_duplicates().await;
    for (csku, isku) in [("ONE", "A"), ("TWO", "A"), ("THREE", "B"), ("FOUR", "B")] {
        shop.single(csku, Some(isku)).await.unwrap();
    }
    shop.remap(shop.csku("TWO"), 1, &[("C", 1)]).await.unwrap();
    let codes = async |state: FindingState, blocking_only: bool| {
        let request = ListFindingsRequest { state: state.into(), blocking_only, ..Default::default() };
        let found = oms.mappings.clone().list_findings(request).await.unwrap().into_inner().findings;
        found.into_iter().map(|finding| (finding.isku_codes.concat(), finding.close_time.is_some())).collect::<Vec<_>>()
    };
    let (of_a, of_b) = (("A".to_owned(), true), ("B".to_owned(), false));

    assert_eq!(codes(FindingState::Open, false).await, std::slice::from_ref(&of_b));
    assert_eq!(codes(FindingState::Closed, false).await, std::slice::from_ref(&of_a));
    assert_eq!(codes(FindingState::Unspecified, false).await, [of_b, of_a]);
    assert!(codes(FindingState::Unspecified, true).await.is_empty(), "a warning blocks nothing");
}
