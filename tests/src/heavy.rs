//! Messages as heavy as they may be, and heavier: made from the descriptors and the limits that they state.

use prost::encoding::{WireType, encode_key, encode_varint};
use prost_types::{
    FieldDescriptorProto,
    field_descriptor_proto::{Label, Type},
};

use crate::api::{Api, Rpc};

/// Elements of all repeated fields of one message, as oms/type/v1/limit.proto states it.
pub const ELEMENTS_MAX: usize = 120_000;

/// A heavy message.
#[derive(Debug)]
pub struct Heavy {
    /// What is heavy.
    pub what: String,
    /// The encoded request.
    pub message: Vec<u8>,
}

/// Of what elements are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filling {
    /// Nothing at all.
    Empty,
    /// Texts of one letter.
    Light,
    /// Texts of 128 letters.
    Full,
}

/// How often lists inside of elements are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inner {
    /// With no, or a few elements.
    Items(usize),
    /// To their maximum.
    Maximum,
}

/// What a message has room for.
struct Room {
    bytes: usize,
    elements: usize,
}

/// The heaviest messages that an rpc takes for one.
pub fn legal(api: &Api, rpc: &Rpc) -> Vec<Heavy> {
    let mut found = Vec::new();
    for filling in [Filling::Empty, Filling::Light, Filling::Full] {
        for inner in [Inner::Items(0), Inner::Maximum] {
            let message = filled(api, rpc, filling, inner);
            assert!(message.len() <= rpc.bytes_max, "{} bytes for {}", message.len(), rpc.path());
            found.push(Heavy { what: format!("{filling:?} elements, lists inside: {inner:?}"), message });
        }
    }
    found
}

/// Messages that are longer, or hold more, than an rpc takes; or that no decoder takes.
pub fn illegal(api: &Api, rpc: &Rpc) -> Vec<Heavy> {
    let padding = |bytes: usize| {
        let mut message = Vec::with_capacity(bytes);
        encode_key(15_000, WireType::LengthDelimited, &mut message);
        // Its key and its length take 3 bytes each, or 4 for the length.
        let rest = bytes - if bytes > 2_097_157 { 7 } else { 6 };
        encode_varint(rest as u64, &mut message);
        message.resize(bytes, b'x');
        message
    };
    let mut found = vec![
        Heavy { what: "one byte too many".to_owned(), message: padding(rpc.bytes_max + 1) },
        Heavy { what: "groups without end".to_owned(), message: vec![0x7b; rpc.bytes_max] },
    ];
    // One for all that take much: nobody reads on once the length is there.
    if rpc.bytes_max >= 4 << 20 {
        found.push(Heavy { what: "32 MiB".to_owned(), message: padding(32 << 20) });
    }
    for (path, _) in lists(api, &rpc.request) {
        let message = inside(&path, &|number, to| {
            let mut element = Vec::new();
            write(&mut element, number, &[]);
            to.extend(element.repeat((rpc.bytes_max - 64) / element.len()));
        });
        found.push(Heavy { what: format!("{} without end", names(&path)), message });
    }
    if let Some(text) = texts(api, &rpc.request).last() {
        let (message, name) = (no_utf8(text, rpc.bytes_max - 64), names(text));
        found.push(Heavy { what: format!("{name} is long and no UTF-8"), message });
    }
    found
}

/// Every text as bytes that are no UTF-8, with its path.
pub fn broken_texts(api: &Api, rpc: &Rpc) -> Vec<(String, Vec<u8>)> {
    texts(api, &rpc.request).iter().map(|text| (names(text), no_utf8(text, 10))).collect()
}

fn no_utf8(text: &[&FieldDescriptorProto], length: usize) -> Vec<u8> {
    inside(text, &|number, to| {
        let mut long = vec![b'x'; length];
        long.push(0xff);
        write(to, number, &long);
    })
}

/// One element more in each list than is read of it, with the field's path.
pub fn one_too_many(api: &Api, rpc: &Rpc) -> Vec<(String, usize, Vec<u8>)> {
    let lists = lists(api, &rpc.request);
    let over = lists.iter().map(|(path, items_max)| {
        let message = inside(path, &|number, to| (0..=*items_max).for_each(|_| write(to, number, &[])));
        (names(path), *items_max, message)
    });
    over.collect()
}

/// A request whose lists have as many elements as they may have and the message has room for.
pub fn filled(api: &Api, rpc: &Rpc, filling: Filling, inner: Inner) -> Vec<u8> {
    // What surrounds an element is not counted: it is as long as another tenth at most, or shorter than the element.
    let mut room = Room { bytes: rpc.bytes_max * 9 / 10, elements: ELEMENTS_MAX };
    encode(api, &rpc.request, filling, Inner::Maximum, inner, &mut room)
}

/// The same, whether or not the message has room for it.
pub fn overfilled(api: &Api, rpc: &Rpc, filling: Filling, inner: Inner) -> Vec<u8> {
    let mut room = Room { bytes: usize::MAX, elements: usize::MAX };
    encode(api, &rpc.request, filling, Inner::Maximum, inner, &mut room)
}

fn encode(api: &Api, message: &str, filling: Filling, own: Inner, inner: Inner, room: &mut Room) -> Vec<u8> {
    let mut to = Vec::new();
    for field in fields(api, message) {
        let mut element = |room: &mut Room| {
            let content = content(api, field, filling, inner, room);
            let before = to.len();
            match content {
                Content::Bytes(bytes) => write(&mut to, number(field), &bytes),
                Content::Number => {
                    encode_key(number(field), WireType::Varint, &mut to);
                    encode_varint(1, &mut to);
                }
            }
            // What is inside has been counted.
            let counted = if field.r#type() == Type::Message { 4 } else { to.len() - before };
            room.bytes = room.bytes.saturating_sub(counted);
        };
        if field.label() != Label::Repeated {
            if filling != Filling::Empty {
                element(room);
            }
            continue;
        }
        let items = match own {
            Inner::Items(items) => items,
            Inner::Maximum => api.items_max(message.trim_start_matches('.'), field.name()),
        };
        for _ in 0..items {
            if room.elements == 0 || room.bytes < 4_096 {
                break;
            }
            room.elements -= 1;
            element(room);
        }
    }
    to
}

enum Content {
    Bytes(Vec<u8>),
    Number,
}

fn content(api: &Api, field: &FieldDescriptorProto, filling: Filling, inner: Inner, room: &mut Room) -> Content {
    match (field.r#type(), filling) {
        (Type::Message, _) => Content::Bytes(encode(api, field.type_name(), filling, inner, inner, room)),
        (Type::String, Filling::Empty) => Content::Bytes(vec![]),
        (Type::String, Filling::Light) => Content::Bytes(vec![b'x']),
        (Type::String, Filling::Full) => Content::Bytes(vec![b'x'; 128]),
        _ => Content::Number,
    }
}

/// Of a oneof only the first field.
fn fields<'a>(api: &'a Api, message: &str) -> impl Iterator<Item = &'a FieldDescriptorProto> {
    let fields = &api.message(message).field;
    fields.iter().filter(|field| {
        let same = |other: &&FieldDescriptorProto| other.oneof_index == field.oneof_index;
        field.oneof_index.is_none() || fields.iter().find(same).is_some_and(|first| first.name() == field.name())
    })
}

/// A field inside of others.
type Path<'a> = Vec<&'a FieldDescriptorProto>;

/// Every list of a message, with the elements that are read of it.
fn lists<'a>(api: &'a Api, message: &str) -> Vec<(Path<'a>, usize)> {
    let mut found = Vec::new();
    walk(api, message, &mut vec![], &mut |path, message| {
        let field = path[path.len() - 1];
        if field.label() == Label::Repeated {
            found.push((path.clone(), api.items_max(message, field.name())));
        }
    });
    found
}

/// Every text of a message.
fn texts<'a>(api: &'a Api, message: &str) -> Vec<Path<'a>> {
    let mut found = Vec::new();
    walk(api, message, &mut vec![], &mut |path, _| {
        if path[path.len() - 1].r#type() == Type::String {
            found.push(path.clone());
        }
    });
    found
}

fn walk<'a>(api: &'a Api, message: &str, path: &mut Path<'a>, visit: &mut impl FnMut(&Path<'a>, &str)) {
    let message = message.trim_start_matches('.');
    for field in &api.message(message).field {
        path.push(field);
        visit(path, message);
        if field.r#type() == Type::Message {
            walk(api, field.type_name(), path, visit);
        }
        path.pop();
    }
}

/// A message that has nothing but what is at a path.
fn inside(path: &[&FieldDescriptorProto], last: &dyn Fn(u32, &mut Vec<u8>)) -> Vec<u8> {
    let mut to = Vec::new();
    match path {
        [] => {}
        [field] => last(number(field), &mut to),
        [field, rest @ ..] => write(&mut to, number(field), &inside(rest, last)),
    }
    to
}

/// A path as refusals write it, in the first element of each list.
fn names(path: &[&FieldDescriptorProto]) -> String {
    let last = path.len() - 1;
    let parts = path.iter().enumerate().map(|(at, field)| {
        let index = if at < last && field.label() == Label::Repeated { "[0]" } else { "" };
        format!("{}{index}", field.name())
    });
    parts.collect::<Vec<_>>().join(".")
}

fn number(field: &FieldDescriptorProto) -> u32 {
    u32::try_from(field.number()).expect("a field number")
}

fn write(to: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    encode_key(number, WireType::LengthDelimited, to);
    encode_varint(bytes.len() as u64, to);
    to.extend_from_slice(bytes);
}
