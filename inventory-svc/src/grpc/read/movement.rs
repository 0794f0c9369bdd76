//! Which movements a request asks for.

use prost_types::Timestamp;
use proto::inventory::v1::ListMovementsRequest;
use shared::{
    page_token,
    refusal::{Fields, Refusal},
    time::Micros,
};

use super::{done, opt_code, order, reservation_id, text};
use crate::inventory::{MovementQuery, Period};

const DOCUMENT_MAX: usize = 128;

/// ListMovements: at least one filter besides the time.
pub(in crate::grpc) fn movement_query(request: &ListMovementsRequest) -> Result<(MovementQuery, u64), Refusal> {
    let mut fields = Fields::default();
    let size = fields.take("page_size", page_token::size(request.page_size));
    let isku_code = opt_code(&mut fields, "isku_code", &request.isku_code).flatten();
    let location = opt_code(&mut fields, "location", &request.location).flatten();
    let csku = opt_code(&mut fields, "csku", &request.csku).flatten();
    let document = text(&mut fields, "document", &request.document, DOCUMENT_MAX).flatten();
    let order = request.order.as_ref().and_then(|key| order(&mut fields, "order", key));
    let reservation_id = match request.reservation_id.as_str() {
        "" => None,
        text => reservation_id(&mut fields, "reservation_id", text),
    };
    let mut time = |field, time: Option<Timestamp>| time.and_then(|time| fields.take(field, instant(time)));
    let during = Period { start: time("start_time", request.start_time), end: time("end_time", request.end_time) };
    if during.start.zip(during.end).is_some_and(|(start, end)| start >= end) {
        fields.add("end_time", "must be later than start_time");
    }
    let query = MovementQuery { isku_code, location, order, reservation_id, csku, document, during };
    let MovementQuery { isku_code, location, order, reservation_id, csku, document, during: _ } = &query;
    let texts = [isku_code.is_some(), location.is_some(), csku.is_some(), document.is_some()];
    let any = texts.contains(&true) || order.is_some() || reservation_id.is_some();
    if !any && fields.is_empty() {
        for field in ["isku_code", "location", "order", "reservation_id", "csku", "document"] {
            fields.add(field, "give at least one of the filters");
        }
    }
    done(fields, size.map(|size| (query, size)))
}

/// The first microsecond that is not before a time: the ledger counts in microseconds.
fn instant(time: Timestamp) -> Result<Micros, &'static str> {
    // From the year 1 to the end of the year 9999, as `google.protobuf.Timestamp` has it.
    let legal = (-62_135_596_800..=253_402_300_799).contains(&time.seconds) && (0..=999_999_999).contains(&time.nanos);
    let micros =
        time.seconds.saturating_mul(1_000_000).saturating_add(i64::from(time.nanos).saturating_add(999) / 1_000);
    if legal { Ok(Micros(micros)) } else { Err("must be a time of the years 1 to 9999, with 0 to 999,999,999 nanos") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_to_the_next_microsecond() {
        let check = |seconds, nanos, expected: Option<i64>| {
            assert_eq!(instant(Timestamp { seconds, nanos }).ok().map(|time| time.0), expected, "{seconds} {nanos}");
        };

        check(0, 0, Some(0));
        check(1, 1, Some(1_000_001));
        check(1, 1_000, Some(1_000_001));
        check(-1, 999_999_999, Some(0));
        check(0, -1, None);
        check(0, 1_000_000_000, None);
        check(i64::MAX, 0, None);
        check(i64::MIN, 0, None);
    }
}
