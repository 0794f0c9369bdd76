//! Every planted bug is found by the storm, within a minute, and without one the same storm finds nothing.

use std::{
    collections::BTreeSet,
    pin::Pin,
    time::{Duration, Instant},
};

use tests::{
    process::build_planted,
    storm::{Plan, run_until},
};

/// The bugs of `inventory-svc/src/planted.rs`.
const BUGS: [&str; 9] = [
    "CheckApartFromWrite",
    "RequestAfterEffect",
    "UnsortedLocks",
    "ProcessClock",
    "ConfirmIgnoresExpiry",
    "ReplayIgnoresContent",
    "ReleaseCountedTwice",
    "WatchByNumber",
    "KeptWithoutRoom",
];
/// A bug that takes longer to be found is not found.
const LONGEST: Duration = Duration::from_secs(60);

/// Builds the service with its planted bugs, and tries each; or only those that are named. None if it was told to stop.
pub(crate) async fn each_is_found(
    mut stop: Pin<&mut impl Future<Output = ()>>,
    seed: u64,
    named: &[String],
) -> Option<bool> {
    build_planted();
    let mut all = true;
    let asked = |bug: &&&str| named.is_empty() || named.iter().any(|named| named == **bug);
    for bug in BUGS.iter().filter(asked).chain(&[""]) {
        let begun = Instant::now();
        let mut report = run_until(stop.as_mut(), &Plan::planted(bug, seed), |_| ()).await;
        let mut storms = 1;
        // Whether two replicas meet is a matter of chance: one seed after the other, until the time is over.
        while !bug.is_empty() && !report.is_stopped && report.violations.is_empty() && begun.elapsed() <= LONGEST {
            report = run_until(stop.as_mut(), &Plan::planted(bug, seed + storms), |_| ()).await;
            storms += 1;
        }
        if report.is_stopped {
            println!("{report}");
            return None;
        }
        let took = begun.elapsed();
        let checks: BTreeSet<&str> = report.violations.iter().map(|found| found.check).collect();
        let seconds = took.as_secs_f32();
        let is_right = match *bug {
            "" => {
                println!("{:<22}{seconds:>5.1} s  {} answers, nothing found", "no bug", report.answers());
                report.is_passed()
            }
            bug if checks.is_empty() || took > LONGEST => {
                println!("{bug:<22}{seconds:>5.1} s  NOT FOUND in time, by {storms} storms");
                false
            }
            bug => {
                let checks = checks.into_iter().collect::<Vec<_>>().join("; ");
                println!("{bug:<22}{seconds:>5.1} s  found in storm {storms} by: {checks}");
                true
            }
        };
        if !is_right {
            println!("{report}");
        }
        all &= is_right;
        if let Some(kept) = report.kept.filter(|_| is_right) {
            std::fs::remove_dir_all(kept).expect("the folder is ours");
        }
    }
    Some(all)
}
