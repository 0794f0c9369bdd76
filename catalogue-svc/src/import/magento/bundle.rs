//! The options of a Magento bundle: a set, unless something is left to choose.

use shared::sheet::{Mark, Number};

/// What a bundle sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bundle {
    /// All of these.
    Set(Vec<(String, i64)>),
    /// What the customer chooses, or what cannot be told; and why.
    Choice(String),
}

impl Bundle {
    /// Reads `name=Cup,required=1,sku=CUP,default_qty=2.0000|name=Pot,…`.
    pub(super) fn parse(cell: &str) -> Self {
        let mut names: Vec<&str> = vec![];
        let mut set = vec![];
        for option in cell.split('|').filter(|option| !option.trim().is_empty()) {
            let name = value(option, "name").unwrap_or_default();
            let (Some(sku), Some(quantity)) = (value(option, "sku"), quantity(option)) else {
                return Self::Choice(format!("the option {name:?} has no SKU or no whole quantity"));
            };
            let is_free = value(option, "required") == Some("0") || value(option, "can_change_qty") == Some("1");
            if names.contains(&name) || is_free {
                return Self::Choice(format!("{name:?} is a choice"));
            }
            names.push(name);
            set.push((sku.to_owned(), quantity));
        }
        if set.is_empty() { Self::Choice("it names no options".to_owned()) } else { Self::Set(set) }
    }
}

fn quantity(option: &str) -> Option<i64> {
    let number = Number::parse(value(option, "default_qty").unwrap_or("1"), Some(Mark::Point)).ok()?;
    number.whole().filter(|quantity| *quantity >= 1)
}

/// The value of a key in `key=value,key=value`.
pub(super) fn value<'cell>(pairs: &'cell str, key: &str) -> Option<&'cell str> {
    let mut pairs = pairs.split(',').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_a_set_only_where_nothing_is_left_to_choose() {
        let check = |cell: &str, expected: Result<&[(&str, i64)], &str>| match (Bundle::parse(cell), expected) {
            (Bundle::Set(set), Ok(expected)) => {
                let set: Vec<(&str, i64)> = set.iter().map(|(sku, quantity)| (sku.as_str(), *quantity)).collect();
                assert_eq!(set, expected, "{cell}");
            }
            (Bundle::Choice(why), Err(part)) => assert!(why.contains(part), "{cell}: {why}"),
            (found, expected) => panic!("{cell}: {found:?}, not {expected:?}"),
        };
        check("name=A,required=1,sku=X,default_qty=2.0000", Ok(&[("X", 2)]));
        check("name=A, B,required=1,sku=X|name=C,sku=Y", Ok(&[("X", 1), ("Y", 1)]));
        check("name=A,sku=X|name=A,sku=Y", Err("choice"));
        check("name=A,required=0,sku=X", Err("choice"));
        check("name=A,required=1,sku=X,can_change_qty=1", Err("choice"));
        check("name=A,required=1", Err("no SKU"));
        check("name=A,sku=X,default_qty=0.5", Err("no whole quantity"));
        check("", Err("no options"));
    }
}
