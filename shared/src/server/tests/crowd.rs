//! More connections than there are places for.

use tonic::transport::{Channel, Endpoint};

use super::{
    raw::{self, Frames, Raw},
    *,
};

const LIST: &str = "/oms.catalogue.v1.CategoryService/ListCategories";

fn crowded(connections_max: u64, connections_per_address_max: u64) -> settings::Server {
    let [connections_max, connections_per_address_max] =
        [connections_max, connections_per_address_max].map(Between::nearest);
    settings::Server { connections_max, connections_per_address_max, ..settings() }
}

/// A client from one of the machine's own addresses.
fn channel(running: &Running, from: &str) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", running.address())).unwrap();
    endpoint.local_address(Some(from.parse().unwrap())).connect_lazy()
}

async fn list(running: &Running, from: &str) -> Result<(), Status> {
    let mut client = CategoryServiceClient::new(channel(running, from));
    client.list_categories(Request::new(told("at-once"))).await.map(|_| ())
}

async fn health(running: &Running, from: &str) -> Result<(), Status> {
    let mut client = HealthClient::new(channel(running, from));
    client.check(HealthCheckRequest { service: LIVENESS.into() }).await.map(|_| ())
}

#[tokio::test]
async fn who_has_shown_nothing_gives_way_to_who_comes() {
    let running = serve_as(crowded(4, 4), &Told::default()).await;
    let mut silent = Vec::new();
    for _ in 0..12 {
        silent.push(Raw::greet(&running).await);
    }

    for raw in &mut silent[..8] {
        raw.until_closed().await;
    }
    list(&running, "127.0.0.1").await.unwrap();
    silent[8].until_closed().await;
}

#[tokio::test]
async fn who_has_called_stays_and_who_comes_is_told_so_while_health_is_answered() {
    let running = serve_as(crowded(2, 2), &Told::default()).await;
    let mut clients = [Frames::connect(&running).await, Frames::connect(&running).await];
    for client in &mut clients {
        client.ask(LIST, b"").await.unwrap().end().await;
    }

    let refused = list(&running, "127.0.0.2").await.unwrap_err();

    assert_eq!(refusal(&refused), (Code::ResourceExhausted, "OVERLOADED".to_owned()));
    health(&running, "127.0.0.2").await.unwrap();
    for client in &mut clients {
        assert_eq!(client.ask(LIST, b"").await.unwrap().end().await.code(), Code::Ok);
    }
}

#[tokio::test]
async fn who_has_only_made_calls_that_are_none_gives_way() {
    let running = serve_as(crowded(2, 2), &Told::default()).await;
    let mut clients = [Frames::connect(&running).await, Frames::connect(&running).await];
    for (client, (name, value)) in clients.iter_mut().zip([("content-type", "text/plain"), ("grpc-encoding", "gzip")]) {
        let header = (http::HeaderName::from_static(name), http::HeaderValue::from_static(value));
        client.ask_with(LIST, b"", [header].into_iter().collect()).await.unwrap();
    }

    list(&running, "127.0.0.1").await.unwrap();

    let [first, _] = clients;
    let _ = timeout(raw::PATIENCE, first.driver).await.expect("it goes on").unwrap();
}

#[tokio::test]
async fn who_waits_for_its_first_answer_stays() {
    let service = Told::default();
    let running = serve_as(crowded(1, 1), &service).await;
    let mut client = CategoryServiceClient::new(channel(&running, "127.0.0.1"));
    let asked = tokio::spawn(async move { client.list_categories(Request::new(told("wait"))).await.map(|_| ()) });
    service.0.begun_count.subscribe().wait_for(|begun| *begun >= 1).await.unwrap();

    let other = list(&running, "127.0.0.1").await;
    service.0.go.notify_waiters();

    assert_eq!(refusal(&other.unwrap_err()), (Code::ResourceExhausted, "OVERLOADED".to_owned()));
    asked.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_address_fills_its_own_share_only() {
    let running = serve_as(crowded(4, 2), &Told::default()).await;
    let mut clients = [Frames::connect(&running).await, Frames::connect(&running).await];
    for client in &mut clients {
        client.ask(LIST, b"").await.unwrap().end().await;
    }

    let (same, other) = (list(&running, "127.0.0.1").await, list(&running, "127.0.0.2").await);

    assert_eq!(refusal(&same.unwrap_err()), (Code::ResourceExhausted, "OVERLOADED".to_owned()));
    assert!(other.is_ok());
}

#[tokio::test]
async fn a_reserve_that_one_address_floods_is_there_for_another() {
    let running = serve_as(crowded(1, 1), &Told::default()).await;
    let mut kept = Frames::connect(&running).await;
    kept.ask(LIST, b"").await.unwrap().end().await;

    let mut flood = Vec::new();
    for _ in 0..100 {
        flood.push(Raw::greet(&running).await);
    }
    health(&running, "127.0.0.2").await.unwrap();
    for raw in &mut flood {
        raw.until_closed().await;
    }

    assert_eq!(kept.ask(LIST, b"").await.unwrap().end().await.code(), Code::Ok);
}

#[tokio::test]
async fn who_leaves_makes_room() {
    let running = serve_as(crowded(1, 1), &Told::default()).await;
    for _ in 0..5 {
        let mut client = Frames::connect(&running).await;
        assert_eq!(client.ask(LIST, b"").await.unwrap().end().await.code(), Code::Ok);
        // Dropped: the driver says goodbye, and hears that the other side has closed.
        drop(client.calls);
        client.driver.await.unwrap().unwrap();
    }
}
