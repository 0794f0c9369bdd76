//! A crash storm: clients trade while replicas are killed and paused, PostgreSQL is stopped, replies are lost, and the disk is full or
//! taken away; then all is accounted for.

mod ask;
mod check;
mod client;
mod disk;
mod doors;
mod entry;
mod goods;
mod order;
mod plan;
mod report;
mod stage;
mod tally;
mod watcher;

use std::{
    future::{Future, pending},
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::join_all;
use tokio::sync::watch;

use self::{check::Books, client::Client, disk::Disk, stage::Stage, tally::Tally, watcher::Watcher};
pub use self::{
    plan::{Blow, Plan, Round, Step},
    report::Report,
    tally::{Counts, Injected, Violation},
};

/// How long the clients may take for the answers before the next blow.
const PATIENCE: Duration = Duration::from_secs(60);
/// Blows between two lines of progress.
const TOLD: usize = 20;
/// Old requests that each client asks for again after a round.
const REPLAYS: usize = 10;

/// Runs a storm to its end, or to the first thing that it finds; `tell` hears of each round.
pub async fn run(plan: &Plan, tell: impl Fn(&str)) -> Report {
    run_until(pending(), plan, tell).await
}

/// The same, until it is told to stop: then it ends what it has started, and reports how far it came.
pub async fn run_until(stop: impl Future<Output = ()>, plan: &Plan, tell: impl Fn(&str)) -> Report {
    let tally = Arc::new(Tally::default());
    let mut storm = pin!(storm(plan, Arc::clone(&tally), tell));
    tokio::select! {
        report = &mut storm => report,
        () = stop => {
            tally.end();
            Report { is_stopped: true, ..storm.await }
        }
    }
}

async fn storm(plan: &Plan, tally: Arc<Tally>, tell: impl Fn(&str)) -> Report {
    let began = Instant::now();
    let (disk, plan) = Disk::of(plan);
    let mut stage = Stage::build(&plan, disk, Arc::clone(&tally)).await;
    let client = |number| Client::new(plan.seed, number, plan.batch, stage.doors(), Arc::clone(&tally), stage.folder());
    let mut clients: Vec<Client> = (0..plan.clients).map(client).collect();
    let seller = stage.callers().remove(0);
    seller.location(goods::PLACES[1], 5).await;
    for isku in goods::iskus() {
        seller.isku(&isku).await;
    }
    clients[0].open_shop().await;
    let watcher = |number| Watcher::start(stage.callers(), plan.seed, number, stage.back(), Arc::clone(&tally));
    let mut watchers: Vec<Watcher> = (0..plan.replicas()).map(watcher).collect();
    let mut books = Books::new(Arc::clone(&tally));

    for round in 0..plan.rounds {
        let (before, started) = (tally.answers(), Instant::now());
        clients = strike(&plan, round, &mut stage, clients, &tally, &tell).await;
        let stormed = started.elapsed();
        if !tally.is_over() {
            check(&mut stage, &mut clients, &mut watchers, &mut books, &tally).await;
        }
        tell(&format!(
            "{:?} round {} of {}: {} answers in {:.1} s, checked in {:.1} s",
            plan.engine,
            round + 1,
            plan.rounds,
            tally.answers() - before,
            stormed.as_secs_f32(),
            (started.elapsed() - stormed).as_secs_f32(),
        ));
        if tally.is_over() {
            break;
        }
    }

    drop(watchers);
    stage.end().await;
    let (counts, violations) = (tally.counts(), tally.violations());
    let kept = (!violations.is_empty()).then(|| stage.keep());
    Report { plan, counts, violations, took: began.elapsed(), kept, is_stopped: false }
}

/// Lets the clients trade while blow falls after blow.
async fn strike(
    plan: &Plan,
    round: u64,
    stage: &mut Stage,
    clients: Vec<Client>,
    tally: &Tally,
    tell: &impl Fn(&str),
) -> Vec<Client> {
    let (stop, stopped) = watch::channel(false);
    let trading: Vec<_> = clients.into_iter().map(|client| tokio::spawn(client.trade(stopped.clone()))).collect();
    let schedule = plan.schedule(round);
    for (at, step) in schedule.iter().enumerate() {
        if at > 0 && at % TOLD == 0 {
            tell(&format!("  {at} of {} blows, {} answers so far", schedule.len(), tally.answers()));
        }
        if !tally.wait_for(step.after, PATIENCE).await {
            if !tally.is_over() {
                tally.found("every call is answered", format!("not {} answers before {:?}", step.after, step.blow));
            }
            break;
        }
        stage.strike(step.blow).await;
    }
    stop.send_replace(true);
    join_all(trading).await.into_iter().map(|client| client.expect("a client's task ends well")).collect()
}

/// Holds everything against everything, with nothing on its way any more.
async fn check(
    stage: &mut Stage,
    clients: &mut [Client],
    watchers: &mut [Watcher],
    books: &mut Books,
    tally: &Arc<Tally>,
) {
    stage.calm().await;
    // A call that is settled may end in doubt itself, if its connection broke in the storm: then once more.
    for _ in 0..3 {
        join_all(clients.iter_mut().map(Client::settle)).await;
        if clients.iter().all(|client| client.doubts() == 0) {
            break;
        }
        stage.calm().await;
    }
    join_all(clients.iter_mut().map(|client| client.ask_again(REPLAYS))).await;
    if tally.is_over() {
        // Not all of it was settled.
        return;
    }
    tally.count(|counts| counts.replays += (clients.len() * REPLAYS) as u64);
    let entries = clients.iter_mut().flat_map(|client| client.pages.read()).collect();
    books.check(&stage.callers(), entries, watchers).await;
    clients.iter_mut().for_each(Client::forget_due);
    let (code, said) = stage.verify().await;
    if code != 0 {
        tally.found("the ledger proves itself", said);
    }
    let deadlocks = stage.deadlocks();
    if deadlocks > 0 {
        tally.found("nobody waits in a circle", format!("PostgreSQL has resolved {deadlocks} deadlocks"));
    }
}
