//! Releases: what a replica makes of a schema that is older or newer than itself, and a pair that is replaced one by one.

use std::process::Command;

use shared::server::READINESS;
use tests::{
    Engine, Oms,
    merchant::channel,
    on_both_engines,
    process::{Process, binary},
    rolling::{Release, baseline_schema, roll},
    site::Site,
};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

on_both_engines!(
    a_newer_schema_is_served_only_as_far_as_it_admits_this_release,
    the_schema_of_the_baseline_is_brought_up_to_date,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_fails_while_a_pair_on_the_baselines_schema_is_replaced_one_by_one() {
    let report = roll(&Release::head(), &Release::head(), baseline_schema, 40).await;

    assert_eq!(report.failed, Vec::<String>::new());
    let enough = ["allocate", "create", "map", "receive", "reserve", "update", "verify"];
    assert_eq!(report.calls.keys().copied().collect::<Vec<_>>(), enough);
    assert!(report.calls.values().sum::<u64>() >= 200, "{:?}", report.calls);
}

/// Why a service ends instead of serving.
fn refused(service: &str, config: &std::path::Path) -> String {
    let prefix = service.split('-').next().unwrap_or(service).to_uppercase();
    let mut command = Command::new(binary(service));
    match Process::try_start(command.env(format!("{prefix}__TELEMETRY__LOG_FORMAT"), "json"), config) {
        Err(log) => log,
        Ok(_) => panic!("{service} serves a schema that does not admit it"),
    }
}

async fn becomes(url: &str, wanted: ServingStatus) {
    let mut health = HealthClient::new(channel(url));
    let request = HealthCheckRequest { service: READINESS.to_owned() };
    let mut told = health.watch(request).await.unwrap().into_inner();
    while let Some(status) = told.message().await.unwrap() {
        if status.status() == wanted {
            return;
        }
    }
    panic!("{url} never told {wanted:?}");
}

async fn a_newer_schema_is_served_only_as_far_as_it_admits_this_release(engine: Engine) {
    const NEWER: &str = "m29990101_000001_newer";
    let oms = Oms::start(engine).await;
    let site = oms.site();
    let inventory = (oms.inventory_url(), oms.behind_inventory().await, "inventory-svc", site.inventory_config());
    let config = site.catalogue_config(&oms.inventory_url());
    let catalogue = (oms.catalogue_url(), oms.behind_catalogue().await, "catalogue-svc", config);
    for (url, database, service, config) in [inventory, catalogue] {
        becomes(&url, ServingStatus::Serving).await;
        let own = database.text("SELECT max(version) FROM schema_window").await;

        // A release has migrated that admits this one.
        database.execute(&format!("INSERT INTO schema_window VALUES ('{NEWER}', '{own}')")).await;
        database.execute(&format!("INSERT INTO seaql_migrations VALUES ('{NEWER}', 0)")).await;
        drop(Process::serve(service, &config));
        becomes(&url, ServingStatus::Serving).await;

        // One that does not.
        database.execute(&format!("UPDATE schema_window SET oldest = '{NEWER}' WHERE version = '{NEWER}'")).await;
        becomes(&url, ServingStatus::NotServing).await;
        let why = refused(service, &config);
        assert!(why.contains(&format!("admits binaries from {NEWER} on, and this one ends at {own}")), "{why}");
        assert!(why.contains("start the release that migrated it or a later one"), "{why}");

        // One whose record somebody took away.
        database.execute(&format!("DELETE FROM schema_window WHERE version = '{NEWER}'")).await;
        let why = refused(service, &config);
        assert!(why.contains("does not say whether it admits"), "{why}");

        database.execute(&format!("DELETE FROM seaql_migrations WHERE version = '{NEWER}'")).await;
        becomes(&url, ServingStatus::Serving).await;
    }
    oms.finish().await;
}

async fn the_schema_of_the_baseline_is_brought_up_to_date(engine: Engine) {
    let site = Site::new(engine).await;
    baseline_schema(&site).await;
    let oms = Oms::start_at(site).await;
    let shop = oms.connect("shopify", "shop").await;
    oms.isku("A").on_hand(3).await;

    shop.single("A", None).await.unwrap();

    for database in [oms.behind_inventory().await, oms.behind_catalogue().await] {
        let unrecorded =
            "SELECT count(*) FROM seaql_migrations WHERE version NOT IN (SELECT version FROM schema_window)";
        assert_eq!(database.number(unrecorded).await, 0);
    }
    drop(shop);
    oms.finish().await;
}
