//! Frames and messages.

use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http_body::{Body as _, Frame};
use prost::bytes::Bytes;
use tonic::{Code, Status, body::Body};

use super::{
    super::{Limits, Messages},
    PATH, limits,
};
use crate::client;

/// Frames of data that come one at a time.
struct Frames(VecDeque<Vec<u8>>);

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Ready(self.0.pop_front().map(|data| Ok(Frame::data(data.into()))))
    }
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0][..], &length, message].concat()
}

/// What a body of these frames yields.
async fn told_by(limits: Limits, path: &str, frames: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, (Code, String)> {
    let body = Body::new(Frames(frames.iter().cloned().collect()));
    let mut messages = Messages::new(body, &Arc::new(limits), path);
    let mut told = vec![];
    while let Some(frame) = poll_fn(|context| Pin::new(&mut messages).poll_frame(context)).await {
        let refused = |status: Status| (status.code(), client::reason(&status).map(|(reason, _)| reason).unwrap());
        told.push(frame.map_err(refused)?.into_data().unwrap().to_vec());
    }
    assert!(messages.is_end_stream());
    Ok(told)
}

#[tokio::test]
async fn messages_come_whole_however_they_are_cut() {
    let [first, second, empty] = [&[0x0a, 2, b'h', b'i'][..], &[0x10, 7], &[]].map(framed);
    let all = [first.clone(), empty.clone(), second.clone()].concat();
    let expected = Ok(vec![first, empty, second]);

    for size in 1..=all.len() {
        let frames: Vec<_> = all.chunks(size).map(<[u8]>::to_vec).collect();
        assert_eq!(told_by(limits(true), PATH, &frames).await, expected, "in pieces of {size}");
    }
}

#[tokio::test]
async fn what_is_no_message_is_refused_with_a_reason() {
    let check = async |frames: &[&[u8]], code: Code, reason: &str| {
        let frames: Vec<_> = frames.iter().map(|frame| frame.to_vec()).collect();
        let told = told_by(limits(false), PATH, &frames).await;
        assert_eq!(told, Err((code, reason.to_owned())), "{frames:x?}");
    };
    let sound = framed(&[0x10, 7]);
    check(&[], Code::InvalidArgument, "MESSAGE_INVALID").await;
    check(&[&[0, 0]], Code::InvalidArgument, "MESSAGE_INVALID").await;
    check(&[&[0, 0, 0, 0, 9, 1]], Code::InvalidArgument, "MESSAGE_INVALID").await;
    check(&[&sound, &[0]], Code::InvalidArgument, "MESSAGE_INVALID").await;
    check(&[&[2, 0, 0, 0, 0]], Code::InvalidArgument, "MESSAGE_INVALID").await;
    check(&[&framed(&[0x0a, 1, 0xff])], Code::InvalidArgument, "MESSAGE_INVALID").await;
    check(&[&[1, 0, 0, 0, 0]], Code::Unimplemented, "MESSAGE_COMPRESSED").await;
    check(&[&framed(&[0x1a, 0].repeat(4))], Code::InvalidArgument, "INVALID_FIELD").await;
}

#[tokio::test]
async fn a_message_that_is_too_long_is_refused_before_it_comes() {
    let prefix = [&[0][..], &600_001_u32.to_be_bytes()].concat();
    let frames = [prefix, vec![0; 1_000], vec![0; 1_000]];
    let body = Body::new(Frames(frames.into()));
    let mut messages = Messages::new(body, &Arc::new(limits(false)), PATH);

    let refused = poll_fn(|context| Pin::new(&mut messages).poll_frame(context)).await.unwrap().unwrap_err();

    let (reason, numbers) = client::reason(&refused).unwrap();
    assert_eq!((refused.code(), reason.as_str()), (Code::InvalidArgument, "MESSAGE_TOO_LARGE"));
    assert_eq!((numbers["bytes"].as_str(), numbers["bytes_max"].as_str()), ("600001", "600000"));
    let mut left = 0;
    while let Some(Ok(_)) = poll_fn(|context| Pin::new(&mut messages.body).poll_frame(context)).await {
        left += 1;
    }
    assert_eq!(left, 2, "frames are left to whoever drains the body");
}

#[tokio::test]
async fn a_stream_may_be_empty_and_an_unknown_call_is_not_judged() {
    let odd = vec![vec![9, 9], vec![9]];

    assert_eq!(told_by(limits(true), PATH, &[]).await, Ok(vec![]));
    assert_eq!(told_by(limits(false), "/test.Tests/Other", &odd).await, Ok(odd));
}
