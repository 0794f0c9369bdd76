//! The API is whole: every rpc says what it refuses, and some test calls it.

use std::collections::BTreeSet;

use tests::{
    api::{ANYWHERE, Api},
    sources,
};

#[test]
fn every_rpc_promises_something() {
    for rpc in rpcs() {
        let promise = rpc.comment.trim();

        assert!(promise.ends_with('.') && promise.len() > 20, "{} says too little: {promise:?}", rpc.path());
    }
}

#[test]
fn every_refusal_in_a_comment_is_a_reason_of_the_api() {
    for api in [Api::inventory(), Api::catalogue()] {
        for rpc in &api.rpcs {
            let unknown: Vec<_> = rpc.refusals.difference(api.reasons()).collect();
            assert!(unknown.is_empty(), "{} names {unknown:?}, which no ErrorReason has", rpc.path());

            let announced = rpc.comment.contains("Refusals:");
            assert!(announced != rpc.refusals.is_empty(), "{} announces refusals and names none", rpc.path());
        }
    }
}

#[test]
fn every_reason_is_named_by_an_rpc() {
    for api in [Api::inventory(), Api::catalogue()] {
        let named: BTreeSet<&str> =
            api.rpcs.iter().flat_map(|rpc| &rpc.refusals).map(String::as_str).chain(ANYWHERE).collect();

        let silent: Vec<_> = api.reasons().iter().filter(|reason| !named.contains(reason.as_str())).collect();

        assert!(silent.is_empty(), "{}: no rpc's comment names {silent:?}", api.name);
    }
}

#[test]
fn every_rpc_is_called_by_a_test() {
    let source = ["tests/src", "tests/tests"].map(sources).concat();

    let silent: Vec<_> =
        rpcs().into_iter().filter(|rpc| !calls(&source, &rpc.method())).map(|rpc| rpc.path()).collect();

    assert!(silent.is_empty(), "no test calls {silent:?}");
}

#[test]
fn a_call_is_told_from_a_mention() {
    assert!(calls("client.create_isku(request)", "create_isku"));
    assert!(calls("client\n    .create_isku(request)", "create_isku"));
    assert!(!calls("client.create_isku_twice(request); create_isku(1)", "create_isku"));
}

fn rpcs() -> Vec<tests::api::Rpc> {
    let all: Vec<_> = [Api::inventory(), Api::catalogue()].into_iter().flat_map(|api| api.rpcs).collect();
    assert!(all.len() > 30, "the descriptors were not found: {} rpcs", all.len());
    all
}

fn calls(source: &str, method: &str) -> bool {
    source.contains(&format!(".{method}("))
}
