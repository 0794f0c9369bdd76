//! What a listing may offer.

use shared::code::Code;

use super::{
    account::Terms,
    isku::{Counting, Isku, Resolution, Sellable},
    listing::{Kind, Listing, Presence, Tracking},
    mapping::Component,
};

/// Which rule set an offered quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// What is available.
    Stock,
    /// What is available less the buffer.
    Buffer,
    /// The account's maximum.
    Maximum,
    /// No mapping, or an ISKU of it does not exist: nobody knows.
    Unmapped,
    /// Nobody has counted an ISKU of it.
    Uncounted,
    /// It is not on the channel any more.
    Removed,
    /// Not stock-tracked.
    Untracked,
    /// A group offers its members.
    Members,
}

/// What one listing may offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Units; `None` where there is no quantity of its own.
    pub quantity: Option<i64>,
    /// What set it.
    pub rule: Rule,
    /// The ISKU that there is least of.
    pub limiting: Option<Code>,
}

/// Decides what a listing may offer under its account's terms.
pub fn offer(listing: &Listing, terms: &Terms, now: &Resolution) -> Offer {
    let without = |rule| Offer { quantity: None, rule, limiting: None };
    if listing.presence == Presence::Retired {
        return without(Rule::Removed);
    }
    if listing.kind == Kind::Group {
        return without(Rule::Members);
    }
    if listing.tracking == Tracking::Untracked {
        return without(Rule::Untracked);
    }
    let offer = listing.mapping.as_ref().and_then(|mapping| offer_of(&mapping.components, terms, now));
    offer.unwrap_or_else(|| without(Rule::Unmapped))
}

/// What components may offer; `None` if one of them does not exist.
pub fn offer_of(components: &[Component], terms: &Terms, now: &Resolution) -> Option<Offer> {
    let parts: Vec<(&Component, &Isku)> = components
        .iter()
        .map(|component| {
            let isku = now.isku(&component.isku_code)?;
            (component.isku_id == Some(isku.id)).then_some((component, isku))
        })
        .collect::<Option<_>>()?;
    if let Some((_, isku)) = parts.iter().find(|(_, isku)| isku.counting == Counting::Uncounted) {
        return Some(Offer { quantity: None, rule: Rule::Uncounted, limiting: Some(isku.code.clone()) });
    }
    let (first, rest) = parts.split_first()?;
    let units = |part: &(&Component, &Isku), location: &str| available(part.1, location) / part.0.quantity.max(1);
    let places = places(first.1, terms);
    let mut whole: i64 = 0;
    for location in &places {
        let least = rest.iter().map(|part| units(part, location)).fold(units(first, location), i64::min);
        whole = whole.saturating_add(least);
    }
    let total = |part: &(&Component, &Isku)| {
        let all = self::places(part.1, terms);
        all.iter().fold(0_i64, |sum, location| sum.saturating_add(units(part, location)))
    };
    let limiting = parts.iter().min_by_key(|part| total(part)).map(|part| part.1.code.clone());
    let (quantity, rule) = cut(whole, terms);
    Some(Offer { quantity: Some(quantity), rule, limiting })
}

/// Less the buffer, at most the maximum, never below zero.
fn cut(available: i64, terms: &Terms) -> (i64, Rule) {
    let kept = available.saturating_sub(terms.buffer).max(0);
    match terms.maximum {
        Some(maximum) if kept > maximum => (maximum, Rule::Maximum),
        _ if kept < available => (kept, Rule::Buffer),
        _ => (kept, Rule::Stock),
    }
}

/// The sellable locations of an ISKU that the account sells from.
fn places<'a>(isku: &'a Isku, terms: &Terms) -> Vec<&'a str> {
    let named = |location: &String| terms.locations.is_empty() || terms.locations.contains(location);
    let stock = isku.stock.iter().filter(|stock| stock.sellable == Sellable::Yes && named(&stock.location));
    stock.map(|stock| stock.location.as_str()).collect()
}

fn available(isku: &Isku, location: &str) -> i64 {
    isku.stock.iter().find(|stock| stock.location == location).map_or(0, |stock| stock.available.max(0))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        account::{DuplicatePolicy, OnSameGoods},
        isku::{Resolved, Stock},
        listing::example,
    };

    fn isku(id: i64, stock: &[(&str, i64)]) -> (Code, Resolved) {
        let code = Code::parse(&format!("I{id}")).unwrap();
        let stock = stock.iter().map(|(location, available)| Stock {
            location: (*location).to_owned(),
            sellable: if location.starts_with('!') { Sellable::No } else { Sellable::Yes },
            on_hand: *available,
            reserved: 0,
            available: *available,
        });
        let stock = stock.collect();
        let isku = Isku {
            id,
            code: code.clone(),
            product_name: None,
            barcode: None,
            dimensions: None,
            weight_g: None,
            stock,
            counting: Counting::Counted,
        };
        (code, Resolved::Found(isku))
    }

    fn uncounted(id: i64) -> (Code, Resolved) {
        match isku(id, &[]) {
            (code, Resolved::Found(isku)) => (code, Resolved::Found(Isku { counting: Counting::Uncounted, ..isku })),
            other => other,
        }
    }

    #[test]
    fn what_is_offered_and_which_rule_says_so() {
        let now: Resolution = [
            isku(1, &[("a", 10), ("b", 5), ("!damaged", 99)]),
            isku(2, &[("a", 3), ("b", 7)]),
            isku(3, &[]),
            isku(4, &[("c", 8)]),
            uncounted(5),
        ]
        .into_iter()
        .collect();
        let check =
            |kind, set: &[(i64, i64)], (buffer, maximum, locations): (i64, Option<i64>, &[&str]), expected: &str| {
                let listing = example::listing(Uuid::from_u128(1), Uuid::from_u128(2), "A", kind, set);
                let terms = Terms {
                    duplicate_policy: DuplicatePolicy::Block,
                    buffer,
                    maximum,
                    retire_threshold_percent: 20,
                    locations: locations.iter().map(|l| (*l).to_owned()).collect(),
                    on_same_goods: OnSameGoods::Ask,
                };
                let offer = offer(&listing, &terms, &now);
                let quantity = offer.quantity.map_or("-".to_owned(), |q| q.to_string());
                let limiting = offer.limiting.map_or("-".to_owned(), |code| code.to_string());
                assert_eq!(format!("{quantity} {:?} {limiting}", offer.rule), expected, "{kind:?} {set:?}");
            };
        let plain = (0, None, &[] as &[&str]);
        check(Kind::Single, &[(1, 1)], plain, "15 Stock I1");
        check(Kind::Single, &[(1, 1)], (0, None, &["b"]), "5 Stock I1");
        check(Kind::Single, &[(1, 1)], (0, None, &["!damaged"]), "0 Stock I1");
        check(Kind::Single, &[(1, 1)], (4, None, &[]), "11 Buffer I1");
        check(Kind::Single, &[(1, 1)], (20, None, &[]), "0 Buffer I1");
        check(Kind::Single, &[(1, 1)], (4, Some(10), &[]), "10 Maximum I1");
        check(Kind::Single, &[(1, 1)], (4, Some(11), &[]), "11 Buffer I1");
        check(Kind::Single, &[(3, 1)], plain, "0 Stock I3");
        check(Kind::Single, &[(9, 1)], plain, "- Unmapped -");
        check(Kind::Single, &[], plain, "- Unmapped -");
        // Location a holds min(10/2, 3) = 3, location b min(5/2, 7) = 2.
        check(Kind::Kit, &[(1, 2), (2, 1)], plain, "5 Stock I1");
        check(Kind::Kit, &[(1, 1), (2, 2)], plain, "4 Stock I2");
        check(Kind::Kit, &[(1, 1), (4, 1)], plain, "0 Stock I4");
        check(Kind::Kit, &[(1, 1), (9, 1)], plain, "- Unmapped -");
        check(Kind::Single, &[(5, 1)], plain, "- Uncounted I5");
        check(Kind::Kit, &[(1, 1), (5, 1)], (4, Some(1), &[]), "- Uncounted I5");
        check(Kind::Kit, &[(5, 1), (9, 1)], plain, "- Unmapped -");
        check(Kind::Group, &[], plain, "- Members -");
    }
}
