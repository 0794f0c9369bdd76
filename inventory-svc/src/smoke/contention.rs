//! Many clients at once, on few ISKUs and few orders: kits that overlap, parts shipped and released, goods received, ISKUs ensured.

use proto::inventory::v1::ItemQuantity;

use super::*;

const CLIENTS: usize = 32;
const CALLS: usize = 25;

/// A number below `bound`, the same in every run.
fn draw(state: &mut u64, bound: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap() % bound
}

fn quantity(csku: &str, quantity: i64) -> Vec<ItemQuantity> {
    vec![ItemQuantity { csku: csku.into(), quantity }]
}

async fn client(channel: Channel, prefix: String, n: usize) {
    let mut iskus = IskuServiceClient::new(channel.clone());
    let mut stock = StockServiceClient::new(channel.clone());
    let mut reservations = ReservationServiceClient::new(channel);
    let mut state = u64::try_from(n).unwrap();
    for _ in 0..CALLS {
        let isku = |n: usize| format!("{prefix}-{n}");
        let (a, b) = (isku(draw(&mut state, 4)), isku(draw(&mut state, 4)));
        let order_id = format!("{prefix}-{}", draw(&mut state, 40));
        let target = order(&order_id).unwrap();
        let result = match draw(&mut state, 8) {
            0 => {
                let item = |code: &str| EnsureIskuItem {
                    request_id: unique(),
                    code: code.into(),
                    opening_stock: vec![OpeningStock { location: String::new(), quantity: 20 }],
                    ..Default::default()
                };
                iskus.ensure_iskus(EnsureIskusRequest { items: vec![item(&a), item(&b)] }).await.map(|_| ())
            }
            1 => {
                let line = |code: &str| ReceiveLine { isku_code: code.into(), location: String::new(), quantity: 3 };
                let lines = vec![line(&a), line(&b)];
                stock
                    .receive_stock(ReceiveStockRequest { request_id: unique(), lines, ..Default::default() })
                    .await
                    .map(|_| ())
            }
            2 => {
                let target = Some(ship_reservation_request::Target::Order(target));
                let ship = ShipReservationRequest {
                    request_id: unique(),
                    target,
                    items: quantity("K", 1),
                    ..Default::default()
                };
                reservations.ship_reservation(ship).await.map(|_| ())
            }
            3 => {
                let target = Some(release_reservation_request::Target::Order(target));
                let release = ReleaseReservationRequest {
                    request_id: unique(),
                    target,
                    items: quantity("K", 1),
                    note: "n".into(),
                };
                reservations.release_reservation(release).await.map(|_| ())
            }
            _ => {
                let parts = [(a.as_str(), 1), (b.as_str(), 2)];
                reservations.reserve(reserve(&order_id, "K", 2, &parts)).await.map(|_| ())
            }
        };
        if let Err(status) = result {
            let refused = [Code::FailedPrecondition, Code::NotFound, Code::AlreadyExists].contains(&status.code());
            assert!(refused, "{status:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_many_clients_do_at_once_the_ledger_proves_itself() {
    let place = Place::new();
    let services = match &place.0 {
        Some(_) => vec![place.start().await],
        None => vec![place.start().await, place.start().await],
    };
    let prefix = unique();

    let clients: Vec<_> = (0..CLIENTS)
        .map(|n| tokio::spawn(client(services[n % services.len()].channel.clone(), prefix.clone(), n)))
        .collect();
    for client in clients {
        client.await.unwrap();
    }

    let verified = services[0].verify().await;
    assert!(verified.reservations > 10 && verified.movements > 100, "too little happened: {verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_units_are_sold_a_thousand_times_over_two_instances() {
    let place = Place::new();
    let services = match &place.0 {
        Some(_) => vec![place.start().await],
        None => vec![place.start().await, place.start().await],
    };
    let code = unique();
    services[0].iskus().create_isku(create(&code, 1_000)).await.unwrap();

    let started = std::time::Instant::now();
    let clients = (0..64).map(|n: usize| {
        let mut client = services[n % services.len()].reservations();
        let code = code.clone();
        tokio::spawn(async move {
            let (mut sold, mut refused) = (0, 0);
            for _ in 0..20 {
                match client.reserve(reserve(&unique(), "C", 1, &[(&code, 1)])).await {
                    Ok(_) => sold += 1,
                    Err(status) => {
                        assert_eq!(reason(&status), (Code::FailedPrecondition, "INSUFFICIENT_STOCK".into()));
                        assert_eq!(status.get_details_error_info().unwrap().metadata["available_0"], "0");
                        refused += 1;
                    }
                }
            }
            (sold, refused)
        })
    });
    let mut totals = (0, 0);
    for client in clients.collect::<Vec<_>>() {
        let (sold, refused) = client.await.unwrap();
        totals = (totals.0 + sold, totals.1 + refused);
    }
    println!("1,280 calls in {:?}", started.elapsed());

    assert_eq!(totals, (1_000, 280));
    services[0].verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_get_one_isku_and_one_reservation() {
    let place = Place::new();
    let services = match &place.0 {
        Some(_) => vec![place.start().await],
        None => vec![place.start().await, place.start().await],
    };
    for _ in 0..10 {
        let code = unique();
        let order_id = unique();
        let creations = (0..8).map(|n: usize| {
            let mut client = services[n % services.len()].iskus();
            // Only what the order takes: a twin that comes late finds nothing available.
            let request = create(&code, 1);
            tokio::spawn(async move { client.create_isku(request).await.map_err(|status| reason(&status).1) })
        });
        let mut created = vec![];
        for creation in creations.collect::<Vec<_>>() {
            created.push(creation.await.unwrap());
        }
        assert_eq!(created.iter().filter(|result| result.is_ok()).count(), 1);
        assert!(created.iter().flat_map(|result| result.as_ref().err()).all(|reason| reason == "ISKU_EXISTS"));

        let shared_request = reserve(&order_id, "C", 1, &[(&code, 1)]);
        let reservations = (0..8).map(|n: usize| {
            let mut client = services[n % services.len()].reservations();
            let own = reserve(&order_id, "C", 1, &[(&code, 1)]);
            let request = if n < 4 { shared_request.clone() } else { own };
            tokio::spawn(async move { client.reserve(request).await.unwrap().into_inner() })
        });
        let mut made = vec![];
        for reservation in reservations.collect::<Vec<_>>() {
            made.push(reservation.await.unwrap());
        }
        assert!(made.iter().all(|answer| answer.reservation == made[0].reservation));
        assert_eq!(made.iter().filter(|answer| !answer.existing && !answer.replayed).count(), 1);
        let stock = services[0].stock().get_stock(GetStockRequest { isku_code: code }).await.unwrap().into_inner();
        assert_eq!(stock.total_reserved, 1);
    }
    services[0].verify().await;
}
