//! What a reservation tells beside its units: what came back, and what it is short of.

use std::collections::BTreeMap;

use super::{IskuId, ReservationFact, StockKey};

impl ReservationFact {
    /// For each ISKU a place that names it, what movements brought back, and what its items say: goods come back to any location.
    pub(super) fn returned(&self) -> Vec<(StockKey, i64, i64)> {
        let mut sums: BTreeMap<IskuId, (StockKey, i64, i64)> = BTreeMap::new();
        for (key, moved) in &self.moved {
            let (_, sum, _) = sums.entry(key.isku_id).or_insert((*key, 0, 0));
            *sum = sum.saturating_add(moved.returned);
        }
        for ((item_no, _), component) in self.components() {
            let (Some(key), Some(item)) = (component.key, self.items.get(&item_no)) else { continue };
            let (_, _, told) = sums.entry(key.isku_id).or_insert((key, 0, 0));
            *told = told.saturating_add(item.returned.saturating_mul(component.per_unit));
        }
        sums.into_values().collect()
    }

    /// What has to be equal of what is ordered and short, as expected and found.
    ///
    /// What is ordered is held, shipped, short, or was given back on request: at least the first three, and while anything is held or
    /// awaited at most that and all that was ever given back. The rest is not awaited any more.
    pub(super) fn shortness(&self) -> Vec<(i64, i64)> {
        let is_open = self.items.values().any(|item| item.units.held > 0 || item.short > 0);
        let bounded = self.items.values().map(|item| {
            let least = item.units.held.saturating_add(item.units.shipped).saturating_add(item.short);
            let most = if is_open { least.saturating_add(item.units.released) } else { i64::MAX };
            (item.ordered.max(least).min(most.max(least)), item.ordered)
        });
        let is_short = self.items.values().any(|item| item.short > 0);
        bounded.chain([(i64::from(is_short), i64::from(self.short))]).collect()
    }
}
