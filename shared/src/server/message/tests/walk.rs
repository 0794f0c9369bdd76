//! The walk.

use std::fmt::Debug;

use prost::Message;
use proto::{
    catalogue::{self, v1::UploadListingsRequest},
    inventory::{
        self,
        v1::{EnsureIskuItem, EnsureIskusRequest, OpeningStock, ReserveItem, ReserveRequest, UpdateIskuRequest},
    },
    r#type::v1::{Money, OrderKey},
};

use super::{super::walk::What, *};
use crate::server::message::LimitError;

fn walked(limits: &Limits, path: &str, message: &[u8]) -> Result<(), (String, What)> {
    limits.walk(limits.method(path).unwrap(), message).map_err(|fault| (fault.path, fault.what))
}

#[test]
fn what_no_decoder_takes_is_found_and_named() {
    let limits = limits(false);
    let check = |message: &[u8], expected: Result<(), (&str, What)>| {
        let expected = expected.map_err(|(path, what)| (path.to_owned(), what));
        assert_eq!(walked(&limits, PATH, message), expected, "{message:x?}");
    };
    check(&[], Ok(()));
    check(&[0x0a, 2, b'h', b'i'], Ok(()));
    // Texts.
    check(&[0x0a, 2, 0xc3, 0x28], Err(("text", What::NotUtf8)));
    check(&[0x1a, 1, b'a', 0x1a, 1, 0xff], Err(("texts[1]", What::NotUtf8)));
    // Types.
    check(&[0x08, 1], Err(("text", What::Type)));
    check(&[0x15, 1, 0, 0, 0], Err(("number", What::Type)));
    check(&[0x0b], Err(("text", What::Type)));
    check(&[0x2a, 2, 0x08, 1], Err(("calls[0].text", What::Type)));
    // Lengths.
    check(&[0x0a, 2, b'h'], Err(("text", What::CutOff)));
    check(&[0x0a], Err(("text", What::CutOff)));
    check(&[0x10, 0x80], Err(("number", What::CutOff)));
    check(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], Err(("text", What::CutOff)));
    check(&[0x2a, 2, 0x0a, 1], Err(("calls[0].text", What::CutOff)));
    check(&[0x80], Err(("", What::CutOff)));
    // Numbers of 64 bits, and of more.
    check(&[0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], Ok(()));
    check(&[0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], Err(("number", What::Garbage)));
    check(&[0xff; 64], Err(("", What::Garbage)));
    // Fields that nobody knows are passed: of each type, a group too, as far as they are whole.
    check(&[0x78, 1, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7a, 1, 0xff, 0x7d, 1, 2, 3, 4], Ok(()));
    check(&[0x7b, 0x7b, 0x08, 1, 0x7c, 0x7c], Ok(()));
    check(&[0x7b, 0x08, 1], Err(("", What::CutOff)));
    check(&[0x7b, 0x74], Err(("", What::Garbage)));
    check(&[0x7c], Err(("", What::Garbage)));
    check(&[0x7e], Err(("", What::Garbage)));
    check(&[0x00], Err(("", What::Garbage)));
}

#[test]
fn elements_are_counted_wherever_they_stand() {
    let limits = limits(false);
    let check = |message: &[u8], expected: Result<(), (&str, What)>| {
        let expected = expected.map_err(|(path, what)| (path.to_owned(), what));
        assert_eq!(walked(&limits, PATH, message), expected, "{message:x?}");
    };
    let too_many = |path| Err((path, What::TooMany(3)));
    check(&[0x1a, 0].repeat(3), Ok(()));
    check(&[0x1a, 0].repeat(4), too_many("texts"));
    // Between others, too.
    check(&[0x1a, 0, 0x20, 1].repeat(3), Ok(()));
    check(&[0x20, 1, 0x1a, 0].repeat(4), too_many("numbers"));
    // Numbers in one field, or each in its own, or both.
    check(&[0x22, 3, 1, 2, 3], Ok(()));
    check(&[0x22, 4, 1, 2, 3, 4], too_many("numbers"));
    check(&[0x22, 2, 1, 2, 0x20, 3], Ok(()));
    check(&[0x22, 2, 1, 2, 0x20, 3, 0x20, 4], too_many("numbers"));
    check(&[0x22, 1, 0x80], Err(("numbers[0]", What::CutOff)));
    check(&[0x32, 8, 1, 0, 0, 0, 2, 0, 0, 0], Ok(()));
    check(&[0x32, 12, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0], Err(("half", What::TooMany(2))));
    check(&[0x32, 5, 1, 0, 0, 0, 2], Err(("half[1]", What::CutOff)));
    // Each message has its own.
    check(&[0x2a, 6, 0x1a, 0, 0x1a, 0, 0x1a, 0].repeat(2), Ok(()));
    check(&[&[0x2a, 0][..], &[0x2a, 8], &[0x1a, 0].repeat(4)].concat(), too_many("calls[1].texts"));
}

#[test]
fn elements_are_counted_in_all_and_depth_has_an_end() {
    let limits = limits(false);
    let deep = |levels: usize| {
        let mut message = vec![];
        for _ in 0..levels {
            let mut outer = vec![0xc2, 2];
            prost::encoding::encode_varint(message.len() as u64, &mut outer);
            outer.append(&mut message);
            message = outer;
        }
        message
    };
    let groups = |levels: usize| [vec![0x7b; levels], vec![0x7c; levels]].concat();

    assert_eq!(walked(&limits, PATH, &[0x2a, 0].repeat(120_000)), Ok(()));
    assert_eq!(walked(&limits, PATH, &[0x2a, 0].repeat(120_001)), Err(("calls".to_owned(), What::TooManyInAll)));
    assert_eq!(walked(&limits, PATH, &deep(64)), Ok(()));
    assert!(matches!(walked(&limits, PATH, &deep(65)), Err((_, What::TooDeep))));
    assert_eq!(walked(&limits, PATH, &groups(64)), Ok(()));
    assert!(matches!(walked(&limits, PATH, &groups(100_000)), Err((_, What::TooDeep))));
}

#[test]
fn a_repeated_field_without_a_maximum_is_no_limit() {
    let unbounded = Field { options: None, ..field("texts", 1, 9, 3) };

    let compiled = Limits::compile(&descriptors(vec![unbounded], false));

    assert!(matches!(compiled, Err(LimitError::Unbounded(name)) if name == "test.Call.texts"));
}

/// Dice that fall the same way each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Damages a message again and again; what is walked is decoded, and what is not decoded is not walked.
fn agrees<M: Message + Default + Debug>(descriptors: &[u8], path: &str, message: &M) {
    let limits = Limits::compile(descriptors).unwrap();
    let sound = message.encode_to_vec();
    assert_eq!(walked(&limits, path, &sound), Ok(()));
    let mut dice = Dice(7);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..10_000 {
        let mut damaged = sound.clone();
        for _ in 0..=dice.below(3) {
            let at = dice.below(damaged.len());
            match dice.below(4) {
                0 => damaged[at] = dice.below(256) as u8,
                1 => damaged[at] ^= 1 << dice.below(8),
                2 => drop(damaged.remove(at)),
                _ => damaged.insert(at, dice.below(256) as u8),
            }
        }
        let (walked, decoded) = (walked(&limits, path, &damaged), M::decode(damaged.as_slice()));
        assert_eq!(walked.is_ok(), decoded.is_ok(), "{damaged:x?}: {walked:?}, {decoded:?}");
        *if walked.is_ok() { &mut taken } else { &mut refused } += 1;
    }
    assert!(taken > 500 && refused > 500, "{taken} taken, {refused} refused");
}

#[test]
fn the_walk_agrees_with_the_decoder_on_damaged_messages() {
    let component = || inventory::v1::Component { isku_code: "ISKU-1".to_owned(), quantity: 300 };
    let order = OrderKey { channel: "shopee-my".into(), seller_id: "a@b".into(), order_id: "\u{1f9e6}-1".into() };
    let item = |csku: &str| ReserveItem {
        csku: csku.into(),
        mapping_revision: 7,
        quantity: 1_000_000,
        components: vec![component(); 2],
    };
    let reserve = ReserveRequest {
        request_id: "r-1".to_owned(),
        order: Some(order),
        items: vec![item("caf\u{e9}"), item("B")],
        locations: vec!["default".to_owned(), String::new()],
        fill: 2,
        expiration: Some(inventory::v1::reserve_request::Expiration::Ttl(prost_types::Duration {
            seconds: 900,
            nanos: 5,
        })),
    };
    let ensure = EnsureIskuItem {
        request_id: "1".to_owned(),
        code: "A".to_owned(),
        weight_g: Some(0),
        cost_price: Some(Money { currency_code: "MYR".to_owned(), units: -1, nanos: 5 }),
        opening_stock: vec![OpeningStock { location: "L".to_owned(), quantity: 3 }; 2],
        ..Default::default()
    };
    let update = UpdateIskuRequest {
        code: "A".to_owned(),
        update_mask: Some(prost_types::FieldMask { paths: vec!["barcode".to_owned(); 2] }),
        ..Default::default()
    };
    let chunk = UploadListingsRequest {
        sync_id: "s".to_owned(),
        sequence: 300,
        upload_token: "t".to_owned(),
        items: vec![
            catalogue::v1::SyncItem {
                csku: "A".to_owned(),
                channel_quantity: Some(-5),
                stock_untracked: true,
                categories: vec![catalogue::v1::CategoryPath {
                    channel_category_id: "9".to_owned(),
                    path: vec!["x".to_owned(), "y".to_owned()],
                }],
                member_cskus: vec!["M".to_owned()],
                ..Default::default()
            };
            2
        ],
    };
    let inventory = inventory::DESCRIPTORS;

    agrees(inventory, "/oms.inventory.v1.ReservationService/Reserve", &reserve);
    agrees(inventory, "/oms.inventory.v1.IskuService/EnsureIskus", &EnsureIskusRequest { items: vec![ensure; 2] });
    agrees(inventory, "/oms.inventory.v1.IskuService/UpdateIsku", &update);
    agrees(catalogue::DESCRIPTORS, "/oms.catalogue.v1.SyncService/UploadListings", &chunk);
}
