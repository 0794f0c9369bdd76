//! Messages into domain values. Each parser notes what is wrong under the field's path and goes on.

use proto::{
    catalogue::v1::{
        CategoryPath as ProtoCategoryPath, ListingKey as ProtoListingKey, ListingKind, MappingComponent,
        SellerAccountKey, listing_key,
    },
    r#type::v1::{Dimensions as ProtoDimensions, Money as ProtoMoney},
};
use shared::{
    code::Code,
    identity::{Channel, RequestId, SellerId},
    measure::{self, Dimensions},
    money::Money,
    page_token,
    refusal::{Fields, Refusal},
};

use crate::domain::{
    account::AccountKey,
    category::CategoryPath,
    listing::{ChannelListingId, Description, Kind, ListingCode, ListingKey},
    mapping::{COMPONENTS_MAX, Named, QUANTITY_MAX},
};

/// Characters of a note at most.
const NOTE_LENGTH_MAX: usize = 512;

pub(crate) fn request_id(fields: &mut Fields, text: &str) -> Option<RequestId> {
    fields.take("request_id", RequestId::parse(text))
}

pub(crate) fn account_key(fields: &mut Fields, path: &str, key: Option<&SellerAccountKey>) -> Option<AccountKey> {
    let Some(key) = key else {
        fields.add(path, "must be set");
        return None;
    };
    let channel = fields.take(format!("{path}.channel"), Channel::parse(&key.channel));
    let seller_id = fields.take(format!("{path}.seller_id"), SellerId::parse(&key.seller_id));
    Some(AccountKey { channel: channel?, seller_id: seller_id? })
}

/// An account that may be left out.
pub(crate) fn account_filter(fields: &mut Fields, path: &str, key: Option<&SellerAccountKey>) -> Option<AccountKey> {
    key.and_then(|key| account_key(fields, path, Some(key)))
}

pub(crate) fn listing_key(fields: &mut Fields, path: &str, key: Option<&ProtoListingKey>) -> Option<ListingKey> {
    let Some(key) = key else {
        fields.add(path, "must be set");
        return None;
    };
    let account = account_key(fields, &format!("{path}.account"), key.account.as_ref());
    let code = listing_code(fields, path, key);
    Some(ListingKey { account: account?, code: code? })
}

/// The code of a key whose account is known from elsewhere.
pub(crate) fn listing_code(fields: &mut Fields, path: &str, key: &ProtoListingKey) -> Option<ListingCode> {
    match &key.code {
        Some(listing_key::Code::Csku(text)) => csku(fields, &format!("{path}.csku"), text).map(ListingCode::Csku),
        Some(listing_key::Code::ChannelListingId(text)) => {
            let id = fields.take(format!("{path}.channel_listing_id"), ChannelListingId::parse(text));
            id.map(ListingCode::ChannelListingId)
        }
        None => {
            fields.add(format!("{path}.code"), "csku or channel_listing_id must be set");
            None
        }
    }
}

pub(crate) fn csku(fields: &mut Fields, path: &str, text: &str) -> Option<Code> {
    fields.take(path, Code::parse(text))
}

/// A code or id of a listing that may be left out.
pub(crate) fn optional<T, E: std::fmt::Display>(
    fields: &mut Fields,
    path: &str,
    text: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Option<T> {
    if text.trim().is_empty() { None } else { fields.take(path, parse(text)) }
}

pub(crate) fn kind(fields: &mut Fields, path: &str, value: i32) -> Option<Kind> {
    let kind = match ListingKind::try_from(value) {
        Ok(ListingKind::Single) => Some(Kind::Single),
        Ok(ListingKind::Group) => Some(Kind::Group),
        Ok(ListingKind::Variant) => Some(Kind::Variant),
        Ok(ListingKind::Kit) => Some(Kind::Kit),
        Ok(ListingKind::Unspecified) | Err(_) => None,
    };
    if kind.is_none() {
        fields.add(path, "must be SINGLE, GROUP, VARIANT or KIT");
    }
    kind
}

pub(crate) fn components(fields: &mut Fields, path: &str, components: &[MappingComponent]) -> Vec<Named> {
    if components.len() > COMPONENTS_MAX {
        fields.add(path, format!("must have at most {COMPONENTS_MAX} components"));
    }
    let mut named = Vec::with_capacity(components.len());
    for (i, component) in components.iter().enumerate() {
        let isku_code = fields.take(format!("{path}[{i}].isku_code"), Code::parse(&component.isku_code));
        let legal = (1..=QUANTITY_MAX).contains(&component.quantity);
        if !legal {
            fields.add(format!("{path}[{i}].quantity"), format!("must be 1 to {QUANTITY_MAX}"));
        }
        if let Some(isku_code) = isku_code.filter(|_| legal) {
            named.push(Named { isku_code, quantity: component.quantity });
        }
    }
    named
}

pub(crate) fn category(fields: &mut Fields, path: &str, of: Option<&ProtoCategoryPath>) -> Option<CategoryPath> {
    of.and_then(|of| fields.take(path, CategoryPath::parse(&of.channel_category_id, &of.path)))
}

/// What a message says the goods are.
pub(crate) struct Stated<'a> {
    pub(crate) title: &'a str,
    pub(crate) barcode: &'a str,
    pub(crate) dimensions: Option<ProtoDimensions>,
    pub(crate) weight_g: Option<i64>,
}

pub(crate) fn description(fields: &mut Fields, stated: &Stated<'_>) -> Description {
    Description {
        title: text(fields, "title", stated.title, Description::TITLE_LENGTH_MAX),
        barcode: text(fields, "barcode", stated.barcode, Description::BARCODE_LENGTH_MAX),
        dimensions: stated
            .dimensions
            .and_then(|of| fields.take("dimensions", Dimensions::parse(of.length_mm, of.width_mm, of.height_mm))),
        weight_g: stated.weight_g.and_then(|weight_g| fields.take("weight_g", measure::parse_weight_g(weight_g))),
    }
}

/// Text that may be empty, then `None`.
pub(crate) fn text(fields: &mut Fields, path: &str, value: &str, length_max: usize) -> Option<String> {
    let value = value.trim();
    if value.chars().any(char::is_control) {
        fields.add(path, "must not contain control characters");
    } else if value.chars().count() > length_max {
        fields.add(path, format!("must have at most {length_max} characters"));
    } else if !value.is_empty() {
        return Some(value.to_owned());
    }
    None
}

pub(crate) fn note(fields: &mut Fields, value: &str) -> String {
    text(fields, "note", value, NOTE_LENGTH_MAX).unwrap_or_default()
}

pub(crate) fn money(fields: &mut Fields, path: &str, of: Option<&ProtoMoney>) -> Option<Money> {
    of.and_then(|of| fields.take(path, Money::parse(&of.currency_code, of.units, of.nanos)))
}

pub(crate) fn page_size(fields: &mut Fields, size: i32) -> u64 {
    fields.take("page_size", page_token::size(size)).unwrap_or_default()
}

/// Notes a batch that is empty or has more than `max` entries.
pub(crate) fn batch(fields: &mut Fields, path: &str, length: usize, max: usize) {
    if length == 0 {
        fields.add(path, "must not be empty");
    } else if length > max {
        fields.add(path, format!("must have at most {max} entries"));
    }
}

/// The most listings of one call.
const KEYS_MAX: usize = 1_000;

/// A batch of listings.
pub(crate) fn listing_keys(keys: &[ProtoListingKey]) -> Result<Vec<ListingKey>, Refusal> {
    let mut fields = Fields::default();
    batch(&mut fields, "keys", keys.len(), KEYS_MAX);
    let keys = keys.iter().take(KEYS_MAX).enumerate();
    let parsed = keys.filter_map(|(i, key)| listing_key(&mut fields, &format!("keys[{i}]"), Some(key))).collect();
    fields.finish()?;
    Ok(parsed)
}
