//! What the messages of each rpc may hold: compiled once from the descriptors, whose options state it.

use std::collections::{BTreeMap, HashMap};

use prost::Message;

use super::{
    refused,
    walk::{Fault, Walk},
};
use crate::{
    descriptor::{self, FileSet},
    refusal::Refusal,
};

/// Bytes of a message at most, where the rpc does not state it.
const BYTES_MAX: u32 = 64 << 10;
/// Elements at most of a repeated field that belongs to a package of others.
const FOREIGN_ITEMS_MAX: u32 = 1_000;
/// Elements at most of all repeated fields of one message.
pub(super) const ELEMENTS_MAX: u32 = 120_000;

/// The limits of every rpc of a descriptor set.
#[derive(Debug)]
pub(in crate::server) struct Limits {
    methods: HashMap<String, Method>,
    shapes: Vec<Shape>,
}

/// The limits of one rpc.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Method {
    /// Whether it takes a stream of messages.
    pub(in crate::server) is_stream: bool,
    /// Whether it is answered by a stream of messages.
    pub(in crate::server) is_answered_by_stream: bool,
    bytes_max: u32,
    request: usize,
}

/// The fields of a message, by their numbers.
#[derive(Debug)]
pub(super) struct Shape {
    fields: Vec<Field>,
    /// How many of them repeat.
    pub(super) repeated: usize,
}

/// A field.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) number: u32,
    pub(super) kind: Kind,
    pub(super) repeated: Option<Repeated>,
}

/// How a value looks on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Varint,
    Fixed32,
    Fixed64,
    Bytes,
    Text,
    /// A message, by its place among the shapes.
    Message(usize),
}

/// How often a field may be there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeated {
    /// Its place among the counts of its message.
    pub(super) slot: usize,
    pub(super) items_max: u32,
}

/// Why no limits can be made of a descriptor set.
#[derive(Debug, thiserror::Error)]
pub enum LimitError {
    /// It is no descriptor set.
    #[error("the descriptors cannot be read")]
    Unreadable(#[from] prost::DecodeError),
    /// It refers to what it does not have.
    #[error("the descriptors do not have {0}")]
    Missing(String),
    /// A request could be of any size.
    #[error("{0} repeats and states no (oms.type.v1.items_max)")]
    Unbounded(String),
    /// A field that this service cannot judge.
    #[error("{0} has a type that is not known: {1}")]
    Kind(String, i32),
}

impl Limits {
    /// The limits that a descriptor set states.
    pub(in crate::server) fn compile(descriptors: &[u8]) -> Result<Self, LimitError> {
        let files = FileSet::decode(descriptors)?;
        let mut compiler = Compiler { known: files.shapes(), places: BTreeMap::new(), shapes: vec![] };
        let mut methods = HashMap::new();
        for file in &files.files {
            for service in &file.services {
                for method in &service.methods {
                    let request = compiler.shape(&method.input_type)?;
                    let stated = method.options.as_ref().map_or(0, |options| options.bytes_max);
                    let bytes_max = if stated == 0 { BYTES_MAX } else { stated };
                    let path = format!("/{}.{}/{}", file.package, service.name, method.name);
                    let (is_stream, is_answered_by_stream) = (method.client_streaming, method.server_streaming);
                    methods.insert(path, Method { is_stream, is_answered_by_stream, bytes_max, request });
                }
            }
        }
        Ok(Self { methods, shapes: compiler.shapes })
    }

    /// The limits of the rpc that has a path, if it is known.
    pub(in crate::server) fn method(&self, path: &str) -> Option<Method> {
        self.methods.get(path).copied()
    }

    /// The message at a place.
    pub(super) fn shape(&self, place: usize) -> Option<&Shape> {
        self.shapes.get(place)
    }

    /// Whether a message is one, and holds no more than it may.
    pub(super) fn judge(&self, method: Method, message: &[u8]) -> Result<(), Refusal> {
        self.walk(method, message).map_err(refused::fault)
    }

    pub(super) fn walk(&self, method: Method, message: &[u8]) -> Result<(), Fault> {
        self.shape(method.request).map_or(Ok(()), |shape| Walk::through(self, shape, message))
    }
}

impl Method {
    /// The length that a prefix states, if a message may be as long.
    pub(super) fn length(self, [flag, length @ ..]: [u8; super::PREFIX]) -> Result<usize, Refusal> {
        let length = u32::from_be_bytes(length);
        match flag {
            0 if length <= self.bytes_max => usize::try_from(length).map_err(|error| Refusal::internal(&error)),
            0 => Err(refused::too_large(length, self.bytes_max)),
            1 => Err(refused::compressed()),
            _ => Err(refused::no_message()),
        }
    }
}

impl Shape {
    /// The field that has a number.
    pub(super) fn field(&self, number: u32) -> Option<&Field> {
        // Most messages count their fields from 1, without gaps.
        let guess = self.fields.get(number.checked_sub(1)? as usize).filter(|field| field.number == number);
        guess.or_else(|| {
            let place = self.fields.binary_search_by_key(&number, |field| field.number).ok()?;
            self.fields.get(place)
        })
    }
}

struct Compiler<'f> {
    known: BTreeMap<String, &'f descriptor::Shape>,
    places: BTreeMap<String, usize>,
    shapes: Vec<Shape>,
}

impl Compiler<'_> {
    fn shape(&mut self, name: &str) -> Result<usize, LimitError> {
        if let Some(place) = self.places.get(name) {
            return Ok(*place);
        }
        let stated = *self.known.get(name).ok_or_else(|| LimitError::Missing(name.to_owned()))?;
        // Its place first: a message may hold itself.
        let place = self.shapes.len();
        self.places.insert(name.to_owned(), place);
        self.shapes.push(Shape { fields: vec![], repeated: 0 });
        let (mut fields, mut repeated) = (vec![], 0);
        for field in &stated.fields {
            let kind = self.kind(name, field)?;
            let is_repeated = field.label == prost_types::field_descriptor_proto::Label::Repeated as i32;
            let bound = is_repeated.then(|| items_max(name, field)).transpose()?;
            let bound = bound.map(|items_max| Repeated { slot: repeated, items_max });
            repeated += usize::from(is_repeated);
            fields.push(Field { name: field.name.clone(), number: field.number, kind, repeated: bound });
        }
        fields.sort_by_key(|field| field.number);
        self.shapes[place] = Shape { fields, repeated };
        Ok(place)
    }

    fn kind(&mut self, message: &str, field: &descriptor::Field) -> Result<Kind, LimitError> {
        use prost_types::field_descriptor_proto::Type;
        let unknown = || LimitError::Kind(format!("{message}.{}", field.name), field.kind);
        Ok(match Type::try_from(field.kind).map_err(|_| unknown())? {
            Type::Int64 | Type::Uint64 | Type::Sint64 | Type::Int32 | Type::Uint32 | Type::Sint32 => Kind::Varint,
            Type::Bool | Type::Enum => Kind::Varint,
            Type::Fixed32 | Type::Sfixed32 | Type::Float => Kind::Fixed32,
            Type::Fixed64 | Type::Sfixed64 | Type::Double => Kind::Fixed64,
            Type::Bytes => Kind::Bytes,
            Type::String => Kind::Text,
            Type::Message => Kind::Message(self.shape(&field.type_name)?),
            Type::Group => return Err(unknown()),
        })
    }
}

/// Elements of a repeated field that are read at most.
fn items_max(message: &str, field: &descriptor::Field) -> Result<u32, LimitError> {
    let stated = field.options.as_ref().map_or(0, |options| options.items_max.max(options.raw_items_max));
    match stated {
        0 if message.starts_with(".google.") => Ok(FOREIGN_ITEMS_MAX),
        0 => Err(LimitError::Unbounded(format!("{}.{}", message.trim_start_matches('.'), field.name))),
        stated => Ok(stated),
    }
}
