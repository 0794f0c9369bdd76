//! What a cell of a spreadsheet says, as exact numbers. Knows neither columns nor floats.

use super::problem::Reason;

/// What spreadsheets write where a formula failed.
const SPREADSHEET_ERRORS: [&str; 16] = [
    "#REF!",
    "#N/A",
    "#NAME?",
    "#VALUE!",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#BUSY!",
    "#UNKNOWN!",
    "#ERROR!",
    "#GETTING_DATA",
];

/// Whether the cell holds a formula's failure instead of a value.
pub(crate) fn is_spreadsheet_error(cell: &str) -> bool {
    let numbered = cell.strip_prefix("Err:").is_some_and(|number| number.len() == 3 && is_digits(number));
    numbered || SPREADSHEET_ERRORS.iter().any(|error| cell.eq_ignore_ascii_case(error))
}

/// A whole number; `5.0` is 5.
pub(crate) fn whole(cell: &str) -> Result<i64, Reason> {
    let (digits, fraction) = cell.split_once('.').unwrap_or((cell, "0"));
    let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |digits| (true, digits));
    if !is_digits(digits) || !is_digits(fraction) || fraction.bytes().any(|digit| digit != b'0') {
        return Err(Reason::NotWhole);
    }
    if negative && digits.bytes().any(|digit| digit != b'0') {
        return Err(Reason::Negative);
    }
    digits.parse().map_err(|_| Reason::OutOfRange)
}

/// A whole number within bounds.
pub(crate) fn whole_within(cell: &str, least: i64, most: i64) -> Result<i64, Reason> {
    let number = whole(cell)?;
    if (least..=most).contains(&number) { Ok(number) } else { Err(Reason::OutOfRange) }
}

/// An amount of money as units and billionths, without rounding.
pub(crate) fn amount(cell: &str) -> Result<(i64, i32), Reason> {
    let (negative, digits) = cell.strip_prefix('-').map_or((false, cell), |digits| (true, digits));
    let (units, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if !is_digits(units) || !is_digits(fraction) {
        return Err(Reason::NotAnAmount);
    }
    if negative && digits.bytes().any(|digit| matches!(digit, b'1'..=b'9')) {
        return Err(Reason::Negative);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 9 {
        return Err(Reason::OutOfRange);
    }
    let units = units.parse().map_err(|_| Reason::OutOfRange)?;
    let nanos = format!("{fraction:0<9}").parse().map_err(|_| Reason::NotAnAmount)?;
    Ok((units, nanos))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::Reason::{Negative, NotAnAmount, NotWhole, OutOfRange};
    use super::*;

    #[test]
    fn whole_numbers_are_read_exactly() {
        for (cell, expected) in [
            ("5", Ok(5)),
            ("5.0", Ok(5)),
            ("5.000", Ok(5)),
            ("007", Ok(7)),
            ("0", Ok(0)),
            ("-0.0", Ok(0)),
            ("9223372036854775807", Ok(i64::MAX)),
            ("9223372036854775808", Err(OutOfRange)),
            ("-3", Err(Negative)),
            ("-3.5", Err(NotWhole)),
            ("5.5", Err(NotWhole)),
            ("5.", Err(NotWhole)),
            (".0", Err(NotWhole)),
            ("", Err(NotWhole)),
            ("-", Err(NotWhole)),
            ("--5", Err(NotWhole)),
            ("+5", Err(NotWhole)),
            ("1,000", Err(NotWhole)),
            ("1e3", Err(NotWhole)),
            ("five", Err(NotWhole)),
            ("٥", Err(NotWhole)),
            ("NaN", Err(NotWhole)),
        ] {
            assert_eq!(whole(cell), expected, "{cell}");
        }
        assert_eq!((whole_within("0", 1, 9), whole_within("9", 1, 9)), (Err(OutOfRange), Ok(9)));
    }

    #[test]
    fn amounts_are_read_without_rounding() {
        for (cell, expected) in [
            ("12", Ok((12, 0))),
            ("12.5", Ok((12, 500_000_000))),
            ("0.1", Ok((0, 100_000_000))),
            ("0.000000001", Ok((0, 1))),
            ("1.0000000000", Ok((1, 0))),
            ("-0.00", Ok((0, 0))),
            ("0.0000000001", Err(OutOfRange)),
            ("9223372036854775808", Err(OutOfRange)),
            ("-1.50", Err(Negative)),
            ("1,5", Err(NotAnAmount)),
            ("RM 5", Err(NotAnAmount)),
            (".5", Err(NotAnAmount)),
            ("5.", Err(NotAnAmount)),
            ("1.2.3", Err(NotAnAmount)),
            ("-", Err(NotAnAmount)),
        ] {
            assert_eq!(amount(cell), expected, "{cell}");
        }
    }

    #[test]
    fn damage_by_a_spreadsheet_is_recognised() {
        for (cell, expected) in [
            ("#REF!", true),
            ("#n/a", true),
            ("Err:502", true),
            ("Err:5", false),
            ("#1 shirt", false),
            ("8901234567890", false),
        ] {
            assert_eq!(is_spreadsheet_error(cell), expected, "{cell}");
        }
    }
}
