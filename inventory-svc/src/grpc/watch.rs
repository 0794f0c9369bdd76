//! WatchStock: what is asked for in the domain's words, and the steps of a watch as messages.

use std::collections::BTreeSet;

use proto::inventory::v1 as wire;
use shared::{
    caller::Caller,
    code::Code,
    identity::Merchant,
    refusal::{Fields, Refusal},
    server::{Answers, Tasks},
};
use tonic::{Request, Status};

use super::{
    Api, read, status,
    token::{self, WatchCursor},
    write,
};
use crate::{
    domain::watch::{Epoch, Start, Telling, Watch},
    inventory::{Progress, Step, StockWatch},
};

/// ISKUs, and locations, that a filter names at most.
const FILTER_MAX: usize = 1_000;
/// Messages that wait for a slow caller; its watch reads no further then.
const BUFFER: usize = 2;

/// What a cursor belongs to.
type Bound<'a> = (&'static str, &'a str, &'a BTreeSet<Code>, &'a BTreeSet<Code>);

fn bound<'a>(merchant: &'a Merchant, watch: &'a Watch) -> Bound<'a> {
    ("WatchStock", merchant.as_str(), &watch.isku_codes, &watch.locations)
}

/// Begins a watch and answers its steps.
pub(super) async fn stock(
    api: &Api,
    request: Request<wire::WatchStockRequest>,
) -> Result<Answers<wire::WatchStockResponse>, Status> {
    let merchant = Caller::of(&request)?.merchant;
    let tasks = Tasks::of(&request)?;
    let asked = asked(&merchant, request.get_ref())?;
    let seat = api.inventory.seat(&merchant).await;
    let seat = seat.ok_or_else(|| Refusal::overloaded("more watches than the service takes at once"))?;
    let watch = api.inventory.watch_stock(&merchant, &asked).await.map_err(status::of)?;
    Ok(tasks.stream(BUFFER, |sender| async move {
        tokio::select! {
            biased;
            () = seat.wanted_back() => Err(wanted_back().into()),
            told = tell(watch, merchant, asked, sender) => told,
        }
    }))
}

/// A watch beyond half of all ends when another merchant needs its seat.
fn wanted_back() -> Refusal {
    Refusal::overloaded("another merchant needs a watch of yours; go on from the last cursor")
}

async fn tell(
    mut watch: StockWatch,
    merchant: Merchant,
    asked: Watch,
    sender: tokio::sync::mpsc::Sender<wire::WatchStockResponse>,
) -> Result<(), Status> {
    loop {
        // The room first: what is told is not older than the caller's wish for it.
        let Ok(room) = sender.reserve().await else { return Ok(()) };
        let step = watch.next().await.map_err(status::of)?;
        room.send(message(step, &bound(&merchant, &asked)));
    }
}

fn asked(merchant: &Merchant, request: &wire::WatchStockRequest) -> Result<Watch, Refusal> {
    let mut fields = Fields::default();
    let isku_codes = codes(&mut fields, "isku_codes", &request.isku_codes);
    let locations = codes(&mut fields, "locations", &request.locations);
    let start = match (wire::WatchStart::try_from(request.start), request.cursor.as_str()) {
        (Ok(wire::WatchStart::Now), "") => Some(Start::Now),
        (Ok(wire::WatchStart::Snapshot), "") => Some(Start::Snapshot),
        (Ok(wire::WatchStart::Unspecified), "") => {
            fields.take("start", Err("must be NOW or SNAPSHOT without a cursor"))
        }
        (Ok(wire::WatchStart::Unspecified), _) => None,
        (Ok(_), _) => fields.take("start", Err("must be left out with a cursor")),
        (Err(_), _) => fields.take("start", Err("must be NOW or SNAPSHOT")),
    };
    fields.finish()?;
    let telling = if request.coalesce { Telling::Latest } else { Telling::Every };
    let mut watch = Watch { start: Start::Now, telling, isku_codes, locations };
    let cursor = token::read::<WatchCursor, _>(&request.cursor, &bound(merchant, &watch))?;
    let start = start.or(cursor.map(Start::Cursor));
    watch.start = start.ok_or_else(|| Refusal::internal(&"a watch that begins nowhere"))?;
    Ok(watch)
}

fn codes(fields: &mut Fields, path: &str, given: &[String]) -> BTreeSet<Code> {
    read::count(fields, path, given.len(), 0, FILTER_MAX);
    let given = given.iter().take(FILTER_MAX).enumerate();
    given.filter_map(|(n, code)| read::code(fields, &format!("{path}[{n}]"), code)).collect()
}

fn message(step: Step, bound: &Bound<'_>) -> wire::WatchStockResponse {
    let checkpoint = step.checkpoint.map(|own| wire::WatchCheckpoint {
        epoch: epoch(&own.epoch),
        time: write::timestamp(own.time),
        current: own.progress == Progress::Current,
        lag: Some(prost_types::Duration {
            seconds: own.lag_us / 1_000_000,
            nanos: i32::try_from(own.lag_us % 1_000_000 * 1_000).unwrap_or(0),
        }),
    });
    wire::WatchStockResponse {
        stock: step.stock.iter().map(write::stock).collect(),
        cursor: token::write::<WatchCursor, _>(bound, &step.cursor),
        checkpoint,
    }
}

/// Equal for equal epochs, and nothing else: callers learn nothing of the database.
fn epoch(epoch: &Epoch) -> String {
    let text = format!("{} {}", epoch.database, epoch.declared);
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}
