//! What a column of a stock sheet can hold, and how sheets call it. Knows headers, not rows.

use shared::sheet::Field;

pub(crate) const CODE: &str = "code";
pub(crate) const PRODUCT_NAME: &str = "product_name";
pub(crate) const LENGTH_MM: &str = "length_mm";
pub(crate) const WIDTH_MM: &str = "width_mm";
pub(crate) const HEIGHT_MM: &str = "height_mm";
pub(crate) const WEIGHT_G: &str = "weight_g";
pub(crate) const COST_PRICE: &str = "cost_price";
pub(crate) const CURRENCY: &str = "currency";
pub(crate) const BARCODE: &str = "barcode";
pub(crate) const QUANTITY: &str = "quantity";
pub(crate) const LOCATION: &str = "location";

/// The columns that are read. Shopify's inventory CSV has its own names for four of them.
pub(crate) const FIELDS: &[Field] = &[
    Field { name: CODE, aliases: &["sku", "sku code", "isku", "item code"], meaning: "the ISKU's code; required" },
    Field { name: PRODUCT_NAME, aliases: &["name", "title", "item name"], meaning: "what it is called" },
    Field { name: LENGTH_MM, aliases: &["length (mm)"], meaning: "length in millimetres; the three sides go together" },
    Field { name: WIDTH_MM, aliases: &["width (mm)"], meaning: "width in millimetres" },
    Field { name: HEIGHT_MM, aliases: &["height (mm)"], meaning: "height in millimetres" },
    Field { name: WEIGHT_G, aliases: &["weight (g)"], meaning: "weight in grams" },
    Field {
        name: COST_PRICE,
        aliases: &["cost", "unit cost", "cost per item"],
        meaning: "what one unit costs, such as 12.50",
    },
    Field { name: CURRENCY, aliases: &[], meaning: "the currency of cost_price; --currency if blank" },
    Field { name: BARCODE, aliases: &["ean", "gtin", "upc"], meaning: "barcode" },
    Field {
        name: QUANTITY,
        aliases: &["qty", "stock", "on hand", "on hand (current)"],
        meaning: "units on hand; `not stocked`: none are kept there; blank: the row is not imported, since it counts nothing",
    },
    Field { name: LOCATION, aliases: &["warehouse"], meaning: "where they are; --location if blank" },
];
