//! The part of a descriptor set that says what a request may hold; the usual types forget our options. Knows no service.

use std::collections::BTreeMap;

use prost::Message;

/// Several files.
#[derive(Clone, PartialEq, Message)]
pub struct FileSet {
    /// The files.
    #[prost(message, repeated, tag = "1")]
    pub files: Vec<File>,
}

/// A file.
#[derive(Clone, PartialEq, Message)]
pub struct File {
    /// Its package.
    #[prost(string, tag = "2")]
    pub package: String,
    /// Its messages.
    #[prost(message, repeated, tag = "4")]
    pub messages: Vec<Shape>,
    /// Its services.
    #[prost(message, repeated, tag = "6")]
    pub services: Vec<Service>,
}

/// A message.
#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its fields.
    #[prost(message, repeated, tag = "2")]
    pub fields: Vec<Field>,
    /// Messages that are named inside it.
    #[prost(message, repeated, tag = "3")]
    pub nested: Vec<Shape>,
}

/// A field.
#[derive(Clone, PartialEq, Message)]
pub struct Field {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its number.
    #[prost(uint32, tag = "3")]
    pub number: u32,
    /// `google.protobuf.FieldDescriptorProto.Label`.
    #[prost(int32, tag = "4")]
    pub label: i32,
    /// `google.protobuf.FieldDescriptorProto.Type`.
    #[prost(int32, tag = "5")]
    pub kind: i32,
    /// The full name of its message, with a dot before it.
    #[prost(string, tag = "6")]
    pub type_name: String,
    /// What is stated beside it.
    #[prost(message, tag = "8")]
    pub options: Option<FieldOptions>,
}

/// The options of oms/type/v1/limit.proto.
#[derive(Clone, PartialEq, Message)]
pub struct FieldOptions {
    /// Elements at most; 0 if not stated.
    #[prost(uint32, tag = "50001")]
    pub items_max: u32,
    /// Elements that are read at most, where these are more.
    #[prost(uint32, tag = "50002")]
    pub raw_items_max: u32,
}

/// A service.
#[derive(Clone, PartialEq, Message)]
pub struct Service {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its rpcs.
    #[prost(message, repeated, tag = "2")]
    pub methods: Vec<Method>,
}

/// An rpc.
#[derive(Clone, PartialEq, Message)]
pub struct Method {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// The full name of its request, with a dot before it.
    #[prost(string, tag = "2")]
    pub input_type: String,
    /// What is stated beside it.
    #[prost(message, tag = "4")]
    pub options: Option<MethodOptions>,
    /// Whether the answer is a stream of messages.
    #[prost(bool, tag = "6")]
    pub server_streaming: bool,
    /// Whether the request is a stream of messages.
    #[prost(bool, tag = "5")]
    pub client_streaming: bool,
}

/// The options of oms/type/v1/limit.proto.
#[derive(Clone, PartialEq, Message)]
pub struct MethodOptions {
    /// Bytes of a request message at most; 0 if not stated.
    #[prost(uint32, tag = "50003")]
    pub bytes_max: u32,
}

impl FileSet {
    /// Every message by its full name, with the dot before it that references have.
    pub fn shapes(&self) -> BTreeMap<String, &Shape> {
        let mut found = BTreeMap::new();
        for file in &self.files {
            let prefix = if file.package.is_empty() { String::new() } else { format!(".{}", file.package) };
            file.messages.iter().for_each(|shape| shape.collect(&prefix, &mut found));
        }
        found
    }
}

impl Shape {
    fn collect<'s>(&'s self, prefix: &str, found: &mut BTreeMap<String, &'s Shape>) {
        let name = format!("{prefix}.{}", self.name);
        self.nested.iter().for_each(|nested| nested.collect(&name, found));
        found.insert(name, self);
    }
}
