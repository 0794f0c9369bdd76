//! What codes have in common that people take for the same one. Knows nothing of where codes are kept.

use std::borrow::Cow;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Grows whenever the near key of any code becomes another one: what is stored under a lower version is made anew.
pub const VERSION: i64 = 1;

/// Characters of a near key, at most: some single characters stand for eighteen others.
const LENGTH_MAX: usize = 256;

/// What near codes have in common: no case, width, blanks, invisible characters, punctuation at the ends or disguise of an exporter is
/// left, and what looks like a Latin letter or a hyphen is one. Digits stay digits. `None` if nothing is left.
pub(super) fn key(text: &str) -> Option<String> {
    let folded = folded(text);
    let bare = folded.trim_start_matches(begins).trim_end_matches(is_punctuation);
    (!bare.is_empty()).then(|| bare.chars().take(LENGTH_MAX).collect())
}

/// What the near keys begin with of codes that begin with this text.
pub fn prefix(text: &str) -> String {
    folded(text).trim_start_matches(begins).chars().take(LENGTH_MAX).collect()
}

/// A spreadsheet is told by `="…"` or by `'` that a code is no number.
fn begins(c: char) -> bool {
    c == '=' || is_punctuation(c)
}

fn is_punctuation(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Punctuation
}

fn folded(text: &str) -> String {
    let text = without_entities(text);
    let caseless = text.nfd().default_case_fold().nfkd().default_case_fold().nfkd();
    caseless.filter(|c| !is_unseen(*c)).map(latin).nfkc().collect()
}

/// A text without HTML entities, however often they were escaped.
fn without_entities(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    while text.contains('&') {
        let decoded = html_escape::decode_html_entities(&text).into_owned();
        if decoded == *text {
            break;
        }
        text = Cow::Owned(decoded);
    }
    text
}

/// Blanks, and what Unicode has displays show nothing for.
fn is_unseen(c: char) -> bool {
    let category = c.general_category();
    let is_ignored = matches!(category, GeneralCategory::Format | GeneralCategory::Control)
        || matches!(c,
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}');
    is_ignored || c.is_whitespace()
}

/// The Latin letter that a folded Cyrillic or Greek one, or its capital, looks like, and one hyphen for all dashes.
fn latin(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' => 'e',
        'ԍ' => 'g',
        'н' | 'η' | 'һ' => 'h',
        'і' | 'ι' | 'ӏ' => 'i',
        'ј' | 'ϳ' => 'j',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'ν' => 'n',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'ѵ' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'υ' | 'ү' => 'y',
        'ζ' => 'z',
        '\u{2d7}' | '\u{2043}' | '\u{2212}' => '-',
        _ if c.general_category() == GeneralCategory::DashPunctuation => '-',
        _ => c,
    }
}

/// Whether a spreadsheet, or a program that took it for a number, turned a code or barcode into a power of ten such as `8.90123E+12`: its
/// last digits are lost.
pub fn is_power_of_ten(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let fraction = mantissa.split_once(['.', ',']);
    let (whole, fraction) = fraction.map_or((mantissa, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_number = is_digits(whole) && fraction.is_none_or(is_digits);
    let (has_plus, exponent) = exponent.strip_prefix('+').map_or((false, exponent), |digits| (true, digits));
    // Only a fraction tells `9.87654E11` and `1.00E-05` from codes such as 2E10 and 3E-12.
    let exponent = if fraction.is_some() { exponent.strip_prefix('-').unwrap_or(exponent) } else { exponent };
    is_number && is_digits(exponent) && (has_plus || fraction.is_some())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
