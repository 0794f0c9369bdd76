//! What one credential, or none, holds by what it does not finish.

use futures::{StreamExt, future::join_all, stream::FuturesUnordered};
use http::HeaderMap;

use super::{
    fairness::{begin, credential, serve_merchants},
    raw::{self, Frames},
    *,
};

const LIST: &str = "/oms.catalogue.v1.CategoryService/ListCategories";
const NO_MESSAGE: &[u8] = b"";

#[tokio::test]
async fn a_merchant_with_many_connections_drives_out_only_itself() {
    let running = serve_merchants(8, &Told::default()).await;
    let mut bolt = Frames::connect(&running).await;
    let uploads = [begin(&mut bolt.calls, "bolt").await, begin(&mut bolt.calls, "bolt").await];

    let (mut acme, mut answers) = (vec![], FuturesUnordered::new());
    for _ in 0..30 {
        let mut client = Frames::connect(&running).await;
        let (answer, request) = begin(&mut client.calls, "acme").await;
        answers.push(answer);
        acme.push((client, request));
    }
    // There are places for 16, of which the other one has two.
    for _ in 0..30 - 14 {
        let answer = timeout(raw::PATIENCE, answers.next()).await.expect("nobody gives way");
        assert!(Status::from_header_map(answer.unwrap().unwrap().headers()).is_some());
    }

    for (answer, mut request) in uploads {
        request.send_data(vec![0; 5].into(), true).unwrap();
        let answer = timeout(raw::PATIENCE, answer).await.expect("no answer").unwrap();
        assert_eq!(Status::from_header_map(answer.headers()).map(|status| refusal(&status)), None);
    }
}

#[tokio::test]
async fn what_is_still_sent_for_refused_calls_is_heard_for_some_of_them_only() {
    let running = serve_merchants(8, &Told::default()).await;
    let mut client = Frames::connect(&running).await;
    let mut requests = vec![];
    for _ in 0..100 {
        let (answer, request) = client.begin(LIST, NO_MESSAGE, HeaderMap::new()).await.unwrap();
        let answer = timeout(raw::PATIENCE, answer).await.expect("no answer").unwrap();
        assert_eq!(Status::from_header_map(answer.headers()).map(|status| status.code()), Some(Code::Unauthenticated));
        requests.push(request);
    }

    let taken_back = requests.split_off(64);
    let resets = taken_back.into_iter().map(|mut request| async move {
        std::future::poll_fn(|context| request.poll_reset(context)).await.map(|_| ())
    });
    let resets = timeout(Duration::from_secs(3), join_all(resets)).await;

    assert!(resets.expect("all are heard").iter().all(Result::is_ok));
    // The connection is no worse for it.
    let asked = client.ask_with(LIST, NO_MESSAGE, credential("acme")).await.unwrap();
    assert_eq!(asked.end().await.code(), Code::Ok);
}
