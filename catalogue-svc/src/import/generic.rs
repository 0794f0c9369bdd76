//! The generic CSV: columns in any order, all but one of the two codes may be missing. [`COLUMNS`] documents each.

use super::{Options, Row, list, number::Cells, number::Unit, table::Record};
use crate::domain::{
    listing::{ChannelStatus, Kind, Tracking},
    sync::item::{Item, NamedCategory},
};

/// The columns and what they hold.
pub(crate) const COLUMNS: [(&str, &str); 20] = [
    ("csku", "the listing's SKU on the channel; this or channel_listing_id is required"),
    ("channel_listing_id", "the channel's own id of the listing"),
    (
        "kind",
        "SINGLE, GROUP, VARIANT or KIT; if blank: KIT with components, GROUP with members, VARIANT with a parent, else SINGLE",
    ),
    ("title", "what it is called"),
    ("barcode", "barcode"),
    ("length_mm", "length of one unit in millimetres; the three sides go together"),
    ("width_mm", "width of one unit in millimetres"),
    ("height_mm", "height of one unit in millimetres"),
    ("weight_g", "weight of one unit in grams"),
    ("cost_price", "what one unit costs the merchant, such as 12.50"),
    ("currency", "the currency of cost_price, such as MYR; --currency if blank"),
    ("quantity", "what the channel shows as in stock"),
    ("status", "live or not_live"),
    ("categories", "paths such as Clothing > Shirts, several separated by |"),
    ("category_id", "the channel's id of the (first) category"),
    ("stock_tracked", "no for what takes no stock (external, virtual); yes if blank"),
    ("parent_csku", "for VARIANT: the SKU of its group"),
    ("parent_channel_listing_id", "for VARIANT: the channel's id of its group"),
    ("members", "for GROUP: SKUs separated by |"),
    ("components", "for KIT: ISKUs with quantities, such as CUP*2+SAUCER*2+POT"),
];

/// The item of one row. In lists a backslash keeps the next character as it is.
pub(super) fn item(row: &Record, options: &Options) -> Row {
    let mut cells = Cells::new(row);
    if row.get("csku").is_empty() && row.get("channel_listing_id").is_empty() {
        cells.note("csku and channel_listing_id are both empty: nothing names this listing");
    }
    let sides = ["length_mm", "width_mm", "height_mm"].map(|side| cells.measure(side, Unit::ONE));
    let sides_mm = match sides {
        [Some(length), Some(width), Some(height)] => Some([length, width, height]),
        _ => None,
    };
    let currency = Some(row.get("currency")).filter(|currency| !currency.is_empty()).or(options.currency.as_deref());
    let kind = kind(row, &mut cells);
    let channel_status = word(
        row,
        &mut cells,
        "status",
        &[("live", Some(ChannelStatus::Live)), ("not_live", Some(ChannelStatus::NotLive))],
    );
    let tracking = word(row, &mut cells, "stock_tracked", &[("yes", Tracking::Tracked), ("no", Tracking::Untracked)]);
    let item = Item {
        row: row.row(),
        csku: row.get("csku").to_owned(),
        channel_listing_id: row.get("channel_listing_id").to_owned(),
        kind,
        title: row.get("title").to_owned(),
        barcode: row.get("barcode").to_owned(),
        sides_mm,
        weight_g: cells.measure("weight_g", Unit::ONE),
        cost_price: cells.amount("cost_price", currency),
        channel_quantity: cells.quantity("quantity"),
        quantity_basis: None,
        channel_status,
        categories: categories(row),
        tracking,
        parent_csku: row.get("parent_csku").to_owned(),
        parent_channel_listing_id: row.get("parent_channel_listing_id").to_owned(),
        member_cskus: list::split(row.get("members"), '|'),
        member_channel_listing_ids: vec![],
        components: components(row.get("components"), &mut cells),
    };
    if cells.problems.is_empty() { Ok(item) } else { Err(row.bad(&cells.problems)) }
}

fn kind(row: &Record, cells: &mut Cells<'_>) -> Option<Kind> {
    let filled = |name: &str| !row.get(name).is_empty();
    let implied = if filled("components") {
        Kind::Kit
    } else if filled("members") {
        Kind::Group
    } else if filled("parent_csku") || filled("parent_channel_listing_id") {
        Kind::Variant
    } else {
        Kind::Single
    };
    let words = [("single", Kind::Single), ("group", Kind::Group), ("variant", Kind::Variant), ("kit", Kind::Kit)];
    if filled("kind") { word(row, cells, "kind", &words.map(|(word, kind)| (word, Some(kind)))) } else { Some(implied) }
}

/// One of the words, without regard to case; the default if the cell is blank.
fn word<T: Copy + Default>(row: &Record, cells: &mut Cells<'_>, name: &str, words: &[(&str, T)]) -> T {
    let cell = row.get(name);
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(cell));
    if found.is_none() && !cell.is_empty() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        cells.note(format!("{name} {cell:?} is none of {}", known.join(", ")));
    }
    found.map(|(_, value)| *value).unwrap_or_default()
}

fn categories(row: &Record) -> Vec<NamedCategory> {
    let paths = list::split(row.get("categories"), '|')
        .into_iter()
        .map(|path| list::path(&path))
        .filter(|path| !path.is_empty());
    let mut named: Vec<NamedCategory> = paths.map(|path| NamedCategory { path, ..NamedCategory::default() }).collect();
    let id = row.get("category_id");
    if !id.is_empty() {
        if named.is_empty() {
            named.push(NamedCategory::default());
        }
        for first in named.iter_mut().take(1) {
            first.channel_category_id = id.to_owned();
        }
    }
    named
}

/// `CODE*2+CODE2`: `+` between components, `*` before a quantity.
fn components(cell: &str, cells: &mut Cells<'_>) -> Vec<(String, i64)> {
    let mut components = vec![];
    for part in list::pieces(cell, '+').iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        let pieces = list::pieces(part, '*');
        let (code, quantity) = match pieces.as_slice() {
            [code] => (code, Some(1)),
            [code, quantity] => (code, quantity.trim().parse::<i64>().ok().filter(|quantity| *quantity >= 1)),
            _ => (&pieces[0], None),
        };
        let code = list::unescape(code.trim());
        match quantity {
            Some(quantity) if !code.is_empty() => components.push((code, quantity)),
            _ => cells.note(format!("components: {part:?} is not CODE or CODE*2")),
        }
    }
    components
}

#[cfg(test)]
mod tests {
    use super::{super::tests::rows, *};
    use crate::{domain::sync::item::Amount, import::Format};

    #[test]
    fn the_header_names_the_columns_in_any_order_and_case() {
        let found = rows(
            Format::Generic,
            "Title,CSKU,status,quantity,cost_price,currency,length_mm,width_mm,height_mm,weight_g,categories,category_id,stock_tracked\n\
             Cup, CUP-1 ,Live,-3,12.5,MYR,80,80,90,250,Kitchen > Cups|Gifts,C7,no\n",
            None,
        );

        let expected = Item {
            row: 2,
            csku: "CUP-1".into(),
            kind: Some(Kind::Single),
            title: "Cup".into(),
            sides_mm: Some([80, 80, 90]),
            weight_g: Some(250),
            cost_price: Some(Amount { currency: "MYR".into(), units: 12, nanos: 500_000_000 }),
            channel_quantity: Some(-3),
            channel_status: Some(ChannelStatus::Live),
            categories: vec![
                NamedCategory { channel_category_id: "C7".into(), path: vec!["Kitchen".into(), "Cups".into()] },
                NamedCategory { channel_category_id: String::new(), path: vec!["Gifts".into()] },
            ],
            tracking: Tracking::Untracked,
            ..Item::default()
        };
        assert_eq!(found, [Ok(expected)]);
    }

    #[test]
    fn kinds_follow_from_what_is_filled_in() {
        let found = rows(
            Format::Generic,
            "csku,kind,parent_csku,members,components\nA,,,,\nG,,,A|B\\|C,\nV,,G,,\nK,,,,CUP*2+SAUCER + a\\+b\\*c*3\nX,group,,,\n",
            None,
        );

        let items: Vec<Item> = found.into_iter().map(Result::unwrap).collect();
        let kinds: Vec<Kind> = items.iter().filter_map(|item| item.kind).collect();
        assert_eq!(kinds, [Kind::Single, Kind::Group, Kind::Variant, Kind::Kit, Kind::Group]);
        assert_eq!(items[1].member_cskus, ["A", "B|C"]);
        assert_eq!(items[3].components, [("CUP".to_owned(), 2), ("SAUCER".to_owned(), 1), ("a+b*c".to_owned(), 3)]);
    }

    #[test]
    fn every_bad_cell_of_a_row_is_named() {
        let found = rows(Format::Generic, "csku,kind,status,quantity,components\n,box,on,many,CUP*0\n", None);

        let reason = &found[0].as_ref().unwrap_err().reason;
        for part in [
            "both empty",
            "kind \"box\" is none of single, group, variant, kit",
            "status \"on\" is none of live, not_live",
            "quantity \"many\" is not a whole number",
            "components: \"CUP*0\" is not CODE or CODE*2",
        ] {
            assert!(reason.contains(part), "{part} in {reason}");
        }
    }
}
