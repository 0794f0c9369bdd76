//! What a storm does, and when: all of it follows from the seed.

use std::time::Duration;

use crate::{Engine, dice::Dice};

/// A storm.
#[derive(Clone, Debug)]
pub struct Plan {
    /// SQLite has one replica, PostgreSQL two.
    pub engine: Engine,
    /// What the schedule and every client's choices follow from.
    pub seed: u64,
    /// Rounds: after each, everything is checked.
    pub rounds: u64,
    /// Clients at once.
    pub clients: usize,
    /// Orders in one BatchReserve, at most.
    pub batch: usize,
    /// What is injected in each round.
    pub round: Round,
    /// A bug that the service is to have, for a build that has it.
    pub planted: Option<String>,
}

/// One round.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// `kill -9` of a replica.
    pub kills: usize,
    /// Immediate shutdowns of PostgreSQL; none on SQLite.
    pub stops: usize,
    /// SIGSTOP of a replica, and SIGCONT.
    pub pauses: usize,
    /// Replies that are dropped on their way to the clients.
    pub drops: usize,
    /// Connections to PostgreSQL that break in COMMIT; none on SQLite.
    pub breaks: usize,
    /// Moments without room under the database; none where this program may not mount a volume.
    pub fulls: usize,
    /// Limits of a file's size in the way of a replica; none on PostgreSQL.
    pub limits: usize,
    /// Moments in which the file of the database is elsewhere; none on PostgreSQL.
    pub moves: usize,
    /// Answers that have to be there before the next injection, on average.
    pub answers: usize,
}

/// Something that is done to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// `kill -9` of a replica.
    Kill(usize),
    /// Immediate shutdown of PostgreSQL.
    Stop,
    /// SIGSTOP of a replica, until the others have given so many answers, or the time is over.
    Pause(usize, u64, Duration),
    /// The next replies of a replica are lost.
    Drop(usize),
    /// Connections of a replica to PostgreSQL break in COMMIT.
    Break(usize),
    /// There is no room under the database until a call is refused for it.
    Full,
    /// No file of a replica may grow until a call is refused for it.
    Limit(usize),
    /// The file of the database is elsewhere until a call is refused for it.
    Move,
}

/// A blow, and how many answers come before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Answers that have to be there since the blow before.
    pub after: u64,
    /// What is done.
    pub blow: Blow,
}

impl Round {
    /// So many kills, so many of each of the others, and nothing that is done to the disk.
    fn of(kills: usize, others: usize, answers: usize) -> Self {
        let (stops, pauses, drops, breaks) = (others, others, others, others);
        Self { kills, stops, pauses, drops, breaks, fulls: 0, limits: 0, moves: 0, answers }
    }
}

impl Plan {
    /// Of one engine, by a seed, short enough to be a test.
    pub fn short(engine: Engine, seed: u64) -> Self {
        let round = Round { fulls: 2, limits: 2, moves: 2, ..Round::of(5, 3, 60) };
        Self { engine, seed, rounds: 1, clients: 16, batch: 12, round, planted: None }
    }

    /// Of one engine, by a seed: 500 kills, 200 stops, 200 pauses and a million answered requests on PostgreSQL.
    pub fn long(engine: Engine, seed: u64) -> Self {
        let round = Round { fulls: 5, limits: 5, moves: 5, ..Round::of(25, 10, 800) };
        Self { rounds: 20, clients: 128, batch: 60, round, ..Self::short(engine, seed) }
    }

    /// Against a build that has a bug on purpose; none if it is empty. On PostgreSQL, or where the bug is.
    ///
    /// Few blows, since it is the load that meets most bugs, and rounds as short as can be: some bugs are seen only by the check after one.
    pub fn planted(bug: &str, seed: u64) -> Self {
        let of_disk = bug == "KeptWithoutRoom";
        let engine = if of_disk { Engine::Sqlite } else { Engine::Postgres };
        let round = Round { fulls: usize::from(of_disk), ..Round::of(1, 1, 100) };
        let (clients, batch) = if bug == "WatchByNumber" { (8, 1) } else { (16, 6) };
        Self { rounds: 3, clients, batch, round, planted: Some(bug.to_owned()), ..Self::short(engine, seed) }
    }

    /// How many replicas there are.
    pub fn replicas(&self) -> usize {
        match self.engine {
            Engine::Sqlite => 1,
            Engine::Postgres => 2,
        }
    }

    /// Answered requests, over all rounds, without which a storm is none.
    pub fn least_answers(&self) -> u64 {
        self.rounds * self.schedule(0).iter().map(|step| step.after).sum::<u64>()
    }

    /// What is done in a round, in order.
    pub fn schedule(&self, round: u64) -> Vec<Step> {
        let mut dice = Dice::new(self.seed, 1_000_000 + round);
        let replica = |dice: &mut Dice| dice.below(self.replicas());
        let mut blows = Vec::new();
        blows.extend((0..self.round.kills).map(|_| Blow::Kill(replica(&mut dice))));
        blows.extend((0..self.round.pauses).map(|_| {
            let pause = Duration::from_millis(100 + 100 * dice.below(4) as u64);
            Blow::Pause(replica(&mut dice), 20 * dice.units(10).unsigned_abs(), pause)
        }));
        blows.extend((0..self.round.drops).map(|_| Blow::Drop(replica(&mut dice))));
        if self.engine == Engine::Postgres {
            blows.extend((0..self.round.stops).map(|_| Blow::Stop));
            blows.extend((0..self.round.breaks).map(|_| Blow::Break(replica(&mut dice))));
        }
        blows.extend((0..self.round.fulls).map(|_| Blow::Full));
        if self.engine == Engine::Sqlite {
            blows.extend((0..self.round.limits).map(|_| Blow::Limit(replica(&mut dice))));
            blows.extend((0..self.round.moves).map(|_| Blow::Move));
        }
        dice.shuffle(&mut blows);
        // From half of the average to one and a half; the sum is the same for each round.
        let mut gaps: Vec<usize> = (0..blows.len()).map(|_| dice.below(self.round.answers + 1)).collect();
        for at in 0..gaps.len() / 2 {
            let other = gaps.len() - 1 - at;
            gaps[other] = self.round.answers - gaps[at];
        }
        let step = |(blow, gap)| Step { after: (self.round.answers / 2 + gap) as u64, blow };
        blows.into_iter().zip(gaps).map(step).collect()
    }
}
