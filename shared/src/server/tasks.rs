//! What goes on after a call is answered: a stream of answers, and what ends it.

use std::{future::Future, time::Duration};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use proto::r#type::v1::ErrorReason;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::{Code, Status};
use tracing::{Instrument, Span};

use super::waiting::Waiting;
use crate::refusal::Refusal;

/// A stream of answers, as generated services want it.
pub type Answers<T> = BoxStream<'static, Result<T, Status>>;

/// Runs what goes on after a call is answered, such as a stream; the drain waits for it.
#[derive(Clone, Debug)]
pub struct Tasks {
    pub(super) tracker: TaskTracker,
    /// Cancelled when the drain begins, or the connection is to end.
    pub(super) draining: CancellationToken,
    /// The caller's own deadline; the service's is for calls that are answered once.
    pub(super) deadline: Option<Instant>,
}

impl Tasks {
    /// The tasks of the server that a request came through.
    pub fn of<T>(request: &tonic::Request<T>) -> Result<Self, Status> {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Refusal::internal(&"a request came past the server's stack").into())
    }

    /// Runs a future to its end, in the current span and on behalf of the call's merchant, whoever has stopped waiting.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let on_behalf = Waiting::current().for_ever().scope(future);
        self.tracker.spawn(on_behalf.instrument(Span::current()));
    }

    /// Runs a future to its end, whether or not somebody still waits for what it gives.
    pub async fn run<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Result<T, Status> {
        let (sender, receiver) = oneshot::channel();
        self.spawn(async move {
            // Nobody is there to be told if this fails.
            let _ = sender.send(future.await);
        });
        receiver.await.map_err(|_| Refusal::internal(&"a call's task is gone").into())
    }

    /// Completes when the server, or the connection, is to end: what could go on for long stops where it may.
    pub fn leaving(&self) -> impl Future<Output = ()> + Send + use<> {
        self.draining.clone().cancelled_owned()
    }

    /// Answers what `produce` sends, until it ends, the caller leaves, its deadline passes, or the server or the connection is to end:
    /// then it is dropped.
    ///
    /// Messages that the caller has not taken wait, `buffer` of them at most; the status comes behind them and needs no room.
    pub fn stream<T, F>(&self, buffer: usize, produce: impl FnOnce(mpsc::Sender<T>) -> F) -> Answers<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<(), Status>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(buffer);
        let (end, ended) = oneshot::channel();
        let left = sender.clone();
        let produced = produce(sender);
        let cut_off = self.clone().cut_off();
        self.spawn(async move {
            let result = tokio::select! {
                biased;
                () = left.closed() => return,
                refusal = cut_off => Err(refusal.into()),
                result = produced => result,
            };
            if let Err(status) = &result {
                tracing::info!(code = ?status.code(), message = status.message(), "stream ended");
            }
            // Nobody is there to be told if this fails.
            let _ = end.send(result);
        });
        let status = async move {
            match ended.await {
                Ok(result) => result.err().map(Err),
                Err(_) => Some(Err(Refusal::internal(&"a stream's task is gone").into())),
            }
        };
        let messages = ReceiverStream::new(receiver).map(Ok);
        Box::pin(messages.chain(stream::once(status).filter_map(std::future::ready)))
    }

    /// Completes when a stream has to end, whatever it still has to tell.
    async fn cut_off(self) -> Refusal {
        let late = async {
            match self.deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.draining.cancelled() => draining(),
            () = late => too_late(),
        }
    }
}

fn too_late() -> Refusal {
    let message = "the deadline of the stream has passed; go on with another call";
    Refusal::common(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message)
}

/// Whoever has a stream goes on with another one.
pub(super) fn draining() -> Refusal {
    let message = "the service, or this connection to it, is about to end; go on with another call, at any replica";
    let mut refusal = Refusal::common(Code::Unavailable, ErrorReason::Draining, message);
    refusal.retry_after = Some(Duration::from_millis(100));
    refusal
}
