//! Spree's product CSV: the first row of a product is its master, with the product's words; the rows of its variants follow.
//!
//! A product whose master is its only row is a SINGLE under its id. Any other is a GROUP under its id with one VARIANT per row, under the
//! id and the option values. A row that says a variant again with the price in another currency says nothing new.

use shared::sheet::{Field, Quotes, Record};

use super::{
    Format, Key, Options, Row,
    cells::{Cells, Stock},
    unit::Unit,
    variant,
};
use crate::domain::{
    listing::{ChannelStatus, Kind},
    sync::item::{Item, NamedCategory},
};

pub(super) const FORMAT: Format = Format {
    name: "spree",
    about: "Spree's product CSV",
    fields: FIELDS,
    needs: &[&["product_id", "slug"], &["sku"]],
    refuses: |_| None,
    quotes: Quotes::Csv,
    key: |record| match product(record) {
        "" => Key::Own,
        product => Key::Of(product),
    },
    read: items,
};

const FIELDS: &[Field] = &[
    Field { name: "product_id", aliases: &[], meaning: "the product's listing id" },
    Field { name: "slug", aliases: &[], meaning: "stands for it where it is blank" },
    Field { name: "sku", aliases: &[], meaning: "the CSKU; blank: it has none, and its listing id alone" },
    Field { name: "name", aliases: &[], meaning: "what it is called, in the first row" },
    Field { name: "status", aliases: &[], meaning: "active, draft or archived; blank: not known" },
    Field { name: "currency", aliases: &[], meaning: "of the price; a variant's further currencies are left out" },
    Field { name: "track_inventory", aliases: &[], meaning: "false for what is not counted; blank: it is" },
    Field { name: "inventory_count", aliases: &[], meaning: "in stock; ∞: not counted; blank: not known" },
    Field { name: "weight", aliases: &[], meaning: "weight of one unit in weight_unit; zero or blank: not known" },
    Field { name: "weight_unit", aliases: &[], meaning: "g, kg, lb or oz; blank: the weight is not known" },
    Field { name: "depth", aliases: &[], meaning: "length of one unit in dimensions_unit" },
    Field { name: "width", aliases: &[], meaning: "width of one unit in dimensions_unit" },
    Field { name: "height", aliases: &[], meaning: "height of one unit in dimensions_unit" },
    Field { name: "dimensions_unit", aliases: &[], meaning: "mm, cm, m, in or ft; blank: the sizes are not known" },
    Field { name: "cost_price", aliases: &[], meaning: "what one unit costs; zero or blank: not known" },
    Field { name: "barcode", aliases: &[], meaning: "barcode" },
    Field { name: "option1_value", aliases: &[], meaning: "names the variant in its product" },
    Field { name: "option2_value", aliases: &[], meaning: "the same" },
    Field { name: "option3_value", aliases: &[], meaning: "the same" },
    Field { name: "category1", aliases: &[], meaning: "a path such as Men -> Shirts; blank: none" },
    Field { name: "category2", aliases: &[], meaning: "one more" },
    Field { name: "category3", aliases: &[], meaning: "one more" },
];

const OPTIONS: [&str; 3] = ["option1_value", "option2_value", "option3_value"];
const CATEGORIES: [&str; 3] = ["category1", "category2", "category3"];

fn product<'row>(record: &Record<'row>) -> &'row str {
    match record.get("product_id") {
        "" => record.get("slug"),
        id => id,
    }
}

fn values<'row>(record: &Record<'row>) -> Vec<&'row str> {
    variant::filled(OPTIONS.iter().map(|option| record.get(option)).collect())
}

fn items(rows: &[Record<'_>], options: &Options) -> Vec<Row> {
    let Some(head) = rows.first() else { return vec![] };
    if product(head).is_empty() {
        let nameless = "product_id and slug are both empty: nothing names this product";
        return rows.iter().map(|record| Row::bad(record, nameless)).collect();
    }
    let rows = in_one_currency(rows);
    let variants: Vec<&Record<'_>> = rows.iter().filter(|record| !values(record).is_empty()).collect();
    if variants.is_empty() {
        return rows.iter().map(|record| item(head, record, Kind::Single, options)).collect();
    }
    let group = item(head, head, Kind::Group, options);
    let variants = variants.into_iter().map(|record| item(head, record, Kind::Variant, options));
    std::iter::once(group).chain(variants).collect()
}

/// The rows without those that say a SKU and its options again in another currency.
fn in_one_currency<'row>(rows: &[Record<'row>]) -> Vec<Record<'row>> {
    let mut kept: Vec<Record<'row>> = vec![];
    for record in rows {
        let is_said = |other: &Record<'_>| {
            (other.get("sku"), values(other)) == (record.get("sku"), values(record))
                && other.get("currency") != record.get("currency")
        };
        if !kept.iter().any(is_said) {
            kept.push(*record);
        }
    }
    kept
}

fn item(head: &Record<'_>, record: &Record<'_>, kind: Kind, options: &Options) -> Row {
    let (mut of_product, mut cells) = (Cells::of(head, options), Cells::of(record, options));
    let (product, values) = (product(record), values(record));
    let (weight, length) = (Unit::of_weight(record.get("weight_unit")), Unit::of_length(record.get("dimensions_unit")));
    let is_sold = kind != Kind::Group;
    let item = Item {
        row: cells.line(),
        csku: cells.name("sku"),
        channel_listing_id: variant::id(product, &values),
        kind: Some(kind),
        title: variant::title(&of_product.title("name"), &values),
        barcode: cells.barcode("barcode"),
        sides_mm: length.filter(|_| is_sold).and_then(|unit| cells.sides_mm(["depth", "width", "height"], unit)),
        weight_g: weight.filter(|_| is_sold).and_then(|unit| cells.weight_g("weight", unit)),
        cost_price: cells.cost("cost_price", record.get("currency")),
        channel_status: of_product.word(
            "status",
            &[
                ("active", Some(ChannelStatus::Live)),
                ("draft", Some(ChannelStatus::NotLive)),
                ("archived", Some(ChannelStatus::NotLive)),
            ],
        ),
        categories: categories(&mut of_product),
        parent_channel_listing_id: if kind == Kind::Variant { product.to_owned() } else { String::new() },
        ..Item::default()
    };
    let item = if is_sold { stock(&mut cells).of(item) } else { item };
    if kind == Kind::Variant { cells.row(item) } else { cells.with_notes_of(of_product).row(item) }
}

fn stock(cells: &mut Cells<'_>) -> Stock {
    if cells.is("track_inventory", &["false"]) || cells.is("inventory_count", &["∞"]) {
        return Stock::NotCounted;
    }
    cells.stock("inventory_count", Stock::Unknown)
}

fn categories(of_product: &mut Cells<'_>) -> Vec<NamedCategory> {
    let named = CATEGORIES.iter().flat_map(|field| of_product.categories(field, |cell| vec![cell.replace("->", ">")]));
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::tests::items;

    #[test]
    fn a_master_is_its_variants_group_and_further_currencies_are_no_rows() {
        let found = items(
            &FORMAT,
            "product_id,sku,name,slug,status,price,currency,weight,weight_unit,track_inventory,\
             inventory_count,option1_name,option1_value,category1\n\
             7,TEE,Tee,tee,active,20.0,USD,0.0,,true,0,,,Men -> Tops\n\
             7,TEE-S,,tee,,20.0,USD,1.5,lb,true,5,Size,S,\n\
             7,TEE-S,,tee,,18.0,EUR,,,,,Size,S,\n\
             7,TEE-M,,tee,,20.0,USD,,,false,0,Size,M,\n\
             8,CARD,Card,card,draft,5.0,USD,,,true,∞,,,\n",
        );

        let seen: Vec<_> = found
            .iter()
            .map(|i| (i.row, i.kind, i.csku.as_str(), i.channel_listing_id.as_str(), i.channel_quantity))
            .collect();
        let expected = [
            (2, Some(Kind::Group), "TEE", "7", None),
            (3, Some(Kind::Variant), "TEE-S", "7/S", Some(5)),
            (5, Some(Kind::Variant), "TEE-M", "7/M", None),
            (6, Some(Kind::Single), "CARD", "8", None),
        ];
        assert_eq!(seen, expected);
        assert_eq!((found[1].weight_g, found[1].title.as_str()), (Some(680), "Tee / S"));
        assert_eq!(found[1].categories[0].path, ["Men", "Tops"]);
        assert_eq!(
            (found[1].channel_status, found[3].channel_status),
            (Some(ChannelStatus::Live), Some(ChannelStatus::NotLive))
        );
    }
}
