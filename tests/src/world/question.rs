//! Everything that can be asked of a world: each rpc that only reads, with each of its fields alone, each two together, and none.

use std::collections::BTreeSet;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::{Told, catalogue::listing, shops::account};
use crate::door::Door;

/// Values that fields of requests take. A field that has none here is a field that no test asks with: it fails.
#[derive(Clone, Debug)]
pub struct Words {
    /// The ids of the syncs, as they were told.
    pub syncs: Vec<String>,
    /// The ids of the reservations.
    pub reservations: Vec<String>,
}

/// A read.
#[derive(Clone, Debug)]
pub struct Question {
    /// The rpc.
    pub rpc: String,
    /// The fields that are set.
    pub fields: Vec<String>,
    /// What is asked.
    pub request: Value,
}

impl Words {
    /// The ids that a story was told.
    pub fn of(told: &[Told]) -> Self {
        Self { syncs: ids(told, "sync_id"), reservations: ids(told, "reservation_id") }
    }

    /// Every question that can be put with these words.
    pub fn questions(&self, door: &Door) -> Vec<Question> {
        let mut questions = Vec::new();
        for rpc in door.rpcs().filter(|rpc| rpc.is_question()) {
            let request = door.request_of(&rpc.name);
            let fields: Vec<_> = request.fields().filter(|field| !is_of_pages(field)).collect();
            let ask = |set: &[(&FieldDescriptor, &Value)]| Question {
                rpc: rpc.name.clone(),
                fields: set.iter().map(|(field, _)| field.name().to_owned()).collect(),
                request: set
                    .iter()
                    .map(|(field, value)| (field.name().to_owned(), (*value).clone()))
                    .collect::<Map<_, _>>()
                    .into(),
            };
            questions.push(ask(&[]));
            let values: Vec<_> = fields.iter().map(|field| (field, self.values(&request, field))).collect();
            for (at, (field, own)) in values.iter().enumerate() {
                questions.extend(own.iter().map(|value| ask(&[(field, value)])));
                let others = values[..at].iter().filter(|(other, _)| !is_choice(field, other));
                // Two values are enough beside another field, unless there are few; a watch costs more, and its first field says where it
                // begins.
                for (other, theirs) in others.filter(|(other, _)| !rpc.is_endless() || other.number() == 1) {
                    let pairs = own
                        .iter()
                        .take(enough(field))
                        .flat_map(|a| theirs.iter().take(enough(other)).map(move |b| (a, b)));
                    questions.extend(pairs.map(|(a, b)| ask(&[(other, b), (field, a)])));
                }
            }
        }
        questions
    }

    fn values(&self, message: &MessageDescriptor, field: &FieldDescriptor) -> Vec<Value> {
        let values = match field.kind() {
            Kind::Bool => vec![json!(true)],
            Kind::Enum(kind) => {
                kind.values().filter(|value| value.number() != 0).map(|value| json!(value.name())).collect()
            }
            Kind::Message(kind) => self.messages(kind.name()),
            Kind::String => self.texts(field.name()),
            _ => Vec::new(),
        };
        assert!(!values.is_empty(), "no words for {} of {}: say some in {}", field.name(), message.name(), file!());
        if field.is_list() {
            let alone = values.iter().take(2).map(|value| json!([value]));
            return std::iter::once(json!(values)).chain(alone).collect();
        }
        values
    }

    fn messages(&self, kind: &str) -> Vec<Value> {
        match kind {
            "SellerAccountKey" => [0, 2, 1].map(account).into(),
            "ListingKey" => {
                let by_csku = [
                    (0, "MUG"),
                    (1, "BOTH"),
                    (0, "TEE"),
                    (0, "SET"),
                    (1, "TEE"),
                    (2, "TEE"),
                    (2, "GONE"),
                    (2, "PARTS"),
                    (0, "NOBODY"),
                ];
                let by_id = json!({"account": account(0), "channel_listing_id": "115"});
                by_csku.map(|(number, csku)| listing(number, csku)).into_iter().chain([by_id]).collect()
            }
            "CategoryPath" => vec![
                json!({"channel_category_id": "1", "path": ["Home", "Tees"]}),
                json!({"path": ["Shop", "Shirts"]}),
                json!({"path": ["Nowhere"]}),
            ],
            "OrderKey" => {
                let key = |id: &str| json!({"channel": "shopee-my", "seller_id": "a@example.com", "order_id": id});
                ["shipped", "amended", "held", "due", "short", "sold", "nothing"].map(key).into()
            }
            "Timestamp" => vec![json!("2020-01-01T00:00:00Z"), json!("2100-01-01T00:00:00Z")],
            _ => Vec::new(),
        }
    }

    fn texts(&self, field: &str) -> Vec<Value> {
        let texts: &[&str] = match field {
            "isku_code" | "isku_codes" | "code" | "codes" => {
                &["TEE", "MUG", "OLD", "NEW", "GONE", "BARE", "NEWBIE", "tee", "NOWHERE"]
            }
            "location" | "locations" => &["KL", "JB", "default"],
            "csku" | "cskus" => &["TEE", "SET", "NOBODY"],
            "channel" => &["shopee-my", "shopify", "lazada"],
            "seller_id" => &["a@example.com", "b@example.com"],
            "document" => &["DOC-1", "DOC-2", "DOC-3"],
            "query" => &["TEE", "tee", "OLD", "9556001234568", "the mug of", "first", "second", "BA"],
            "sync_id" => return self.syncs.iter().map(|id| json!(id)).collect(),
            "reservation_id" => return self.reservations.iter().map(|id| json!(id)).collect(),
            _ => &[],
        };
        texts.iter().map(|text| json!(text)).collect()
    }
}

impl Question {
    /// Whether it is asked page by page.
    pub fn is_list(&self, door: &Door) -> bool {
        door.request_of(&self.rpc).get_field_by_name("page_token").is_some()
    }

    /// The rows of an answer: what its repeated field holds; none if it was refused.
    pub fn rows(&self, door: &Door, answer: &Value) -> Vec<Value> {
        let message = door.answer_of(&self.rpc);
        let list = message.fields().find(FieldDescriptor::is_list).expect("a list answers a list");
        answer[0][list.name()].as_array().cloned().unwrap_or_default()
    }
}

/// How many values of a field are asked beside another field; of syncs all, since each has outcomes of its own.
fn enough(field: &FieldDescriptor) -> usize {
    if matches!(field.kind(), Kind::Enum(_)) || field.name() == "sync_id" { usize::MAX } else { 2 }
}

fn is_of_pages(field: &FieldDescriptor) -> bool {
    ["page_size", "page_token", "cursor"].contains(&field.name())
}

/// Whether only one of two fields can be set.
fn is_choice(field: &FieldDescriptor, other: &FieldDescriptor) -> bool {
    field.containing_oneof().is_some() && field.containing_oneof() == other.containing_oneof()
}

/// Every value that answers have under a name, in the order told.
fn ids(told: &[Told], name: &str) -> Vec<String> {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for told in told {
        gather(&told.answer, name, &mut |id| {
            if seen.insert(id.to_owned()) {
                found.push(id.to_owned());
            }
        });
    }
    found
}

fn gather(value: &Value, name: &str, take: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if key == name && !text.is_empty() => take(text),
                    other => gather(other, name, take),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| gather(value, name, take)),
        _ => {}
    }
}
