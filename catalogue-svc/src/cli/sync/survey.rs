//! Reads a file whole before anything is sent: how many items it has, which rows are bad, which cells are lost, which codes repeat.

mod codes;

use std::collections::BTreeMap;

use super::{Exit, Failure, Plan, SyncArgs};
use crate::{
    domain::sync::item::Item,
    import::{BadRow, Note, Weight},
};

/// Lines that are named where all have one fault.
const NAMED_MAX: usize = 20;

/// What a file holds.
pub(super) struct Survey {
    /// Items that are sent.
    pub(super) items: i64,
    /// Rows that cannot be items.
    pub(super) bad: Vec<BadRow>,
    /// Names the file and how it is read: equal for a run that goes on with the same.
    pub(super) source: String,
    /// What there is to say of cells.
    notes: Vec<Note>,
    kinds: BTreeMap<&'static str, i64>,
}

impl Survey {
    pub(super) fn of(plan: &Plan) -> Self {
        let source = plan.source.clone();
        let mut survey = Self { items: 0, bad: vec![], source, notes: vec![], kinds: BTreeMap::new() };
        for row in plan.args.format.items(&plan.sheet, &plan.options) {
            survey.notes.extend(row.notes);
            match row.item {
                Ok(item) => survey.take(&item),
                Err(bad) => survey.bad.push(bad),
            }
        }
        survey.notes.sort_by_key(|note| note.line);
        survey
    }

    /// Refuses a file with a number that can be read in two ways.
    pub(super) fn refuse_doubt(&self) -> Result<(), Failure> {
        let lines: Vec<String> = self.of_weight(Weight::Doubt).map(|note| note.line.to_string()).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let more =
            if lines.len() > NAMED_MAX { format!(" and {} more", lines.len() - NAMED_MAX) } else { String::new() };
        let named = lines.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
        let told = format!(
            "nothing was sent: numbers such as 1.000 can be read in two ways, on line {named}{more}; \
             say --decimal point (1.000 is one) or --decimal comma (it is a thousand)"
        );
        Err(Failure(Exit::Usage, told))
    }

    fn of_weight(&self, weight: Weight) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(move |note| note.weight == weight)
    }

    /// Whether every cell could be read.
    pub(super) fn is_whole(&self) -> bool {
        self.bad.is_empty() && self.of_weight(Weight::CellLost).next().is_none()
    }

    fn take(&mut self, item: &Item) {
        self.items += 1;
        *self.kinds.entry(item.kind.map_or("without kind", |kind| kind.as_str())).or_default() += 1;
    }

    /// How the file was read, and one line for each row or cell that cannot be.
    pub(super) fn tell_rows(&self, plan: &Plan) {
        for told in plan.sheet.told() {
            eprintln!("{told}");
        }
        for bad in &self.bad {
            eprintln!("line {}: {}", bad.line, bad.reason);
        }
        for note in &self.notes {
            let lost = if note.weight == Weight::CellLost { "; the rest of the row is sent" } else { "" };
            eprintln!("line {}: {}{lost}", note.line, note.text);
        }
    }

    /// How many cells could not be read, where some could not.
    pub(super) fn lost(&self) -> String {
        match self.of_weight(Weight::CellLost).count() {
            0 => String::new(),
            lost => format!(", {lost} cells that cannot be read"),
        }
    }

    /// What a dry run tells.
    pub(super) fn tell(&self, plan: &Plan) -> Exit {
        let items = plan.args.format.items(&plan.sheet, &plan.options).filter_map(|row| row.item.ok());
        let doubtful = codes::not_applied(items);
        for line in &doubtful {
            eprintln!("{line}");
        }
        let (bad, lost) = (self.bad.len(), self.lost());
        println!("{} items, {bad} bad rows{lost}, {} that would not be applied", self.items, doubtful.len());
        for (kind, count) in &self.kinds {
            println!("  {kind:<12} {count}");
        }
        println!("dry run: nothing was sent");
        if self.is_whole() && doubtful.is_empty() { Exit::Applied } else { Exit::RowsLeft }
    }
}

/// Hash of the file's bytes and of what decides how it is read.
pub(super) fn source(args: &SyncArgs, bytes: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(bytes);
    let how = (args.scope == super::ScopeArg::Full, args.no_create_iskus, args.no_opening_stock);
    let chunks = (super::CHUNK, super::CHUNK_BYTES);
    let (format, reading) = (args.format.name, &args.reading);
    hasher.update(
        format!("{format} {reading:?} {how:?} {:?} {:?} {chunks:?}", args.opening_location, args.currency).as_bytes(),
    );
    format!("file:{}", hasher.finalize().to_hex())
}
