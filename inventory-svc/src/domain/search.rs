//! What a person types to find an ISKU, and the words that a name is found by. Knows no table.

use std::collections::BTreeSet;

use shared::code::{Code, near};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::isku::Isku;

/// Greater than any character of a word or code.
const LAST: char = char::MAX;
/// Less than any character of a word.
const FIRST: char = '\u{1}';

/// A text to look for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Search {
    /// The text, if it could be a code.
    pub(crate) code: Option<Code>,
    /// What a code's near key begins with.
    pub(crate) code_prefix: Span,
    pub(crate) barcode: String,
    pub(crate) words: Vec<Span>,
}

/// The texts from `low` to before `high`, byte for byte: one word, or all that begin with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) low: String,
    pub(crate) high: String,
}

impl Span {
    fn exactly(word: &str) -> Self {
        Self { low: word.to_owned(), high: format!("{word}{FIRST}") }
    }

    fn beginning_with(word: &str) -> Self {
        Self { low: word.to_owned(), high: format!("{word}{LAST}") }
    }

    /// The codes that begin with a text; none if nothing of it is left.
    fn of_codes(text: &str) -> Self {
        let prefix = near::prefix(text);
        if prefix.is_empty() { Self { low: FIRST.into(), high: FIRST.into() } } else { Self::beginning_with(&prefix) }
    }
}

impl Search {
    /// Words of a text that are looked for, at most.
    pub(crate) const WORDS_MAX: usize = 16;

    /// Reads what a person has typed so far.
    pub(crate) fn of(text: &str) -> Self {
        let code = Code::parse(text).ok();
        let runs = runs(text);
        let mut words: Vec<Span> = vec![];
        for (n, run) in runs.iter().enumerate() {
            let is_last = n + 1 == runs.len() && text.ends_with(|c: char| !c.is_whitespace());
            for span in run.asked(is_last) {
                if words.len() < Self::WORDS_MAX && !words.contains(&span) {
                    words.push(span);
                }
            }
        }
        Self { code, code_prefix: Span::of_codes(text), barcode: text.trim().to_owned(), words }
    }
}

/// Characters of a word that are compared, at most.
const WORD_LENGTH_MAX: usize = 64;
/// Words that an ISKU is found by, at most.
const ISKU_WORDS_MAX: usize = 128;

/// The words that an ISKU is found by: those of its name and of its code.
pub(crate) fn words_of(isku: &Isku) -> BTreeSet<String> {
    words(isku.code.as_str(), isku.details.product_name.as_deref())
}

/// The words of a code and a name.
pub(crate) fn words(code: &str, product_name: Option<&str>) -> BTreeSet<String> {
    let all = product_name.into_iter().chain([code]).flat_map(runs);
    all.flat_map(|run| run.kept()).take(ISKU_WORDS_MAX).collect()
}

/// Characters that follow each other without a blank.
#[derive(Debug)]
enum Run {
    /// One word.
    Word(String),
    /// Of a writing that puts no blanks between its words: found by any two neighbours.
    Unspaced(Vec<char>),
}

impl Run {
    /// What is kept of it: each character begins something that is kept.
    fn kept(&self) -> Vec<String> {
        match self {
            Self::Word(word) => vec![word.clone()],
            Self::Unspaced(chars) => (0..chars.len()).map(|n| chars.iter().skip(n).take(2).collect()).collect(),
        }
    }

    /// What finds it.
    fn asked(&self, is_last: bool) -> Vec<Span> {
        match self {
            Self::Word(word) if is_last => vec![Span::beginning_with(word)],
            Self::Word(word) => vec![Span::exactly(word)],
            Self::Unspaced(chars) if chars.len() == 1 => vec![Span::beginning_with(&chars.iter().collect::<String>())],
            Self::Unspaced(chars) => {
                chars.windows(2).map(|pair| Span::exactly(&pair.iter().collect::<String>())).collect()
            }
        }
    }
}

/// The runs of a text, folded: compatible forms and cases of a character are one.
fn runs(text: &str) -> Vec<Run> {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let mut runs = vec![];
    for part in folded.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)) {
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let unspaced = is_unspaced(first);
            let end = rest.find(|c| is_unspaced(c) != unspaced).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            rest = after;
            runs.push(match unspaced {
                true => Run::Unspaced(run.chars().collect()),
                false => Run::Word(run.chars().take(WORD_LENGTH_MAX).collect()),
            });
        }
    }
    runs
}

/// Thai, Lao, Burmese, Khmer, Japanese and Chinese.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{312f}'
        | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_its_folded_words() {
        let check = |name: &str, expected: &[&str]| {
            let words = words("-", Some(name));
            assert_eq!(words.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{name:?}");
        };

        check("Blue  T-Shirt, (XL)", &["blue", "shirt", "t", "xl"]);
        check("Café CAFE\u{301}", &["café"]);
        check("ＡＢＣ１２ ﬁne", &["abc12", "fine"]);
        check("手机壳", &["壳", "手机", "机壳"]);
        check("iPhone手机 Ω", &["iphone", "ω", "手机", "机"]);
        check("한국 사과", &["사과", "한국"]);
        check("हिन्दी", &["हिन्दी"]);
        check("🧦 !?", &[]);
        check(&"x".repeat(70), &["x".repeat(64).as_str()]);
    }

    #[test]
    fn an_isku_is_found_by_at_most_128_words() {
        let name: String = (0..200).map(|n| format!("w{n} ")).collect();

        assert_eq!(words("CODE", Some(&name)).len(), 128);
        assert_eq!(words("TEA-100", None).into_iter().collect::<Vec<_>>(), ["100", "tea"]);
    }

    #[test]
    fn only_what_may_be_unfinished_is_a_beginning() {
        let check = |text: &str, expected: &[Span]| assert_eq!(Search::of(text).words, expected, "{text:?}");
        let (word, part) = (Span::exactly, Span::beginning_with);

        check("Blue sh", &[word("blue"), part("sh")]);
        check("blue shirt ", &[word("blue"), word("shirt")]);
        check("机 手机壳", &[part("机"), word("手机"), word("机壳")]);
        check("a a a", &[word("a"), part("a")]);
        check("--", &[]);
        assert_eq!(Search::of(&"x y z 1 2 3 4 5 6 7 8 9 q w e r t y u".repeat(3)).words.len(), Search::WORDS_MAX);
        assert_eq!(Search::of("Tea - As").code_prefix, part("tea-as"));
        assert!(Search::of("!").code_prefix.low >= Search::of("!").code_prefix.high);
        assert_eq!(Search::of(&"x".repeat(129)).code, None);
    }

    #[test]
    fn a_span_holds_its_word_and_what_begins_with_it() {
        let holds = |span: &Span, word: &str| *span.low <= *word && *word < *span.high;

        assert!(holds(&Span::exactly("tea"), "tea") && !holds(&Span::exactly("tea"), "tea0"));
        let part = Span::beginning_with("té");
        assert!(["té", "té0", "té𝕫手"].iter().all(|word| holds(&part, word)));
        assert!(!holds(&part, "tê") && !holds(&part, "t"));
    }
}
