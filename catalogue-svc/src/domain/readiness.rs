//! Whether a listing may go live, and why not.

use std::collections::HashSet;

use shared::code::Code;

use super::{
    finding::{Effect, FindingKind},
    isku::{Resolution, Resolved},
    listing::{Kind, Listing, Presence},
};

/// Why a listing cannot go live, or deserves attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has no ISKU.
    NeedsIsku,
    /// An ISKU it sells, or would take, is archived.
    IskuArchived,
    /// A component of the kit does not exist.
    KitComponentMissing,
    /// The ISKU with the CSKU's code has another barcode.
    DifferentGoods,
    /// Another listing of the account sells the same in the same way.
    DuplicateMapping,
    /// It has no category.
    NeedsCategory,
    /// The group has no members on the channel.
    GroupEmpty,
    /// It is gone from the channel.
    Retired,
    /// The feed's kit has components that no kit can have.
    UnsupportedKit,
}

impl Reason {
    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsIsku => "NEEDS_ISKU",
            Self::IskuArchived => "ISKU_ARCHIVED",
            Self::KitComponentMissing => "KIT_COMPONENT_MISSING",
            Self::DifferentGoods => "DIFFERENT_GOODS",
            Self::DuplicateMapping => "DUPLICATE_MAPPING",
            Self::NeedsCategory => "NEEDS_CATEGORY",
            Self::GroupEmpty => "GROUP_EMPTY",
            Self::Retired => "RETIRED",
            Self::UnsupportedKit => "UNSUPPORTED_KIT",
        }
    }
}

/// One reason with the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonDetail {
    /// The reason.
    pub reason: Reason,
    /// Whether it prevents publishing.
    pub effect: Effect,
    /// What to do about it.
    pub remedy: String,
    /// The ISKUs concerned.
    pub isku_codes: Vec<Code>,
}

/// What is known about a listing beside itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Open findings of the two kinds that can block, with their ISKUs.
    pub findings: Vec<(FindingKind, Effect, Vec<Code>)>,
    /// Numbers of ISKUs that are archived.
    pub archived: HashSet<i64>,
    /// Members, for a group.
    pub members: usize,
}

/// The reasons as last known, or as they are now where inventory-svc's answer is at hand.
pub fn reasons(listing: &Listing, facts: &Facts, now: Option<&Resolution>) -> Vec<ReasonDetail> {
    let mut found = vec![];
    if listing.presence == Presence::Retired {
        found.push(blocking(Reason::Retired, "put it on the channel again and sync".to_owned(), vec![]));
    }
    if listing.kind == Kind::Group && facts.members == 0 {
        found.push(blocking(Reason::GroupEmpty, "sync or add its members".to_owned(), vec![]));
    }
    if listing.needs_iskus() {
        isku_reasons(listing, facts, now, &mut found);
    }
    for (kind, effect, codes) in &facts.findings {
        let reason = match kind {
            FindingKind::DuplicateMapping => Reason::DuplicateMapping,
            FindingKind::DifferentGoods => Reason::DifferentGoods,
            FindingKind::UnsupportedKit => Reason::UnsupportedKit,
            FindingKind::SharedIsku
            | FindingKind::NearDuplicateCode
            | FindingKind::DifferentDescription
            | FindingKind::StockDrift
            | FindingKind::Renamed
            | FindingKind::RepeatedInSnapshot
            | FindingKind::SeveralCategories
            | FindingKind::ParentStock
            | FindingKind::AmbiguousCsku
            | FindingKind::SameGoods
            | FindingKind::BarcodeRepeated => continue,
        };
        let remedy = kind.remedy().to_owned();
        found.push(ReasonDetail { reason, effect: *effect, remedy, isku_codes: codes.clone() });
    }
    if listing.category_id.is_none() {
        let remedy = "set its category on the channel and sync".to_owned();
        found.push(ReasonDetail {
            reason: Reason::NeedsCategory,
            effect: Effect::Advisory,
            remedy,
            isku_codes: vec![],
        });
    }
    found
}

/// Whether nothing prevents publishing.
pub fn is_ready(reasons: &[ReasonDetail]) -> bool {
    reasons.iter().all(|reason| reason.effect == Effect::Advisory)
}

fn isku_reasons(listing: &Listing, facts: &Facts, now: Option<&Resolution>, found: &mut Vec<ReasonDetail>) {
    let Some(mapping) = &listing.mapping else {
        return unmapped(listing, facts, now, found);
    };
    let (mut missing, mut archived) = (vec![], vec![]);
    for component in &mapping.components {
        let code = component.isku_code.clone();
        match (component.isku_id, now.and_then(|now| now.get(&component.isku_code))) {
            (None, None) | (_, Some(Resolved::NotFound(_))) => missing.push(code),
            (_, Some(Resolved::Archived(_))) => archived.push(code),
            (Some(id), Some(Resolved::Found(isku))) if isku.id != id => missing.push(code),
            (_, Some(Resolved::Found(_))) => {}
            (Some(id), None) if facts.archived.contains(&id) => archived.push(code),
            (Some(_), None) => {}
        }
    }
    if !missing.is_empty() {
        let listed = list(&missing);
        found.push(if listing.kind == Kind::Kit {
            blocking(Reason::KitComponentMissing, format!("create the ISKU {listed}, or remap the kit"), missing)
        } else {
            blocking(Reason::NeedsIsku, format!("create the ISKU {listed}, or remap the listing"), missing)
        });
    }
    if !archived.is_empty() {
        let remedy = format!("unarchive the ISKU {}, or remap the listing", list(&archived));
        found.push(blocking(Reason::IskuArchived, remedy, archived));
    }
}

fn unmapped(listing: &Listing, facts: &Facts, now: Option<&Resolution>, found: &mut Vec<ReasonDetail>) {
    let csku = listing.csku.as_ref().filter(|_| listing.kind.sells_one_isku());
    let resolved = csku.and_then(|csku| now.and_then(|now| now.get(csku)));
    if let Some(Resolved::Archived(isku)) = resolved {
        let remedy = format!("unarchive the ISKU {}", isku.code);
        found.push(blocking(Reason::IskuArchived, remedy, vec![isku.code.clone()]));
    }
    let near = match resolved {
        Some(Resolved::NotFound(near)) => near.clone(),
        Some(Resolved::Found(_) | Resolved::Archived(_)) | None => vec![],
    };
    let is_there = matches!(resolved, Some(Resolved::Found(_) | Resolved::Archived(_)))
        || facts.findings.iter().any(|(kind, ..)| *kind == FindingKind::DifferentGoods);
    let remedy = match csku {
        Some(_) if !near.is_empty() => format!("map the listing; a near code is {}", list(&near)),
        Some(csku) if !is_there => format!("create the ISKU {csku}, or map the listing to another"),
        Some(_) | None => "map the listing to what it sells".to_owned(),
    };
    found.push(blocking(Reason::NeedsIsku, remedy, near));
}

fn blocking(reason: Reason, remedy: String, isku_codes: Vec<Code>) -> ReasonDetail {
    ReasonDetail { reason, effect: Effect::Blocking, remedy, isku_codes }
}

fn list(codes: &[Code]) -> String {
    codes.iter().map(Code::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        isku::{Counting, Isku},
        listing::{Tracking, example},
    };

    fn isku(id: i64) -> Isku {
        let code = Code::parse(&format!("I{id}")).unwrap();
        Isku {
            id,
            code,
            product_name: None,
            barcode: None,
            dimensions: None,
            weight_g: None,
            stock: vec![],
            counting: Counting::Counted,
        }
    }

    fn listing(kind: Kind, set: &[(i64, i64)]) -> Listing {
        let mut listing = example::listing(Uuid::from_u128(1), Uuid::from_u128(2), "A", kind, set);
        listing.category_id = Some(Uuid::from_u128(3));
        listing
    }

    #[test]
    fn what_holds_a_listing_back() {
        let check = |listing: Listing, facts: &Facts, now: Option<&[(&str, Resolved)]>, expected: &[&str]| {
            let now: Option<Resolution> =
                now.map(|now| now.iter().map(|(code, r)| (Code::parse(code).unwrap(), r.clone())).collect());
            let got: Vec<String> = reasons(&listing, facts, now.as_ref())
                .iter()
                .map(|r| match r.effect {
                    Effect::Blocking => r.reason.as_str().to_owned(),
                    Effect::Advisory => r.reason.as_str().to_lowercase(),
                })
                .collect();
            assert_eq!(got, expected, "{listing:?}");
        };
        let none = Facts::default();
        let found = |id| (["I1", "I2"][id as usize - 1], Resolved::Found(isku(id)));
        let gone = ("I2", Resolved::NotFound(vec![]));
        let archived = ("I2", Resolved::Archived(isku(2)));

        check(listing(Kind::Single, &[]), &none, None, &["NEEDS_ISKU"]);
        check(listing(Kind::Single, &[(1, 1)]), &none, None, &[]);
        check(listing(Kind::Single, &[(1, 1)]), &none, Some(&[found(1)]), &[]);
        check(listing(Kind::Single, &[(2, 1)]), &none, Some(std::slice::from_ref(&gone)), &["NEEDS_ISKU"]);
        check(listing(Kind::Kit, &[(1, 1), (2, 1)]), &none, Some(&[found(1), gone]), &["KIT_COMPONENT_MISSING"]);
        check(listing(Kind::Kit, &[(1, 1), (2, 1)]), &none, Some(&[found(1), archived]), &["ISKU_ARCHIVED"]);
        check(listing(Kind::Kit, &[]), &none, None, &["NEEDS_ISKU"]);
        let retired = Listing { presence: Presence::Retired, ..listing(Kind::Single, &[(1, 1)]) };
        check(retired, &none, Some(&[found(1)]), &["RETIRED"]);
        check(listing(Kind::Group, &[]), &none, None, &["GROUP_EMPTY"]);
        check(listing(Kind::Group, &[]), &Facts { members: 1, ..Facts::default() }, None, &[]);
        let untracked = Listing { tracking: Tracking::Untracked, category_id: None, ..listing(Kind::Single, &[]) };
        check(untracked, &none, None, &["needs_category"]);
        let last_known = Facts { archived: HashSet::from([1]), ..Facts::default() };
        check(listing(Kind::Single, &[(1, 1)]), &last_known, None, &["ISKU_ARCHIVED"]);
        check(listing(Kind::Single, &[(1, 1)]), &last_known, Some(&[found(1)]), &[]);
        let warned = Facts {
            findings: vec![
                (FindingKind::DuplicateMapping, Effect::Advisory, vec![]),
                (FindingKind::SharedIsku, Effect::Advisory, vec![]),
            ],
            ..Facts::default()
        };
        check(listing(Kind::Single, &[(1, 1)]), &warned, None, &["duplicate_mapping"]);
        let blocked =
            Facts { findings: vec![(FindingKind::DuplicateMapping, Effect::Blocking, vec![])], ..Facts::default() };
        check(listing(Kind::Single, &[(1, 1)]), &blocked, None, &["DUPLICATE_MAPPING"]);
    }
}
