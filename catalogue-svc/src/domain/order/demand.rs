//! Which lines of an order take stock, what they take, and what becomes of those that nobody knows.

use std::collections::{BTreeMap, HashMap};

use shared::code::Code;
use uuid::Uuid;

use super::{LISTINGS_MAX, OrderLine, QUANTITY_MAX, ReserveItem};
use crate::domain::{
    Error,
    isku::{Resolution, Resolved},
    listing::{Kind, Listing, ListingCode, Tracking},
};

/// Near codes that an unknown line is told, at most.
const NEAR_MAX: usize = 10;

/// How much of an order has to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fill {
    /// All of it.
    #[default]
    AllOrNothing,
    /// Whatever there is.
    Partial,
}

/// Units ordered under a code that names nothing that can be reserved.
#[derive(Clone, Debug, PartialEq)]
pub struct Unresolved {
    /// The code as ordered.
    pub code: ListingCode,
    /// Units ordered under it.
    pub quantity: i64,
    /// Why not.
    pub refusal: Error,
    /// Codes of the account's listings that may be meant.
    pub near: Vec<Code>,
}

impl Unresolved {
    /// What it has in common with codes that may be meant; none where the code does name a listing.
    pub fn near_key(&self) -> Option<String> {
        match &self.refusal {
            Error::ListingNotFound(ListingCode::Csku(csku)) => csku.near_key(),
            _ => None,
        }
    }
}

/// What an order takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Demand {
    /// One for each listing that takes stock.
    pub items: Vec<ReserveItem>,
    /// Codes of lines that take nothing.
    pub untracked: Vec<String>,
    /// What names nothing that can be reserved.
    pub unresolved: Vec<Unresolved>,
}

impl Demand {
    /// The refusal of all lines that name nothing that can be reserved.
    pub fn refusal(&self) -> Option<Error> {
        match self.unresolved.as_slice() {
            [] => None,
            [only] if only.near.is_empty() => Some(only.refusal.clone()),
            [first, ..] => {
                Some(Error::OrderLines { first: Box::new(first.refusal.clone()), lines: self.unresolved.clone() })
            }
        }
    }

    /// Tells each line without a listing the codes that are near its own.
    pub fn tell_near(&mut self, codes: impl IntoIterator<Item = (String, Code)>) {
        let mut near: BTreeMap<String, Vec<Code>> = BTreeMap::new();
        for (key, code) in codes {
            near.entry(key).or_default().push(code);
        }
        for line in &mut self.unresolved {
            let mut own = line.near_key().and_then(|key| near.get(&key)).cloned().unwrap_or_default();
            own.sort_unstable();
            own.dedup();
            own.truncate(NEAR_MAX);
            line.near = own;
        }
    }

    /// Leaves out what takes an ISKU that nobody can reserve any more, and tells whether anything does.
    pub fn leave_out_gone(&mut self, resolution: &Resolution) -> bool {
        let before = self.items.len();
        for item in std::mem::take(&mut self.items) {
            let gone = item.components.iter().find_map(|part| match resolution.get(&part.isku_code) {
                Some(Resolved::Archived(_)) => Some(Error::IskuArchived { isku_code: part.isku_code.clone() }),
                Some(Resolved::NotFound(_)) => Some(Error::IskuNotFound { isku_code: part.isku_code.clone() }),
                Some(Resolved::Found(_)) | None => None,
            });
            match gone {
                Some(refusal) => self.leave_out(&item.code, item.quantity, refusal),
                None => self.items.push(item),
            }
        }
        self.items.len() < before
    }

    fn leave_out(&mut self, code: &ListingCode, quantity: i64, refusal: Error) {
        self.unresolved.push(Unresolved { code: code.clone(), quantity, refusal, near: vec![] });
    }
}

/// What a line is summed by: its listing, or its code where there is none.
#[derive(PartialEq, Eq, Hash)]
enum Sold<'a> {
    Listing(Uuid),
    Code(&'a ListingCode),
}

/// What an order takes, from its lines with the listing of each, or why there is none; lines of one listing are summed.
pub fn demand(lines: &[(OrderLine, Result<Listing, Error>)]) -> Result<Demand, Error> {
    let mut summed: Vec<(&ListingCode, &Result<Listing, Error>, i64)> = vec![];
    let mut places: HashMap<Sold<'_>, usize> = HashMap::new();
    for (line, found) in lines {
        let sold = found.as_ref().map_or(Sold::Code(&line.code), |listing| Sold::Listing(listing.id));
        let place = *places.entry(sold).or_insert(summed.len());
        match summed.get_mut(place) {
            Some((_, _, sum)) => *sum = sum.saturating_add(line.quantity),
            None => summed.push((&line.code, found, line.quantity)),
        }
    }
    if summed.len() > LISTINGS_MAX {
        let problem = format!("must be of at most {LISTINGS_MAX} listings, these are of {}", summed.len());
        return Err(Error::Malformed(vec![("lines".to_owned(), problem)]));
    }
    let owners = owners(summed.iter().filter_map(|(_, found, _)| found.as_ref().ok()));
    let mut demand = Demand::default();
    for (code, found, quantity) in &summed {
        let quantity = *quantity;
        let listing = match found {
            Ok(listing) => listing,
            Err(refusal) => {
                demand.leave_out(code, quantity, refusal.clone());
                continue;
            }
        };
        if listing.kind == Kind::Group {
            demand.leave_out(code, quantity, Error::OrderForGroup((*code).clone()));
            continue;
        }
        if listing.tracking == Tracking::Untracked {
            demand.untracked.push(code.to_string());
            continue;
        }
        if quantity > QUANTITY_MAX {
            let problem = format!("the lines of {code} must sum to at most 1,000,000,000");
            return Err(Error::Malformed(vec![("lines".to_owned(), problem)]));
        }
        match item(code, listing, quantity, &owners) {
            Ok(item) => demand.items.push(item),
            Err(refusal) => demand.leave_out(code, quantity, refusal),
        }
    }
    Ok(demand)
}

/// The listings of an order by the CSKUs that they have.
fn owners<'a>(listings: impl Iterator<Item = &'a Listing>) -> HashMap<&'a str, Vec<Uuid>> {
    let mut owners: HashMap<&str, Vec<Uuid>> = HashMap::new();
    for listing in listings {
        if let Some(csku) = &listing.csku {
            owners.entry(csku.as_str()).or_default().push(listing.id);
        }
    }
    owners
}

/// What one listing takes, under a name that no other listing of the order has.
fn item(
    code: &ListingCode,
    listing: &Listing,
    quantity: i64,
    owners: &HashMap<&str, Vec<Uuid>>,
) -> Result<ReserveItem, Error> {
    let Some(mapping) = &listing.mapping else { return Err(Error::ListingUnmapped(code.clone())) };
    if let Some(missing) = mapping.components.iter().find(|component| component.isku_id.is_none()) {
        return Err(Error::IskuNotFound { isku_code: missing.isku_code.clone() });
    }
    let mut names = listing.order_names();
    let is_taken = |name: &String| owners.get(name.as_str()).into_iter().flatten().any(|owner| *owner != listing.id);
    let free = names.iter().position(|name| !is_taken(name)).unwrap_or_default();
    Ok(ReserveItem {
        csku: names.remove(free),
        code: code.clone(),
        listing_id: listing.id,
        aliases: names,
        mapping_revision: mapping.revision,
        quantity,
        components: mapping.components.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::listing::{ChannelListingId, example};

    fn line(
        id: u128,
        csku: &str,
        kind: Kind,
        set: &[(i64, i64)],
        quantity: i64,
    ) -> (OrderLine, Result<Listing, Error>) {
        let listing = example::listing(Uuid::from_u128(1), Uuid::from_u128(id), csku, kind, set);
        (OrderLine { code: ListingCode::Csku(Code::parse(csku).unwrap()), quantity }, Ok(listing))
    }

    #[test]
    fn what_an_order_takes() {
        let check = |lines: &[(OrderLine, Result<Listing, Error>)], expected: Result<&str, &str>| {
            let whole = |demand: Demand| demand.refusal().map_or(Ok(demand), Err);
            let got = demand(lines).and_then(whole).map_err(|error| error.reason()).map(|demand| {
                let items: Vec<String> = demand.items.iter().map(|i| format!("{}x{}", i.csku, i.quantity)).collect();
                format!("{} / {}", items.join(" "), demand.untracked.join(" "))
            });
            assert_eq!(got.as_deref().map_err(|reason| *reason), expected);
        };
        let untracked = || {
            let (line, listing) = line(9, "U", Kind::Single, &[], 1);
            (line, listing.map(|listing| Listing { tracking: Tracking::Untracked, ..listing }))
        };
        check(&[line(1, "A", Kind::Single, &[(1, 1)], 2)], Ok("Ax2 / "));
        let twice = [line(1, "A", Kind::Single, &[(1, 1)], 2), line(1, "A", Kind::Single, &[(1, 1)], 3)];
        check(&twice, Ok("Ax5 / "));
        check(&[line(1, "K", Kind::Kit, &[(1, 2), (2, 1)], 1), untracked()], Ok("Kx1 / U"));
        check(&[untracked()], Ok(" / U"));
        check(&[line(1, "G", Kind::Group, &[], 1)], Err("ORDER_FOR_GROUP"));
        check(&[line(1, "A", Kind::Single, &[], 1)], Err("LISTING_UNMAPPED"));
        let much = [line(1, "A", Kind::Single, &[(1, 1)], QUANTITY_MAX), line(1, "A", Kind::Single, &[(1, 1)], 1)];
        check(&much, Err("INVALID_FIELD"));
        let unknown = |n: usize| {
            let code = ListingCode::Csku(Code::parse(&n.to_string()).unwrap());
            (OrderLine { code: code.clone(), quantity: 1 }, Err(Error::ListingNotFound(code)))
        };
        let of = |listings: usize| -> Vec<_> { (0..LISTINGS_MAX * 2).map(|n| unknown(n % listings)).collect() };
        check(&of(LISTINGS_MAX), Err("LISTING_NOT_FOUND"));
        check(&of(LISTINGS_MAX + 1), Err("INVALID_FIELD"));
    }

    #[test]
    fn two_listings_of_an_order_never_go_by_one_name() {
        let (bare_line, bare) = line(2, "B", Kind::Single, &[(2, 1)], 1);
        let mut bare = bare.unwrap();
        bare.csku = None;
        bare.channel_listing_id = Some(ChannelListingId::parse("A").unwrap());

        let demand = demand(&[(bare_line, Ok(bare)), line(1, "A", Kind::Single, &[(1, 1)], 2)]).unwrap();

        assert_eq!(demand.items.iter().map(|item| item.csku.as_str()).collect::<Vec<_>>(), ["id:A", "A"]);
    }

    #[test]
    fn two_listings_of_one_code_go_by_their_listing_ids() {
        let of = |n: u128, quantity| {
            let (line, listing) = line(n, "A", Kind::Single, &[(1, 1)], quantity);
            let channel_listing_id = ChannelListingId::parse(&format!("id-{n}")).ok();
            (line, listing.map(|listing| Listing { channel_listing_id, ..listing }))
        };

        let demand = demand(&[of(1, 2), of(2, 3), of(1, 4)]).unwrap();

        let held: Vec<_> = demand.items.iter().map(|item| (item.csku.as_str(), item.quantity)).collect();
        assert_eq!(held, [("id-1", 6), ("id-2", 3)]);
    }

    #[test]
    fn what_nobody_knows_is_summed_by_code_and_refused_together() {
        let unknown = |csku: &str, quantity: i64| {
            let code = ListingCode::Csku(Code::parse(csku).unwrap());
            (OrderLine { code: code.clone(), quantity }, Err(Error::ListingNotFound(code)))
        };
        let lines = [
            unknown("X", 2),
            line(1, "A", Kind::Single, &[(1, 1)], 2),
            unknown("Y", 1),
            unknown("X", 3),
            line(2, "G", Kind::Group, &[], 1),
        ];

        let demand = demand(&lines).unwrap();

        let left: Vec<String> =
            demand.unresolved.iter().map(|u| format!("{}x{} {}", u.code, u.quantity, u.refusal.reason())).collect();
        assert_eq!(left, ["Xx5 LISTING_NOT_FOUND", "Yx1 LISTING_NOT_FOUND", "Gx1 ORDER_FOR_GROUP"]);
        assert_eq!(demand.items.len(), 1);
        let refusal = demand.refusal().unwrap();
        assert_eq!(refusal.reason(), "LISTING_NOT_FOUND");
        assert!(refusal.may_have_been_sold());
    }

    #[test]
    fn a_line_without_a_listing_is_told_the_codes_that_are_near() {
        let code = |text: &str| Code::parse(text).unwrap();
        let unknown = ListingCode::Csku(code("a-1."));
        let lines = [
            (OrderLine { code: unknown.clone(), quantity: 1 }, Err(Error::ListingNotFound(unknown))),
            line(2, "G", Kind::Group, &[], 1),
        ];
        let mut demand = demand(&lines).unwrap();

        let near = |text: &str| (code(text).near_key().unwrap(), code(text));
        demand.tell_near([near("A 1"), near("A-1"), near("G"), near("A-1")]);

        let told: Vec<_> = demand.unresolved.iter().map(|line| line.near.clone()).collect();
        assert_eq!(told, [vec![code("A-1")], vec![]]);
    }
}
