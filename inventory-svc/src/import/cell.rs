//! What a cell of a stock sheet says, as exact numbers. Knows neither columns nor floats.

use shared::sheet::{Cell, Mark, Number, NumberError};

use super::problem::Reason;

/// A whole number; `5.0` is 5.
pub(crate) fn whole(cell: Cell<'_>, mark: Option<Mark>) -> Result<i64, Reason> {
    let number = number(cell, mark, Reason::NotWhole)?;
    if !number.is_whole() {
        return Err(Reason::NotWhole);
    }
    if number.is_negative() {
        return Err(Reason::Negative);
    }
    number.whole().ok_or(Reason::OutOfRange)
}

/// A whole number within bounds.
pub(crate) fn whole_within(cell: Cell<'_>, mark: Option<Mark>, least: i64, most: i64) -> Result<i64, Reason> {
    let number = whole(cell, mark)?;
    if (least..=most).contains(&number) { Ok(number) } else { Err(Reason::OutOfRange) }
}

/// An amount of money as units and billionths, without rounding.
pub(crate) fn amount(cell: Cell<'_>, mark: Option<Mark>) -> Result<(i64, i32), Reason> {
    let number = number(cell, mark, Reason::NotAnAmount)?;
    if number.is_negative() {
        return Err(Reason::Negative);
    }
    number.units_and_nanos().ok_or(Reason::OutOfRange)
}

fn number(cell: Cell<'_>, mark: Option<Mark>, none: Reason) -> Result<Number, Reason> {
    cell.number(mark).map_err(|error| match error {
        NumberError::None => none,
        NumberError::Doubtful => Reason::TwoReadings,
    })
}

#[cfg(test)]
mod tests {
    use super::Reason::{Negative, NotAnAmount, NotWhole, OutOfRange, TwoReadings};
    use super::*;

    fn cell(text: &str) -> Cell<'_> {
        Cell { text, is_number: false }
    }

    #[test]
    fn whole_numbers_are_read_exactly() {
        for (text, expected) in [
            ("5", Ok(5)),
            ("5.0", Ok(5)),
            ("007", Ok(7)),
            ("0", Ok(0)),
            ("-0.0", Ok(0)),
            ("1 000", Ok(1_000)),
            ("1.234,00", Ok(1_234)),
            ("1.234.567", Ok(1_234_567)),
            ("9223372036854775807", Ok(i64::MAX)),
            ("9223372036854775808", Err(OutOfRange)),
            ("5.000", Err(TwoReadings)),
            ("1,000", Err(TwoReadings)),
            ("-3", Err(Negative)),
            ("-3.5", Err(NotWhole)),
            ("5.5", Err(NotWhole)),
            ("5.", Err(NotWhole)),
            ("", Err(NotWhole)),
            ("-", Err(NotWhole)),
            ("--5", Err(NotWhole)),
            ("1e3", Err(NotWhole)),
            ("five", Err(NotWhole)),
            ("\u{665}", Err(NotWhole)),
            ("NaN", Err(NotWhole)),
        ] {
            assert_eq!(whole(cell(text), None), expected, "{text}");
        }
        let within = |text| whole_within(cell(text), None, 1, 9);
        assert_eq!((within("0"), within("9")), (Err(OutOfRange), Ok(9)));
        assert_eq!(
            (whole(cell("5.000"), Some(Mark::Point)), whole(cell("5.000"), Some(Mark::Comma))),
            (Ok(5), Ok(5_000))
        );
    }

    #[test]
    fn amounts_are_read_without_rounding() {
        for (text, expected) in [
            ("12", Ok((12, 0))),
            ("12.5", Ok((12, 500_000_000))),
            ("1,5", Ok((1, 500_000_000))),
            ("0.1", Ok((0, 100_000_000))),
            (".5", Ok((0, 500_000_000))),
            ("0.000000001", Ok((0, 1))),
            ("1.0000000000", Ok((1, 0))),
            ("-0.00", Ok((0, 0))),
            ("0.0000000001", Err(OutOfRange)),
            ("9223372036854775808", Err(OutOfRange)),
            ("1.500", Err(TwoReadings)),
            ("-1.50", Err(Negative)),
            ("RM 5", Err(NotAnAmount)),
            ("5.", Err(NotAnAmount)),
            ("1.2.3", Err(NotAnAmount)),
            ("-", Err(NotAnAmount)),
        ] {
            assert_eq!(amount(cell(text), None), expected, "{text}");
        }
    }
}
