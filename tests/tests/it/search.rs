//! SearchIskus: what a person types finds the ISKU, the best match first, in any writing.

use proto::inventory::v1::{EnsureIskuItem, SearchIskusRequest, SearchIskusResponse, isku_match::Reason};
use sea_orm::{ConnectionTrait, Database};
use tests::{Merchant, Oms, both_engines, refused, refused::malformed, request_id};

both_engines!(
    the_best_match_comes_first,
    words_are_found_in_any_order_and_the_last_may_be_unfinished,
    a_name_is_found_in_any_writing,
    archived_iskus_are_shown_only_when_asked_for,
    what_hides_behind_archived_iskus_is_told,
    a_search_shows_as_many_as_asked_for_and_tells_of_more,
    a_search_needs_a_query_and_a_page_of_at_most_a_hundred,
    iskus_that_were_there_before_are_found_by_their_words,
);

fn codes(found: &SearchIskusResponse) -> Vec<&str> {
    found.matches.iter().map(|one| one.isku.as_ref().unwrap().code.as_str()).collect()
}

async fn found(merchant: &Merchant, query: &str) -> Vec<String> {
    codes(&merchant.search(query).await.unwrap()).into_iter().map(str::to_owned).collect()
}

async fn run(oms: &Oms, statements: &[&str]) {
    let database = Database::connect(oms.site().inventory_database()).await.unwrap();
    for sql in statements {
        database.execute_unprepared(sql).await.unwrap();
    }
    database.close().await.unwrap();
}

async fn the_best_match_comes_first(oms: &Oms) {
    oms.isku("TEA-100").named("Sencha").await;
    oms.isku("FORMER").named("Renamed").await;
    oms.isku("CUP").named("A cup").barcode("tea").await;
    oms.isku("tea").named("Leaves").await;
    oms.isku("TEA BOX").named("Box").await;
    oms.isku("POT").named("Pot for tea").await;
    oms.isku("JAR").named("A jar for tea and teapots").await;
    oms.isku("OTHER").named("Steak").await;
    oms.globex().isku("TEA-200").await;
    let alias = "INSERT INTO isku_code (merchant, code, isku_id, alias, near_key) \
                 SELECT merchant, 'teal', isku_id, true, 'teal' FROM isku WHERE code = 'FORMER'";
    run(oms, &[alias]).await;

    let tea = oms.search("tea").await.unwrap();
    let teal = oms.search("teal").await.unwrap();

    use Reason::{Alias, AllWords, Barcode, Code, CodePrefix};
    let reasons: Vec<_> = tea.matches.iter().map(|one| one.reason()).collect();
    assert_eq!(codes(&tea), ["tea", "CUP", "TEA-100", "TEA BOX", "FORMER", "POT", "JAR"]);
    assert_eq!(reasons, [Code, Barcode, CodePrefix, CodePrefix, CodePrefix, AllWords, AllWords]);
    assert_eq!((codes(&teal), teal.matches[0].reason()), (vec!["FORMER"], Alias));
    assert!(!tea.truncated);
}

async fn words_are_found_in_any_order_and_the_last_may_be_unfinished(oms: &Oms) {
    oms.isku("1").named("Blue cotton T-shirt, size XL").await;
    oms.isku("2").named("Blue woollen shirt").await;
    oms.isku("3").named("Red cotton socks").await;
    oms.isku("BLUE-COTTON-9").named("Nameless").await;

    let reasons = |found: &SearchIskusResponse| found.matches.iter().map(|one| one.reason()).collect::<Vec<_>>();
    let both = oms.search("shirt BLUE").await.unwrap();
    let most = oms.search("blue cotton silk shi").await.unwrap();

    assert_eq!((codes(&both), reasons(&both)), (vec!["2", "1"], vec![Reason::AllWords; 2]));
    assert_eq!((codes(&most), reasons(&most)), (vec!["1"], vec![Reason::SomeWords]), "three of four words");
    assert_eq!(found(oms, "cotton blue").await, ["BLUE-COTTON-9", "1"]);
    assert_eq!(found(oms, "wool").await, ["2"]);
    assert_eq!(found(oms, "wool ").await, Vec::<String>::new(), "a blank finishes the word");
    assert_eq!(found(oms, "woo shirt").await, Vec::<String>::new(), "only the last word may be unfinished");
    assert_eq!(found(oms, "!?").await, Vec::<String>::new());
}

async fn a_name_is_found_in_any_writing(oms: &Oms) {
    oms.isku("1").named("有机红茶叶 ＸＬ").await;
    oms.isku("2").named("CAFE\u{301} Größe Ω").await;
    oms.isku("3").named("ชาเขียว").await;
    oms.isku("4").named("한국 녹차").await;

    for query in ["红茶", "茶", "叶", "有机红茶叶", "xl 红茶"] {
        assert_eq!(found(oms, query).await, ["1"], "{query}");
    }
    for query in ["Café", "GRÖSSE", "größe", "ω"] {
        let expected: &[&str] = if query == "GRÖSSE" { &[] } else { &["2"] };
        assert_eq!(found(oms, query).await, expected, "{query}");
    }
    assert_eq!(found(oms, "เขียว").await, ["3"]);
    assert_eq!(found(oms, "녹").await, ["4"]);
    assert_eq!(found(oms, "绿茶").await, Vec::<String>::new());
}

async fn archived_iskus_are_shown_only_when_asked_for(oms: &Oms) {
    oms.isku("OLD").named("Green tea").barcode("955").await;
    oms.isku("NEW").named("Green tea").await;
    run(oms, &["UPDATE isku SET archived = true WHERE code = 'OLD'"]).await;
    let asked = async |query: &str, show_archived| {
        let request = SearchIskusRequest { query: query.to_owned(), show_archived, ..Default::default() };
        codes(&oms.iskus.clone().search_iskus(request).await.unwrap().into_inner()).len()
    };

    for (query, in_use, all) in [("OLD", 0, 1), ("955", 0, 1), ("ol", 0, 1), ("green", 1, 2)] {
        assert_eq!((asked(query, false).await, asked(query, true).await), (in_use, all), "{query}");
    }
}

async fn what_hides_behind_archived_iskus_is_told(oms: &Oms) {
    let item = |n: usize| EnsureIskuItem { request_id: request_id(), code: format!("z-{n:04}"), ..Default::default() };
    let items: Vec<_> = (0..1_001).map(item).collect();
    for items in items.chunks(501) {
        oms.ensure(items.to_vec()).await.unwrap();
    }
    run(oms, &["UPDATE isku SET archived = true WHERE code < 'z-1000'"]).await;
    let few = oms.search("z-10").await.unwrap();
    let many = oms.search("z-").await.unwrap();
    run(oms, &["UPDATE isku SET archived = true"]).await;
    oms.isku("z-9").await;

    let hidden = oms.search("z-").await.unwrap();
    let narrower = oms.search("z-9").await.unwrap();

    assert_eq!((codes(&few), few.truncated), (vec!["z-1000"], false));
    assert_eq!((codes(&many), many.truncated), (vec!["z-1000"], true), "as many as are looked at");
    assert!(!codes(&hidden).contains(&"z-9") && hidden.truncated);
    assert_eq!((codes(&narrower), narrower.truncated), (vec!["z-9"], false));
}

async fn a_search_shows_as_many_as_asked_for_and_tells_of_more(oms: &Oms) {
    for n in 0..5 {
        oms.isku(&format!("TEA-{n}")).named("Black leaves").await;
    }
    let asked = async |query: &str, page_size| {
        let request = SearchIskusRequest { query: query.to_owned(), page_size, ..Default::default() };
        let found = oms.iskus.clone().search_iskus(request).await.unwrap().into_inner();
        (codes(&found).join(" "), found.truncated)
    };

    for query in ["tea", "leaves"] {
        assert_eq!(asked(query, 2).await, ("TEA-0 TEA-1".to_owned(), true));
        assert_eq!(asked(query, 5).await, ("TEA-0 TEA-1 TEA-2 TEA-3 TEA-4".to_owned(), false));
    }
}

async fn a_search_needs_a_query_and_a_page_of_at_most_a_hundred(oms: &Oms) {
    let asked = async |query: &str, page_size| {
        let request = SearchIskusRequest { query: query.to_owned(), page_size, show_archived: false };
        oms.iskus.clone().search_iskus(request).await
    };

    assert_eq!(refused(asked("", 101).await), malformed(&["query", "page_size"]));
    assert_eq!(refused(asked("  ", -1).await), malformed(&["query", "page_size"]));
    assert_eq!(refused(asked("a\u{7}", 0).await), malformed(&["query"]));
    assert_eq!(refused(asked(&"x".repeat(257), 0).await), malformed(&["query"]));
    assert!(asked(&"x y ".repeat(64), 100).await.is_ok());
}

/// The database of a version that knew no words.
const WITHOUT_WORDS: [&str; 3] = [
    "DROP TABLE isku_word",
    "DROP INDEX isku_by_barcode",
    "DELETE FROM seaql_migrations WHERE version = 'm20261124_000030_isku_word'",
];

async fn iskus_that_were_there_before_are_found_by_their_words(oms: &Oms) {
    oms.isku("A").named("Blue shirt").barcode("955").await;
    oms.globex().isku("B").named("Blue hat").await;
    run(oms, &WITHOUT_WORDS).await;

    let migrated = oms.second_pair().await;

    assert_eq!(found(&migrated, "blue").await, ["A"]);
    assert_eq!(found(&migrated, "955").await, ["A"]);
    assert_eq!(found(oms.globex(), "hat").await, ["B"]);
}
