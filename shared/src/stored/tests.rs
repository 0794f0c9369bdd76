//! Versions of texts, and what a golden file notices.

use crate::{
    code::Code,
    stored::{self, Golden, Unreadable},
};

#[test]
fn a_text_without_a_mark_is_of_version_1_and_one_of_a_later_version_says_so() {
    let check = |text: &str, expected: (u32, &str)| assert_eq!(stored::version(text), expected, "{text}");
    check("{\"A\":1}", (1, "{\"A\":1}"));
    check("[\"2:3\"]", (1, "[\"2:3\"]"));
    check("", (1, ""));
    check("2:{\"A\":1}", (2, "{\"A\":1}"));
    check("12:", (12, ""));

    let read = |text: &str| stored::read::<Vec<String>, Vec<Code>>(text);
    assert_eq!(read("[\"A\"]"), Ok(vec![Code::parse("A").unwrap()]));
    assert_eq!(read("2:[\"A\"]"), Err(Unreadable::version(2)));
    assert!(read("[\"\"]").is_err(), "what is no code is not read as one");
    assert!(read("{").is_err());
}

#[test]
fn a_golden_file_notices_what_is_written_or_read_in_another_way() {
    let golden = Golden::new("a\t1\nb\t2\n");
    let written = |lines: &[(&str, &str)]| {
        let lines: Vec<_> = lines.iter().map(|(name, text)| (*name, Ok((*text).to_owned()))).collect();
        golden.written(&lines).len()
    };
    assert_eq!(written(&[("a", "1"), ("b", "2")]), 0);
    assert_eq!(written(&[("a", "1"), ("b", "3")]), 1);
    assert_eq!(written(&[("a", "1")]), 1, "a line is left over");
    assert_eq!(written(&[("a", "1"), ("b", "2"), ("c", "3")]), 1, "a line is missing");

    let number = |text: &str| text.parse::<i64>().map_err(Unreadable::because);
    assert_eq!(golden.read(&[("a", 1), ("b", 2)], number), Vec::<String>::new());
    assert_eq!(golden.read(&[("a", 1), ("b", 3)], number).len(), 1);
    assert_eq!(golden.read(&[("a", 1)], number).len(), 1);
}
