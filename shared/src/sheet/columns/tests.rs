//! Headers, and what is found under them.

use super::*;

const FIELDS: &[Field] = &[
    Field { name: "code", aliases: &["SKU", "Item code"], meaning: "" },
    Field { name: "product_name", aliases: &["Title"], meaning: "" },
    Field { name: "quantity", aliases: &["On hand (current)"], meaning: "" },
    Field { name: "categories", aliases: &["Kategorien", "Catégories"], meaning: "" },
    Field { name: "Weight", aliases: &["Weight (*)", "Poids (*)"], meaning: "" },
];

fn columns(header: &str, choices: &[&str]) -> Result<Columns, HeaderError> {
    let header = header.split('|').map(str::to_owned).collect();
    let choices: Vec<Choice> = choices.iter().map(|text| text.parse().unwrap()).collect();
    Columns::of(header, FIELDS, &choices)
}

fn place(header: &str, choices: &[&str], field: &str) -> Option<usize> {
    columns(header, choices).unwrap().place_of(field)
}

#[test]
fn a_field_is_under_its_own_name_another_name_or_the_chosen_header() {
    for (header, choices, expected) in [
        ("x|code", vec![], Some(1)),
        ("x|CODE ", vec![], Some(1)),
        ("x|sku", vec![], Some(1)),
        ("x|Item_Code", vec![], Some(1)),
        ("x|y", vec!["code=Y"], Some(1)),
        ("code|SKU", vec![], Some(0)),
        ("code|SKU", vec!["code=SKU"], Some(1)),
        ("code|SKU", vec!["SKU=SKU"], Some(1)),
        ("x|y", vec![], None),
    ] {
        assert_eq!(place(header, &choices, "code"), expected, "{header} {choices:?}");
    }
    for composed in ["x|Cat\u{e9}gories", "x|Cate\u{301}gories", "x|CATE\u{301}GORIES"] {
        assert_eq!(place(composed, &[], "categories"), Some(1), "{composed}");
    }
    let weight = columns("code|Poids (kg)", &[]).unwrap();
    assert_eq!((weight.header("Weight"), weight.header("quantity")), (Some("Poids (kg)"), None));
}

#[test]
fn one_column_may_hold_two_fields() {
    let columns = columns("code|SKU", &["code=SKU", "product_name=SKU"]).unwrap();

    assert_eq!((columns.place_of("code"), columns.place_of("product_name")), (Some(1), Some(1)));
    assert_eq!(columns.unread(), [Unread { header: "code".into(), near: None }]);
}

#[test]
fn a_header_that_leaves_doubt_is_refused() {
    let refused = |header: &str, choices: &[&str]| columns(header, choices).unwrap_err();
    let twice = |header: &str| HeaderError::Twice { header: header.to_owned() };

    assert_eq!(refused("|", &[]), HeaderError::Empty);
    assert_eq!(refused("code|code", &[]), twice("code"));
    assert_eq!(refused("code|quantity|Quantity", &[]), twice("quantity"));
    assert_eq!(refused("sku|SKU", &[]), twice("sku"));
    assert_eq!(refused("a|a", &["code=a"]), twice("a"));
    assert_eq!(
        refused("sku|item code", &[]).to_string(),
        "code may be in the columns `sku` and `item code`: say in which with --column \"code=HEADER\""
    );
    assert_eq!(refused("code", &["code=code", "SKU=code"]), HeaderError::FieldTwice { field: "code" });
    assert_eq!(
        refused("sku|qty", &["code=SKUs"]),
        HeaderError::NoColumn { header: "SKUs".into(), found: "sku, qty".into() }
    );
    assert!(refused("code", &["colour=code"]).to_string().contains("product_name"));
    assert!(columns("a|b", &[]).unwrap().require_any(&["code"]).is_err());
    assert!(columns("x|x|code", &[]).is_ok(), "what nobody reads may repeat");
}

#[test]
fn what_is_not_read_is_told_with_the_field_that_may_be_meant() {
    let columns = columns("code|category|Colour|quantty|Weight", &[]).unwrap();

    let unread: Vec<_> = columns.unread().iter().map(|unread| (unread.header.as_str(), unread.near)).collect();
    assert_eq!(unread, [("category", Some("categories")), ("Colour", None), ("quantty", Some("quantity"))]);
}

#[test]
fn a_choice_names_a_field_and_a_header() {
    let choice = |text: &str| text.parse::<Choice>();

    assert_eq!(choice("code=a=b"), Ok(Choice { field: "code".into(), header: "a=b".into() }));
    assert!(choice("code").is_err() && choice("code= ").is_err() && choice("=a").is_err());
}
