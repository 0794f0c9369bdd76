//! The generic CSV: columns in any order, all but one of the two codes may be missing.

use shared::sheet::{Field, Quotes};

use super::{
    Format, Key, Row,
    cells::{Cells, Stock},
    list,
    unit::Unit,
};
use crate::domain::{
    listing::{ChannelStatus, Kind, Tracking},
    sync::item::{Item, NamedCategory},
};

pub(super) const FORMAT: Format = Format {
    name: "generic",
    about: "a generic CSV",
    fields: FIELDS,
    needs: &[&["csku", "channel_listing_id"]],
    refuses: |_| None,
    quotes: Quotes::Csv,
    key: |_| Key::Own,
    read: |rows, options| rows.iter().map(|record| item(Cells::of(record, options))).collect(),
};

const FIELDS: &[Field] = &[
    Field {
        name: "csku",
        aliases: &["sku", "seller sku", "channel sku"],
        meaning: "the listing's SKU on the channel; this or channel_listing_id is required",
    },
    Field { name: "channel_listing_id", aliases: &["listing id"], meaning: "the channel's own id of the listing" },
    Field {
        name: "kind",
        aliases: &[],
        meaning: "SINGLE, GROUP, VARIANT or KIT; if blank: KIT with components, GROUP with members, VARIANT with a parent, else SINGLE",
    },
    Field { name: "title", aliases: &["name", "product name", "item name"], meaning: "what it is called" },
    Field { name: "barcode", aliases: &["ean", "gtin", "upc"], meaning: "barcode" },
    Field {
        name: "length_mm",
        aliases: &[],
        meaning: "length of one unit in millimetres; the three sides go together",
    },
    Field { name: "width_mm", aliases: &[], meaning: "width of one unit in millimetres" },
    Field { name: "height_mm", aliases: &[], meaning: "height of one unit in millimetres" },
    Field { name: "weight_g", aliases: &["weight (g)"], meaning: "weight of one unit in grams" },
    Field { name: "cost_price", aliases: &["cost"], meaning: "what one unit costs the merchant, such as 12.50" },
    Field { name: "currency", aliases: &[], meaning: "the currency of cost_price, such as MYR; --currency if blank" },
    Field {
        name: "quantity",
        aliases: &["qty", "stock"],
        meaning: "what the channel shows as in stock; blank: the channel does not count it",
    },
    Field { name: "status", aliases: &[], meaning: "live or not_live; blank: not known" },
    Field {
        name: "categories",
        aliases: &[],
        meaning: "paths such as Clothing > Shirts, several separated by |; blank: none",
    },
    Field { name: "category_id", aliases: &[], meaning: "the channel's id of the (first) category" },
    Field {
        name: "stock_tracked",
        aliases: &[],
        meaning: "no for what takes no stock (external, virtual); yes if blank",
    },
    Field { name: "parent_csku", aliases: &["parent sku"], meaning: "for VARIANT: the SKU of its group" },
    Field {
        name: "parent_channel_listing_id",
        aliases: &["parent listing id"],
        meaning: "for VARIANT: the channel's id of its group",
    },
    Field { name: "members", aliases: &[], meaning: "for GROUP: SKUs separated by |" },
    Field { name: "components", aliases: &[], meaning: "for KIT: ISKUs with quantities, such as CUP*2+SAUCER*2+POT" },
];

/// The item of one row. In lists a backslash keeps the next character as it is.
fn item(mut cells: Cells<'_>) -> Row {
    let csku = cells.name("csku");
    let channel_listing_id = cells.name("channel_listing_id");
    if cells.is_blank("csku") && cells.is_blank("channel_listing_id") {
        cells.refuse("csku and channel_listing_id are both empty: nothing names this listing");
    }
    let currency = cells.text("currency");
    let components = components(&mut cells);
    let kind = kind(&mut cells);
    let status = [("live", Some(ChannelStatus::Live)), ("not_live", Some(ChannelStatus::NotLive))];
    let tracking = [
        ("yes", Tracking::Tracked),
        ("no", Tracking::Untracked),
        ("true", Tracking::Tracked),
        ("false", Tracking::Untracked),
    ];
    let item = Item {
        row: cells.line(),
        csku,
        channel_listing_id,
        kind: Some(kind),
        title: cells.title("title"),
        barcode: cells.barcode("barcode"),
        sides_mm: cells.sides_mm(["length_mm", "width_mm", "height_mm"], Unit::ONE),
        weight_g: cells.weight_g("weight_g", Unit::ONE),
        cost_price: cells.cost("cost_price", &currency),
        channel_status: cells.word("status", &status),
        categories: categories(&mut cells),
        tracking: cells.word("stock_tracked", &tracking),
        parent_csku: cells.name("parent_csku"),
        parent_channel_listing_id: cells.name("parent_channel_listing_id"),
        member_cskus: list::split(&cells.text("members"), '|'),
        components,
        ..Item::default()
    };
    let stock = if kind == Kind::Group { Stock::Unknown } else { cells.stock("quantity", Stock::NotCounted) };
    cells.row(stock.of(item))
}

fn kind(cells: &mut Cells<'_>) -> Kind {
    let words = [("single", Kind::Single), ("group", Kind::Group), ("variant", Kind::Variant), ("kit", Kind::Kit)];
    if let Some(kind) = cells.word("kind", &words.map(|(word, kind)| (word, Some(kind)))) {
        return kind;
    }
    if !cells.is_blank("components") {
        Kind::Kit
    } else if !cells.is_blank("members") {
        Kind::Group
    } else if !cells.is_blank("parent_csku") || !cells.is_blank("parent_channel_listing_id") {
        Kind::Variant
    } else {
        Kind::Single
    }
}

fn categories(cells: &mut Cells<'_>) -> Vec<NamedCategory> {
    let mut named = cells.categories("categories", |cell| list::split(cell, '|'));
    let id = cells.text("category_id");
    if !id.is_empty() {
        if named.is_empty() {
            named.push(NamedCategory::default());
        }
        for first in named.iter_mut().take(1) {
            id.clone_into(&mut first.channel_category_id);
        }
    }
    named
}

/// `CODE*2+CODE2`: `+` between components, `*` before a quantity. A set of which one part cannot be read is not known.
fn components(cells: &mut Cells<'_>) -> Vec<(String, i64)> {
    let cell = cells.text("components");
    let mut components = vec![];
    for part in list::pieces(&cell, '+').iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        let pieces = list::pieces(part, '*');
        let (code, quantity) = match pieces.as_slice() {
            [code] => (code, Some(1)),
            [code, quantity] => (code, quantity.trim().parse::<i64>().ok().filter(|quantity| *quantity >= 1)),
            _ => (&pieces[0], None),
        };
        let code = list::unescape(code.trim());
        match quantity {
            Some(quantity) if !code.is_empty() => components.push((code, quantity)),
            _ => {
                cells.lose("components", &format!("has {part:?}, which is not CODE or CODE*2: no component is known"));
                return vec![];
            }
        }
    }
    components
}

#[cfg(test)]
mod tests;
