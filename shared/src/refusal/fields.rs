//! What is wrong with a request, field by field.

use std::fmt;

use proto::r#type::v1::ErrorReason;
use tonic::Code;

use super::Refusal;

/// Bytes of violations that are kept: a status travels in HTTP/2 headers, of which clients take 8 to 16 KiB.
const FIELDS_BYTES_MAX: usize = 4_096;
/// What is sent of a violation beside its two texts.
const FRAME_BYTES: usize = 8;

/// Collects every malformed field of a request, as far as a status can carry them; the rest is counted.
#[derive(Debug, Default)]
pub struct Fields {
    shown: Vec<(String, String)>,
    bytes: usize,
    rest: usize,
}

impl Fields {
    /// Keeps the value, or notes what is wrong with the field.
    pub fn take<T, E: fmt::Display>(&mut self, field: impl Into<String>, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(problem) => {
                self.add(field, problem.to_string());
                None
            }
        }
    }

    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: impl Into<String>, problem: impl Into<String>) {
        let (field, problem) = (field.into(), problem.into());
        self.bytes = self.bytes.saturating_add(field.len()).saturating_add(problem.len()).saturating_add(FRAME_BYTES);
        if self.rest == 0 && self.bytes <= FIELDS_BYTES_MAX {
            self.shown.push((field, problem));
        } else {
            self.rest += 1;
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty() && self.rest == 0
    }

    /// Passes if nothing is wrong.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl From<Fields> for Refusal {
    fn from(Fields { mut shown, rest, .. }: Fields) -> Self {
        let names: Vec<&str> = shown.iter().take(8).map(|(field, _)| field.as_str()).collect();
        let more = if names.len() < shown.len() + rest { ", …" } else { "" };
        let message = format!("malformed: {}{more}", names.join(", "));
        if rest > 0 {
            shown.push(("...".to_owned(), format!("and {rest} more malformed fields")));
        }
        let mut refusal = Self::common(Code::InvalidArgument, ErrorReason::InvalidField, message);
        refusal.fields = shown;
        refusal
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;

    #[test]
    fn every_malformed_field_is_named_as_far_as_headers_carry_them() {
        let refused = |count: usize| {
            let mut fields = Fields::default();
            (0..count).for_each(|n| fields.add(format!("items[{n}].quantity"), "must be 1 to 9"));
            Refusal::from(fields)
        };

        assert_eq!(refused(2).message, "malformed: items[0].quantity, items[1].quantity");
        assert_eq!(refused(100).fields.len(), 100);
        let many = refused(9_999);
        assert_eq!(many.fields.last().map(|(_, problem)| problem.as_str()), Some("and 9897 more malformed fields"));
        assert!(Status::from(many).details().len() < 5_000);
    }
}
