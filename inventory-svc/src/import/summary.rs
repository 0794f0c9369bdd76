//! What an import tells at its end: every row that needs a look, and the counts by outcome and reason.

use std::collections::BTreeMap;
use std::io;

use super::count::Difference;
use super::count::apply::Outcome;
use super::send::{Fate, Mode, Told};
use super::sheet::{Item, Sheet};

/// A row that needs a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) line: u64,
    pub(crate) code: String,
    pub(crate) reason: String,
    pub(crate) text: String,
}

/// What an import did, by outcome and reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows under the header.
    pub rows: usize,
    /// ISKUs created, or that would be.
    pub created: usize,
    /// Units on hand that they were created with.
    pub units: i128,
    /// ISKUs that were there, and that nothing contradicts.
    pub unchanged: usize,
    /// ISKUs that were there, and that the sheet contradicts.
    pub different: usize,
    /// ISKUs that were there with other stock than the sheet states; part of the two before.
    pub drifted: usize,
    /// Stock that was counted otherwise than the books said, and set.
    pub counted: usize,
    /// Units that these counts put there.
    pub units_more: i128,
    /// Units that these counts took away.
    pub units_fewer: i128,
    /// Counts that the service refused.
    pub uncounted: usize,
    /// Items that the service refused.
    pub refused: usize,
    /// Rows that were not sent.
    pub bad_rows: usize,
    /// Rows that were sent without cells that cannot be read.
    pub lossy_rows: usize,
    /// How often each reason was told; a row can have several.
    pub reasons: BTreeMap<String, usize>,
}

impl Summary {
    /// Whether every row is imported with every cell, or was before.
    pub fn is_whole(&self) -> bool {
        self.bad_rows == 0 && self.lossy_rows == 0 && self.refused == 0 && self.uncounted == 0
    }

    /// Adds what is wrong with the sheet's rows.
    pub(crate) fn of_sheet(sheet: &Sheet) -> (Self, Vec<Note>) {
        let (bad_rows, lossy_rows) = (sheet.bad_rows.len(), sheet.lossy_rows.len());
        let mut summary = Self { rows: sheet.rows, bad_rows, lossy_rows, ..Self::default() };
        let mut notes = Vec::new();
        for row in sheet.bad_rows.iter().chain(&sheet.lossy_rows) {
            for problem in &row.problems {
                *summary.reasons.entry(problem.reason.name().to_owned()).or_default() += 1;
                let (reason, text) = (problem.reason.name().to_owned(), problem.to_string());
                notes.push(Note { line: row.line, code: row.code.clone(), reason, text });
            }
        }
        (summary, notes)
    }

    /// Adds what became of one item.
    pub(crate) fn add(&mut self, item: &Item, told: &Told, notes: &mut Vec<Note>) {
        let mut note = |reason: &str, text: String| note(&mut self.reasons, notes, item, reason, text);
        match &told.fate {
            Fate::Created => {
                self.created += 1;
                self.units += item.stock.iter().map(|(_, quantity)| i128::from(*quantity)).sum::<i128>();
            }
            Fate::Unchanged => self.unchanged += 1,
            Fate::Different(fields) => {
                self.different += 1;
                note("EXISTS_DIFFERENT", format!("the ISKU has another {}; nothing was changed", fields.join(", ")));
            }
            Fate::Rejected { reason, problem } => {
                self.refused += 1;
                note(reason, problem.clone());
            }
        }
        for drift in &told.drift {
            let (in_sheet, on_hand, location) = (drift.in_sheet, drift.on_hand, &drift.location);
            let text = format!("{in_sheet} in the sheet, {on_hand} on hand at {location}; the stock was not touched");
            note("STOCK_DRIFT", text);
        }
        if !told.near_codes.is_empty() {
            let near = told.near_codes.join(", ");
            note(
                "NEAR_CODE",
                format!("there is also {near}: the same but for case, blanks, punctuation or a disguise"),
            );
        }
        self.drifted += usize::from(!told.drift.is_empty());
    }

    /// Adds what became of one difference.
    pub(crate) fn add_count(&mut self, item: &Item, own: &Difference, outcome: &Outcome, notes: &mut Vec<Note>) {
        match outcome {
            Outcome::Counted { given_back } => {
                self.counted += 1;
                let delta = i128::from(own.delta());
                *(if delta > 0 { &mut self.units_more } else { &mut self.units_fewer }) += delta.abs();
                if !given_back.reservations.is_empty() {
                    let (units, count) = (given_back.units, given_back.reservations.len());
                    let ids = given_back.reservations.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                    let text = format!("{count} reservations gave back {units} units at {}: {ids}", own.location);
                    note(&mut self.reasons, notes, item, "SHORTFALL_RELEASED", text);
                }
            }
            Outcome::Refused { reason, problem } => {
                self.uncounted += 1;
                note(&mut self.reasons, notes, item, reason, format!("{problem}; the stock was not touched"));
            }
        }
    }

    /// The counts, for people.
    pub(crate) fn print(&self, mode: Mode, out: &mut impl io::Write) -> io::Result<()> {
        let (created, counted) = match mode {
            Mode::Write => ("created", "counted"),
            Mode::Look => ("to create", "to count"),
        };
        writeln!(out, "{:>9}  rows", self.rows)?;
        writeln!(out, "{:>9}  {created}, with {} units on hand", self.created, self.units)?;
        writeln!(out, "{:>9}  unchanged", self.unchanged)?;
        if self.counted > 0 {
            let (counts, more, fewer) = (self.counted, self.units_more, self.units_fewer);
            writeln!(out, "{counts:>9}  {counted} otherwise than the books said, {more} units more and {fewer} fewer")?;
        }
        for (count, what) in [
            (self.uncounted, "counts refused by the service"),
            (self.different, "there before with other data, left as they are"),
            (self.drifted, "there before with other stock, left as they are"),
            (self.refused, "refused by the service"),
            (self.lossy_rows, "rows with cells that cannot be read, without which they were taken"),
            (self.bad_rows, "bad rows, not imported"),
        ] {
            if count > 0 {
                writeln!(out, "{count:>9}  {what}")?;
            }
        }
        if !self.reasons.is_empty() {
            writeln!(out, "by reason (a row can have several):")?;
        }
        for (reason, count) in &self.reasons {
            writeln!(out, "{count:>9}  {reason}")?;
        }
        Ok(())
    }
}

fn note(reasons: &mut BTreeMap<String, usize>, notes: &mut Vec<Note>, item: &Item, reason: &str, text: String) {
    *reasons.entry(reason.to_owned()).or_default() += 1;
    let line = item.lines.first().copied().unwrap_or_default();
    notes.push(Note { line, code: item.code.to_string(), reason: reason.to_owned(), text });
}

/// Writes the notes as CSV.
pub(crate) fn write_report(notes: &[Note], out: impl io::Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["line", "code", "reason", "detail"])?;
    for note in notes {
        csv.write_record([note.line.to_string().as_str(), &note.code, &note.reason, &note.text])?;
    }
    csv.flush()
}
