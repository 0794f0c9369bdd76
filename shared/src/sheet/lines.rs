//! Which lines of a file a record stands on, whatever ends its lines and however many are empty.

use std::ops::{Range, RangeInclusive};

/// Counts the lines of a file, front to back.
pub(super) struct Lines<'file> {
    bytes: &'file [u8],
    at: usize,
    line: u64,
}

impl<'file> Lines<'file> {
    pub(super) fn of(bytes: &'file [u8]) -> Self {
        Self { bytes, at: 0, line: 1 }
    }

    /// The lines of the record within this range, without the line ends around it. Ranges come in order.
    pub(super) fn of_record(&mut self, range: Range<usize>) -> RangeInclusive<u64> {
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let text = &self.bytes[range.clone()];
        let before = text.iter().take_while(|byte| is_end(byte)).count();
        let after = text.iter().rev().take_while(|byte| is_end(byte)).count();
        let first = self.advance(range.start + before);
        let last = self.advance(range.end - after.min(text.len() - before));
        first..=last
    }

    /// The line of the byte at this place.
    fn advance(&mut self, to: usize) -> u64 {
        while self.at < to {
            let lone = |next: Option<&u8>| next != Some(&b'\n');
            match self.bytes[self.at] {
                b'\n' => self.line += 1,
                b'\r' if lone(self.bytes.get(self.at + 1)) => self.line += 1,
                _ => {}
            }
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        for (text, records, expected) in [
            ("a\nb\n", vec![0..2, 2..4], vec![1..=1, 2..=2]),
            ("a\r\nb\r\n", vec![0..2, 2..5], vec![1..=1, 2..=2]),
            ("a\rb\r", vec![0..2, 2..4], vec![1..=1, 2..=2]),
            ("a\n\n\nb", vec![0..2, 2..5], vec![1..=1, 4..=4]),
            ("a\r\n\r\n\"b\r\nc\"\r\nd", vec![0..2, 2..12, 12..14], vec![1..=1, 3..=4, 5..=5]),
        ] {
            let mut lines = Lines::of(text.as_bytes());
            let found: Vec<_> = records.into_iter().map(|range| lines.of_record(range)).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
