//! Which lane commands take.

use std::collections::BTreeSet;

use shared::{code::Code, identity::RequestId};

use super::*;
use crate::domain::command::{Count, CountLine, Named, Receipt, ReceiptLine, Shortfall, ShortfallPolicy, Target};

fn queue(lanes: usize) -> Queue {
    let lane = || mpsc::unbounded_channel().0;
    Queue { lanes: iter::repeat_with(lane).take(lanes).collect(), places: Arc::new(Semaphore::new(1)) }
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
    let (queue, merchant) = (queue(2), Merchant::default_merchant());
    let place = |commands: &[Command]| {
        let lane = queue.lane(&merchant, commands).unwrap();
        queue.lanes.iter().position(|own| own.same_channel(lane)).unwrap()
    };
    let mut used = BTreeSet::new();
    for isku in (0..16).map(|n| format!("A{n}")) {
        let places: BTreeSet<usize> = commands(&isku).chunks(1).map(place).collect();
        assert_eq!(places.len(), 1, "{isku}");
        used.extend(places);
    }
    assert_eq!(used.len(), 2);
}

#[test]
fn commands_of_one_call_stay_together() {
    let (queue, merchant) = (queue(2), Merchant::default_merchant());
    let confirmed = command(Action::Confirm(Target::Id(Uuid::nil())));
    for isku in (0..16).map(|n| format!("A{n}")) {
        let own = queue.lane(&merchant, &commands(&isku)).unwrap();
        let behind: Vec<Command> = std::iter::once(confirmed.clone()).chain(commands(&isku)).collect();

        assert!(queue.lane(&merchant, &behind).unwrap().same_channel(own), "{isku}");
    }
    assert!(queue.lane(&merchant, &[confirmed]).is_ok());
}
