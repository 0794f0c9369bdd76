//! Medusa's product export, of its first and second version: one row a variant, with its product's columns beside it.
//!
//! A product without options is a SINGLE; any other is a GROUP under its id with one VARIANT per row. Without ids the handle and the option
//! values stand for them. Weights and sizes have no unit in it and are not read.

use shared::sheet::{Field, Quotes, Record};

use super::{
    Format, Key, Options, Row,
    cells::{Cells, Stock},
    variant,
};
use crate::domain::{
    listing::{ChannelStatus, Kind},
    sync::item::Item,
};

pub(super) const FORMAT: Format = Format {
    name: "medusa",
    about: "Medusa's product export",
    fields: FIELDS,
    needs: &[&["Product Id", "Product Handle"], &["Variant Title", "Variant SKU", "Variant Id"]],
    refuses: |_| None,
    quotes: Quotes::Csv,
    key: |record| match product(record) {
        "" => Key::Own,
        product => Key::Of(product),
    },
    read: items,
};

const FIELDS: &[Field] = &[
    Field { name: "Product Id", aliases: &[], meaning: "the product's listing id" },
    Field { name: "Product Handle", aliases: &[], meaning: "stands for it where it is blank" },
    Field { name: "Product Title", aliases: &[], meaning: "what it is called" },
    Field { name: "Product Status", aliases: &[], meaning: "published, draft, proposed, rejected; blank: not known" },
    Field {
        name: "Variant Id",
        aliases: &[],
        meaning: "the variant's listing id; blank: the handle and the option values",
    },
    Field { name: "Variant Title", aliases: &[], meaning: "what the variant is called" },
    Field { name: "Variant SKU", aliases: &[], meaning: "the CSKU; blank: it has none, and its listing id alone" },
    Field { name: "Variant Barcode", aliases: &[], meaning: "barcode; blank: the next two" },
    Field { name: "Variant EAN", aliases: &[], meaning: "barcode" },
    Field { name: "Variant UPC", aliases: &[], meaning: "barcode" },
    Field { name: "Variant Inventory Quantity", aliases: &[], meaning: "in stock; blank: not known" },
    Field {
        name: "Variant Manage Inventory",
        aliases: &[],
        meaning: "false or 0 for what is not counted; blank: it is",
    },
    Field { name: "Option 1 Value", aliases: &["Variant Option 1 Value"], meaning: "names the variant in its product" },
    Field { name: "Option 2 Value", aliases: &["Variant Option 2 Value"], meaning: "the same" },
    Field { name: "Option 3 Value", aliases: &["Variant Option 3 Value"], meaning: "the same" },
];

const OPTIONS: [&str; 3] = ["Option 1 Value", "Option 2 Value", "Option 3 Value"];

fn product<'row>(record: &Record<'row>) -> &'row str {
    match record.get("Product Id") {
        "" => record.get("Product Handle"),
        id => id,
    }
}

fn values<'row>(record: &Record<'row>) -> Vec<&'row str> {
    let values = variant::filled(OPTIONS.iter().map(|option| record.get(option)).collect());
    // What Medusa makes of a product without options.
    if matches!(values.as_slice(), ["Default option value" | "Default Option Value" | "Default"]) {
        vec![]
    } else {
        values
    }
}

fn items(rows: &[Record<'_>], options: &Options) -> Vec<Row> {
    let Some(head) = rows.first() else { return vec![] };
    if product(head).is_empty() {
        let nameless = "Product Id and Product Handle are both empty: nothing names this product";
        return rows.iter().map(|record| Row::bad(record, nameless)).collect();
    }
    if rows.len() == 1 && values(head).is_empty() {
        return vec![sold(head, Kind::Single, options)];
    }
    let mut cells = Cells::of(head, options);
    let group = Item {
        row: cells.line(),
        channel_listing_id: product(head).to_owned(),
        kind: Some(Kind::Group),
        title: cells.title("Product Title"),
        channel_status: status(&mut cells),
        ..Item::default()
    };
    let variants = rows.iter().map(|record| sold(record, Kind::Variant, options));
    std::iter::once(cells.row(group)).chain(variants).collect()
}

fn sold(record: &Record<'_>, kind: Kind, options: &Options) -> Row {
    let mut cells = Cells::of(record, options);
    let (values, title) = (values(record), cells.title("Product Title"));
    let channel_listing_id = match cells.name("Variant Id") {
        id if !id.is_empty() => id,
        _ => variant::id(product(record), &values),
    };
    let names = if values.is_empty() && kind == Kind::Variant { vec![record.get("Variant Title")] } else { values };
    let barcode = ["Variant Barcode", "Variant EAN", "Variant UPC"].into_iter().find(|field| !cells.is_blank(field));
    let is_uncounted = cells.is("Variant Manage Inventory", &["false", "0"]);
    let stock =
        if is_uncounted { Stock::NotCounted } else { cells.stock("Variant Inventory Quantity", Stock::Unknown) };
    let item = Item {
        row: cells.line(),
        csku: cells.name("Variant SKU"),
        channel_listing_id,
        kind: Some(kind),
        title: variant::title(&title, &names),
        barcode: barcode.map_or_else(String::new, |field| cells.barcode(field)),
        channel_status: status(&mut cells),
        parent_channel_listing_id: if kind == Kind::Variant { product(record).to_owned() } else { String::new() },
        ..Item::default()
    };
    cells.row(stock.of(item))
}

fn status(cells: &mut Cells<'_>) -> Option<ChannelStatus> {
    let words = [
        ("published", Some(ChannelStatus::Live)),
        ("draft", Some(ChannelStatus::NotLive)),
        ("proposed", Some(ChannelStatus::NotLive)),
        ("rejected", Some(ChannelStatus::NotLive)),
    ];
    cells.word("Product Status", &words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::tests::items;

    type Brief<'item> = (Option<Kind>, &'item str, &'item str, &'item str, Option<i64>);

    fn brief(item: &Item) -> Brief<'_> {
        (item.kind, &item.csku, &item.channel_listing_id, &item.title, item.channel_quantity)
    }

    #[test]
    fn the_first_versions_export_is_read() {
        let found = items(
            &FORMAT,
            "Product id;Product Handle;Product Title;Product Status;Variant id;Variant Title;Variant SKU;Variant Barcode;\
             Variant Inventory Quantity;Variant Manage inventory;Option 1 Name;Option 1 Value\n\
             prod_1;bowl;Bowl;published;variant_1;Small;BOWL-S;;8;true;Size;Small\n\
             prod_1;bowl;Bowl;published;variant_2;Large;BOWL-L;955;4;false;Size;Large\n",
        );

        let expected = [
            (Some(Kind::Group), "", "prod_1", "Bowl", None),
            (Some(Kind::Variant), "BOWL-S", "variant_1", "Bowl / Small", Some(8)),
            (Some(Kind::Variant), "BOWL-L", "variant_2", "Bowl / Large", None),
        ];
        assert_eq!(found.iter().map(brief).collect::<Vec<_>>(), expected);
        assert_eq!((found[1].parent_channel_listing_id.as_str(), found[2].barcode.as_str()), ("prod_1", "955"));
        assert!(found.iter().all(|item| item.channel_status == Some(ChannelStatus::Live)));
    }

    #[test]
    fn the_second_versions_export_is_read_and_the_handle_stands_for_missing_ids() {
        let found = items(
            &FORMAT,
            "Product Id,Product Handle,Product Title,Product Status,Variant Id,Variant Sku,Variant Ean,Variant Manage Inventory,\
             Variant Option 1 Name,Variant Option 1 Value\n\
             ,mug,Mug,draft,,MUG-B,955,TRUE,Color,Blue\n,mug,Mug,draft,,MUG-R,,TRUE,Color,Red\n\
             prod_2,pen,Pen,published,variant_9,PEN,,TRUE,Default option,Default option value\n",
        );

        let expected = [
            (Some(Kind::Group), "", "mug", "Mug", None),
            (Some(Kind::Variant), "MUG-B", "mug/Blue", "Mug / Blue", None),
            (Some(Kind::Variant), "MUG-R", "mug/Red", "Mug / Red", None),
            (Some(Kind::Single), "PEN", "variant_9", "Pen", None),
        ];
        assert_eq!(found.iter().map(brief).collect::<Vec<_>>(), expected);
        assert_eq!(found[1].barcode, "955");
    }
}
