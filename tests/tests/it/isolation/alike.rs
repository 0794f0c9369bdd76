//! Every rpc of both services answers a merchant the same whatever the other one has: asked from the descriptors, with data on both sides.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{
    Oms, both_engines,
    door::Door,
    merchant::Credential,
    site::credential_of,
    world::{Flavour, Order, Question, Told, Words, World, alike},
};

both_engines!(every_answer_is_the_same_whatever_the_other_has);

const FIRST: Flavour = Flavour { word: "first", units: 1_000, order: Order::Forwards };
const SECOND: Flavour = Flavour { word: "second", units: 70_000, order: Order::Backwards };

/// What no row stays in once its call has answered.
const PASSING: [&str; 1] = ["\"SYNC_STATE_APPLYING\""];

async fn every_answer_is_the_same_whatever_the_other_has(oms: &Oms) {
    let behind = oms.behind_inventory().await;
    // One caller acts for all, so that each is told of the same one.
    let door = |merchant: &str| {
        Door::of(oms, &Credential { merchant: Some(merchant.to_owned()), ..credential_of("operator") })
    };
    let [acme, globex, third] = &["acme", "globex", "third"].map(door);

    let (alone, among) = (World::of(acme, FIRST), World::of(third, FIRST));
    alone.fill("acme", &behind).await;
    let words = Words::of(&alone.told());
    let questions = words.questions(acme);
    let before = answers(acme, &questions).await;
    let other = World::of(globex, SECOND);
    other.fill("globex", &behind).await;
    let after = answers(acme, &questions).await;
    among.fill("third", &behind).await;

    for ((question, before), after) in questions.iter().zip(&before).zip(&after) {
        assert_eq!(settled(before), settled(after), "{question:?} tells what the other has");
    }
    same_story(&alone.told(), &among.told());
    let asked_among = Words::of(&among.told()).questions(third);
    let answered_among = answers(third, &asked_among).await;
    for ((question, alone), among) in asked_among.iter().zip(&before).zip(&answered_among) {
        assert_eq!(alike(alone), alike(among), "{question:?} is answered otherwise among others");
    }
    strangers_ids_are_unknown(globex, &questions).await;
    nothing_of_the_other(&other.told(), "of the first");
    every_rpc_succeeds(acme, &alone.told(), questions.iter().zip(&before));
}

async fn answers(door: &Door, questions: &[Question]) -> Vec<Value> {
    let mut answers = Vec::new();
    for question in questions {
        answers.push(door.ask(&question.rpc, &question.request).await);
    }
    answers
}

/// An answer without the time that it was given at: a watch tells it in every message.
fn settled(answer: &Value) -> Value {
    let mut answer = answer.clone();
    for message in answer.as_array_mut().into_iter().flatten() {
        for told_now in ["checkpoint", "cursor"] {
            if message.get(told_now).is_some() {
                message[told_now] = json!("<now>");
            }
        }
    }
    answer
}

fn same_story(alone: &[Told], among: &[Told]) {
    assert_eq!(alone.len(), among.len());
    for (alone, among) in alone.iter().zip(among) {
        let told = |told: &Told| (told.rpc.clone(), alike(&told.request), alike(&told.answer));
        assert_eq!(told(alone), told(among), "a call is answered otherwise among others");
    }
}

/// What is asked with the id of another's is answered as if the id were made up.
async fn strangers_ids_are_unknown(stranger: &Door, questions: &[Question]) {
    let by_id =
        |question: &&Question| question.fields.iter().any(|field| field.ends_with("_id") && field != "seller_id");
    let mut asked = BTreeSet::new();
    for question in questions.iter().filter(by_id) {
        let mut made_up = question.request.clone();
        for field in question.fields.iter().filter(|field| field.ends_with("_id") && *field != "seller_id") {
            made_up[field] = json!(uuid::Uuid::now_v7().to_string());
        }
        let theirs = stranger.ask(&question.rpc, &question.request).await;
        let nobodys = stranger.ask(&question.rpc, &made_up).await;
        assert_eq!(alike(&theirs), alike(&nobodys), "{question:?} knows the id of another's");
        asked.insert(question.rpc.as_str());
    }
    assert!(asked.len() >= 4, "only {asked:?} are asked by an id");
}

fn nothing_of_the_other(told: &[Told], mark: &str) {
    for told in told {
        assert!(!told.answer.to_string().contains(mark), "{} tells of another: {}", told.rpc, told.answer);
    }
}

/// A case that is only ever refused shows nothing: every rpc succeeds, every list has rows, with each of its filters.
fn every_rpc_succeeds<'a>(door: &Door, told: &[Told], asked: impl Iterator<Item = (&'a Question, &'a Value)>) {
    let mut good: BTreeSet<String> =
        told.iter().filter(|told| told.answer.is_array()).map(|told| told.rpc.clone()).collect();
    let (mut filters, mut full) = (BTreeSet::new(), BTreeSet::new());
    for (question, answer) in asked {
        if answer.is_array() {
            good.insert(question.rpc.clone());
        }
        if !question.is_list(door) {
            continue;
        }
        let has_rows = !question.rows(door, answer).is_empty();
        for field in &question.fields {
            let value = &question.request[field];
            // Of what is one of few, each has rows; of what is free, one has.
            let few = value.as_str().is_some_and(|text| text.contains('_') && !text.contains('@'));
            let filter = (question.rpc.clone(), field.clone(), if few { value.to_string() } else { String::new() });
            if has_rows {
                full.insert(filter.clone());
            }
            filters.insert(filter);
        }
    }
    let silent: Vec<_> = door.rpcs().map(|rpc| rpc.name.clone()).filter(|rpc| !good.contains(rpc)).collect();
    assert!(silent.is_empty(), "no call of {silent:?} succeeds: tell of them in the world");
    let empty: Vec<_> = filters.difference(&full).filter(|(_, _, value)| !PASSING.contains(&value.as_str())).collect();
    assert!(empty.is_empty(), "these filters leave nothing: {empty:?}");
}
