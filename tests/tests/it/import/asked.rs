//! At a terminal a person sees the differences and is asked before they are counted.

use tests::{Oms, both_engines, process, story::Level};

use super::{sheet, tells, words};

both_engines!(a_person_is_asked_and_may_say_no);

async fn a_person_is_asked_and_may_say_no(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    let file = sheet(oms, &["A,3"]);
    let words = words(oms, &oms.inventory_url(), &file);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();

    for (typed, is_counted) in [("n\n", false), ("\n", false), ("what?\ny\n", true)] {
        let (code, told) = process::run_at_a_terminal("inventory-svc", &words, typed).await;

        assert!(tells(&told, r#"5 3 -2 0 "A" at default"#), "{typed:?}: {told}");
        assert_eq!(told.matches("[y/N]").count(), typed.lines().count(), "{typed:?}: {told}");
        let expected = if is_counted { Level::of(3, 0) } else { Level::of(5, 0) };
        assert_eq!(oms.level("A").await, expected, "{typed:?}: {told}");
        assert_eq!(code == 0, is_counted, "{typed:?}: {told}");
    }
}
