//! Which line of a source a record begins at, whatever ends its lines and however many are empty. Knows no CSV.

use std::{
    collections::VecDeque,
    io::{self, Read},
};

/// A source that remembers where the lines begin that were read and not asked for yet.
pub(super) struct Lines<R> {
    source: R,
    bytes: u64,
    line: u64,
    begins: bool,
    after_return: bool,
    /// First byte and number of each line that is not empty.
    starts: VecDeque<(u64, u64)>,
}

impl<R> Lines<R> {
    pub(super) fn of(source: R) -> Self {
        Self { source, bytes: 0, line: 1, begins: true, after_return: false, starts: VecDeque::new() }
    }

    /// The line of the record that begins at this byte, or after the line ends that stand there. Records come in order.
    pub(super) fn of_record(&mut self, byte: u64) -> u64 {
        while let Some((start, line)) = self.starts.pop_front() {
            if start >= byte {
                return line;
            }
        }
        self.line
    }

    fn take(&mut self, byte: u8) {
        match byte {
            b'\n' if self.after_return => {}
            b'\n' | b'\r' => {
                self.line += 1;
                self.begins = true;
            }
            _ if self.begins => {
                self.starts.push_back((self.bytes, self.line));
                self.begins = false;
            }
            _ => {}
        }
        self.after_return = byte == b'\r';
        self.bytes += 1;
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        buffer[..read].iter().for_each(|byte| self.take(*byte));
        Ok(read)
    }
}
