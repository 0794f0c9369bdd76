//! What a listing of a sync gets from inventory-svc: its mapping, and the findings that follow from it.

mod bundle;

use shared::{code::Code, money::Money};

use super::{
    session::{IskuPolicy, Missing, Opening},
    stated::Stated,
};
use crate::domain::{
    adopted::Adopted,
    defaults::{DefaultMapping, default_mapping, different_description},
    finding::{Effect, Finding, FindingKind, Subject},
    isku::{Candidate, Isku, Resolution, Resolved},
    listing::{ChannelStatus, Description, Intent, Kind, Listing},
    mapping::{Component, Source, fits},
    readiness::Reason,
};

/// An ISKU that has to be there, with what the feed knows about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its code.
    pub code: Code,
    /// What the goods are.
    pub description: Description,
    /// What one unit costs.
    pub cost_price: Option<Money>,
    /// Units to open with, and where, if it is created.
    pub opening: Option<(String, i64)>,
}

/// What has to be asked before a listing can be settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Nothing.
    Nothing,
    /// See to it that this ISKU is there.
    Ensure(Wanted),
    /// What these codes name.
    Resolve(Vec<Code>),
}

/// Whether the ISKU of a listing's own code was created for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ensured {
    /// Nobody asked, or it was there.
    NotCreated,
    /// It was created, with this opening stock.
    Created(Option<Adopted>),
    /// It may be the goods of these ISKUs, or its code is mangled: nothing was created.
    SameGoods(Vec<Candidate>),
    /// It was refused: reason and problem.
    Rejected(String, String),
}

/// What becomes of a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// A new mapping, with the source DEFAULT.
    pub mapping: Option<Vec<Component>>,
    /// The listing after it, but for the mapping.
    pub listing: Listing,
    /// What was found about it, of the [kinds that are looked for](FOUND).
    pub findings: Vec<Finding>,
    /// Reasons and details to tell.
    pub notes: Vec<(&'static str, String)>,
    /// Why its ISKU was refused: reason and problem.
    pub rejected: Option<String>,
}

/// The kinds of findings about single listings that a sync looks for: what it does not find any more is closed.
pub const FOUND: [FindingKind; 9] = [
    FindingKind::DifferentGoods,
    FindingKind::DifferentDescription,
    FindingKind::StockDrift,
    FindingKind::Renamed,
    FindingKind::SeveralCategories,
    FindingKind::UnsupportedKit,
    FindingKind::ParentStock,
    FindingKind::SameGoods,
    FindingKind::BarcodeRepeated,
];

/// Whether the mapping is the sync's to make: there is none, or it is a default that no longer fits the kind.
fn is_ours(listing: &Listing) -> bool {
    listing.mapping.as_ref().is_none_or(|m| m.source == Source::Default && fits(listing.kind, &m.components).is_err())
}

/// What has to be asked about a listing.
pub fn question(listing: &Listing, stated: &Stated, policy: &IskuPolicy) -> Question {
    if !listing.needs_iskus() {
        return Question::Nothing;
    }
    match (&listing.csku, listing.kind) {
        (Some(csku), Kind::Single | Kind::Variant) if is_ours(listing) && stated.components.is_empty() => {
            match policy.missing {
                Missing::Leave => Question::Resolve(vec![csku.clone()]),
                Missing::Create => Question::Ensure(Wanted {
                    code: csku.clone(),
                    description: listing.description.clone(),
                    cost_price: stated.cost_price.clone(),
                    opening: opening(stated, policy),
                }),
            }
        }
        _ => {
            let mapped = listing.mapping.iter().flat_map(|mapping| &mapping.components).map(|part| &part.isku_code);
            let mut codes: Vec<Code> = mapped.chain(stated.components.keys()).cloned().collect();
            codes.sort();
            codes.dedup();
            if codes.is_empty() { Question::Nothing } else { Question::Resolve(codes) }
        }
    }
}

/// The channel's quantity, if it is to be adopted and was stated: that there is none is counted, too.
fn opening(stated: &Stated, policy: &IskuPolicy) -> Option<(String, i64)> {
    let adopted = stated.channel_quantity.filter(|_| policy.opening == Opening::Adopt);
    adopted.map(|quantity| (policy.opening_location.clone(), quantity))
}

/// Whether the item created the listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It did.
    Created,
    /// It was there.
    Known,
}

/// What was answered, and what else a listing is settled by.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// What the codes name.
    pub resolution: &'a Resolution,
    /// What became of the ISKU of its own code.
    pub ensured: &'a Ensured,
    /// The inventory locations that the account sells from; all sellable ones if empty.
    pub locations: &'a [String],
    /// Whether the item created it.
    pub origin: Origin,
    /// Whether others carry its barcode.
    pub barcode: Barcode,
}

/// Whether a listing's barcode is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barcode {
    /// No other listing of the account carries it, or it has none.
    Own,
    /// Others carry it, so that it says nothing.
    Repeated,
}

/// Settles a listing with what inventory-svc answered.
pub fn settle(listing: &Listing, stated: &Stated, answers: &Answers<'_>) -> Settled {
    let mut settled =
        Settled { mapping: None, listing: listing.clone(), findings: vec![], notes: vec![], rejected: None };
    if listing.needs_iskus() {
        settled.take_default(stated, answers);
        settled.take_bundle(stated, answers.resolution);
        settled.tell_what_is_missing(answers);
    }
    if stated.categories.len() > 1 {
        settled.find(several_categories(listing, stated));
    }
    if let Some(finding) = super::judge::renamed(listing) {
        settled.find(finding);
    }
    if answers.barcode == Barcode::Repeated {
        settled.find(barcode_repeated(listing));
    }
    settled.drift(answers);
    let whole = |components: &[Component]| !components.is_empty() && components.iter().all(|one| one.isku_id.is_some());
    let sells = settled.components().is_some_and(whole) || !listing.needs_iskus();
    let live = listing.channel_status == Some(ChannelStatus::Live) && listing.kind != Kind::Group;
    if answers.origin == Origin::Created && live && sells {
        settled.listing.intent = Intent::Published;
    }
    settled
}

impl Settled {
    fn components(&self) -> Option<&[Component]> {
        let stored = self.listing.mapping.as_ref().map(|mapping| mapping.components.as_slice());
        self.mapping.as_deref().or(stored)
    }

    fn find(&mut self, finding: Finding) {
        self.notes.push((finding.kind.as_str(), finding.detail.clone()));
        self.findings.push(finding);
    }

    /// One ISKU with the CSKU's code.
    fn take_default(&mut self, stated: &Stated, answers: &Answers<'_>) {
        let listing = self.listing.clone();
        let Some(csku) =
            listing.csku.as_ref().filter(|_| listing.kind.sells_one_isku() && stated.components.is_empty())
        else {
            return;
        };
        // Also where somebody has mapped the listing to another ISKU in between: the stock was adopted for its own.
        if let Ensured::Created(adopted) = answers.ensured {
            self.listing.adopted = adopted.clone();
        }
        if is_ours(&listing) {
            let unmapped = Listing { mapping: None, ..listing.clone() };
            match default_mapping(&unmapped, answers.resolution) {
                DefaultMapping::Take { component, finding } => {
                    self.mapping = Some(vec![component]);
                    finding.into_iter().for_each(|finding| self.find(finding));
                }
                DefaultMapping::DifferentGoods(finding) => self.find(finding),
                DefaultMapping::None => {}
            }
        } else if listing.mapping.as_ref().is_some_and(|mapping| mapping.source == Source::Default)
            && let Some(isku) = self.components().and_then(|of| answers.resolution.isku(&of.first()?.isku_code))
            && (isku.code == *csku || stated.csku.is_some())
            && let Some(finding) = different_description(&listing, isku)
        {
            self.find(finding);
        }
    }

    fn tell_what_is_missing(&mut self, answers: &Answers<'_>) {
        if let Ensured::Rejected(reason, problem) = answers.ensured {
            if reason == Reason::IskuArchived.as_str() {
                self.notes.push((Reason::IskuArchived.as_str(), problem.clone()));
            } else {
                self.rejected = Some(format!("{reason}: {problem}"));
            }
        }
        if let (Ensured::SameGoods(candidates), None) = (answers.ensured, &self.mapping) {
            self.find(same_goods(&self.listing, candidates));
        }
        match self.components() {
            None | Some([]) => self.notes.push((Reason::NeedsIsku.as_str(), String::new())),
            Some(components) => {
                let missing = components.iter().filter(|component| component.isku_id.is_none());
                let codes: Vec<&str> = missing.map(|component| component.isku_code.as_str()).collect();
                if !codes.is_empty() {
                    let detail = format!("ISKU {} does not exist", codes.join(", "));
                    self.notes.push((Reason::KitComponentMissing.as_str(), detail));
                }
            }
        }
    }

    /// The channel's quantity against the stock that the account sells from.
    fn drift(&mut self, answers: &Answers<'_>) {
        let (Some(shown), true) = (self.listing.channel_quantity, self.listing.needs_iskus()) else { return };
        let isku = match self.components() {
            Some([one]) if self.listing.kind.sells_one_isku() && one.quantity == 1 => {
                answers.resolution.get(&one.isku_code)
            }
            _ => return,
        };
        if let Some(Resolved::Found(isku)) = isku {
            let available = available(isku, answers.locations);
            // Back orders are told though there is none.
            if available != shown {
                self.find(stock_drift(&self.listing, isku, shown, available));
            }
        }
    }
}

/// Units that the account may sell.
fn available(isku: &Isku, locations: &[String]) -> i64 {
    use crate::domain::isku::Sellable;
    let sells = |stock: &&crate::domain::isku::Stock| {
        stock.sellable == Sellable::Yes && (locations.is_empty() || locations.contains(&stock.location))
    };
    isku.stock.iter().filter(sells).fold(0, |sum, stock| sum.saturating_add(stock.available))
}

fn about(listing: &Listing, kind: FindingKind, isku_codes: Vec<Code>, detail: String) -> Finding {
    Finding {
        kind,
        subject: Subject::listing(listing.id),
        account_id: Some(listing.account_id),
        effect: Effect::Advisory,
        listing_ids: vec![listing.id],
        isku_codes,
        detail,
    }
}

fn stock_drift(listing: &Listing, isku: &Isku, shown: i64, available: i64) -> Finding {
    let detail = format!("{shown} on the channel, {available} available of ISKU {}", isku.code);
    about(listing, FindingKind::StockDrift, vec![isku.code.clone()], detail)
}

fn same_goods(listing: &Listing, candidates: &[Candidate]) -> Finding {
    let code = listing.csku.as_ref().map(Code::as_str).unwrap_or_default();
    let mangled = match listing.csku.as_ref().is_some_and(Code::is_mangled) {
        true => format!("a spreadsheet took the code {code} for a number, its last digits are lost"),
        false => String::new(),
    };
    let told: Vec<String> = candidates.iter().map(Candidate::told).collect();
    let likely = match told.is_empty() {
        true => String::new(),
        false => format!("{code} may be the same goods as {}", told.join("; ")),
    };
    let detail: Vec<String> = [mangled, likely].into_iter().filter(|part| !part.is_empty()).collect();
    let codes = candidates.iter().map(|one| one.isku_code.clone()).collect();
    about(listing, FindingKind::SameGoods, codes, detail.join("; "))
}

fn barcode_repeated(listing: &Listing) -> Finding {
    let barcode = listing.description.barcode.as_deref().unwrap_or_default();
    let detail = format!("several listings of the account carry the barcode {barcode}");
    about(listing, FindingKind::BarcodeRepeated, vec![], detail)
}

fn several_categories(listing: &Listing, stated: &Stated) -> Finding {
    let name = |category: &crate::domain::category::CategoryPath| match category.path() {
        [] => category.channel_category_id().unwrap_or_default().to_owned(),
        path => path.join(" > "),
    };
    let taken = super::category::choose(&stated.categories).map(name).unwrap_or_default();
    let all: Vec<String> = stated.categories.iter().map(name).collect();
    let detail = format!("{taken:?} is taken of {} categories: {}", all.len(), all.join(", "));
    about(listing, FindingKind::SeveralCategories, vec![], detail)
}

#[cfg(test)]
mod tests;
