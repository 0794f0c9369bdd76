//! A TCP relay in front of a gRPC server: it passes bytes on, wherever the server is now, and drops replies where it is told to.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// A port in front of a server's.
#[derive(Clone, Debug)]
pub struct Relay(Arc<Ends>);

#[derive(Debug)]
struct Ends {
    address: SocketAddr,
    behind: Mutex<Option<SocketAddr>>,
    /// Connections that are there when it changes drop their next reply.
    drops: watch::Sender<()>,
    dropped: AtomicUsize,
}

impl Relay {
    /// Opens a port, with nothing behind it yet.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let ends = Arc::new(Ends {
            address: listener.local_addr().expect("bound"),
            behind: Mutex::default(),
            drops: watch::Sender::new(()),
            dropped: AtomicUsize::new(0),
        });
        tokio::spawn(accept(listener, Arc::downgrade(&ends)));
        Self(ends)
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Stands in front of this server from now on.
    pub fn move_before(&self, url: &str) {
        let address = url.trim_start_matches("http://").parse().expect("an address");
        *self.0.behind.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }

    /// Every connection that there is now breaks at its next reply, which is lost with all that are on their way.
    pub fn drop_replies(&self) {
        self.0.drops.send_replace(());
    }

    /// How many connections have lost replies.
    pub fn dropped(&self) -> usize {
        self.0.dropped.load(Ordering::SeqCst)
    }
}

/// Takes connections until the last relay is gone.
async fn accept(listener: TcpListener, ends: Weak<Ends>) {
    while let (Ok((client, _)), Some(ends)) = (listener.accept().await, ends.upgrade()) {
        tokio::spawn(async move {
            // However it ends, both sides are closed.
            let _ = ends.pass(client).await;
        });
    }
}

impl Ends {
    async fn pass(&self, client: TcpStream) -> io::Result<()> {
        let behind = *self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        let server = TcpStream::connect(behind.ok_or(io::ErrorKind::NotConnected)?).await?;
        for end in [&client, &server] {
            end.set_nodelay(true)?;
        }
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::select! {
            ended = questions(from_client, to_server) => ended,
            ended = self.answers(from_server, to_client) => ended,
        }
    }

    async fn answers(&self, mut server: OwnedReadHalf, mut client: OwnedWriteHalf) -> io::Result<()> {
        let drops = self.drops.subscribe();
        let (mut bytes, mut frames) = (vec![0; 64 << 10], Frames::default());
        loop {
            let read = match server.read(&mut bytes).await? {
                0 => return Ok(()),
                read => &bytes[..read],
            };
            let has_reply = frames.begin_headers(read);
            if has_reply && drops.has_changed().unwrap_or(false) {
                self.dropped.fetch_add(1, Ordering::SeqCst);
                return Ok(());
            }
            client.write_all(read).await?;
        }
    }
}

async fn questions(mut client: OwnedReadHalf, mut server: OwnedWriteHalf) -> io::Result<()> {
    let mut bytes = vec![0; 64 << 10];
    loop {
        match client.read(&mut bytes).await? {
            0 => return Ok(()),
            read => server.write_all(&bytes[..read]).await?,
        }
    }
}

/// The frames of HTTP/2 that a server sends, chunk by chunk.
#[derive(Default)]
struct Frames {
    header: Vec<u8>,
    /// Bytes of the frame at hand that are still to come.
    left: usize,
}

impl Frames {
    const HEADER: usize = 9;
    const HEADERS: u8 = 1;

    /// Whether HEADERS begin in a chunk: a reply's head, or its end with the status.
    fn begin_headers(&mut self, mut chunk: &[u8]) -> bool {
        let mut found = false;
        while !chunk.is_empty() {
            if self.left > 0 {
                let passed = self.left.min(chunk.len());
                self.left -= passed;
                chunk = &chunk[passed..];
                continue;
            }
            let taken = (Self::HEADER - self.header.len()).min(chunk.len());
            self.header.extend(&chunk[..taken]);
            chunk = &chunk[taken..];
            if let [high, middle, low, kind, _, _, _, _, _] = self.header[..] {
                self.left = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
                self.header.clear();
                found |= kind == Self::HEADERS;
            }
        }
        found
    }
}
