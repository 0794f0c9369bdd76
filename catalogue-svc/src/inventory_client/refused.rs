//! What a status of inventory-svc means for the catalogue's caller, by its reason.

use std::collections::HashMap;

use shared::code::Code;
use tonic::Status;

use super::Failure;
use crate::domain::{Error as Refused, error::Shortage};

pub(super) fn failure(status: &Status) -> Failure {
    let known = shared::client::reason(status).and_then(|(reason, metadata)| by_reason(&reason, &metadata));
    known.unwrap_or_else(|| match status.code() {
        // Unknown and Cancelled without a reason: the connection was cut in mid-call.
        tonic::Code::Unavailable
        | tonic::Code::ResourceExhausted
        | tonic::Code::Aborted
        | tonic::Code::Unknown
        | tonic::Code::Cancelled => Failure::Refused(Refused::InventoryUnavailable),
        tonic::Code::DeadlineExceeded => Failure::Deadline,
        tonic::Code::Ok
        | tonic::Code::InvalidArgument
        | tonic::Code::NotFound
        | tonic::Code::AlreadyExists
        | tonic::Code::PermissionDenied
        | tonic::Code::FailedPrecondition
        | tonic::Code::OutOfRange
        | tonic::Code::Unimplemented
        | tonic::Code::Internal
        | tonic::Code::DataLoss
        | tonic::Code::Unauthenticated => {
            Failure::Unexpected(format!("inventory-svc answered {:?}: {}", status.code(), status.message()))
        }
    })
}

/// What it means for whoever sells an order.
pub(super) fn of_reserve(status: &Status) -> Failure {
    match shared::client::reason(status) {
        Some((reason, metadata)) if reason == "MESSAGE_TOO_LARGE" => {
            let text = |key: &str| metadata.get(key).map(String::as_str).unwrap_or_default();
            let problem = format!(
                "sell so many components that their reservation has {} bytes, of at most {}: send the order in parts",
                text("bytes"),
                text("bytes_max")
            );
            Failure::Refused(Refused::Malformed(vec![("lines".to_owned(), problem)]))
        }
        _ => failure(status),
    }
}

fn by_reason(reason: &str, metadata: &HashMap<String, String>) -> Option<Failure> {
    let text = |key: &str| metadata.get(key).cloned().unwrap_or_default();
    let refused = match reason {
        "ISKU_NOT_FOUND" => Refused::IskuNotFound { isku_code: Code::parse(&text("isku_code")).ok()? },
        "ISKU_ARCHIVED" => Refused::IskuArchived { isku_code: Code::parse(&text("isku_code")).ok()? },
        "LOCATION_NOT_FOUND" => Refused::LocationNotFound { location: text("location") },
        "INSUFFICIENT_STOCK" => insufficient(metadata),
        "ORDER_DIFFERS" => Refused::OrderDiffers { reservation_id: text("reservation_id") },
        "RESERVATION_NOT_FOUND" => Refused::OrderNotFound,
        "RESERVATION_SHIPPED" => Refused::OrderShipped { reservation_id: text("reservation_id") },
        "QUANTITY_OVERFLOW" => {
            let problem = "the lines need more units than 64 bits hold".to_owned();
            Refused::Malformed(vec![("lines".to_owned(), problem)])
        }
        "BELOW_RESERVED" => return Some(Failure::BelowReserved),
        "REQUEST_ID_REUSED" => return Some(Failure::RequestIdReused),
        _ => return None,
    };
    Some(Failure::Refused(refused))
}

fn insufficient(metadata: &HashMap<String, String>) -> Refused {
    let shortages = shortages(metadata);
    let count = metadata.get("short_count").and_then(|count| count.parse().ok()).unwrap_or(shortages.len());
    Refused::InsufficientStock { shortages, count }
}

fn shortages(metadata: &HashMap<String, String>) -> Vec<Shortage> {
    let shortage = |n: usize| {
        let number = |key: &str| metadata.get(&format!("{key}_{n}"))?.parse().ok();
        Some(Shortage {
            isku_code: metadata.get(&format!("isku_code_{n}"))?.clone(),
            requested: number("requested")?,
            available: number("available")?,
        })
    };
    (0..20).map_while(shortage).collect()
}

#[cfg(test)]
mod tests {
    use shared::refusal::Refusal;

    use super::*;

    #[test]
    fn a_refusal_is_known_again_by_its_reason() {
        let check = |code: tonic::Code, reason: &str, metadata: &[(&str, &str)], expected: Failure| {
            let refusal = Refusal::new(code, reason, "inventory.oms", "text");
            let refusal = metadata.iter().fold(refusal, |refusal, (key, value)| refusal.with(key, value));
            assert_eq!(failure(&refusal.into()), expected, "{reason}");
        };
        let pre = tonic::Code::FailedPrecondition;
        let short = Shortage { isku_code: "A".to_owned(), requested: 3, available: 1 };
        check(
            pre,
            "INSUFFICIENT_STOCK",
            &[("short_count", "40"), ("isku_code_0", "A"), ("requested_0", "3"), ("available_0", "1")],
            Failure::Refused(Refused::InsufficientStock { shortages: vec![short], count: 40 }),
        );
        let code = Code::parse("A").unwrap();
        check(pre, "ISKU_ARCHIVED", &[("isku_code", "A")], Failure::Refused(Refused::IskuArchived { isku_code: code }));
        check(tonic::Code::NotFound, "RESERVATION_NOT_FOUND", &[], Failure::Refused(Refused::OrderNotFound));
        check(tonic::Code::InvalidArgument, "REQUEST_ID_REUSED", &[], Failure::RequestIdReused);
        check(pre, "BELOW_RESERVED", &[("isku_code", "A"), ("reserved", "3")], Failure::BelowReserved);
        check(tonic::Code::Unavailable, "DRAINING", &[], Failure::Refused(Refused::InventoryUnavailable));
        assert_eq!(failure(&Status::unavailable("")), Failure::Refused(Refused::InventoryUnavailable));
        assert_eq!(failure(&Status::deadline_exceeded("")), Failure::Deadline);
        assert!(matches!(failure(&Status::internal("x")), Failure::Unexpected(_)));
    }
}
