//! A merchant with some of everything: the same codes, orders, accounts and request ids for each, under names and quantities of its own.

mod catalogue;
mod goods;
mod question;
mod shops;

use std::sync::Mutex;

use serde_json::{Value, json};

pub use self::question::{Question, Words};
use crate::{database::Behind, door::Door};

/// What tells the data of one merchant from the same data of another.
#[derive(Clone, Copy, Debug)]
pub struct Flavour {
    /// A word in every name, note and title.
    pub word: &'static str,
    /// What every quantity starts from.
    pub units: i64,
    /// In which order the ISKUs are made: the same number is another's code then.
    pub order: Order,
}

/// The order in which ISKUs are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they are named.
    Forwards,
    /// The last one first.
    Backwards,
}

/// One call of a story with its answer.
#[derive(Clone, Debug)]
pub struct Told {
    /// The rpc.
    pub rpc: String,
    /// What was asked.
    pub request: Value,
    /// What was answered: the messages, or the refusal.
    pub answer: Value,
}

/// A merchant that makes its world, call by call.
#[derive(Debug)]
pub struct World<'a> {
    door: &'a Door,
    flavour: Flavour,
    told: Mutex<Vec<Told>>,
}

impl<'a> World<'a> {
    /// A world that is empty yet.
    pub fn of(door: &'a Door, flavour: Flavour) -> Self {
        Self { door, flavour, told: Mutex::default() }
    }

    /// Fills the world; time passes for the merchant's reservations by a hand in the database of inventory-svc.
    pub async fn fill(&self, merchant: &str, behind: &Behind) {
        self.goods().await;
        self.orders(merchant, behind).await;
        self.shops().await;
        self.feeds().await;
        self.listings().await;
    }

    /// Every call so far.
    pub fn told(&self) -> Vec<Told> {
        self.told.lock().expect("no call has panicked").clone()
    }

    /// A name that nobody else gives.
    fn named(&self, what: &str) -> String {
        format!("{what} of the {}", self.flavour.word)
    }

    /// A quantity that nobody else has.
    fn units(&self, more: i64) -> i64 {
        self.flavour.units + more
    }

    /// Calls an rpc that must succeed, under the next request id; returns its last message.
    async fn tell(&self, rpc: &str, request: Value) -> Value {
        let answer = self.ask(rpc, request.clone()).await;
        let last = answer.as_array().and_then(|messages| messages.last().cloned());
        last.unwrap_or_else(|| panic!("{rpc} of {request} was refused: {answer}"))
    }

    /// Calls an rpc that must be refused.
    async fn refuse(&self, rpc: &str, request: Value, reason: &str) {
        let answer = self.ask(rpc, request.clone()).await;
        assert_eq!(answer["reason"], reason, "{rpc} of {request}: {answer}");
    }

    async fn ask(&self, rpc: &str, mut request: Value) -> Value {
        let number = self.told.lock().expect("no call has panicked").len();
        if self.door.request_of(rpc).get_field_by_name("request_id").is_some() && request["request_id"].is_null() {
            request["request_id"] = json!(format!("request {number}"));
        }
        let answer = self.door.ask(rpc, &request).await;
        let told = Told { rpc: rpc.to_owned(), request, answer: answer.clone() };
        self.told.lock().expect("no call has panicked").push(told);
        answer
    }
}

/// An answer without what differs each time: ids, times and tokens; findings, which have no order among those of one moment, by their text.
pub fn alike(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match name.as_str() {
                "next_page_token" | "page_token" | "cursor" | "epoch" | "lag" => (name.clone(), json!("<token>")),
                _ => (name.clone(), alike(value)),
            })
            .collect(),
        Value::Array(values) => {
            let mut values: Vec<Value> = values.iter().map(alike).collect();
            if values.iter().any(|value| !value["finding_id"].is_null()) {
                values.sort_by_key(Value::to_string);
            }
            Value::Array(values)
        }
        Value::String(text) if is_time(text) => json!("<time>"),
        Value::String(text) => json!(without_ids(text)),
        other => other.clone(),
    }
}

fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 20 && bytes[4] == b'-' && bytes[10] == b'T' && bytes.last() == Some(&b'Z')
}

/// A text with every UUID in it replaced, with and without hyphens.
fn without_ids(text: &str) -> String {
    let id = |rest: &str| {
        let starts = [36, 32].into_iter().filter_map(|length| rest.get(..length));
        starts.filter(|start| uuid::Uuid::try_parse(start).is_ok()).map(str::len).next()
    };
    let (mut kept, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let length = match id(rest) {
            Some(length) => {
                kept.push_str("<id>");
                length
            }
            None => {
                kept.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    kept
}
