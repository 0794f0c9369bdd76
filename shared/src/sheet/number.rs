//! Numbers as people write them in files, exactly and without floats. Knows no columns.

use clap::ValueEnum;

/// What stands before the decimals of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mark {
    /// 1.000 is one, 1,000 is a thousand.
    Point,
    /// 1.000 is a thousand, 1,000 is one.
    Comma,
}

/// A decimal number: digits × 10^-scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    digits: i128,
    scale: u32,
}

/// Why a text is not taken for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// It is none.
    None,
    /// Two conventions read it differently, such as 1.000.
    Doubtful,
}

impl Number {
    /// Digits before and after the mark that are read at most.
    const DIGITS_MAX: usize = 24;

    /// Reads `12`, `-0.5`, `.25`, `0,45`, `1 000` or `1.234,50`; of `1.000` it is told by `mark` which of two readings is meant.
    pub fn parse(text: &str, mark: Option<Mark>) -> Result<Self, NumberError> {
        let (sign, unsigned) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = split(unsigned, mark)?;
        let digits = format!("{}{fraction}", without_groups(whole).ok_or(NumberError::None)?);
        let legal = !digits.is_empty() && digits.len() <= Self::DIGITS_MAX && is_digits(&digits);
        let number = if legal { digits.parse::<i128>().ok() } else { None };
        let scale = u32::try_from(fraction.len()).map_err(|_| NumberError::None)?;
        number.map(|number| Self { digits: sign * number, scale }).ok_or(NumberError::None)
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// The number times `numerator / denominator`, to the nearest whole.
    pub fn times(self, numerator: i128, denominator: i128) -> Option<i64> {
        let top = self.digits.checked_mul(numerator)?;
        let bottom = 10_i128.checked_pow(self.scale)?.checked_mul(denominator)?;
        let rounded = (top.abs().checked_mul(2)?.checked_add(bottom)?) / bottom.checked_mul(2)?;
        i64::try_from(rounded * top.signum()).ok()
    }

    /// Whether it has no fraction.
    pub fn is_whole(self) -> bool {
        10_i128.checked_pow(self.scale).is_some_and(|unit| self.digits % unit == 0)
    }

    /// The number, if it has no fraction and is not too large.
    pub fn whole(self) -> Option<i64> {
        let unit = 10_i128.checked_pow(self.scale)?;
        (self.digits % unit == 0).then(|| i64::try_from(self.digits / unit).ok()).flatten()
    }

    /// Units and billionths, if the number has at most nine decimals that count.
    pub fn units_and_nanos(self) -> Option<(i64, i32)> {
        let unit = 10_i128.checked_pow(self.scale)?;
        let nanos = (self.digits % unit).checked_mul(1_000_000_000)?;
        if nanos % unit != 0 {
            return None;
        }
        Some((i64::try_from(self.digits / unit).ok()?, i32::try_from(nanos / unit).ok()?))
    }
}

/// What stands before and after the decimal mark.
fn split(unsigned: &str, given: Option<Mark>) -> Result<(&str, &str), NumberError> {
    let marks: Vec<(usize, char)> = unsigned.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let Some((last, mark)) = marks.last().copied() else { return Ok((unsigned, "")) };
    let (before, after) = (&unsigned[..last], &unsigned[last + 1..]);
    let is_decimal = if marks.iter().all(|(_, other)| *other == mark) {
        match marks.len() {
            // Groups only, as in 1.234.567.
            2.. => false,
            _ if may_be_group(before, after) => match given {
                Some(Mark::Point) => mark == '.',
                Some(Mark::Comma) => mark == ',',
                None => return Err(NumberError::Doubtful),
            },
            _ => true,
        }
    } else {
        // Groups and decimals, as in 1.234,50.
        true
    };
    match is_decimal {
        false => Ok((unsigned, "")),
        true if after.is_empty() || before.contains(mark) => Err(NumberError::None),
        true => Ok((before, after)),
    }
}

/// Whether the one mark can stand between thousands: 1.000, but neither 0.500 nor 1000.000.
fn may_be_group(before: &str, after: &str) -> bool {
    let is_group = |text: &str| is_digits(text) && (1..=3).contains(&text.len());
    after.len() == 3 && is_group(after) && is_group(before) && !before.starts_with('0')
}

/// The digits without what separates groups of them; none if the groups are not those of a number.
fn without_groups(whole: &str) -> Option<String> {
    let is_separator = |c: char| matches!(c, '.' | ',' | '\'' | '\u{2019}') || (c.is_whitespace() && !c.is_control());
    let groups: Vec<&str> = whole.split(is_separator).collect();
    if let [first, middle @ .., last] = groups.as_slice() {
        let separators: Vec<char> = whole.chars().filter(|c| is_separator(*c)).collect();
        let alike = separators.windows(2).all(|pair| pair[0] == pair[1]);
        // In India all groups but the last have two digits.
        let sizes = (1..=3).contains(&first.len())
            && middle.iter().all(|group| matches!(group.len(), 2 | 3))
            && last.len() == 3;
        if !alike || !sizes {
            return None;
        }
    }
    Some(groups.concat())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(i64, i32), NumberError> {
        Number::parse(text, None).map(|number| number.units_and_nanos().unwrap())
    }

    #[test]
    fn every_clear_way_of_writing_a_number_is_read_exactly() {
        for (text, units, nanos) in [
            ("12", 12, 0),
            ("-3", -3, 0),
            ("\u{2212}3", -3, 0),
            ("+5", 5, 0),
            ("007", 7, 0),
            ("10.0", 10, 0),
            (".5", 0, 500_000_000),
            ("0,45", 0, 450_000_000),
            ("1,2", 1, 200_000_000),
            ("0.500", 0, 500_000_000),
            ("1000.000", 1_000, 0),
            ("12.3456", 12, 345_600_000),
            ("1 000", 1_000, 0),
            ("1\u{202f}000,5", 1_000, 500_000_000),
            ("1'000.50", 1_000, 500_000_000),
            ("1.234,50", 1_234, 500_000_000),
            ("1,234.50", 1_234, 500_000_000),
            ("1.234.567", 1_234_567, 0),
            ("12,34,567", 1_234_567, 0),
            ("1,234,567.8", 1_234_567, 800_000_000),
        ] {
            assert_eq!(read(text), Ok((units, nanos)), "{text}");
        }
    }

    #[test]
    fn what_two_conventions_read_differently_is_settled_by_the_mark() {
        for (text, point, comma) in [("1.000", 1, 1_000), ("1,000", 1_000, 1), ("-12.000", -12, -12_000)] {
            let read = |mark| Number::parse(text, mark).map(|number| number.whole());
            assert_eq!(read(None), Err(NumberError::Doubtful), "{text}");
            assert_eq!(read(Some(Mark::Point)), Ok(Some(point)), "{text}");
            assert_eq!(read(Some(Mark::Comma)), Ok(Some(comma)), "{text}");
        }
        let clear =
            Number::parse("0.3", Some(Mark::Comma)).and_then(|number| number.times(10, 1).ok_or(NumberError::None));
        assert_eq!(clear, Ok(3), "what is clear needs no mark");
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            ".",
            "-",
            "5.",
            "--5",
            "1e3",
            "1E+3",
            "NaN",
            "\u{661}",
            "0x1",
            "10+",
            "--",
            "In stock",
            "RM 5",
            "1.2.3",
            "1,2,3",
            "1,2.3,4",
            "1 00",
            "1.000,",
            "12 3456",
            "1.00 0",
            &"9".repeat(25),
        ] {
            assert_eq!(read(text), Err(NumberError::None), "{text}");
        }
    }

    #[test]
    fn products_are_rounded_to_the_nearest_whole() {
        let check = |text: &str, numerator, denominator, expected| {
            let number = Number::parse(text, Some(Mark::Point)).unwrap();
            assert_eq!(number.times(numerator, denominator), expected, "{text} × {numerator}/{denominator}");
        };
        check("1.1", 1000, 1, Some(1100));
        check("0.0005", 1000, 1, Some(1));
        check("0.00049", 1000, 1, Some(0));
        check("-2.5", 1, 1, Some(-3));
        check("1", 45_359_237, 100_000, Some(454));
        check("99999999999999999999999", 1000, 1, None);
        let number = |text: &str| Number::parse(text, None).unwrap();
        assert_eq!((number("28.0").whole(), number("28.5").whole()), (Some(28), None));
        assert_eq!(number("0.0000000001").units_and_nanos(), None);
    }
}
