//! inventory-svc without room for what it is asked to write lives, and the catalogue knows it.

use futures::future::join_all;
use tests::{Engine, Oms, left_out, site::Site, volume::Volume};

use super::is_unavailable;

#[tokio::test]
async fn an_inventory_without_room_is_asked_on_and_sells_as_soon_as_it_has_room() {
    const NAME: &str = "an_inventory_without_room_is_asked_on_and_sells_as_soon_as_it_has_room";
    let volume = match Volume::mount(24) {
        Ok(volume) => volume,
        Err(why) => return left_out::note(NAME, &why),
    };
    let elsewhere = tempfile::tempdir().unwrap();
    let site = Site::within(volume.path(), Engine::Sqlite).await;
    let catalogue = format!("sqlite://{}", elsewhere.path().join("catalogue.db").display());
    let oms = Oms::start_as_processes_at(site.with_catalogue_database(&catalogue)).await;
    oms.isku("TEE").on_hand(100_000).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();

    volume.fill();
    let mut orders = 0;
    let refused = loop {
        orders += 1;
        match shop.sell(&orders.to_string(), &[("TEE", 1)]).await {
            Ok(_) => assert!(orders < 10_000, "inventory-svc goes on writing"),
            Err(refused) => break refused,
        }
    };
    let more: Vec<_> = (1..=8).map(|n| (orders + n).to_string()).collect();
    let more = join_all(more.iter().map(|order| shop.sell(order, &[("TEE", 1)]))).await;
    let read = shop.validate(vec![shop.csku("TEE")]).await;
    volume.free();
    let sold = shop.sell(&orders.to_string(), &[("TEE", 1)]).await;

    for refused in more.into_iter().map(Result::unwrap_err).chain([refused]) {
        is_unavailable(&refused, &["INVENTORY_UNAVAILABLE"]);
    }
    read.expect("it reads all the time");
    sold.expect("it has room again");
    oms.finish().await;
}
