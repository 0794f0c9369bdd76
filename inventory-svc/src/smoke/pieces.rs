//! A ledger that is read in pieces of any size proves the same.

use sea_orm::ConnectionTrait;

use super::*;
use crate::{
    domain::verify::Report,
    storage::verify::{Piece, prove},
};

#[tokio::test]
async fn a_proof_is_the_same_in_pieces_of_any_size() {
    let place = Place::new();
    let service = place.start().await;
    for (code, opening) in [("a", 5), ("b", 0), ("c", 7), ("d", 9)] {
        service.iskus().create_isku(create(code, opening)).await.unwrap();
    }
    for order in ["1", "2", "3", "4"] {
        let kit = reserve(order, "KIT", 1, &[("a", 1), ("c", 1), ("d", 2)]);
        service.reservations().reserve(kit).await.unwrap();
    }
    let target = Some(ship_reservation_request::Target::Order(order("2").unwrap()));
    let ship = ShipReservationRequest { request_id: unique(), target, ..Default::default() };
    service.reservations().ship_reservation(ship).await.unwrap();
    let database = Database::connect(&place.settings().database, shared::database::Plans::Kept).await.unwrap();
    let damaged = [
        "UPDATE movement SET reserved_delta = 0 WHERE isku_id = 3 AND sequence = 5",
        "UPDATE stock SET on_hand = on_hand + 1 WHERE isku_id = 4",
        "UPDATE reservation_item SET released = 1, held = 0 WHERE reservation_id = (SELECT max(reservation_id) FROM reservation)",
    ];
    // SQLite may have given the rows any numbers.
    let transaction = database.begin().await.unwrap();
    for far in ["rowid + 9000000000000000000 WHERE rowid > 9", "-rowid WHERE rowid < 5"] {
        transaction.execute_unprepared(&format!("UPDATE movement SET rowid = {far}")).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let mut faults = vec![];

    for damage in [None].into_iter().chain(damaged.map(Some)) {
        if let Some(sql) = damage {
            let transaction = database.begin().await.unwrap();
            transaction.execute_unprepared(sql).await.unwrap();
            transaction.commit().await.unwrap();
        }
        let proved = async |rows, reservations| -> Report {
            let merchant = shared::identity::Merchant::default_merchant();
            prove(&database, &merchant, Piece { rows, reservations }).await.unwrap()
        };
        let whole = proved(10_000, 500).await;
        for rows in 1..20 {
            assert_eq!(proved(rows, rows).await, whole, "in pieces of {rows}");
        }
        assert_eq!((whole.stock_rows, whole.movements, whole.reservations), (4, 19, 4));
        faults.push(whole.faults.len());
    }

    assert_eq!(faults[0], 0);
    assert!(faults.is_sorted_by(|a, b| a < b), "{faults:?}");
}
