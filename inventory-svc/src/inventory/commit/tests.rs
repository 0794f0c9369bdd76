//! Which lane commands take, and whose turn it is in a lane.

mod turns;

use std::collections::BTreeSet;

use futures::FutureExt;
use shared::{
    code::Code,
    identity::{Channel, OrderId, OrderKey, RequestId, SellerId},
};

use super::*;
use crate::domain::{
    command::{Count, CountLine, Expiry, Fill, Named, Order, Receipt, ReceiptLine, Shortfall, ShortfallPolicy, Target},
    reservation::RequestedItem,
};

/// How many of two lanes are used while there are so many commands in them.
fn lanes_used(commands: usize) -> usize {
    let lane = || mpsc::unbounded_channel().0;
    let places = Fair::new(1_000);
    let queue = Queue { lanes: iter::repeat_with(lane).take(2).collect(), places: Arc::clone(&places) };
    let _taken = places.take(&Merchant::default_merchant(), commands).now_or_never().unwrap().unwrap();
    queue.lanes_used()
}

/// The lanes of the commands of one call, of two lanes.
fn lanes(commands: &[Command]) -> Vec<usize> {
    lanes::of_call(&Merchant::default_merchant(), commands, 2)
}

fn command(action: Action) -> Command {
    let request_id = RequestId::parse("1").unwrap();
    Command { request_id, content_hash: String::new(), actor: String::new(), new_id: Uuid::nil(), action }
}

/// Commands of several kinds for one ISKU.
fn commands(isku: &str) -> Vec<Command> {
    let code = Code::parse(isku).unwrap();
    let line = ReceiptLine { isku_code: code.clone(), location: None, quantity: 1 };
    let counted = CountLine { isku_code: code.clone(), counted: 1, sequence: None };
    let shortfall = Shortfall { policy: ShortfallPolicy::Refuse, reservation_ids: vec![] };
    [
        Action::Archive(Named { code, revision: None }),
        Action::Receive(Receipt { lines: vec![line], document: None, note: None }),
        Action::Count(Count { location: None, lines: vec![counted], document: None, note: None, shortfall }),
    ]
    .map(command)
    .into()
}

/// A call that reserves for an order, and wants ISKUs.
fn reserve(request_id: &str, order_id: &str, iskus: &[&str]) -> Command {
    let key = OrderKey {
        channel: Channel::parse("amazon-de").unwrap(),
        seller_id: SellerId::parse("shop").unwrap(),
        order_id: OrderId::parse(order_id).unwrap(),
    };
    let code = |isku: &&str| Code::parse(isku).unwrap();
    let components = iskus.iter().map(|isku| (code(isku), 1)).collect();
    let item = RequestedItem { csku: code(&"CSKU"), mapping_revision: 1, quantity: 1, components };
    let (fill, expiry) = (Fill::AllOrNothing, Expiry::Never);
    let action = Action::Reserve(Order { key, items: vec![item], locations: BTreeSet::new(), fill, expiry });
    Command { request_id: RequestId::parse(request_id).unwrap(), ..command(action) }
}

#[test]
fn commands_for_one_isku_share_a_lane_and_iskus_use_all_lanes() {
    let mut used = BTreeSet::new();
    for isku in (0..16).map(|n| format!("A{n}")) {
        let orders = [reserve("1", "1", &[&isku]), reserve("2", "2", &[&isku])];
        let calls = commands(&isku).into_iter().chain(orders);
        let own: BTreeSet<usize> = calls.flat_map(|command| lanes(&[command])).collect();
        assert_eq!(own.len(), 1, "{isku}");
        used.extend(own);
    }
    assert_eq!(used.len(), 2);
}

#[test]
fn few_commands_share_one_lane() {
    assert_eq!(lanes_used(Queue::MANY), 2);
    assert_eq!(lanes_used(Queue::MANY - 1), 1);
    assert_eq!(lanes::of_call(&Merchant::default_merchant(), &commands("A"), 1), [0, 0, 0]);
}

#[test]
fn commands_of_one_call_take_the_lane_of_the_first_isku() {
    let confirmed = command(Action::Confirm(Target::Id(Uuid::nil())));
    for isku in (0..16).map(|n| format!("A{n}")) {
        let behind: Vec<Command> = iter::once(confirmed.clone()).chain(commands(&isku)).collect();

        assert_eq!(lanes(&behind), [lanes(&commands(&isku)), lanes(&commands(&isku)[..1])].concat(), "{isku}");
    }
}

#[test]
fn orders_of_one_call_use_all_lanes_unless_they_have_something_in_common() {
    let codes: Vec<String> = (0..16).map(|n| format!("A{n}")).collect();
    let alone: Vec<Command> =
        codes.iter().map(|isku| reserve(&format!("r{isku}"), &format!("o{isku}"), &[isku])).collect();
    let used: BTreeSet<usize> = lanes(&alone).into_iter().collect();
    assert_eq!(used.len(), 2);

    // Each with the next one: by an ISKU of a kit, by its request id, and by its order.
    let kits = codes.windows(2).map(|two| reserve(&two[0], &two[0], &[&two[0], &two[1]]));
    let twins = codes.iter().map(|isku| reserve("twin", isku, &[isku]));
    let orders = codes.iter().map(|isku| reserve(isku, "order", &[isku]));
    let check = |commands: Vec<Command>| {
        let used: BTreeSet<usize> = lanes(&commands).into_iter().collect();
        assert_eq!(used.len(), 1, "{:?}", lanes(&commands));
    };
    check(kits.clone().collect());
    check(kits.rev().collect());
    check(twins.collect());
    check(orders.collect());
}
