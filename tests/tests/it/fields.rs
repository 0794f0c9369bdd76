//! Fields: what is written into each field of a request, different in each, is read from its own field again.

mod case;
mod goods;
mod shop;
mod sold;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::Value;
use tests::{Oms, both_engines, door::Door, site::credential_of};

use self::case::Case;

both_engines!(every_field_comes_back_as_itself);

/// One path of a value, such as `dimensions.length_mm` or `items.0.csku`, with what is there.
type Leaf = (String, Value);

async fn every_field_comes_back_as_itself(oms: &Oms) {
    let door = Door::of(oms, &credential_of("acme"));
    let mut ids = Vec::new();

    // In the order in which they can be asked.
    let cases =
        [goods::iskus(), goods::stock(), sold::orders(), shop::shops(), shop::feed(), shop::listings(), sold::sold()];
    for case in cases.into_iter().flatten() {
        let request = with_ids(case.request.clone(), &ids);
        every_field_is_set(&door, &case, &request);
        let written = leaves(&request);
        all_differ(&case, &written);
        let answers = door.call(case.rpc, &request).await;
        let answers = answers.unwrap_or_else(|status| panic!("{} of {request}: {status:?}", case.rpc));
        if let Some((rpc, request)) = &case.then {
            door.call(rpc, &with_ids(request.clone(), &ids)).await.unwrap_or_else(|status| panic!("{rpc}: {status:?}"));
        }
        ids.extend(case.keeps.iter().filter_map(|pointer| answers[0].pointer(pointer)).cloned());
        let mut unseen: Vec<Leaf> = written;
        for shown in &case.shown {
            let of = with_ids(shown.of.clone(), &ids);
            let read =
                door.call(shown.read, &of).await.unwrap_or_else(|status| panic!("{} of {of}: {status:?}", shown.read));
            let found = read[0].pointer(shown.at).unwrap_or_else(|| panic!("nothing at {} of {}", shown.at, read[0]));
            let also = with_ids(shown.also.clone(), &ids);
            for (pointer, expected) in also.as_object().into_iter().flatten() {
                assert_eq!(found.pointer(pointer), Some(expected), "{pointer} after {}: {found}", case.rpc);
            }
            unseen.retain(|(path, value)| {
                let named = shown.named.iter().find(|(own, _)| own == path).map(|(_, pointer)| (*pointer).to_owned());
                let pointer = named.unwrap_or_else(|| format!("/{}", path.replace('.', "/")));
                let own = found.pointer(&pointer);
                if let Some(own) = own {
                    assert_eq!(own, value, "{path} of {} in {pointer} of {found}", case.rpc);
                }
                own.is_none()
            });
        }
        let unseen: Vec<_> =
            unseen.iter().map(|(path, _)| path.as_str()).filter(|path| !case.unseen.contains(path)).collect();
        assert!(unseen.is_empty(), "{unseen:?} of {} come back nowhere", case.rpc);
    }
}

/// A value with `$0`, `$1` … replaced by what earlier answers said.
fn with_ids(value: Value, ids: &[Value]) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$').and_then(|number| number.parse::<usize>().ok()) {
            Some(number) => ids[number].clone(),
            None => Value::String(text),
        },
        Value::Array(values) => values.into_iter().map(|value| with_ids(value, ids)).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, with_ids(value, ids))).collect(),
        other => other,
    }
}

fn leaves(value: &Value) -> Vec<Leaf> {
    let of = |(name, value): (String, &Value)| -> Vec<Leaf> {
        let join = |path: &str| if path.is_empty() { name.clone() } else { format!("{name}.{path}") };
        leaves(value).into_iter().map(|(path, value)| (join(&path), value)).collect()
    };
    match value {
        Value::Object(fields) => fields.iter().flat_map(|(name, value)| of((name.clone(), value))).collect(),
        Value::Array(values) => values.iter().enumerate().flat_map(|(at, value)| of((at.to_string(), value))).collect(),
        leaf => vec![(String::new(), leaf.clone())],
    }
}

/// What is the same in two fields does not tell whether they were swapped.
fn all_differ(case: &Case, written: &[Leaf]) {
    let telling = written.iter().filter(|(path, value)| !value.is_boolean() && !case.repeats.contains(&path.as_str()));
    let telling: Vec<_> = telling.collect();
    for (at, (path, value)) in telling.iter().enumerate() {
        let twin = telling[..at].iter().find(|(_, other)| other == value);
        assert!(twin.is_none(), "{path} of {} is the same as {twin:?}", case.rpc);
    }
}

/// A field without a value is one whose way nobody has followed: a new one fails here.
fn every_field_is_set(door: &Door, case: &Case, request: &Value) {
    let mut missing = Vec::new();
    unset(&door.request_of(case.rpc), request, "", &mut missing);
    missing.retain(|path| !case.left_out.contains(&path.as_str()));
    assert!(missing.is_empty(), "{} is asked without {missing:?}", case.rpc);
}

fn unset(message: &MessageDescriptor, value: &Value, prefix: &str, missing: &mut Vec<String>) {
    for field in message.fields() {
        let path = format!("{prefix}{}", field.name());
        let own = match &value[field.name()] {
            Value::Array(values) => values.first().unwrap_or(&Value::Null),
            own => own,
        };
        if own.is_null() {
            // Of a oneof one is set.
            let is_chosen = |other: &FieldDescriptor| !value[other.name()].is_null();
            if !field.containing_oneof().is_some_and(|choice| choice.fields().any(|other| is_chosen(&other))) {
                missing.push(path);
            }
        } else if let Kind::Message(inner) = field.kind()
            && own.is_object()
        {
            unset(&inner, own, &format!("{path}."), missing);
        }
    }
}
