//! Who used the processors, from /proc: the service, PostgreSQL, this process, and everybody else on the machine.

use std::{fs, time::Duration};

use anyhow::{Context, Result};
use serde::Serialize;

/// Linux tells time in /proc in hundredths of a second.
fn ticks(count: u64) -> Duration {
    Duration::from_millis(10 * count)
}

/// The processes that a figure is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched {
    /// The replicas of the service.
    pub(crate) services: Vec<u32>,
    /// The first process of PostgreSQL.
    pub(crate) postgres: Option<u32>,
}

/// Processor time since the machine, or the process, started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    service: Duration,
    postgres: Duration,
    own: Duration,
    machine: Duration,
}

/// How many processors were busy for whom, over a time.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Used {
    pub(crate) service: f64,
    pub(crate) postgres: f64,
    /// The load generator.
    pub(crate) clients: f64,
    /// Whoever has nothing to do with it.
    pub(crate) others: f64,
}

impl Watched {
    pub(crate) fn read(&self) -> Result<Reading> {
        let mut service = Duration::ZERO;
        for id in &self.services {
            service += Times::of(&format!("{id}"))?.alone;
        }
        Ok(Reading {
            service,
            postgres: self.postgres.map_or(Ok(Duration::ZERO), family)?,
            own: Times::of("self")?.with_reaped(),
            machine: machine()?,
        })
    }
}

impl Reading {
    /// What was used from this reading to a later one.
    pub(crate) fn until(&self, later: &Self, elapsed: Duration) -> Used {
        let share = |of: fn(&Self) -> Duration| of(later).saturating_sub(of(self)).div_duration_f64(elapsed);
        let (service, postgres, clients) = (share(|r| r.service), share(|r| r.postgres), share(|r| r.own));
        let others = (share(|r| r.machine) - service - postgres - clients).max(0.0);
        Used { service, postgres, clients, others }
    }
}

/// Processor time of one process, and of its children that have ended.
struct Times {
    parent: u64,
    alone: Duration,
    reaped: Duration,
}

impl Times {
    fn of(process: &str) -> Result<Self> {
        let path = format!("/proc/{process}/stat");
        let stat = fs::read_to_string(&path).with_context(|| format!("{path}: the process is gone"))?;
        // The name before the last bracket may contain anything.
        let (_, fields) = stat.rsplit_once(')').context("a line of /proc")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).context("a number");
        Ok(Self {
            parent: number(1)?,
            alone: ticks(number(11)? + number(12)?),
            reaped: ticks(number(13)? + number(14)?),
        })
    }

    fn with_reaped(&self) -> Duration {
        self.alone + self.reaped
    }
}

/// A process with its children, those that have ended too.
fn family(head: u32) -> Result<Duration> {
    let mut time = Times::of(&head.to_string())?.with_reaped();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().filter(|name| name.bytes().all(|b| b.is_ascii_digit())) else { continue };
        // One that ends meanwhile is counted with its parent the next time.
        if let Ok(times) = Times::of(id)
            && times.parent == u64::from(head)
        {
            time += times.with_reaped();
        }
    }
    Ok(time)
}

/// What all processes used, and what was taken from this machine by the one it runs on.
fn machine() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    let fields: Vec<u64> =
        stat.lines().next().context("a line")?.split_whitespace().skip(1).flat_map(str::parse).collect();
    // user, nice, system, idle, iowait, irq, softirq, steal; guest time is in user already.
    let busy = fields.iter().take(8).enumerate().filter(|(place, _)| ![3, 4].contains(place)).map(|(_, count)| count);
    Ok(ticks(busy.sum()))
}

/// Resident memory of a process in MiB: now, and the most that it ever had.
pub(crate) fn memory(process: u32) -> Result<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("a line of /proc")?;
        line.trim().trim_end_matches(" kB").parse::<f64>().context("a number")
    };
    Ok((kib("VmRSS:")? / 1_024.0, kib("VmHWM:")? / 1_024.0))
}
