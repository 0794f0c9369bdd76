//! What the record of an answered request holds: what it asked for, as a hash, and the answer. The version that is written is [`v1`].

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
mod v1;

use shared::{
    database::requests::content_hash,
    stored::{self, Unreadable},
};

use crate::domain::{Action, Answer};

/// Equal for equal actions, whatever the wire looked like, and whichever release asks.
pub(crate) fn hash(action: &Action) -> Result<String, Unreadable> {
    content(action).map(|content| content_hash(&content))
}

fn content(action: &Action) -> Result<String, Unreadable> {
    stored::write::<v1::Action, _>(action)
}

/// The text of an answer.
pub(super) fn write(answer: &Answer) -> Result<String, Unreadable> {
    stored::write::<v1::Answer, _>(answer)
}

/// The answer that a text states.
pub(super) fn read(text: &str) -> Result<Answer, Unreadable> {
    stored::read::<v1::Answer, _>(text)
}
