//! Which ISKUs may be the goods that a new code names: one good has one ISKU. Knows no table.

use std::collections::{BTreeMap, BTreeSet};

use shared::code::{Code, gtin::Gtin};

use super::isku::{Isku, IskuId, Lifecycle};

/// Why an ISKU may be the same goods; the better reason is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// Its code, or a former one, is near.
    NearCode,
    /// It has the same barcode.
    SameBarcode,
}

/// An ISKU that may be the same goods.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) isku: Isku,
    /// The best first.
    pub(crate) reasons: Vec<Reason>,
    /// The code or former code of it that is near.
    pub(crate) near_code: Option<Code>,
}

/// Candidates that are told, at most.
pub(crate) const CANDIDATES_MAX: usize = 10;

/// What ISKUs have in common with codes and barcodes that were asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alike {
    near: BTreeMap<String, BTreeSet<(Code, IskuId)>>,
    barcodes: BTreeMap<Gtin, BTreeSet<IskuId>>,
}

impl Alike {
    /// Notes a code or former code of an ISKU.
    pub(crate) fn add_code(&mut self, code: &Code, isku_id: IskuId) {
        if let Some(key) = code.near_key() {
            self.near.entry(key).or_default().insert((code.clone(), isku_id));
        }
    }

    /// Notes the barcode of an ISKU.
    pub(crate) fn add_barcode(&mut self, barcode: Option<&str>, isku_id: IskuId) {
        if let Some(gtin) = barcode.and_then(Gtin::parse) {
            self.barcodes.entry(gtin).or_default().insert(isku_id);
        }
    }

    /// The ISKUs that were noted.
    pub(crate) fn ids(&self) -> BTreeSet<IskuId> {
        let near = self.near.values().flatten().map(|(_, id)| *id);
        near.chain(self.barcodes.values().flatten().copied()).collect()
    }

    /// Of these ISKUs those that may be the goods of a code and a barcode, the best first: what is in use, then by the best reasons.
    pub(crate) fn candidates(
        &self,
        iskus: &BTreeMap<IskuId, Isku>,
        code: &Code,
        barcode: Option<&str>,
    ) -> Vec<Candidate> {
        let gtin = barcode.and_then(Gtin::parse);
        let near = code.near_key().and_then(|key| self.near.get(&key));
        let mut near_codes: BTreeMap<IskuId, &Code> = BTreeMap::new();
        for (near, id) in near.into_iter().flatten().filter(|(near, _)| near != code) {
            let is_own = iskus.get(id).is_some_and(|isku| isku.code == *near);
            if is_own || !near_codes.contains_key(id) {
                near_codes.insert(*id, near);
            }
        }
        let same = gtin.as_ref().and_then(|gtin| self.barcodes.get(gtin)).into_iter().flatten();
        let ids: BTreeSet<IskuId> = near_codes.keys().chain(same).copied().collect();
        let candidate = |id: IskuId| {
            let isku = iskus.get(&id)?;
            // It may have another barcode since it was noted.
            let own = isku.details.barcode.as_deref().and_then(Gtin::parse);
            let same_barcode = (gtin.is_some() && own == gtin).then_some(Reason::SameBarcode);
            let near_code = near_codes.get(&id).copied();
            let reasons: Vec<Reason> = same_barcode.into_iter().chain(near_code.map(|_| Reason::NearCode)).collect();
            (!reasons.is_empty()).then(|| Candidate { isku: isku.clone(), reasons, near_code: near_code.cloned() })
        };
        let mut found: Vec<Candidate> = ids.into_iter().filter_map(candidate).collect();
        found.sort_by(|a, b| {
            let archived = |of: &Candidate| of.isku.lifecycle == Lifecycle::Archived;
            archived(a)
                .cmp(&archived(b))
                .then_with(|| b.reasons.len().cmp(&a.reasons.len()))
                .then_with(|| b.reasons.cmp(&a.reasons))
                .then_with(|| a.isku.code.cmp(&b.isku.code))
        });
        found.truncate(CANDIDATES_MAX);
        found
    }
}

#[cfg(test)]
mod tests {
    use shared::time::Micros;

    use super::*;
    use crate::domain::isku::Details;

    fn code(text: &str) -> Code {
        Code::parse(text).unwrap()
    }

    #[test]
    fn candidates_come_in_use_first_then_by_reasons_then_by_code() {
        let mut alike = Alike::default();
        let mut iskus = BTreeMap::new();
        let shop = [
            ("mug-a1", "4006381333931", Lifecycle::Archived),
            ("MUG-A1.", "", Lifecycle::Active),
            ("Mug-A1", "04006381333931", Lifecycle::Active),
            ("WH-7781", "4006381333931", Lifecycle::Active),
            ("MUG-B1", "96385074", Lifecycle::Active),
            ("MUG A1", "", Lifecycle::Active),
        ];
        for (n, (name, barcode, lifecycle)) in (1..).zip(shop) {
            let details = Details { barcode: Some(barcode.to_owned()), ..Details::default() };
            let (isku_id, time) = (IskuId(n), Micros(1));
            alike.add_code(&code(name), isku_id);
            alike.add_barcode(Some(barcode), isku_id);
            let isku = Isku {
                isku_id,
                code: code(name),
                details,
                lifecycle,
                unstated: None,
                revision: 1,
                create_time: time,
                update_time: time,
            };
            iskus.insert(isku_id, isku);
        }
        let check = |name: &str, barcode: &str, expected: &[(&str, &[Reason])]| {
            let found = alike.candidates(&iskus, &code(name), Some(barcode));
            let found: Vec<(&str, &[Reason])> =
                found.iter().map(|one| (one.isku.code.as_str(), one.reasons.as_slice())).collect();
            assert_eq!(found, expected, "{name} {barcode}");
        };
        let (near, same, both): (&[Reason], &[Reason], &[Reason]) =
            (&[Reason::NearCode], &[Reason::SameBarcode], &[Reason::SameBarcode, Reason::NearCode]);

        check("MUG-A1", "4006381333931", &[("Mug-A1", both), ("WH-7781", same), ("MUG-A1.", near), ("mug-a1", both)]);
        check("MUG-A1", "", &[("MUG-A1.", near), ("Mug-A1", near), ("mug-a1", near)]);
        check("MUGA1", "", &[("MUG A1", near)]);
        check("X", "4.00638E+12", &[]);
        check("X", "0000000000000", &[]);
        check("--", "", &[]);
    }

    #[test]
    fn an_isku_that_was_renamed_is_named_by_the_code_that_is_near() {
        let mut alike = Alike::default();
        let isku_id = IskuId(1);
        let isku = Isku {
            isku_id,
            code: code("NEW"),
            details: Details::default(),
            lifecycle: Lifecycle::Active,
            unstated: None,
            revision: 2,
            create_time: Micros(1),
            update_time: Micros(1),
        };
        for own in ["NEW", "OLD-1", "old-1"] {
            alike.add_code(&code(own), isku_id);
        }

        let found = alike.candidates(&BTreeMap::from([(isku_id, isku)]), &code("OLD - 1"), None);

        let named: Vec<_> = found.iter().map(|one| (one.isku.code.as_str(), one.near_code.clone())).collect();
        assert_eq!(named, [("NEW", Some(code("OLD-1")))]);
    }
}
