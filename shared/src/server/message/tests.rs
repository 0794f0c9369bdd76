//! The walk and the framing, byte by byte.

mod framing;
mod walk;

use prost::Message;

use super::limits::Limits;
use crate::descriptor::{Field, FieldOptions, File, FileSet, Method, MethodOptions, Service, Shape};

const PATH: &str = "/test.Tests/Call";

fn field(name: &str, number: u32, kind: i32, items_max: u32) -> Field {
    let options = (items_max > 0).then_some(FieldOptions { items_max, raw_items_max: 0 });
    let label = if items_max > 0 { 3 } else { 1 };
    let type_name = if kind == 11 { ".test.Call".to_owned() } else { String::new() };
    Field { name: name.to_owned(), number, label, kind, type_name, options }
}

/// One rpc, whose message holds a text, a number, texts, numbers and messages of its own kind.
fn descriptors(fields: Vec<Field>, client_streaming: bool) -> Vec<u8> {
    let method = Method {
        name: "Call".to_owned(),
        input_type: ".test.Call".to_owned(),
        options: Some(MethodOptions { bytes_max: 600_000 }),
        client_streaming,
        server_streaming: false,
    };
    let file = File {
        package: "test".to_owned(),
        messages: vec![Shape { name: "Call".to_owned(), fields, nested: vec![] }],
        services: vec![Service { name: "Tests".to_owned(), methods: vec![method] }],
    };
    FileSet { files: vec![file] }.encode_to_vec()
}

fn fields() -> Vec<Field> {
    vec![
        field("text", 1, 9, 0),
        field("number", 2, 3, 0),
        field("texts", 3, 9, 3),
        field("numbers", 4, 5, 3),
        field("calls", 5, 11, 200_000),
        field("half", 6, 7, 2),
        field("one", 40, 11, 0),
    ]
}

fn limits(client_streaming: bool) -> Limits {
    Limits::compile(&descriptors(fields(), client_streaming)).unwrap()
}
