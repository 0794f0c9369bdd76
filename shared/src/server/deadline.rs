//! A call's deadline, as the caller states it.

use std::time::Duration;

use http::HeaderMap;

use crate::refusal::{Fields, Refusal};

/// The name of the field that states it.
pub(crate) const FIELD: &str = "grpc-timeout";

/// The time that the caller gives, if it states any, a little less so that the answer still arrives.
pub(super) fn asked(headers: &HeaderMap) -> Result<Option<Duration>, Refusal> {
    let mut stated = headers.get_all(FIELD).iter();
    let Some(first) = stated.next() else { return Ok(None) };
    let asked = first.to_str().ok().and_then(parse).filter(|_| stated.next().is_none());
    let Some(asked) = asked else {
        let mut fields = Fields::default();
        fields.add(FIELD, "a deadline is stated once, as 1 to 8 digits and one of H, M, S, m, u or n: 1500m");
        return Err(fields.into());
    };
    let margin = (asked / 20).clamp(Duration::from_millis(1), Duration::from_millis(50));
    Ok(Some(asked.saturating_sub(margin)))
}

/// At most eight digits and a unit, as the gRPC protocol has it.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(amount * 3_600)),
        "M" => Some(Duration::from_secs(amount * 60)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        let check = |text: &str, expected: Option<Duration>| assert_eq!(parse(text), expected, "{text}");
        check("1S", Some(Duration::from_secs(1)));
        check("250m", Some(Duration::from_millis(250)));
        check("99999999H", Some(Duration::from_secs(99_999_999 * 3_600)));
        check("100000000S", None);
        check("S", None);
        check("", None);
        check("1s", None);
        check("-1S", None);
        check("1é", None);
    }
}
