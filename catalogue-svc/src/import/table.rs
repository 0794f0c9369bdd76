//! A CSV file as records with named cells and their lines. Knows no marketplace.

use std::{collections::HashMap, io::Read, sync::Arc};

use super::{BadRow, FileError};

/// A CSV file with a header.
pub(super) struct Table<R> {
    reader: csv::Reader<R>,
    columns: Arc<HashMap<String, usize>>,
    names: Vec<String>,
}

/// One record; cells are trimmed and asked for by the header's name, without regard to case.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// The line it begins at, from 1.
    pub(super) line: u64,
    columns: Arc<HashMap<String, usize>>,
    cells: csv::StringRecord,
}

impl<R: Read> Table<R> {
    pub(super) fn open(source: R) -> Result<Self, FileError> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(source);
        let header = reader.headers().map_err(|error| FileError::Unreadable(error.to_string()))?;
        let names: Vec<String> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        let mut columns = HashMap::new();
        for (i, name) in names.iter().enumerate() {
            columns.entry(name.to_lowercase()).or_insert(i);
        }
        Ok(Self { reader, columns: Arc::new(columns), names })
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn require(&self, format: &'static str, names: &[&str]) -> Result<(), FileError> {
        let missing: Vec<&str> = names.iter().copied().filter(|name| !self.has(name)).collect();
        if missing.is_empty() { Ok(()) } else { Err(FileError::Header { format, columns: quoted(&missing, ", ") }) }
    }

    pub(super) fn require_any(&self, format: &'static str, names: &[&str]) -> Result<(), FileError> {
        if names.iter().any(|name| self.has(name)) {
            return Ok(());
        }
        Err(FileError::Header { format, columns: quoted(names, " or ") })
    }

    fn has(&self, name: &str) -> bool {
        self.columns.contains_key(&name.to_lowercase())
    }

    pub(super) fn read(&mut self) -> Result<Option<Result<Record, BadRow>>, FileError> {
        let mut cells = csv::StringRecord::new();
        match self.reader.read_record(&mut cells) {
            Ok(false) => Ok(None),
            Ok(true) => {
                let line = cells.position().map_or(0, csv::Position::line);
                Ok(Some(Ok(Record { line, columns: self.columns.clone(), cells })))
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                let reason = match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8".to_owned(),
                    csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                        format!("the row has {len} cells, the first line has {expected_len}")
                    }
                    _ => return Err(FileError::Unreadable(error.to_string())),
                };
                Ok(Some(Err(BadRow { line, reason })))
            }
        }
    }
}

impl Record {
    /// The cell under a column; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        let cell = self.columns.get(&name.to_lowercase()).and_then(|i| self.cells.get(*i));
        cell.map_or("", str::trim)
    }

    /// The line as items carry it.
    pub(super) fn row(&self) -> i64 {
        i64::try_from(self.line).unwrap_or(i64::MAX)
    }

    /// The row with everything that is wrong with it.
    pub(super) fn bad(&self, problems: &[String]) -> BadRow {
        BadRow { line: self.line, reason: problems.join("; ") }
    }
}

fn quoted(names: &[&str], between: &str) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(between)
}
