//! Whose turn it is in a lane.

use super::*;

/// A job of a call with these commands, by its request id, and nobody who waits for it.
fn job(merchant: &str, haste: Haste, name: &str) -> Job {
    let merchant = Merchant::parse(merchant).unwrap();
    let place = Fair::new(1).take(&merchant, 1).now_or_never().unwrap().unwrap();
    let caller = Caller { merchant, waiting: Waiting::default(), haste, reply: oneshot::channel().0, _place: place };
    Job::Command(Box::new(reserve(name, name, &["A"])), caller)
}

fn line(jobs: impl IntoIterator<Item = Job>) -> Line {
    let mut line = Line::default();
    jobs.into_iter().for_each(|job| line.add(job));
    line
}

/// The names of the next jobs.
fn next(line: &mut Line, count: usize) -> Vec<String> {
    let name = |job| match job {
        Job::Command(command, caller) => format!("{} {}", caller.merchant, command.request_id),
        Job::Expire(merchant, ..) => format!("{merchant} expire"),
    };
    iter::from_fn(|| line.next()).take(count).map(name).collect()
}

#[test]
fn merchants_take_turns_however_many_commands_one_has() {
    let flood = (0..10_000).map(|n| job("acme", Haste::Then, &n.to_string()));
    let mut line = line(flood.chain([job("globex", Haste::Then, "one"), job("bolt", Haste::Then, "one")]));

    assert_eq!(next(&mut line, 5), ["acme 0", "globex one", "bolt one", "acme 1", "acme 2"]);
    line.add(job("globex", Haste::Then, "two"));
    assert_eq!(next(&mut line, 2), ["acme 3", "globex two"]);
    assert_eq!(next(&mut line, usize::MAX).len(), 10_000 - 4);
    assert!(line.is_empty() && line.merchants_are_forgotten());
}

#[test]
fn what_frees_stock_goes_before_what_takes_it_within_a_merchant() {
    let reserves = |merchant| [0, 1].map(|n| job(merchant, Haste::Then, &n.to_string()));
    let mut line = line(reserves("acme").into_iter().chain(reserves("bolt")));
    line.add(job("acme", Haste::First, "release"));
    line.add(Job::Expire(Merchant::parse("bolt").unwrap(), vec![], oneshot::channel().0));

    let order = ["acme release", "bolt expire", "acme 0", "bolt 0", "acme 1", "bolt 1"];
    assert_eq!(next(&mut line, 9), order);
}

#[test]
fn what_takes_stock_waits_for_no_endless_stream_of_what_frees_it() {
    let mut line = line((0..20).map(|n| job("acme", Haste::First, &n.to_string())));
    line.add(job("acme", Haste::Then, "reserve"));

    assert_eq!(next(&mut line, 9)[7], "acme reserve");
}

#[test]
fn the_commands_of_one_call_stay_together() {
    let release = command(Action::Confirm(Target::Id(Uuid::nil())));
    let one_of_each = [release.clone(), reserve("1", "1", &["A"])];

    assert_eq!(Haste::of_call(&[release.clone(), release]), Haste::First);
    assert_eq!(Haste::of_call(&one_of_each), Haste::Then);
    assert_eq!(Haste::of_call(&one_of_each[1..]), Haste::Then);
}
