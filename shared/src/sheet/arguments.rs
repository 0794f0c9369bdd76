//! How a file is to be read, as a command line says it: the same words for every command that reads files.

use encoding_rs::Encoding;

use super::{Choice, Mark};

/// How a file is to be read; what is not said is found.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Reading {
    /// Which column holds a field; may be given for each field
    #[arg(long = "column", value_name = "FIELD=HEADER")]
    pub columns: Vec<Choice>,
    /// What separates cells: one ASCII character, or `tab`; found in the header if left out
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub delimiter: Option<u8>,
    /// The encoding of a text, such as windows-1252 or utf-16le; found if left out
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub encoding: Option<&'static Encoding>,
    /// The sheet of a workbook; the first one that is shown if left out
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// The line, or row of a workbook, that holds the header; the first that is not blank if left out
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub first_row: Option<u64>,
    /// What stands before the decimals of numbers that can be read in two ways, such as 1.000
    #[arg(long, value_enum, value_name = "MARK")]
    pub decimal: Option<Mark>,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ => Err("must be one ASCII character, or `tab`".to_owned()),
    }
}

fn encoding(text: &str) -> Result<&'static Encoding, String> {
    let found = Encoding::for_label_no_replacement(text.as_bytes());
    found.ok_or_else(|| "is no encoding that is known: try utf-8, windows-1252, utf-16le or shift_jis".to_owned())
}
