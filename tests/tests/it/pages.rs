//! Pages: every list, with each of its filters, is the same row by row as in one page, and in the order that it promises.

use serde_json::{Value, json};
use tests::{
    Oms, both_engines,
    door::Door,
    site::credential_of,
    story::{Watching, seller},
    world::{Flavour, Order, Question, Words, World},
};

both_engines!(
    every_list_is_the_same_page_by_page,
    every_page_size_is_judged_at_its_edge,
    accounts_are_listed_by_channel_and_seller,
    a_watch_that_is_pages_behind_is_told_each_movement_once,
);

/// More rows than these are not asked for one by one.
const FEW: usize = 24;

async fn every_list_is_the_same_page_by_page(oms: &Oms) {
    let door = Door::of(oms, &credential_of("acme"));
    let world = World::of(&door, Flavour { word: "first", units: 1_000, order: Order::Forwards });
    world.fill("acme", &oms.behind_inventory().await).await;

    let mut paged = std::collections::BTreeMap::new();
    let questions = Words::of(&world.told()).questions(&door);
    for question in questions.into_iter().filter(|question| question.is_list(&door) && question.fields.len() <= 1) {
        // What cannot be asked alone is asked with what it needs.
        let (whole, next) = page(&door, &question, 1_000, "").await;
        assert_eq!(next, "", "{question:?} has more than a page of 1,000");
        assert!(is_sorted(&question, &whole), "{question:?} is not in its order: {whole:?}");
        if whole.len() < 2 {
            continue;
        }
        *paged.entry(question.rpc.clone()).or_insert(0) += 1;
        for size in [1, 2, whole.len() - 1, whole.len()] {
            if whole.len() / size <= FEW {
                assert_eq!(walk(&door, &question, size).await, whole, "{question:?} in pages of {size}");
            }
        }
    }
    let lists = door.rpcs().filter(|rpc| door.request_of(&rpc.name).get_field_by_name("page_token").is_some());
    let silent: Vec<_> = lists.map(|rpc| &rpc.name).filter(|rpc| !paged.contains_key(*rpc)).collect();
    assert!(silent.is_empty(), "{silent:?} were never more than one row");
}

async fn page(door: &Door, question: &Question, size: usize, token: &str) -> (Vec<Value>, String) {
    let mut request = question.request.clone();
    (request["page_size"], request["page_token"]) = (json!(size), json!(token));
    let answer = door.ask(&question.rpc, &request).await;
    let next = answer[0]["next_page_token"].as_str().unwrap_or_default().to_owned();
    (question.rows(door, &answer), next)
}

/// All pages, each of which is full but the last, which is never empty.
async fn walk(door: &Door, question: &Question, size: usize) -> Vec<Value> {
    let (mut rows, mut token) = (Vec::new(), String::new());
    loop {
        let (own, next) = page(door, question, size, &token).await;
        assert!(
            !own.is_empty() && (own.len() == size || next.is_empty()),
            "{} rows of {size}: {question:?}",
            own.len()
        );
        rows.extend(own);
        if next.is_empty() {
            return rows;
        }
        token = next;
    }
}

/// What rows are sorted by, as its comment promises; ids are made in the order of time.
fn is_sorted(question: &Question, rows: &[Value]) -> bool {
    let (fields, descends): (&[&str], bool) = match question.rpc.as_str() {
        "ListCategories" => (&["/path"], false),
        "ListFindings" => (&["/finding_id"], true),
        "ListIskus" => (&["/code"], false),
        "ListListings" => (&["/listing_id"], false),
        "ListMappingRevisions" => (&["/revision"], true),
        "ListMovements" => (&["/create_time"], true),
        "ListReservations" => (&["/reservation_id"], true),
        "ListSellerAccounts" => (&["/key/channel", "/key/seller_id"], false),
        "ListSyncs" => (&["/create_time"], true),
        "ListSyncOutcomes" => (&["/row"], false),
        "TraceOrder" => (&["/movement/create_time"], false),
        other => panic!("say what {other} is sorted by"),
    };
    // Row 0, of what no item states, is left out of JSON.
    let none = if question.rpc == "ListSyncOutcomes" { json!(0) } else { Value::Null };
    let key = |row: &Value| -> Vec<String> {
        fields.iter().map(|field| sortable(row.pointer(field).unwrap_or(&none))).collect()
    };
    rows.windows(2).all(|pair| if descends { key(&pair[0]) >= key(&pair[1]) } else { key(&pair[0]) <= key(&pair[1]) })
}

/// A value as a text that sorts as the value does.
fn sortable(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{:020}", number.as_i64().expect("a whole number")),
        // A time has as many digits behind the point as it needs.
        Value::String(text) if text.ends_with('Z') && text.contains('T') => {
            format!("{:0<27}", text.trim_end_matches('Z').replacen('.', "", 1))
        }
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(sortable).collect::<Vec<_>>().join("\u{0}"),
        other => panic!("nothing sorts by {other}"),
    }
}

async fn every_page_size_is_judged_at_its_edge(oms: &Oms) {
    let door = Door::of(oms, &credential_of("acme"));
    let mut asked = 0;
    for rpc in door.rpcs().filter(|rpc| door.request_of(&rpc.name).get_field_by_name("page_size").is_some()) {
        let most = if rpc.name == "SearchIskus" { 100 } else { 1_000 };
        for (size, is_good) in [(-1, false), (0, true), (1, true), (most, true), (most + 1, false), (i32::MAX, false)] {
            let answer = door.ask(&rpc.name, &json!({"page_size": size})).await;

            // What else a list needs is missing here: it is named beside the size, or not.
            let fields = answer["fields"].as_array().cloned().unwrap_or_default();
            assert_eq!(!fields.contains(&json!("page_size")), is_good, "{} of {size}: {answer}", rpc.name);
            asked += 1;
        }
    }
    assert!(asked >= 60, "only {asked} sizes were asked for");
}

async fn accounts_are_listed_by_channel_and_seller(oms: &Oms) {
    // Each sorts otherwise by its seller alone, and "B" behind "a" only without regard to case, which a seller without "@" has.
    for (channel, id) in [("shopify", "a"), ("lazada", "z"), ("shopify", "Z"), ("shopee-my", "m"), ("lazada", "b")] {
        oms.connect(channel, id).await;
    }

    let door = Door::of(oms, &credential_of("acme"));
    let listed = async |request: Value, size| {
        let question = Question { rpc: "ListSellerAccounts".to_owned(), fields: Vec::new(), request };
        let rows = walk(&door, &question, size).await;
        rows.iter()
            .map(|row| format!("{}/{}", row["key"]["channel"], row["key"]["seller_id"]).replace('"', ""))
            .collect::<Vec<_>>()
    };

    for size in 1..=5 {
        assert_eq!(listed(json!({}), size).await, ["lazada/b", "lazada/z", "shopee-my/m", "shopify/Z", "shopify/a"]);
    }
    assert_eq!(listed(json!({"channel": "shopify"}), 1).await, ["shopify/Z", "shopify/a"]);
    assert_eq!(oms.accounts().await.unwrap()[2].key, Some(seller("shopee-my", "m")));
}

/// Movements that a watch reads at once.
const CHUNK: usize = 500;

async fn a_watch_that_is_pages_behind_is_told_each_movement_once(oms: &Oms) {
    let item = |row: usize| json!({"request_id": format!("ensure {row}"), "code": code(row), "opening_stock": [{"quantity": 7}]});
    let door = Door::of(oms, &credential_of("acme"));
    let items: Vec<_> = (0..CHUNK).map(item).collect();
    door.call("EnsureIskus", &json!({"items": items})).await.unwrap();
    oms.settled().await;
    let begun = oms.watch(proto::inventory::v1::WatchStart::Now).await.unwrap().cursor;
    let mut expected = Vec::new();
    // Two whole chunks, one row more, a whole chunk again, and a part of one.
    for (round, lines) in [CHUNK, CHUNK, 1, CHUNK, 201].into_iter().enumerate() {
        let lines: Vec<_> = (0..lines).map(|row| (code(row), 1)).collect();
        let goods: Vec<_> = lines.iter().map(|(code, units)| (code.as_str(), *units)).collect();
        oms.receive(&goods).await.unwrap();
        expected.extend((0..lines.len()).map(|row| (code(row), sequence_of(row, round))));
    }
    oms.settled().await;

    let at_once = oms.watch_on(&begun).await.unwrap().until_current_within(expected.len()).await;
    let at_once: Vec<_> = at_once.into_iter().map(|own| (own.isku_code, own.sequence)).collect();
    assert_eq!(at_once.len(), expected.len());
    assert_eq!(at_once, expected, "each once, and in its order");
    assert_eq!(
        piece_by_piece(oms, &begun, expected.len()).await,
        expected,
        "whoever is cut off after each message misses none"
    );
}

/// Begins anew behind every message.
async fn piece_by_piece(oms: &Oms, begun: &str, count: usize) -> Vec<(String, i64)> {
    let (mut told, mut cursor) = (Vec::new(), begun.to_owned());
    while told.len() < count {
        let mut watching: Watching = oms.watch_on(&cursor).await.unwrap();
        let states = watching.states(1).await;
        cursor.clone_from(&watching.cursor);
        told.extend(states.into_iter().map(|own| (own.isku_code, own.sequence)));
    }
    told
}

fn code(row: usize) -> String {
    format!("SKU-{row:04}")
}

/// The sequence of a row's movement in a round: the first is its opening; the third and the fifth round are not of all.
fn sequence_of(row: usize, round: usize) -> i64 {
    let before = (0..round).filter(|earlier| row < [CHUNK, CHUNK, 1, CHUNK, 201][*earlier]).count();
    i64::try_from(before).expect("few rounds") + 2
}
