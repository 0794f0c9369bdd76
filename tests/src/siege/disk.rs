//! The disk under both services is full for a while: reads go on, what cannot be stored is refused, and what was answered is there.

use tonic_health::pb::health_check_response::ServingStatus::Serving;

use super::{Place, Plan, Seen, Struck, catalogue, inventory, place, prepare, strike};
use crate::{Engine, Oms, health::readiness, left_out, postgres::Server, site::Site, volume::Volume};

/// Calls of the merchant after there is room again.
const AFTER: usize = 20;
/// Calls after which nothing stands in the way of a full disk any more.
const CALLS_MAX: usize = 10_000;

/// Takes the disk from each service, then kills both, and looks for what was answered.
pub(super) async fn taken(plan: &Plan) -> Vec<Struck> {
    let volume = match Volume::mount(if plan.engine == Engine::Sqlite { 24 } else { 160 }) {
        Ok(volume) => volume,
        Err(why) => {
            left_out::note("the siege's full disk", &why);
            return Vec::new();
        }
    };
    let (site, mut server) = match plan.engine {
        Engine::Sqlite => (Site::within(volume.path(), plan.engine).await, None),
        Engine::Postgres => {
            let server = Server::start_within(volume.path(), &["shared_buffers=16MB", "max_wal_size=64MB"]);
            let site = Site::new(plan.engine).await;
            let site = site.with_inventory_database(&server.fresh_database().await);
            (site.with_catalogue_database(&server.fresh_database().await), Some(server))
        }
    };
    let mut oms = Oms::start_as_processes_at(site).await;
    prepare(&oms).await;
    // Nothing is slow or fast where nothing can be stored.
    let plan = Plan { is_timed: false, ..*plan };
    let mut all = Vec::new();
    for is_catalogue in [false, true] {
        let target = if is_catalogue { catalogue(&oms) } else { inventory(&oms) };
        let place = place(&oms, is_catalogue);
        let refusable = place.clone().with_a_full_disk();
        let mut own = Seen::default();
        let attack = full(&oms, &volume, &mut server, &refusable, &mut own);
        let mut struck = strike(&plan, "full disk", attack, &target, &refusable, 0.0).await;
        struck.seen.add(own);
        place.go_on(&mut struck.seen, AFTER).await;
        all.push(struck);
    }
    oms.kill_and_restart_inventory().await;
    oms.kill_and_restart_catalogue().await;
    for Struck { seen, tried, .. } in &mut all {
        for order in &seen.orders {
            if let Err(status) = oms.reservation(order).await {
                seen.failures.push(format!("order {order} was answered and is lost: {:?}", status.code()));
            }
        }
        if seen.refused == 0 {
            seen.failures.push("nothing was refused: the disk was not full".to_owned());
        }
        *tried +=
            &format!(", {} writes refused, {} answered and looked for after kill -9", seen.refused, seen.orders.len());
    }
    oms.finish().await;
    all
}

/// No room until a write is refused; what is answered before is one more promise.
async fn full(oms: &Oms, volume: &Volume, server: &mut Option<Server>, refusable: &Place, seen: &mut Seen) -> String {
    volume.fill();
    let mut calls = 0;
    while seen.refused == 0 && calls < CALLS_MAX {
        refusable.go_on(seen, 2).await;
        calls += 2;
    }
    volume.free();
    // Where the log of PostgreSQL itself finds no room, the server ends, or begins anew.
    let has_ended = server.as_mut().is_some_and(Server::recover);
    for url in [oms.inventory_url(), oms.catalogue_url()] {
        readiness(&url, Serving).await;
    }
    format!("no room for {calls} calls{}", if has_ended { ", and PostgreSQL ended by itself" } else { "" })
}
