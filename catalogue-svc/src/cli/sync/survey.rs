//! Reads a file whole before anything is sent: how many items it has, which rows are bad, which codes repeat.

use std::{collections::BTreeMap, fs::File, io};

use super::{Exit, Failure, Plan};
use crate::{
    domain::sync::{item::Item, stated::Stated},
    import::{BadRow, FileError, Items},
};

/// What a file holds.
pub(super) struct Survey {
    /// Items that are sent.
    pub(super) items: i64,
    /// Rows that cannot be items.
    pub(super) bad: Vec<BadRow>,
    /// Names the file and how it is read: equal for a run that goes on with the same.
    pub(super) source: String,
    kinds: BTreeMap<&'static str, i64>,
    /// Rows that the service would reject, and codes that repeat: what would not be applied.
    doubtful: Vec<String>,
}

/// Opens the file as items.
pub(super) fn items(plan: &Plan) -> Result<Items<io::BufReader<File>>, Failure> {
    let file = open(plan)?;
    Items::open(plan.args.format, io::BufReader::new(file), plan.options.clone())
        .map_err(|error| unreadable(plan, &error))
}

fn open(plan: &Plan) -> Result<File, Failure> {
    File::open(&plan.args.file).map_err(|error| unreadable(plan, &FileError::Unreadable(error.to_string())))
}

pub(super) fn unreadable(plan: &Plan, error: &FileError) -> Failure {
    Failure(Exit::Usage, format!("{}: {error}", plan.args.file.display()))
}

impl Survey {
    pub(super) fn of(plan: &Plan) -> Result<Self, Failure> {
        let mut survey =
            Self { items: 0, bad: vec![], source: source(plan)?, kinds: BTreeMap::new(), doubtful: vec![] };
        let mut codes = Codes::default();
        for row in items(plan)? {
            match row.map_err(|error| unreadable(plan, &error))? {
                Ok(item) => survey.take(&item, &mut codes),
                Err(bad) => survey.bad.push(bad),
            }
        }
        survey.doubtful.extend(codes.repeated());
        Ok(survey)
    }

    fn take(&mut self, item: &Item, codes: &mut Codes) {
        self.items += 1;
        *self.kinds.entry(item.kind.map_or("without kind", |kind| kind.as_str())).or_default() += 1;
        match Stated::parse(item) {
            Ok(stated) => codes.note(&stated),
            Err(problems) => {
                let told: Vec<String> =
                    problems.iter().map(|problem| format!("{}: {}", problem.field, problem.problem)).collect();
                self.doubtful.push(format!("line {}: REJECTED INVALID_FIELD {}", item.row, told.join("; ")));
            }
        }
    }

    /// One line for each row that cannot be read.
    pub(super) fn tell_bad_rows(&self) {
        for bad in &self.bad {
            eprintln!("line {}: {}", bad.line, bad.reason);
        }
    }

    /// What a dry run tells.
    pub(super) fn tell(&self) -> Exit {
        for line in &self.doubtful {
            eprintln!("{line}");
        }
        println!(
            "{} items, {} bad rows, {} that would not be applied",
            self.items,
            self.bad.len(),
            self.doubtful.len()
        );
        for (kind, count) in &self.kinds {
            println!("  {kind:<12} {count}");
        }
        println!("dry run: nothing was sent");
        if self.bad.is_empty() && self.doubtful.is_empty() { Exit::Applied } else { Exit::RowsLeft }
    }
}

/// Where each code stands.
#[derive(Default)]
struct Codes {
    cskus: BTreeMap<String, Vec<i64>>,
    ids: BTreeMap<String, Vec<i64>>,
}

impl Codes {
    fn note(&mut self, stated: &Stated) {
        if let Some(csku) = &stated.csku {
            self.cskus.entry(csku.as_str().to_owned()).or_default().push(stated.row);
        }
        if let Some(id) = &stated.channel_listing_id {
            self.ids.entry(id.as_str().to_owned()).or_default().push(stated.row);
        }
    }

    fn repeated(self) -> Vec<String> {
        let told = |what: &str, code: &str, rows: &[i64]| {
            let lines: Vec<String> = rows.iter().map(i64::to_string).collect();
            format!("lines {}: REPEATED_IN_SNAPSHOT {what} {code:?}", lines.join(", "))
        };
        let twice = |codes: BTreeMap<String, Vec<i64>>, what: &str| -> Vec<String> {
            codes.iter().filter(|(_, rows)| rows.len() > 1).map(|(code, rows)| told(what, code, rows)).collect()
        };
        [twice(self.cskus, "CSKU"), twice(self.ids, "listing id")].concat()
    }
}

/// Hash of the file's bytes and of what decides how it is read.
fn source(plan: &Plan) -> Result<String, Failure> {
    let mut hasher = blake3::Hasher::new();
    let copied = io::copy(&mut open(plan)?, &mut hasher);
    copied.map_err(|error| unreadable(plan, &FileError::Unreadable(error.to_string())))?;
    let args = &plan.args;
    let how = (args.scope == super::ScopeArg::Full, args.no_create_iskus, args.no_opening_stock);
    let chunks = (super::CHUNK, super::CHUNK_BYTES);
    hasher.update(
        format!("{:?} {how:?} {:?} {:?} {:?}", args.format, args.opening_location, args.currency, chunks).as_bytes(),
    );
    Ok(format!("csv:{}", hasher.finalize().to_hex()))
}
