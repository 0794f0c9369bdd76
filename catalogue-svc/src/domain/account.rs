//! Seller accounts: which shop, and the rules that its listings follow.

use shared::{
    identity::{Channel, SellerId},
    time::Micros,
};
use uuid::Uuid;

/// Names a seller account of a merchant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey {
    /// Where it sells.
    pub channel: Channel,
    /// Who sells; compared by [`SellerId::key`].
    pub seller_id: SellerId,
}

/// What happens when two listings of one account would sell the same in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicatePolicy {
    /// The mapping or publish that would create it is refused.
    Block,
    /// It is recorded only.
    Warn,
}

/// What a sync does with an item that may be the goods of an ISKU of another code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnSameGoods {
    /// Its listing waits, with a finding that names the candidates.
    #[default]
    Ask,
    /// It gets an ISKU of its own.
    Create,
}

/// What a merchant sets for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What happens with duplicate mappings.
    pub duplicate_policy: DuplicatePolicy,
    /// Units held back from every offer.
    pub buffer: i64,
    /// The most that is ever offered.
    pub maximum: Option<i64>,
    /// The share of listings that a full sync may retire without review.
    pub retire_threshold_percent: i32,
    /// The inventory locations it sells from; all sellable ones if empty.
    pub locations: Vec<String>,
    /// What a sync does with an item that may be the goods of another ISKU.
    pub on_same_goods: OnSameGoods,
}

impl Terms {
    /// The most units that may be held back, or set as a maximum.
    pub const UNITS_MAX: i64 = 1_000_000_000;
    /// The most locations that an account names.
    pub const LOCATIONS_MAX: usize = 100;
    /// The share that a full sync may retire unless stated.
    pub const RETIRE_THRESHOLD_PERCENT: i32 = 20;
}

/// Changes to an account's terms; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsChange {
    /// What happens with duplicate mappings.
    pub duplicate_policy: Option<DuplicatePolicy>,
    /// Units held back.
    pub buffer: Option<i64>,
    /// The most that is offered; `Some(None)` lifts the limit.
    pub maximum: Option<Option<i64>>,
    /// The share that may be retired.
    pub retire_threshold_percent: Option<i32>,
    /// The locations.
    pub locations: Option<Vec<String>>,
    /// What a sync does with an item that may be the goods of another ISKU.
    pub on_same_goods: Option<OnSameGoods>,
}

impl TermsChange {
    /// The terms after the change.
    pub fn apply(&self, terms: &Terms) -> Terms {
        Terms {
            duplicate_policy: self.duplicate_policy.unwrap_or(terms.duplicate_policy),
            buffer: self.buffer.unwrap_or(terms.buffer),
            maximum: self.maximum.unwrap_or(terms.maximum),
            retire_threshold_percent: self.retire_threshold_percent.unwrap_or(terms.retire_threshold_percent),
            locations: self.locations.clone().unwrap_or_else(|| terms.locations.clone()),
            on_same_goods: self.on_same_goods.unwrap_or(terms.on_same_goods),
        }
    }
}

/// A shop on a channel that the merchant has connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub key: AccountKey,
    /// What the merchant set for it.
    pub terms: Terms,
    /// Whether no sync has completed yet.
    pub first_sync_due: bool,
    /// When the last sync completed.
    pub last_sync_time: Option<Micros>,
    /// Grows with every change of the data.
    pub version: i64,
    /// When it was connected.
    pub create_time: Micros,
    /// When it was last changed.
    pub update_time: Micros,
}
