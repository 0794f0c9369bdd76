//! The service through its own clients, on SQLite in a temporary folder, or on the empty database that `INVENTORY_SMOKE_URL` names.

mod beside;
mod contention;
mod pieces;

use proto::{
    inventory::v1::{
        Component, CreateIskuRequest, EnsureIskuItem, EnsureIskusRequest, GetStockRequest, ListIskusRequest,
        ListMovementsRequest, OpeningStock, ReceiveLine, ReceiveStockRequest, ReleaseReservationRequest, ReserveItem,
        ReserveRequest, ResolveIskusRequest, ShipReservationRequest, VerifyStockRequest, VerifyStockResponse,
        ensured_isku::Outcome, isku_service_client::IskuServiceClient, release_reservation_request,
        reservation_service_client::ReservationServiceClient, resolved_isku, ship_reservation_request,
        stock_service_client::StockServiceClient,
    },
    r#type::v1::{Dimensions, Money, OrderKey},
};
use tempfile::TempDir;
use tonic::{Code, transport::Channel};
use tonic_types::StatusExt;

use super::*;

struct Service {
    running: Running,
    channel: Channel,
}

struct Place(Option<TempDir>);

impl Place {
    fn new() -> Self {
        Self(std::env::var("INVENTORY_SMOKE_URL").is_err().then(|| TempDir::new().unwrap()))
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::load(None).unwrap();
        settings.server.listen = "127.0.0.1:0".into();
        settings.database.url = match &self.0 {
            Some(folder) => format!("sqlite://{}", folder.path().join("inventory.db").display()),
            None => std::env::var("INVENTORY_SMOKE_URL").unwrap(),
        };
        settings
    }

    async fn start(&self) -> Service {
        self.start_with(self.settings()).await
    }

    async fn start_with(&self, settings: Settings) -> Service {
        let running = start(settings).await.unwrap();
        let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{}", running.address())).unwrap();
        Service { running, channel: endpoint.connect().await.unwrap() }
    }
}

impl Service {
    fn iskus(&self) -> IskuServiceClient<Channel> {
        IskuServiceClient::new(self.channel.clone())
    }

    fn stock(&self) -> StockServiceClient<Channel> {
        StockServiceClient::new(self.channel.clone())
    }

    fn reservations(&self) -> ReservationServiceClient<Channel> {
        ReservationServiceClient::new(self.channel.clone())
    }

    async fn verify(&self) -> VerifyStockResponse {
        let verified = self.stock().verify_stock(VerifyStockRequest {}).await.unwrap().into_inner();
        assert!(verified.proven, "{verified:?}");
        verified
    }
}

fn unique() -> String {
    uuid::Uuid::now_v7().to_string()
}

fn create(code: &str, opening: i64) -> CreateIskuRequest {
    CreateIskuRequest {
        request_id: unique(),
        code: code.into(),
        product_name: "Sock".into(),
        dimensions: Some(Dimensions { length_mm: 10, width_mm: 20, height_mm: 30 }),
        weight_g: 40,
        cost_price: Some(Money { currency_code: "MYR".into(), units: 3, nanos: 500_000_000 }),
        barcode: String::new(),
        opening_stock: vec![OpeningStock { location: String::new(), quantity: opening }],
    }
}

fn order(order_id: &str) -> Option<OrderKey> {
    Some(OrderKey { channel: "shopee-my".into(), seller_id: "a@b.my".into(), order_id: order_id.into() })
}

fn reserve(order_id: &str, csku: &str, quantity: i64, components: &[(&str, i64)]) -> ReserveRequest {
    let components = components
        .iter()
        .map(|(isku, quantity)| Component { isku_code: (*isku).into(), quantity: *quantity })
        .collect();
    let item = ReserveItem { csku: csku.into(), mapping_revision: 1, quantity, components };
    ReserveRequest { request_id: unique(), order: order(order_id), items: vec![item], ..Default::default() }
}

fn reason(status: &tonic::Status) -> (Code, String) {
    (status.code(), status.get_details_error_info().map(|info| info.reason).unwrap_or_default())
}

#[tokio::test]
async fn an_order_is_received_reserved_shipped_and_proven() {
    let place = Place::new();
    let service = place.start().await;
    let (sock, shoe) = (unique(), unique());
    let codes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();

    let created = service.iskus().create_isku(create(&sock, 10)).await.unwrap().into_inner();
    assert_eq!(created.isku.unwrap().code, sock);
    let taken = service.iskus().create_isku(create(&sock, 10)).await.unwrap_err();
    assert_eq!(reason(&taken), (Code::AlreadyExists, "ISKU_EXISTS".into()));
    let malformed = service.iskus().create_isku(CreateIskuRequest::default()).await.unwrap_err();
    let fields = malformed.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<&str> = fields.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["request_id", "code", "dimensions", "cost_price", "weight_g", "product_name"]);
    service.iskus().create_isku(create(&shoe, 4)).await.unwrap();

    let line = ReceiveLine { isku_code: sock.clone(), location: "default".into(), quantity: 5 };
    let receipt = ReceiveStockRequest {
        request_id: unique(),
        lines: vec![line.clone(), line],
        document: format!("D {sock}"),
        note: "two\nlines".into(),
    };
    let received = service.stock().receive_stock(receipt.clone()).await.unwrap().into_inner();
    let again = service.stock().receive_stock(receipt).await.unwrap().into_inner();
    assert_eq!((received.replayed, again.replayed), (false, true));
    assert_eq!((received.movements.len(), received.movements[0].on_hand_after), (1, 20));
    assert_eq!(received.movements, again.movements);

    let id = unique();
    let request = reserve(&id, "KIT", 3, &[(&sock, 2), (&shoe, 1)]);
    let first = service.reservations().reserve(request.clone()).await.unwrap().into_inner();
    let replay = service.reservations().reserve(request).await.unwrap().into_inner();
    assert_eq!((first.reservation.clone(), true), (replay.reservation, replay.replayed));
    let twin = service.reservations().reserve(reserve(&id, "KIT", 3, &[(&shoe, 1)])).await.unwrap().into_inner();
    assert!(twin.existing && twin.reservation == first.reservation);
    let other = service.reservations().reserve(reserve(&id, "KIT", 4, &[(&shoe, 1)])).await.unwrap_err();
    assert_eq!(reason(&other), (Code::AlreadyExists, "ORDER_DIFFERS".into()));
    let short =
        service.reservations().reserve(reserve(&unique(), "KIT", 2, &[(&sock, 2), (&shoe, 1)])).await.unwrap_err();
    let metadata = short.get_details_error_info().unwrap().metadata;
    assert_eq!((metadata["short_count"].as_str(), metadata["available_0"].as_str()), ("1", "1"));

    let part = ShipReservationRequest {
        request_id: unique(),
        target: Some(ship_reservation_request::Target::Order(order(&id).unwrap())),
        items: vec![proto::inventory::v1::ItemQuantity { csku: "KIT".into(), quantity: 1 }],
        document: "DHL 1".into(),
    };
    let shipped = service.reservations().ship_reservation(part).await.unwrap().into_inner().reservation.unwrap();
    assert_eq!((shipped.items[0].held, shipped.items[0].shipped), (2, 1));
    let release = ReleaseReservationRequest {
        request_id: unique(),
        target: Some(release_reservation_request::Target::ReservationId(shipped.reservation_id)),
        items: vec![],
        note: String::new(),
    };
    let released = service.reservations().release_reservation(release).await.unwrap().into_inner().reservation.unwrap();
    assert_eq!((released.items[0].held, released.items[0].released), (0, 2));

    let stock = service.stock().get_stock(GetStockRequest { isku_code: sock.clone() }).await.unwrap().into_inner();
    assert_eq!((stock.total_on_hand, stock.total_reserved, stock.total_available), (18, 0, 18));
    for (query, count) in [
        (ListMovementsRequest { order: order(&id), ..Default::default() }, 6),
        (ListMovementsRequest { isku_code: sock.clone(), location: "default".into(), ..Default::default() }, 5),
        (ListMovementsRequest { document: format!("D {sock}"), ..Default::default() }, 1),
        (ListMovementsRequest { csku: "KIT".into(), order: order(&id), ..Default::default() }, 6),
    ] {
        let mut seen = vec![];
        let mut page_token = String::new();
        loop {
            let page = ListMovementsRequest { page_size: 2, page_token, ..query.clone() };
            let page = service.stock().list_movements(page).await.unwrap().into_inner();
            seen.extend(page.movements);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen.len(), count, "{query:?}");
        assert!(
            seen.is_sorted_by_key(|movement| std::cmp::Reverse(movement.create_time.map(|t| (t.seconds, t.nanos))))
        );
    }

    let near = format!("{} .", sock.to_uppercase());
    let asked = codes(&[&sock, "\t", &near, &sock]);
    let resolved = service.iskus().resolve_iskus(ResolveIskusRequest { codes: asked }).await.unwrap().into_inner();
    let statuses: Vec<_> = resolved.results.iter().map(|result| result.status()).collect();
    use resolved_isku::Status::{Found, Invalid, NotFound};
    assert_eq!(statuses, [Found, Invalid, NotFound, Found]);
    assert_eq!(resolved.results[2].near_codes, std::slice::from_ref(&sock));
    assert_eq!(resolved.results[0].stock[0].available, 18);
    let page = service.iskus().list_iskus(ListIskusRequest { page_size: 1, ..Default::default() }).await.unwrap();
    assert!(!page.into_inner().next_page_token.is_empty());
    service.verify().await;
    assert_eq!(service.running.drain().await, 0);
}

#[tokio::test]
async fn a_request_that_is_wrong_all_over_is_explained() {
    let place = Place::new();
    let service = place.start().await;
    let code = "\u{1F9E6}".repeat(128);
    let component = || Component { isku_code: "\0".into(), quantity: -1 };
    let item = || ReserveItem { components: vec![component(); 100], ..Default::default() };

    let wrong = ReserveRequest { items: vec![item(); 500], locations: vec![String::new(); 101], ..Default::default() };
    let refused = service.reservations().reserve(wrong).await.unwrap_err();
    let opening = (0..20).map(|n| create(&format!("{n}{}", &code[8..]), 0));
    for request in opening {
        let _ = service.iskus().create_isku(request).await;
    }
    let parts: Vec<(String, i64)> = (0..20).map(|n| (format!("{n}{}", &code[8..]), 1)).collect();
    let parts: Vec<(&str, i64)> = parts.iter().map(|(code, units)| (code.as_str(), *units)).collect();
    let short = service.reservations().reserve(reserve(&unique(), "K", 1, &parts)).await.unwrap_err();

    assert_eq!(reason(&refused), (Code::InvalidArgument, "INVALID_FIELD".into()));
    assert!(refused.get_details_bad_request().unwrap().field_violations.len() > 50);
    assert_eq!(reason(&short), (Code::FailedPrecondition, "INSUFFICIENT_STOCK".into()));
    let metadata = short.get_details_error_info().unwrap().metadata;
    assert_eq!(metadata["short_count"], "20");
    assert!(metadata.contains_key("available_3"));
}

#[tokio::test]
async fn a_thousand_items_are_ensured_in_one_call_each_by_itself() {
    let place = Place::new();
    let service = place.start().await;
    let prefix = unique();
    let item = |n: usize| EnsureIskuItem {
        request_id: unique(),
        code: format!("{prefix} {n}"),
        product_name: "Sock".into(),
        opening_stock: vec![OpeningStock { location: String::new(), quantity: 7 }],
        ..Default::default()
    };
    let mut items: Vec<EnsureIskuItem> = (0..997).map(item).collect();
    items.push(EnsureIskuItem { product_name: "Shoe".into(), ..item(3) });
    items.push(EnsureIskuItem { code: String::new(), ..item(0) });
    items.push(EnsureIskuItem {
        opening_stock: vec![OpeningStock { location: "moon".into(), quantity: 1 }],
        ..item(2_000)
    });

    let started = std::time::Instant::now();
    let ensured = service.iskus().ensure_iskus(EnsureIskusRequest { items: items.clone() }).await.unwrap().into_inner();
    println!("1,000 items in {:?}", started.elapsed());
    let again = service.iskus().ensure_iskus(EnsureIskusRequest { items }).await.unwrap().into_inner();

    let outcomes: Vec<_> = ensured.results.iter().map(|result| result.outcome()).collect();
    assert!(outcomes[..997].iter().all(|outcome| *outcome == Outcome::Created));
    assert_eq!(outcomes[997..], [Outcome::ExistsDifferent, Outcome::Rejected, Outcome::Rejected]);
    assert_eq!(ensured.results[997].different_fields, ["product_name"]);
    let reasons: Vec<_> = ensured.results[998..].iter().map(|result| result.reason.as_str()).collect();
    assert_eq!(reasons, ["INVALID_FIELD", "LOCATION_NOT_FOUND"]);
    assert!(again.results[..998].iter().all(|result| result.replayed));
    assert_eq!(ensured.results[5].stock, again.results[5].stock);
    let codes = (0..1_000).map(|n| format!("{prefix} {n}")).collect();
    let started = std::time::Instant::now();
    let resolved = service.iskus().resolve_iskus(ResolveIskusRequest { codes }).await.unwrap().into_inner();
    println!("1,000 codes in {:?}", started.elapsed());
    assert_eq!(resolved.results.iter().filter(|result| result.stock.len() == 1).count(), 997);
    service.verify().await;
}
