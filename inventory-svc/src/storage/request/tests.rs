//! What releases have recorded of requests is recognised and read.

use shared::{
    database::requests::content_hash,
    stored::{Golden, Unreadable},
};

use super::{
    content,
    examples::{actions, answers},
    hash, read, write,
};

const CONTENT: Golden = Golden::new(include_str!("../../../golden/request-content.v1.txt"));
const ANSWER: Golden = Golden::new(include_str!("../../../golden/request-answer.v1.txt"));

#[test]
fn what_releases_have_recorded_is_recognised() {
    let contents: Vec<_> = actions().iter().map(|(name, action)| (*name, content(action))).collect();

    assert_eq!(CONTENT.written(&contents), Vec::<String>::new());
    assert_eq!(hash(&actions()[0].1), Ok(content_hash(CONTENT.lines().next().unwrap().1)));
}

#[test]
fn what_releases_have_answered_is_read() {
    let texts: Vec<_> = answers().iter().map(|(name, answer)| (*name, write(answer))).collect();

    assert_eq!(ANSWER.written(&texts), Vec::<String>::new());
    assert_eq!(ANSWER.read(&answers(), read), Vec::<String>::new());
}

#[test]
fn answers_are_read_that_a_release_before_partial_reservations_wrote() {
    let now = ANSWER.lines().find(|(name, _)| *name == "confirmed").unwrap().1;
    let before = now.replace("\"ordered\":53,", "").replace("\"short\":55,\"returned\":56,", "");
    let before = before.replace("\"standing\":\"Confirmed\",\"expire_time\":null,", "");

    assert_ne!(before, now);
    assert!(read(&before).is_ok(), "{before}");
}

#[test]
fn the_answer_of_a_newer_release_is_not_taken_for_something_else() {
    assert_eq!(read("2:{}"), Err(Unreadable::version(2)));
}
