//! Calls that are refused before they begin: answers that are made once, and counted instead of logged.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{HeaderMap, Response};
use proto::r#type::v1::ErrorReason;
use tokio::time::sleep;
use tonic::{Code, Status, body::Body};

use crate::{auth::Denied, refusal::Refusal};

/// Between two lines of the log that tell of refusals.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a call is refused before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The credential does not allow it.
    Denied(Denied),
    /// No permit is there, and none to wait for.
    Crowded,
    /// Its message is not there, and neither are those of too many others.
    Unfinished,
    /// Its deadline has passed before it could begin.
    Late,
}

impl Why {
    fn all() -> impl Iterator<Item = Self> {
        Denied::ALL.into_iter().map(Self::Denied).chain([Self::Crowded, Self::Unfinished, Self::Late])
    }

    /// What the caller is told.
    pub(super) fn refusal(self) -> Refusal {
        match self {
            Self::Denied(denied) => denied.refusal(),
            Self::Crowded => Refusal::overloaded("more calls than the service takes at once"),
            Self::Unfinished => {
                Refusal::overloaded("more requests are begun and not finished than the service takes at once")
            }
            Self::Late => {
                let message = "the deadline has passed before the call began; nothing was done";
                Refusal::common(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message)
            }
        }
    }
}

/// Answers that refuse.
#[derive(Debug)]
pub(super) struct Refusals {
    made: Vec<(Why, Code, String, HeaderMap)>,
    tally: Arc<Tally>,
}

impl Refusals {
    pub(super) fn new() -> Self {
        let made = Why::all().map(|why| {
            let status = Status::from(why.refusal());
            let (code, message) = (status.code(), status.message().to_owned());
            (why, code, message, status.into_http::<()>().into_parts().0.headers)
        });
        Self { made: made.collect(), tally: Arc::default() }
    }

    /// The answer to a call that is refused for this.
    pub(super) fn answer(&self, why: Why) -> Response<Body> {
        let mut answer = Response::new(Body::empty());
        if let Some((_, code, message, headers)) = self.made.iter().find(|(own, ..)| *own == why) {
            *answer.headers_mut() = headers.clone();
            self.count(*code, message);
        }
        answer
    }

    /// Counts a refusal instead of telling it.
    pub(super) fn count(&self, code: Code, message: &str) {
        if self.tally.count(code, message) {
            let tally = Arc::clone(&self.tally);
            tokio::spawn(async move {
                sleep(PAUSE).await;
                tally.tell();
            });
        }
    }
}

/// Refusals since they were told last, by what they say.
#[derive(Debug, Default)]
struct Tally(Mutex<Vec<Counted>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Counted {
    code: Code,
    /// The first one's.
    message: String,
    count: u64,
}

impl Tally {
    /// Whether it is the first one, so that somebody has to tell it.
    fn count(&self, code: Code, message: &str) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counted.iter_mut().find(|own| own.code == code) {
            Some(own) => own.count += 1,
            None => counted.push(Counted { code, message: message.to_owned(), count: 1 }),
        }
        matches!(counted.as_slice(), [only] if only.count == 1)
    }

    fn tell(&self) -> Vec<Counted> {
        let counted = mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for Counted { code, message, count } in &counted {
            tracing::info!(?code, reason = message, count, "refused");
        }
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_by_code_with_the_first_ones_words_and_once() {
        let tally = Tally::default();

        let begins = [
            tally.count(Code::ResourceExhausted, "first"),
            tally.count(Code::ResourceExhausted, "second"),
            tally.count(Code::Unauthenticated, "who"),
            tally.count(Code::ResourceExhausted, "third"),
        ];
        let counted = |code, message: &str, count| Counted { code, message: message.to_owned(), count };

        assert_eq!(begins, [true, false, false, false]);
        assert_eq!(
            tally.tell(),
            [counted(Code::ResourceExhausted, "first", 3), counted(Code::Unauthenticated, "who", 1)]
        );
        assert_eq!(tally.tell(), []);
        assert!(tally.count(Code::Unauthenticated, "again"));
    }

    #[test]
    fn an_answer_that_is_made_once_says_what_its_refusal_says() {
        let refusals = Refusals::new();
        for why in Why::all() {
            let made = &refusals.made.iter().find(|(own, ..)| *own == why).unwrap().3;
            let expected = Status::from(why.refusal()).into_http::<()>();
            assert_eq!(made, expected.headers());
        }
    }
}
