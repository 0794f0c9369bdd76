//! Tokens that releases have given out go on.

use std::collections::BTreeSet;

use shared::{
    code::Code,
    identity::{Channel, OrderId, OrderKey, SellerId},
    stored::Golden,
    time::Micros,
};
use uuid::Uuid;

use super::{Place, WatchCursor, order, read, write};
use crate::{
    domain::{
        isku::IskuId,
        location::LocationId,
        watch::{Cursor, Epoch, Place as Told, Position},
    },
    inventory,
};

const GOLDEN: Golden = Golden::new(include_str!("../../../golden/page-token.v1.txt"));

fn key() -> OrderKey {
    OrderKey {
        channel: Channel::parse("shopee-my").unwrap(),
        seller_id: SellerId::parse("Shop@Example.com").unwrap(),
        order_id: OrderId::parse("2026-1").unwrap(),
    }
}

fn some(text: &str) -> Option<Code> {
    Code::parse(text).ok()
}

#[test]
fn a_list_goes_on_from_the_token_of_any_release() {
    let trace = ("TraceOrder", "default", 5, order(&key()));
    let list = (
        ("ListMovements", "default", 5),
        (some("A"), some("kl"), some("K"), Some("D")),
        (Some(order(&key())), Some(Uuid::from_u128(6)), Some(Micros(7)), Some(Micros(8))),
    );
    let bare = (
        ("ListMovements", "default", 5),
        (some("A"), None::<Code>, None::<Code>, None::<String>),
        (None::<i64>, None::<Uuid>, None::<Micros>, None::<Micros>),
    );
    let place = inventory::Cursor(1, IskuId(2), LocationId(3), 4);

    for (name, token) in GOLDEN.lines().filter(|(name, _)| !name.starts_with("watch")) {
        let (written, found) = match name {
            "trace-order" => (write::<Place, _>(&trace, &place), read::<Place, _>(token, &trace)),
            "list-movements" => (write::<Place, _>(&list, &place), read::<Place, _>(token, &list)),
            _ => (write::<Place, _>(&bare, &place), read::<Place, _>(token, &bare)),
        };
        assert_eq!((written.as_str(), found.unwrap()), (token, Some(place)), "{name}");
    }
}

#[test]
fn a_watch_goes_on_from_the_cursor_of_any_release() {
    let cursor = |place| Cursor { epoch: Epoch { database: "7-1".to_owned(), declared: 9 }, time: Micros(17), place };
    let position = Position { batch: 10, isku_id: IskuId(11), location_id: LocationId(12), sequence: 13 };
    let cursors = [
        ("watch-ledger", cursor(Told::Ledger(position))),
        ("watch-snapshot", cursor(Told::Snapshot { horizon: 14, after: (IskuId(15), LocationId(16)) })),
    ];
    let arguments = ("WatchStock", "default", BTreeSet::from([some("A")]), BTreeSet::from([some("kl")]));

    for (name, expected) in cursors {
        let token = GOLDEN.lines().find(|(own, _)| *own == name).unwrap().1;
        assert_eq!(write::<WatchCursor, _>(&arguments, &expected), token, "{name}");
        assert_eq!(read::<WatchCursor, _>(token, &arguments).unwrap(), Some(expected), "{name}");
    }
}

#[test]
fn a_token_of_another_form_is_refused() {
    let other = shared::page_token::encode(&"x", &("a", 1));
    assert_eq!(read::<Place, inventory::Cursor>(&other, &"x").unwrap_err().reason, "PAGE_TOKEN_INVALID");
}
