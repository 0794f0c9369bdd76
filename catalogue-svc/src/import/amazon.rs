//! Amazon's listings reports (all, active, inactive): one row a listing, between tabs, with quotes as they were typed.

use shared::sheet::{Field, Quotes};

use super::{
    Format, Key, Row,
    cells::{Cells, Stock},
};
use crate::domain::{
    listing::{ChannelStatus, Kind},
    sync::item::Item,
};

pub(super) const FORMAT: Format = Format {
    name: "amazon",
    about: "Amazon's listings report",
    fields: FIELDS,
    needs: &[&["seller-sku"], &["item-name"]],
    refuses: |_| None,
    quotes: Quotes::Typed,
    key: |_| Key::Own,
    read: |rows, options| rows.iter().map(|record| item(Cells::of(record, options))).collect(),
};

const FIELDS: &[Field] = &[
    Field { name: "seller-sku", aliases: &["sku"], meaning: "the CSKU" },
    Field { name: "listing-id", aliases: &[], meaning: "the channel's listing id" },
    Field { name: "item-name", aliases: &[], meaning: "what it is called" },
    Field {
        name: "quantity",
        aliases: &[],
        meaning: "in stock; blank: not counted here, as for what lies in Amazon's own warehouse",
    },
    Field {
        name: "fulfillment-channel",
        aliases: &["fulfilment-channel"],
        meaning: "AMAZON_… for what lies in Amazon's own warehouse, which is not counted here",
    },
    Field { name: "status", aliases: &[], meaning: "Active, Inactive or Incomplete; blank: not known" },
    Field { name: "product-id", aliases: &[], meaning: "barcode, where its type says so" },
    Field { name: "product-id-type", aliases: &[], meaning: "2 ISBN, 3 UPC, 4 EAN; others are no barcode" },
];

fn item(mut cells: Cells<'_>) -> Row {
    if cells.is_blank("seller-sku") && cells.is_blank("listing-id") {
        cells.refuse("seller-sku and listing-id are both empty: nothing names this listing");
    }
    let is_at_amazon = cells.plain("fulfillment-channel").to_uppercase().starts_with("AMAZON");
    let stock = if is_at_amazon { Stock::NotCounted } else { cells.stock("quantity", Stock::NotCounted) };
    let has_barcode = cells.is("product-id-type", &["2", "3", "4"]);
    let status = [
        ("active", Some(ChannelStatus::Live)),
        ("inactive", Some(ChannelStatus::NotLive)),
        ("incomplete", Some(ChannelStatus::NotLive)),
    ];
    let item = Item {
        row: cells.line(),
        csku: cells.name("seller-sku"),
        channel_listing_id: cells.name("listing-id"),
        kind: Some(Kind::Single),
        title: cells.title("item-name"),
        barcode: if has_barcode { cells.barcode("product-id") } else { String::new() },
        channel_status: cells.word("status", &status),
        ..Item::default()
    };
    cells.row(stock.of(item))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Options, Reading, tests::items};

    const HEADER: &str = "item-name\titem-description\tlisting-id\tseller-sku\tprice\tquantity\topen-date\t\
        product-id-type\tproduct-id\tfulfillment-channel\tstatus\n";

    #[test]
    fn a_report_is_read_with_its_quotes_and_what_amazon_keeps_is_not_counted() {
        let found = items(
            &FORMAT,
            &format!(
                "{HEADER}Board 12\" wide\t\"A\" grade\t0101A\tBOARD-12\t9.90\t7\t2020-01-01\t4\t4006381333931\tDEFAULT\tActive\n\
                 Cup\t\t0101B\tCUP-FBA\t5\t\t2020-01-01\t1\tB00EXAMPLE\tAMAZON_EU\tInactive\n\
                 Pot\t\t0101C\tPOT\t5\t3\t\t3\t036000291452\tAMAZON_NA\t\n"
            ),
        );

        let seen: Vec<_> = found
            .iter()
            .map(|i| (i.csku.as_str(), i.channel_listing_id.as_str(), i.title.as_str(), i.channel_quantity))
            .collect();
        let expected = [
            ("BOARD-12", "0101A", "Board 12\" wide", Some(7)),
            ("CUP-FBA", "0101B", "Cup", None),
            ("POT", "0101C", "Pot", None),
        ];
        assert_eq!(seen, expected);
        let barcodes: Vec<&str> = found.iter().map(|item| item.barcode.as_str()).collect();
        assert_eq!(barcodes, ["4006381333931", "", "036000291452"]);
        let status: Vec<_> = found.iter().map(|item| item.channel_status).collect();
        assert_eq!(status, [Some(ChannelStatus::Live), Some(ChannelStatus::NotLive), None]);
    }

    #[test]
    fn a_report_in_windows_1252_is_read() {
        let bytes = [HEADER.as_bytes(), b"Cr\xE8me br\xFBl\xE9e\t\t1\tCR\xC8ME\t1\t2\t\t\t\t\tActive\n"].concat();

        let sheet = FORMAT.open(&bytes, &Reading::default()).unwrap();

        let options = Options::default();
        let item = FORMAT.items(&sheet, &options).next().unwrap().item.unwrap();
        assert_eq!((item.csku.as_str(), item.title.as_str()), ("CR\u{c8}ME", "Cr\u{e8}me br\u{fb}l\u{e9}e"));
    }
}
