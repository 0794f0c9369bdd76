//! From which locations an order is served.
//!
//! One location for the whole order if there is one, by priority; else kits before singles, each kit unit whole from one location, by
//! priority. This is greedy: where kits overlap it may refuse a mix that another split could serve.

use std::collections::BTreeMap;

use super::{isku::IskuId, location::LocationId, stock::StockKey};

/// Units of a set of components that an order needs.
#[derive(Clone, Debug)]
pub(super) struct Need {
    /// Units of the listing.
    pub(super) quantity: i64,
    /// What one unit takes: each ISKU once, at least one unit of it.
    pub(super) components: Vec<(IskuId, i64)>,
}

impl Need {
    fn is_single(&self) -> bool {
        matches!(self.components.as_slice(), [(_, 1)])
    }
}

/// How an order is served, and what of it cannot be; one entry for each need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Locations with units of the listing, by priority.
    pub(super) served: Vec<Vec<(LocationId, i64)>>,
    /// Units that found no location.
    pub(super) short: Vec<i64>,
}

impl Plan {
    /// Whether every unit found a location.
    pub(super) fn is_whole(&self) -> bool {
        self.short.iter().all(|left| *left == 0)
    }
}

/// Plans for needs whose demand, summed per ISKU, is `demand`; `locations` are in the order of their priority.
pub(super) fn allocate(
    needs: &[Need],
    demand: &BTreeMap<IskuId, i64>,
    locations: &[LocationId],
    available: impl Fn(StockKey) -> i64,
) -> Plan {
    let available = |location_id: LocationId, isku_id: IskuId| available(StockKey { isku_id, location_id });
    let serves_all = |location: &&LocationId| demand.iter().all(|(isku, units)| available(**location, *isku) >= *units);
    if let Some(location) = locations.iter().find(serves_all) {
        let served = needs.iter().map(|need| vec![(*location, need.quantity)]).collect();
        return Plan { served, short: vec![0; needs.len()] };
    }

    let mut free: BTreeMap<(LocationId, IskuId), i64> = BTreeMap::new();
    for location in locations {
        free.extend(demand.keys().map(|isku| ((*location, *isku), available(*location, *isku))));
    }
    let mut plan = Plan { served: vec![Vec::new(); needs.len()], short: vec![0; needs.len()] };
    let kits = needs.iter().enumerate().filter(|(_, need)| !need.is_single());
    let singles = needs.iter().enumerate().filter(|(_, need)| need.is_single());
    for (index, need) in kits.chain(singles) {
        let (taken, left) = take(need, locations, &mut free);
        plan.served[index] = taken;
        plan.short[index] = left;
    }
    plan
}

/// Takes whole units, location by location; returns what was taken and how many units are left.
fn take(
    need: &Need,
    locations: &[LocationId],
    free: &mut BTreeMap<(LocationId, IskuId), i64>,
) -> (Vec<(LocationId, i64)>, i64) {
    let mut left = need.quantity;
    let mut taken = vec![];
    for location in locations {
        let whole = |(isku, per_unit): &(IskuId, i64)| {
            let units = free.get(&(*location, *isku)).copied().unwrap_or(0);
            units.checked_div(*per_unit).unwrap_or(0)
        };
        let units = need.components.iter().map(whole).min().unwrap_or(0).min(left);
        if units <= 0 {
            continue;
        }
        for (isku, per_unit) in &need.components {
            if let Some(rest) = free.get_mut(&(*location, *isku)) {
                // At most what is free, since `units` is at most the quotient.
                *rest = rest.saturating_sub(units.saturating_mul(*per_unit));
            }
        }
        taken.push((*location, units));
        left = left.saturating_sub(units);
    }
    (taken, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: IskuId = IskuId(1);
    const B: IskuId = IskuId(2);
    const NEAR: LocationId = LocationId(1);
    const FAR: LocationId = LocationId(2);

    fn need(quantity: i64, components: &[(IskuId, i64)]) -> Need {
        Need { quantity, components: components.to_vec() }
    }

    fn check(stock: &[(LocationId, IskuId, i64)], needs: &[Need], expected: Expected) {
        let mut demand = BTreeMap::new();
        for need in needs {
            for (isku, per_unit) in &need.components {
                *demand.entry(*isku).or_insert(0) += need.quantity * per_unit;
            }
        }
        let available = |key: StockKey| {
            let found = stock.iter().find(|(location, isku, _)| (*location, *isku) == (key.location_id, key.isku_id));
            found.map_or(0, |found| found.2)
        };
        let plan = allocate(needs, &demand, &[NEAR, FAR], available);
        assert_eq!((plan.served, plan.short), expected);
    }

    type Expected = (Vec<Vec<(LocationId, i64)>>, Vec<i64>);

    fn served(served: Vec<Vec<(LocationId, i64)>>) -> Expected {
        let short = vec![0; served.len()];
        (served, short)
    }

    #[test]
    fn one_location_for_the_whole_order_comes_first() {
        let stock = [(NEAR, A, 2), (NEAR, B, 9), (FAR, A, 5), (FAR, B, 5)];

        check(&stock, &[need(2, &[(A, 1)]), need(2, &[(B, 1)])], served(vec![vec![(NEAR, 2)], vec![(NEAR, 2)]]));
        check(&stock, &[need(3, &[(A, 1)]), need(2, &[(B, 1)])], served(vec![vec![(FAR, 3)], vec![(FAR, 2)]]));
    }

    #[test]
    fn a_single_splits_over_locations_by_priority() {
        check(&[(NEAR, A, 2), (FAR, A, 5)], &[need(6, &[(A, 1)])], served(vec![vec![(NEAR, 2), (FAR, 4)]]));
        check(&[(NEAR, A, 2), (FAR, A, 3)], &[need(6, &[(A, 1)])], (vec![vec![(NEAR, 2), (FAR, 3)]], vec![1]));
    }

    #[test]
    fn each_kit_unit_is_whole_from_one_location() {
        let kit = |quantity| need(quantity, &[(A, 1), (B, 2)]);

        check(
            &[(NEAR, A, 1), (NEAR, B, 2), (FAR, A, 1), (FAR, B, 3)],
            &[kit(2)],
            served(vec![vec![(NEAR, 1), (FAR, 1)]]),
        );
        check(&[(NEAR, A, 1), (NEAR, B, 1), (FAR, A, 1), (FAR, B, 3)], &[kit(2)], (vec![vec![(FAR, 1)]], vec![1]));
        check(&[(NEAR, A, 5), (FAR, B, 5)], &[kit(1)], (vec![vec![]], vec![1]));
        check(&[(NEAR, A, 5), (FAR, A, 5)], &[need(2, &[(A, 4)])], served(vec![vec![(NEAR, 1), (FAR, 1)]]));
    }

    #[test]
    fn kits_are_served_before_singles() {
        let stock = [(NEAR, A, 1), (NEAR, B, 1), (FAR, A, 1)];

        check(&stock, &[need(1, &[(A, 1)]), need(1, &[(A, 1), (B, 1)])], served(vec![vec![(FAR, 1)], vec![(NEAR, 1)]]));
    }
}
