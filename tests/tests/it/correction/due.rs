//! Counts of stock of which something is due: what was read counts it as free, and so does the count.

use std::time::Duration;

use proto::inventory::v1::{
    CountLine, CountStockRequest, GetStockRequest, ReserveRequest, reserve_request::Expiration,
};
use tests::{
    Oms, both_engines, refused,
    story::{Level, count_sheet, reserve_request},
};

both_engines!(
    a_count_goes_by_the_sequence_that_was_read_while_units_were_due,
    a_sequence_that_was_read_holds_when_what_was_due_is_given_back,
    more_is_due_than_a_count_looks_at_first,
);

/// So many orders of a kit of A and B, which are all due.
async fn let_be_due(oms: &Oms, orders: usize) {
    let expiration = Some(Expiration::Ttl(prost_types::Duration { seconds: 60, nanos: 0 }));
    let kit = |order: usize| ReserveRequest {
        expiration,
        ..reserve_request(&order.to_string(), &[("BOX", 1, &[("A", 1), ("B", 2)])])
    };
    for chunk in (0..orders).collect::<Vec<_>>().chunks(400) {
        oms.hold_all(chunk.iter().map(|order| kit(*order)).collect()).await.unwrap();
    }
    oms.let_time_pass(Duration::from_secs(60)).await;
}

async fn sequence(oms: &Oms, code: &str) -> i64 {
    let request = GetStockRequest { isku_code: code.to_owned() };
    oms.stock.clone().get_stock(request).await.unwrap().into_inner().stock[0].sequence
}

/// A count that is right: nothing but what was due is written with it.
async fn count(oms: &Oms, seen: i64, counted: i64) -> Result<Option<i64>, String> {
    let line = CountLine { isku_code: "A".to_owned(), counted, expected_sequence: Some(seen) };
    match oms.take_stock(CountStockRequest { lines: vec![line], ..count_sheet(&[]) }).await {
        Ok(answer) => Ok(answer.stock.first().map(|row| row.sequence)),
        Err(status) => Err(refused(Err::<(), _>(status)).metadata["found"].clone()),
    }
}

async fn a_count_goes_by_the_sequence_that_was_read_while_units_were_due(oms: &Oms) {
    oms.isku("A").on_hand(9).await;
    oms.isku("B").on_hand(9).await;
    let_be_due(oms, 2).await;

    let seen = sequence(oms, "A").await;
    let resolved = oms.resolve(&["A"]).await.unwrap()[0].stock[0].sequence;
    let counted = count(oms, seen, 8).await;

    assert_eq!((seen, resolved), (5, 5), "opened, held twice and given back twice, though that is not written");
    assert_eq!(counted, Ok(Some(6)));
    assert_eq!(oms.level("A").await, Level::of(8, 0));
    oms.receive(&[("A", 1)]).await.unwrap();
    assert_eq!(count(oms, 6, 9).await, Err("7".to_owned()), "it has moved since");
}

async fn a_sequence_that_was_read_holds_when_what_was_due_is_given_back(oms: &Oms) {
    oms.isku("A").on_hand(9).await;
    oms.isku("B").on_hand(9).await;
    let_be_due(oms, 2).await;
    let seen = sequence(oms, "A").await;

    // Somebody else's call for B gives back what holds A, too.
    oms.receive(&[("B", 1)]).await.unwrap();
    let written = oms.behind_inventory().await.number("SELECT max(sequence) FROM stock").await;

    assert_eq!(written, 6, "of B: opened, held twice, given back twice, received");
    assert_eq!(sequence(oms, "A").await, seen);
    assert_eq!(count(oms, seen, 9).await, Ok(Some(seen)));
}

async fn more_is_due_than_a_count_looks_at_first(oms: &Oms) {
    oms.isku("A").on_hand(1_200).await;
    oms.isku("B").on_hand(2_400).await;
    let_be_due(oms, 1_200).await;
    let seen = sequence(oms, "A").await;

    assert_eq!(count(oms, seen, 1_200).await, Ok(Some(2_401)));
    assert_eq!(oms.level("A").await, Level::of(1_200, 0));
}
