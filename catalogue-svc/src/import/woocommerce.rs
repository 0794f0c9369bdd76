//! WooCommerce's product CSV, in the languages that its shops export it in: one row for each product and each variation.
//!
//! simple → SINGLE, variable → GROUP, variation → VARIANT of its Parent (a SKU or `id:NNN`), grouped → GROUP of its Grouped products,
//! bundle and composite → KIT. Types of extensions follow the type that they are made from. External, virtual and downloadable ones take no
//! stock.
//! The ID, where the export has it, is the channel's listing id.

use shared::sheet::{Quotes, Record};

use super::{
    Format, Key, Options, Row,
    cells::{Cells, Stock},
    list,
    unit::Unit,
};
use crate::domain::{
    listing::{ChannelStatus, Kind, Tracking},
    sync::item::Item,
};

mod columns;

pub(super) const FORMAT: Format = Format {
    name: "woocommerce",
    about: "WooCommerce's product CSV",
    fields: columns::FIELDS,
    needs: &[&["Type"], &["SKU", "ID"]],
    refuses: |_| None,
    quotes: Quotes::Csv,
    key: |_| Key::Own,
    read: |rows, options| rows.iter().map(|record| item(record, options)).collect(),
};

/// A cell as it was before the export put a `'` in front, so that no spreadsheet takes it for a formula.
fn unescaped(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
}

/// The item of one row.
fn item(record: &Record<'_>, options: &Options) -> Row {
    let mut cells = Cells::disguised(record, options, unescaped);
    if cells.is_blank("SKU") && cells.is_blank("ID") {
        cells.refuse("SKU and ID are both empty: nothing names this product");
    }
    let (kind, tracking) = kind(&mut cells);
    let mut parent = (String::new(), String::new());
    if kind == Kind::Variant {
        parent = reference(&cells.name("Parent"));
        if cells.is_blank("Parent") {
            cells.refuse("Parent is empty: a variation belongs to a product");
        }
    }
    let members: Vec<(String, String)> = match kind {
        Kind::Group => {
            list::split(&cells.text("Grouped products"), ',').iter().map(|member| reference(member)).collect()
        }
        Kind::Single | Kind::Variant | Kind::Kit => vec![],
    };
    let item = Item {
        row: cells.line(),
        csku: cells.name("SKU"),
        channel_listing_id: cells.name("ID"),
        kind: Some(kind),
        title: cells.title("Name"),
        barcode: cells.barcode("GTIN, UPC, EAN, or ISBN"),
        sides_mm: sides_mm(&mut cells, record),
        weight_g: unit_of(record, "Weight", Unit::of_weight).and_then(|unit| cells.weight_g("Weight", unit)),
        cost_price: cells.cost("Cost of goods", ""),
        channel_status: status(&cells),
        categories: cells.categories("Categories", |cell| list::split(cell, ',')),
        tracking,
        parent_csku: parent.0,
        parent_channel_listing_id: parent.1,
        member_cskus: members.iter().map(|member| member.0.clone()).filter(|csku| !csku.is_empty()).collect(),
        member_channel_listing_ids: members.into_iter().map(|member| member.1).filter(|id| !id.is_empty()).collect(),
        ..Item::default()
    };
    let stock = stock(&mut cells, kind);
    cells.row(stock.of(item))
}

/// The unit that the column's name states, such as `Weight (kg)`.
fn unit_of(record: &Record<'_>, field: &str, read: fn(&str) -> Option<Unit>) -> Option<Unit> {
    let header = record.columns.header(field)?;
    read(header.rsplit_once('(')?.1.trim_end_matches(')'))
}

fn sides_mm(cells: &mut Cells<'_>, record: &Record<'_>) -> Option<[i64; 3]> {
    let sides = ["Length", "Width", "Height"].map(|side| {
        let unit = unit_of(record, side, Unit::of_length)?;
        cells.side_mm(side, unit)
    });
    let [length, width, height] = sides;
    Some([length?, width?, height?])
}

/// A product whose stock is not managed has no number, only a word: in stock or not. The number of a variable product is its variations'.
fn stock(cells: &mut Cells<'_>, kind: Kind) -> Stock {
    if cells.is("Stock", &["parent"]) {
        return if kind == Kind::Variant { Stock::AtParent(None) } else { Stock::NotCounted };
    }
    if kind == Kind::Group {
        return match cells.stock("Stock", Stock::Unknown) {
            Stock::Stated(shared) => Stock::AtParent(Some(shared)),
            _ => Stock::Unknown,
        };
    }
    let blank = if cells.is("In stock?", &["0"]) { Stock::Stated(0) } else { Stock::NotCounted };
    cells.stock("Stock", blank)
}

/// The words of a Type cell, such as `simple, downloadable, virtual`.
fn kind(cells: &mut Cells<'_>) -> (Kind, Tracking) {
    let mut kind = None;
    let mut tracking = Tracking::Tracked;
    let cell = cells.text("Type").to_lowercase();
    for word in list::split(&cell, ',') {
        match word.as_str() {
            "virtual" | "downloadable" => tracking = Tracking::Untracked,
            "external" => (kind, tracking) = (Some(Kind::Single), Tracking::Untracked),
            // "featured", "publish" and the like of older exports say nothing about the kind.
            word => kind = kind.or(base(word)),
        }
    }
    if kind == Some(Kind::Kit) {
        cells.remark(format!("{cell:?} is sold as a KIT: the export does not name its components; MapListing does"));
    }
    if kind.is_none() {
        cells.lose("Type", "names none of simple, variable, variation, grouped, external and bundle: taken for simple");
    }
    let kind = kind.unwrap_or(Kind::Single);
    // A product whose variations are virtual holds no stock either way.
    (kind, if kind == Kind::Group { Tracking::Tracked } else { tracking })
}

/// The kind of a type, also of an extension's type by the one that it is made from: variable-subscription, subscription_variation.
fn base(word: &str) -> Option<Kind> {
    let parts: Vec<&str> = word.split(['-', '_', ' ']).collect();
    let has = |part: &str| parts.contains(&part);
    if has("variation") {
        Some(Kind::Variant)
    } else if has("variable") || has("grouped") {
        Some(Kind::Group)
    } else if has("bundle") || has("woosb") || has("composite") || has("kit") {
        Some(Kind::Kit)
    } else if has("simple") || has("subscription") {
        Some(Kind::Single)
    } else {
        None
    }
}

/// A product by its SKU, or by its ID as `id:NNN`: (SKU, ID).
fn reference(text: &str) -> (String, String) {
    match text.strip_prefix("id:") {
        Some(id) => (String::new(), id.trim().to_owned()),
        None => (text.to_owned(), String::new()),
    }
}

fn status(cells: &Cells<'_>) -> Option<ChannelStatus> {
    if cells.is("Published", &["1"]) {
        Some(ChannelStatus::Live)
    } else if cells.is("Published", &["0", "-1"]) {
        Some(ChannelStatus::NotLive)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
