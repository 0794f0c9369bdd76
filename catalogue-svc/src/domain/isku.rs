//! What inventory-svc answers about ISKUs, in the catalogue's words.

use std::collections::HashMap;

use shared::{code::Code, measure::Dimensions};

/// An ISKU with its stock at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isku {
    /// Its immutable number.
    pub id: i64,
    /// Its code today.
    pub code: Code,
    /// What the goods are called.
    pub product_name: Option<String>,
    /// Barcode.
    pub barcode: Option<String>,
    /// Outer dimensions of one unit.
    pub dimensions: Option<Dimensions>,
    /// Weight of one unit in grams.
    pub weight_g: Option<i64>,
    /// Its stock at each location that has or had some.
    pub stock: Vec<Stock>,
    /// Whether it is known how many there are.
    pub counting: Counting,
}

/// Whether it is known how many units of an ISKU there are: not known is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// What its stock says, or none.
    Counted,
    /// Nobody ever said.
    Uncounted,
}

/// Stock at one location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    /// The location's code.
    pub location: String,
    /// Whether orders may take from it.
    pub sellable: Sellable,
    /// Units there.
    pub on_hand: i64,
    /// Units promised.
    pub reserved: i64,
    /// On hand less reserved.
    pub available: i64,
}

/// Whether orders may take from a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sellable {
    /// They may.
    Yes,
    /// Damaged goods, returns and the like.
    No,
}

impl Isku {
    /// Units at all locations.
    pub fn on_hand(&self) -> i64 {
        self.stock.iter().fold(0, |sum, stock| sum.saturating_add(stock.on_hand))
    }

    /// Units promised at all locations.
    pub fn reserved(&self) -> i64 {
        self.stock.iter().fold(0, |sum, stock| sum.saturating_add(stock.reserved))
    }
}

/// An ISKU that may be the goods of a code that no ISKU has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its code.
    pub isku_code: Code,
    /// What the goods are called.
    pub product_name: Option<String>,
    /// Whether it is archived.
    pub archived: IsArchived,
    /// Why, the best reason first.
    pub likenesses: Vec<Likeness>,
}

/// Why an ISKU may be the same goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Its code, or a former one, is near.
    NearCode,
    /// It has the same barcode.
    SameBarcode,
}

impl Candidate {
    /// What a person is told of it.
    pub fn told(&self) -> String {
        let likeness = |likeness: &Likeness| match likeness {
            Likeness::NearCode => "near code",
            Likeness::SameBarcode => "same barcode",
        };
        let why: Vec<&str> = self.likenesses.iter().map(likeness).collect();
        let name = self.product_name.as_ref().map(|name| format!(" {name:?}")).unwrap_or_default();
        let archived = match self.archived {
            IsArchived::Yes => ", archived: UnarchiveIsku takes it into use again",
            IsArchived::No => "",
        };
        format!("{}{name} ({}{archived})", self.isku_code, why.join(", "))
    }
}

/// What a code names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// An ISKU, by its code or an alias.
    Found(Isku),
    /// An ISKU that is archived.
    Archived(Isku),
    /// Nothing; these codes are near.
    NotFound(Vec<Code>),
}

/// What many codes name, as inventory-svc answered once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution(HashMap<Code, Resolved>);

impl Resolution {
    /// What a code names; `None` if it was not asked for.
    pub fn get(&self, code: &Code) -> Option<&Resolved> {
        self.0.get(code)
    }

    /// The ISKU that a code names, archived or not.
    pub fn isku(&self, code: &Code) -> Option<&Isku> {
        match self.0.get(code)? {
            Resolved::Found(isku) | Resolved::Archived(isku) => Some(isku),
            Resolved::NotFound(_) => None,
        }
    }

    /// The same with more codes, which win.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = (Code, Resolved)>) -> Self {
        self.0.extend(more);
        self
    }

    /// Every ISKU with whether it is archived.
    pub fn iskus(&self) -> impl Iterator<Item = (&Isku, IsArchived)> {
        self.0.values().filter_map(|resolved| match resolved {
            Resolved::Found(isku) => Some((isku, IsArchived::No)),
            Resolved::Archived(isku) => Some((isku, IsArchived::Yes)),
            Resolved::NotFound(_) => None,
        })
    }
}

/// Whether an ISKU is archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsArchived {
    /// It is.
    Yes,
    /// It is not.
    No,
}

impl FromIterator<(Code, Resolved)> for Resolution {
    /// Each ISKU is found by its code of today too.
    fn from_iter<I: IntoIterator<Item = (Code, Resolved)>>(resolved: I) -> Self {
        let mut all: HashMap<Code, Resolved> = resolved.into_iter().collect();
        let today = |resolved: &Resolved| match resolved {
            Resolved::Found(isku) | Resolved::Archived(isku) => Some((isku.code.clone(), resolved.clone())),
            Resolved::NotFound(_) => None,
        };
        for (code, resolved) in all.values().filter_map(today).collect::<Vec<_>>() {
            all.entry(code).or_insert(resolved);
        }
        Self(all)
    }
}
