//! Not known is not zero: of an ISKU that nobody has counted, it is told that nobody knows how many there are.

use proto::inventory::v1::{
    BatchGetStockRequest, EnsureIskuItem, GetIskuRequest, GetStockRequest, ListMovementsRequest, MovementKind,
    OpeningStock, ensured_isku::Outcome,
};
use tests::{Engine, Oms, both_engines, database::Behind, refused, request_id, rolling::baseline_schema, site::Site};

both_engines!(
    what_was_never_counted_is_told_everywhere,
    whatever_is_booked_counts_it,
    a_stated_zero_is_a_count,
    back_orders_are_a_count_of_zero_and_told,
    orders_find_none_of_what_is_uncounted,
);

fn item(code: &str, opening: &[i64]) -> EnsureIskuItem {
    let opening = opening.iter().map(|quantity| OpeningStock { location: String::new(), quantity: *quantity });
    let opening_stock = opening.collect();
    EnsureIskuItem { request_id: request_id(), code: code.to_owned(), opening_stock, ..Default::default() }
}

/// What GetIsku, GetStock, BatchGetStock and ResolveIskus say, which is the same.
async fn is_uncounted(oms: &Oms, code: &str) -> bool {
    let isku = oms.iskus.clone().get_isku(GetIskuRequest { code: code.to_owned() }).await.unwrap().into_inner();
    let stock = oms.stock.clone().get_stock(GetStockRequest { isku_code: code.to_owned() }).await.unwrap().into_inner();
    let asked = BatchGetStockRequest { isku_codes: vec![code.to_owned()] };
    let batch = oms.stock.clone().batch_get_stock(asked).await.unwrap().into_inner();
    let resolved = oms.resolve(&[code]).await.unwrap();
    let said = [isku.uncounted, stock.uncounted, batch.results[0].uncounted, resolved[0].uncounted];
    assert!(said.iter().all(|own| *own == said[0]), "{code}: {said:?}");
    said[0]
}

async fn what_was_never_counted_is_told_everywhere(oms: &Oms) {
    let answers = oms.ensure(vec![item("A", &[]), item("B", &[5]), item("A", &[9])]).await.unwrap();
    oms.isku("C").await;

    assert_eq!([answers[0].uncounted, answers[1].uncounted, answers[2].uncounted], [true, false, true]);
    assert!(is_uncounted(oms, "A").await);
    assert!(!is_uncounted(oms, "B").await);
    assert!(is_uncounted(oms, "C").await);
}

async fn whatever_is_booked_counts_it(oms: &Oms) {
    for code in ["RECEIVED", "COUNTED", "NOBODY", "FOUND-NONE"] {
        oms.isku(code).await;
    }

    oms.receive(&[("RECEIVED", 3)]).await.unwrap();
    oms.count(&[("COUNTED", 2)]).await.unwrap();
    oms.count(&[("FOUND-NONE", 0)]).await.unwrap();

    assert!(!is_uncounted(oms, "RECEIVED").await);
    assert!(!is_uncounted(oms, "COUNTED").await);
    assert!(!is_uncounted(oms, "FOUND-NONE").await);
    assert!(is_uncounted(oms, "NOBODY").await);
    // Whatever came has gone: it is known that there is none.
    oms.count(&[("RECEIVED", 0)]).await.unwrap();
    assert!(!is_uncounted(oms, "RECEIVED").await);
}

async fn a_stated_zero_is_a_count(oms: &Oms) {
    oms.ensure(vec![item("A", &[0])]).await.unwrap();
    oms.isku("B").on_hand(0).await;

    for code in ["A", "B"] {
        assert!(!is_uncounted(oms, code).await);
        let request = ListMovementsRequest { isku_code: code.to_owned(), ..Default::default() };
        let ledger = oms.movements(request).await.unwrap();
        let rows: Vec<_> = ledger.iter().map(|row| (row.kind(), row.on_hand_delta, row.on_hand_after)).collect();
        assert_eq!(rows, [(MovementKind::Count, 0, 0)], "{code}");
    }
}

async fn back_orders_are_a_count_of_zero_and_told(oms: &Oms) {
    let answers = oms.ensure(vec![item("BACK-1", &[-3])]).await.unwrap();

    assert_eq!(answers[0].negative_opening, [OpeningStock { location: String::new(), quantity: -3 }]);
    assert_eq!((answers[0].uncounted, answers[0].stock[0].on_hand), (false, 0));
    assert!(!is_uncounted(oms, "BACK-1").await);
    let again = oms.ensure(vec![item("BACK-1", &[-3])]).await.unwrap();
    assert_eq!(again[0].negative_opening, []);
    // The most there can be, and one more.
    let most =
        oms.ensure(vec![item("BACK-2", &[-1_000_000_000_000]), item("BACK-3", &[-1_000_000_000_001])]).await.unwrap();
    assert_eq!([most[0].outcome(), most[1].outcome()], [Outcome::Created, Outcome::Rejected]);
}

async fn orders_find_none_of_what_is_uncounted(oms: &Oms) {
    oms.isku("A").await;

    let refusal = refused(oms.reserve("1", &[("TEE", 1, &[("A", 1)])]).await);

    assert_eq!(refusal.reason, "INSUFFICIENT_STOCK");
    assert_eq!(refusal.metadata.get("available_0").map(String::as_str), Some("0"));
    assert!(is_uncounted(oms, "A").await);
}

mod upgrade {
    tests::on_both_engines!(what_was_there_before_is_counted);
    use super::what_was_there_before_is_counted;
}

async fn what_was_there_before_is_counted(engine: Engine) {
    let site = Site::new(engine).await;
    baseline_schema(&site).await;
    let before = Behind::connect(site.inventory_database()).await;
    for row in [
        "INSERT INTO merchant (merchant, isku_count, location_count) VALUES ('acme', 1, 1)",
        "INSERT INTO isku (merchant, isku_id, code, incomplete, archived, revision, create_time_us, update_time_us) \
         VALUES ('acme', 1, 'A', true, false, 1, 1, 1)",
        "INSERT INTO isku_code (merchant, code, isku_id, alias, near_key) VALUES ('acme', 'A', 1, false, 'a')",
    ] {
        before.execute(row).await;
    }

    let oms = Oms::start_at(site).await;

    assert!(!is_uncounted(&oms, "A").await);
    oms.isku("B").await;
    assert!(is_uncounted(&oms, "B").await);
    oms.finish().await;
}
