//! A value of every kind that is stored with a request, each field unlike the others: what golden files are compared with.

use std::collections::BTreeSet;

use shared::{
    code::Code,
    identity::{Channel, OrderId, OrderKey, SellerId},
    measure::Dimensions,
    money::Money,
    time::Micros,
};
use uuid::Uuid;

use crate::domain::{
    Action, Answer,
    answer::{Corrected, Ensured, Origin, Outcome},
    command::{
        Adjustment, AdjustmentLine, Amendment, Count, CountLine, Expiry, Extension, Fill, IskuUpdate, Named, Order,
        Receipt, ReceiptLine, Rename, Return, Shortfall, ShortfallPolicy, Target, Transfer, Withdrawal,
    },
    isku::{Details, Isku, IskuId, Lifecycle, NewIsku, OpeningStock, Unstated},
    location::{Location, LocationDetails, LocationId, LocationUpdate, NewLocation, Selling},
    movement::{Cause, Kind, Movement, Reason},
    reservation::{Allocation, Component, Item, RequestedItem, Reservation, Standing},
    stock::Stock,
};

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn details() -> Details {
    Details {
        product_name: some("Sock \"L\" ü"),
        dimensions: Dimensions::parse(10, 20, 30).ok(),
        weight_g: Some(40),
        cost_price: Money::parse("MYR", 5, 600_000_000).ok(),
        barcode: some("4006381333931"),
    }
}

fn named() -> Named {
    Named { code: code("A/B 01"), revision: Some(7) }
}

fn order_key() -> OrderKey {
    OrderKey {
        channel: Channel::parse("shopee-my").unwrap(),
        seller_id: SellerId::parse("Shop@Example.com").unwrap(),
        order_id: OrderId::parse("2026-1").unwrap(),
    }
}

fn requested(csku: &str, quantity: i64) -> RequestedItem {
    RequestedItem { csku: code(csku), mapping_revision: 3, quantity, components: vec![(code("A"), 1), (code("B"), 2)] }
}

fn shortfall(policy: ShortfallPolicy) -> Shortfall {
    Shortfall { policy, reservation_ids: vec![Uuid::from_u128(11)] }
}

fn withdrawal(target: Target) -> Withdrawal {
    Withdrawal { target, items: vec![(code("K"), 2)], document: some("D-1"), note: some("why") }
}

/// Every action, by the name of its line.
pub(super) fn actions() -> Vec<(&'static str, Action)> {
    let new = || NewIsku {
        code: code("A"),
        details: details(),
        opening_stock: vec![
            OpeningStock { location: Some(code("kl")), quantity: 8 },
            OpeningStock { location: None, quantity: 9 },
        ],
    };
    let bare = NewIsku { code: code("A"), details: Details::default(), opening_stock: vec![] };
    let update = IskuUpdate {
        isku: named(),
        product_name: some("Sock"),
        dimensions: Dimensions::parse(1, 2, 3).ok(),
        weight_g: Some(4),
        cost_price: Money::parse("SGD", 0, 1).ok(),
        barcode: Some(some("4006381333931")),
    };
    let empty = IskuUpdate {
        isku: Named { code: code("A"), revision: None },
        product_name: None,
        dimensions: None,
        weight_g: None,
        cost_price: None,
        barcode: None,
    };
    let location = LocationDetails { display_name: some("Kuala Lumpur"), selling: Selling::Unsellable, priority: 12 };
    let location_update = LocationUpdate {
        code: code("kl"),
        revision: Some(2),
        display_name: Some(some("KL")),
        selling: Some(Selling::Sellable),
        priority: Some(13),
    };
    let receipt = Receipt {
        lines: vec![
            ReceiptLine { isku_code: code("A"), location: Some(code("kl")), quantity: 5 },
            ReceiptLine { isku_code: code("B"), location: None, quantity: 6 },
        ],
        document: some("PO-1"),
        note: some("late"),
    };
    let adjustment = Adjustment {
        lines: vec![AdjustmentLine { isku_code: code("A"), location: Some(code("kl")), delta: -3 }],
        reason: Reason::WriteOff,
        document: some("D"),
        note: None,
        shortfall: shortfall(ShortfallPolicy::ReleaseNewest),
    };
    let count = Count {
        location: Some(code("kl")),
        lines: vec![CountLine { isku_code: code("A"), counted: 17, sequence: Some(4) }],
        document: None,
        note: some("n"),
        shortfall: shortfall(ShortfallPolicy::Refuse),
    };
    let transfer = Transfer {
        from: Some(code("kl")),
        to: None,
        lines: vec![(code("A"), 2)],
        document: some("T-1"),
        note: some("m"),
    };
    let returned = Return {
        target: Target::Id(Uuid::from_u128(21)),
        items: vec![(code("K"), 1)],
        location: Some(code("returns")),
        document: some("R-1"),
        note: some("torn"),
    };
    // Written by CSKU, in whatever order they come.
    let items = vec![requested("Z", 2), requested("K", 1)];
    let order = |fill, expiry| Order {
        key: order_key(),
        items: items.clone(),
        locations: BTreeSet::from([code("kl"), code("jb")]),
        fill,
        expiry,
    };
    let amendment = Amendment {
        target: Target::Order(order_key()),
        items: items.clone(),
        locations: BTreeSet::from([code("kl")]),
        fill: Fill::Partial,
    };
    let target = || Target::Id(Uuid::from_u128(22));
    vec![
        ("create", Action::Create(new())),
        ("ensure", Action::Ensure(bare.clone())),
        ("ensure-anyway", Action::EnsureAnyway(bare)),
        ("update", Action::Update(update)),
        ("update-takes-the-barcode-away", Action::Update(IskuUpdate { barcode: Some(None), ..empty.clone() })),
        ("update-nothing", Action::Update(empty)),
        ("rename", Action::Rename(Rename { isku: named(), new_code: code("A2") })),
        ("archive", Action::Archive(named())),
        ("unarchive", Action::Unarchive(named())),
        ("create-location", Action::CreateLocation(NewLocation { code: code("kl"), details: location })),
        (
            "update-location-takes-its-name-away",
            Action::UpdateLocation(LocationUpdate { display_name: Some(None), ..location_update.clone() }),
        ),
        ("update-location", Action::UpdateLocation(location_update)),
        ("receive", Action::Receive(receipt)),
        ("adjust", Action::Adjust(adjustment)),
        ("count", Action::Count(count)),
        ("transfer", Action::Transfer(transfer)),
        ("return", Action::Return(returned)),
        ("reserve", Action::Reserve(order(Fill::AllOrNothing, Expiry::After(60_000_000)))),
        ("reserve-partial", Action::Reserve(order(Fill::Partial, Expiry::Never))),
        ("confirm", Action::Confirm(Target::Order(order_key()))),
        ("amend", Action::Amend(amendment)),
        ("extend", Action::Extend(Extension { target: target(), expiry: Expiry::At(Micros(1_764_000_000_000_001)) })),
        ("ship", Action::Ship(withdrawal(target()))),
        ("release", Action::Release(withdrawal(Target::Order(order_key())))),
    ]
}

fn isku(lifecycle: Lifecycle) -> Isku {
    Isku {
        isku_id: IskuId(31),
        code: code("A"),
        details: details(),
        lifecycle,
        unstated: None,
        revision: 32,
        create_time: Micros(33),
        update_time: Micros(34),
    }
}

fn movement(kind: Kind, reservation: Option<Cause>, reason: Option<Reason>) -> Movement {
    Movement {
        isku_id: IskuId(41),
        isku_code: code("A"),
        location_id: LocationId(42),
        location: code("kl"),
        sequence: 43,
        kind,
        on_hand_delta: -44,
        reserved_delta: -45,
        on_hand_after: 46,
        reserved_after: 47,
        reservation,
        reason,
        document: some("D-2"),
        note: some("n"),
        actor: "clerk".to_owned(),
        request_id: "r-1".to_owned(),
        create_time: Micros(48),
    }
}

fn cause() -> Cause {
    Cause { reservation_id: Uuid::from_u128(49), order: order_key(), csku: code("K") }
}

fn reservation(standing: Standing, expire_time: Option<Micros>) -> Reservation {
    Reservation {
        reservation_id: Uuid::from_u128(51),
        order: order_key(),
        items: vec![Item {
            csku: code("K"),
            mapping_revision: 52,
            ordered: 53,
            quantity: 54,
            short: 55,
            returned: 56,
            components: vec![Component { isku_id: IskuId(57), isku_code: code("A"), quantity: 58 }],
            allocations: vec![Allocation {
                location_id: LocationId(59),
                location: code("kl"),
                held: 60,
                shipped: 61,
                released: 62,
            }],
        }],
        standing,
        expire_time,
        create_time: Micros(63),
        update_time: Micros(64),
    }
}

fn stock(selling: Selling) -> Stock {
    Stock { isku_code: code("A"), location: code("kl"), selling, on_hand: 71, reserved: 72, sequence: 73 }
}

fn located() -> Location {
    let details = LocationDetails { display_name: some("KL"), selling: Selling::Unsellable, priority: 81 };
    Location { location_id: LocationId(82), code: code("kl"), details, revision: 83 }
}

/// Every answer, by the name of its line.
pub(super) fn answers() -> Vec<(&'static str, Answer)> {
    let held = || reservation(Standing::Held, Some(Micros(65)));
    let ensured = |outcome| {
        let isku = Isku { details: Details::default(), ..isku(Lifecycle::Active) };
        Answer::Ensured(Ensured { outcome, isku, stock: vec![stock(Selling::Sellable)] })
    };
    let corrected = Corrected {
        movements: vec![movement(Kind::Adjust, None, Some(Reason::WriteOff))],
        stock: vec![stock(Selling::Unsellable)],
        released: vec![held()],
    };
    let kinds = Kind::ALL.map(|kind| movement(kind, None, None)).to_vec();
    let reasons = Reason::ALL.map(|reason| movement(Kind::Adjust, None, Some(reason))).to_vec();
    vec![
        ("created", Answer::Created(isku(Lifecycle::Active))),
        ("created-unstated", Answer::Created(Isku { unstated: Some(Unstated::Quantity), ..isku(Lifecycle::Active) })),
        ("ensured-created", ensured(Outcome::Created)),
        ("ensured-exists", ensured(Outcome::Exists)),
        ("ensured-different", ensured(Outcome::ExistsDifferent(vec!["weight_g".to_owned()]))),
        ("changed", Answer::Changed(isku(Lifecycle::Archived))),
        ("located", Answer::Located(located())),
        ("received", Answer::Received(kinds)),
        ("corrected", Answer::Corrected(corrected)),
        ("transferred", Answer::Transferred(reasons)),
        (
            "returned",
            Answer::Returned {
                reservation: reservation(Standing::Confirmed, None),
                movements: vec![movement(Kind::Return, Some(cause()), None)],
            },
        ),
        ("reserved", Answer::Reserved { reservation: held(), origin: Origin::New }),
        (
            "reserved-before",
            Answer::Reserved { reservation: reservation(Standing::Expired, None), origin: Origin::Existing },
        ),
        ("confirmed", Answer::Confirmed(reservation(Standing::Confirmed, None))),
        ("amended", Answer::Amended(held())),
        ("extended", Answer::Extended(held())),
        ("shipped", Answer::Shipped(held())),
        ("released", Answer::Released(held())),
    ]
}
