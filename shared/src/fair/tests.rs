//! Who gets a place, who waits for one, and who is refused.

use futures::FutureExt;

use super::*;

type One = Place<&'static str>;

/// Takes so many places one by one, each at once.
async fn take(fair: &Arc<Fair<&'static str>>, key: &'static str, count: usize) -> Vec<One> {
    let mut places = vec![];
    for n in 0..count {
        let place = fair.take(&key, 1).now_or_never();
        places.push(place.unwrap_or_else(|| panic!("{key} waits for place {n}")).unwrap());
    }
    places
}

/// So many places of each of two.
async fn both(fair: &Arc<Fair<&'static str>>, count: usize) -> Vec<One> {
    let mut places = take(fair, "acme", count).await;
    places.extend(take(fair, "bolt", count).await);
    places
}

/// An ask that has begun to wait.
fn waits(
    fair: &Arc<Fair<&'static str>>,
    key: &'static str,
    count: usize,
) -> tokio::task::JoinHandle<Result<One, Full>> {
    let fair = Arc::clone(fair);
    tokio::spawn(async move { fair.take(&key, count).await })
}

/// Lets everybody who can go on go on.
async fn settle() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn alone_one_has_all_but_an_eighth() {
    let fair = Fair::new(16);

    let acme = take(&fair, "acme", 14).await;
    assert_eq!(fair.take(&"acme", 1).now_or_never().unwrap().unwrap_err(), Full);

    assert_eq!(take(&fair, "bolt", 2).await.len(), 2);
    assert_eq!((acme.len(), fair.taken()), (14, 14));
}

#[tokio::test]
async fn half_is_had_at_its_edge_and_no_more_while_another_waits() {
    let fair = Fair::new(16);
    let mut acme = take(&fair, "acme", 14).await;
    let mut bolt = take(&fair, "bolt", 2).await;
    let waiting: Vec<_> = (0..6).map(|_| waits(&fair, "bolt", 1)).collect();
    settle().await;

    assert_eq!(fair.take(&"bolt", 1).now_or_never().unwrap().unwrap_err(), Full, "half is held and awaited");
    for waiting in waiting {
        assert!(!waiting.is_finished());
        acme.pop();
        settle().await;
        assert!(waiting.is_finished(), "what acme gave back is bolt's");
        bolt.push(waiting.await.unwrap().unwrap());
        assert_eq!(fair.take(&"acme", 1).now_or_never().map(|own| own.is_err()), Some(true));
    }
    assert_eq!((acme.len(), bolt.len()), (8, 8));

    acme.pop();
    assert_eq!(take(&fair, "acme", 1).await.len(), 1, "the eighth place is within half");
}

#[tokio::test]
async fn who_waits_is_served_in_turn_whatever_others_have_asked() {
    let fair = Fair::new(8);
    let mut held = both(&fair, 4).await;
    let many: Vec<_> = (0..3).map(|_| waits(&fair, "crow", 1)).collect();
    settle().await;
    let one = waits(&fair, "dove", 1);
    settle().await;

    held.pop();
    settle().await;
    assert!(many[0].is_finished() && !one.is_finished());
    held.pop();
    settle().await;
    assert!(one.is_finished() && !many[1].is_finished(), "each has its turn");
    held.truncate(4);
    settle().await;
    assert!(many.iter().all(|own| own.is_finished()));
}

#[tokio::test]
async fn who_leaves_makes_way_for_the_next() {
    let fair = Fair::new(8);
    let mut held = both(&fair, 4).await;
    let leaves = waits(&fair, "crow", 4);
    settle().await;
    let next = waits(&fair, "dove", 1);
    settle().await;
    held.pop();
    settle().await;
    assert!(!next.is_finished(), "four wait before it");

    leaves.abort();
    settle().await;

    assert!(next.is_finished());
    drop((held, next.await.unwrap()));
    assert_eq!((fair.taken(), fair.state().awaited()), (0, 0));
    assert_eq!(take(&fair, "erne", 7).await.len(), 7, "nothing is lost");
}

#[tokio::test]
async fn a_grant_that_nobody_takes_comes_back() {
    let fair = Fair::new(2);
    let held = both(&fair, 1).await;
    let mut ask = Box::pin(fair.take(&"crow", 1));
    assert!(ask.as_mut().now_or_never().is_none());

    drop(held);
    drop(ask);

    assert_eq!(fair.taken(), 0);
}

#[tokio::test]
async fn a_large_ask_is_not_overtaken_for_ever() {
    let fair = Fair::new(8);
    let mut held = both(&fair, 4).await;
    let large = waits(&fair, "crow", 4);
    settle().await;
    let small = waits(&fair, "dove", 1);
    settle().await;

    held.truncate(5);
    settle().await;
    assert!(!large.is_finished() && !small.is_finished());
    held.truncate(4);
    settle().await;
    assert!(large.is_finished() && !small.is_finished());
}

#[tokio::test]
async fn where_too_many_wait_the_one_with_most_gives_way() {
    let fair = Fair::new(8);
    let held = both(&fair, 4).await;
    let most: Vec<_> = ["crow", "dove"].into_iter().flat_map(|key| (0..4).map(move |_| key)).collect();
    let most: Vec<_> = most.into_iter().map(|key| waits(&fair, key, 1)).collect();
    settle().await;
    assert!(!most.iter().any(|own| own.is_finished()), "as many wait as there are places");

    let modest = waits(&fair, "erne", 1);
    settle().await;

    assert_eq!(most.iter().filter(|own| own.is_finished()).count(), 1);
    assert!(!modest.is_finished());
    drop(held);
    assert!(modest.await.unwrap().is_ok());
}

#[tokio::test]
async fn what_is_lent_for_long_is_called_back_for_others_and_only_that() {
    let fair = Fair::new(8);
    let lasting = |key: &'static str| {
        let fair = Arc::clone(&fair);
        async move { fair.take_lent(&key, 1).await }
    };
    let keep = |place: One| {
        tokio::spawn(async move {
            place.wanted_back().await;
            drop(place);
        })
    };
    let mut acme = vec![];
    for _ in 0..7 {
        acme.push(keep(lasting("acme").now_or_never().unwrap().unwrap()));
    }
    settle().await;
    assert!(lasting("acme").now_or_never().unwrap().is_err());

    let mut bolt = vec![];
    for _ in 0..4 {
        bolt.push(keep(lasting("bolt").await.unwrap()));
    }
    settle().await;

    assert_eq!(acme.iter().filter(|own| own.is_finished()).count(), 3);
    assert!(lasting("bolt").now_or_never().unwrap().is_err(), "beyond half");
    assert!(lasting("crow").now_or_never().unwrap().is_err(), "nobody has more than half: nothing comes back");
    assert!(!bolt.iter().any(|own| own.is_finished()));
}
