//! Hostile messages, made from the descriptors: every field of every request, with every value that a careless parser trips over.

use prost::encoding::{WireType, encode_key, encode_varint};
use prost_types::{
    DescriptorProto, FieldDescriptorProto,
    field_descriptor_proto::{Label, Type},
};
use uuid::Uuid;

use crate::api::Api;

/// A request with one hostile field.
#[derive(Debug)]
pub struct Attack {
    /// What is hostile: the field's path and the value.
    pub what: String,
    /// The encoded request.
    pub message: Vec<u8>,
}

/// What a field is replaced by.
#[derive(Clone, Copy, Debug)]
enum Poison {
    Absent,
    Text(&'static str),
    LongText(char, usize),
    BrokenText,
    WrongType,
    Number(i64),
    Twice,
    Many,
}

const TEXTS: [&str; 10] = [
    "",
    " ",
    "\0",
    "line\nbreak",
    "../../etc/passwd",
    "'; DROP TABLE isku; --",
    "%s%n{}{0}$1",
    "\u{202e}\u{200b}\u{feff}",
    "😀/ e\u{301} \u{1f468}\u{200d}\u{1f469}",
    "-1",
];

/// What long texts are made of; no message of ours repeats them.
pub const LONG: [char; 2] = ['x', 'é'];

const NUMBERS: [i64; 6] = [0, -1, i64::MIN, i64::MAX, i32::MAX as i64 + 1, 1_001];

/// Every attack on one request message.
pub fn attacks(api: &Api, message: &str) -> Vec<Attack> {
    let mut paths = Vec::new();
    fields(api, message, "", &mut paths);
    let mut found = vec![
        Attack { what: "an empty message".to_owned(), message: Vec::new() },
        Attack { what: "no protobuf at all".to_owned(), message: vec![0xff; 64] },
        Attack { what: "groups without end".to_owned(), message: vec![0x7b; 60_000] },
        Attack { what: "a plausible message".to_owned(), message: plausible(api, message) },
    ];
    for (path, field) in paths {
        for poison in poisons(&field) {
            let message = encode(api, message, "", Some((&path, poison)));
            found.push(Attack { what: format!("{path} = {poison:?}"), message });
        }
    }
    found
}

/// A request whose fields are all filled and mean nothing.
pub fn plausible(api: &Api, message: &str) -> Vec<u8> {
    encode(api, message, "", None)
}

fn fields(api: &Api, message: &str, prefix: &str, found: &mut Vec<(String, FieldDescriptorProto)>) {
    for field in &api.message(message).field {
        let path = format!("{prefix}{}", field.name());
        if field.r#type() == Type::Message {
            fields(api, field.type_name(), &format!("{path}."), found);
        }
        found.push((path, field.clone()));
    }
}

fn poisons(field: &FieldDescriptorProto) -> Vec<Poison> {
    let mut poisons = match field.r#type() {
        Type::String => {
            let texts = TEXTS.into_iter().map(Poison::Text);
            // As long as every rpc takes, and longer than most do.
            let long = LONG.into_iter().flat_map(|c| [20_000, 100_000].map(|length| Poison::LongText(c, length)));
            texts.chain(long).chain([Poison::BrokenText]).collect()
        }
        Type::Int64 | Type::Int32 | Type::Enum => NUMBERS.map(Poison::Number).to_vec(),
        _ => Vec::new(),
    };
    poisons.extend([Poison::Absent, Poison::WrongType]);
    if field.label() == Label::Repeated {
        poisons.extend([Poison::Twice, Poison::Many]);
    }
    poisons
}

fn encode(api: &Api, message: &str, prefix: &str, poison: Option<(&str, Poison)>) -> Vec<u8> {
    let mut to = Vec::new();
    for field in chosen(api.message(message), prefix, poison) {
        let path = format!("{prefix}{}", field.name());
        let own = poison.filter(|(poisoned, _)| *poisoned == path).map(|(_, poison)| poison);
        let times = match own {
            Some(Poison::Absent) => 0,
            Some(Poison::Twice) => 2,
            Some(Poison::Many) => 1_001,
            _ => 1,
        };
        let content = content(api, field, &path, own, poison);
        for _ in 0..times {
            write(&mut to, field, &content);
        }
    }
    to
}

/// Of a oneof only one field: the poisoned one, or the first.
fn chosen<'a>(
    message: &'a DescriptorProto,
    prefix: &str,
    poison: Option<(&str, Poison)>,
) -> impl Iterator<Item = &'a FieldDescriptorProto> {
    let poisoned = poison.map(|(path, _)| path.to_owned()).unwrap_or_default();
    let prefix = prefix.to_owned();
    message.field.iter().filter(move |field| {
        let Some(choice) = field.oneof_index.filter(|_| !field.proto3_optional()) else { return true };
        let siblings = || message.field.iter().filter(|other| other.oneof_index == Some(choice));
        let wanted = siblings().find(|other| poisoned.starts_with(&format!("{prefix}{}", other.name())));
        wanted.or_else(|| siblings().next()).is_some_and(|taken| taken.name() == field.name())
    })
}

enum Content {
    Bytes(Vec<u8>),
    Number(i64),
    /// Nothing, in brackets that no field of ours has.
    Group,
}

fn content(
    api: &Api,
    field: &FieldDescriptorProto,
    path: &str,
    own: Option<Poison>,
    poison: Option<(&str, Poison)>,
) -> Content {
    match (field.r#type(), own) {
        (_, Some(Poison::WrongType)) => Content::Group,
        (Type::Message, _) => Content::Bytes(encode(api, field.type_name(), &format!("{path}."), poison)),
        (Type::String, Some(Poison::Text(text))) => Content::Bytes(text.as_bytes().to_vec()),
        (Type::String, Some(Poison::LongText(c, length))) => Content::Bytes(c.to_string().repeat(length).into_bytes()),
        (Type::String, Some(Poison::BrokenText)) => Content::Bytes(vec![0xc3, 0x28]),
        (Type::String, _) => Content::Bytes(text(field.name()).into_bytes()),
        (_, Some(Poison::Number(number))) => Content::Number(number),
        _ => Content::Number(1),
    }
}

/// A text that the field could hold.
fn text(field: &str) -> String {
    match field {
        "request_id" => Uuid::now_v7().to_string(),
        "sync_id" | "reservation_id" => Uuid::nil().to_string(),
        "currency_code" => "MYR".to_owned(),
        "page_token" | "cursor" | "etag" | "location" | "locations" | "opening_location" => String::new(),
        "paths" => "buffer".to_owned(),
        _ => "nowhere".to_owned(),
    }
}

fn write(to: &mut Vec<u8>, field: &FieldDescriptorProto, content: &Content) {
    let number = u32::try_from(field.number()).expect("a field number");
    match content {
        Content::Bytes(bytes) => {
            encode_key(number, WireType::LengthDelimited, to);
            encode_varint(bytes.len() as u64, to);
            to.extend_from_slice(bytes);
        }
        Content::Group => {
            encode_key(number, WireType::StartGroup, to);
            encode_key(number, WireType::EndGroup, to);
        }
        Content::Number(value) => {
            encode_key(number, WireType::Varint, to);
            encode_varint(value.cast_unsigned(), to);
        }
    }
}
