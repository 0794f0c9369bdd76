//! A session and its chunks, as tables.

use super::*;

fn session(state: State) -> Session {
    let iskus = IskuPolicy { missing: Missing::Create, opening: Opening::Adopt, opening_location: "default".into() };
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
        upload_token: Some(UploadToken::of(Uuid::nil(), "mine")),
        ending: Ending::Shown,
        absent: 0,
        approved_by: None,
        forgotten: 0,
        create_time: Micros(0),
        update_time: Micros(0),
    }
}

fn arriving(sequence: i64, content: &[u8], token: &UploadToken) -> Result<Chunk, &'static str> {
    taken(&session(State::Open), sequence, content, token)
}

/// What becomes of a chunk where those before it were stored with the content `old`.
fn taken(session: &Session, sequence: i64, content: &[u8], token: &UploadToken) -> Result<Chunk, &'static str> {
    let chunk = Arriving { token: token.as_str(), sequence, digest: ChunkDigest::of(content) };
    let stored = (sequence <= session.acknowledged_sequence).then(|| ChunkDigest::of(b"old"));
    session.take_chunk(&chunk, stored).map_err(|refused| refused.reason())
}

#[test]
fn chunks_come_in_sequence_and_known_ones_are_acknowledged_again() {
    let mine = UploadToken::of(Uuid::nil(), "mine");
    let check = |state: State, sequence: i64, expected: Result<Chunk, &str>| {
        assert_eq!(taken(&session(state), sequence, b"old", &mine), expected, "{state:?} {sequence}");
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
fn a_chunk_is_of_whoever_has_the_token_and_stays_what_it_was() {
    let (mine, other) = (UploadToken::of(Uuid::nil(), "mine"), UploadToken::of(Uuid::nil(), "other"));
    assert_eq!(arriving(2, b"new", &mine), Err("SYNC_CHUNK_DIFFERS"));
    assert_eq!(arriving(2, b"old", &other), Err("SYNC_NOT_YOURS"));
    assert_eq!(arriving(3, b"new", &other), Err("SYNC_NOT_YOURS"));

    let of_an_earlier_release = Session { upload_token: None, ..session(State::Open) };
    assert_eq!(taken(&of_an_earlier_release, 3, b"new", &other), Ok(Chunk::Store));
    let chunk = Arriving { token: "", sequence: 2, digest: ChunkDigest::of(b"new") };
    assert_eq!(of_an_earlier_release.take_chunk(&chunk, None), Ok(Chunk::Known));
}

#[test]
fn a_session_is_taken_over_after_its_lease_and_given_up_after_a_day() {
    let at = |state, lease_until| Session { lease_until: Micros(lease_until), ..session(state) };
    assert!(!at(State::Open, 10).may_be_taken_over(Micros(9)));
    assert!(at(State::Open, 10).may_be_taken_over(Micros(10)));
    assert!(!at(State::Applying, 10).may_be_taken_over(Micros(10)), "who applies it has a fence");

    let check = |state: State, idle: i64, expected: bool| {
        assert_eq!(at(state, 10).is_stale(Micros(10 + idle)), expected, "{state:?} {idle}");
    };
    check(State::Open, Session::IDLE_MAX_US, false);
    check(State::Open, Session::IDLE_MAX_US + 1, true);
    check(State::Applying, Session::IDLE_MAX_US + 1, true);
    check(State::HeldForReview, i64::MAX - 10, false);
    check(State::Completed, i64::MAX - 10, false);
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

#[test]
fn what_is_held_is_approved_once_and_stays_so() {
    let check = |state: State, approved_by: Option<&str>, expected: bool| {
        let session = Session { approved_by: approved_by.map(str::to_owned), ..session(state) };
        assert_eq!(session.approve().is_ok(), expected, "{state:?} {approved_by:?}");
    };
    check(State::HeldForReview, None, true);
    check(State::HeldForReview, Some("ann"), true);
    check(State::Applying, Some("ann"), true);
    check(State::Completed, Some("ann"), true);
    check(State::Applying, None, false);
    check(State::Completed, None, false);
    check(State::Open, None, false);
    check(State::Aborted, Some("ann"), false);
}
