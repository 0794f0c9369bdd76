//! Codes of goods, as ISKUs and CSKUs have them. Knows nothing of what they name.

pub mod gtin;
pub mod near;

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::refusal;

/// A code as data: trimmed, Unicode NFC, else as received; compared byte for byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

impl TryFrom<String> for Code {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

/// Why a text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing is left after trimming.
    #[error("must not be empty")]
    Empty,
    /// More than [`Code::LENGTH_MAX`] characters.
    #[error("must have at most {} characters", Code::LENGTH_MAX)]
    TooLong,
    /// A control character, such as a tab or a line break.
    #[error("must not contain control characters")]
    Control,
}

impl Code {
    /// Characters that a code may have at most.
    pub const LENGTH_MAX: usize = 128;
    /// Characters of the longest code in any writing, with some blanks around it.
    const SENT_LENGTH_MAX: usize = 4 * Self::LENGTH_MAX;

    /// Reads a code; legal are `/`, inner blanks, leading zeros and emoji.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text: String = text.trim().nfc().collect();
        if text.is_empty() {
            return Err(CodeError::Empty);
        }
        if text.chars().any(char::is_control) {
            return Err(CodeError::Control);
        }
        if text.chars().count() > Self::LENGTH_MAX {
            return Err(CodeError::TooLong);
        }
        Ok(Self(text))
    }

    /// What was asked for, as it was sent, so that whoever asked finds it again; of what is no code its beginning.
    pub fn asked(text: &str) -> String {
        let is_code = Self::parse(text).is_ok() && text.chars().count() <= Self::SENT_LENGTH_MAX;
        if is_code { text.to_owned() } else { refusal::excerpt(text) }
    }

    /// The code's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it has in common with the codes that people take for the same one; see [`near`]. None if nothing can be near to it.
    pub fn near_key(&self) -> Option<String> {
        near::key(&self.0)
    }

    /// Whether a spreadsheet turned it into a power of ten, so that other codes may have become the same.
    pub fn is_mangled(&self) -> bool {
        near::key(&self.0).is_some_and(|key| near::is_power_of_ten(&key))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_data_and_kept_as_received() {
        let check = |text: &str, expected: Result<&str, CodeError>| {
            assert_eq!(Code::parse(text).as_ref().map(Code::as_str), expected.as_ref().copied(), "{text:?}");
        };
        check("  A/B 01  ", Ok("A/B 01"));
        check("007", Ok("007"));
        check("a", Ok("a"));
        check("🧦-L", Ok("🧦-L"));
        check("cafe\u{301}", Ok("café"));
        check("", Err(CodeError::Empty));
        check(" \u{a0} ", Err(CodeError::Empty));
        check("a\tb", Err(CodeError::Control));
        check("a\u{0}b", Err(CodeError::Control));
        check(&"é".repeat(128), Ok(&"é".repeat(128)));
        check(&"é".repeat(129), Err(CodeError::TooLong));
    }

    #[test]
    fn what_was_asked_for_is_told_as_far_as_it_can_be_a_code() {
        let check = |text: &str, expected: &str| assert_eq!(Code::asked(text), expected);
        check(" A ", " A ");
        check(&"e\u{301}".repeat(128), &"e\u{301}".repeat(128));
        check(&"x".repeat(129), &format!("{}…", "x".repeat(127)));
        check("\0", "\0");
        check(&format!("A{}", " ".repeat(100_000)), &format!("A{}…", " ".repeat(126)));
    }

    #[test]
    fn what_is_no_code_is_not_read_from_json_either() {
        let read = |json: &str| serde_json::from_str::<Code>(json);
        assert_eq!(read("\"A/B 01\"").unwrap().as_str(), "A/B 01");
        assert!(read("\"\\u0000\"").is_err());
    }

    #[test]
    fn a_code_is_mangled_whatever_it_is_disguised_as() {
        let is_mangled = |text: &str| Code::parse(text).unwrap().is_mangled();
        for text in ["9.87654E+11", "'9.87654E+11", "=\"3,5E+5\"", "９.８７６５４Ｅ＋１１", "9.87654Е+11"] {
            assert!(is_mangled(text), "{text}");
        }
        assert!(!is_mangled("MUG-1") && !is_mangled("12E3"));
    }
}
