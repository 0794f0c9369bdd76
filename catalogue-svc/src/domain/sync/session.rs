//! A sync as a session: its states, and what each call may do in them.

use shared::time::Micros;
use uuid::Uuid;

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
    /// Until when whoever applies it may be left alone.
    pub lease_until: Micros,
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
    /// How long an open session waits for its next chunk before StartSync opens another.
    pub const IDLE_MAX_US: i64 = 24 * 60 * 60 * 1_000_000;

    /// Whether StartSync gives this session up and opens another.
    pub fn is_stale(&self, now: Micros) -> bool {
        self.state == State::Open && now.0.saturating_sub(self.update_time.0) > Self::IDLE_MAX_US
    }

    /// Judges a chunk by its number.
    pub fn take_chunk(&self, sequence: i64) -> Result<Chunk, Error> {
        if sequence <= self.acknowledged_sequence && self.state != State::Aborted {
            return Ok(Chunk::Known);
        }
        if self.state != State::Open {
            return Err(self.wrong_state());
        }
        let expected = self.acknowledged_sequence.saturating_add(1);
        if sequence == expected {
            Ok(Chunk::Store)
        } else {
            Err(Error::SyncSequence { sync_id: self.sync_id, expected, got: sequence })
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

    /// Judges an abort; one that was aborted stays so.
    pub fn abort(&self) -> Result<(), Error> {
        if self.state == State::Completed { Err(self.wrong_state()) } else { Ok(()) }
    }

    fn wrong_state(&self) -> Error {
        Error::SyncState { sync_id: self.sync_id, state: self.state.as_str() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(state: State) -> Session {
        let iskus =
            IskuPolicy { missing: Missing::Create, opening: Opening::Adopt, opening_location: "default".into() };
        Session {
            sync_id: Uuid::nil(),
            account_id: Uuid::nil(),
            scope: Scope::Full,
            state,
            iskus,
            source: String::new(),
            acknowledged_sequence: 2,
            uploaded: 7,
            applied: 0,
            counts: Counts::default(),
            listings_before: 0,
            fence: 0,
            lease_until: Micros(0),
            create_time: Micros(0),
            update_time: Micros(0),
        }
    }

    #[test]
    fn chunks_come_in_sequence_and_known_ones_are_acknowledged_again() {
        let check = |state: State, sequence: i64, expected: Result<Chunk, &str>| {
            let got = session(state).take_chunk(sequence);
            let got = got.map_err(|refused| refused.reason());
            assert_eq!(got, expected, "{state:?} {sequence}");
        };
        check(State::Open, 3, Ok(Chunk::Store));
        check(State::Open, 2, Ok(Chunk::Known));
        check(State::Open, 1, Ok(Chunk::Known));
        check(State::Open, 4, Err("SYNC_SEQUENCE"));
        check(State::Applying, 2, Ok(Chunk::Known));
        check(State::Applying, 3, Err("SYNC_STATE"));
        check(State::Completed, 3, Err("SYNC_STATE"));
        check(State::Aborted, 2, Err("SYNC_STATE"));
    }

    #[test]
    fn a_completion_states_the_count_and_goes_on_where_it_stopped() {
        let check = |state: State, count: i64, expected: Option<Completion>| {
            assert_eq!(session(state).complete(count).ok(), expected, "{state:?} {count}");
        };
        check(State::Open, 7, Some(Completion::Begin));
        check(State::Open, 6, None);
        check(State::Applying, 7, Some(Completion::GoOn));
        check(State::HeldForReview, 7, Some(Completion::GoOn));
        check(State::Completed, 7, Some(Completion::Done));
        check(State::Aborted, 7, None);
        assert!(session(State::Completed).abort().is_err());
        assert!(session(State::HeldForReview).abort().is_ok());
    }
}
