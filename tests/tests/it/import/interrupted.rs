//! A count that something comes between: stock that moves, an answer that is lost, `kill -9`.

use tests::{Oms, both_engines, story::Level};

use super::{count, count_at, counts_of, note, sheet, tells};

both_engines!(stock_that_moves_after_it_was_shown_is_told_and_left, a_killed_count_is_repeated_without_harm);

async fn stock_that_moves_after_it_was_shown_is_told_and_left(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(5).await;
    oms.isku("C").on_hand(5).await;
    let file = sheet(oms, &["A,3", "B,4", "C,5"]);
    // Everything is read and shown before the first ISKU is ensured.
    oms.gate().keep_answers_of("/EnsureIskus", 0);

    let counting = count_at(oms, oms.gate().url(), &file, &["--yes"]);
    let selling = async {
        oms.gate().kept(1).await;
        oms.receive(&[("A", 10)]).await.unwrap();
        oms.gate().open();
    };
    let ((code, told), ()) = tokio::join!(counting, selling);

    assert_eq!(code, 1, "{told}");
    note(&told, 2, "SEQUENCE_MISMATCH");
    assert_eq!((oms.level("A").await, oms.level("B").await), (Level::of(15, 0), Level::of(4, 0)));

    let (code, told) = count(oms, &["A,3", "B,4", "C,5"], &["--yes"]).await;
    assert_eq!(code, 0, "run again: {told}");
    assert_eq!((oms.level("A").await, counts_of(oms, "B").await.len()), (Level::of(3, 0), 1));
}

async fn a_killed_count_is_repeated_without_harm(oms: &Oms) {
    const ROWS: [&str; 4] = ["A,3,default", "B,4,default", "A,2,shop", "NEW,1,shop"];
    oms.location("shop", 1).await;
    oms.isku("A").on_hand(5).await;
    oms.isku("B").on_hand(5).await;
    let file = oms.site().write("count.csv", &[&["code,quantity,location"], &ROWS[..]].concat().join("\n"));
    // One call for each location. Killed once when the first has taken effect unheard, and once when the second has.
    for answered in [0, 1] {
        oms.receive(&[("A", 1)]).await.unwrap();
        oms.gate().keep_answers_of("/CountStock", answered);
        tokio::select! {
            (code, told) = count_at(oms, oms.gate().url(), &file, &["--yes"]) => panic!("it ended with {code}: {told}"),
            () = oms.gate().kept(answered + 1) => {}
        }
        oms.gate().open();
    }

    let (code, told) = count_at(oms, &oms.inventory_url(), &file, &["--yes"]).await;

    assert_eq!(code, 0, "{told}");
    assert!(tells(&told, "4 rows") && tells(&told, "3 unchanged"), "{told}");
    assert_eq!(
        (oms.level_at("A", "default").await, oms.level_at("A", "shop").await),
        (Level::of(3, 0), Level::of(2, 0))
    );
    assert_eq!((oms.level("B").await, oms.level("NEW").await), (Level::of(4, 0), Level::of(1, 0)));
    let moved: Vec<i64> = counts_of(oms, "A").await.iter().map(|own| own.on_hand_delta).collect();
    assert_eq!((moved, counts_of(oms, "B").await.len()), (vec![2, -1, -3], 1));
}
