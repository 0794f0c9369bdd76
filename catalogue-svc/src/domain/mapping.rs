//! Mappings: the ISKUs with quantities that a listing sells.

use shared::{code::Code, time::Micros};

use super::{
    Error,
    isku::{Resolution, Resolved},
    listing::Kind,
};

/// Where a mapping comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The ISKU with the CSKU's code, or the feed's own bundle.
    Default,
    /// A person or a service chose it; survives every sync.
    Manual,
}

/// A quantity of an ISKU that a listing sells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Component {
    /// The code that it was mapped under.
    pub isku_code: Code,
    /// The ISKU; `None` if a feed names one that does not exist.
    pub isku_id: Option<i64>,
    /// Units of it in one unit of the listing.
    pub quantity: i64,
}

/// One revision of a mapping; never changed once written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Its number, from 1.
    pub revision: i64,
    /// Where it comes from.
    pub source: Source,
    /// What is sold.
    pub components: Vec<Component>,
    /// Who made it.
    pub actor: String,
    /// Why; may be empty.
    pub note: String,
    /// When it was made.
    pub create_time: Micros,
}

/// A component as somebody names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The ISKU's code or an alias.
    pub isku_code: Code,
    /// Units in one unit of the listing.
    pub quantity: i64,
}

/// The most components of a kit.
pub const COMPONENTS_MAX: usize = 100;
/// The most units of one ISKU in one unit of a listing.
pub const QUANTITY_MAX: i64 = 1_000_000;

/// What a person chose: every ISKU must exist and not be archived; repeats of an ISKU are summed.
pub fn choose(kind: Kind, named: &[Named], resolution: &Resolution) -> Result<Vec<Component>, Error> {
    for one in named {
        match resolution.get(&one.isku_code) {
            Some(Resolved::Found(_)) => {}
            Some(Resolved::Archived(isku)) => return Err(Error::IskuArchived { isku_code: isku.code.clone() }),
            Some(Resolved::NotFound(_)) | None => {
                return Err(Error::IskuNotFound { isku_code: one.isku_code.clone() });
            }
        }
    }
    let components = merge(named, resolution);
    fits(kind, &components)?;
    Ok(components)
}

/// What a feed's bundle consists of: ISKUs that do not exist are kept without their number; repeats are summed.
pub fn merge(named: &[Named], resolution: &Resolution) -> Vec<Component> {
    let mut merged: Vec<Component> = Vec::with_capacity(named.len());
    for one in named {
        let isku = resolution.isku(&one.isku_code);
        let code = isku.map_or(&one.isku_code, |isku| &isku.code);
        match merged.iter_mut().find(|component| component.isku_code == *code) {
            Some(component) => component.quantity = component.quantity.saturating_add(one.quantity),
            None => merged.push(Component {
                isku_code: code.clone(),
                isku_id: isku.map(|isku| isku.id),
                quantity: one.quantity,
            }),
        }
    }
    merged
}

/// Whether a listing of this kind can sell these components.
pub fn fits(kind: Kind, components: &[Component]) -> Result<(), Error> {
    let mismatch = |problem: &'static str| Err(Error::KindMismatch { kind, problem });
    match (kind, components) {
        (Kind::Group, _) => mismatch("a group offers its members and has no mapping of its own"),
        (Kind::Single, [one]) if one.quantity == 1 => Ok(()),
        (Kind::Single, _) => mismatch("it sells exactly one ISKU x 1; a kit sells more"),
        (Kind::Kit | Kind::Variant, []) => mismatch("a kit has at least one component"),
        (Kind::Kit | Kind::Variant, many) if many.iter().any(|one| !(1..=QUANTITY_MAX).contains(&one.quantity)) => {
            mismatch("a kit has 1 to 1,000,000 units of each component, repeats summed")
        }
        (Kind::Kit | Kind::Variant, _) => Ok(()),
    }
}

/// Whether this is one unit of one ISKU.
pub fn is_one(components: &[Component]) -> bool {
    matches!(components, [one] if one.quantity == 1)
}

/// What is sold and how, in one text; `None` while a component is missing. A kit never equals a single; a variant that is a pack is one.
pub fn set_key(kind: Kind, components: &[Component]) -> Option<String> {
    let mut parts = components
        .iter()
        .map(|component| component.isku_id.map(|id| (id, component.quantity)))
        .collect::<Option<Vec<_>>>()?;
    parts.sort_unstable();
    let parts: Vec<String> = parts.into_iter().map(|(id, quantity)| format!("{id}x{quantity}")).collect();
    match kind {
        Kind::Group => None,
        _ if parts.is_empty() => None,
        Kind::Single | Kind::Variant if is_one(components) => Some(format!("one:{}", parts.join("+"))),
        Kind::Single | Kind::Variant | Kind::Kit => Some(format!("kit:{}", parts.join("+"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::isku::{Counting, Isku};

    fn isku(id: i64, code: &str) -> Isku {
        Isku {
            id,
            code: Code::parse(code).unwrap(),
            product_name: None,
            barcode: None,
            dimensions: None,
            weight_g: None,
            stock: vec![],
            counting: Counting::Counted,
        }
    }

    fn resolution() -> Resolution {
        let code = |text| Code::parse(text).unwrap();
        [
            (code("A"), Resolved::Found(isku(1, "A"))),
            (code("OLD-A"), Resolved::Found(isku(1, "A"))),
            (code("B"), Resolved::Found(isku(2, "B"))),
            (code("Z"), Resolved::Archived(isku(9, "Z"))),
            (code("N"), Resolved::NotFound(vec![])),
        ]
        .into_iter()
        .collect()
    }

    fn named(parts: &[(&str, i64)]) -> Vec<Named> {
        parts
            .iter()
            .map(|(code, quantity)| Named { isku_code: Code::parse(code).unwrap(), quantity: *quantity })
            .collect()
    }

    #[test]
    fn what_a_person_may_choose() {
        let check = |kind, parts: &[(&str, i64)], expected: Result<&str, &str>| {
            let got = choose(kind, &named(parts), &resolution());
            let got = got.map(|components| set_key(kind, &components).unwrap()).map_err(|error| error.reason());
            assert_eq!(got.as_deref(), expected.as_ref().copied(), "{kind:?} {parts:?}");
        };
        check(Kind::Single, &[("A", 1)], Ok("one:1x1"));
        check(Kind::Variant, &[("OLD-A", 1)], Ok("one:1x1"));
        check(Kind::Variant, &[("A", 3)], Ok("kit:1x3"));
        check(Kind::Variant, &[("A", 1), ("B", 1)], Ok("kit:1x1+2x1"));
        check(Kind::Variant, &[], Err("KIND_MISMATCH"));
        check(Kind::Single, &[("A", 2)], Err("KIND_MISMATCH"));
        check(Kind::Single, &[("A", 1), ("B", 1)], Err("KIND_MISMATCH"));
        check(Kind::Single, &[], Err("KIND_MISMATCH"));
        check(Kind::Group, &[("A", 1)], Err("KIND_MISMATCH"));
        check(Kind::Kit, &[("B", 2), ("A", 1)], Ok("kit:1x1+2x2"));
        check(Kind::Kit, &[("A", 1), ("B", 2), ("OLD-A", 3)], Ok("kit:1x4+2x2"));
        check(Kind::Kit, &[("A", 1)], Ok("kit:1x1"));
        check(Kind::Kit, &[], Err("KIND_MISMATCH"));
        check(Kind::Kit, &[("A", QUANTITY_MAX), ("A", 1)], Err("KIND_MISMATCH"));
        check(Kind::Kit, &[("A", 1), ("N", 1)], Err("ISKU_NOT_FOUND"));
        check(Kind::Kit, &[("A", 1), ("Z", 1)], Err("ISKU_ARCHIVED"));
    }

    #[test]
    fn a_feed_may_name_a_component_that_does_not_exist() {
        let components = merge(&named(&[("A", 1), ("N", 2), ("N", 1)]), &resolution());

        assert_eq!(components.iter().map(|c| (c.isku_id, c.quantity)).collect::<Vec<_>>(), [(Some(1), 1), (None, 3)]);
        assert_eq!(set_key(Kind::Kit, &components), None);
    }
}
