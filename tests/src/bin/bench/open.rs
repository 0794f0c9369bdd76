//! The load as an open loop: calls come at their own pace, whether those before them are answered or not.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use tokio::{sync::mpsc, time::MissedTickBehavior};
use tonic::Code;

use super::{
    figure::Sample,
    load::{Client, Clients},
};

/// Between two groups of calls that come at once.
const TICK: Duration = Duration::from_millis(2);
/// Calls that may be open; more are a fault of whoever should refuse them.
const OPEN_MAX: usize = 20_000;

/// What became of one call, and who made it.
struct Ended {
    client: Client,
    started: Instant,
    ended: Instant,
    outcome: Result<u64, tonic::Status>,
}

/// Calls at this pace until the end; what is answered or refused between begin and end counts.
pub(crate) async fn run(clients: Clients, per_second: u64, begin: Instant, end: Instant) -> Result<Sample> {
    let (sender, mut receiver) = mpsc::unbounded_channel::<Ended>();
    let (mut sample, mut idle, mut made, mut sent) = (Sample::default(), vec![], 0, 0_u64);
    let mut note = |ended: Ended, idle: &mut Vec<Client>| {
        let counts = begin <= ended.ended && ended.ended < end;
        match ended.outcome {
            Ok(done) if counts => sample.answered(done, ended.ended - ended.started),
            Err(status) if status.code() == Code::ResourceExhausted => {
                if counts {
                    sample.refused(ended.ended - ended.started);
                }
            }
            Ok(_) => {}
            Err(status) => bail!("a call failed: {status}"),
        }
        idle.push(ended.client);
        Ok(())
    };
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let first = Instant::now();
    while Instant::now() < end {
        tokio::select! {
            Some(ended) = receiver.recv() => note(ended, &mut idle)?,
            _ = ticks.tick() => {
                // Where this process was late, it makes up for it.
                let due = first.elapsed().as_micros() as u64 * per_second / 1_000_000;
                for _ in sent..due {
                    let mut client: Client = idle.pop().unwrap_or_else(|| {
                        made += 1;
                        clients.client(made)
                    });
                    ensure!(made <= OPEN_MAX, "{made} calls are open");
                    let sender = sender.clone();
                    tokio::spawn(async move {
                        let started = Instant::now();
                        let outcome = client.call().await;
                        // Nobody is there any more at the end.
                        let _ = sender.send(Ended { client, started, ended: Instant::now(), outcome });
                    });
                }
                sent = sent.max(due);
            }
        }
    }
    drop(sender);
    while let Some(ended) = receiver.recv().await {
        note(ended, &mut idle)?;
    }
    Ok(sample)
}
