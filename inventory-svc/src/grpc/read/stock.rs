//! Changes of stock in requests.

use proto::inventory::v1::{
    self as wire, AdjustStockRequest, CountStockRequest, ReceiveStockRequest, ReturnStockRequest, TransferStockRequest,
};
use shared::refusal::{Fields, Refusal};
use uuid::Uuid;

use super::{
    DOCUMENT_MAX, LINES_MAX, NOTE_MAX, UNITS_MAX, code, count, done, location, number, request_id, reservation::items,
    reservation_id, target, text,
};
use crate::{
    domain::{
        Action,
        command::{
            Adjustment, AdjustmentLine, Count, CountLine, Receipt, ReceiptLine, Return, Shortfall, ShortfallPolicy,
            Transfer,
        },
        movement::Reason,
    },
    inventory::Requested,
};

const SHORTFALL_MAX: usize = 100;

/// Document and note of a change.
fn texts(fields: &mut Fields, document: &str, note: &str) -> Option<(Option<String>, Option<String>)> {
    let document = text(fields, "document", document, DOCUMENT_MAX);
    document.zip(text(fields, "note", note, NOTE_MAX))
}

fn requested(
    fields: Fields,
    request_id: Option<shared::identity::RequestId>,
    action: Option<Action>,
) -> Result<Requested, Refusal> {
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}

/// ReceiveStock.
pub(in crate::grpc) fn receive(request: &ReceiveStockRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    count(&mut fields, "lines", request.lines.len(), 1, LINES_MAX);
    let mut lines = vec![];
    for (n, line) in request.lines.iter().take(LINES_MAX).enumerate() {
        let isku_code = code(&mut fields, &format!("lines[{n}].isku_code"), &line.isku_code);
        let location = location(&mut fields, &format!("lines[{n}].location"), &line.location);
        let quantity = number(&mut fields, &format!("lines[{n}].quantity"), line.quantity, 1, UNITS_MAX);
        if let (Some(isku_code), Some(location), Some(quantity)) = (isku_code, location, quantity) {
            lines.push(ReceiptLine { isku_code, location, quantity });
        }
    }
    let texts = texts(&mut fields, &request.document, &request.note);
    let action = texts.map(|(document, note)| Action::Receive(Receipt { lines, document, note }));
    requested(fields, request_id, action)
}

/// AdjustStock.
pub(in crate::grpc) fn adjust(request: &AdjustStockRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    count(&mut fields, "lines", request.lines.len(), 1, LINES_MAX);
    let mut lines = vec![];
    for (n, line) in request.lines.iter().take(LINES_MAX).enumerate() {
        let isku_code = code(&mut fields, &format!("lines[{n}].isku_code"), &line.isku_code);
        let location = location(&mut fields, &format!("lines[{n}].location"), &line.location);
        let delta = number(&mut fields, &format!("lines[{n}].delta"), line.delta, -UNITS_MAX, UNITS_MAX);
        if line.delta == 0 {
            fields.add(format!("lines[{n}].delta"), "must not be 0");
        }
        if let (Some(isku_code), Some(location), Some(delta)) = (isku_code, location, delta) {
            lines.push(AdjustmentLine { isku_code, location, delta });
        }
    }
    let reason = reason(&mut fields, request.reason);
    let shortfall = shortfall(&mut fields, request.shortfall.as_ref());
    let texts = texts(&mut fields, &request.document, &request.note);
    let action = reason
        .zip(texts)
        .map(|(reason, (document, note))| Action::Adjust(Adjustment { lines, reason, document, note, shortfall }));
    requested(fields, request_id, action)
}

fn reason(fields: &mut Fields, value: i32) -> Option<Reason> {
    use wire::AdjustmentReason as Wire;
    match Wire::try_from(value) {
        Ok(Wire::Damaged) => Some(Reason::Damaged),
        Ok(Wire::Lost) => Some(Reason::Lost),
        Ok(Wire::Stolen) => Some(Reason::Stolen),
        Ok(Wire::Spoiled) => Some(Reason::Spoiled),
        Ok(Wire::Found) => Some(Reason::Found),
        Ok(Wire::WriteOff) => Some(Reason::WriteOff),
        Ok(Wire::Correction) => Some(Reason::Correction),
        Ok(Wire::Other) => Some(Reason::Other),
        Ok(Wire::Unspecified) => {
            fields.add("reason", "is required");
            None
        }
        Err(_) => {
            fields.add("reason", "is not one of the reasons");
            None
        }
    }
}

fn shortfall(fields: &mut Fields, wire: Option<&wire::Shortfall>) -> Shortfall {
    let Some(wire) = wire else { return Shortfall { policy: ShortfallPolicy::Refuse, reservation_ids: vec![] } };
    let policy = if wire.release_shortfall { ShortfallPolicy::ReleaseNewest } else { ShortfallPolicy::Refuse };
    count(fields, "shortfall.reservation_ids", wire.reservation_ids.len(), 0, SHORTFALL_MAX);
    let ids = wire.reservation_ids.iter().take(SHORTFALL_MAX).enumerate();
    let reservation_ids: Vec<Uuid> =
        ids.filter_map(|(n, text)| reservation_id(fields, &format!("shortfall.reservation_ids[{n}]"), text)).collect();
    Shortfall { policy, reservation_ids }
}

/// CountStock.
pub(in crate::grpc) fn count_stock(request: &CountStockRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let location = location(&mut fields, "location", &request.location);
    count(&mut fields, "lines", request.lines.len(), 1, LINES_MAX);
    let mut lines: Vec<CountLine> = vec![];
    for (n, line) in request.lines.iter().take(LINES_MAX).enumerate() {
        let isku_code = code(&mut fields, &format!("lines[{n}].isku_code"), &line.isku_code);
        let counted = number(&mut fields, &format!("lines[{n}].counted"), line.counted, 0, UNITS_MAX);
        let sequence = match line.expected_sequence {
            None => Some(None),
            Some(seen) => number(&mut fields, &format!("lines[{n}].expected_sequence"), seen, 0, i64::MAX).map(Some),
        };
        if isku_code.as_ref().is_some_and(|code| lines.iter().any(|earlier| earlier.isku_code == *code)) {
            fields.add(format!("lines[{n}].isku_code"), "must not repeat");
        }
        if let (Some(isku_code), Some(counted), Some(sequence)) = (isku_code, counted, sequence) {
            lines.push(CountLine { isku_code, counted, sequence });
        }
    }
    let shortfall = shortfall(&mut fields, request.shortfall.as_ref());
    let texts = texts(&mut fields, &request.document, &request.note);
    let action = location
        .zip(texts)
        .map(|(location, (document, note))| Action::Count(Count { location, lines, document, note, shortfall }));
    requested(fields, request_id, action)
}

/// TransferStock.
pub(in crate::grpc) fn transfer(request: &TransferStockRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let from = location(&mut fields, "from_location", &request.from_location);
    let to = location(&mut fields, "to_location", &request.to_location);
    if from.is_some() && from == to {
        fields.add("to_location", "must be another location than from_location");
    }
    count(&mut fields, "lines", request.lines.len(), 1, LINES_MAX);
    let mut lines = vec![];
    for (n, line) in request.lines.iter().take(LINES_MAX).enumerate() {
        let isku_code = code(&mut fields, &format!("lines[{n}].isku_code"), &line.isku_code);
        let quantity = number(&mut fields, &format!("lines[{n}].quantity"), line.quantity, 1, UNITS_MAX);
        lines.extend(isku_code.zip(quantity));
    }
    let texts = texts(&mut fields, &request.document, &request.note);
    let action = from
        .zip(to)
        .zip(texts)
        .map(|((from, to), (document, note))| Action::Transfer(Transfer { from, to, lines, document, note }));
    requested(fields, request_id, action)
}

/// ReturnStock.
pub(in crate::grpc) fn return_stock(request: &ReturnStockRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let target = target(&mut fields, request.target.as_ref().map(Into::into));
    let items = items(&mut fields, &request.items);
    let location = location(&mut fields, "location", &request.location);
    let texts = texts(&mut fields, &request.document, &request.note);
    let action = target.zip(location).zip(texts).map(|((target, location), (document, note))| {
        Action::Return(Return { target, items, location, document, note })
    });
    requested(fields, request_id, action)
}
