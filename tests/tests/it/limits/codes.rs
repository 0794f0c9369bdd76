//! Ten thousand odd codes: each is kept as it is and found again by every read, or refused, and no two are taken for one.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use proto::inventory::v1::{
    EnsureIskuItem, SearchIskusRequest, ensured_isku::Outcome, isku_match::Reason, resolved_isku::Status as Names,
};
use tests::{Oms, both_engines, request_id};

both_engines!(ten_thousand_odd_codes_are_kept_or_refused, a_prefix_is_data_and_no_pattern);

/// Pieces of codes as they are sent, and as they are kept where that differs.
const PIECES: &[(&str, &str)] = &[
    // Case, numbers and what looks like them.
    ("Ab", ""),
    ("aB", ""),
    ("00012", ""),
    ("12", ""),
    ("1e5", ""),
    ("100000", ""),
    ("0x10", ""),
    ("-1", ""),
    ("12.0", ""),
    ("+12", ""),
    ("\u{661}\u{662}", ""),
    ("NaN", ""),
    ("null", ""),
    // Languages of computers.
    ("'; DROP TABLE isku; --", ""),
    ("\"quoted\"", ""),
    ("`$(id)`", ""),
    ("%", ""),
    ("_", ""),
    ("a%b_c*?[x]", ""),
    ("{\"code\": [1, null]}", ""),
    ("\\u0041\\n", ""),
    ("<b>&amp;</b>", ""),
    ("../../etc/passwd", ""),
    ("a//b\\c", ""),
    ("a  b", ""),
    ("{}{0}%s", ""),
    // Writing that goes the other way, or is not seen.
    ("\u{5e9}\u{5dc}\u{5d5}\u{5dd}", ""),
    ("\u{645}\u{631}\u{62d}\u{628}\u{627}", ""),
    ("a\u{202e}b\u{202c}c", ""),
    ("a\u{200b}b", ""),
    ("a\u{200d}b", ""),
    ("\u{feff}a", ""),
    ("a\u{ad}b", ""),
    ("a\u{a0}b", ""),
    ("\u{1fef}", "`"),
    // One letter in several writings.
    ("cafe\u{301}", "caf\u{e9}"),
    ("caf\u{e9}", ""),
    ("cafe", ""),
    ("a\u{328}\u{301}", "\u{105}\u{301}"),
    ("a\u{301}\u{328}", "\u{105}\u{301}"),
    ("\u{212a}", "K"),
    ("\u{2126}", "\u{3a9}"),
    ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
    ("\u{ff21}", ""),
    ("\u{fb01}", ""),
    ("\u{df}", ""),
    ("\u{130}\u{131}", ""),
    ("q\u{307}\u{323}", "q\u{323}\u{307}"),
    // Pictures of one character, and of several.
    ("\u{1f9e6}", ""),
    ("\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}", ""),
    ("\u{1f44d}\u{1f3fd}", ""),
    ("\u{2764}\u{fe0f}", ""),
    ("\u{2764}", ""),
    ("\u{1f1f2}\u{1f1fe}", ""),
    ("\u{10ffff}", ""),
    ("\u{e000}", ""),
    ("\u{20000}\u{3042}\u{e01}", ""),
];

/// What makes a text no code, wherever it stands inside.
const CONTROLS: [&str; 6] = ["\0", "\t", "\n", "\u{7f}", "\u{85}", "\u{9f}"];

/// A text, and the code that it is, if it is one.
struct Odd {
    sent: String,
    kept: Option<String>,
}

impl Odd {
    /// What answers call it: of what is too long to be a code 128 characters.
    fn told(&self) -> String {
        let is_whole = self.kept.is_some() || self.sent.chars().count() <= 128;
        if is_whole { self.sent.clone() } else { self.sent.chars().take(127).chain(['…']).collect() }
    }
}

fn kept(piece: &(&'static str, &'static str)) -> &'static str {
    if piece.1.is_empty() { piece.0 } else { piece.1 }
}

/// Every two pieces in three ways, with control characters here and there, then the longest and the empty ones.
fn odd_codes() -> Vec<Odd> {
    let mut codes = Vec::new();
    let legal = |sent: String, kept: String| Odd { sent, kept: Some(kept) };
    for (n, a) in PIECES.iter().enumerate() {
        for (m, b) in PIECES.iter().enumerate() {
            let kept = format!("{}-{}", kept(a), kept(b));
            codes.push(legal(format!("{}-{}", a.0, b.0), kept.clone()));
            // The same in other writing: blanks around it are no part of it.
            codes.push(legal(format!("\u{3000} {}-{}\u{a0}\r\n", a.0, b.0), kept.clone()));
            codes.push(legal(format!("{kept}/{n}.{m}"), format!("{kept}/{n}.{m}")));
            if (n + m).is_multiple_of(5) {
                let control = CONTROLS[(n + m) / 5 % CONTROLS.len()];
                codes.push(Odd { sent: format!("{}{control}{}", a.0, b.0), kept: None });
            }
        }
    }
    for (character, length) in
        ["x", "\u{e9}", "\u{4e00}", "\u{1f600}"].iter().flat_map(|c| [127, 128, 129].map(|n| (c, n)))
    {
        let sent = character.repeat(length);
        codes.push(Odd { kept: (length <= 128).then(|| sent.clone()), sent });
    }
    // 128 letters that take 256 characters to write, and one more.
    for length in [128, 129] {
        codes.push(Odd { sent: "e\u{301}".repeat(length), kept: (length == 128).then(|| "\u{e9}".repeat(length)) });
    }
    codes.extend(["", " ", "\u{3000}\u{a0}\t"].map(|sent| Odd { sent: sent.to_owned(), kept: None }));
    codes
}

async fn ten_thousand_odd_codes_are_kept_or_refused(oms: &Oms) {
    const CHUNK: usize = 1_000;
    let codes = odd_codes();
    assert!(codes.len() >= 10_000, "only {} codes", codes.len());
    let mut isku_ids: BTreeMap<&str, i64> = BTreeMap::new();

    for chunk in codes.chunks(CHUNK) {
        let item = |odd: &Odd| EnsureIskuItem {
            request_id: request_id(),
            code: odd.sent.clone(),
            create_anyway: true,
            ..Default::default()
        };
        let results = oms.ensure(chunk.iter().map(item).collect()).await.unwrap();
        for (odd, result) in chunk.iter().zip(results) {
            assert_eq!(result.code, odd.told(), "answered as it was asked for");
            let Some(kept) = &odd.kept else {
                assert_eq!((result.outcome(), result.reason.as_str()), (Outcome::Rejected, "INVALID_FIELD"));
                assert!(result.problem.starts_with("code must "), "{:?}: {}", odd.sent, result.problem);
                continue;
            };
            let isku = result.isku.as_ref().unwrap_or_else(|| panic!("{:?}: {result:?}", odd.sent));
            let known = isku_ids.insert(kept, isku.isku_id);
            let expected = if known.is_some() { Outcome::Exists } else { Outcome::Created };
            assert_eq!((result.outcome(), isku.code.as_str()), (expected, kept.as_str()), "{:?}", odd.sent);
            assert!(known.is_none_or(|known| known == isku.isku_id), "{:?}", odd.sent);
        }
    }

    for chunk in codes.chunks(CHUNK) {
        let sent: Vec<&str> = chunk.iter().map(|odd| odd.sent.as_str()).collect();
        for (odd, resolved) in chunk.iter().zip(oms.resolve(&sent).await.unwrap()) {
            let expected = odd.kept.as_deref().map(|kept| (kept, isku_ids[kept]));
            let found = resolved.isku.as_ref().map(|isku| (isku.code.as_str(), isku.isku_id));
            assert_eq!(found, expected, "{:?}", odd.sent);
            let status = if expected.is_some() { Names::Found } else { Names::Invalid };
            assert_eq!((resolved.status(), resolved.code.as_str()), (status, odd.told().as_str()));
        }
    }
    let distinct: BTreeSet<i64> = isku_ids.values().copied().collect();
    assert_eq!(distinct.len(), isku_ids.len(), "two codes are one ISKU");
    // Every one is listed, once, in the order of its bytes.
    let listed = oms.codes(1_000).await.unwrap();
    assert!(listed.iter().map(String::as_str).eq(isku_ids.keys().copied()));

    // A call for each takes its time: every seventh.
    let some = stream::iter(codes.iter().filter(|odd| odd.kept.is_some()).step_by(7));
    some.for_each_concurrent(8, |odd| async {
        let kept = odd.kept.as_deref().unwrap();
        assert_eq!(oms.find(&odd.sent).await.unwrap().code, kept, "{:?}", odd.sent);
        let request = SearchIskusRequest { query: odd.sent.clone(), page_size: 1, ..Default::default() };
        let found = oms.iskus.clone().search_iskus(request).await.unwrap().into_inner().matches;
        let first = found.first().map(|found| (found.isku.as_ref().unwrap().code.as_str(), found.reason()));
        assert_eq!(first, Some((kept, Reason::Code)), "{:?}", odd.sent);
    })
    .await;
}

/// What means something to LIKE, to a regular expression, to JSON or to SQL begins codes like anything else.
async fn a_prefix_is_data_and_no_pattern(oms: &Oms) {
    let prefixes = ["a%", "a_", "a*", "a?", "a[b]", "a.", "a\\", "a'", "a\"", "a{", "a\u{200b}", "a\u{5e9}"];
    for prefix in prefixes {
        oms.isku(&format!("{prefix}z1")).named("Goods").await;
        oms.isku(&format!("{prefix}Z 2")).named("Goods").await;
    }
    oms.isku("abz1").named("Goods").await;

    for prefix in prefixes {
        let found = oms.search(&format!("{prefix}z")).await.unwrap();
        let by_prefix = found.matches.iter().filter(|found| found.reason() == Reason::CodePrefix);
        let mut codes: Vec<_> = by_prefix.map(|found| found.isku.as_ref().unwrap().code.clone()).collect();
        codes.sort();
        assert_eq!(codes, [format!("{prefix}Z 2"), format!("{prefix}z1")], "{prefix:?}");
    }
}
