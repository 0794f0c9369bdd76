//! Kits of a feed that cannot be: with a choice, or of a kit.

use std::collections::HashSet;

use shared::code::Code;

use super::stated::Stated;
use crate::domain::isku::Resolution;

/// What separates the alternatives of a choice.
const CHOICE: char = '|';

/// The components that are no ISKUs, and may be kits.
pub fn unknown<'a>(stated: &'a Stated, resolution: &'a Resolution) -> impl Iterator<Item = &'a Code> {
    stated.components.keys().filter(|code| resolution.isku(code).is_none())
}

/// Why the feed's kit cannot be, by name; `kits` are codes of the account's kits.
pub fn unsupported(stated: &Stated, resolution: &Resolution, kits: &HashSet<Code>) -> Option<String> {
    let problems = unknown(stated, resolution).filter_map(|code| {
        if kits.contains(code) {
            Some(format!("component {:?} is a kit itself: a kit consists of ISKUs", code.as_str()))
        } else if code.as_str().contains(CHOICE) {
            Some(format!("component {:?} is a choice: a kit sells all of its components", code.as_str()))
        } else {
            None
        }
    });
    let problems: Vec<String> = problems.collect();
    (!problems.is_empty()).then(|| problems.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        isku::{Counting, Isku, Resolved},
        listing::Kind,
        sync::item::Item,
    };

    #[test]
    fn a_choice_and_a_kit_are_no_components_unless_there_is_such_an_isku() {
        let code = |text: &str| Code::parse(text).unwrap();
        let isku = |text: &str| {
            let isku = Isku {
                id: 1,
                code: code(text),
                product_name: None,
                barcode: None,
                dimensions: None,
                weight_g: None,
                stock: vec![],
                counting: Counting::Counted,
            };
            (code(text), Resolved::Found(isku))
        };
        let resolution: Resolution = ["A", "X|Y", "BOX"].map(isku).into_iter().collect();
        let check = |components: &[&str], expected: Option<&[&str]>| {
            let components = components.iter().map(|code| ((*code).to_owned(), 1)).collect();
            let item = Item { row: 1, csku: "K".into(), kind: Some(Kind::Kit), components, ..Item::default() };
            let stated = Stated::parse(&item).unwrap();
            let told = unsupported(&stated, &resolution, &HashSet::from([code("SET"), code("BOX")]));
            assert_eq!(told.is_some(), expected.is_some(), "{told:?}");
            assert!(expected.unwrap_or_default().iter().all(|word| told.as_ref().unwrap().contains(word)), "{told:?}");
        };
        check(&["A", "X|Y", "BOX", "N"], None);
        check(&["A", "A|B"], Some(&["\"A|B\" is a choice"]));
        check(&["SET", "A|B"], Some(&["\"SET\" is a kit", "\"A|B\" is a choice"]));
    }
}
