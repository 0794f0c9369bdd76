//! Hostile input: every rpc with every bad value in every field answers with a documented reason, and the ledger still proves.

use std::collections::BTreeSet;

use tests::{
    Oms, Refusal,
    api::{ANYWHERE, Api, Rpc},
    both_engines,
    hostile::{Attack, attacks, is_undecodable},
    merchant::channel,
    raw,
    site::{MERCHANTS, credential_of},
};
use tonic::{Code, Status};

/// More than a hundred names of fields are no help.
const MESSAGE_MAX: usize = 4_000;

both_engines!(no_input_breaks_inventory, no_input_breaks_the_catalogue);

async fn no_input_breaks_inventory(oms: &Oms) {
    let tried = attack_all(&Api::inventory(), &oms.inventory_url()).await;

    assert!(tried > 500, "only {tried} attacks were made");
}

async fn no_input_breaks_the_catalogue(oms: &Oms) {
    oms.connect("nowhere", "nowhere").await;

    let tried = attack_all(&Api::catalogue(), &oms.catalogue_url()).await;

    assert!(tried > 1_000, "only {tried} attacks were made");
}

async fn attack_all(api: &Api, url: &str) -> usize {
    let channel = channel(url);
    let credential = credential_of(MERCHANTS[0]);
    let (mut tried, mut broken) = (0, Vec::new());
    for rpc in &api.rpcs {
        for attack in attacks(api, &rpc.request) {
            let answer = raw::call(&channel, rpc, &credential, &attack.message).await;
            tried += 1;
            if let Err(problem) = judge(rpc, &attack, answer) {
                broken.push(format!("{} with {}: {problem}", rpc.path(), attack.what));
            }
        }
    }
    assert!(broken.is_empty(), "{} of {tried}:\n{}", broken.len(), broken[..broken.len().min(40)].join("\n"));
    tried
}

/// A refusal must be one that the rpc's comment names, and must say which field.
fn judge(rpc: &Rpc, attack: &Attack, answer: Result<Vec<Vec<u8>>, Status>) -> Result<(), String> {
    let Err(status) = answer else { return Ok(()) };
    if is_undecodable(attack) && [Code::Internal, Code::InvalidArgument].contains(&status.code()) {
        return Ok(());
    }
    let refusal = Refusal::from(&status);
    let documented: BTreeSet<&str> = rpc.refusals.iter().map(String::as_str).chain(ANYWHERE).collect();
    if refusal.reason == "INTERNAL" || !documented.contains(refusal.reason.as_str()) {
        return Err(format!("{:?} {:?} {}", refusal.code, refusal.reason, status.message()));
    }
    if refusal.reason == "INVALID_FIELD" && refusal.fields.is_empty() {
        return Err("no field is named".to_owned());
    }
    if status.message().len() > MESSAGE_MAX {
        return Err(format!("a message of {} bytes", status.message().len()));
    }
    Ok(())
}
