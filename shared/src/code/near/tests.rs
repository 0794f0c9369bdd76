//! Which codes are near, and which are mangled.

use super::*;

#[test]
fn codes_are_near_that_people_take_for_the_same() {
    let check = |a: &str, b: &str| {
        assert!(key(a).is_some(), "{a:?}");
        assert_eq!(key(a), key(b), "{a:?} {b:?}");
    };

    for (a, b) in [
        // Case, blanks, punctuation at the ends.
        ("SKU-1", "sku - 1."),
        ("MUG-C3.", "mug-c3"),
        ("Mug B2", "MUGB2"),
        ("STRASSE-1", "straße-1"),
        ("(A-1)", "A-1"),
        ("«A-1»", "A-1"),
        ("A\u{3000}1", "A\u{a0}1"),
        // Disguises of spreadsheets and exporters.
        ("=\"00456\"", "00456"),
        ("'APO-1", "APO-1"),
        ("’00778", "00778"),
        ("＝＂００４５６＂", "00456"),
        ("34B&amp;W", "34B&W"),
        ("34B&amp;amp;amp;W", "34B&W"),
        ("34B&#38;W", "34B&#x26;W"),
        ("=&quot;00456&quot;", "00456"),
        ("A&nbsp;1", "A1"),
        ("A&#8203;1", "A1"),
        // What is not seen.
        ("ZW-100\u{200b}", "ZW-100"),
        ("\u{feff}ZW-100", "ZW-\u{2060}100"),
        ("S\u{ad}H-100", "SH-100"),
        ("A\u{fe0f}\u{34f}\u{3164}-1", "A-1"),
        // Widths, composition, and other writings of one character.
        ("ＦＷ-100", "FW-100"),
        ("café", "cafe\u{301}"),
        ("ﬁ-1", "fi-1"),
        ("M²", "M2"),
        // Letters that look alike, and dashes.
        ("СУ-100", "CY-100"),
        ("ВЕКМНОРТХ", "BEKMHOPTX"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
        ("Ё-1", "Ë-1"),
        ("Вт-1", "вт-1"),
        ("ED\u{2013}100", "ED-100"),
        ("ED\u{2014}100", "ED\u{2212}100"),
        ("ED\u{2010}100", "ED\u{2011}100"),
        ("ＥＤ－１００", "ed-100"),
    ] {
        check(a, b);
    }
}

#[test]
fn codes_are_not_near_that_differ_in_a_digit_a_letter_or_a_sign_within() {
    let check = |a: &str, b: &str| assert_ne!(key(a), key(b), "{a:?} {b:?}");

    for (a, b) in [
        ("SKU-1", "SKU1"),
        ("007", "7"),
        ("A-0", "A-O"),
        ("A-1", "A-l"),
        ("A-3", "A-З"),
        ("A-6", "A-б"),
        ("A/1", "A-1"),
        ("A_1", "A-1"),
        ("S20", "S20+"),
        ("🧦-L", "🎩-L"),
        ("é", "e"),
        ("34B&W", "34B&ampW"),
        ("34BW", "34B&W"),
    ] {
        check(a, b);
    }
}

#[test]
fn a_code_of_punctuation_alone_is_near_to_none() {
    for text in ["--", "'", "=\"\"", "&quot;", "\u{200b}", "…"] {
        assert_eq!(key(text), None, "{text:?}");
    }
    assert_eq!(key("🧦").as_deref(), Some("🧦"));
    assert_eq!(key("+").as_deref(), Some("+"));
}

#[test]
fn a_near_key_is_bounded_however_much_a_character_stands_for() {
    let key = key(&"\u{fdfa}".repeat(128)).unwrap();

    assert_eq!(key.chars().count(), 256);
}

#[test]
fn a_prefix_keeps_the_punctuation_after_which_the_code_goes_on() {
    for (text, expected) in [("Tea - As", "tea-as"), ("'TEA-", "tea-"), ("=\"00", "00"), ("", "")] {
        assert_eq!(prefix(text), expected, "{text:?}");
    }
}

#[test]
fn a_code_is_mangled_that_became_a_power_of_ten() {
    for (text, expected) in [
        ("9.87654E+11", true),
        ("3.5E+5", true),
        ("1,23457E+11", true),
        ("9e+15", true),
        ("9.87654E11", true),
        ("2.00E-10", true),
        ("5E10", false),
        ("2E-10", false),
        ("RED+12", false),
        ("E+12", false),
        ("1.E+5", false),
        ("1.2.3E+5", false),
        ("9.87654E+11-L", false),
        ("9.87654E+", false),
        ("9.87654", false),
        ("٩E+5", false),
    ] {
        assert_eq!(is_power_of_ten(text), expected, "{text:?}");
    }
}

/// Tables of characters come with crates: what they make of any character is part of the version.
#[test]
fn the_near_key_of_every_character_is_that_of_this_version() {
    let mut hasher = blake3::Hasher::new();
    for c in ('\0'..=char::MAX).filter(|c| c.general_category() != GeneralCategory::Unassigned) {
        hasher.update(key(&format!("a{c}1{c}")).unwrap_or_default().as_bytes());
    }

    let digest = hasher.finalize().to_hex();
    assert_eq!(
        (VERSION, &digest.as_str()[..16]),
        (1, "dcf57b8f6122302c"),
        "raise the version, and have the keys made anew that are stored"
    );
}
