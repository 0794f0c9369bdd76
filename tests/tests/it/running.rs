//! The pair as it runs: slow, alone, asked to stop, traced, and what it never says.

use proto::catalogue::v1::{GetSellerAccountRequest, ValidateListingsRequest};
use tests::{Engine, Oms, Refusal, on_both_engines, process, refusal, refused, story::seller};
use tonic::{Code, Request};
use tonic_types::StatusExt;

on_both_engines!(
    a_call_that_takes_too_long_is_told_so,
    more_calls_than_a_service_takes_are_told_when_to_come_back,
    inventory_away_stops_only_what_needs_it,
    a_preview_shows_all_of_it_or_nothing,
    a_service_that_is_asked_to_stop_finishes_its_calls,
    the_callers_trace_goes_on_in_inventory,
    a_sellers_id_is_in_no_log_and_no_refusal,
);

async fn a_call_that_takes_too_long_is_told_so(engine: Engine) {
    let oms = Oms::start_with(engine, "deadline_ms = 1000").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    oms.gate().keep_answers_of("Iskus", 0);

    let late = refused(shop.validate(vec![shop.csku("TEE")]).await);

    let told = [(Code::DeadlineExceeded, "DEADLINE_EXCEEDED"), (Code::Unavailable, "INVENTORY_UNAVAILABLE")];
    assert!(told.contains(&late.kind()), "{late:?}");
    oms.gate().open();
    oms.finish().await;
}

async fn more_calls_than_a_service_takes_are_told_when_to_come_back(engine: Engine) {
    let oms = Oms::start_with(engine, "calls_max = 2").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    oms.gate().keep_answers_of("/ResolveIskus", 0);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let shop = shop.clone();
            tokio::spawn(async move { shop.validate(vec![shop.csku("TEE")]).await })
        })
        .collect();
    oms.gate().kept(2).await;

    let refused_at_once = shop.account().await.unwrap_err();

    assert_eq!(Refusal::from(&refused_at_once).kind(), (Code::ResourceExhausted, "OVERLOADED"));
    assert!(refused_at_once.get_details_retry_info().is_some_and(|info| info.retry_delay.is_some()));
    oms.gate().open();
    for call in waiting {
        call.await.unwrap().expect("calls that were taken are finished");
    }
    assert!(shop.account().await.is_ok());
    oms.finish().await;
}

async fn inventory_away_stops_only_what_needs_it(engine: Engine) {
    let mut oms = Oms::start(engine).await;
    oms.isku("TEE").on_hand(5).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();

    oms.stop_inventory().await;

    let away = refusal(Code::Unavailable, "INVENTORY_UNAVAILABLE");
    assert_eq!(refused(shop.publish(shop.csku("TEE")).await).kind(), away.kind());
    assert_eq!(refused(shop.sell("1", &[("TEE", 1)]).await).kind(), away.kind());
    assert_eq!(refused(shop.cancel("1").await).kind(), away.kind());
    assert_eq!(refused(shop.preview_remap(shop.csku("TEE"), 1, &[("TEE", 1)]).await).kind(), away.kind());
    assert_eq!(shop.listings().await.len(), 1);
    assert!(shop.unpublish(shop.csku("TEE")).await.is_ok());
    shop.warn_of_duplicates().await;
    oms.finish().await;
}

async fn a_preview_shows_all_of_it_or_nothing(engine: Engine) {
    let mut oms = Oms::start(engine).await;
    oms.isku("TEE").on_hand(5).await;
    oms.isku("CAP").await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    shop.sell("1", &[("TEE", 1)]).await.unwrap();
    oms.gate().keep_answers_of("/ResolveIskus", 0);
    let asked = tokio::spawn({
        let shop = shop.clone();
        async move { shop.preview_remap(shop.csku("TEE"), 1, &[("CAP", 1)]).await }
    });
    oms.gate().kept(1).await;

    oms.stop_inventory().await;
    oms.gate().open();

    let away = refused(asked.await.unwrap());
    assert_eq!(away.kind(), (Code::Unavailable, "INVENTORY_UNAVAILABLE"));
    assert!(oms.gate().passed().iter().any(|call| call.path.ends_with("/ListReservations")));
    assert_eq!(shop.revisions(shop.csku("TEE")).await.unwrap().len(), 1);
    oms.finish().await;
}

async fn a_service_that_is_asked_to_stop_finishes_its_calls(engine: Engine) {
    let mut oms = Oms::start_as_processes(engine).await;
    oms.isku("TEE").on_hand(5).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    oms.gate().keep_answers_of("/Reserve", 0);
    let selling = tokio::spawn({
        let shop = shop.clone();
        async move { shop.sell("1", &[("TEE", 1)]).await }
    });
    oms.gate().kept(1).await;

    let process = oms.take_catalogue();
    process.terminate();
    // Not ready is told before the door closes; then nobody new gets in.
    process.wait_for_log("draining");
    oms.gate().open();

    let sold = selling.await.unwrap().expect("the call in flight is answered");
    assert_eq!(sold.order.unwrap().lines[0].held, 1);
    drop(shop);
    let ended = tokio::task::spawn_blocking(move || process.ended()).await.unwrap();
    assert!(ended.success());
    oms.finish().await;
}

async fn the_callers_trace_goes_on_in_inventory(engine: Engine) {
    let oms = Oms::start_as_processes(engine).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let mut request = Request::new(ValidateListingsRequest { keys: vec![shop.csku("TEE")] });
    request.metadata_mut().insert("traceparent", format!("00-{trace}-00f067aa0ba902b7-01").parse().unwrap());

    oms.listings.clone().validate_listings(request).await.unwrap();

    let passed = oms.gate().passed();
    assert!(passed.last().unwrap().trace.starts_with(&format!("00-{trace}-")), "{passed:?}");
    oms.finish().await;
}

async fn a_sellers_id_is_in_no_log_and_no_refusal(engine: Engine) {
    const SELLER: &str = "jane.doe@example.com";
    let oms = Oms::start_as_processes(engine).await;
    let shop = oms.connect("shopify", SELLER).await;
    let unknown = oms.shop("lazada-sg", SELLER);

    let mut messages = vec![shop.connect().await.unwrap_err(), unknown.account().await.unwrap_err()];
    messages.push(unknown.sell("1", &[("TEE", 1)]).await.unwrap_err());
    let broken = GetSellerAccountRequest { key: Some(seller("Not A Slug", SELLER)) };
    messages.push(oms.channels.clone().get_seller_account(broken).await.unwrap_err());

    for status in &messages {
        let details = String::from_utf8_lossy(status.details()).into_owned();
        assert!(!status.message().contains("jane") && !details.contains("jane"), "{status:?}");
    }
    assert!(!oms.catalogue_process().log().contains("jane"));
    oms.finish().await;
}

#[tokio::test]
async fn an_unknown_setting_is_refused_by_name() {
    for service in ["inventory-svc", "catalogue-svc"] {
        let site = tests::site::Site::new(Engine::Sqlite).await;
        let config = site.write("wrong.toml", "[server]\nlistn = \"127.0.0.1:0\"\n");

        let (code, told) = process::run(service, &["--config", config.to_str().unwrap()]).await;

        assert_ne!(code, 0);
        assert!(told.contains("listn"), "{told}");
    }
}
