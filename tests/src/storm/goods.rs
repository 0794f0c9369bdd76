//! What is sold in a storm: one hot ISKU, many that share the load, and kits that overlap; and calls about them.

use proto::inventory::v1::{
    Component, CountLine, CountStockRequest, ReceiveLine, ReceiveStockRequest, ReserveItem, ReserveRequest,
    reserve_request::Expiration,
};

use crate::{dice::Dice, story::order_key};

/// Locations, by priority; orders take from all.
pub(super) const PLACES: [&str; 2] = ["default", "back"];
/// The ISKU that a good part of all orders wants.
const HOT: &str = "HOT";
const UNIFORM: usize = 60;
const PARTS: usize = 6;
/// Seconds after which some reservations are due: the least there is.
const TTL: i64 = 1;
/// One in so many reservations is due before long.
const DUE: usize = 6;

/// Every ISKU.
pub(super) fn iskus() -> Vec<String> {
    let uniform = (0..UNIFORM).map(|number| format!("U-{number:02}"));
    let parts = (0..PARTS).map(|number| format!("K-{number}"));
    uniform.chain(parts).chain([HOT.to_owned()]).collect()
}

/// Goods for the beginning, of every ISKU.
pub(super) fn opening(request_id: String) -> ReceiveStockRequest {
    let iskus = iskus();
    let rows = iskus.iter().flat_map(|isku| PLACES.map(|place| line(isku, place, 200)));
    ReceiveStockRequest { request_id, lines: rows.collect(), ..Default::default() }
}

/// An order for one of the goods, or for several.
pub(super) fn reserve(dice: &mut Dice, request_id: String, order: &str) -> ReserveRequest {
    let items = match dice.below(10) {
        0..=2 => vec![item(HOT.to_owned(), dice.units(3), vec![(HOT.to_owned(), 1)])],
        3..=6 => kits(dice),
        _ => uniform(dice),
    };
    let ttl = Expiration::Ttl(prost_types::Duration { seconds: TTL, nanos: 0 });
    let expiration = (dice.below(DUE) == 0).then_some(ttl);
    ReserveRequest { request_id, order: Some(order_key(order)), items, expiration, ..Default::default() }
}

/// Singles.
fn uniform(dice: &mut Dice) -> Vec<ReserveItem> {
    let first = dice.below(UNIFORM);
    let items = (0..=dice.below(3)).map(|at| format!("U-{:02}", (first + at * 7) % UNIFORM));
    items.map(|isku| item(isku.clone(), dice.units(2), vec![(isku, 1)])).collect()
}

/// Kits whose parts come in either order, so that rows are wanted in either order.
fn kits(dice: &mut Dice) -> Vec<ReserveItem> {
    let (one, step) = (dice.below(PARTS), 1 + dice.below(PARTS - 1));
    let other = (one + step) % PARTS;
    let parts = vec![(format!("K-{one}"), 1), (format!("K-{other}"), 2)];
    vec![item(format!("KIT-{one}-{other}"), dice.units(2), parts)]
}

fn item(csku: String, quantity: i64, parts: Vec<(String, i64)>) -> ReserveItem {
    let part = |(isku_code, quantity)| Component { isku_code, quantity };
    ReserveItem { csku, mapping_revision: 1, quantity, components: parts.into_iter().map(part).collect() }
}

/// Goods that come in.
pub(super) fn receive(dice: &mut Dice, request_id: String) -> ReceiveStockRequest {
    let iskus = iskus();
    let mut lines: Vec<ReceiveLine> = Vec::new();
    for _ in 0..3 + dice.below(8) {
        let isku = &iskus[dice.below(iskus.len())];
        lines.push(line(isku, dice.one_of(&PLACES), dice.units(20)));
    }
    lines.push(line(HOT, dice.one_of(&PLACES), dice.units(60)));
    lines.push(line(&format!("K-{}", dice.below(PARTS)), dice.one_of(&PLACES), dice.units(60)));
    ReceiveStockRequest { request_id, lines, ..Default::default() }
}

fn line(isku_code: &str, location: &str, quantity: i64) -> ReceiveLine {
    ReceiveLine { isku_code: isku_code.to_owned(), location: location.to_owned(), quantity }
}

/// A shelf that is counted, as if somebody had found more or fewer units there.
pub(super) fn count(dice: &mut Dice, request_id: String) -> CountStockRequest {
    let iskus = iskus();
    let first = dice.below(iskus.len());
    let lines = (0..1 + dice.below(2)).map(|at| CountLine {
        isku_code: iskus[(first + at * 11) % iskus.len()].clone(),
        counted: 100 + dice.units(200),
        expected_sequence: None,
    });
    let lines = lines.collect();
    CountStockRequest { request_id, location: dice.one_of(&PLACES).to_owned(), lines, ..Default::default() }
}
