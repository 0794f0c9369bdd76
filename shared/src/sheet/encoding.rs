//! Which encoding a text's bytes are in: found by its mark, its zeros or its validity, or given by name. Knows no cells.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes are looked at for the zeros of UTF-16.
const LOOKED_AT: usize = 4_096;

/// A text, and the encoding that it was read in. What could not be read is U+FFFD in it.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) encoding: &'static Encoding,
}

/// Reads bytes in the given encoding, or in the one that is found.
pub(super) fn decode(bytes: &[u8], given: Option<&'static Encoding>) -> Decoded {
    let encoding = given.unwrap_or_else(|| found(bytes));
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    Decoded { text: text.into_owned(), encoding }
}

fn found(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    if let Some(encoding) = by_zeros(&bytes[..bytes.len().min(LOOKED_AT)]) {
        return encoding;
    }
    // A text of Windows-1252 that is valid UTF-8 by chance has not been seen; a damaged one of UTF-8 has.
    let mut chunks = bytes.utf8_chunks().peekable();
    let is_valid = chunks.clone().all(|chunk| chunk.invalid().is_empty());
    if is_valid || chunks.any(|chunk| !chunk.valid().is_ascii()) { UTF_8 } else { WINDOWS_1252 }
}

/// UTF-16 without a mark: of most characters, one half is zero.
fn by_zeros(start: &[u8]) -> Option<&'static Encoding> {
    let zeros = |skipped: usize| start.iter().skip(skipped).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let most = start.len() / 2 * 2 / 5;
    match (first > most, second > most) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn the_encoding_is_found_by_mark_zeros_or_validity() {
        let text = "code;quantity\nCaf\u{e9};1\n";
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let marked = |bytes: Vec<u8>, mark: &[u8]| [mark, &bytes].concat();
        for (bytes, expected) in [
            (text.as_bytes().to_vec(), UTF_8),
            (marked(text.as_bytes().to_vec(), b"\xEF\xBB\xBF"), UTF_8),
            (latin, WINDOWS_1252),
            (utf_16(text, u16::to_le_bytes), UTF_16LE),
            (utf_16(text, u16::to_be_bytes), UTF_16BE),
            (marked(utf_16(text, u16::to_le_bytes), b"\xFF\xFE"), UTF_16LE),
            (marked(utf_16(text, u16::to_be_bytes), b"\xFE\xFF"), UTF_16BE),
        ] {
            let decoded = decode(&bytes, None);
            assert_eq!((decoded.text.as_str(), decoded.encoding), (text, expected), "{bytes:?}");
        }
        assert_eq!(decode(b"", None).text, "");
    }

    #[test]
    fn a_damaged_text_of_utf_8_is_not_taken_for_another_encoding() {
        let decoded = decode(b"caf\xC3\xA9\nB,\xFF\n", None);

        assert_eq!((decoded.text.as_str(), decoded.encoding), ("caf\u{e9}\nB,\u{fffd}\n", UTF_8));
    }

    #[test]
    fn a_given_encoding_is_taken() {
        let given = Encoding::for_label(b"shift_jis");

        assert_eq!(decode(b"\x83\x65\x83\x58\x83\x67", given).text, "\u{30c6}\u{30b9}\u{30c8}");
        assert_eq!(decode(b"\xEF\xBB\xBFa", Some(UTF_8)).text, "a");
    }
}
