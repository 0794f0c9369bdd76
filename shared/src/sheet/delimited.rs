//! A text of CSV or TSV as rows with the lines that an editor shows. Knows no header.

use super::lines::Lines;
use super::{Quotes, Row};

/// What separates cells where nobody says it; of two that occur as often the first is taken.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How a text is to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) delimiter: Option<u8>,
    /// The line that the header stands on, or after.
    pub(super) first_row: u64,
    pub(super) quotes: Quotes,
}

/// The rows of a text that are not blank, the header first.
pub(super) fn rows(text: &str, shape: Shape) -> Vec<Row> {
    let (told, mut start) = told_delimiter(text);
    start = start.max(line_start(text, shape.first_row));
    let rest = &text[start..];
    let delimiter = shape.delimiter.or(told).unwrap_or_else(|| found_delimiter(rest));
    // A report of tabs has its quotes as they were typed.
    let quotes = shape.quotes == Quotes::Csv || delimiter != b'\t';
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(quotes)
        .from_reader(rest.as_bytes());
    let mut lines = Lines::of(text.as_bytes());
    let mut rows = Vec::new();
    let mut cells = csv::StringRecord::new();
    let mut from = start;
    while csv.read_record(&mut cells).unwrap_or(false) {
        let to = start + usize::try_from(csv.position().byte()).unwrap_or(rest.len());
        let range = from..to;
        let has_open_quote = quotes
            && to == text.len()
            && text.as_bytes()[range.clone()].iter().filter(|byte| **byte == b'"').count() % 2 == 1;
        let at = lines.of_record(range);
        let row = Row {
            line: *at.start(),
            last_line: *at.end(),
            torn: None,
            cells: std::mem::take(&mut cells),
            numbers: Vec::new(),
            has_open_quote,
        };
        if !row.is_blank() {
            rows.push(row);
        }
        from = to;
    }
    rows
}

/// What a first line such as `sep=;` says, and where the text goes on after it.
fn told_delimiter(text: &str) -> (Option<u8>, usize) {
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    let line = text[..end].trim_matches(|c: char| c == '"' || c == ' ');
    match line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP=")).map(str::as_bytes) {
        Some([delimiter]) if delimiter.is_ascii() => (Some(*delimiter), end),
        // The tab was trimmed away, or a blank is meant.
        Some([]) => (Some(b'\t'), end),
        _ => (None, 0),
    }
}

/// Where a line begins.
fn line_start(text: &str, line: u64) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut now) = (0, 1);
    while now < line && at < bytes.len() {
        let is_end = match bytes[at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        now += u64::from(is_end);
        at += 1;
    }
    at
}

/// The delimiter that the first line has most of, outside of quotes.
fn found_delimiter(text: &str) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut is_quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            _ if !is_quoted => {
                if let Some(place) = DELIMITERS.iter().position(|delimiter| *delimiter == byte) {
                    counts[place] += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    counts.iter().position(|count| *count == most).map_or(b',', |place| DELIMITERS[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Shape = Shape { delimiter: None, first_row: 1, quotes: Quotes::Csv };

    fn read(text: &str, shape: Shape) -> Vec<(u64, Vec<String>)> {
        rows(text, shape).iter().map(|row| (row.line, row.cells.iter().map(str::to_owned).collect())).collect()
    }

    #[test]
    fn the_delimiter_is_found_told_or_given() {
        for (text, line) in [
            ("a,b\n", 1),
            ("a;b\n", 1),
            ("\na\tb\n", 2),
            ("a|b\n", 1),
            ("sep=;\na;b\n", 2),
            ("\"sep=;\"\r\na;b\r\n", 2),
            ("sep=,\na,b", 2),
        ] {
            assert_eq!(read(text, ANY), [(line, vec!["a".to_owned(), "b".to_owned()])], "{text:?}");
        }
        assert_eq!(read("\"x;y;z\",b", ANY)[0].1, ["x;y;z", "b"]);
        assert_eq!(read("a#b", Shape { delimiter: Some(b'#'), ..ANY })[0].1, ["a", "b"]);
        assert_eq!(read("only", ANY)[0].1, ["only"]);
    }

    #[test]
    fn rows_have_the_lines_that_an_editor_shows_and_blank_ones_are_none() {
        for (text, expected) in [
            ("a\n1\n2\n", vec![1, 2, 3]),
            ("a\r\n1\r\n2\r\n", vec![1, 2, 3]),
            ("a\r1\r2", vec![1, 2, 3]),
            ("a\n\n\n1\n,,\n2", vec![1, 4, 6]),
            ("\r\na\r\n\"x\r\n\r\ny\"\r\n2\r\n", vec![2, 3, 6]),
            ("sep=,\n\na,b\n1,2\n", vec![3, 4]),
        ] {
            let lines: Vec<u64> = rows(text, ANY).iter().map(|row| row.line).collect();
            assert_eq!(lines, expected, "{text:?}");
        }
        assert_eq!(
            rows("note\nnote, too\na,b\n1,2\n", Shape { first_row: 3, ..ANY }).iter().map(|row| row.line).max(),
            Some(4)
        );
        assert!(rows("a\n", Shape { first_row: 9, ..ANY }).is_empty());
    }

    #[test]
    fn a_report_of_tabs_has_its_quotes_as_they_were_typed() {
        let typed = Shape { quotes: Quotes::Typed, ..ANY };

        assert_eq!(read("a\tb\n\"5\" cup\t\"x\n", typed)[1].1, ["\"5\" cup", "\"x"]);
        assert_eq!(read("a,b\n\"5, cup\",x\n", typed)[1].1, ["5, cup", "x"]);
    }
}
