//! The siege: both services are attacked in every way that needs no bug of theirs, beside a merchant that does nothing wrong.

mod attack;
mod bystander;
mod disk;
mod frame;
mod machine;
mod plan;
mod report;

use std::{
    process::Command,
    time::{Duration, Instant},
};

use self::{
    attack::{ATTACKS, SILENCE, Target},
    bystander::{Bystander, Place, Seen},
    machine::{Burner, used},
    plan::pass,
};
pub use self::{
    plan::Plan,
    report::{Report, Struck},
};
use crate::{
    Merchant, Oms,
    process::{Process, binary},
    site::{MERCHANTS, Site, credential_of},
};

/// Files that a service may open in the attack that takes them away.
const FILES: usize = 160;
/// How long memory may take to come back.
const PATIENCE: Duration = Duration::from_secs(3);
/// Calls of a merchant in one attack, at least: reads and writes, else nothing is shown.
const CALLS_MIN: usize = 4;

/// Plays a siege, tells each attack as it ends, and returns all.
pub async fn run(plan: &Plan, mut tell: impl FnMut(String)) -> Report {
    let mut report = Report { plan: *plan, struck: Vec::new() };
    let oms = Oms::start_as_processes(plan.engine).await;
    prepare(&oms).await;
    for is_catalogue in [false, true] {
        let place = place(&oms, is_catalogue);
        let target = if is_catalogue { catalogue(&oms) } else { inventory(&oms) };
        let quiet = quiet(plan, &place, &target).await;
        for attack in &ATTACKS {
            let bounds = plan.bounds();
            let attacked = (attack.run)(&target, &bounds);
            let struck = strike(plan, attack.name, attacked, &target, &place, quiet).await;
            tell(struck.to_string());
            report.struck.push(struck);
        }
    }
    oms.finish().await;
    let struck = without_files(plan).await;
    tell(struck.to_string());
    report.struck.push(struck);
    if plan.has_full_disk {
        for struck in disk::taken(plan).await {
            tell(struck.to_string());
            report.struck.push(struck);
        }
    }
    report
}

/// Goods and a listing that nobody sells out.
async fn prepare(oms: &Oms) {
    stock(oms.acme()).await;
    let shop = oms.acme().connect("shop", "seller@example.com").await;
    shop.single("BEAN", None).await.expect("a listing");
}

async fn stock(merchant: &Merchant) {
    merchant.isku("BEAN").on_hand(1_000_000_000).await;
}

fn place(oms: &Oms, is_catalogue: bool) -> Place {
    let credential = credential_of(MERCHANTS[0]);
    Place {
        inventory: oms.inventory_url(),
        catalogue: oms.catalogue_url(),
        credential,
        is_catalogue,
        is_disk_full: false,
    }
}

fn inventory(oms: &Oms) -> Target<'_> {
    inventory_at("inventory-svc", oms.inventory_process())
}

fn inventory_at<'a>(name: &'static str, process: &'a Process) -> Target<'a> {
    target(name, process, "/oms.inventory.v1.IskuService/ListIskus")
}

fn catalogue(oms: &Oms) -> Target<'_> {
    target("catalogue-svc", oms.catalogue_process(), "/oms.catalogue.v1.ChannelService/ListSellerAccounts")
}

fn target<'a>(name: &'static str, process: &'a Process, list: &'static str) -> Target<'a> {
    let address = process.url().trim_start_matches("http://").parse().expect("an address");
    let token = credential_of(MERCHANTS[1]).token.expect("a token");
    Target { name, address, process, list, token }
}

/// How many processors the merchant and the service keep busy while nobody attacks.
async fn quiet(plan: &Plan, place: &Place, target: &Target<'_>) -> f64 {
    if !plan.is_timed {
        return 0.0;
    }
    let began = (Instant::now(), used(target.process.id()));
    let bystander = Bystander::start(place);
    pass(plan.attack / 2).await;
    bystander.finish();
    (used(target.process.id()) - began.1).div_duration_f64(began.0.elapsed())
}

/// One attack, what it cost, and what the merchant beside it saw.
async fn strike(
    plan: &Plan,
    name: &str,
    attack: impl Future<Output = String>,
    target: &Target<'_>,
    place: &Place,
    quiet: f64,
) -> Struck {
    let before = mebibytes(target.process.resident());
    target.process.forget_peak();
    let bystander = Bystander::start(place);
    let began = (Instant::now(), used(target.process.id()));
    let tried = attack.await;
    // A short attack on a busy machine ends before the merchant has said anything.
    bystander.makes(CALLS_MIN).await;
    let processors = (used(target.process.id()) - began.1).div_duration_f64(began.0.elapsed()) - quiet;
    let seen = bystander.finish();
    let peak = mebibytes(target.process.peak());
    let beside = if plan.is_timed { Some(beside(plan, place, processors).await) } else { None };
    let after = settled(plan, target.process, before).await;
    let name = format!("{}: {name}", target.name);
    Struck { name, tried, memory: [before, peak, after], processors, seen, beside }
}

/// What the merchant sees beside a program that only burns processor time.
async fn beside(plan: &Plan, place: &Place, processors: f64) -> Seen {
    let burner = Burner::start(processors.max(0.0));
    let bystander = Bystander::start(place);
    pass(plan.attack / 2).await;
    let seen = bystander.finish();
    drop(burner);
    seen
}

/// Memory once it has come back, or nobody waits for it any more.
async fn settled(plan: &Plan, process: &Process, before: u64) -> u64 {
    let began = Instant::now();
    loop {
        let now = mebibytes(process.resident());
        if now <= before + before / 4 || !plan.is_timed || began.elapsed() > PATIENCE {
            return now;
        }
        pass(PATIENCE / 60).await;
    }
}

fn mebibytes(bytes: u64) -> u64 {
    bytes >> 20
}

/// A service that may open few files, and connections that take them.
async fn without_files(plan: &Plan) -> Struck {
    let site = Site::new(plan.engine).await;
    let mut command = Command::new("sh");
    let limited = format!("ulimit -n {FILES} && exec \"$0\" \"$@\"");
    command.args(["-c", &limited]).arg(binary("inventory-svc")).env("INVENTORY__TELEMETRY__LOG_FORMAT", "json");
    let process = Process::start(&mut command, &site.inventory_config());
    let credential = credential_of(MERCHANTS[0]);
    stock(&Merchant::at(process.url(), process.url(), &credential)).await;
    let url = process.url().to_owned();
    let place = Place { inventory: url.clone(), catalogue: url, credential, is_catalogue: false, is_disk_full: false };
    let target = inventory_at("inventory-svc with few files", &process);
    let quiet = quiet(plan, &place, &target).await;
    let bounds = plan.bounds();
    strike(plan, SILENCE.name, (SILENCE.run)(&target, &bounds), &target, &place, quiet).await
}
