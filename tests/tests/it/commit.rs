//! Group commit: locks before facts, one order of locks, one batch for whoever waits, and nobody falls with a neighbour.

use std::time::Duration;

use futures::future::{join_all, select_all};
use proto::inventory::v1::{BatchReserveRequest, ReserveRequest, batch_reserve_result::Result as BatchResult};
use tests::{
    Engine, Oms, on_both_engines, refusal, refused,
    story::{Level, reserve_request},
};
use tonic::{Code, Request};

on_both_engines!(a_command_at_fault_falls_alone);

fn tee(order: &str) -> ReserveRequest {
    reserve_request(order, &[("TEE", 1, &[("A", 1)])])
}

fn is_reserved(result: &proto::inventory::v1::BatchReserveResult) -> bool {
    matches!(result.result, Some(BatchResult::Reserved(_)))
}

/// What changes while a batch waits for its locks is what it decides on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facts_are_read_after_the_locks_are_held() {
    let oms = Oms::start(Engine::Postgres).await;
    oms.isku("A").on_hand(5).await;
    let held = oms.hold_stock().await;

    let waiting = tokio::spawn({
        let acme = oms.acme().clone();
        async move { acme.hold(tee("1")).await }
    });
    oms.waits_for_a_lock(1).await;
    held.execute("UPDATE isku SET archived = true").await;
    held.let_go().await;

    let archived = refusal(Code::FailedPrecondition, "ISKU_ARCHIVED").with("isku_code", "A");
    assert_eq!(refused(waiting.await.unwrap()), archived);
    oms.finish().await;
}

/// A request id that somebody else has used meanwhile is known after the locks, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twins_at_two_replicas_that_wait_for_one_lock_are_one() {
    let oms = Oms::with_replicas(Engine::Postgres, 2).await;
    oms.isku("A").on_hand(5).await;
    let held = oms.hold_stock().await;

    let twins: Vec<_> = (0..2)
        .map(|replica| {
            let acme = oms.at_replica(replica);
            let request = tee("1");
            let request = ReserveRequest { request_id: "twin".to_owned(), ..request };
            tokio::spawn(async move { acme.hold(request).await.unwrap() })
        })
        .collect();
    oms.waits_for_a_lock(2).await;
    held.let_go().await;

    let answers: Vec<_> = join_all(twins).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|answer| answer.replayed).count(), 1);
    assert_eq!(answers[0].reservation, answers[1].reservation);
    assert_eq!(oms.level("A").await, Level::of(5, 1));
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_together_is_committed_together() {
    let oms = Oms::start(Engine::Postgres).await;
    oms.isku("A").on_hand(500).await;
    let held = oms.hold_stock().await;
    let first = tokio::spawn({
        let acme = oms.acme().clone();
        async move { acme.hold(tee("first")).await.unwrap() }
    });
    oms.waits_for_a_lock(1).await;

    let calls: Vec<_> = (0..200)
        .map(|n| {
            let acme = oms.acme().clone();
            tokio::spawn(async move { acme.hold(tee(&n.to_string())).await.unwrap() })
        })
        .collect();
    // They are queued one behind the other before the first lock is given.
    let queued = refused(oms.hold_all(vec![ReserveRequest::default(); 501]).await);
    held.let_go().await;
    join_all(calls).await.into_iter().for_each(|call| drop(call.unwrap()));
    first.await.unwrap();

    assert_eq!(queued.reason, "INVALID_FIELD");
    let commits = "SELECT count(DISTINCT xmin::text) FROM movement WHERE kind = 'RESERVE'";
    let commits = oms.behind_inventory().await.number(commits).await;
    assert!(commits < 20, "201 reservations took {commits} commits");
    assert_eq!(oms.level("A").await, Level::of(500, 201));
    oms.finish().await;
}

/// Who has gone, or is too late, before its batch is formed is left out of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_has_gone_is_left_out_of_the_next_batch() {
    let oms = Oms::start(Engine::Postgres).await;
    oms.isku("A").on_hand(5).await;
    let held = oms.hold_stock().await;
    let first = tokio::spawn({
        let acme = oms.acme().clone();
        async move { acme.hold(tee("first")).await.unwrap() }
    });
    oms.waits_for_a_lock(1).await;

    let mut late = Request::new(tee("late"));
    late.set_timeout(Duration::from_millis(100));
    let late = refused(oms.reservations.clone().reserve(late).await);
    let gone = tokio::time::timeout(Duration::from_millis(100), oms.hold(tee("gone"))).await;
    held.let_go().await;
    first.await.unwrap();

    // The service says so, or the client that has counted the same 100 ms.
    assert!([Code::DeadlineExceeded, Code::Cancelled].contains(&late.code), "{late:?}");
    assert!(gone.is_err(), "nobody is answered before the lock is given");
    // The queue is in order: whoever was in it is done with now.
    oms.hold(tee("last")).await.unwrap();
    for order in ["late", "gone"] {
        assert_eq!(refused(oms.reservation(order).await), refusal(Code::NotFound, "RESERVATION_NOT_FOUND"));
    }
    assert_eq!(oms.level("A").await, Level::of(5, 2));
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_says_so_at_once() {
    let oms = Oms::start_with_stock(Engine::Postgres, "queue_max = 2000", 1).await;
    oms.isku("A").on_hand(5_000).await;
    let held = oms.hold_stock().await;
    let batch = |name: usize| {
        let requests = (0..500).map(|n| tee(&format!("{name}-{n}"))).collect();
        let acme = oms.acme().clone();
        tokio::spawn(async move { acme.hold_all(requests).await })
    };

    // Three batches leave no room for one more: an eighth is kept for others.
    let calls: Vec<_> = (0..4).map(batch).collect();
    let (first, _, others) = select_all(calls).await;
    held.let_go().await;

    assert_eq!(refused(first.unwrap()), refusal(Code::ResourceExhausted, "OVERLOADED"));
    for results in join_all(others).await {
        assert!(results.unwrap().unwrap().iter().all(is_reserved));
    }
    oms.hold(tee("after")).await.unwrap();
    oms.finish().await;
}

/// One command of a batch breaks the database; its neighbours are applied.
async fn a_command_at_fault_falls_alone(engine: Engine) {
    let oms = Oms::start(engine).await;
    oms.isku("A").on_hand(50).await;
    let behind = oms.behind_inventory().await;
    let poison = match engine {
        Engine::Postgres => {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
             CREATE TRIGGER poison BEFORE INSERT ON movement FOR EACH ROW WHEN (NEW.csku = 'POISON') EXECUTE FUNCTION refuse()"
        }
        Engine::Sqlite => {
            "CREATE TRIGGER poison BEFORE INSERT ON movement WHEN NEW.csku = 'POISON'
             BEGIN SELECT RAISE(ABORT, 'poison'); END"
        }
    };
    behind.execute(poison).await;
    let held = oms.hold_stock().await;
    let call = |n: usize| {
        let acme = oms.acme().clone();
        let csku = if n == 7 { "POISON" } else { "TEE" };
        tokio::spawn(async move { acme.reserve(&n.to_string(), &[(csku, 1, &[("A", 1)])]).await })
    };
    let calls: Vec<_> = (0..20).map(call).collect();
    held.let_go().await;

    for (n, answer) in join_all(calls).await.into_iter().enumerate() {
        match (n, answer.unwrap()) {
            (7, answer) => assert_eq!(refused(answer).kind(), (Code::Internal, "INTERNAL")),
            (_, answer) => assert!(answer.is_ok(), "{n}: {answer:?}"),
        }
    }
    assert_eq!(oms.level("A").await, Level::of(50, 19));
    assert_eq!(refused(oms.reservation("7").await).reason, "RESERVATION_NOT_FOUND");
    oms.finish().await;
}

/// Who waits for the rows of one ISKU holds up those who share its lane, and not all of the many others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_on_one_isku_holds_up_its_lane_only() {
    let oms = Oms::start(Engine::Postgres).await;
    let others: Vec<String> = (0..80).map(|n| format!("B{n}")).collect();
    oms.isku("A").on_hand(5).await;
    for code in &others {
        oms.isku(code).on_hand(5).await;
    }
    let held = oms.hold_next_movement("A").await;
    let first = tokio::spawn({
        let acme = oms.acme().clone();
        async move { acme.hold(tee("first")).await.unwrap() }
    });
    oms.waits_for_a_lock(1).await;

    let call = |code: &String| {
        let (acme, request) = (oms.acme().clone(), reserve_request(code, &[("TEE", 1, &[(code.as_str(), 1)])]));
        tokio::spawn(async move { acme.hold(request).await })
    };
    let (reserved, _, rest) = select_all(others.iter().map(call)).await;
    let still_waits = !first.is_finished();
    held.undo().await;

    reserved.unwrap().unwrap();
    assert!(still_waits, "the first was answered before the lock was given");
    first.await.unwrap();
    for reserved in join_all(rest).await {
        reserved.unwrap().unwrap();
    }
    oms.finish().await;
}

/// Batches at two replicas that name the same rows in opposite orders, and are let at them in the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_locked_in_one_order() {
    let oms = Oms::with_replicas(Engine::Postgres, 2).await;
    let codes: Vec<String> = (0..60).map(|n| format!("A{n}")).collect();
    for code in &codes {
        oms.isku(code).on_hand(10_000).await;
    }
    let url = oms.site().inventory_database().to_owned();

    for round in 0..6 {
        let held = oms.hold_stock().await;
        let batches: Vec<_> = (0..2)
            .map(|replica| {
                let acme = oms.at_replica(replica);
                let order = |n: usize| {
                    let code = if replica == 0 { &codes[n] } else { &codes[codes.len() - 1 - n] };
                    reserve_request(&format!("{replica}-{round}-{n}"), &[("TEE", 1, &[(code.as_str(), 1)])])
                };
                let requests: Vec<_> = (0..codes.len()).map(order).collect();
                tokio::spawn(async move { acme.hold_all(requests).await.unwrap() })
            })
            .collect();
        // In both lanes of each replica.
        oms.waits_for_a_lock(4).await;
        held.let_go().await;

        for results in join_all(batches).await {
            assert!(results.unwrap().iter().all(is_reserved));
        }
    }
    oms.finish().await;

    assert_eq!(Oms::deadlocks(&url).await, 0);
}

/// Batches at two replicas that use the same request ids in opposite orders, for different ISKUs: only the ids meet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn request_ids_are_taken_in_one_order() {
    let oms = Oms::with_replicas(Engine::Postgres, 2).await;
    oms.isku("A0").on_hand(100_000).await;
    oms.isku("A1").on_hand(100_000).await;
    let url = oms.site().inventory_database().to_owned();

    for round in 0..12 {
        let batches = (0..2).map(|replica| {
            let acme = oms.at_replica(replica);
            let isku = format!("A{replica}");
            let request = move |n: usize| {
                let id = if replica == 0 { n } else { 299 - n };
                let request = reserve_request(&format!("{replica}-{round}-{n}"), &[("TEE", 1, &[(isku.as_str(), 1)])]);
                ReserveRequest { request_id: format!("{round}-{id}"), ..request }
            };
            let requests: Vec<_> = (0..300).map(request).collect();
            async move { acme.reservations.clone().batch_reserve(BatchReserveRequest { requests }).await.unwrap() }
        });
        let answers = join_all(batches).await;

        let reserved =
            answers.iter().flat_map(|answer| &answer.get_ref().results).filter(|own| is_reserved(own)).count();
        assert_eq!(reserved, 300, "each id was used once");
    }
    oms.finish().await;

    assert_eq!(Oms::deadlocks(&url).await, 0);
}
