//! The end of a sync, step by step: each step is small, and is found again where it was.

use uuid::Uuid;

/// How far the end of a sync is: what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// What was made here and the channel shows now waits no more.
    Shown,
    /// The account's listings are looked through for what no item states, after this one.
    Absent(Uuid),
    /// It is judged whether they may be retired.
    Judge,
    /// They are retired, after this number.
    Retire(i64),
    /// Open findings that take several listings are judged again, after this one.
    Findings(Uuid),
    /// The account's listings are looked through for what they share, after this one.
    Keys(Uuid),
    /// The sync and its account are closed.
    Close,
}

impl Ending {
    /// Its name, and where it is.
    pub fn words(self) -> (&'static str, String) {
        match self {
            Self::Shown => ("SHOWN", String::new()),
            Self::Absent(after) => ("ABSENT", after.to_string()),
            Self::Judge => ("JUDGE", String::new()),
            Self::Retire(after) => ("RETIRE", after.to_string()),
            Self::Findings(after) => ("FINDINGS", after.to_string()),
            Self::Keys(after) => ("KEYS", after.to_string()),
            Self::Close => ("CLOSE", String::new()),
        }
    }

    /// Reads them; releases that wrote nothing had not begun.
    pub fn parse(name: &str, after: &str) -> Option<Self> {
        let id = || Uuid::parse_str(after).ok();
        match name {
            "" | "SHOWN" => Some(Self::Shown),
            "ABSENT" => id().map(Self::Absent),
            "JUDGE" => Some(Self::Judge),
            "RETIRE" => after.parse().ok().map(Self::Retire),
            "FINDINGS" => id().map(Self::Findings),
            "KEYS" => id().map(Self::Keys),
            "CLOSE" => Some(Self::Close),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_read_as_it_was_written() {
        let id = Uuid::from_u128(7);
        let all = [
            Ending::Shown,
            Ending::Absent(id),
            Ending::Judge,
            Ending::Retire(9),
            Ending::Findings(id),
            Ending::Keys(id),
            Ending::Close,
        ];
        for step in all {
            let (name, after) = step.words();
            assert_eq!(Ending::parse(name, &after), Some(step));
        }
        assert_eq!(Ending::parse("", ""), Some(Ending::Shown));
        assert_eq!(Ending::parse("RETIRE", ""), None);
    }
}
