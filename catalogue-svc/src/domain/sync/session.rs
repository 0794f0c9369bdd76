//! A sync as a session: its states, and what each call may do in them.

mod ending;
mod upload;

use shared::time::Micros;
use uuid::Uuid;

pub use self::{
    ending::Ending,
    upload::{Arriving, ChunkDigest, UploadToken},
};
use crate::domain::Error;

/// What a sync's items are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All listings of the account: what is absent is retired.
    Full,
    /// Some listings: nothing is retired.
    Partial,
}

/// Where a sync stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Takes uploads.
    Open,
    /// Its items are being applied.
    Applying,
    /// It would retire more than the threshold allows; nothing was retired.
    HeldForReview,
    /// Done.
    Completed,
    /// Given up.
    Aborted,
}

impl Scope {
    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Partial => "PARTIAL",
        }
    }

    /// Reads its name in tables.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Full, Self::Partial].into_iter().find(|scope| scope.as_str() == text)
    }
}

impl State {
    /// Its name in tables and refusals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Applying => "APPLYING",
            Self::HeldForReview => "HELD_FOR_REVIEW",
            Self::Completed => "COMPLETED",
            Self::Aborted => "ABORTED",
        }
    }

    /// Reads its name.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Open, Self::Applying, Self::HeldForReview, Self::Completed, Self::Aborted];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// What a sync may do with ISKUs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IskuPolicy {
    /// Whether ISKUs that are missing are created.
    pub missing: Missing,
    /// Whether ISKUs that are created open with the channel's quantity.
    pub opening: Opening,
    /// The location that holds adopted stock.
    pub opening_location: String,
}

/// What happens when a listing's ISKU does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is created.
    Create,
    /// The listing waits for it.
    Leave,
}

/// What an ISKU that is created opens with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The channel's quantity.
    Adopt,
    /// Nothing.
    Empty,
}

/// Items of a sync by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Listings created.
    pub created: i64,
    /// Listings updated.
    pub updated: i64,
    /// Listings unchanged.
    pub unchanged: i64,
    /// Items that were not applied because of a finding.
    pub finding: i64,
    /// Items that were refused.
    pub rejected: i64,
    /// Listings retired.
    pub retired: i64,
}

/// A session in which an account's listings are mirrored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub sync_id: Uuid,
    /// The account.
    pub account_id: Uuid,
    /// What its items are.
    pub scope: Scope,
    /// Where it stands.
    pub state: State,
    /// What it may do with ISKUs.
    pub iskus: IskuPolicy,
    /// What is uploaded, in the words of whoever started it.
    pub source: String,
    /// The last chunk that is stored.
    pub acknowledged_sequence: i64,
    /// Items uploaded.
    pub uploaded: i64,
    /// Items applied.
    pub applied: i64,
    /// Items by outcome.
    pub counts: Counts,
    /// Listings that the account had when the sync began to apply, retired ones left out.
    pub listings_before: i64,
    /// Who applies it: grows with every taker.
    pub fence: i64,
    /// Until when whoever uploads to it, or applies it, is left alone.
    pub lease_until: Micros,
    /// What chunks must name; sessions of releases that knew none have none.
    pub upload_token: Option<UploadToken>,
    /// How far its end is, once every item is applied.
    pub ending: Ending,
    /// Listings that a full one did not bring.
    pub absent: i64,
    /// Who approved that they are retired.
    pub approved_by: Option<String>,
    /// Up to which place what the feed stated has been let go of.
    pub forgotten: i64,
    /// When it was started.
    pub create_time: Micros,
    /// When it last changed.
    pub update_time: Micros,
}

/// What becomes of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// It is the next one.
    Store,
    /// It was stored before.
    Known,
}

/// What a completion has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// Begin to apply.
    Begin,
    /// Go on applying, or look again whether the threshold allows what is left.
    GoOn,
    /// Nothing: only tell the outcomes.
    Done,
}

impl Session {
    /// How long a session waits for somebody to go on with it before it is given up.
    pub const IDLE_MAX_US: i64 = 24 * 60 * 60 * 1_000_000;
    /// How long whoever uploads may be silent before another takes over.
    pub const UPLOAD_LEASE_US: i64 = 60 * 1_000_000;

    /// Whether nobody has gone on with it for so long that it is given up.
    pub fn is_stale(&self, now: Micros) -> bool {
        let last = self.update_time.max(self.lease_until);
        matches!(self.state, State::Open | State::Applying) && now.0.saturating_sub(last.0) > Self::IDLE_MAX_US
    }

    /// Whether somebody else may upload to it: whoever did has been silent for too long.
    pub fn may_be_taken_over(&self, now: Micros) -> bool {
        self.state == State::Open && self.lease_until <= now
    }

    /// When the lease of an upload ends that goes on now.
    pub fn upload_lease(now: Micros) -> Micros {
        Micros(now.0.saturating_add(Self::UPLOAD_LEASE_US))
    }

    /// Whether what its items state may be let go of: it is over, or only waits for a person.
    pub fn needs_no_items(&self) -> bool {
        match self.state {
            State::Open | State::Applying => false,
            State::HeldForReview | State::Completed | State::Aborted => true,
        }
    }

    /// Judges a chunk: whose it is, its number and, if one with that number is stored, its content.
    pub fn take_chunk(&self, chunk: &Arriving<'_>, stored: Option<ChunkDigest>) -> Result<Chunk, Error> {
        let sync_id = self.sync_id;
        if self.state == State::Aborted {
            return Err(self.wrong_state());
        }
        if self.upload_token.as_ref().is_some_and(|token| token.as_str() != chunk.token) {
            return Err(Error::SyncNotYours { sync_id });
        }
        if chunk.sequence <= self.acknowledged_sequence {
            // What a release stored that kept no digests is taken to be the same.
            return match stored {
                Some(stored) if stored != chunk.digest => {
                    Err(Error::SyncChunkDiffers { sync_id, sequence: chunk.sequence })
                }
                _ => Ok(Chunk::Known),
            };
        }
        if self.state != State::Open {
            return Err(self.wrong_state());
        }
        let expected = self.acknowledged_sequence.saturating_add(1);
        if chunk.sequence == expected {
            Ok(Chunk::Store)
        } else {
            Err(Error::SyncSequence { sync_id, expected, got: chunk.sequence })
        }
    }

    /// Judges a completion by the count that it states.
    pub fn complete(&self, item_count: i64) -> Result<Completion, Error> {
        if self.state == State::Aborted {
            return Err(self.wrong_state());
        }
        if item_count != self.uploaded {
            return Err(Error::SyncCountMismatch {
                sync_id: self.sync_id,
                stated: item_count,
                uploaded: self.uploaded,
            });
        }
        match self.state {
            State::Open => Ok(Completion::Begin),
            State::Applying | State::HeldForReview => Ok(Completion::GoOn),
            State::Completed => Ok(Completion::Done),
            State::Aborted => Err(self.wrong_state()),
        }
    }

    /// Judges an approval; one that was approved stays so.
    pub fn approve(&self) -> Result<(), Error> {
        let approved = self.approved_by.is_some() && matches!(self.state, State::Applying | State::Completed);
        if approved || self.state == State::HeldForReview { Ok(()) } else { Err(self.wrong_state()) }
    }

    /// Judges an abort; one that was aborted stays so.
    pub fn abort(&self) -> Result<(), Error> {
        if self.state == State::Completed { Err(self.wrong_state()) } else { Ok(()) }
    }

    /// Judges whether outcomes are told in pages: not while they change.
    pub fn tell_outcomes(&self) -> Result<(), Error> {
        if self.state == State::Applying { Err(self.wrong_state()) } else { Ok(()) }
    }

    fn wrong_state(&self) -> Error {
        Error::SyncState { sync_id: self.sync_id, state: self.state.as_str() }
    }
}

#[cfg(test)]
mod tests;
