//! Numbers as people write them in files, without floats.

use super::table::Record;
use crate::domain::sync::item::Amount;

/// A decimal number: digits × 10^-scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// Digits before and after the point that are read at most.
    const DIGITS_MAX: usize = 24;

    /// Reads `12`, `-0.5` or `.25`; a comma is refused, since it means different things in different places.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sign, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = format!("{whole}{fraction}");
        let legal =
            !digits.is_empty() && digits.len() <= Self::DIGITS_MAX && digits.bytes().all(|b| b.is_ascii_digit());
        let scale = u32::try_from(fraction.len()).ok()?;
        legal.then(|| digits.parse::<i128>().ok()).flatten().map(|number| Self { digits: sign * number, scale })
    }

    /// The number times `numerator / denominator`, to the nearest whole.
    pub(super) fn times(self, numerator: i128, denominator: i128) -> Option<i64> {
        let top = self.digits.checked_mul(numerator)?;
        let bottom = 10_i128.checked_pow(self.scale)?.checked_mul(denominator)?;
        let rounded = (top.abs().checked_mul(2)?.checked_add(bottom)?) / bottom.checked_mul(2)?;
        i64::try_from(rounded * top.signum()).ok()
    }

    /// The number, if it has no fraction.
    pub(super) fn whole(self) -> Option<i64> {
        let unit = 10_i128.checked_pow(self.scale)?;
        (self.digits % unit == 0).then(|| i64::try_from(self.digits / unit).ok()).flatten()
    }

    /// Units and nanos, if the number has at most nine decimals.
    fn units_and_nanos(self) -> Option<(i64, i32)> {
        let unit = 10_i128.checked_pow(self.scale)?;
        let nanos = (self.digits % unit).checked_mul(1_000_000_000)?;
        if nanos % unit != 0 {
            return None;
        }
        Some((i64::try_from(self.digits / unit).ok()?, i32::try_from(nanos / unit).ok()?))
    }
}

/// A measure in other units: `numerator / denominator` of ours is one of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit(pub(super) i128, pub(super) i128);

impl Unit {
    pub(super) const ONE: Self = Self(1, 1);
}

/// Reads the cells of one record and notes what is wrong with them.
pub(super) struct Cells<'a> {
    record: &'a Record,
    pub(super) problems: Vec<String>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(record: &'a Record) -> Self {
        Self { record, problems: vec![] }
    }

    pub(super) fn note(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    fn number<T>(&mut self, name: &str, read: impl Fn(Decimal) -> Option<T>, wanted: &str) -> Option<T> {
        let cell = self.record.get(name);
        if cell.is_empty() {
            return None;
        }
        let value = Decimal::parse(cell).and_then(read);
        if value.is_none() {
            self.note(format!("{name} {cell:?} is not {wanted}"));
        }
        value
    }

    /// A whole number, negative ones too.
    pub(super) fn quantity(&mut self, name: &str) -> Option<i64> {
        self.number(name, Decimal::whole, "a whole number")
    }

    /// A measure; zero means that it is not known. What is there weighs and measures at least one unit of ours.
    pub(super) fn measure(&mut self, name: &str, unit: Unit) -> Option<i64> {
        let read = |number: Decimal| match number.digits {
            0 => Some(0),
            below if below < 0 => None,
            _ => number.times(unit.0, unit.1).map(|value| value.max(1)),
        };
        self.number(name, read, "a number of zero or more").filter(|value| *value != 0)
    }

    /// A cost price; not known without a currency.
    pub(super) fn amount(&mut self, name: &str, currency: Option<&str>) -> Option<Amount> {
        let (units, nanos) = self.number(name, Decimal::units_and_nanos, "an amount of money")?;
        currency.map(|currency| Amount { currency: currency.to_owned(), units, nanos })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_never_floats() {
        let check = |text: &str, num: i128, den: i128, expected: Option<i64>| {
            assert_eq!(Decimal::parse(text).and_then(|d| d.times(num, den)), expected, "{text} × {num}/{den}");
        };
        check("1.1", 1000, 1, Some(1100));
        check("0.0005", 1000, 1, Some(1));
        check("0.00049", 1000, 1, Some(0));
        check(".5", 10, 1, Some(5));
        check("-2.5", 1, 1, Some(-3));
        check("1", 45_359_237, 100_000, Some(454));
        check("99999999999999999999999", 1000, 1, None);
        for not_a_number in ["", ".", "-", "1,5", "1e3", "NaN", "١", "0x1", "1 000", "1.2.3", &"9".repeat(25)] {
            assert_eq!(Decimal::parse(not_a_number), None, "{not_a_number}");
        }
        assert_eq!(Decimal::parse("28.0").and_then(Decimal::whole), Some(28));
        assert_eq!(Decimal::parse("28.5").and_then(Decimal::whole), None);
        assert_eq!(Decimal::parse("12.34").and_then(Decimal::units_and_nanos), Some((12, 340_000_000)));
        assert_eq!(Decimal::parse("0.0000000001").and_then(Decimal::units_and_nanos), None);
    }
}
