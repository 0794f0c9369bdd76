//! Opaque tokens of pages and cursors, bound to the arguments of the call that they go on with.
//!
//! Callers keep them beyond a deploy: arguments and cursors are plain values or forms of their own, never the domain's types.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use proto::r#type::v1::ErrorReason;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tonic::Code;

use crate::refusal::Refusal;

#[derive(Serialize, Deserialize)]
struct Token<C> {
    arguments: String,
    cursor: C,
}

fn digest(arguments: &impl Serialize) -> String {
    let json = serde_json::to_vec(arguments).unwrap_or_default();
    blake3::hash(&json).to_hex()[..16].to_owned()
}

/// Writes the token of the page that follows `cursor`.
pub fn encode(arguments: &impl Serialize, cursor: &impl Serialize) -> String {
    let token = Token { arguments: digest(arguments), cursor };
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&token).unwrap_or_default())
}

/// Reads a token; `None` for the first page.
pub fn decode<C: DeserializeOwned>(token: &str, arguments: &impl Serialize) -> Result<Option<C>, Refusal> {
    if token.is_empty() {
        return Ok(None);
    }
    let json = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| refused())?;
    let token: Token<C> = serde_json::from_slice(&json).map_err(|_| refused())?;
    if token.arguments == digest(arguments) { Ok(Some(token.cursor)) } else { Err(refused()) }
}

/// The refusal of a token that cannot be gone on from.
pub fn refused() -> Refusal {
    let message = "the token is damaged, or belongs to a call with other arguments";
    Refusal::common(Code::InvalidArgument, ErrorReason::PageTokenInvalid, message)
}

/// The most rows of a page.
pub const PAGE_SIZE_MAX: i32 = 1_000;

/// Reads a page size: 100 for zero, else 1 to [`PAGE_SIZE_MAX`].
pub fn size(page_size: i32) -> Result<u64, &'static str> {
    match page_size {
        0 => Ok(100),
        1..=PAGE_SIZE_MAX => Ok(u64::from(page_size.unsigned_abs())),
        _ => Err("must be 0 to 1000"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_on_with_its_own_call_only() {
        let token = encode(&("shopee-my", 3), &41_i64);

        assert_eq!(decode::<i64>(&token, &("shopee-my", 3)).unwrap(), Some(41));
        assert_eq!(decode::<i64>("", &("shopee-my", 3)).unwrap(), None);
        for (bad, arguments) in [(token.as_str(), ("lazada", 3)), ("%%%", ("shopee-my", 3)), ("AAAA", ("shopee-my", 3))]
        {
            assert_eq!(decode::<i64>(bad, &arguments).unwrap_err().reason, "PAGE_TOKEN_INVALID", "{bad}");
        }
    }
}
