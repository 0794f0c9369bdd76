//! A gate between the services: it passes every call on, remembers what came by, and can keep answers until it is opened.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use tokio::{net::TcpListener, sync::watch};
use tonic::{
    Status,
    body::Body,
    codegen::{Service, http},
    transport::{Channel, Server, server::TcpIncoming},
};

use crate::merchant;

/// A call that came by.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The path of its HTTP request.
    pub path: String,
    /// Its `traceparent`; empty if it had none.
    pub trace: String,
    /// Its `grpc-timeout`; empty if it had none.
    pub timeout: String,
}

/// A server in front of another.
#[derive(Clone, Debug)]
pub struct Gate {
    url: String,
    behind: Arc<Mutex<Channel>>,
    passed: Arc<Mutex<Vec<Passed>>>,
    /// The end of a path, and how many of its answers are still let through.
    keep: Arc<Mutex<Option<(String, usize)>>>,
    kept: Arc<watch::Sender<usize>>,
    opened: Arc<watch::Sender<usize>>,
}

impl Gate {
    /// Opens a gate in front of a server.
    pub async fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let gate = Self {
            url: format!("http://{}", listener.local_addr().expect("bound")),
            behind: Arc::new(Mutex::new(merchant::channel(url))),
            passed: Arc::default(),
            keep: Arc::default(),
            kept: Arc::new(watch::Sender::new(0)),
            opened: Arc::new(watch::Sender::new(0)),
        };
        tokio::spawn(Server::builder().serve_with_incoming(gate.clone(), TcpIncoming::from(listener)));
        gate
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stands in front of another server from now on.
    pub fn move_before(&self, url: &str) {
        *self.behind.lock().unwrap_or_else(PoisonError::into_inner) = merchant::channel(url);
    }

    /// Every call that came by, in order.
    pub fn passed(&self) -> Vec<Passed> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets some answers of an rpc through and keeps those that follow, after the other side has given them.
    pub fn keep_answers_of(&self, rpc: &str, after: usize) {
        *self.keep.lock().unwrap_or_else(PoisonError::into_inner) = Some((rpc.to_owned(), after));
    }

    /// Lets everything through again, what is kept first.
    pub fn open(&self) {
        *self.keep.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.opened.send_modify(|opened| *opened += 1);
    }

    /// Waits until so many answers are kept.
    pub async fn kept(&self, answers: usize) {
        self.kept.subscribe().wait_for(|kept| *kept >= answers).await.expect("the gate is open");
    }

    fn keeps(&self, path: &str) -> bool {
        let mut keep = self.keep.lock().unwrap_or_else(PoisonError::into_inner);
        match keep.as_mut().filter(|(rpc, _)| path.ends_with(rpc.as_str())) {
            Some((_, 0)) => true,
            Some((_, left)) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }
}

impl Service<http::Request<Body>> for Gate {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let gate = self.clone();
        let path = request.uri().path().to_owned();
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (trace, timeout) = (header("traceparent").to_owned(), header("grpc-timeout").to_owned());
        let passed = Passed { path: path.clone(), trace, timeout };
        self.passed.lock().unwrap_or_else(PoisonError::into_inner).push(passed);
        Box::pin(async move {
            let answer = gate.forward(request).await;

            if gate.keeps(&path) {
                let mut opened = gate.opened.subscribe();
                gate.kept.send_modify(|kept| *kept += 1);
                // An error means that the gate is gone, and with it whoever waits.
                let _ = opened.changed().await;
            }
            Ok(answer)
        })
    }
}

impl Gate {
    async fn forward(&self, request: http::Request<Body>) -> http::Response<Body> {
        let mut behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let ready = std::future::poll_fn(|context| Service::poll_ready(&mut behind, context)).await;
        let answer = match ready {
            Ok(()) => behind.call(request).await,
            Err(error) => Err(error),
        };
        answer.unwrap_or_else(|error| Status::unavailable(error.to_string()).into_http())
    }
}
