//! WooCommerce's product CSV: one row for each product and each variation.
//!
//! simple → SINGLE, variable → GROUP, variation → VARIANT of its Parent (a SKU or `id:NNN`), grouped → GROUP of its Grouped products.
//! External, virtual and downloadable ones take no stock. The ID, where the export has it, is the channel's listing id.

use super::{Options, Row, list, number::Cells, number::Unit, table::Record};
use crate::domain::{
    listing::{ChannelStatus, Kind, Tracking},
    sync::item::{Item, NamedCategory},
};

/// The columns of weight and size with the units that their names state.
#[derive(Clone, Debug)]
pub(super) struct Units {
    weight: Option<(String, Unit)>,
    sides: [Option<(String, Unit)>; 3],
}

impl Units {
    /// Reads them from the header, such as `Weight (kg)`.
    pub(super) fn of(names: &[String]) -> Self {
        let find = |word: &str| {
            let column = names.iter().find(|name| name.to_lowercase().starts_with(&format!("{word} (")));
            column.and_then(|name| {
                let unit = name.split_once('(')?.1.trim_end_matches(')').trim().to_lowercase();
                Some((name.clone(), unit_of(&unit)?))
            })
        };
        Self { weight: find("weight"), sides: ["length", "width", "height"].map(find) }
    }
}

/// Grams or millimetres in one of the unit, exactly.
fn unit_of(name: &str) -> Option<Unit> {
    match name {
        "kg" => Some(Unit(1_000, 1)),
        "g" | "mm" => Some(Unit::ONE),
        "lbs" => Some(Unit(45_359_237, 100_000)),
        "oz" => Some(Unit(45_359_237, 1_600_000)),
        "cm" => Some(Unit(10, 1)),
        "m" => Some(Unit(1_000, 1)),
        "in" => Some(Unit(254, 10)),
        "yd" => Some(Unit(9_144, 10)),
        _ => None,
    }
}

/// A cell as it was before the export put a `'` in front, so that no spreadsheet takes it for a formula.
pub(super) fn unescaped(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
}

/// The item of one row.
pub(super) fn item(row: &Record, units: &Units, options: &Options) -> Row {
    let mut cells = Cells::new(row);
    let kind = kind(row.get("Type"));
    match &kind {
        Ok(_) if row.get("SKU").is_empty() && row.get("ID").is_empty() => {
            cells.note("SKU and ID are both empty: nothing names this product");
        }
        Ok(_) => {}
        Err(problem) => cells.note(problem.clone()),
    }
    let (kind, tracking) = kind.map_or((None, Tracking::Tracked), |(kind, tracking)| (Some(kind), tracking));
    let mut parent = (String::new(), String::new());
    if kind == Some(Kind::Variant) {
        parent = reference(row.get("Parent"));
        if row.get("Parent").is_empty() {
            cells.note("Parent is empty: a variation belongs to a product");
        }
    }
    let members: Vec<(String, String)> = match kind {
        Some(Kind::Group) => {
            list::split(row.get("Grouped products"), ',').iter().map(|member| reference(member)).collect()
        }
        Some(Kind::Single | Kind::Variant | Kind::Kit) | None => vec![],
    };
    let [length, width, height] =
        units.sides.each_ref().map(|side| side.as_ref().and_then(|(name, unit)| cells.measure(name, *unit)));
    let sides_mm = length.zip(width).zip(height).map(|((length, width), height)| [length, width, height]);
    // A variation whose stock is kept with its product says "parent".
    let channel_quantity = if row.get("Stock") == "parent" { None } else { cells.quantity("Stock") };
    let item = Item {
        row: row.row(),
        csku: row.get("SKU").to_owned(),
        channel_listing_id: row.get("ID").to_owned(),
        kind,
        title: row.get("Name").to_owned(),
        barcode: row.get("GTIN, UPC, EAN, or ISBN").to_owned(),
        sides_mm,
        weight_g: units.weight.as_ref().and_then(|(name, unit)| cells.measure(name, *unit)),
        cost_price: cells.amount("Cost of goods", options.currency.as_deref()),
        channel_quantity,
        quantity_basis: None,
        channel_status: status(row.get("Published")),
        categories: categories(row.get("Categories")),
        tracking,
        parent_csku: parent.0,
        parent_channel_listing_id: parent.1,
        member_cskus: members.iter().map(|member| member.0.clone()).filter(|csku| !csku.is_empty()).collect(),
        member_channel_listing_ids: members.into_iter().map(|member| member.1).filter(|id| !id.is_empty()).collect(),
        components: vec![],
    };
    if cells.problems.is_empty() { Ok(item) } else { Err(row.bad(&cells.problems)) }
}

/// The words of a Type cell, such as `simple, downloadable, virtual`.
fn kind(cell: &str) -> Result<(Kind, Tracking), String> {
    let mut kind = None;
    let mut tracking = Tracking::Tracked;
    for word in list::split(&cell.to_lowercase(), ',') {
        match word.as_str() {
            "simple" => kind = Some(Kind::Single),
            "variable" | "grouped" => kind = Some(Kind::Group),
            "variation" => kind = Some(Kind::Variant),
            "external" => (kind, tracking) = (Some(Kind::Single), Tracking::Untracked),
            "virtual" | "downloadable" => tracking = Tracking::Untracked,
            // "featured", "publish" and the like of older exports say nothing about the kind.
            _ => {}
        }
    }
    let Some(kind) = kind else {
        return Err(format!("Type {cell:?} names none of simple, variable, variation, grouped and external"));
    };
    // A product whose variations are virtual holds no stock either way.
    Ok((kind, if kind == Kind::Group { Tracking::Tracked } else { tracking }))
}

/// A product by its SKU, or by its ID as `id:NNN`: (SKU, ID).
fn reference(text: &str) -> (String, String) {
    match text.strip_prefix("id:") {
        Some(id) => (String::new(), id.trim().to_owned()),
        None => (text.to_owned(), String::new()),
    }
}

fn status(published: &str) -> Option<ChannelStatus> {
    match published {
        "1" => Some(ChannelStatus::Live),
        "0" | "-1" => Some(ChannelStatus::NotLive),
        _ => None,
    }
}

fn categories(cell: &str) -> Vec<NamedCategory> {
    let paths = list::split(cell, ',').into_iter().map(|path| list::path(&path)).filter(|path| !path.is_empty());
    paths.map(|path| NamedCategory { path, ..NamedCategory::default() }).collect()
}

#[cfg(test)]
mod tests;
