//! HTTP/2 by hand: frames that no library would send, over connections from many of the machine's own addresses.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::AsyncReadExt,
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// What a client says first.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RESET: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const CONTINUATION: u8 = 9;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;

/// From how many addresses of this machine an attack comes.
const ADDRESSES: usize = 16;

/// A frame, well formed or not.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a short frame").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), content].concat()
}

/// The preface with settings, such as a window of nothing.
pub(super) fn opening(settings: &[u8]) -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, settings)].concat()
}

/// The headers of a call, as RFC 7541 writes them without a table of its own.
pub(super) fn head(path: &str, content_type: &str, more: &[(&str, &str)]) -> Vec<u8> {
    // POST, http; then the names of the table that everybody has: path, authority, content-type.
    let mut block = vec![0x83, 0x86];
    for (name, value) in [(&[0x04][..], path), (&[0x01], "a"), (&[0x0f, 0x10], content_type)] {
        block.extend_from_slice(name);
        text(&mut block, value);
    }
    for (name, value) in [("te", "trailers")].iter().chain(more) {
        block.push(0);
        text(&mut block, name);
        text(&mut block, value);
    }
    block
}

fn text(to: &mut Vec<u8>, text: &str) {
    match text.len() {
        length @ 0..127 => to.push(u8::try_from(length).expect("short")),
        length => {
            to.push(127);
            let mut rest = length - 127;
            while rest >= 128 {
                to.push(u8::try_from(rest % 128).expect("seven bits") | 128);
                rest /= 128;
            }
            to.push(u8::try_from(rest).expect("seven bits"));
        }
    }
    to.extend_from_slice(text.as_bytes());
}

/// A whole call with one message.
pub(super) fn call(stream: u32, head: &[u8], message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a short message").to_be_bytes();
    let message = [&[0], &length[..], message].concat();
    [frame(HEADERS, END_HEADERS, stream, head), frame(DATA, END_STREAM, stream, &message)].concat()
}

/// The streams that a client may open, one after the other.
pub(super) fn streams(count: usize) -> impl Iterator<Item = u32> {
    (0..count).map(|number| 2 * u32::try_from(number).expect("few streams") + 1)
}

/// A connection from one of the machine's own addresses, if the service takes it.
pub(super) async fn connect(to: SocketAddr, number: usize) -> Option<TcpStream> {
    let from = Ipv4Addr::new(127, 0, 1, u8::try_from(number % ADDRESSES).ok()?);
    let socket = TcpSocket::new_v4().ok()?;
    socket.bind((from, 0).into()).ok()?;
    timeout(Duration::from_secs(1), socket.connect(to)).await.ok()?.ok()
}

/// Reads until the service closes the connection, or says nothing for a while.
pub(super) async fn listen(stream: &mut TcpStream, patience: Duration) -> bool {
    let mut answer = [0; 4_096];
    loop {
        match timeout(patience, stream.read(&mut answer)).await {
            Ok(Ok(1..)) => {}
            Ok(_) => return true,
            Err(_) => return false,
        }
    }
}
