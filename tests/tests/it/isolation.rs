//! Merchants: every rpc asks for a credential, and nobody sees, takes or infers what is another's.

mod alike;

use proto::{
    catalogue::v1::{FindingKind, SyncScope},
    inventory::v1::{
        GetReservationRequest, ListMovementsRequest, ListReservationsRequest, get_reservation_request::Target,
        resolved_isku::Status,
    },
};
use tests::{
    Oms, Refusal,
    api::Api,
    both_engines,
    hostile::plausible,
    merchant::{Credential, channel},
    raw, refused,
    site::credential_of,
    story::{Level, item, order_key},
};
use tonic::Code;

both_engines!(
    every_rpc_needs_a_credential_of_the_merchant,
    one_credential_may_act_for_several_merchants,
    the_others_iskus_are_not_there,
    the_others_reservations_are_not_there,
    the_others_shop_and_listings_are_not_there,
);

async fn every_rpc_needs_a_credential_of_the_merchant(oms: &Oms) {
    let own = credential_of("acme");
    let merchant = |name: &str| Some(name.to_owned());
    let cases = [
        (Credential::default(), Code::Unauthenticated, "CREDENTIAL_INVALID"),
        (
            Credential { merchant: merchant("acme"), ..Credential::default() },
            Code::Unauthenticated,
            "CREDENTIAL_INVALID",
        ),
        (Credential::token("wrong"), Code::Unauthenticated, "CREDENTIAL_INVALID"),
        (Credential { merchant: merchant("globex"), ..own.clone() }, Code::PermissionDenied, "MERCHANT_DENIED"),
        (Credential { merchant: merchant("Not A Slug"), ..own }, Code::PermissionDenied, "MERCHANT_DENIED"),
        (credential_of("operator"), Code::PermissionDenied, "MERCHANT_DENIED"),
    ];
    for (api, url) in [(Api::inventory(), oms.inventory_url()), (Api::catalogue(), oms.catalogue_url())] {
        let channel = channel(&url);
        for rpc in &api.rpcs {
            for (credential, code, reason) in &cases {
                let answer = raw::call(&channel, rpc, credential, &plausible(&api, &rpc.request)).await;

                let status = answer.expect_err("nobody gets in");
                assert_eq!(Refusal::from(&status).kind(), (*code, *reason), "{} with {credential:?}", rpc.path());
            }
        }
    }
}

async fn one_credential_may_act_for_several_merchants(oms: &Oms) {
    oms.acme().isku("OF-ACME").await;
    oms.globex().isku("OF-GLOBEX").await;
    let codes = async |merchant: &str| {
        let credential = Credential { merchant: Some(merchant.to_owned()), ..credential_of("operator") };
        oms.caller(&credential).codes(10).await.unwrap()
    };

    assert_eq!(codes("acme").await, ["OF-ACME"]);
    assert_eq!(codes("globex").await, ["OF-GLOBEX"]);
    assert!(codes("third").await.is_empty());
}

async fn the_others_iskus_are_not_there(oms: &Oms) {
    oms.isku("SECRET").on_hand(5).await;
    oms.receive(&[("SECRET", 1)]).await.unwrap();
    let other = oms.globex();

    assert_eq!(refused(other.find("SECRET").await).kind(), (Code::NotFound, "ISKU_NOT_FOUND"));
    assert_eq!(refused(other.receive(&[("SECRET", 1)]).await).reason, "ISKU_NOT_FOUND");
    assert_eq!(refused(other.reserve("1", &[("S", 1, &[("SECRET", 1)])]).await).reason, "ISKU_NOT_FOUND");
    let traced = ListMovementsRequest { isku_code: "SECRET".to_owned(), ..Default::default() };
    assert_eq!(refused(other.movements(traced).await).reason, "ISKU_NOT_FOUND");
    let resolved = other.resolve(&["SECRET", "secret"]).await.unwrap();
    assert!(resolved.iter().all(|code| code.status() == Status::NotFound && code.near_codes.is_empty()));
    assert!(other.codes(10).await.unwrap().is_empty());
    for query in ["SECRET", "secr", "goods"] {
        assert!(other.search(query).await.unwrap().matches.is_empty(), "{query}");
    }
    assert_eq!(other.levels(&["SECRET"]).await.unwrap()[0].isku_code, "");
    assert_eq!(other.isku("FIRST").await.isku_id, 1, "numbers tell nothing of the other's");
}

async fn the_others_reservations_are_not_there(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let held = oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap().reservation.unwrap();
    let other = oms.globex();
    other.isku("A").on_hand(5).await;

    assert_eq!(refused(other.reservation("1").await).kind(), (Code::NotFound, "RESERVATION_NOT_FOUND"));
    let by_id = GetReservationRequest { target: Some(Target::ReservationId(held.reservation_id)) };
    let by_id = refused(other.reservations.clone().get_reservation(by_id).await);
    assert_eq!(by_id.kind(), (Code::NotFound, "RESERVATION_NOT_FOUND"));
    assert_eq!(refused(other.ship("1", &[]).await).reason, "RESERVATION_NOT_FOUND");
    assert_eq!(refused(other.release("1", &[]).await).reason, "RESERVATION_NOT_FOUND");
    let traced = ListMovementsRequest { order: Some(order_key("1")), ..Default::default() };
    assert_eq!(refused(other.movements(traced).await).reason, "RESERVATION_NOT_FOUND");
    assert_eq!(refused(other.trace("1", 0).await).reason, "RESERVATION_NOT_FOUND");
    let of_a = ListReservationsRequest { isku_code: "A".to_owned(), ..Default::default() };
    for filter in [ListReservationsRequest::default(), of_a] {
        assert!(other.reservations_of(filter).await.unwrap().is_empty());
    }

    let own = other.reserve("1", &[("TEE", 1, &[("A", 1)])]).await.unwrap();
    assert!(!own.existing, "the same order key is the other's own");
    assert_eq!((oms.level("A").await, other.level("A").await), (Level::of(5, 2), Level::of(5, 1)));
}

async fn the_others_shop_and_listings_are_not_there(oms: &Oms) {
    let shop = oms.connect("shopify", "seller@example.com").await;
    let sync = shop.sync(vec![item(1, "SECRET")]).await.unwrap().sync;
    shop.start_sync(SyncScope::Full).await.unwrap();
    let other = oms.globex().shop("shopify", "seller@example.com");

    assert_eq!(refused(other.account().await).reason, "ACCOUNT_NOT_FOUND");
    assert_eq!(refused(other.listing(other.csku("SECRET")).await).reason, "ACCOUNT_NOT_FOUND");
    assert_eq!(refused(other.sell("1", &[("SECRET", 1)]).await).reason, "ACCOUNT_NOT_FOUND");
    assert_eq!(refused(other.session(&sync.sync_id).await).reason, "SYNC_NOT_FOUND");
    assert!(oms.globex().accounts().await.unwrap().is_empty());
    assert!(oms.globex().categories_of("shopify").await.unwrap().is_empty());

    other.connect().await.unwrap();
    assert_eq!(refused(other.listing(other.csku("SECRET")).await).reason, "LISTING_NOT_FOUND");
    assert!(other.listings().await.is_empty() && other.findings(FindingKind::Unspecified).await.is_empty());
    let validated = other.validate(vec![other.csku("SECRET")]).await.unwrap();
    assert!(!validated[0].found);
    assert!(!other.start_sync(SyncScope::Full).await.unwrap().existing, "the open session is not the other's");
    assert_eq!(refused(other.outcomes(&sync.sync_id).await).reason, "SYNC_NOT_FOUND");
    assert_eq!(refused(other.abort(&sync.sync_id).await).reason, "SYNC_NOT_FOUND");
}
