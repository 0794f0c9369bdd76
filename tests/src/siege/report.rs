//! What a siege has shown, and what is too much.

use std::fmt;

use super::{CALLS_MIN, Plan, Seen};

/// What a container may use of memory: more and it is killed.
const MEMORY_MAX: u64 = 512;
/// Hundredths of the merchant's calls that are as fast as beside a program that only burns processor time.
const FAST_MIN: usize = 90;
/// Calls on either side, at least, before they are compared.
const COMPARED_MIN: usize = 100;

/// All attacks of a siege.
#[derive(Debug)]
pub struct Report {
    /// What was to be done.
    pub plan: Plan,
    /// What was done.
    pub struck: Vec<Struck>,
}

/// One attack, and what came of it.
#[derive(Debug)]
pub struct Struck {
    /// The service and the attack.
    pub name: String,
    pub(super) tried: String,
    /// Of the service, in MiB: before, at most, and after.
    pub(super) memory: [u64; 3],
    pub(super) processors: f64,
    pub(super) seen: Seen,
    pub(super) beside: Option<Seen>,
}

impl Report {
    /// Whether every goal is met.
    pub fn is_passed(&self) -> bool {
        !self.struck.is_empty() && self.struck.iter().all(|struck| struck.faults().is_empty())
    }
}

impl Struck {
    /// What is not as it has to be.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let Seen { calls, probes, refused, failures, .. } = &self.seen;
        if let Some(first) = failures.first() {
            faults.push(format!("{} of the merchant's calls failed, first {first}", failures.len()));
        }
        if calls.len() + refused + failures.len() < CALLS_MIN || *probes == 0 {
            faults.push(format!("the merchant made {} calls only", calls.len()));
        }
        let [_, peak, _] = self.memory;
        if peak > MEMORY_MAX {
            faults.push(format!("{peak} MiB are more than {MEMORY_MAX}"));
        }
        if let (Some(beside), Some(share)) = (&self.beside, self.fast()) {
            let (here, there) = (calls.len(), beside.calls.len());
            if here.min(there) < COMPARED_MIN {
                faults.push(format!(
                    "{here} calls and {there} are too few to compare: a busy machine, or too few --seconds"
                ));
            } else if share < FAST_MIN {
                faults.push(format!("{share} % as fast are less than {FAST_MIN} %"));
            }
        }
        faults
    }

    /// Hundredths of the calls that took no longer than all but the slowest twentieth beside the burner.
    fn fast(&self) -> Option<usize> {
        self.beside.as_ref().map(|beside| self.seen.within(beside.percentile(95)))
    }
}

impl fmt::Display for Struck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [before, peak, after] = self.memory;
        let Seen { calls, failures, .. } = &self.seen;
        writeln!(f, "{}", self.name)?;
        writeln!(f, "    tried      {}", self.tried)?;
        writeln!(f, "    memory     {before} MiB before, {peak} at most, {after} after")?;
        write!(f, "    merchant   {} calls, {} failed, ", calls.len(), failures.len())?;
        write!(f, "p50 {:.1?}, p99 {:.1?}", self.seen.percentile(50), self.seen.percentile(99))?;
        if let (Some(beside), Some(share)) = (&self.beside, self.fast()) {
            let (median, last) = (beside.percentile(50), beside.percentile(99));
            write!(
                f,
                "\n    as fast    {share} % of them, as beside a program that burns {:.1} processors",
                self.processors
            )?;
            write!(f, " (p50 {median:.1?}, p99 {last:.1?})")?;
        }
        self.faults().iter().try_for_each(|fault| write!(f, "\n    MISSED     {fault}"))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missed: Vec<&str> = self
            .struck
            .iter()
            .filter(|struck| !struck.faults().is_empty())
            .map(|struck| struck.name.as_str())
            .collect();
        let verdict = if self.is_passed() { "PASSED" } else { "FAILED" };
        write!(f, "{verdict} on {:?}: {} attacks", self.plan.engine, self.struck.len())?;
        if missed.is_empty() { Ok(()) } else { write!(f, ", goals missed in {}", missed.join("; ")) }
    }
}
