//! Money without floats: units and nanos of one ISO 4217 currency.

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    currency: String,
    units: i64,
    nanos: i32,
}

/// Why an amount is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not three upper-case letters.
    #[error("currency_code must be three upper-case letters (ISO 4217)")]
    Currency,
    /// Units negative or beyond [`Money::UNITS_MAX`].
    #[error("units must be 0 to {}", Money::UNITS_MAX)]
    Units,
    /// Nanos outside of 0 to 999,999,999.
    #[error("nanos must be 0 to 999999999")]
    Nanos,
}

impl Money {
    /// The most units.
    pub const UNITS_MAX: i64 = 9_000_000_000_000;

    /// Reads an amount that is zero or more.
    pub fn parse(currency: &str, units: i64, nanos: i32) -> Result<Self, MoneyError> {
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(MoneyError::Currency);
        }
        if !(0..=Self::UNITS_MAX).contains(&units) {
            return Err(MoneyError::Units);
        }
        if !(0..=999_999_999).contains(&nanos) {
            return Err(MoneyError::Nanos);
        }
        Ok(Self { currency: currency.to_owned(), units, nanos })
    }

    /// ISO 4217 code.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// Whole units.
    pub fn units(&self) -> i64 {
        self.units
    }

    /// Billionths of a unit.
    pub fn nanos(&self) -> i32 {
        self.nanos
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_a_currency_and_stays_in_range() {
        let check = |c: &str, u: i64, n: i32, expected: Option<MoneyError>| {
            assert_eq!(Money::parse(c, u, n).err(), expected, "{c} {u} {n}");
        };
        check("MYR", 0, 0, None);
        check("MYR", Money::UNITS_MAX, 999_999_999, None);
        check("myr", 1, 0, Some(MoneyError::Currency));
        check("", 1, 0, Some(MoneyError::Currency));
        check("MYR", -1, 0, Some(MoneyError::Units));
        check("MYR", Money::UNITS_MAX + 1, 0, Some(MoneyError::Units));
        check("MYR", 1, -1, Some(MoneyError::Nanos));
        check("MYR", 1, 1_000_000_000, Some(MoneyError::Nanos));
    }
}
