//! A service before it is open, and after it is told to stop.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
    mpsc,
};

use super::*;

async fn status(health: &mut HealthClient<tonic::transport::Channel>, name: &str) -> ServingStatus {
    health.check(HealthCheckRequest { service: name.into() }).await.unwrap().into_inner().status()
}

#[tokio::test]
async fn a_service_that_is_not_open_yet_is_alive_and_says_what_it_waits_for() {
    let starting = begin(Bound::bind(&settings(), Authenticator::off()).await.unwrap()).await;
    let url = format!("http://{}", starting.address());
    let upstream = Upstream::new(&to(url.clone())).unwrap();
    let mut health = HealthClient::new(tonic::transport::Endpoint::from_shared(url).unwrap().connect_lazy());
    let refused = async || {
        let status = ask(&upstream, Request::new(told("at-once"))).await.unwrap_err();
        assert!(status.get_details_retry_info().is_some_and(|info| info.retry_delay.is_some()));
        (refusal(&status), client::reason(&status).unwrap().1["waits_for"].clone())
    };

    let first = refused().await;
    starting.wait_for(Awaited::Schema);
    let second = refused().await;
    let before = [status(&mut health, LIVENESS).await, status(&mut health, READINESS).await];
    let mut routes = RoutesBuilder::default();
    routes.add_service(CategoryServiceServer::new(Told::default()));
    let running = starting.open(routes, Box::new(|| Box::pin(std::future::ready(true)))).await;
    let answered = ask(&upstream, Request::new(told("at-once"))).await;
    let after = [status(&mut health, LIVENESS).await, status(&mut health, READINESS).await];

    let starts = (Code::Unavailable, "STARTING".to_owned());
    assert_eq!([first, second], [(starts.clone(), "database".to_owned()), (starts, "schema".to_owned())]);
    assert_eq!(before, [ServingStatus::Serving, ServingStatus::NotServing]);
    assert!(answered.is_ok(), "{answered:?}");
    assert_eq!(after, [ServingStatus::Serving; 2]);
    assert_eq!(running.drain().await, 0);
}

#[tokio::test]
async fn a_start_that_is_given_up_ends_its_server() {
    let starting = begin(Bound::bind(&settings(), Authenticator::off()).await.unwrap()).await;
    let url = format!("http://{}", starting.address());
    let mut health = HealthClient::new(tonic::transport::Endpoint::from_shared(url).unwrap().connect_lazy());
    let mut is_there = async || health.check(HealthCheckRequest { service: LIVENESS.into() }).await.is_ok();
    assert!(is_there().await);

    drop(starting);

    let gone = timeout(Duration::from_secs(20), async { while is_there().await {} }).await;
    assert!(gone.is_ok(), "nobody waits for it, and it still serves");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_service_that_has_said_that_it_goes_is_not_ready_again() {
    let starting = begin(Bound::bind(&settings(), Authenticator::off()).await.unwrap()).await;
    let url = format!("http://{}", starting.address());
    let mut health = HealthClient::new(tonic::transport::Endpoint::from_shared(url).unwrap().connect_lazy());
    let (asks, asked) = mpsc::channel();
    let (go, may_go) = mpsc::channel();
    let (may_go, is_first) = (Arc::new(Mutex::new(may_go)), AtomicBool::new(true));
    let ready: Ready = Box::new(move || {
        if is_first.swap(false, Ordering::Relaxed) {
            return Box::pin(std::future::ready(false));
        }
        let (asks, may_go) = (asks.clone(), Arc::clone(&may_go));
        // In the midst of its work, whoever is told to stop goes on.
        Box::pin(async move { asks.send(()).is_ok() && may_go.lock().unwrap().recv().is_ok() })
    });
    let mut running = starting.open(RoutesBuilder::default(), ready).await;
    let asked = tokio::task::spawn_blocking(move || asked.recv().map(|()| asked)).await.unwrap().unwrap();

    let mut stopping = tokio::spawn(async move {
        running.health.stop().await;
        running
    });
    let at_once = timeout(Duration::from_millis(200), &mut stopping).await;
    go.send(()).unwrap();
    let _running = match at_once {
        Ok(stopped) => stopped.unwrap(),
        Err(_) => stopping.await.unwrap(),
    };
    // It has done all that it does.
    tokio::task::spawn_blocking(move || asked.recv()).await.unwrap().unwrap_err();

    assert_eq!(status(&mut health, READINESS).await, ServingStatus::NotServing);
}
