//! Fields of requests as domain values; every malformed one is noted by its path.

mod isku;
mod location;
mod movement;
mod reservation;
mod reservation_query;
mod stock;

use proto::r#type::v1 as wire;
use shared::{
    code::{Code, CodeError},
    identity::{Channel, OrderId, OrderKey, RequestId, SellerId},
    measure::Dimensions,
    money::Money,
    refusal::{Fields, Refusal},
};
use uuid::Uuid;

pub(super) use self::{
    isku::{archive_isku, create, ensure, rename_isku, search, unarchive_isku, update_isku},
    location::{create_location, update_location},
    movement::movement_query,
    reservation::{amend, confirm, extend, release, reserve, ship, target},
    reservation_query::reservation_query,
    stock::{adjust, count_stock, receive, return_stock, transfer},
};
use crate::domain::location::DEFAULT_CODE;

/// Entries of a batch.
pub(super) const BATCH_MAX: usize = 1_000;
/// Units that one line may name.
pub(super) const UNITS_MAX: i64 = 1_000_000_000_000;
/// Lines of one change of stock.
const LINES_MAX: usize = 500;
/// Characters of the name of a document.
pub(super) const DOCUMENT_MAX: usize = 128;
/// Characters of a note.
const NOTE_MAX: usize = 512;
/// Units of a listing that one item may name.
const LISTING_UNITS_MAX: i64 = 1_000_000_000;

/// Ends the reading of a request: all values, or every malformed field.
pub(super) fn done<T>(fields: Fields, value: Option<T>) -> Result<T, Refusal> {
    match value {
        Some(value) if fields.is_empty() => Ok(value),
        _ => Err(fields.into()),
    }
}

/// What makes a mutation repeatable.
pub(super) fn request_id(fields: &mut Fields, text: &str) -> Option<RequestId> {
    fields.take("request_id", RequestId::parse(text))
}

/// A code; empty is malformed.
pub(super) fn code(fields: &mut Fields, path: &str, text: &str) -> Option<Code> {
    fields.take(path, Code::parse(text))
}

/// A text with the code that it is, or why it is none.
pub(super) type AskedCode = (String, Result<Code, CodeError>);

/// Codes that are answered each by itself, 1 to 1,000 of them, with what was asked for.
pub(super) fn codes(path: &str, texts: Vec<String>) -> Result<Vec<AskedCode>, Refusal> {
    let mut fields = Fields::default();
    count(&mut fields, path, texts.len(), 1, BATCH_MAX);
    fields.finish()?;
    Ok(texts.iter().map(|text| (Code::asked(text), Code::parse(text))).collect())
}

/// A code that may be left out; the outer `None` is malformed.
pub(super) fn opt_code(fields: &mut Fields, path: &str, text: &str) -> Option<Option<Code>> {
    if text.is_empty() { Some(None) } else { code(fields, path, text).map(Some) }
}

/// A location; `None` inside for the default one, however it is named.
pub(super) fn location(fields: &mut Fields, path: &str, text: &str) -> Option<Option<Code>> {
    let code = opt_code(fields, path, text)?;
    Some(code.filter(|code| code.as_str() != DEFAULT_CODE))
}

/// What a caller has seen of a row; any if empty.
pub(super) fn etag(fields: &mut Fields, text: &str) -> Option<Option<i64>> {
    match text {
        "" => Some(None),
        text => fields.take("etag", text.parse().map_err(|_| "is not one that this service gave")).map(Some),
    }
}

/// A free text that may be left out, trimmed; line breaks and tabs are legal, other control characters are not.
pub(super) fn text(fields: &mut Fields, path: &str, value: &str, max: usize) -> Option<Option<String>> {
    let value = value.trim();
    if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        fields.add(path, "must not contain control characters");
        return None;
    }
    if value.chars().count() > max {
        fields.add(path, format!("must have at most {max} characters"));
        return None;
    }
    Some((!value.is_empty()).then(|| value.to_owned()))
}

/// A whole number in a range.
pub(super) fn number(fields: &mut Fields, path: &str, value: i64, min: i64, max: i64) -> Option<i64> {
    if (min..=max).contains(&value) {
        return Some(value);
    }
    fields.add(path, format!("must be {min} to {max}"));
    None
}

/// Notes a list that has too few or too many entries.
pub(super) fn count(fields: &mut Fields, path: &str, entries: usize, min: usize, max: usize) {
    if !(min..=max).contains(&entries) {
        fields.add(path, format!("must have {min} to {max} entries"));
    }
}

/// Notes a field that is required and absent.
pub(super) fn required<T>(fields: &mut Fields, path: &str, value: Option<T>) -> Option<T> {
    if value.is_none() {
        fields.add(path, "is required");
    }
    value
}

fn dimensions(fields: &mut Fields, path: &str, value: wire::Dimensions) -> Option<Dimensions> {
    fields.take(path, Dimensions::parse(value.length_mm, value.width_mm, value.height_mm))
}

fn money(fields: &mut Fields, path: &str, value: &wire::Money) -> Option<Money> {
    fields.take(path, Money::parse(&value.currency_code, value.units, value.nanos))
}

/// An order; each part is noted by itself.
pub(super) fn order(fields: &mut Fields, path: &str, key: &wire::OrderKey) -> Option<OrderKey> {
    let channel = fields.take(format!("{path}.channel"), Channel::parse(&key.channel));
    let seller_id = fields.take(format!("{path}.seller_id"), SellerId::parse(&key.seller_id));
    let order_id = fields.take(format!("{path}.order_id"), OrderId::parse(&key.order_id));
    Some(OrderKey { channel: channel?, seller_id: seller_id?, order_id: order_id? })
}

/// The id of a reservation.
pub(super) fn reservation_id(fields: &mut Fields, path: &str, text: &str) -> Option<Uuid> {
    fields.take(path, Uuid::try_parse(text).map_err(|_| "must be a UUID"))
}
