//! What a storm has done and found, and whether it was a storm at all.

use std::{fmt, path::PathBuf, time::Duration};

use super::{Counts, Plan, Violation};
use crate::Engine;

/// A storm that is over.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was to be done.
    pub plan: Plan,
    /// What was done.
    pub counts: Counts,
    /// What must never be.
    pub violations: Vec<Violation>,
    /// How long all of it took.
    pub took: Duration,
    /// The folder with the clients' files, if anything was found.
    pub kept: Option<PathBuf>,
    /// Whether it was told to stop before its end.
    pub is_stopped: bool,
}

impl Report {
    /// Answered requests.
    pub fn answers(&self) -> u64 {
        self.counts.answers.values().sum()
    }

    /// Answered calls.
    pub fn calls(&self) -> u64 {
        self.counts.calls.values().sum()
    }

    /// What was done too little of for the storm to prove anything.
    pub fn shortcomings(&self) -> Vec<String> {
        let mut short = Vec::new();
        let mut least = |what: &str, done: u64, least: u64| {
            if done < least {
                short.push(format!("{what}: {done}, at least {least} are needed"));
            }
        };
        let counts = &self.counts;
        least("answered requests", self.answers(), self.plan.least_answers());
        least(
            "answered requests that were compared with the ledger",
            counts.checked,
            self.plan.least_answers() * 3 / 4,
        );
        let (round, rounds) = (&self.plan.round, self.plan.rounds);
        let (sqlite, postgres) = if self.plan.engine == Engine::Postgres { (0, rounds) } else { (rounds, 0) };
        let planned = [
            ("kill -9 of a replica", round.kills as u64 * rounds),
            ("immediate stop of PostgreSQL", round.stops as u64 * postgres),
            ("SIGSTOP of a replica", round.pauses as u64 * rounds),
            ("replies dropped", round.drops as u64 * rounds),
            ("connections broken in COMMIT", round.breaks as u64 * postgres),
            ("no room on the disk", round.fulls as u64 * rounds),
            ("a limit of the files' size", round.limits as u64 * sqlite),
            ("the database elsewhere", round.moves as u64 * sqlite),
        ];
        for (kind, planned) in planned {
            let injected = counts.injected.get(kind).copied().unwrap_or_default();
            least(kind, injected.done, planned);
            least(&format!("{kind}, with a call in flight"), injected.hit, planned * 9 / 10);
        }
        let of_disk = planned[5..].iter().map(|(_, planned)| planned).sum();
        least("moments in which a call was refused for the disk", counts.refused_for_disk, of_disk);
        least("connections that lost replies", counts.dropped, round.drops as u64 * rounds);
        least("attempts without an answer", counts.unknown.values().sum(), rounds * (round.kills + round.stops) as u64);
        least("requests whose first attempt had been applied", counts.found_applied, rounds);
        least("requests whose first attempt had not been applied", counts.applied_again, rounds);
        least("twins", counts.twins, rounds);
        least("request ids that were used again", counts.reused, rounds);
        least("answers that were judged by time", counts.timed, rounds);
        least("watches that went on", counts.resumed, rounds);
        least("reservations compared", counts.reservations, rounds);
        short
    }

    /// Whether nothing was found, and enough was done to find it.
    pub fn is_passed(&self) -> bool {
        !self.is_stopped && self.violations.is_empty() && self.shortcomings().is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (plan, counts) = (&self.plan, &self.counts);
        writeln!(
            f,
            "{:?}, seed {}: {} replicas, {} clients, {} rounds in {:.0} s",
            plan.engine,
            plan.seed,
            plan.replicas(),
            plan.clients,
            plan.rounds,
            self.took.as_secs_f32()
        )?;
        writeln!(f, "  {:<34}{:>9}{:>22}{:>17}", "injected", "times", "with calls in flight", "calls in flight")?;
        for (kind, injected) in &counts.injected {
            writeln!(f, "  {kind:<34}{:>9}{:>22}{:>17}", injected.done, injected.hit, injected.calls)?;
        }
        let mut line = |what: &str, number: u64| writeln!(f, "  {what:<66}{number:>9}");
        line("connections that lost replies on their way to a client", counts.dropped)?;
        line("connections to PostgreSQL that broke in COMMIT", counts.broken)?;
        line("replicas that ended before they served, and were started again", counts.failed_starts)?;
        line("answered calls", self.calls())?;
        for (kind, calls) in &counts.calls {
            line(&format!("  {kind}"), *calls)?;
        }
        line("answered requests (each of a batch has an id and an answer)", self.answers())?;
        for (outcome, answers) in &counts.answers {
            line(&format!("  {outcome}"), *answers)?;
        }
        line("attempts without an answer", counts.unknown.values().sum())?;
        for (why, attempts) in &counts.unknown {
            line(&format!("  {why}"), *attempts)?;
        }
        line("requests asked again after that", counts.doubted)?;
        line("  an earlier attempt had been applied", counts.found_applied)?;
        line("  none had been applied, the last one was", counts.applied_again)?;
        line("calls made at both replicas at once", counts.twins)?;
        line("request ids used again for something else", counts.reused)?;
        line("old requests asked again after a round", counts.replays)?;
        line("confirmations and shipments judged by the client's time", counts.timed)?;
        line("watches that went on from a cursor", counts.resumed)?;
        line("states that watches told", counts.watched)?;
        line("answered requests compared with the ledger", counts.checked)?;
        line("movements accounted for", counts.movements)?;
        line("reservations compared with their last answer", counts.reservations)?;
        for shortcoming in self.shortcomings().iter().filter(|_| self.violations.is_empty() && !self.is_stopped) {
            writeln!(f, "  TOO LITTLE: {shortcoming}")?;
        }
        for violation in self.violations.iter().take(10) {
            writeln!(f, "  FOUND by \"{}\": {}", violation.check, violation.what)?;
        }
        if self.violations.len() > 10 {
            writeln!(f, "  and {} more", self.violations.len() - 10)?;
        }
        if let Some(kept) = &self.kept {
            writeln!(f, "  the clients' files are in {}", kept.display())?;
        }
        f.write_str(match self.is_passed() {
            true => "  PASSED",
            false if self.is_stopped && self.violations.is_empty() => {
                "  STOPPED before its end, and nothing found until then"
            }
            false => "  FAILED",
        })
    }
}
