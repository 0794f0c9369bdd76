//! Clients that do as no library would: bytes and frames by hand.

use std::net::IpAddr;

use http::{HeaderMap, Request};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
};
use tonic::Status;

use super::{Duration, Running, timeout};

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(super) const EMPTY_SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
pub(super) const SETTINGS: u8 = 4;
pub(super) const GOAWAY: u8 = 7;

/// Far from every limit that a test sets.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A connection whose bytes are written and read by hand.
pub(super) struct Raw(pub(super) TcpStream);

impl Raw {
    /// Connects, and says so much.
    pub(super) async fn say(running: &Running, bytes: &[u8]) -> Self {
        let mut stream = connect(running, "127.0.0.1").await;
        stream.write_all(bytes).await.unwrap();
        Self(stream)
    }

    /// Connects, greets, and never says anything again.
    pub(super) async fn greet(running: &Running) -> Self {
        Self::say(running, &[PREFACE, EMPTY_SETTINGS].concat()).await
    }

    /// The next frame's kind and content; `None` when the connection is closed.
    pub(super) async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 9];
        timeout(PATIENCE, self.0.read_exact(&mut head)).await.expect("the connection is open and silent").ok()?;
        let mut content = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        self.0.read_exact(&mut content).await.ok()?;
        Some((head[3], content))
    }

    /// The kinds of all frames until the connection is closed.
    pub(super) async fn until_closed(&mut self) -> Vec<u8> {
        let mut kinds = Vec::new();
        while let Some((kind, _)) = self.frame().await {
            kinds.push(kind);
        }
        kinds
    }
}

/// A connection from one of the machine's own addresses.
pub(super) async fn connect(running: &Running, from: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from.parse::<IpAddr>().unwrap(), 0).into()).unwrap();
    socket.connect(running.address()).await.unwrap()
}

/// A connection of HTTP/2 whose calls are made by hand.
pub(super) struct Frames {
    pub(super) calls: h2::client::SendRequest<bytes::Bytes>,
    pub(super) driver: JoinHandle<Result<(), h2::Error>>,
}

/// What became of a call: its answer may still be open.
pub(super) struct Asked {
    pub(super) http: u16,
    pub(super) status: Option<Status>,
    pub(super) body: h2::RecvStream,
    /// More to come, as far as the server knows.
    _request: h2::SendStream<bytes::Bytes>,
}

impl Frames {
    pub(super) async fn connect(running: &Running) -> Self {
        Self::over(connect(running, "127.0.0.1").await, &mut h2::client::Builder::new()).await
    }

    pub(super) async fn over(stream: TcpStream, builder: &mut h2::client::Builder) -> Self {
        let (calls, driver) = builder.handshake(stream).await.unwrap();
        Self { calls, driver: tokio::spawn(driver) }
    }

    /// Makes a call with one message, and waits for the head of its answer.
    pub(super) async fn ask(&mut self, path: &str, message: &[u8]) -> Result<Asked, h2::Error> {
        self.ask_with(path, message, HeaderMap::new()).await
    }

    pub(super) async fn ask_with(&mut self, path: &str, message: &[u8], more: HeaderMap) -> Result<Asked, h2::Error> {
        let (answer, mut request) = self.begin(path, message, more).await?;
        // Reflection is a stream of requests: more may come.
        if !path.starts_with("/grpc.reflection.") {
            request.send_data(bytes::Bytes::new(), true)?;
        }
        let (head, body) = timeout(PATIENCE, answer).await.expect("no answer")?.into_parts();
        let status = Status::from_header_map(&head.headers);
        Ok(Asked { http: head.status.as_u16(), status, body, _request: request })
    }

    /// Begins a call that has one message, and perhaps more to come.
    pub(super) async fn begin(
        &mut self,
        path: &str,
        message: &[u8],
        more: HeaderMap,
    ) -> Result<(h2::client::ResponseFuture, h2::SendStream<bytes::Bytes>), h2::Error> {
        let mut request = Request::post(format!("http://test{path}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())
            .unwrap();
        request.headers_mut().extend(more);
        self.calls = self.calls.clone().ready().await?;
        let (answer, mut stream) = self.calls.send_request(request, false)?;
        let length = u32::try_from(message.len()).unwrap().to_be_bytes();
        stream.send_data([&[0], &length[..], message].concat().into(), false)?;
        Ok((answer, stream))
    }
}

impl Asked {
    /// The status that stands behind the answer.
    pub(super) async fn end(mut self) -> Status {
        if let Some(status) = self.status {
            return status;
        }
        while let Some(data) = timeout(PATIENCE, self.body.data()).await.expect("the answer goes on") {
            let length = data.unwrap().len();
            self.body.flow_control().release_capacity(length).unwrap();
        }
        let trailers = self.body.trailers().await.unwrap().unwrap();
        Status::from_header_map(&trailers).unwrap()
    }
}
