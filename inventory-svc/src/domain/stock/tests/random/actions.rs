//! Any action on few orders, codes and places, so that commands meet.

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::super::*;
use crate::domain::{
    command::{
        Adjustment, AdjustmentLine, Amendment, Count, CountLine, Extension, IskuUpdate, Named, Rename, Return,
        Shortfall, ShortfallPolicy, Transfer,
    },
    location::{LocationUpdate, NewLocation},
    movement::Reason,
};

/// Commands that are applied at one time, with their request ids.
#[derive(Clone, Debug)]
pub(super) struct Round {
    /// Microseconds since the round before.
    pub(super) passed: i64,
    pub(super) commands: Vec<(String, Action)>,
}

/// Every refusal but those of sizes that no test fills, every state, and every answer, also to a repeated request.
pub(super) const TO_BE_REACHED: [&str; 42] = [
    "RequestIdReused",
    "IskuNotFound",
    "IskuExists",
    "IskuArchived",
    "IskuHasStock",
    "EtagMismatch",
    "LocationNotFound",
    "LocationExists",
    "SequenceMismatch",
    "BelowReserved",
    "InsufficientStock",
    "ReservationNotFound",
    "ExpiryOutOfRange",
    "OrderDiffers",
    "ReservationClosed",
    "ReservationShipped",
    "MoreThanHeld",
    "MoreThanShipped",
    "LessThanShipped",
    "ItemNotFound",
    "Held",
    "Confirmed",
    "Shipped",
    "Released",
    "Expired",
    "Now Created",
    "Now Ensured",
    "Now Changed",
    "Now Located",
    "Now Received",
    "Now Corrected",
    "Now Transferred",
    "Now Returned",
    "Now Reserved",
    "Now Confirmed",
    "Now Amended",
    "Now Extended",
    "Now Shipped",
    "Now Released",
    "Before Reserved",
    "Before Received",
    "Before Corrected",
];

/// Rounds of commands; one in eight has the request id of an earlier one.
pub(super) fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let command = (option::weighted(0.12, 0..40_usize), actions());
    let round = (0..30_i64, vec(command, 1..9));
    vec(round, 1..8).prop_map(|rounds| {
        let mut made: Vec<(String, Action)> = vec![];
        let mut named = |(earlier, action): (Option<usize>, Action)| {
            let twin = earlier.and_then(|place| made.get(place).cloned());
            let command = match twin {
                // A twin, or another action under its id.
                Some((id, same)) if made.len().is_multiple_of(2) => (id, same),
                Some((id, _)) => (id, action),
                None => (request(made.len()), action),
            };
            made.push(command.clone());
            command
        };
        let round = |(passed, commands): (i64, Vec<_>)| Round {
            passed,
            commands: commands.into_iter().map(&mut named).collect(),
        };
        rounds.into_iter().map(round).collect()
    })
}

fn request(number: usize) -> String {
    format!("r-{number:04}")
}

fn actions() -> impl Strategy<Value = Action> {
    prop_oneof![6 => orders(), 3 => goods(), 1 => data()]
}

fn isku() -> impl Strategy<Value = &'static str> {
    prop_oneof![30 => select(vec!["a", "b", "c"]), 3 => Just("a2"), 3 => Just("z"), 1 => Just("y")]
}

fn place() -> impl Strategy<Value = Code> {
    let known = select(vec!["default", "back", "damaged"]);
    prop_oneof![40 => known, 1 => Just("new"), 1 => Just("nowhere")].prop_map(code)
}

fn target() -> impl Strategy<Value = Target> {
    let order = select(vec!["1", "2", "3", "4", "5"]).prop_map(|id| Target::Order(order_key(id)));
    prop_oneof![6 => order, 1 => reservation_id().prop_map(Target::Id)]
}

fn reservation_id() -> impl Strategy<Value = Uuid> {
    (0..30_usize).prop_map(|number| Uuid::new_v5_like(&request(number)))
}

fn csku() -> impl Strategy<Value = &'static str> {
    select(vec!["X", "X", "Y", "Z"])
}

/// Units per CSKU, each once.
fn units(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(Code, i64)>> {
    vec((csku(), 1..5_i64), count).prop_map(|units| {
        let sums: BTreeMap<_, _> = units.into_iter().collect();
        sums.into_iter().map(|(csku, units)| (code(csku), units)).collect()
    })
}

/// The lines of an order; `parts` components of each unit.
fn items(parts: std::ops::Range<usize>) -> impl Strategy<Value = Vec<RequestedItem>> {
    let parts = vec((isku().prop_map(code), 1..3_i64), parts);
    let item = (csku(), 1..4_i64, parts).prop_map(|(csku, quantity, components)| RequestedItem {
        csku: code(csku),
        mapping_revision: 1,
        quantity,
        components,
    });
    vec(item, 1..3).prop_map(|items| {
        let items: BTreeMap<_, _> = items.into_iter().map(|item| (item.csku.clone(), item)).collect();
        items.into_values().collect()
    })
}

fn locations() -> impl Strategy<Value = BTreeSet<Code>> {
    prop_oneof![5 => Just(BTreeSet::new()), 1 => place().prop_map(|place| BTreeSet::from([place]))]
}

fn fill() -> impl Strategy<Value = Fill> {
    select(vec![Fill::AllOrNothing, Fill::Partial])
}

fn expiry() -> impl Strategy<Value = Expiry> {
    prop_oneof![
        2 => Just(Expiry::Never),
        4 => (1..60_i64).prop_map(Expiry::After),
        1 => (990..1_100_i64).prop_map(|time| Expiry::At(Micros(time))),
    ]
}

fn orders() -> impl Strategy<Value = Action> {
    let withdrawal =
        || (target(), units(0..3)).prop_map(|(target, items)| Withdrawal { target, items, document: None, note: None });
    let order = (select(vec!["1", "2", "3", "4", "5"]), items(1..3), locations(), fill(), expiry());
    prop_oneof![
        5 => order.prop_map(|(id, items, locations, fill, expiry)| {
            Action::Reserve(Order { key: order_key(id), items, locations, fill, expiry })
        }),
        1 => target().prop_map(Action::Confirm),
        1 => (target(), expiry()).prop_map(|(target, expiry)| Action::Extend(Extension { target, expiry })),
        2 => (target(), items(0..3), locations(), fill()).prop_map(|(target, items, locations, fill)| {
            Action::Amend(Amendment { target, items, locations, fill })
        }),
        2 => withdrawal().prop_map(Action::Ship),
        2 => withdrawal().prop_map(Action::Release),
        1 => (target(), units(0..3), place()).prop_map(|(target, items, at)| {
            Action::Return(Return { target, items, location: Some(at), document: None, note: None })
        }),
    ]
}

fn shortfall() -> impl Strategy<Value = Shortfall> {
    let policy = select(vec![ShortfallPolicy::Refuse, ShortfallPolicy::ReleaseNewest]);
    (policy, vec(reservation_id(), 0..3)).prop_map(|(policy, reservation_ids)| Shortfall { policy, reservation_ids })
}

fn goods() -> impl Strategy<Value = Action> {
    let received = vec((isku(), place(), 1..5_i64), 1..3);
    let adjusted = vec((isku(), place(), prop_oneof![-6..0_i64, 1..4_i64]), 1..3);
    let counted = vec((isku(), 0..9_i64, option::weighted(0.2, 0..9_i64)), 1..3);
    let moved = vec((isku().prop_map(code), 1..4_i64), 1..3);
    prop_oneof![
        received.prop_map(|lines| {
            let line = |(isku, at, quantity)| ReceiptLine { isku_code: code(isku), location: Some(at), quantity };
            Action::Receive(Receipt { lines: lines.into_iter().map(line).collect(), document: None, note: None })
        }),
        (adjusted, shortfall()).prop_map(|(lines, shortfall)| {
            let line = |(isku, at, delta)| AdjustmentLine { isku_code: code(isku), location: Some(at), delta };
            let lines = lines.into_iter().map(line).collect();
            Action::Adjust(Adjustment { lines, reason: Reason::Lost, document: None, note: None, shortfall })
        }),
        (place(), counted, shortfall()).prop_map(|(at, lines, shortfall)| {
            // Each ISKU once.
            let lines: BTreeMap<_, _> = lines.into_iter().map(|(isku, units, seen)| (isku, (units, seen))).collect();
            let line = |(isku, (counted, sequence))| CountLine { isku_code: code(isku), counted, sequence };
            let lines = lines.into_iter().map(line).collect();
            Action::Count(Count { location: Some(at), lines, document: None, note: None, shortfall })
        }),
        (place(), place(), moved).prop_filter_map("a place to itself", |(from, to, lines)| {
            let (from, to) = (Some(from), Some(to));
            (from != to).then_some(Action::Transfer(Transfer { from, to, lines, document: None, note: None }))
        }),
    ]
}

fn data() -> impl Strategy<Value = Action> {
    let named = || {
        let revision = option::weighted(0.3, 1..3_i64);
        (isku(), revision).prop_map(|(isku, revision)| Named { code: code(isku), revision })
    };
    let idle = || prop_oneof![named(), Just(Named { code: code("z"), revision: None })];
    let new = || select(vec!["a", "y", "z"]);
    let priority = || option::of(0..5_i64);
    prop_oneof![
        new().prop_map(|isku| Action::Create(new_isku(isku, &[]))),
        (new(), 0..3_i64).prop_map(|(isku, units)| Action::Ensure(new_isku(isku, &[("back", units)]))),
        (named(), option::of(1..3_i64)).prop_map(|(isku, weight_g)| {
            let same =
                IskuUpdate { isku, product_name: None, dimensions: None, weight_g, cost_price: None, barcode: None };
            Action::Update(same)
        }),
        (named(), select(vec!["a", "a2", "b"]))
            .prop_map(|(isku, new)| Action::Rename(Rename { isku, new_code: code(new) })),
        idle().prop_map(Action::Archive),
        idle().prop_map(Action::Unarchive),
        Just(Action::CreateLocation(NewLocation {
            code: code("new"),
            details: LocationDetails { display_name: None, selling: Selling::Sellable, priority: 0 },
        })),
        (place(), priority(), option::weighted(0.3, 1..3_i64)).prop_map(|(code, priority, revision)| {
            Action::UpdateLocation(LocationUpdate { code, revision, display_name: None, selling: None, priority })
        }),
    ]
}
