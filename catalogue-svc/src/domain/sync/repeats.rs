//! Which rows of one snapshot are told apart, and what becomes of those that are not.

use uuid::Uuid;

use super::{
    matching::Sort,
    outcome::{Outcome, Verdict},
    stated::Stated,
};
use crate::domain::{
    finding::{Effect, Finding, FindingKind, Subject},
    listing::ListingCode,
};

/// A row whose code another row has, too.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its place in the upload.
    pub place: i64,
    /// Its place in the source.
    pub row: i64,
    /// What it is offered as; a malformed row may be either.
    pub sort: Option<Sort>,
    /// Whether it has a listing id.
    pub has_id: bool,
    /// What was told of it already: it is malformed.
    pub told: Option<Verdict>,
    /// What it states, if it was looked at.
    pub stated: Option<Stated>,
}

/// What becomes of rows of one code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repeats {
    /// Verdicts by place; the other rows are applied.
    pub verdicts: Vec<(i64, Verdict)>,
    /// What was found.
    pub finding: Option<Finding>,
}

/// The rows of one CSKU that are not told apart by their listing ids, those that are offered alike together: a parent's own SKU may be a
/// variant's.
pub fn not_apart(rows: &[Row]) -> Vec<Vec<Row>> {
    let alike = |sort: Sort| -> Vec<Row> {
        rows.iter().filter(|row| row.sort.is_none_or(|own| own == sort)).cloned().collect()
    };
    let is_told_apart = |rows: &Vec<Row>| {
        let is_one = rows.len() < 2 || rows.iter().all(|row| row.sort.is_none());
        is_one || rows.iter().all(|row| row.has_id)
    };
    [Sort::Group, Sort::Sold].map(alike).into_iter().filter(|rows| !is_told_apart(rows)).collect()
}

/// Judges rows that are not told apart: of those that state the same one is applied, of others none.
pub fn judge(account_id: Uuid, code: &ListingCode, rows: &[Row]) -> Repeats {
    let fullest = |one: &&Row| {
        let states_all = |own: &Stated| rows.iter().all(|row| row.stated.as_ref().is_some_and(|it| own.covers(it)));
        one.told.is_none() && one.stated.as_ref().is_some_and(states_all)
    };
    if let Some(applied) = rows.iter().find(fullest) {
        let same = Verdict { detail: format!("it is row {} again", applied.row), ..Verdict::plain(Outcome::Unchanged) };
        let others = rows.iter().filter(|row| row.place != applied.place);
        return Repeats { verdicts: others.map(|row| (row.place, same.clone())).collect(), finding: None };
    }
    let finding = repeated(account_id, code, &rows.iter().map(|row| row.row).collect::<Vec<_>>());
    let verdict = |row: &Row| match &row.told {
        Some(told) => {
            let mut told = told.clone();
            told.note(finding.kind.as_str(), &finding.detail);
            told
        }
        None => Verdict::not_applied(Outcome::Finding, finding.kind.as_str(), finding.detail.clone()),
    };
    Repeats { verdicts: rows.iter().map(|row| (row.place, verdict(row))).collect(), finding: Some(finding) }
}

impl Stated {
    /// Whether it states all that another row does, and nothing else where that states something.
    fn covers(&self, other: &Self) -> bool {
        fn known<T: PartialEq>(own: &Option<T>, other: &Option<T>) -> bool {
            other.is_none() || own == other
        }
        fn all<T: PartialEq>(own: &[T], other: &[T]) -> bool {
            other.is_empty() || own == other
        }
        let (own, its) = (&self.description, &other.description);
        self.kind == other.kind
            && self.tracking == other.tracking
            && known(&self.csku, &other.csku)
            && known(&self.channel_listing_id, &other.channel_listing_id)
            && known(&own.title, &its.title)
            && known(&own.barcode, &its.barcode)
            && known(&own.dimensions, &its.dimensions)
            && known(&own.weight_g, &its.weight_g)
            && known(&self.cost_price, &other.cost_price)
            && known(&self.channel_quantity, &other.channel_quantity)
            && known(&self.quantity_basis, &other.quantity_basis)
            && known(&self.shared_quantity, &other.shared_quantity)
            && known(&self.channel_status, &other.channel_status)
            && known(&self.parent, &other.parent)
            && all(&self.categories, &other.categories)
            && all(&self.members, &other.members)
            && (other.components.is_empty() || self.components == other.components)
    }
}

/// What a code is, for people.
fn sort_of(code: &ListingCode) -> &'static str {
    match code {
        ListingCode::Csku(_) => "CSKU",
        ListingCode::ChannelListingId(_) => "listing id",
    }
}

/// What the finding of a repeated code is about.
pub fn subject(account_id: Uuid, code: &ListingCode) -> Subject {
    Subject::within(account_id, &format!("{}|{code}", sort_of(code)))
}

/// The finding of a code that several rows of one snapshot have.
fn repeated(account_id: Uuid, code: &ListingCode, rows: &[i64]) -> Finding {
    let what = sort_of(code);
    Finding {
        kind: FindingKind::RepeatedInSnapshot,
        subject: subject(account_id, code),
        account_id: Some(account_id),
        effect: Effect::Advisory,
        listing_ids: vec![],
        isku_codes: vec![],
        detail: format!("{what} {:?} is in {} rows: {}", code.to_string(), rows.len(), listed(rows)),
    }
}

/// The first few rows.
pub fn listed(rows: &[i64]) -> String {
    const SHOWN: usize = 20;
    let mut shown: Vec<String> = rows.iter().take(SHOWN).map(i64::to_string).collect();
    if rows.len() > SHOWN {
        shown.push(format!("and {} more", rows.len() - SHOWN));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{listing::Kind, sync::item::Item};

    fn row(place: i64, item: Item) -> Row {
        let item = Item { row: place, ..item };
        let parsed = Stated::parse(&item);
        Row {
            place,
            row: place + 1,
            sort: parsed.as_ref().ok().map(|stated| Sort::of(stated.kind)),
            has_id: !item.channel_listing_id.is_empty(),
            told: parsed.as_ref().err().map(|problems| Verdict::malformed(problems)),
            stated: parsed.ok(),
        }
    }

    fn item(id: &str, title: &str, quantity: Option<i64>) -> Item {
        Item {
            csku: "A".into(),
            channel_listing_id: id.into(),
            kind: Some(Kind::Single),
            title: title.into(),
            channel_quantity: quantity,
            ..Item::default()
        }
    }

    fn group(id: &str) -> Item {
        Item { kind: Some(Kind::Group), ..item(id, "", None) }
    }

    #[test]
    fn rows_of_one_code_are_told_apart_by_their_listing_ids() {
        let check = |items: &[Item], expected: &[&[i64]]| {
            let rows: Vec<Row> = items.iter().cloned().zip(1..).map(|(item, place)| row(place, item)).collect();
            let got: Vec<Vec<i64>> =
                not_apart(&rows).iter().map(|rows| rows.iter().map(|row| row.place).collect()).collect();
            assert_eq!(got, expected, "{items:?}");
        };
        let bad = Item { weight_g: Some(-1), ..item("", "", None) };
        check(&[item("1", "", None), item("2", "", None)], &[]);
        check(&[item("1", "", None), item("", "", None)], &[&[1, 2]]);
        check(&[item("", "", None), item("", "", None)], &[&[1, 2]]);
        check(&[group(""), item("", "", None)], &[]);
        check(&[group(""), item("1", "", None), item("2", "", None)], &[]);
        check(&[group(""), item("", "", None), item("2", "", None)], &[&[2, 3]]);
        check(&[group(""), group("")], &[&[1, 2]]);
        check(&[group("1"), group("2")], &[]);
        check(&[bad.clone(), item("", "", None)], &[&[1, 2]]);
        check(&[bad.clone(), group("1")], &[&[1, 2]]);
        check(&[bad.clone(), bad], &[]);
    }

    #[test]
    fn one_of_rows_that_state_the_same_is_applied_and_none_of_others() {
        let check = |items: &[Item], expected: &[(i64, &str)]| {
            let rows: Vec<Row> = items.iter().cloned().zip(1..).map(|(item, place)| row(place, item)).collect();
            let code = ListingCode::Csku(shared::code::Code::parse("A").unwrap());
            let judged = judge(Uuid::nil(), &code, &rows);
            let told = |verdict: &Verdict| format!("{} {}", verdict.outcome.as_str(), verdict.reasons.join(" "));
            let got: Vec<(i64, String)> = judged.verdicts.iter().map(|(place, it)| (*place, told(it))).collect();
            let got: Vec<(i64, &str)> = got.iter().map(|(place, it)| (*place, it.trim())).collect();
            assert_eq!(got, expected, "{items:?}");
            assert_eq!(judged.finding.is_none(), expected.iter().all(|(_, told)| *told == "UNCHANGED"));
        };
        let bad = Item { weight_g: Some(-1), ..item("", "a", None) };
        check(&[item("", "a", Some(5)), item("", "a", Some(5))], &[(2, "UNCHANGED")]);
        check(&[item("", "", None), item("", "a", Some(5))], &[(1, "UNCHANGED")]);
        let repeated = "FINDING REPEATED_IN_SNAPSHOT";
        check(&[item("", "a", Some(5)), item("", "a", Some(6))], &[(1, repeated), (2, repeated)]);
        check(&[item("", "a", None), item("", "", Some(6))], &[(1, repeated), (2, repeated)]);
        check(&[bad, item("", "a", None)], &[(1, "REJECTED INVALID_FIELD REPEATED_IN_SNAPSHOT"), (2, repeated)]);
    }
}
