//! Which lane commands take.

use std::collections::BTreeSet;

use shared::{code::Code, identity::RequestId};

use super::*;
use crate::domain::command::{Count, CountLine, Named, Receipt, ReceiptLine, Shortfall, ShortfallPolicy, Target};

/// Two lanes, and so many commands in them.
fn queue(commands: usize) -> Queue {
    let lane = || mpsc::unbounded_channel().0;
    let places = Arc::new(Semaphore::new(1));
    Queue { lanes: iter::repeat_with(lane).take(2).collect(), places, places_max: commands + 1 }
}

fn place(queue: &Queue, commands: &[Command]) -> usize {
    let lane = queue.lane(&Merchant::default_merchant(), commands).unwrap();
    queue.lanes.iter().position(|own| own.same_channel(lane)).unwrap()
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

#[test]
fn commands_for_one_isku_share_a_lane_and_iskus_use_all_lanes() {
    let queue = queue(Queue::MANY);
    let mut used = BTreeSet::new();
    for isku in (0..16).map(|n| format!("A{n}")) {
        let places: BTreeSet<usize> = commands(&isku).chunks(1).map(|command| place(&queue, command)).collect();
        assert_eq!(places.len(), 1, "{isku}");
        used.extend(places);
    }
    assert_eq!(used.len(), 2);
}

#[test]
fn few_commands_share_one_lane() {
    let queue = queue(Queue::MANY - 1);
    let used: BTreeSet<usize> = (0..16).map(|n| place(&queue, &commands(&format!("A{n}")))).collect();

    assert_eq!(used.len(), 1);
}

#[test]
fn commands_of_one_call_take_the_lane_of_the_first_isku() {
    let queue = queue(Queue::MANY);
    let confirmed = command(Action::Confirm(Target::Id(Uuid::nil())));
    for isku in (0..16).map(|n| format!("A{n}")) {
        let behind: Vec<Command> = iter::once(confirmed.clone()).chain(commands(&isku)).collect();

        assert_eq!(place(&queue, &behind), place(&queue, &commands(&isku)), "{isku}");
    }
}
