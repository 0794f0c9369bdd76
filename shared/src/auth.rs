//! Credentials: who may call, and for which merchants.

use std::{fs, io, path::Path, sync::Arc};

use http::HeaderMap;
use proto::r#type::v1::ErrorReason;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tonic::Code;

use crate::{caller::Caller, identity::Merchant, refusal::Refusal, settings};

/// Names the merchant where a credential may act for several.
pub const MERCHANT_HEADER: &str = "oms-merchant";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    credential: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    token_sha256: String,
    merchants: Vec<String>,
}

#[derive(Debug)]
struct Credential {
    name: String,
    token_sha256: [u8; 32],
    merchants: Merchants,
}

#[derive(Debug)]
enum Merchants {
    Any,
    Some(Vec<Merchant>),
}

/// Tells who calls.
#[derive(Clone, Debug)]
pub struct Authenticator(Option<Arc<Vec<Credential>>>);

/// Why a call is refused before anything else is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Denied {
    /// No token, or one that nobody has.
    Unknown,
    /// What should name a merchant cannot be one.
    Malformed,
    /// The credential may not act for the merchant that is named.
    Foreign,
    /// The credential acts for several merchants, and none is named.
    Unnamed,
    /// Authentication is off, and a merchant is named.
    Off,
}

impl Denied {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Unknown, Self::Malformed, Self::Foreign, Self::Unnamed, Self::Off];

    /// What the caller is told.
    pub fn refusal(self) -> Refusal {
        let (code, reason, message) = match self {
            Self::Unknown => (
                Code::Unauthenticated,
                ErrorReason::CredentialInvalid,
                "send a known token as `authorization: Bearer …`",
            ),
            Self::Malformed => {
                (Code::PermissionDenied, ErrorReason::MerchantDenied, "`oms-merchant` is not a merchant")
            }
            Self::Foreign => {
                (Code::PermissionDenied, ErrorReason::MerchantDenied, "the credential may not act for this merchant")
            }
            Self::Unnamed => (
                Code::PermissionDenied,
                ErrorReason::MerchantDenied,
                "the credential acts for several merchants: name one in `oms-merchant`",
            ),
            Self::Off => (
                Code::PermissionDenied,
                ErrorReason::MerchantDenied,
                "authentication is off: there is only the merchant `default`",
            ),
        };
        Refusal::common(code, reason, message)
    }
}

/// Why a credentials file is refused.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// It cannot be read.
    #[error("cannot read the credentials file {0}")]
    Read(String, #[source] io::Error),
    /// It is not what it should be.
    #[error("credentials file {0}: {1}")]
    Content(String, String),
}

impl Authenticator {
    /// As the settings say.
    pub fn new(settings: &settings::Auth) -> Result<Self, CredentialsError> {
        match settings.credentials_file.as_str() {
            "" => Ok(Self::off()),
            file => Self::from_file(Path::new(file)),
        }
    }

    /// Everybody is `anonymous` and acts for the merchant `default`.
    pub fn off() -> Self {
        Self(None)
    }

    /// Reads a credentials file: `[[credential]]` with `name`, `token_sha256` (hex) and `merchants` (`["*"]` for any).
    pub fn from_file(path: &Path) -> Result<Self, CredentialsError> {
        let shown = path.display().to_string();
        let content = fs::read_to_string(path).map_err(|error| CredentialsError::Read(shown.clone(), error))?;
        let wrong = |problem: String| CredentialsError::Content(shown.clone(), problem);
        let file: File = toml::from_str(&content).map_err(|error| wrong(error.message().to_owned()))?;
        if file.credential.is_empty() {
            return Err(wrong("no [[credential]]".to_owned()));
        }
        let credentials =
            file.credential.into_iter().map(|entry| entry.parse().map_err(&wrong)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(Some(Arc::new(credentials))))
    }

    /// Whether callers need a credential.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Tells who calls, from `authorization` and `oms-merchant`.
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, Denied> {
        let wanted =
            headers.get(MERCHANT_HEADER).map(|value| value.to_str().ok().and_then(|text| Merchant::parse(text).ok()));
        let Some(credentials) = &self.0 else {
            let merchant = Merchant::default_merchant();
            return match wanted {
                Some(named) if named.as_ref() != Some(&merchant) => Err(Denied::Off),
                _ => Ok(Caller { merchant, actor: "anonymous".to_owned() }),
            };
        };
        let credential = bearer(headers).and_then(|token| find(credentials, token)).ok_or(Denied::Unknown)?;
        let merchant = match (&credential.merchants, wanted) {
            (_, Some(None)) => Err(Denied::Malformed),
            (Merchants::Any, Some(Some(named))) => Ok(named),
            (Merchants::Some(own), Some(Some(named))) if own.contains(&named) => Ok(named),
            (Merchants::Some(_), Some(Some(_))) => Err(Denied::Foreign),
            (Merchants::Some(own), None) if own.len() == 1 => Ok(own[0].clone()),
            (Merchants::Some(_) | Merchants::Any, None) => Err(Denied::Unnamed),
        }?;
        Ok(Caller { merchant, actor: credential.name.clone() })
    }
}

impl Entry {
    fn parse(self) -> Result<Credential, String> {
        let Self { name, token_sha256, merchants } = self;
        if name.trim().is_empty() {
            return Err("a credential has no name".to_owned());
        }
        let token_sha256 =
            unhex(&token_sha256).ok_or_else(|| format!("credential {name}: token_sha256 must be 64 hex digits"))?;
        let merchants = match merchants.as_slice() {
            [] => return Err(format!("credential {name}: merchants must not be empty")),
            [any] if any == "*" => Merchants::Any,
            some => Merchants::Some(
                some.iter()
                    .map(|text| {
                        Merchant::parse(text)
                            .map_err(|problem| format!("credential {name}: merchant {text:?} {problem}"))
                    })
                    .collect::<Result<_, _>>()?,
            ),
        };
        Ok(Credential { name, token_sha256, merchants })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn find<'a>(credentials: &'a [Credential], token: &str) -> Option<&'a Credential> {
    let digest = Sha256::digest(token.as_bytes());
    credentials.iter().find(|credential| bool::from(credential.token_sha256.ct_eq(&digest)))
}

/// The bytes of 64 hex digits.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|two| two[0] << 4 | two[1]).collect();
    if digits.len() == 64 { bytes.try_into().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn authenticator() -> Authenticator {
        let entry = |name: &str, token: &str, merchants: &[&str]| {
            let token_sha256 = hex(&Sha256::digest(token.as_bytes()));
            let merchants = merchants.iter().map(|m| (*m).to_owned()).collect();
            Entry { name: name.to_owned(), token_sha256, merchants }.parse().unwrap()
        };
        Authenticator(Some(Arc::new(vec![
            entry("one", "t1", &["acme"]),
            entry("two", "t2", &["acme", "bolt"]),
            entry("all", "t3", &["*"]),
        ])))
    }

    #[test]
    fn a_credential_acts_only_for_its_merchants() {
        let check = |pairs: &[(&'static str, &str)], expected: Result<(&str, &str), &str>| {
            let got = authenticator().authenticate(&headers(pairs));
            let got =
                got.as_ref().map(|c| (c.merchant.as_str(), c.actor.as_str())).map_err(|denied| denied.refusal().reason);
            let expected = expected.map_err(str::to_owned);
            assert_eq!(got, expected, "{pairs:?}");
        };
        check(&[("authorization", "Bearer t1")], Ok(("acme", "one")));
        check(&[("authorization", "bearer t1"), ("oms-merchant", "acme")], Ok(("acme", "one")));
        check(&[("authorization", "Bearer t1"), ("oms-merchant", "bolt")], Err("MERCHANT_DENIED"));
        check(&[("authorization", "Bearer t2")], Err("MERCHANT_DENIED"));
        check(&[("authorization", "Bearer t2"), ("oms-merchant", "bolt")], Ok(("bolt", "two")));
        check(&[("authorization", "Bearer t3"), ("oms-merchant", "zeta")], Ok(("zeta", "all")));
        check(&[("authorization", "Bearer t3")], Err("MERCHANT_DENIED"));
        check(&[("authorization", "Bearer t3"), ("oms-merchant", "Not A Slug")], Err("MERCHANT_DENIED"));
        check(&[("authorization", "Bearer t9")], Err("CREDENTIAL_INVALID"));
        check(&[("authorization", "t1")], Err("CREDENTIAL_INVALID"));
        check(&[("oms-merchant", "acme")], Err("CREDENTIAL_INVALID"));
    }

    #[test]
    fn without_authentication_there_is_only_the_default_merchant() {
        let check = |pairs: &[(&'static str, &str)], expected: Result<&str, &str>| {
            let got = Authenticator::off().authenticate(&headers(pairs));
            let got = got.as_ref().map(|c| c.merchant.as_str()).map_err(|denied| denied.refusal().reason);
            assert_eq!(got, expected.map_err(str::to_owned));
        };
        check(&[], Ok("default"));
        check(&[("oms-merchant", "default")], Ok("default"));
        check(&[("oms-merchant", "acme")], Err("MERCHANT_DENIED"));
    }
}
