//! What needs a hand in the database or several merchants: locations, faults in the ledger, isolation.

use std::{io::Write, time::Duration};

use proto::inventory::v1::{GetIskuRequest, GetReservationRequest, ReleaseReservationRequest, get_reservation_request};
use sea_orm::ConnectionTrait;
use shared::database::{Plans, requests};
use tempfile::NamedTempFile;
use tonic::{Request, metadata::MetadataValue};

use super::*;

/// SHA-256 of `token`.
const TOKEN_SHA256: &str = "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0";

fn credentials() -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    writeln!(file, "[[credential]]\nname = \"any\"\ntoken_sha256 = \"{TOKEN_SHA256}\"\nmerchants = [\"*\"]").unwrap();
    file
}

fn of<T>(merchant: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", MetadataValue::from_static("Bearer token"));
    request.metadata_mut().insert("oms-merchant", merchant.parse().unwrap());
    request
}

async fn run(place: &Place, sql: &str) {
    let database = Database::connect(&place.settings().database, Plans::Kept).await.unwrap();
    let transaction = database.begin().await.unwrap();
    transaction.execute_unprepared(sql).await.unwrap();
    transaction.commit().await.unwrap();
    database.close().await.unwrap();
}

async fn with_credentials(place: &Place) -> (Service, NamedTempFile) {
    let file = credentials();
    let mut settings = place.settings();
    settings.auth.credentials_file = file.path().display().to_string();
    (place.start_with(settings).await, file)
}

fn merchant() -> String {
    format!("m-{}", unique())
}

#[tokio::test]
async fn kits_come_whole_from_one_location_and_lines_split_over_several() {
    let place = Place::new();
    let (service, _file) = with_credentials(&place).await;
    let own = merchant();
    for (code, opening) in [("a", 3), ("b", 1)] {
        service.iskus().create_isku(of(&own, create(code, opening))).await.unwrap();
    }
    run(
        &place,
        &format!(
            "INSERT INTO location (merchant, location_id, code, sellable, priority) VALUES \
             ('{own}', 2, 'back', true, 1), ('{own}', 3, 'damaged', false, -1)"
        ),
    )
    .await;
    let line = |isku: &str, location: &str, quantity| ReceiveLine {
        isku_code: isku.into(),
        location: location.into(),
        quantity,
    };
    let lines = vec![line("a", "back", 4), line("b", "back", 2), line("a", "damaged", 9)];
    let receipt = ReceiveStockRequest { request_id: unique(), lines, ..Default::default() };
    service.stock().receive_stock(of(&own, receipt)).await.unwrap();

    let kits = reserve("1", "KIT", 3, &[("a", 2), ("b", 1)]);
    let kits = service.reservations().reserve(of(&own, kits)).await.unwrap().into_inner().reservation.unwrap();
    let singles = reserve("2", "A", 1, &[("a", 1)]);
    let singles = service.reservations().reserve(of(&own, singles)).await.unwrap().into_inner().reservation.unwrap();
    let short = service.reservations().reserve(of(&own, reserve("3", "A", 1, &[("a", 1)]))).await.unwrap_err();
    let by_id = GetReservationRequest {
        target: Some(get_reservation_request::Target::ReservationId(kits.reservation_id.clone())),
    };
    let found = service.reservations().get_reservation(of(&own, by_id)).await.unwrap().into_inner();
    let stock = service.stock().get_stock(of(&own, GetStockRequest { isku_code: "a".into() })).await.unwrap();

    let places: Vec<_> = kits.items[0].allocations.iter().map(|at| (at.location.as_str(), at.held)).collect();
    assert_eq!(places, [("default", 1), ("back", 2)]);
    assert_eq!(singles.items[0].allocations[0].location, "default");
    assert_eq!(short.get_details_error_info().unwrap().metadata["available_0"], "0");
    assert_eq!(found.reservation, Some(kits));
    let stock = stock.into_inner();
    assert_eq!((stock.total_on_hand, stock.total_reserved, stock.total_available), (16, 7, 0));
    let release = ReleaseReservationRequest {
        request_id: unique(),
        target: Some(release_reservation_request::Target::Order(order("1").unwrap())),
        items: vec![proto::inventory::v1::ItemQuantity { csku: "KIT".into(), quantity: 2 }],
        note: String::new(),
    };
    let released = service.reservations().release_reservation(of(&own, release)).await.unwrap().into_inner();
    let allocations = released.reservation.unwrap().items[0].allocations.clone();
    assert_eq!((allocations.len(), allocations[0].location.as_str()), (1, "default"));
    let verified = service.stock().verify_stock(of(&own, VerifyStockRequest {})).await.unwrap().into_inner();
    assert!(verified.proven, "{verified:?}");
}

#[tokio::test]
async fn a_merchant_learns_nothing_of_another() {
    let place = Place::new();
    let (service, _file) = with_credentials(&place).await;
    let (own, other) = (merchant(), merchant());
    service.iskus().create_isku(of(&own, create("a", 5))).await.unwrap();
    let mine = service.reservations().reserve(of(&own, reserve("1", "A", 1, &[("a", 1)]))).await.unwrap();
    let id = mine.into_inner().reservation.unwrap().reservation_id;

    let isku = service.iskus().get_isku(of(&other, GetIskuRequest { code: "a".into() })).await.unwrap_err();
    let listed = service.iskus().list_iskus(of(&other, ListIskusRequest::default())).await.unwrap().into_inner();
    let asked = ResolveIskusRequest { codes: vec!["a".into(), "A ".into()] };
    let resolved = service.iskus().resolve_iskus(of(&other, asked)).await.unwrap().into_inner();
    let reserved = service.reservations().reserve(of(&other, reserve("1", "A", 1, &[("a", 1)]))).await.unwrap_err();
    let target = Some(get_reservation_request::Target::ReservationId(id.clone()));
    let got = service.reservations().get_reservation(of(&other, GetReservationRequest { target })).await.unwrap_err();
    let target = Some(ship_reservation_request::Target::ReservationId(id.clone()));
    let ship = ShipReservationRequest { request_id: unique(), target, ..Default::default() };
    let shipped = service.reservations().ship_reservation(of(&other, ship)).await.unwrap_err();
    let query = ListMovementsRequest { reservation_id: id, ..Default::default() };
    let moved = service.stock().list_movements(of(&other, query)).await.unwrap_err();
    let nowhere = ListMovementsRequest { location: "default".into(), ..Default::default() };
    let nothing = service.stock().list_movements(of(&other, nowhere)).await.unwrap().into_inner();
    let unauthenticated = service.iskus().list_iskus(ListIskusRequest::default()).await.unwrap_err();

    let statuses: Vec<_> = resolved.results.iter().map(|result| (result.status(), result.near_codes.len())).collect();
    assert_eq!(statuses, [(resolved_isku::Status::NotFound, 0); 2]);
    assert!(listed.iskus.is_empty() && nothing.movements.is_empty());
    assert_eq!(reason(&unauthenticated), (Code::Unauthenticated, "CREDENTIAL_INVALID".into()));
    for (status, expected) in [
        (isku, "ISKU_NOT_FOUND"),
        (reserved, "ISKU_NOT_FOUND"),
        (got, "RESERVATION_NOT_FOUND"),
        (shipped, "RESERVATION_NOT_FOUND"),
        (moved, "RESERVATION_NOT_FOUND"),
    ] {
        assert_eq!(reason(&status), (Code::NotFound, expected.into()));
    }
    service.iskus().create_isku(of(&other, create("a", 1))).await.unwrap();
}

#[tokio::test]
async fn records_of_requests_are_kept_for_a_while() {
    let place = Place::new();
    let (service, _file) = with_credentials(&place).await;
    let own = merchant();
    let (old, young) = (create("old", 1), create("young", 1));
    for request in [old.clone(), young.clone()] {
        service.iskus().create_isku(of(&own, request)).await.unwrap();
    }
    let week_us = 7_i64 * 24 * 60 * 60 * 1_000_000;
    let age = format!("UPDATE request SET create_time_us = create_time_us - {week_us} WHERE request_id = ");
    run(&place, &format!("{age}'{}'", old.request_id)).await;

    let database = Database::connect(&place.settings().database, Plans::Kept).await.unwrap();
    let swept = requests::sweep(&database, Duration::from_secs(7 * 24 * 60 * 60)).await.unwrap();
    let forgotten = service.iskus().create_isku(of(&own, old)).await.unwrap_err();
    let known = service.iskus().create_isku(of(&own, young)).await.unwrap().into_inner();

    assert_eq!(swept, 1);
    assert_eq!(reason(&forgotten), (Code::AlreadyExists, "ISKU_EXISTS".into()));
    assert!(known.replayed);
}

#[tokio::test]
async fn verify_finds_each_kind_of_fault() {
    let place = Place::new();
    let (service, _file) = with_credentials(&place).await;
    for (fault, sql) in [
        ("OnHand", "UPDATE stock SET on_hand = on_hand + 1 WHERE merchant = 'M'"),
        ("Reserved", "UPDATE stock SET reserved = reserved + 1 WHERE merchant = 'M'"),
        ("Reservation", "UPDATE reservation_line SET held = held - 1 WHERE merchant = 'M'"),
        ("Movement", "UPDATE movement SET on_hand_after = on_hand_after + 1 WHERE merchant = 'M' AND sequence = 1"),
        ("Sequence", "UPDATE stock SET sequence = sequence + 1 WHERE merchant = 'M'"),
        ("Sequence", "DELETE FROM movement WHERE merchant = 'M' AND sequence = 2"),
        ("Item", "UPDATE reservation_item SET quantity = 3, held = 3 WHERE merchant = 'M'"),
        ("Item", "DELETE FROM reservation_line WHERE merchant = 'M'"),
        ("MovementDigest", "UPDATE movement SET actor = 'nobody' WHERE merchant = 'M' AND sequence = 1"),
        ("ReservationDigest", "UPDATE reservation SET create_time_us = 0 WHERE merchant = 'M'"),
        ("ItemDigest", "UPDATE reservation_item SET csku = 'B' WHERE merchant = 'M'"),
        ("LineDigest", "UPDATE reservation_line SET digest = digest + 1 WHERE merchant = 'M'"),
    ] {
        let own = merchant();
        service.iskus().create_isku(of(&own, create("a", 5))).await.unwrap();
        service.reservations().reserve(of(&own, reserve("1", "A", 2, &[("a", 1)]))).await.unwrap();
        let sound = service.stock().verify_stock(of(&own, VerifyStockRequest {})).await.unwrap().into_inner();

        run(&place, &sql.replace("'M'", &format!("'{own}'"))).await;
        let proven = verify(&place.settings()).await.unwrap();

        assert!(sound.proven && (sound.stock_rows, sound.movements, sound.reservations) == (1, 2, 1));
        assert!(proven.faults > 0);
        let named = |line: &String| line.starts_with(&format!("{own}: {fault} "));
        assert!(proven.lines.iter().any(named), "{fault}: {:?}", proven.lines);
    }
}

#[tokio::test]
async fn verify_counts_rows_without_a_digest() {
    let place = Place::new();
    let service = place.start().await;
    service.iskus().create_isku(create("a", 5)).await.unwrap();
    service.reservations().reserve(reserve("1", "A", 2, &[("a", 1)])).await.unwrap();
    let told = async || verify(&place.settings()).await.unwrap().lines[0].clone();
    let sound = told().await;

    run(&place, "UPDATE movement SET digest = NULL").await;

    assert_eq!(sound, "default: proven (1 stock rows, 2 movements, 1 reservations)");
    assert_eq!(told().await, "default: proven (1 stock rows, 2 movements, 1 reservations, 2 rows without a digest)");
}
