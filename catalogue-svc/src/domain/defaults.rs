//! The default mapping: an unmapped listing that sells one ISKU takes the ISKU with its CSKU's code.

use shared::{code::gtin::Gtin, measure::Dimensions};

use super::{
    finding::{Effect, Finding, FindingKind, Subject},
    isku::{Isku, Resolution, Resolved},
    listing::{Description, Listing},
    mapping::{Component, Named, merge},
};

/// What becomes of a listing that wants its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultMapping {
    /// It takes the ISKU, with an advisory finding if the descriptions differ.
    Take {
        /// The mapping's one component.
        component: Component,
        /// What differs.
        finding: Option<Finding>,
    },
    /// The barcodes are known and differ: it stays unmapped.
    DifferentGoods(Finding),
    /// There is no such ISKU, or it is archived.
    None,
}

/// Decides about a listing that [wants its default](Listing::wants_default).
pub fn default_mapping(listing: &Listing, resolution: &Resolution) -> DefaultMapping {
    let resolved = listing.csku.as_ref().and_then(|csku| resolution.get(csku));
    let Some(Resolved::Found(isku)) = resolved else { return DefaultMapping::None };
    match different_goods(listing, isku) {
        Some(finding) => DefaultMapping::DifferentGoods(finding),
        None => DefaultMapping::Take {
            component: Component { isku_code: isku.code.clone(), isku_id: Some(isku.id), quantity: 1 },
            finding: different_description(listing, isku),
        },
    }
}

/// The components of a feed's kit once ISKUs that it lacked are there; `None` if nothing has changed.
pub fn completed(listing: &Listing, resolution: &Resolution) -> Option<Vec<Component>> {
    let components = &listing.mapping.as_ref()?.components;
    let found = |one: &&Component| one.isku_id.is_none() && resolution.isku(&one.isku_code).is_some();
    components.iter().find(found)?;
    let named: Vec<Named> =
        components.iter().map(|one| Named { isku_code: one.isku_code.clone(), quantity: one.quantity }).collect();
    let mut merged = merge(&named, resolution);
    for one in merged.iter_mut().filter(|one| one.isku_id.is_none()) {
        one.isku_id = components.iter().find(|old| old.isku_code == one.isku_code).and_then(|old| old.isku_id);
    }
    Some(merged)
}

/// The blocking finding where both barcodes are known and differ.
pub fn different_goods(listing: &Listing, isku: &Isku) -> Option<Finding> {
    let (here, there) = (listing.description.barcode.as_deref()?, isku.barcode.as_deref()?);
    let detail = format!("barcode {here:?} on the channel, {there:?} of ISKU {}", isku.code);
    Gtin::differ(here, there).then(|| finding(FindingKind::DifferentGoods, listing, isku, detail))
}

/// The advisory finding where name, size or weight are known and differ.
pub fn different_description(listing: &Listing, isku: &Isku) -> Option<Finding> {
    let differences = differences(&listing.description, isku);
    let detail = || format!("{}; ISKU {}", differences.join(", "), isku.code);
    (!differences.is_empty()).then(|| finding(FindingKind::DifferentDescription, listing, isku, detail()))
}

fn finding(kind: FindingKind, listing: &Listing, isku: &Isku, detail: String) -> Finding {
    Finding {
        kind,
        subject: Subject::listing(listing.id),
        account_id: Some(listing.account_id),
        effect: if kind == FindingKind::DifferentGoods { Effect::Blocking } else { Effect::Advisory },
        listing_ids: vec![listing.id],
        isku_codes: vec![isku.code.clone()],
        detail,
    }
}

fn differences(here: &Description, there: &Isku) -> Vec<String> {
    let mut found = vec![];
    if let (Some(a), Some(b)) = (&here.title, &there.product_name)
        && folded(a) != folded(b)
    {
        found.push(format!("name {a:?} on the channel, {b:?} in stock"));
    }
    if let (Some(a), Some(b)) = (here.dimensions, there.dimensions)
        && a != b
    {
        found.push(format!("size {} mm on the channel, {} mm in stock", sides(a), sides(b)));
    }
    if let (Some(a), Some(b)) = (here.weight_g, there.weight_g)
        && a != b
    {
        found.push(format!("weight {a} g on the channel, {b} g in stock"));
    }
    found
}

fn sides(of: Dimensions) -> String {
    format!("{} x {} x {}", of.length_mm, of.width_mm, of.height_mm)
}

fn folded(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use shared::code::Code;
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        isku::Counting,
        listing::{Kind, example},
    };

    fn isku(code: &str, name: Option<&str>, barcode: Option<&str>, weight_g: Option<i64>) -> Isku {
        Isku {
            id: 7,
            code: Code::parse(code).unwrap(),
            product_name: name.map(str::to_owned),
            barcode: barcode.map(str::to_owned),
            dimensions: None,
            weight_g,
            stock: vec![],
            counting: Counting::Counted,
        }
    }

    #[test]
    fn the_default_is_taken_unless_the_goods_differ() {
        let check = |resolved: Option<Resolved>, expected: &str| {
            let mut listing = example::listing(Uuid::from_u128(1), Uuid::from_u128(2), "A", Kind::Single, &[]);
            listing.description = Description {
                title: Some("Red  Mug".to_owned()),
                barcode: Some("0012345678905".to_owned()),
                dimensions: None,
                weight_g: Some(300),
            };
            let resolution = resolved.into_iter().map(|r| (Code::parse("A").unwrap(), r)).collect();
            let got = match default_mapping(&listing, &resolution) {
                DefaultMapping::Take { component, finding } => {
                    format!("take {}{}", component.isku_code, finding.map_or("", |_| " advisory"))
                }
                DefaultMapping::DifferentGoods(finding) => format!("different {}", finding.kind.as_str()),
                DefaultMapping::None => "none".to_owned(),
            };
            assert_eq!(got, expected);
        };
        check(Some(Resolved::Found(isku("A", None, None, None))), "take A");
        check(Some(Resolved::Found(isku("NEW-A", None, None, None))), "take NEW-A");
        check(Some(Resolved::Found(isku("A", Some("red mug"), Some("012345678905"), Some(300)))), "take A");
        check(Some(Resolved::Found(isku("A", Some("Blue Mug"), None, None))), "take A advisory");
        check(Some(Resolved::Found(isku("A", None, None, Some(301)))), "take A advisory");
        check(Some(Resolved::Found(isku("A", None, Some("4006381333931"), None))), "different DIFFERENT_GOODS");
        check(Some(Resolved::Archived(isku("A", None, None, None))), "none");
        check(Some(Resolved::NotFound(vec![])), "none");
        check(None, "none");
    }
}
