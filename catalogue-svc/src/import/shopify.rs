//! Shopify's product CSV, with the column names of today and of before: the rows of a product share its handle.
//!
//! A product that has only the option "Title: Default Title" is a SINGLE under its handle. Any other is a GROUP under its handle with one
//! VARIANT per variant row, under the handle and the option values. Rows that only bring an image hold no variant.

use shared::sheet::{Field, Quotes, Record};

use super::{
    Format, Key, Options, Row,
    cells::{Cells, Stock},
    unit::Unit,
    variant,
};
use crate::domain::{
    listing::{ChannelStatus, Kind, Tracking},
    sync::item::{Item, NamedCategory},
};

pub(super) const FORMAT: Format = Format {
    name: "shopify",
    about: "Shopify's product CSV",
    fields: FIELDS,
    needs: &[&["URL handle"], &["Title"]],
    refuses: |columns| {
        let is_inventory = columns.has("On hand (current)") && columns.has("Location");
        is_inventory.then_some("it is Shopify's inventory CSV, which `inventory-svc import` reads")
    },
    quotes: Quotes::Csv,
    key: |record| match record.get("URL handle") {
        "" => Key::Own,
        handle => Key::Of(handle),
    },
    read: items,
};

const FIELDS: &[Field] = &[
    Field { name: "URL handle", aliases: &["Handle"], meaning: "names the product; its listing id" },
    Field { name: "Title", aliases: &[], meaning: "what the product is called, in its first row" },
    Field { name: "Product category", aliases: &[], meaning: "the category; blank: the next of these four" },
    Field { name: "Standard Product Type", aliases: &[], meaning: "the category" },
    Field { name: "Custom Product Type", aliases: &[], meaning: "the category" },
    Field { name: "Type", aliases: &[], meaning: "the category; all four blank: none" },
    Field { name: "Published on online store", aliases: &["Published"], meaning: "true or false; blank: not known" },
    Field { name: "Status", aliases: &[], meaning: "active, draft, archived; blank: as published" },
    Field {
        name: "SKU",
        aliases: &["Variant SKU"],
        meaning: "the CSKU; blank: the variant has none, and its listing id alone",
    },
    Field { name: "Barcode", aliases: &["Variant Barcode"], meaning: "barcode" },
    Field { name: "Option1 name", aliases: &[], meaning: "Title, where the product has no options" },
    Field { name: "Option1 value", aliases: &[], meaning: "with the handle, the variant's listing id" },
    Field { name: "Option2 value", aliases: &[], meaning: "the same" },
    Field { name: "Option3 value", aliases: &[], meaning: "the same" },
    Field { name: "Price", aliases: &["Variant Price"], meaning: "filled in where the row holds a variant" },
    Field { name: "Cost per item", aliases: &[], meaning: "what one unit costs; zero or blank: not known" },
    Field {
        name: "Inventory tracker",
        aliases: &["Variant Inventory Tracker"],
        meaning: "who counts the variant; blank: nobody, and its quantity says nothing",
    },
    Field { name: "Inventory quantity", aliases: &["Variant Inventory Qty"], meaning: "in stock; blank: not known" },
    Field {
        name: "Weight value (grams)",
        aliases: &["Variant Grams"],
        meaning: "weight of one unit; zero or blank: not known",
    },
    Field {
        name: "Requires shipping",
        aliases: &["Variant Requires Shipping"],
        meaning: "false for what takes no stock",
    },
    Field { name: "Gift card", aliases: &[], meaning: "true for what takes no stock" },
    Field {
        name: "Location",
        aliases: &[],
        meaning: "is in the inventory CSV only, which `inventory-svc import` reads",
    },
    Field { name: "On hand (current)", aliases: &["On hand"], meaning: "the same" },
];

const OPTIONS: [&str; 3] = ["Option1 value", "Option2 value", "Option3 value"];

/// Where the category is named: the channel's own tree first, then the shop's word for it.
const CATEGORIES: [&str; 4] = ["Product category", "Standard Product Type", "Custom Product Type", "Type"];

/// The items of one product: all rows of one handle.
fn items(product: &[Record<'_>], options: &Options) -> Vec<Row> {
    let Some(head) = product.iter().find(|row| !row.get("Title").is_empty()).or(product.first()) else { return vec![] };
    if head.get("URL handle").is_empty() {
        let reason = format!("{} is empty", head.columns.header("URL handle").unwrap_or("Handle"));
        return product.iter().map(|row| Row::bad(row, reason.clone())).collect();
    }
    let variants: Vec<&Record<'_>> = product.iter().filter(|row| holds_variant(row)).collect();
    let single = match variants.as_slice() {
        [only] => values(only).is_empty() || is_default(only),
        _ => false,
    };
    if single {
        return variants.into_iter().map(|row| sold(head, row, Kind::Single, options)).collect();
    }
    let variants = variants.into_iter().map(|row| sold(head, row, Kind::Variant, options));
    std::iter::once(group(head, options)).chain(variants).collect()
}

fn group(head: &Record<'_>, options: &Options) -> Row {
    let mut cells = Cells::of(head, options);
    let item = Item {
        row: cells.line(),
        channel_listing_id: cells.name("URL handle"),
        kind: Some(Kind::Group),
        title: cells.title("Title"),
        channel_status: status(&cells),
        categories: categories(&mut cells),
        ..Item::default()
    };
    cells.row(item)
}

fn holds_variant(row: &Record<'_>) -> bool {
    const OF_A_VARIANT: [&str; 4] = ["SKU", "Price", "Inventory quantity", "Weight value (grams)"];
    !values(row).is_empty() || OF_A_VARIANT.iter().any(|name| !row.get(name).is_empty())
}

fn is_default(row: &Record<'_>) -> bool {
    row.get("Option1 value") == "Default Title" && ["Title", ""].contains(&row.get("Option1 name"))
}

fn values<'row>(row: &Record<'row>) -> Vec<&'row str> {
    variant::filled(OPTIONS.iter().map(|option| row.get(option)).collect())
}

/// What is sold: a SINGLE, or a VARIANT of the product.
fn sold(head: &Record<'_>, row: &Record<'_>, kind: Kind, options: &Options) -> Row {
    let mut of_product = Cells::of(head, options);
    let mut cells = Cells::of(row, options);
    let handle = cells.name("URL handle");
    let (product_title, categories) = (of_product.title("Title"), categories(&mut of_product));
    let (channel_listing_id, title, parent) = match kind {
        Kind::Variant => {
            let values = values(row);
            (variant::id(&handle, &values), variant::title(&product_title, &values), handle)
        }
        Kind::Single | Kind::Group | Kind::Kit => (handle, product_title, String::new()),
    };
    let is_uncounted = row.columns.has("Inventory tracker") && cells.is_blank("Inventory tracker");
    let stock = if is_uncounted { Stock::NotCounted } else { cells.stock("Inventory quantity", Stock::Unknown) };
    let item = Item {
        row: cells.line(),
        csku: cells.name("SKU"),
        channel_listing_id,
        kind: Some(kind),
        title,
        barcode: cells.barcode("Barcode"),
        weight_g: cells.weight_g("Weight value (grams)", Unit::ONE),
        cost_price: cells.cost("Cost per item", ""),
        channel_status: status(&of_product),
        categories,
        tracking: tracking(&of_product, &cells),
        parent_channel_listing_id: parent,
        ..Item::default()
    };
    // A group has told of the product's own cells.
    let item = stock.of(item);
    if kind == Kind::Variant { cells.row(item) } else { cells.with_notes_of(of_product).row(item) }
}

/// Gift cards and what is not shipped take no stock.
fn tracking(of_product: &Cells<'_>, cells: &Cells<'_>) -> Tracking {
    if of_product.is("Gift card", &["true"]) || cells.is("Requires shipping", &["false"]) {
        Tracking::Untracked
    } else {
        Tracking::Tracked
    }
}

fn status(of_product: &Cells<'_>) -> Option<ChannelStatus> {
    const PUBLISHED: &str = "Published on online store";
    if of_product.is("Status", &["draft", "archived"]) || of_product.is(PUBLISHED, &["false"]) {
        Some(ChannelStatus::NotLive)
    } else if of_product.is("Status", &["active"]) || of_product.is(PUBLISHED, &["true"]) {
        Some(ChannelStatus::Live)
    } else {
        None
    }
}

fn categories(of_product: &mut Cells<'_>) -> Vec<NamedCategory> {
    let named = CATEGORIES.iter().find(|name| !of_product.is_blank(name));
    named.map_or_else(Vec::new, |name| of_product.categories(name, |cell| vec![cell.to_owned()]))
}

#[cfg(test)]
mod tests;
