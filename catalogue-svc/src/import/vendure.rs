//! Vendure's product CSV: the first row of a product names it, the rows of its other variants follow without a name.
//!
//! A product without options is a SINGLE under its slug. Any other is a GROUP under its slug with one VARIANT per row, under the slug and
//! the option values. The file has no listing ids and no categories.

use shared::sheet::{Field, Quotes, Record};

use super::{
    Format, Key, Options, Row,
    cells::{Cells, Stock},
    list, variant,
};
use crate::domain::{
    listing::{ChannelStatus, Kind},
    sync::item::Item,
};

pub(super) const FORMAT: Format = Format {
    name: "vendure",
    about: "Vendure's product CSV",
    fields: FIELDS,
    needs: &[&["name"], &["sku"]],
    refuses: |_| None,
    quotes: Quotes::Csv,
    key: |record| if record.get("name").is_empty() { Key::Above } else { Key::Own },
    read: items,
};

const FIELDS: &[Field] = &[
    Field {
        name: "name",
        aliases: &["name:en"],
        meaning: "what the product is called; blank: one more variant of the product above",
    },
    Field {
        name: "slug",
        aliases: &["slug:en"],
        meaning: "names the product; its listing id; blank: made from the name",
    },
    Field { name: "optionValues", aliases: &["optionValues:en"], meaning: "the variant's options, separated by |" },
    Field { name: "sku", aliases: &[], meaning: "the CSKU; blank: it has none, and its listing id alone" },
    Field { name: "stockOnHand", aliases: &[], meaning: "in stock; blank: not known" },
    Field { name: "trackInventory", aliases: &[], meaning: "false for what is not counted; blank: it is" },
    Field { name: "enabled", aliases: &[], meaning: "true or false; blank: not known" },
    Field { name: "barcode", aliases: &["variant:barcode", "ean", "gtin"], meaning: "barcode" },
];

fn items(rows: &[Record<'_>], options: &Options) -> Vec<Row> {
    let Some(head) = rows.first() else { return vec![] };
    if head.get("name").is_empty() {
        let nameless = "name is empty, and no product is above";
        return rows.iter().map(|record| Row::bad(record, nameless)).collect();
    }
    let slug = slug(head);
    if rows.len() == 1 && values(head).is_empty() {
        return vec![sold(head, head, &slug, Kind::Single, options)];
    }
    let mut cells = Cells::of(head, options);
    let group = Item {
        row: cells.line(),
        channel_listing_id: slug.clone(),
        kind: Some(Kind::Group),
        title: cells.title("name"),
        channel_status: status(&mut cells),
        ..Item::default()
    };
    let variants = rows.iter().map(|record| sold(head, record, &slug, Kind::Variant, options));
    std::iter::once(cells.row(group)).chain(variants).collect()
}

/// The product's slug, as Vendure itself makes it where it is blank.
fn slug(head: &Record<'_>) -> String {
    match head.get("slug") {
        "" => head.get("name").to_lowercase().split_whitespace().collect::<Vec<_>>().join("-"),
        slug => slug.to_owned(),
    }
}

fn values(record: &Record<'_>) -> Vec<String> {
    list::split(record.get("optionValues"), '|')
}

fn sold(head: &Record<'_>, record: &Record<'_>, slug: &str, kind: Kind, options: &Options) -> Row {
    let (mut of_product, mut cells) = (Cells::of(head, options), Cells::of(record, options));
    let values = values(record);
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let is_uncounted = cells.is("trackInventory", &["false", "0"]);
    let stock = if is_uncounted { Stock::NotCounted } else { cells.stock("stockOnHand", Stock::Unknown) };
    let item = Item {
        row: cells.line(),
        csku: cells.name("sku"),
        channel_listing_id: variant::id(slug, &values),
        kind: Some(kind),
        title: variant::title(&of_product.title("name"), &values),
        barcode: cells.barcode("barcode"),
        channel_status: status(&mut cells),
        parent_channel_listing_id: if kind == Kind::Variant { slug.to_owned() } else { String::new() },
        ..Item::default()
    };
    let item = stock.of(item);
    if kind == Kind::Variant { cells.row(item) } else { cells.with_notes_of(of_product).row(item) }
}

fn status(cells: &mut Cells<'_>) -> Option<ChannelStatus> {
    cells.word("enabled", &[("true", Some(ChannelStatus::Live)), ("false", Some(ChannelStatus::NotLive))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::tests::items;

    #[test]
    fn rows_without_a_name_are_variants_of_the_product_above() {
        let found = items(
            &FORMAT,
            "name,slug,description,assets,facets,optionGroups,optionValues,sku,price,taxCategory,stockOnHand,trackInventory\n\
             Laptop,laptop,Thin,,,RAM|Screen,8 GB|13 inch,L-8-13,1200,standard,100,true\n\
             ,,,,,,16 GB|13 inch,L-16-13,1500,standard,50,false\n\
             Tent Big,,Green,,,,,TENT,200,standard,,true\n",
        );

        let seen: Vec<_> = found
            .iter()
            .map(|i| (i.kind, i.csku.as_str(), i.channel_listing_id.as_str(), i.channel_quantity))
            .collect();
        let expected = [
            (Some(Kind::Group), "", "laptop", None),
            (Some(Kind::Variant), "L-8-13", "laptop/8 GB/13 inch", Some(100)),
            (Some(Kind::Variant), "L-16-13", "laptop/16 GB/13 inch", None),
            (Some(Kind::Single), "TENT", "tent-big", None),
        ];
        assert_eq!(seen, expected);
        assert_eq!(found[2].title, "Laptop / 16 GB / 13 inch");
    }
}
