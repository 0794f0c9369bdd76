//! How much a refusal may say: what is not valid may be of any size, and a status has to fit into the headers that clients take.

use super::Refusal;

/// Characters of a value that is not valid which are told back at most.
const EXCERPT_MAX: usize = 128;
/// Characters of a name or number at most; every one that is valid has fewer.
const VALUE_MAX: usize = 256;
/// Bytes of the message as headers carry it: most that is not a letter or a digit takes three.
const MESSAGE_BYTES_MAX: usize = 1_000;
/// Bytes of names, numbers, malformed fields and the message again. Headers carry four bytes for three, and 8 KiB are all that some take.
const DETAILS_BYTES_MAX: usize = 4_800;
/// What is sent of a pair of texts beside them.
const FRAME_BYTES: usize = 12;

/// A value as it was sent; its beginning, if it is longer than a person needs to recognize it.
pub fn excerpt(text: &str) -> String {
    cut(text, EXCERPT_MAX)
}

fn cut(text: &str, characters_max: usize) -> String {
    match text.char_indices().nth(characters_max) {
        None => text.to_owned(),
        Some(_) => text.chars().take(characters_max - 1).chain(['…']).collect(),
    }
}

/// Cuts a refusal to what a status can carry.
pub(super) fn fit(refusal: &mut Refusal) {
    refusal.message = shown(&refusal.message);
    let mut left = DETAILS_BYTES_MAX - refusal.message.len();
    for (_, value) in &mut refusal.metadata {
        if value.len() > VALUE_MAX {
            *value = cut(value, VALUE_MAX);
        }
    }
    keep(&mut refusal.metadata, &mut left);
    keep(&mut refusal.fields, &mut left);
}

/// Keeps the first pairs, as many as there are bytes left for.
fn keep(pairs: &mut Vec<(String, String)>, left: &mut usize) {
    let fitting = pairs.iter().take_while(|(key, value)| {
        let rest = left.checked_sub(key.len() + value.len() + FRAME_BYTES);
        rest.inspect(|rest| *left = *rest).is_some()
    });
    let fitting = fitting.count();
    pairs.truncate(fitting);
}

/// The beginning of a message, as much as the headers take.
fn shown(message: &str) -> String {
    let ends = message.char_indices().scan(0, |bytes, (at, c)| {
        let is_plain = c.is_ascii_graphic() && !"\"#%<>`?{}".contains(c);
        *bytes += if is_plain { 1 } else { 3 * c.len_utf8() };
        Some((at, *bytes))
    });
    let over = ends.clone().find(|(_, bytes)| *bytes > MESSAGE_BYTES_MAX);
    match over {
        None => message.to_owned(),
        // The dots take nine bytes of their own.
        Some(_) => {
            let end = ends.take_while(|(_, bytes)| *bytes <= MESSAGE_BYTES_MAX - 9).map(|(at, _)| at).last();
            format!("{}…", &message[..end.unwrap_or(0)])
        }
    }
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};

    use super::*;

    /// Bytes of the headers that carry a status, as HTTP/2 counts them.
    fn headers(status: &Status) -> usize {
        let response = status.clone().into_http::<()>();
        response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
    }

    #[test]
    fn a_value_that_is_not_valid_is_told_by_its_beginning() {
        assert_eq!(excerpt(&"é".repeat(128)), "é".repeat(128));
        assert_eq!(excerpt(&"é".repeat(129)), format!("{}…", "é".repeat(127)));
        assert_eq!(excerpt(&"x".repeat(1_000_000)).chars().count(), 128);
    }

    #[test]
    fn whatever_is_refused_fits_into_headers() {
        for text in ["x", "é", " ", "%", "\n", "\u{1f9e6}"] {
            for length in [0, 100, 1_000, 100_000] {
                let long = text.repeat(length);
                let mut refusal = Refusal::new(Code::FailedPrecondition, "TEST", "test", long.clone());
                for n in 0..100 {
                    refusal = refusal.with(&format!("value_{n}"), &long);
                    refusal.fields.push((format!("items[{n}]"), long.clone()));
                }

                let status = Status::from(refusal);

                assert!(headers(&status) < 8_192, "{} bytes for {length} times {text:?}", headers(&status));
                assert!(status.message().chars().count() <= 1_000);
            }
        }
    }

    #[test]
    fn what_fits_is_whole() {
        let mut refusal = Refusal::new(Code::NotFound, "TEST", "test", "no ISKU has the code A").with("isku_code", "A");
        refusal.fields.push(("code".to_owned(), "must not be empty".to_owned()));

        let mut fitted = refusal.clone();
        fit(&mut fitted);

        assert_eq!(fitted, refusal);
    }
}
