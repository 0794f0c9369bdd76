//! The client against servers that are away, silent, slow, or well, on loopback. What is judged is how often they are called.

use std::{
    future::pending,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::future::join_all;
use proto::catalogue::v1::{
    ListCategoriesRequest, ListCategoriesResponse,
    category_service_client::CategoryServiceClient,
    category_service_server::{CategoryService, CategoryServiceServer},
};
use proto::r#type::v1::ErrorReason;
use tokio::{net::TcpListener, time::timeout};
use tonic::{
    Code, Response,
    transport::{Server, server::TcpIncoming},
};
use tonic_health::{ServingStatus, server::HealthReporter};

use super::*;
use crate::refusal::Refusal;

const LONG: Duration = Duration::from_secs(30);

/// What a neighbour says to every call.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    Well,
    Away,
    Nothing,
    /// It lives, and has no room for what it is asked to write.
    Full,
}

#[derive(Clone)]
struct Neighbour {
    address: SocketAddr,
    health: HealthReporter,
    says: Arc<Mutex<Says>>,
    attempts: Arc<AtomicUsize>,
}

impl Neighbour {
    async fn who_says(says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (health, health_service) = tonic_health::server::health_reporter();
        let neighbour = Self {
            address: listener.local_addr().unwrap(),
            health,
            says: Arc::new(Mutex::new(says)),
            attempts: Arc::default(),
        };
        neighbour.says(says).await;
        let server =
            Server::builder().add_service(health_service).add_service(CategoryServiceServer::new(neighbour.clone()));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        neighbour
    }

    /// Says so from now on, and of its health what fits.
    async fn says(&self, says: Says) {
        *self.says.lock().unwrap() = says;
        let status = if says == Says::Away { ServingStatus::NotServing } else { ServingStatus::Serving };
        self.health.set_service_status(server::READINESS, status).await;
    }

    fn attempts(&self) -> usize {
        self.attempts.load(Ordering::SeqCst)
    }
}

#[tonic::async_trait]
impl CategoryService for Neighbour {
    async fn list_categories(
        &self,
        _: Request<ListCategoriesRequest>,
    ) -> Result<Response<ListCategoriesResponse>, Status> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        let says = *self.says.lock().unwrap();
        match says {
            Says::Well => Ok(Response::new(ListCategoriesResponse::default())),
            Says::Away => Err(Status::unavailable("")),
            Says::Nothing => pending().await,
            Says::Full => Err(no_room().into()),
        }
    }
}

/// For longer than any caller waits.
fn no_room() -> Refusal {
    let mut refusal = Refusal::common(Code::Unavailable, ErrorReason::StorageFull, "");
    refusal.retry_after = Some(Duration::from_secs(600));
    refusal
}

/// A process that is stopped: the kernel takes its connections, and nobody answers.
async fn stopped() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut taken = vec![];
        while let Ok(connection) = listener.accept().await {
            taken.push(connection);
        }
    });
    address
}

fn upstream(addresses: &[SocketAddr]) -> Upstream {
    let url = "http://is looked up in vain:1".to_owned();
    let upstream =
        Upstream::new(&Settings { url, token_file: String::new(), deadline_ms: Between::nearest(60_000) }).unwrap();
    upstream.balanced.found(addresses);
    upstream
}

async fn ask(upstream: &Upstream, patience: Duration) -> Result<(), Status> {
    let call = upstream.call(|channel| {
        let mut request = Request::new(ListCategoriesRequest::default());
        request.set_timeout(patience);
        async move { CategoryServiceClient::new(channel).list_categories(request).await }
    });
    call.await.map(drop)
}

fn is_refused_at_once(answer: &Result<(), Status>) -> bool {
    answer.as_ref().is_err_and(|status| {
        let has_retry = status.get_details_retry_info().is_some_and(|info| info.retry_delay.is_some());
        status.code() == Code::Unavailable && has_retry && status.metadata().get(retry::PUSHBACK).is_some()
    })
}

#[tokio::test]
async fn a_neighbour_that_is_away_is_left_alone_until_it_is_well() {
    let neighbour = Neighbour::who_says(Says::Away).await;
    let upstream = upstream(&[neighbour.address]);

    let at_once = join_all((0..200).map(|_| ask(&upstream, LONG))).await;
    let attempts = neighbour.attempts();
    let mut later = vec![];
    for _ in 0..200 {
        later.push(ask(&upstream, LONG).await);
    }
    let attempts_later = neighbour.attempts();
    neighbour.says(Says::Well).await;
    let comes_back = timeout(LONG, async { while ask(&upstream, LONG).await.is_err() {} }).await;
    let mut well = vec![];
    for _ in 0..200 {
        well.push(ask(&upstream, LONG).await);
    }

    assert!(at_once.iter().all(Result::is_err));
    assert!((5..=230).contains(&attempts), "200 calls made {attempts} attempts");
    assert!(later.iter().all(is_refused_at_once), "{later:?}");
    assert_eq!(attempts_later, attempts, "who is away is not called");
    assert!(comes_back.is_ok() && well.iter().all(Result::is_ok));
}

/// Calls a neighbour that was away as soon as it was told to, and is well by then.
async fn comes_back_in_time() -> Result<(), Status> {
    let neighbour = Neighbour::who_says(Says::Away).await;
    let upstream = upstream(&[neighbour.address]);
    let refused = loop {
        let answer = ask(&upstream, LONG).await;
        if is_refused_at_once(&answer) {
            break answer.unwrap_err();
        }
    };
    neighbour.says(Says::Well).await;
    let told = refused.get_details_retry_info().and_then(|info| info.retry_delay);
    let no_longer = timeout(told.unwrap(), pending::<()>()).await;
    assert!(no_longer.is_err());
    ask(&upstream, LONG).await
}

#[tokio::test]
async fn who_comes_back_when_it_was_told_to_is_answered() {
    // How the neighbour is has to be told within a moment, which a busy machine may miss.
    for _ in 0..10 {
        if comes_back_in_time().await.is_ok() {
            return;
        }
    }
    panic!("nobody was answered");
}

#[tokio::test]
async fn a_resolver_that_is_silent_holds_no_call_at_addresses_that_are_known() {
    let neighbour = Neighbour::who_says(Says::Well).await;
    let upstream = upstream(&[neighbour.address]);
    let _looking_up = upstream.balanced.hang().await;

    let answers = join_all((0..20).map(|_| ask(&upstream, LONG))).await;

    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[tokio::test]
async fn a_neighbour_without_room_is_not_away_and_is_asked_as_soon_as_anybody_calls() {
    let neighbour = Neighbour::who_says(Says::Full).await;
    let upstream = upstream(&[neighbour.address]);

    let refused = join_all((0..50).map(|_| ask(&upstream, LONG))).await;
    let attempts = neighbour.attempts();
    neighbour.says(Says::Well).await;
    let well = ask(&upstream, LONG).await;

    for refused in refused {
        assert_eq!(reason(&refused.unwrap_err()).unwrap().0, "STORAGE_FULL");
    }
    assert_eq!(attempts, 50, "each is asked, and none again before the time that it says");
    assert!(well.is_ok(), "{well:?}");
}

#[tokio::test]
async fn a_neighbour_that_does_not_answer_the_line_is_left_alone() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, taken) = (nobody.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&taken);
    tokio::spawn(async move {
        while nobody.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let upstream = upstream(&[address]);

    let mut answers = vec![];
    for _ in 0..200 {
        answers.push(ask(&upstream, LONG).await);
    }

    assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|status| status.code() == Code::Unavailable)));
    let taken = taken.load(Ordering::SeqCst);
    assert!(taken < 30, "200 calls made {taken} connections");
}

#[tokio::test]
async fn a_silent_replica_beside_a_well_one_fails_no_call() {
    let well = Neighbour::who_says(Says::Well).await;
    let upstream = upstream(&[stopped().await, well.address]);

    let callers = (0..16).map(|_| async {
        let mut failed = vec![];
        for _ in 0..100 {
            failed.extend(ask(&upstream, LONG).await.err());
        }
        failed
    });
    let failed: Vec<Status> = join_all(callers).await.into_iter().flatten().collect();

    assert!(failed.is_empty(), "{} of 1600 calls failed: {:?}", failed.len(), failed.first());
}

#[tokio::test]
async fn a_neighbour_that_is_silent_and_alone_is_told_so_before_its_callers_deadlines() {
    let upstream = upstream(&[stopped().await]);

    let first =
        timeout(LONG / 2, join_all((0..8).map(|_| ask(&upstream, LONG)))).await.expect("they do not wait for it");
    let next = ask(&upstream, LONG).await;

    assert!(first.iter().all(Result::is_err));
    assert!(is_refused_at_once(&next), "{next:?}");
}

#[tokio::test]
async fn impatient_callers_condemn_nobody() {
    let neighbour = Neighbour::who_says(Says::Nothing).await;
    let upstream = upstream(&[neighbour.address]);

    let late = join_all((0..50).map(|_| ask(&upstream, Duration::from_millis(20)))).await;
    // For longer than anybody may be silent who is not well.
    let patient = ask(&upstream, Duration::from_millis(1_500)).await;
    neighbour.says(Says::Well).await;
    let well = ask(&upstream, LONG).await;

    for late in late.into_iter().chain([patient]) {
        let late = late.unwrap_err();
        assert_eq!((late.code(), reason(&late).unwrap().0.as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    }
    assert!(well.is_ok(), "{well:?}");
    // A call may be late before it is sent.
    let attempts = neighbour.attempts();
    assert!((2..=52).contains(&attempts), "52 calls made {attempts} attempts: what is late is not asked again");
}

#[tokio::test]
async fn an_answer_that_begins_and_never_ends_is_late_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let mut open = vec![];
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            let head = http::Response::builder().header("content-type", "application/grpc").body(()).unwrap();
            open.push(respond.send_response(head, false).unwrap());
        }
    });

    let late = ask(&upstream(&[address]), Duration::from_millis(200)).await.unwrap_err();

    assert_eq!((late.code(), reason(&late).unwrap().0.as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
}
