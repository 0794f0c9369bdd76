//! Who and what: merchants, channels, sellers, orders and requests. Holds no secrets, masks personal data.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not what it should be; a sentence without its subject, such as "must not be empty".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IdentityError(&'static str);

fn text(value: &str, max: usize, too_long: &'static str) -> Result<String, IdentityError> {
    let value = value.trim();
    if value.is_empty() {
        return Err(IdentityError("must not be empty"));
    }
    if value.chars().any(char::is_control) {
        return Err(IdentityError("must not contain control characters"));
    }
    if value.chars().count() > max {
        return Err(IdentityError(too_long));
    }
    Ok(value.to_owned())
}

fn slug(value: &str) -> Result<String, IdentityError> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if value.is_empty()
        || value.len() > 64
        || !value.chars().all(legal)
        || value.starts_with('-')
        || value.ends_with('-')
    {
        return Err(IdentityError("must be 1 to 64 lower-case letters, digits and inner hyphens"));
    }
    Ok(value.to_owned())
}

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Reads it, or says what is wrong.
            pub fn parse(value: &str) -> Result<Self, IdentityError> {
                $parse(value).map(Self)
            }

            /// Its text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identity!(
    /// Who owns everything; comes from the caller's credential.
    Merchant,
    slug
);
identity!(
    /// One marketplace site, such as `shopee-my`.
    Channel,
    slug
);
identity!(
    /// The channel's number of an order, 1 to 128 characters.
    OrderId,
    |value| text(value, 128, "must have at most 128 characters")
);
identity!(
    /// What makes a mutation repeatable, 1 to 128 characters.
    RequestId,
    |value| text(value, 128, "must have at most 128 characters")
);

impl Merchant {
    /// The merchant where authentication is off.
    pub fn default_merchant() -> Self {
        Self("default".to_owned())
    }
}

/// A seller's id on a channel: opaque text, usually an e-mail address, masked wherever it is printed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SellerId(String);

impl SellerId {
    /// Reads 1 to 254 characters.
    pub fn parse(value: &str) -> Result<Self, IdentityError> {
        text(value, 254, "must have at most 254 characters").map(Self)
    }

    /// As the channel gave it, trimmed. Personal data.
    pub fn as_received(&self) -> &str {
        &self.0
    }

    /// What it is compared by: lower-cased if it contains `@`. Personal data.
    pub fn key(&self) -> String {
        if self.0.contains('@') { self.0.to_lowercase() } else { self.0.clone() }
    }
}

impl fmt::Display for SellerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for first in self.0.chars().take(1) {
            write!(f, "{first}")?;
        }
        f.write_str("***")
    }
}

impl fmt::Debug for SellerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SellerId({self})")
    }
}

/// What identifies an order of a merchant for ever.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey {
    /// Where it was placed.
    pub channel: Channel,
    /// Who sold.
    pub seller_id: SellerId,
    /// The channel's number.
    pub order_id: OrderId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seller_ids_are_masked_and_compared_without_case_only_as_addresses() {
        let mail = SellerId::parse(" Shop@Example.com ").unwrap();
        let opaque = SellerId::parse("Shop-77").unwrap();

        assert_eq!(mail.as_received(), "Shop@Example.com");
        assert_eq!(mail.key(), "shop@example.com");
        assert_eq!(opaque.key(), "Shop-77");
        assert_eq!(format!("{mail} {mail:?}"), "S*** SellerId(S***)");
    }

    #[test]
    fn a_channel_is_a_lower_case_slug() {
        for good in ["shopee-my", "shopify", "a", "x1"] {
            assert!(Channel::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "Shopee", "-a", "a-", "a b", "a_b", "ä", &"a".repeat(65)] {
            assert!(Channel::parse(bad).is_err(), "{bad}");
        }
    }
}
