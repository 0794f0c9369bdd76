//! How the pair serves: health, reflection, deadlines.

use std::time::Duration;

use prost::Message;
use proto::catalogue::v1::ValidateListingsRequest;
use shared::server::{LIVENESS, READINESS};
use tests::{
    Oms,
    api::Rpc,
    both_engines,
    merchant::{Credential, channel},
    raw,
};
use tonic::{Code, Request};

both_engines!(
    health_is_told_without_a_credential,
    reflection_shows_each_service_with_its_comments,
    what_is_left_of_the_deadline_is_passed_on,
);

fn rpc(service: &str, name: &str) -> Rpc {
    Rpc {
        service: service.to_owned(),
        name: name.to_owned(),
        comment: String::new(),
        request: String::new(),
        answer: String::new(),
        client_streaming: true,
        bytes_max: 65_536,
        refusals: Default::default(),
    }
}

/// A message with one text field.
fn text(tag: u32, value: &str) -> Vec<u8> {
    let mut message = Vec::new();
    prost::encoding::string::encode(tag, &value.to_owned(), &mut message);
    message
}

async fn health_is_told_without_a_credential(oms: &Oms) {
    const SERVING: [u8; 2] = [0x08, 0x01];
    let (check, watch) = (rpc("grpc.health.v1.Health", "Check"), rpc("grpc.health.v1.Health", "Watch"));
    for url in [oms.inventory_url(), oms.catalogue_url()] {
        let own =
            if url == oms.inventory_url() { "oms.inventory.v1.StockService" } else { "oms.catalogue.v1.SyncService" };
        assert!(
            raw::answers_at_last(&channel(&url), &watch, &text(1, READINESS), &SERVING).await,
            "{url} is never ready"
        );
        for name in ["", LIVENESS, READINESS, own] {
            let answer = raw::call(&channel(&url), &check, &Credential::default(), &text(1, name)).await;
            assert_eq!(answer.unwrap(), [SERVING], "{name:?} of {url}");
        }
        let unknown = raw::call(&channel(&url), &check, &Credential::default(), &text(1, "nobody")).await;
        assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
    }
}

async fn reflection_shows_each_service_with_its_comments(oms: &Oms) {
    let inventory = ("oms.inventory.v1.StockService", "oms.catalogue", "Books goods in, all lines or none");
    let catalogue = ("oms.catalogue.v1.OrderService", "oms.inventory.v1.", "Reserves what an order's lines sell");
    for (url, (service, foreign, comment)) in [(oms.inventory_url(), inventory), (oms.catalogue_url(), catalogue)] {
        for version in ["v1", "v1alpha"] {
            let info = rpc(&format!("grpc.reflection.{version}.ServerReflection"), "ServerReflectionInfo");
            let ask = async |message: Vec<u8>| {
                let answer = raw::call(&channel(&url), &info, &Credential::default(), &message).await.unwrap();
                String::from_utf8_lossy(&answer.concat()).into_owned()
            };

            let services = ask(text(7, "")).await;
            assert!(services.contains(service) && !services.contains(foreign), "{version}: {services}");
            assert!(ask(text(4, service)).await.contains(comment), "{version}: {service} is shown without comments");
        }
    }
}

async fn what_is_left_of_the_deadline_is_passed_on(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    let mut request = Request::new(ValidateListingsRequest { keys: vec![shop.csku("TEE")] });
    request.set_timeout(Duration::from_millis(1_500));

    oms.listings.clone().validate_listings(request).await.unwrap();

    let passed = oms.gate().passed();
    let timeout = &passed.last().unwrap().timeout;
    let micros = match timeout.split_at(timeout.len() - 1) {
        (number, "u") => number.parse::<u64>().unwrap(),
        (number, "m") => number.parse::<u64>().unwrap() * 1_000,
        (number, "n") => number.parse::<u64>().unwrap() / 1_000,
        other => panic!("a timeout in {other:?}"),
    };
    assert!(micros < 1_500_000 && micros > 100_000, "{timeout}");
}

#[test]
fn a_text_field_is_encoded_as_protobuf() {
    assert_eq!(text(7, ""), Vec::<u8>::from([0x3a, 0x00]));
    assert_eq!(String::decode(text(1, "ab").as_slice()).unwrap(), "ab");
}
