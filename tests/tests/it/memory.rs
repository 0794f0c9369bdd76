//! Memory: the heaviest messages of every rpc, and heavier ones, take no more of it than is promised. No engine sees most of them.

use tests::{
    Engine, Oms,
    api::{Api, Rpc},
    heavy::{Heavy, illegal, legal},
    merchant::channel,
    process::Process,
    raw,
    site::{MERCHANTS, credential_of},
};

const MIB: u64 = 1 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_takes_much_of_inventorys_memory() {
    let oms = Oms::start_as_processes(Engine::Sqlite).await;

    weigh_all(&Api::inventory(), oms.inventory_process()).await;

    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_takes_much_of_the_catalogues_memory() {
    let oms = Oms::start_as_processes(Engine::Sqlite).await;
    oms.connect("x", "x").await;

    weigh_all(&Api::catalogue(), oms.catalogue_process()).await;

    oms.finish().await;
}

/// Sends every heavy message and compares what the process took for it with what is promised.
async fn weigh_all(api: &Api, process: &Process) {
    let (mut broken, mut worst, mut tried) = (vec![], (0, String::new()), 0);
    for rpc in &api.rpcs {
        for heavy in legal(api, rpc).into_iter().chain(illegal(api, rpc)) {
            let (took, was_taken) = weigh(rpc, process, &heavy).await;
            let times = if was_taken { 8 } else { 2 };
            let promised = times * heavy.message.len() as u64 + 16 * MIB;
            let what = format!(
                "{} with {}: {} bytes took {} KiB, {} KiB are promised",
                rpc.path(),
                heavy.what,
                heavy.message.len(),
                took >> 10,
                promised >> 10
            );
            tried += 1;
            worst = worst.max((took, what.clone()));
            if took > promised {
                broken.push(what);
            }
        }
    }
    println!("of {tried} messages the worst: {}", worst.1);
    assert!(tried > 200, "only {tried} messages");
    assert!(broken.is_empty(), "{} of {tried}:\n{}", broken.len(), broken.join("\n"));
}

/// What a process takes at most for a call beyond what it has, and whether the call was answered.
async fn weigh(rpc: &Rpc, process: &Process, heavy: &Heavy) -> (u64, bool) {
    // A connection of its own, so that no other call's rest is weighed.
    let channel = channel(process.url());
    process.forget_peak();
    let before = process.resident();
    let answer = raw::call(&channel, rpc, &credential_of(MERCHANTS[0]), &heavy.message).await;
    (process.peak().saturating_sub(before), answer.is_ok())
}
