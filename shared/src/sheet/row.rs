//! One row of a file: its cells, and the lines it stands on.

/// One row of a file.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line that it begins at, from 1; of a workbook the number of the row.
    pub line: u64,
    /// The line that it ends at.
    pub(super) last_line: u64,
    /// Why its cells are not where the header says; none for a good row.
    pub torn: Option<String>,
    pub(super) cells: csv::StringRecord,
    /// The places of cells that a workbook holds as numbers: there is no doubt about them.
    pub(super) numbers: Vec<usize>,
    pub(super) has_open_quote: bool,
}

impl Row {
    /// The cell at a place, trimmed; empty where the row ends before it.
    pub(super) fn cell(&self, place: usize) -> &str {
        self.cells.get(place).map_or("", str::trim)
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }

    /// Tells whether its cells are where the header says. A cut or padded end is none the worse; cells beyond the header are, and an open
    /// quote.
    pub(super) fn measure(&mut self, width: usize) {
        let filled = (0..self.cells.len()).rev().find(|place| !self.cell(*place).is_empty()).map_or(0, |last| last + 1);
        let is_spread = self.last_line > self.line;
        if filled > width {
            self.torn = Some(format!("{filled} cells instead of {width}: is a quote missing?"));
        } else if is_spread && (self.cells.len() < width || self.has_open_quote) {
            let cells = self.cells.len();
            self.torn =
                Some(format!("{cells} cells instead of {width}, up to line {}: is a quote left open?", self.last_line));
        }
    }
}
