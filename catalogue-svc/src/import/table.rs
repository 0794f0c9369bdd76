//! A CSV file as records with named cells and their lines. Knows no marketplace.

use std::{collections::HashMap, io::Read, sync::Arc};

use super::{BadRow, FileError, lines::Lines};

/// A CSV file with a header.
pub(super) struct Table<R> {
    reader: csv::Reader<Lines<R>>,
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
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(Lines::of(source));
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
        // The reader's own line numbers are wrong after CRLF and after empty lines.
        let start = self.reader.position().byte();
        let read = self.reader.read_record(&mut cells);
        let line = self.reader.get_mut().of_record(start);
        match read {
            Ok(false) => Ok(None),
            Ok(true) => Ok(Some(Ok(Record { line, columns: self.columns.clone(), cells }))),
            Err(error) => {
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
    /// The record with every cell read anew.
    pub(super) fn map(self, read: impl Fn(&str) -> &str) -> Self {
        Self { cells: self.cells.iter().map(|cell| read(cell.trim())).collect(), ..self }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_the_lines_that_an_editor_shows() {
        for (text, expected) in [
            ("a\n1\n2\n", vec![2, 3]),
            ("a\r\n1\r\n2\r\n", vec![2, 3]),
            ("a\r1\r2", vec![2, 3]),
            ("a\n\n\n1\n\n2", vec![4, 6]),
            ("\u{feff}a\r\n1\r\n\r\n2\r\n", vec![2, 4]),
            ("\r\na\r\n\"x\r\n\r\ny\"\r\n2\r\n", vec![3, 6]),
            ("a\n1,1\n2\n", vec![2, 3]),
        ] {
            let mut table = Table::open(text.as_bytes()).unwrap();

            let read = std::iter::from_fn(|| table.read().unwrap());
            let lines: Vec<u64> = read.map(|row| row.map_or_else(|bad| bad.line, |record| record.line)).collect();

            assert_eq!(lines, expected, "{text:?}");
        }
    }
}
