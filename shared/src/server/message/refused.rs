//! How a message that is not taken is refused.

use proto::r#type::v1::ErrorReason;
use tonic::Code;

use super::{
    limits::ELEMENTS_MAX,
    walk::{Fault, What},
};
use crate::refusal::{Fields, Refusal};

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::common(Code::InvalidArgument, ErrorReason::MessageInvalid, message)
}

/// The body ends in the middle of a message.
pub(super) fn cut_off() -> Refusal {
    invalid("the call ends in the middle of a message")
}

/// A call that takes one message has none.
pub(super) fn missing() -> Refusal {
    invalid("the call has no message")
}

/// A call that takes one message has more.
pub(in crate::server) fn several() -> Refusal {
    invalid("the call has more than one message")
}

/// What stands where a message begins is none.
pub(super) fn no_message() -> Refusal {
    invalid("a message begins with its flag, 0, and its length in 4 bytes, the highest first")
}

/// A message is compressed.
pub(in crate::server) fn compressed() -> Refusal {
    let message = "compressed messages are not taken: send grpc-encoding identity, and 0 as the flag of each message";
    Refusal::common(Code::Unimplemented, ErrorReason::MessageCompressed, message)
}

/// A message has more bytes than its rpc takes.
pub(super) fn too_large(bytes: u32, bytes_max: u32) -> Refusal {
    let message = format!("a message of {bytes} bytes; this call takes {bytes_max} at most: send less at once");
    Refusal::common(Code::InvalidArgument, ErrorReason::MessageTooLarge, message)
        .with("bytes", bytes)
        .with("bytes_max", bytes_max)
}

/// A message is none, or holds too much.
pub(super) fn fault(Fault { path, what }: Fault) -> Refusal {
    let problem = match what {
        What::TooMany(items_max) => return too_many(path, format!("must be at most {items_max}")),
        What::TooManyInAll => {
            let problem = format!("must have at most {ELEMENTS_MAX} elements, in all repeated fields of the message");
            return too_many(path, problem);
        }
        What::CutOff => "ends before its stated length",
        What::Garbage => "is no field of a protobuf message",
        What::Type => "has another type on the wire",
        What::NotUtf8 => "is not UTF-8",
        What::TooDeep => "is too deep",
    };
    if path.is_empty() {
        return invalid(format!("not a protobuf message of this call: what it holds {problem}"));
    }
    let mut refusal = invalid(format!("not a protobuf message of this call: {path} {problem}"));
    refusal.fields.push((path, problem.to_owned()));
    refusal
}

fn too_many(path: String, problem: String) -> Refusal {
    let mut fields = Fields::default();
    fields.add(path, problem);
    fields.into()
}
