//! Hostile input: every rpc with every bad value in every field answers with a documented reason, and the ledger still proves.

use std::collections::BTreeSet;

use tests::{
    Oms, Refusal,
    api::{ANYWHERE, Api, Rpc},
    both_engines,
    hostile::{Attack, LONG, attacks},
    merchant::channel,
    raw,
    site::{MERCHANTS, credential_of},
};
use tonic::Status;

/// Characters in a row that are told back of what is not valid.
const EXCERPT_MAX: usize = 128;
/// Bytes of headers that every client takes.
const HEADERS_MAX: usize = 8_192;

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

/// A refusal must be one that the rpc's comment names, and must say which field; nothing says much of what was sent.
fn judge(rpc: &Rpc, attack: &Attack, answer: Result<Vec<Vec<u8>>, Status>) -> Result<(), String> {
    let status = match answer {
        Ok(answers) => return answers.iter().try_for_each(|answer| short(&attack.message, answer)),
        Err(status) => status,
    };
    let refusal = Refusal::from(&status);
    let documented: BTreeSet<&str> = rpc.refusals.iter().map(String::as_str).chain(ANYWHERE).collect();
    if refusal.reason == "INTERNAL" || !documented.contains(refusal.reason.as_str()) {
        return Err(format!("{:?} {:?} {}", refusal.code, refusal.reason, status.message()));
    }
    if refusal.reason == "INVALID_FIELD" && refusal.fields.is_empty() {
        return Err("no field is named".to_owned());
    }
    short(&attack.message, status.message().as_bytes())?;
    short(&attack.message, status.details())?;
    let headers = status.into_http::<()>().into_parts().0.headers;
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    if bytes > HEADERS_MAX { Err(format!("{bytes} bytes of headers")) } else { Ok(()) }
}

/// Of a text that is too long no answer holds much.
fn short(sent: &[u8], told: &[u8]) -> Result<(), String> {
    for c in LONG.map(String::from) {
        let long = c.repeat(EXCERPT_MAX + 1);
        let holds = |bytes: &[u8]| bytes.windows(long.len()).any(|window| window == long.as_bytes());
        if sent.len() > 10_000 && holds(told) {
            return Err(format!("more than {EXCERPT_MAX} characters come back"));
        }
    }
    Ok(())
}
