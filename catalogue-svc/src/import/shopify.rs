//! Shopify's product CSV: the rows of a product share its Handle; variants follow with a blank Title.
//!
//! A product that has only the option "Title: Default Title" is a SINGLE under its handle. Any other is a GROUP under its handle with one
//! VARIANT per variant row, under the handle and the option values. Rows that only bring an image hold no variant.

use super::{BadRow, Options, Row, list, number::Cells, number::Unit, table::Record};
use crate::domain::{
    listing::{ChannelStatus, Kind, Tracking},
    sync::item::{Item, NamedCategory},
};

const OPTIONS: [(&str, &str); 3] =
    [("Option1 Name", "Option1 Value"), ("Option2 Name", "Option2 Value"), ("Option3 Name", "Option3 Value")];

/// Where the category is named: the channel's own tree first, then the shop's word for it.
const CATEGORIES: [&str; 4] = ["Product Category", "Standard Product Type", "Custom Product Type", "Type"];

/// The items of one product: all rows of one handle.
pub(super) fn items(product: &[Record], options: &Options) -> Vec<Row> {
    let Some(head) = product.first() else { return vec![] };
    let handle = head.get("Handle");
    if handle.is_empty() {
        return product
            .iter()
            .map(|row| Err(BadRow { line: row.line, reason: "Handle is empty".to_owned() }))
            .collect();
    }
    let variants: Vec<&Record> = product.iter().filter(|row| holds_variant(row)).collect();
    let single = match variants.as_slice() {
        [only] => values(only).is_empty() || is_default(only),
        _ => false,
    };
    if single {
        return variants.into_iter().map(|row| sold(head, row, Kind::Single, options)).collect();
    }
    let group = Item {
        row: head.row(),
        channel_listing_id: handle.to_owned(),
        kind: Some(Kind::Group),
        title: head.get("Title").to_owned(),
        channel_status: status(head),
        categories: categories(head),
        ..Item::default()
    };
    let variants = variants.into_iter().map(|row| sold(head, row, Kind::Variant, options));
    std::iter::once(Ok(group)).chain(variants).collect()
}

fn holds_variant(row: &Record) -> bool {
    const OF_A_VARIANT: [&str; 4] = ["Variant SKU", "Variant Price", "Variant Inventory Qty", "Variant Grams"];
    !values(row).is_empty() || OF_A_VARIANT.iter().any(|name| !row.get(name).is_empty())
}

fn is_default(row: &Record) -> bool {
    row.get("Option1 Value") == "Default Title" && ["Title", ""].contains(&row.get("Option1 Name"))
}

/// The option values up to the last that is filled in.
fn values(row: &Record) -> Vec<&str> {
    let mut values: Vec<&str> = OPTIONS.iter().map(|(_, value)| row.get(value)).collect();
    while values.last().is_some_and(|value| value.is_empty()) {
        values.pop();
    }
    values
}

/// What is sold: a SINGLE, or a VARIANT of the product.
fn sold(head: &Record, row: &Record, kind: Kind, options: &Options) -> Row {
    let mut cells = Cells::new(row);
    let handle = head.get("Handle");
    let (listing_id, title, parent) = match kind {
        Kind::Variant => {
            let values = values(row);
            let title =
                std::iter::once(head.get("Title")).chain(values.iter().copied()).collect::<Vec<_>>().join(" / ");
            (variant_id(handle, &values), title, handle.to_owned())
        }
        Kind::Single | Kind::Group | Kind::Kit => (handle.to_owned(), head.get("Title").to_owned(), String::new()),
    };
    // A shop that does not count a variant exports 0 for it.
    let counted = !row.get("Variant Inventory Tracker").is_empty();
    let quantity = cells.quantity("Variant Inventory Qty").filter(|quantity| counted || *quantity != 0);
    let item = Item {
        row: row.row(),
        csku: row.get("Variant SKU").to_owned(),
        channel_listing_id: listing_id,
        kind: Some(kind),
        title,
        barcode: row.get("Variant Barcode").to_owned(),
        weight_g: cells.measure("Variant Grams", Unit::ONE),
        cost_price: cells
            .amount("Cost per item", options.currency.as_deref())
            .filter(|cost| (cost.units, cost.nanos) != (0, 0)),
        channel_quantity: quantity,
        channel_status: status(head),
        categories: categories(head),
        tracking: tracking(head, row),
        parent_channel_listing_id: parent,
        ..Item::default()
    };
    if cells.problems.is_empty() { Ok(item) } else { Err(row.bad(&cells.problems)) }
}

/// Handle and option values, so that no two variants ever share it: `/` between them, escaped inside.
fn variant_id(handle: &str, values: &[&str]) -> String {
    let escaped = |part: &str| part.replace('%', "%25").replace('/', "%2F");
    std::iter::once(&handle).chain(values).map(|part| escaped(part)).collect::<Vec<_>>().join("/")
}

/// Gift cards and what is not shipped take no stock.
fn tracking(head: &Record, row: &Record) -> Tracking {
    let is = |record: &Record, name: &str, word: &str| record.get(name).eq_ignore_ascii_case(word);
    if is(head, "Gift Card", "true") || is(row, "Variant Requires Shipping", "false") {
        Tracking::Untracked
    } else {
        Tracking::Tracked
    }
}

fn status(head: &Record) -> Option<ChannelStatus> {
    let published = head.get("Published").to_lowercase();
    match (head.get("Status").to_lowercase().as_str(), published.as_str()) {
        ("draft" | "archived", _) | (_, "false") => Some(ChannelStatus::NotLive),
        ("active", _) | (_, "true") => Some(ChannelStatus::Live),
        _ => None,
    }
}

fn categories(head: &Record) -> Vec<NamedCategory> {
    let named = CATEGORIES.iter().map(|name| list::path(head.get(name))).find(|path| !path.is_empty());
    named.map(|path| NamedCategory { path, ..NamedCategory::default() }).into_iter().collect()
}

#[cfg(test)]
mod tests;
