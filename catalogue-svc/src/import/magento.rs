//! Magento 2's product export: one row a product, and one more for each store view that says it otherwise.
//!
//! simple → SINGLE, configurable → GROUP of its variations, grouped → GROUP of its associated products, bundle → KIT where nothing is left
//! to choose. Virtual and downloadable ones take no stock. The export has no listing ids. Weights have no unit in it and are not read.

mod bundle;

use shared::sheet::{Field, Quotes, Record};

use self::bundle::Bundle;
use super::{
    Format, Key, Options, Row,
    cells::{Cells, Stock},
    list,
};
use crate::domain::{
    listing::{ChannelStatus, Kind, Tracking},
    sync::item::Item,
};

pub(super) const FORMAT: Format = Format {
    name: "magento",
    about: "Magento 2's product export",
    fields: FIELDS,
    needs: &[&["sku"], &["product_type"]],
    refuses: |_| None,
    quotes: Quotes::Csv,
    key: |record| match record.get("sku") {
        "" => Key::Own,
        sku => Key::Of(sku),
    },
    read: items,
};

const FIELDS: &[Field] = &[
    Field { name: "sku", aliases: &[], meaning: "the CSKU; required" },
    Field {
        name: "store_view_code",
        aliases: &[],
        meaning: "filled in where the row only says the product in the words of a store view: it is left out",
    },
    Field {
        name: "product_type",
        aliases: &["type"],
        meaning: "simple, configurable, grouped, bundle, virtual, downloadable, giftcard",
    },
    Field { name: "name", aliases: &[], meaning: "what it is called" },
    Field {
        name: "categories",
        aliases: &[],
        meaning: "paths such as Default Category/Gear/Bags, several separated by commas; blank: none",
    },
    Field { name: "product_online", aliases: &["status"], meaning: "1 live, 2 or 0 not; blank: not known" },
    Field { name: "qty", aliases: &[], meaning: "in stock; blank: not counted" },
    Field { name: "manage_stock", aliases: &[], meaning: "0 for what is not counted; blank: it is" },
    Field {
        name: "use_config_manage_stock",
        aliases: &[],
        meaning: "1 where manage_stock says nothing: the shop counts",
    },
    Field { name: "cost", aliases: &[], meaning: "what one unit costs; zero or blank: not known" },
    Field { name: "gtin", aliases: &["ean", "upc", "barcode"], meaning: "barcode" },
    Field { name: "configurable_variations", aliases: &[], meaning: "for configurable: sku=A,size=S|sku=B,size=M" },
    Field { name: "associated_skus", aliases: &["grouped_skus"], meaning: "for grouped: A=1.0000,B=2.0000" },
    Field {
        name: "bundle_values",
        aliases: &[],
        meaning: "for bundle: name=Cup,required=1,sku=CUP,default_qty=2.0000|name=Pot,…",
    },
];

/// The items of one SKU: the row of all store views.
fn items(rows: &[Record<'_>], options: &Options) -> Vec<Row> {
    let of_all = rows.iter().filter(|record| record.get("store_view_code").is_empty());
    of_all.map(|record| item(Cells::of(record, options))).collect()
}

fn item(mut cells: Cells<'_>) -> Row {
    if cells.is_blank("sku") {
        cells.refuse("sku is empty: nothing names this product");
    }
    let (kind, tracking) = kind(&mut cells);
    let mut components = vec![];
    if kind == Kind::Kit {
        match Bundle::parse(&cells.text("bundle_values")) {
            Bundle::Set(set) => components = set,
            Bundle::Choice(why) => {
                cells.remark(format!("the bundle is a KIT without components: {why}; MapListing names what it sells"));
            }
        }
    }
    let members = if kind == Kind::Group { members(&mut cells) } else { vec![] };
    let status = [
        ("1", Some(ChannelStatus::Live)),
        ("2", Some(ChannelStatus::NotLive)),
        ("0", Some(ChannelStatus::NotLive)),
        ("enabled", Some(ChannelStatus::Live)),
        ("disabled", Some(ChannelStatus::NotLive)),
    ];
    let is_uncounted = cells.is("manage_stock", &["0", "no"]) && !cells.is("use_config_manage_stock", &["1", "yes"]);
    let stock = if is_uncounted { Stock::NotCounted } else { cells.stock("qty", Stock::NotCounted) };
    let stock = if matches!(kind, Kind::Kit | Kind::Group) { Stock::Unknown } else { stock };
    let item = Item {
        row: cells.line(),
        csku: cells.name("sku"),
        kind: Some(kind),
        title: cells.title("name"),
        barcode: cells.barcode("gtin"),
        cost_price: cells.cost("cost", ""),
        channel_status: cells.word("product_online", &status),
        categories: cells.categories("categories", |cell| {
            list::split(cell, ',').iter().map(|path| path.replace('/', ">")).collect()
        }),
        tracking,
        member_cskus: members,
        components,
        ..Item::default()
    };
    cells.row(stock.of(item))
}

fn kind(cells: &mut Cells<'_>) -> (Kind, Tracking) {
    let words = [
        ("simple", Some((Kind::Single, Tracking::Tracked))),
        ("configurable", Some((Kind::Group, Tracking::Tracked))),
        ("grouped", Some((Kind::Group, Tracking::Tracked))),
        ("bundle", Some((Kind::Kit, Tracking::Tracked))),
        ("virtual", Some((Kind::Single, Tracking::Untracked))),
        ("downloadable", Some((Kind::Single, Tracking::Untracked))),
        ("giftcard", Some((Kind::Single, Tracking::Untracked))),
    ];
    cells.word("product_type", &words).unwrap_or((Kind::Single, Tracking::Tracked))
}

/// The SKUs of a configurable or grouped product's members.
fn members(cells: &mut Cells<'_>) -> Vec<String> {
    let variations = cells.text("configurable_variations");
    let associated = cells.text("associated_skus");
    let of_variations =
        variations.split('|').filter_map(|variation| bundle::value(variation, "sku")).map(str::to_owned);
    let of_group =
        associated.split(',').map(|member| member.rsplit_once('=').map_or(member, |(sku, _)| sku).trim().to_owned());
    of_variations.chain(of_group).filter(|sku| !sku.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::tests::{items, notes};

    const FILE: &str = "sku,store_view_code,product_type,name,categories,product_online,qty,manage_stock,use_config_manage_stock,\
                        configurable_variations,associated_skus,bundle_values\n\
        TEE-S,,simple,Tee S,\"Default Category/Men/Tops,Default Category/Sale\",1,12.0000,1,1,,,\n\
        TEE-S,fr,,T-shirt S,,,,,,,,\n\
        TEE-M,,simple,Tee M,Default Category/Men/Tops,2,0.0000,0,0,,,\n\
        TEE,,configurable,Tee,Default Category/Men/Tops,1,0.0000,1,1,\"sku=TEE-S,size=S|sku=TEE-M,size=M\",,\n\
        SET,,grouped,Set,,1,,,,,\"TEE-S=1.0000,CUP=2.0000\",\n\
        BOX,,bundle,Box,,1,,,,,,\"name=Cup,type=select,required=1,sku=CUP,default_qty=2.0000|\
        name=Pot,required=1,sku=POT,default_qty=1.0000\"\n\
        ANY,,bundle,Any,,1,,,,,,\"name=Ball,required=1,sku=BLUE,default_qty=1.0000|name=Ball,required=1,sku=PINK,default_qty=1.0000\"\n\
        BOOK,,downloadable,Book,,1,,,,,,\n";

    #[test]
    fn each_product_type_becomes_its_kind_and_store_views_are_left_out() {
        let found = items(&FORMAT, FILE);

        let seen: Vec<_> = found.iter().map(|i| (i.row, i.csku.as_str(), i.kind, i.channel_quantity)).collect();
        let expected = [
            (2, "TEE-S", Some(Kind::Single), Some(12)),
            (4, "TEE-M", Some(Kind::Single), None),
            (5, "TEE", Some(Kind::Group), None),
            (6, "SET", Some(Kind::Group), None),
            (7, "BOX", Some(Kind::Kit), None),
            (8, "ANY", Some(Kind::Kit), None),
            (9, "BOOK", Some(Kind::Single), None),
        ];
        assert_eq!(seen, expected);
        assert_eq!(
            (&found[2].member_cskus, &found[3].member_cskus),
            (&vec!["TEE-S".to_owned(), "TEE-M".to_owned()], &vec!["TEE-S".to_owned(), "CUP".to_owned()])
        );
        assert_eq!(found[4].components, [("CUP".to_owned(), 2), ("POT".to_owned(), 1)]);
        assert_eq!(found[5].components, []);
        assert_eq!(found[6].tracking, Tracking::Untracked);
        assert_eq!(found[0].categories[0].path, ["Default Category", "Men", "Tops"]);
        assert_eq!(
            (found[0].channel_status, found[1].channel_status),
            (Some(ChannelStatus::Live), Some(ChannelStatus::NotLive))
        );
    }

    #[test]
    fn a_bundle_with_a_choice_is_told() {
        let told = notes(&FORMAT, FILE);

        assert_eq!(told.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [8]);
        assert!(told[0].2.contains("\"Ball\" is a choice"), "{told:?}");
    }
}
