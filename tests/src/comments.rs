//! What is written in the proto files above each name, as their descriptors keep it.

use std::collections::BTreeMap;

use prost::Message;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet};

/// The comments of the files of some packages by full name, each in one line: `oms.type.v1.Money.units` and what is above it.
pub fn comments(descriptors: &[u8], packages: &[&str]) -> BTreeMap<String, String> {
    let files = FileDescriptorSet::decode(descriptors).expect("the descriptors decode").file;
    let own = files.iter().filter(|file| packages.contains(&file.package()));
    own.flat_map(commented).collect()
}

fn commented(file: &FileDescriptorProto) -> BTreeMap<String, String> {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    let above = locations.filter_map(|location| {
        let path: Vec<usize> = location.path.iter().map(|at| usize::try_from(*at).expect("a place")).collect();
        let text = location.leading_comments().split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then(|| (format!("{}{}", file.package(), name(file, &path)), text))
    });
    above.collect()
}

/// The name at a path of `google.protobuf.SourceCodeInfo`, with a dot before each part; the package itself has none.
fn name(file: &FileDescriptorProto, path: &[usize]) -> String {
    match path {
        [4, at, rest @ ..] => in_message(&file.message_type[*at], rest),
        [5, at, rest @ ..] => in_enum(&file.enum_type[*at], rest),
        [6, at] => format!(".{}", file.service[*at].name()),
        [6, at, 2, method] => format!(".{}.{}", file.service[*at].name(), file.service[*at].method[*method].name()),
        _ => String::new(),
    }
}

fn in_message(message: &DescriptorProto, path: &[usize]) -> String {
    let own = message.name();
    match path {
        [2, at, ..] => format!(".{own}.{}", message.field[*at].name()),
        [3, at, rest @ ..] => format!(".{own}{}", in_message(&message.nested_type[*at], rest)),
        [4, at, rest @ ..] => format!(".{own}{}", in_enum(&message.enum_type[*at], rest)),
        [8, at, ..] => format!(".{own}.{}", message.oneof_decl[*at].name()),
        _ => format!(".{own}"),
    }
}

fn in_enum(own: &EnumDescriptorProto, path: &[usize]) -> String {
    match path {
        [2, at, ..] => format!(".{}.{}", own.name(), own.value[*at].name()),
        _ => format!(".{}", own.name()),
    }
}
