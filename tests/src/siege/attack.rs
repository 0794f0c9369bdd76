//! What is done to a service: every attack is bounded in number and time, and goes to this machine only.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use futures::future::{BoxFuture, join_all};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{
    frame::{
        CONTINUATION, DATA, END_HEADERS, HEADERS, PREFACE, RESET, call, connect, frame, head, listen, opening, streams,
    },
    plan::{Bounds, pass},
};
use crate::process::Process;

/// A service under attack.
#[derive(Clone, Debug)]
pub(super) struct Target<'a> {
    pub(super) name: &'static str,
    pub(super) address: SocketAddr,
    pub(super) process: &'a Process,
    /// An rpc that lists few things.
    pub(super) list: &'static str,
    /// The credential of the merchant that abuses the service.
    pub(super) token: String,
}

/// A kind of attack; says what was tried.
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) run: for<'a> fn(&'a Target<'a>, &'a Bounds) -> BoxFuture<'a, String>,
}

pub(super) const ATTACKS: [Attack; 11] = [
    Attack { name: "malformed streams", run: |target, bounds| Box::pin(malformed(target, bounds)) },
    Attack { name: "headers without end", run: |target, bounds| Box::pin(endless_headers(target, bounds)) },
    Attack { name: "calls taken back at once", run: |target, bounds| Box::pin(taken_back(target, bounds)) },
    Attack { name: "calls without a credential", run: |target, bounds| Box::pin(nobody(target, bounds)) },
    Attack { name: "calls that are not gRPC", run: |target, bounds| Box::pin(no_grpc(target, bounds)) },
    Attack { name: "silent connections", run: |target, bounds| Box::pin(silent(target, bounds)) },
    Attack { name: "slow and deaf connections", run: |target, bounds| Box::pin(slow(target, bounds)) },
    Attack { name: "watches of health", run: |target, bounds| Box::pin(watches(target, bounds)) },
    Attack { name: "streams of reflection", run: |target, bounds| Box::pin(reflections(target, bounds)) },
    Attack { name: "a merchant's calls without a body", run: |target, bounds| Box::pin(bodiless(target, bounds)) },
    Attack { name: "a merchant's flood of calls", run: |target, bounds| Box::pin(flood(target, bounds)) },
];

/// The attack that takes the files away.
pub(super) const SILENCE: &Attack = &ATTACKS[5];

const GRPC: &str = "application/grpc";
const A_MOMENT: Duration = Duration::from_millis(100);

/// One connection after the other, each told something and listened to, until the time is over.
async fn again_and_again(target: &Target<'_>, bounds: &Bounds, say: impl Fn(usize) -> Vec<u8>) -> (usize, usize) {
    let (tried, closed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let attackers = (0..bounds.at_once).map(async |_| {
        while !bounds.is_over() {
            let number = tried.fetch_add(1, Relaxed);
            let Some(mut stream) = connect(target.address, number).await else { continue };
            // It may be closed before all is said.
            let _ = stream.write_all(&say(number)).await;
            if listen(&mut stream, A_MOMENT).await {
                closed.fetch_add(1, Relaxed);
            }
        }
    });
    join_all(attackers).await;
    (tried.into_inner(), closed.into_inner())
}

fn told((tried, closed): (usize, usize)) -> String {
    format!("{tried} connections, {closed} closed by the service")
}

async fn malformed(target: &Target<'_>, bounds: &Bounds) -> String {
    let greeting = opening(&[]);
    let said = |more: &[u8]| [&greeting, more].concat();
    let words = [
        vec![0xff; 4_096],
        PREFACE[..11].to_vec(),
        b"GET / HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        [PREFACE, &[0xff; 64]].concat(),
        [PREFACE, PREFACE].concat(),
        said(&frame(DATA, 0, 0, b"no stream")),
        said(&frame(HEADERS, END_HEADERS, 2, &head(target.list, GRPC, &[]))),
        said(&frame(HEADERS, END_HEADERS, 1, &[0xff; 200])),
        said(&frame(HEADERS, END_HEADERS, 1, &head(target.list, GRPC, &[]))[..20]),
        said(&frame(8, 0, 0, &[0x7f, 0xff, 0xff, 0xff])),
        said(&frame(RESET, 0, 77, &[0; 4])),
        said(&frame(6, 0, 0, &[0; 3])),
    ];
    told(again_and_again(target, bounds, |number| words[number % words.len()].clone()).await)
}

async fn endless_headers(target: &Target<'_>, bounds: &Bounds) -> String {
    let long = "x".repeat(12_000);
    let more: Vec<u8> = (0..64).flat_map(|_| frame(CONTINUATION, 0, 1, &head("/", GRPC, &[("a", &long)]))).collect();
    let endless = [&opening(&[]), &frame(HEADERS, 0, 1, &head(target.list, GRPC, &[])), &more[..]].concat();
    let longer = "x".repeat(16_000);
    let long = frame(HEADERS, END_HEADERS, 1, &head(target.list, GRPC, &[("a", &longer), ("b", "y")]));
    let many = [opening(&[]), long].concat();
    told(again_and_again(target, bounds, |number| if number % 2 == 0 { endless.clone() } else { many.clone() }).await)
}

async fn taken_back(target: &Target<'_>, bounds: &Bounds) -> String {
    let head = head(target.list, GRPC, &[]);
    let calls = streams(1_000).flat_map(|stream| {
        [frame(HEADERS, END_HEADERS, stream, &head), frame(RESET, 0, stream, &[0, 0, 0, 8])].concat()
    });
    let said: Vec<u8> = opening(&[]).into_iter().chain(calls).collect();
    told(again_and_again(target, bounds, |_| said.clone()).await)
}

async fn nobody(target: &Target<'_>, bounds: &Bounds) -> String {
    let heads = [
        head(target.list, GRPC, &[]),
        head(target.list, GRPC, &[("authorization", "Bearer guessed")]),
        head("/oms.nothing.v1.Nothing/Nothing", GRPC, &[]),
    ];
    told(again_and_again(target, bounds, |number| calls(&heads[number % heads.len()], b"")).await)
}

async fn no_grpc(target: &Target<'_>, bounds: &Bounds) -> String {
    let bearer = format!("Bearer {}", target.token);
    let more = [("authorization", bearer.as_str())];
    let json = head(target.list, "application/json", &more);
    let grpc = head(target.list, GRPC, &more);
    let kinds = [calls(&json, b"{}"), calls(&grpc, &[0xff; 300]), calls(&grpc, &[0x0a, 0xff, 0xff, 0xff, 0x7f])];
    told(again_and_again(target, bounds, |number| kinds[number % kinds.len()].clone()).await)
}

/// A hundred calls of one connection.
fn calls(head: &[u8], message: &[u8]) -> Vec<u8> {
    let calls = streams(100).flat_map(|stream| call(stream, head, message));
    opening(&[]).into_iter().chain(calls).collect()
}

/// Connections that say so much, and are held until the time is over, or something more is said on each from time to time.
async fn held(
    target: &Target<'_>,
    bounds: &Bounds,
    count: usize,
    say: impl Fn(usize) -> Vec<u8>,
    drip: &[u8],
) -> String {
    let mut open: Vec<TcpStream> = Vec::new();
    for first in (0..count).step_by(bounds.at_once) {
        if bounds.is_over() {
            break;
        }
        let made = join_all((first..count.min(first + bounds.at_once)).map(async |number| {
            let mut stream = connect(target.address, number).await?;
            stream.write_all(&say(number)).await.ok()?;
            Some(stream)
        }));
        open.extend(made.await.into_iter().flatten());
    }
    let made = open.len();
    while !bounds.is_over() {
        pass(A_MOMENT.min(bounds.left())).await;
        for stream in open.iter().filter(|_| !drip.is_empty()) {
            // A byte, for whoever still takes it.
            let _ = stream.try_write(drip);
        }
    }
    let closed = open.iter().filter(|stream| is_closed(stream)).count();
    format!("{made} of {count} connections, {} open at the end", made - closed)
}

fn is_closed(stream: &TcpStream) -> bool {
    let mut answer = [0; 4_096];
    loop {
        match stream.try_read(&mut answer) {
            Ok(1..) => {}
            Ok(0) => return true,
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

async fn silent(target: &Target<'_>, bounds: &Bounds) -> String {
    let words = [vec![], PREFACE.to_vec(), opening(&[]), opening(&[])];
    held(target, bounds, bounds.connections, |number| words[number % words.len()].clone(), &[]).await
}

async fn slow(target: &Target<'_>, bounds: &Bounds) -> String {
    let bearer = format!("Bearer {}", target.token);
    let head = head(target.list, GRPC, &[("authorization", &bearer)]);
    // A message of 1,000 bytes, of which none has come.
    let begun = [opening(&[]), frame(HEADERS, END_HEADERS, 1, &head), vec![0, 3, 237, DATA, 0, 0, 0, 0, 1]].concat();
    // A window of nothing for the answers of a hundred calls.
    let calls = streams(100).flat_map(|stream| call(stream, &head, b""));
    let deaf: Vec<u8> = opening(&[0, 4, 0, 0, 0, 0]).into_iter().chain(calls).collect();
    let say = |number: usize| if number.is_multiple_of(2) { begun.clone() } else { deaf.clone() };
    held(target, bounds, bounds.slow, say, &[0]).await
}

async fn watches(target: &Target<'_>, bounds: &Bounds) -> String {
    const EACH: usize = 100;
    let head = head("/grpc.health.v1.Health/Watch", GRPC, &[]);
    let calls = streams(EACH).flat_map(|stream| call(stream, &head, b""));
    let said: Vec<u8> = opening(&[]).into_iter().chain(calls).collect();
    let held = held(target, bounds, bounds.watches / EACH, |_| said.clone(), &[]).await;
    format!("{} watches: {held}", bounds.watches)
}

async fn reflections(target: &Target<'_>, bounds: &Bounds) -> String {
    const EACH: usize = 100;
    let head = head("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", GRPC, &[]);
    let calls = streams(EACH).flat_map(|stream| {
        [frame(HEADERS, END_HEADERS, stream, &head), frame(DATA, 0, stream, &[0, 0, 0, 0, 2, 0x3a, 0])].concat()
    });
    let said: Vec<u8> = opening(&[]).into_iter().chain(calls).collect();
    let held = held(target, bounds, bounds.watches / EACH, |_| said.clone(), &[]).await;
    format!("{} streams: {held}", bounds.watches)
}

async fn bodiless(target: &Target<'_>, bounds: &Bounds) -> String {
    let bearer = format!("Bearer {}", target.token);
    let head = head(target.list, GRPC, &[("authorization", &bearer)]);
    let begun = streams(600).flat_map(|stream| frame(HEADERS, END_HEADERS, stream, &head));
    let said: Vec<u8> = opening(&[]).into_iter().chain(begun).collect();
    held(target, bounds, 8, |_| said.clone(), &[]).await + ", 600 calls on each"
}

async fn flood(target: &Target<'_>, bounds: &Bounds) -> String {
    let bearer = format!("Bearer {}", target.token);
    let head = head(target.list, GRPC, &[("authorization", &bearer)]);
    let said = calls(&head, b"");
    told(again_and_again(target, bounds, |_| said.clone()).await) + ", 100 calls on each"
}
