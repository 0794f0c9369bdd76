//! Messages: what they may hold is stated in the descriptors, and judged before they are decoded.

use std::collections::BTreeSet;

use tests::{
    Oms, Refusal,
    api::{Api, Rpc},
    both_engines,
    comments::comments,
    heavy::{Filling, Inner, broken_texts, illegal, one_too_many, overfilled},
    merchant::channel,
    raw,
    refused::malformed,
    site::{MERCHANTS, credential_of},
};
use tonic::{Code, Status};

both_engines!(
    a_list_is_counted_before_it_is_decoded,
    a_message_that_is_too_long_is_refused_with_its_maximum,
    what_is_no_utf8_is_refused_where_it_is,
);

fn apis(oms: &Oms) -> [(Api, String); 2] {
    [(Api::inventory(), oms.inventory_url()), (Api::catalogue(), oms.catalogue_url())]
}

async fn refused(url: &str, rpc: &Rpc, message: &[u8]) -> Option<Status> {
    raw::call(&channel(url), rpc, &credential_of(MERCHANTS[0]), message).await.err()
}

async fn a_list_is_counted_before_it_is_decoded(oms: &Oms) {
    let mut tried = 0;
    for (api, url) in apis(oms) {
        for rpc in &api.rpcs {
            for (path, items_max, message) in one_too_many(&api, rpc) {
                let status = refused(&url, rpc, &message).await.expect("a refusal");

                let what = format!("{} with {path} of more than {items_max}: {status:?}", rpc.path());
                assert_eq!(Refusal::from(&status), malformed(&[&path]), "{what}");
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "only {tried} lists");
}

async fn a_message_that_is_too_long_is_refused_with_its_maximum(oms: &Oms) {
    for (api, url) in apis(oms) {
        for rpc in &api.rpcs {
            let heavy = illegal(&api, rpc).remove(0);
            let fitting = &heavy.message[..rpc.bytes_max];

            let longer = Refusal::from(&refused(&url, rpc, &heavy.message).await.expect("a refusal"));
            let cut_off = Refusal::from(&refused(&url, rpc, fitting).await.expect("a refusal"));

            let expected = tests::refusal(Code::InvalidArgument, "MESSAGE_TOO_LARGE");
            let expected = expected.with("bytes", rpc.bytes_max + 1).with("bytes_max", rpc.bytes_max);
            assert_eq!(longer, expected, "{}", rpc.path());
            assert_eq!(cut_off.kind(), (Code::InvalidArgument, "MESSAGE_INVALID"), "{}", rpc.path());
        }
    }
}

async fn what_is_no_utf8_is_refused_where_it_is(oms: &Oms) {
    for (api, url) in apis(oms) {
        for rpc in &api.rpcs {
            for (path, message) in broken_texts(&api, rpc) {
                let refusal = Refusal::from(&refused(&url, rpc, &message).await.expect("a refusal"));

                // In an element of a list it is the first one.
                let found: Vec<_> = refusal.fields.iter().map(|field| field.trim_end_matches("[0]")).collect();
                assert_eq!(refusal.kind(), (Code::InvalidArgument, "MESSAGE_INVALID"), "{}", rpc.path());
                assert_eq!(found, [path.as_str()], "{}", rpc.path());
            }
        }
    }
}

#[test]
fn every_list_of_a_request_states_its_maximum_in_words_and_for_machines() {
    for (api, descriptors) in
        [(Api::inventory(), proto::inventory::DESCRIPTORS), (Api::catalogue(), proto::catalogue::DESCRIPTORS)]
    {
        let comments = comments(descriptors, &["oms.inventory.v1", "oms.catalogue.v1", "oms.type.v1"]);
        let own: BTreeSet<_> =
            api.repeated().into_iter().filter(|(message, _)| !message.starts_with("google.")).collect();
        for (message, field) in &own {
            let name = format!("{message}.{field}");
            let stated = api.stated(&name).unwrap_or_else(|| panic!("{name} states no (oms.type.v1.items_max)"));
            let words = grouped(stated.items_max);
            let comment = comments.get(&name).map(String::as_str).unwrap_or_default();
            let says =
                comment.split(|c: char| !c.is_ascii_digit() && c != ',').any(|word| word.trim_matches(',') == words);
            assert!(says, "{name} has at most {words} elements, and says {comment:?}");
            assert!(stated.raw_items_max == 0 || stated.raw_items_max > stated.items_max, "{name}");
        }
        assert!(own.len() > 10, "only {} lists", own.len());
    }
}

/// 1000 as 1,000.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let (head, tail) = digits.split_at(digits.len().saturating_sub(3));
    if head.is_empty() { digits } else { format!("{head},{tail}") }
}

#[test]
fn every_rpc_has_room_for_its_longest_list() {
    for api in [Api::inventory(), Api::catalogue()] {
        for rpc in &api.rpcs {
            // A list of the most elements that are read at once has short texts.
            let full = overfilled(&api, rpc, Filling::Full, Inner::Items(1));
            let light = overfilled(&api, rpc, Filling::Light, Inner::Items(5));
            let room = rpc.bytes_max;
            assert!(light.len() <= room, "{} takes {room} bytes, {} are light", rpc.path(), light.len());
            let is_raw = api.message(&rpc.request).field.iter().any(|field| {
                api.stated(&format!("{}.{}", rpc.request, field.name())).is_some_and(|stated| stated.raw_items_max > 0)
            });
            assert!(is_raw || full.len() <= room, "{} takes {room} bytes, {} are full", rpc.path(), full.len());
        }
    }
}
