//! Services that start before what they need is there: they wait, say for what, and open by themselves.

use std::{path::PathBuf, process::Stdio, time::Duration};

use proto::{catalogue::v1::ListSellerAccountsRequest, inventory::v1::ListLocationsRequest};
use sea_orm::{ConnectionTrait, Database};
use shared::server::{LIVENESS, READINESS};
use tests::{
    Engine, Refusal,
    merchant::{Merchant, channel},
    on_both_engines,
    postgres::Server,
    process::{self, Process},
    refusal,
    site::{Site, credential_of},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    time::timeout,
};
use tonic::{Code, Status};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_types::StatusExt;

on_both_engines!(a_schema_that_a_job_brings_later_is_waited_for, a_service_that_waits_ends_at_once_when_it_is_asked_to);

const SERVICES: [&str; 2] = ["inventory-svc", "catalogue-svc"];

/// A file of settings for a service, with a database of its own.
fn config(site: &Site, service: &str, database: &str, migrate: bool) -> PathBuf {
    let credentials = site.dir().join("credentials.toml").display().to_string();
    let content = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = {database:?}\nmigrate = {migrate}\n\
         [auth]\ncredentials_file = {credentials:?}\n"
    );
    site.write(&format!("{service}.toml"), &content)
}

fn database_of<'a>(site: &'a Site, service: &str) -> &'a str {
    if service == SERVICES[0] { site.inventory_database() } else { site.catalogue_database() }
}

async fn health(process: &Process, name: &str) -> ServingStatus {
    let request = HealthCheckRequest { service: name.to_owned() };
    HealthClient::new(channel(process.url())).check(request).await.unwrap().into_inner().status()
}

/// Waits until it is ready.
async fn is_ready_at_last(process: &Process) {
    let request = HealthCheckRequest { service: READINESS.to_owned() };
    let mut told = HealthClient::new(channel(process.url())).watch(request).await.unwrap().into_inner();
    while told.message().await.unwrap().unwrap().status() != ServingStatus::Serving {}
}

/// A call that every merchant may make.
async fn call(service: &str, process: &Process) -> Result<(), Status> {
    let acme = Merchant::at(process.url(), process.url(), &credential_of("acme"));
    if service == SERVICES[0] {
        acme.locations.clone().list_locations(ListLocationsRequest::default()).await.map(|_| ())
    } else {
        acme.channels.clone().list_seller_accounts(ListSellerAccountsRequest::default()).await.map(|_| ())
    }
}

async fn waits(service: &str, process: &Process, awaited: &str) {
    assert_eq!(health(process, LIVENESS).await, ServingStatus::Serving);
    assert_eq!(health(process, READINESS).await, ServingStatus::NotServing);
    let told = call(service, process).await.unwrap_err();
    assert_eq!(Refusal::from(&told), refusal(Code::Unavailable, "STARTING").with("waits_for", awaited), "{told:?}");
    assert!(told.get_details_retry_info().is_some_and(|info| info.retry_delay.is_some()));
}

async fn opens(service: &str, process: &Process) {
    process.logged("serving");
    is_ready_at_last(process).await;
    call(service, process).await.unwrap();
}

async fn a_schema_that_a_job_brings_later_is_waited_for(engine: Engine) {
    let site = Site::new(engine).await;
    for service in SERVICES {
        let config = config(&site, service, database_of(&site, service), false);
        let process = Process::listening(service, &config);
        let told = process.logged("waiting");
        assert_eq!(told["waits_for"], "schema");
        assert!(told["reason"].as_str().unwrap().starts_with("it lacks m"), "{told}");
        waits(service, &process, "schema").await;

        let (code, told) = process::run(service, &["--config", config.to_str().unwrap(), "migrate"]).await;

        assert_eq!(code, 0, "{told}");
        assert!(told.contains("the schema is up to date"), "{told}");
        opens(service, &process).await;
        assert!(process.log().matches("\"waiting\"").count() < 4, "told all the time: {}", process.log());
    }
}

async fn a_service_that_waits_ends_at_once_when_it_is_asked_to(engine: Engine) {
    let site = Site::new(engine).await;
    for service in SERVICES {
        let process = Process::listening(service, &config(&site, service, database_of(&site, service), false));
        process.logged("waiting");

        process.terminate();

        assert_eq!(process.ended().code(), Some(0));
    }
}

#[tokio::test]
async fn a_database_that_is_stopped_or_has_no_room_is_waited_for_in_its_own_words() {
    let mut server = Server::start(&["max_connections=20", "superuser_reserved_connections=0", "fsync=off"]);
    let databases = [server.fresh_database().await, server.fresh_database().await];
    let taken = take_all(&databases[0]).await;
    let site = Site::new(Engine::Sqlite).await;
    let start = |service: &str, database: &str| Process::listening(service, &config(&site, service, database, true));
    let processes = [start(SERVICES[0], &databases[0]), start(SERVICES[1], &databases[1])];

    for (service, process) in SERVICES.into_iter().zip(&processes) {
        process.wait_for_log("too many clients already");
        waits(service, process, "database").await;
    }
    server.stop_at_once();
    for (service, process) in SERVICES.into_iter().zip(&processes) {
        process.wait_for_log("error communicating with database");
        waits(service, process, "database").await;
    }
    drop(taken);
    server.start_again();

    for (service, process) in SERVICES.into_iter().zip(&processes) {
        opens(service, process).await;
    }
}

/// Every connection that a server has.
async fn take_all(url: &str) -> Vec<sea_orm::DatabaseConnection> {
    let mut taken = Vec::new();
    let options = || sea_orm::ConnectOptions::new(url).max_connections(1).acquire_timeout(SHORT).to_owned();
    while let Ok(connection) = Database::connect(options()).await {
        taken.push(connection);
    }
    taken
}

const SHORT: std::time::Duration = std::time::Duration::from_millis(500);

#[tokio::test]
async fn a_database_that_somebody_makes_later_is_waited_for() {
    let server = Server::for_tests();
    let there = server.fresh_database().await;
    let site = Site::new(Engine::Sqlite).await;
    for (service, name) in SERVICES.into_iter().zip(["later_inventory", "later_catalogue"]) {
        let url = format!("{}/{name}", there.rsplit_once('/').unwrap().0);
        let process = Process::listening(service, &config(&site, service, &url, true));
        process.wait_for_log(&format!("database \\\"{name}\\\" does not exist"));
        waits(service, &process, "database").await;

        let admin = Database::connect(&there).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        admin.close().await.unwrap();

        opens(service, &process).await;
    }
}

#[tokio::test]
async fn a_migration_waits_for_its_database() {
    let mut server = Server::for_tests();
    let databases = [server.fresh_database().await, server.fresh_database().await];
    let site = Site::new(Engine::Sqlite).await;
    server.stop_at_once();
    let mut waiting = vec![];
    for (service, database) in SERVICES.into_iter().zip(&databases) {
        let mut command = tokio::process::Command::new(process::binary(service));
        command.arg("--config").arg(config(&site, service, database, false)).arg("migrate");
        let mut migrating = command.stderr(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut log = BufReader::new(migrating.stderr.take().unwrap()).lines();
        let told = async { while !log.next_line().await.unwrap().expect("it waits").contains("waiting") {} };
        timeout(Duration::from_secs(30), told).await.expect("it says that it waits");
        waiting.push((migrating, log));
    }

    server.start_again();

    for (migrating, _log) in waiting {
        let ended = timeout(Duration::from_secs(30), migrating.wait_with_output()).await.unwrap().unwrap();
        assert!(ended.status.success());
        assert_eq!(String::from_utf8(ended.stdout).unwrap().trim(), "the schema is up to date");
    }
}

#[tokio::test]
async fn what_no_wait_can_mend_ends_the_start() {
    for service in SERVICES {
        let site = Site::new(Engine::Sqlite).await;
        let check = async |database: &str, words: &str| {
            let content = format!("[server]\nlisten = \"127.0.0.1:0\"\n[database]\n{database}\n");
            let path = site.write("wrong.toml", &content);
            let (code, told) = process::run(service, &["--config", path.to_str().unwrap()]).await;
            assert!(code == 2 && told.contains(words), "{database}: {code} {told}");
        };
        let secret = site.write("secret", "mysql://db/inventory");
        check("url_file = \"no/such/file\"", "no/such/file").await;
        check(&format!("url_file = {:?}", secret.display().to_string()), "must start with").await;
        check("url = \"sqlite://no/such/folder/x.db\"", "database file").await;
        check("url = \"postgres://db:no-port/inventory\"", "invalid port number").await;
    }
}

#[tokio::test]
async fn a_command_makes_no_database_where_none_is() {
    let site = Site::new(Engine::Sqlite).await;
    let file = site.dir().join("none.db");
    let config = config(&site, SERVICES[0], &format!("sqlite://{}?mode=rwc", file.display()), true);
    let sheet = site.write("stock.csv", "code,quantity\nA,1\n");
    let token = site.token_file("acme");
    let import = ["import", sheet.to_str().unwrap(), "--token-file", token.to_str().unwrap()];

    for command in [&["verify"][..], &["restored"], &import] {
        let words = [&["--config", config.to_str().unwrap()], command].concat();
        let (code, told) = process::run(SERVICES[0], &words).await;

        assert_eq!(code, 2, "{command:?}: {told}");
        assert!(told.contains(file.to_str().unwrap()), "{command:?}: {told}");
        assert!(!file.exists(), "{command:?} made a database");
    }
}
