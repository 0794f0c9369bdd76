//! Requests in which every field is another, and where each is read again.

use serde_json::{Value, json};

/// A request, and where its fields come back.
pub(super) struct Case {
    pub(super) rpc: &'static str,
    pub(super) request: Value,
    /// What has to be called before the fields can be read.
    pub(super) then: Option<(&'static str, Value)>,
    pub(super) shown: Vec<Shown>,
    /// Fields that nothing shows.
    pub(super) unseen: &'static [&'static str],
    /// Fields that cannot be set together with the others, or are output only.
    pub(super) left_out: &'static [&'static str],
    /// Fields that must be as another one.
    pub(super) repeats: &'static [&'static str],
    /// Where the answer has what later cases call `$0`, `$1` …
    pub(super) keeps: &'static [&'static str],
}

/// A read that shows fields of a request: under the same name, or under another.
pub(super) struct Shown {
    pub(super) read: &'static str,
    pub(super) of: Value,
    pub(super) at: &'static str,
    pub(super) named: &'static [(&'static str, &'static str)],
    /// What else it must say.
    pub(super) also: Value,
}

pub(super) fn shown(read: &'static str, of: Value, at: &'static str) -> Shown {
    Shown { read, of, at, named: &[], also: Value::Null }
}

pub(super) fn case(rpc: &'static str, request: Value, shown: Vec<Shown>) -> Case {
    Case { rpc, request, then: None, shown, unseen: &[], left_out: &[], repeats: &[], keeps: &[] }
}

pub(super) fn account() -> Value {
    json!({"channel": "shopee-my", "seller_id": "a@example.com"})
}

pub(super) fn order(id: &str) -> Value {
    json!({"channel": "shopee-my", "seller_id": "a@example.com", "order_id": id})
}
