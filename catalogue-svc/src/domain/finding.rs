//! Findings: stored conflicts and warnings, each found again by its kind and subject.

use std::collections::{BTreeMap, BTreeSet};

use shared::{code::Code, time::Micros};
use uuid::Uuid;

use super::{
    account::DuplicatePolicy,
    listing::{Kind, Listing, ListingKey, Presence},
    naming::goods,
};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// Two listings of one account sell the same in the same way.
    DuplicateMapping,
    /// Different CSKUs on different accounts sell one ISKU.
    SharedIsku,
    /// Codes of one account are near.
    NearDuplicateCode,
    /// The ISKU with the CSKU's code has another barcode.
    DifferentGoods,
    /// The ISKU with the CSKU's code has another name, size or weight.
    DifferentDescription,
    /// The channel's quantity differs from the ISKU's stock.
    StockDrift,
    /// A known listing id came under another CSKU.
    Renamed,
    /// A code repeats within one snapshot.
    RepeatedInSnapshot,
    /// The feed names several categories.
    SeveralCategories,
    /// The feed's kit has components that no kit can have: choices, or kits.
    UnsupportedKit,
    /// The channel counts variants together, at their parent.
    ParentStock,
    /// Several listings have one CSKU and sell different goods.
    AmbiguousCsku,
    /// The listing may sell the goods of an ISKU of another code.
    SameGoods,
    /// Several listings of the account carry one barcode, which says nothing so.
    BarcodeRepeated,
}

impl FindingKind {
    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DuplicateMapping => "DUPLICATE_MAPPING",
            Self::SharedIsku => "SHARED_ISKU",
            Self::NearDuplicateCode => "NEAR_DUPLICATE_CODE",
            Self::DifferentGoods => "DIFFERENT_GOODS",
            Self::DifferentDescription => "DIFFERENT_DESCRIPTION",
            Self::StockDrift => "STOCK_DRIFT",
            Self::Renamed => "RENAMED",
            Self::RepeatedInSnapshot => "REPEATED_IN_SNAPSHOT",
            Self::SeveralCategories => "SEVERAL_CATEGORIES",
            Self::UnsupportedKit => "UNSUPPORTED_KIT",
            Self::ParentStock => "PARENT_STOCK",
            Self::AmbiguousCsku => "AMBIGUOUS_CSKU",
            Self::SameGoods => "SAME_GOODS",
            Self::BarcodeRepeated => "BARCODE_REPEATED",
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::DuplicateMapping => {
                "remap one of the listings, retire one, or set the account's duplicate_policy to WARN"
            }
            Self::SharedIsku => {
                "remap one of the listings if they are different goods; nothing to do if they are the same"
            }
            Self::NearDuplicateCode => "correct one of the codes if they mean the same goods",
            Self::DifferentGoods => "map the listing to the right ISKU, or correct the barcode on either side",
            Self::DifferentDescription => "remap the listing if it is different goods; else correct one description",
            Self::StockDrift => "count the goods, or correct the quantity on the channel",
            Self::Renamed => "accept it with AcceptRename, or correct the code on the channel",
            Self::RepeatedInSnapshot => "give each row its own code on the channel and sync again",
            Self::SeveralCategories => "leave one category on the channel",
            Self::UnsupportedKit => "map the listing with MapListing to what one unit of it takes from stock",
            Self::ParentStock => {
                "map all of these variants to one ISKU with RemapListing if they share their goods, else count each; then sync again"
            }
            Self::AmbiguousCsku => {
                "orders that name only the CSKU are refused: map these listings to the same with RemapListing, or name the listing id"
            }
            Self::SameGoods => {
                "MapListing to the ISKU that it is, or with create_anyway if it is none of them. \
                 Until then orders for it hold nothing, and its stock is not kept"
            }
            Self::BarcodeRepeated => {
                "give each listing its own barcode on the channel; until then none of them is found by it, and one good may get two ISKUs"
            }
        }
    }
}

/// Whether a finding or reason prevents publishing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It does.
    Blocking,
    /// It does not.
    Advisory,
}

/// A finding as it is detected. Kind and subject identify it as long as it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// What it is about exactly, for finding it again.
    pub subject: Subject,
    /// The account that it is in; `None` if it spans several.
    pub account_id: Option<Uuid>,
    /// Whether it prevents publishing.
    pub effect: Effect,
    /// The listings concerned.
    pub listing_ids: Vec<Uuid>,
    /// The ISKUs concerned.
    pub isku_codes: Vec<Code>,
    /// What was found, with the values.
    pub detail: String,
}

/// What identifies a finding among those of its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(pub String);

impl Subject {
    /// About one listing.
    pub fn listing(listing_id: Uuid) -> Self {
        Self(listing_id.simple().to_string())
    }

    /// About a key within an account: a set of ISKUs, or a code.
    pub fn within(account_id: Uuid, key: &str) -> Self {
        Self(format!("{}|{key}", account_id.simple()))
    }

    /// The key that a finding about a key is about, within an account or across.
    pub fn key(&self) -> &str {
        self.0
            .split_once('|')
            .map_or(&self.0, |(account, key)| if Uuid::parse_str(account).is_ok() { key } else { &self.0 })
    }

    /// About a set of ISKUs across accounts.
    pub fn across(set_key: &str) -> Self {
        Self(set_key.to_owned())
    }
}

/// A finding as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: Uuid,
    /// What was found.
    pub finding: Finding,
    /// The listings concerned, by when they were created.
    pub listings: Vec<ListingKey>,
    /// When it arose.
    pub open_time: Micros,
    /// When its cause was gone; `None` while open.
    pub close_time: Option<Micros>,
}

/// Duplicates among listings of one account that share these set keys: at most one finding for each key.
pub fn duplicates(account_id: Uuid, policy: DuplicatePolicy, listings: &[Listing]) -> Vec<Finding> {
    let effect = match policy {
        DuplicatePolicy::Block => Effect::Blocking,
        DuplicatePolicy::Warn => Effect::Advisory,
    };
    let found = grouped(listings.iter().filter(|listing| listing.account_id == account_id), Listing::set_key)
        .into_iter()
        .filter(|(_, sharing)| sharing.len() > 1);
    found
        .map(|(set_key, sharing)| Finding {
            kind: FindingKind::DuplicateMapping,
            subject: Subject::within(account_id, &set_key),
            account_id: Some(account_id),
            effect,
            detail: format!("{} listings of the account sell {}: {}", sharing.len(), sold(sharing[0]), names(&sharing)),
            isku_codes: codes(sharing[0]),
            listing_ids: sharing.iter().map(|listing| listing.id).collect(),
        })
        .collect()
}

/// ISKUs that different CSKUs on different accounts sell: at most one finding for each key.
pub fn shared(listings: &[Listing]) -> Vec<Finding> {
    let singles = listings.iter().filter(|listing| listing.kind.sells_one_isku() && listing.csku.is_some());
    let found = grouped(singles, Listing::set_key).into_iter().filter(|(_, sharing)| {
        let differ = |a: &Listing, b: &Listing| a.account_id != b.account_id && a.csku != b.csku;
        sharing.iter().any(|a| sharing.iter().any(|b| differ(a, b)))
    });
    found
        .map(|(set_key, sharing)| Finding {
            kind: FindingKind::SharedIsku,
            subject: Subject::across(&set_key),
            account_id: None,
            effect: Effect::Advisory,
            detail: format!("different codes on different accounts sell {}: {}", sold(sharing[0]), names(&sharing)),
            isku_codes: codes(sharing[0]),
            listing_ids: sharing.iter().map(|listing| listing.id).collect(),
        })
        .collect()
}

/// Codes of one account that are near: at most one finding for each near key.
pub fn near_duplicates(account_id: Uuid, listings: &[Listing]) -> Vec<Finding> {
    let found = grouped(listings.iter().filter(|listing| listing.account_id == account_id), Listing::near_key)
        .into_iter()
        .filter(|(_, near)| near.len() > 1);
    found
        .map(|(near_key, near)| Finding {
            kind: FindingKind::NearDuplicateCode,
            subject: Subject::within(account_id, &near_key),
            account_id: Some(account_id),
            effect: Effect::Advisory,
            detail: format!(
                "codes that look the same but for case, blanks, punctuation or a disguise: {}",
                names(&near)
            ),
            isku_codes: vec![],
            listing_ids: near.iter().map(|listing| listing.id).collect(),
        })
        .collect()
}

/// Codes that do not say what is sold under them: at most one finding for each.
pub fn ambiguous(account_id: Uuid, listings: &[Listing]) -> Vec<Finding> {
    let counts = |listing: &&Listing| {
        let is_sold = listing.kind != Kind::Group && listing.presence == Presence::Listed && goods(listing).is_some();
        is_sold && listing.account_id == account_id
    };
    let stated = |listing: &Listing| listing.stated_csku().map(|csku| csku.as_str().to_owned());
    let differ = |sold: &[&Listing]| sold.iter().any(|other| goods(other) != goods(sold[0]));
    let found = grouped(listings.iter().filter(counts), stated).into_iter().filter(|(_, sold)| differ(sold));
    found
        .map(|(csku, sold)| Finding {
            kind: FindingKind::AmbiguousCsku,
            subject: ambiguous_subject(account_id, &csku),
            account_id: Some(account_id),
            effect: Effect::Advisory,
            detail: format!("{} listings have the CSKU {csku:?} and sell different goods: {}", sold.len(), ids(&sold)),
            isku_codes: vec![],
            listing_ids: sold.iter().map(|listing| listing.id).collect(),
        })
        .collect()
}

/// What the finding of an ambiguous code is about.
pub fn ambiguous_subject(account_id: Uuid, csku: &str) -> Subject {
    Subject::within(account_id, &format!("csku|{csku}"))
}

/// The code that a finding about an ambiguous one is about.
pub fn ambiguous_csku(subject: &Subject) -> Option<&str> {
    subject.key().strip_prefix("csku|")
}

/// The first few listing ids.
fn ids(listings: &[&Listing]) -> String {
    let ids = listings.iter().filter_map(|listing| listing.channel_listing_id.as_ref());
    ids.take(10).map(|id| id.as_str()).collect::<Vec<_>>().join(", ")
}

fn grouped<'a>(
    listings: impl Iterator<Item = &'a Listing>,
    key: impl Fn(&Listing) -> Option<String>,
) -> BTreeMap<String, Vec<&'a Listing>> {
    let mut groups: BTreeMap<String, Vec<&Listing>> = BTreeMap::new();
    for listing in listings {
        if let Some(key) = key(listing) {
            groups.entry(key).or_default().push(listing);
        }
    }
    for group in groups.values_mut() {
        group.sort_by_key(|listing| listing.id);
    }
    groups
}

fn codes(listing: &Listing) -> Vec<Code> {
    let components = listing.mapping.iter().flat_map(|mapping| &mapping.components);
    components.map(|component| component.isku_code.clone()).collect()
}

fn sold(listing: &Listing) -> String {
    let components = listing.mapping.iter().flat_map(|mapping| &mapping.components);
    let parts: Vec<String> = components.map(|one| format!("{} x {}", one.isku_code, one.quantity)).collect();
    parts.join(" + ")
}

/// The first few codes, each once.
fn names(listings: &[&Listing]) -> String {
    const SHOWN: usize = 10;
    let all: BTreeSet<String> =
        listings.iter().filter_map(|listing| listing.code()).map(|code| code.to_string()).collect();
    let mut shown: Vec<String> = all.iter().take(SHOWN).cloned().collect();
    if all.len() > SHOWN {
        shown.push(format!("and {} more", all.len() - SHOWN));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests;
