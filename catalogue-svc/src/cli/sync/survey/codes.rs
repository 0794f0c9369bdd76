//! Which rows of a file would not be applied: malformed ones, and those that nothing tells apart.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::domain::{
    listing::ListingCode,
    sync::{
        item::Item,
        matching::Sort,
        repeats::{self, Repeats, Row},
        stated::Stated,
    },
};

/// One line for each row, or for the rows of each code, that would not be applied.
pub(super) fn not_applied(items: impl Iterator<Item = Item>) -> Vec<String> {
    let mut codes = Codes::default();
    let mut told = vec![];
    for item in items {
        match Stated::parse(&item) {
            Ok(stated) => codes.note(stated),
            Err(problems) => {
                let problems: Vec<String> =
                    problems.iter().map(|problem| format!("{}: {}", problem.field, problem.problem)).collect();
                told.push(format!("line {}: REJECTED INVALID_FIELD {}", item.row, problems.join("; ")));
            }
        }
    }
    told.extend(codes.repeated());
    told
}

/// The rows of a file that are well formed.
#[derive(Default)]
struct Codes {
    rows: Vec<Row>,
}

impl Codes {
    fn note(&mut self, stated: Stated) {
        let place = i64::try_from(self.rows.len()).unwrap_or(i64::MAX);
        let (row, has_id) = (stated.row, stated.channel_listing_id.is_some());
        self.rows.push(Row { place, row, sort: Some(Sort::of(stated.kind)), has_id, told: None, stated: Some(stated) });
    }

    /// One line for the rows of each code that none is applied of; rows that state the same are one.
    fn repeated(&self) -> Vec<String> {
        let mut told = vec![];
        let mut again: HashSet<i64> = HashSet::new();
        let mut judge = |code: &ListingCode, rows: &[Row], again: &mut HashSet<i64>| {
            let Repeats { verdicts, finding } = repeats::judge(Uuid::nil(), code, rows);
            match finding {
                Some(_) => told.push((rows[0].place, line(code, rows))),
                None => again.extend(verdicts.iter().map(|(place, _)| *place)),
            }
        };
        let by_id = self.by(|stated| stated.channel_listing_id.clone().map(ListingCode::ChannelListingId));
        for (code, rows) in by_id.iter().filter(|(_, rows)| rows.len() > 1) {
            judge(code, rows, &mut again);
        }
        for (code, mut rows) in self.by(|stated| stated.csku.clone().map(ListingCode::Csku)) {
            rows.retain(|row| !again.contains(&row.place));
            for rows in repeats::not_apart(&rows) {
                judge(&code, &rows, &mut again);
            }
        }
        told.sort();
        told.into_iter().map(|(_, line)| line).collect()
    }

    fn by(&self, code: impl Fn(&Stated) -> Option<ListingCode>) -> HashMap<ListingCode, Vec<Row>> {
        let mut by_code: HashMap<ListingCode, Vec<Row>> = HashMap::new();
        for row in &self.rows {
            if let Some(code) = row.stated.as_ref().and_then(&code) {
                by_code.entry(code).or_default().push(row.clone());
            }
        }
        by_code
    }
}

fn line(code: &ListingCode, rows: &[Row]) -> String {
    let lines: Vec<String> = rows.iter().map(|row| row.row.to_string()).collect();
    let (what, code) = match code {
        ListingCode::Csku(csku) => ("CSKU", csku.as_str()),
        ListingCode::ChannelListingId(id) => ("listing id", id.as_str()),
    };
    format!("lines {}: REPEATED_IN_SNAPSHOT {what} {code:?}", lines.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::listing::Kind;

    fn told(rows: &[(&str, &str, &str)]) -> Vec<String> {
        let item = |(row, (csku, id, title)): (i64, &(&str, &str, &str))| Item {
            row,
            csku: (*csku).to_owned(),
            channel_listing_id: (*id).to_owned(),
            title: (*title).to_owned(),
            kind: Some(Kind::Single),
            ..Item::default()
        };
        not_applied((2..).zip(rows).map(item))
    }

    #[test]
    fn only_rows_that_nothing_tells_apart_are_told() {
        assert_eq!(told(&[("A", "1", "One"), ("A", "2", "Two")]), [""; 0], "their listing ids tell them apart");
        assert_eq!(told(&[("A", "", "One"), ("A", "", "One"), ("B", "", "")]), [""; 0], "one row twice");
        assert_eq!(told(&[("A", "", "One"), ("A", "", "Two")]), ["lines 2, 3: REPEATED_IN_SNAPSHOT CSKU \"A\""]);
        assert_eq!(told(&[("", "1", "One"), ("", "1", "Two")]), ["lines 2, 3: REPEATED_IN_SNAPSHOT listing id \"1\""]);
    }
}
