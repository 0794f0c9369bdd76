//! Barcodes as the numbers of the world's trade items (GTIN). Knows nothing of who carries them.

use std::fmt;

/// A GTIN (EAN, UPC, ISBN-13, ITF-14) with the check digit that belongs to it, compared without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(String);

impl Gtin {
    const LENGTH_MIN: usize = 8;
    const LENGTH_MAX: usize = 14;

    /// Reads a barcode; `None` for all that cannot be compared: not 8 to 14 digits, another check digit, zeros only.
    pub fn parse(barcode: &str) -> Option<Self> {
        let digits = barcode.trim();
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || !(Self::LENGTH_MIN..=Self::LENGTH_MAX).contains(&digits.len()) {
            return None;
        }
        // From the right, every other digit counts three times.
        let weighted = digits.bytes().rev().zip([1_u32, 3].into_iter().cycle());
        let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        let number = digits.trim_start_matches('0');
        (sum.is_multiple_of(10) && !number.is_empty()).then(|| Self(number.to_owned()))
    }

    /// The number without leading zeros.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether two barcodes are of different goods; what cannot be compared says nothing.
    pub fn differ(a: &str, b: &str) -> bool {
        Self::parse(a).zip(Self::parse(b)).is_some_and(|(a, b)| a != b)
    }

    /// Every way in which the number can be written as a barcode.
    pub fn forms(&self) -> impl Iterator<Item = String> {
        let shortest = self.0.len().max(Self::LENGTH_MIN);
        (shortest..=Self::LENGTH_MAX).map(|length| format!("{:0>length$}", self.0))
    }
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_barcode_is_compared_only_with_its_check_digit() {
        for (barcode, expected) in [
            ("4006381333931", Some("4006381333931")),
            (" 4006381333931 ", Some("4006381333931")),
            ("04006381333931", Some("4006381333931")),
            ("036000291452", Some("36000291452")),
            ("36000291452", Some("36000291452")),
            ("0036000291452", Some("36000291452")),
            ("96385074", Some("96385074")),
            ("9783161484100", Some("9783161484100")),
            ("4006381333932", None),
            ("0000000000000", None),
            ("00000000", None),
            ("'4006381333931", None),
            ("4.00638E+12", None),
            ("4006381333931.0", None),
            ("6385076", None),
            ("000000096385074", None),
            ("", None),
            ("N/A", None),
        ] {
            assert_eq!(Gtin::parse(barcode).as_ref().map(Gtin::as_str), expected, "{barcode:?}");
        }
    }

    #[test]
    fn only_two_valid_barcodes_can_differ() {
        assert!(Gtin::differ("4006381333931", "96385074"));
        assert!(!Gtin::differ("036000291452", "0036000291452"));
        assert!(!Gtin::differ("4006381333931", "'4006381336109"));
        assert!(!Gtin::differ("4.00638E+12", "96385074"));
    }

    #[test]
    fn every_form_of_a_number_is_read_as_that_number() {
        let gtin = Gtin::parse("036000291452").unwrap();
        let forms: Vec<String> = gtin.forms().collect();

        assert_eq!(forms, ["36000291452", "036000291452", "0036000291452", "00036000291452"]);
        assert!(forms.iter().all(|form| Gtin::parse(form).as_ref() == Some(&gtin)));
    }
}
