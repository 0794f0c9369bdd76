//! What is counted of a stream of messages, and until when.

use std::time::Duration;

use futures::FutureExt;
use tokio::time::Instant;
use tonic::body::Body;

use super::*;

/// Messages that are there, and more to come.
struct Open(VecDeque<Bytes>);

impl http_body::Body for Open {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.0.pop_front().map_or(Poll::Pending, |data| Poll::Ready(Some(Ok(Frame::data(data)))))
    }
}

fn stream(unfinished: &Arc<Unfinished>, merchant: &str, lengths: &[usize]) -> Arrived {
    let arrival = unfinished.begin(&Request::new(()), &Merchant::parse(merchant).unwrap());
    let messages = lengths.iter().map(|length| vec![0; *length].into());
    let body = Body::new(Counted::new(Drained::new(Body::new(Open(messages.collect())), None), Arc::clone(&arrival)));
    let (body, _) = Timely::new(body, Instant::now() + Duration::from_secs(600));
    Arrived::stream(body, arrival)
}

/// How long the next message is, if it is there; or how the stream is refused.
fn next(stream: &mut Arrived) -> Option<Result<usize, Code>> {
    let frame = poll_fn(|context| Pin::new(&mut *stream).poll_frame(context)).now_or_never()?.unwrap();
    Some(frame.map(|frame| frame.data_ref().unwrap().len()).map_err(|status| status.code()))
}

#[tokio::test]
async fn a_message_of_a_stream_is_counted_until_the_next_one_is_asked_for() {
    let crowd = Crowd::new(8, 100);
    let unfinished = Arc::new(Unfinished { crowd });
    let mut acme = stream(&unfinished, "acme", &[60, 30]);
    let mut bolt = stream(&unfinished, "bolt", &[50]);
    let mut crow = stream(&unfinished, "crow", &[60]);

    assert_eq!(next(&mut acme), Some(Ok(60)));
    assert_eq!(next(&mut acme), Some(Ok(30)), "the first one is not counted any more");
    assert_eq!(next(&mut bolt), Some(Ok(50)));
    assert_eq!(next(&mut crow), Some(Err(Code::ResourceExhausted)), "80 bytes are worked up, 60 are too many");
    assert_eq!(next(&mut acme), None);
    assert_eq!(next(&mut bolt), None);
}
