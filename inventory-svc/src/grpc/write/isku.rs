//! What codes and searches found, as messages.

use std::collections::BTreeMap;

use proto::inventory::v1 as wire;
use shared::code::{Code, CodeError};

use super::{isku, stock, totals};
use crate::{
    domain::{
        isku::{Counting, Lifecycle},
        same_goods::{self, Candidate},
    },
    inventory::{Found, Naming, Reason, Resolved},
};

/// The stock of what a code names.
pub(in crate::grpc) fn isku_stock(
    asked_code: String,
    code: Result<Code, CodeError>,
    resolved: &BTreeMap<Code, Resolved>,
) -> wire::IskuStock {
    use wire::isku_stock::Status;
    let bare = |status: Status| wire::IskuStock { status: status.into(), ..Default::default() };
    let found = match code.map(|code| resolved.get(&code)) {
        Err(problem) => wire::IskuStock { problem: problem.to_string(), ..bare(Status::Invalid) },
        Ok(None | Some(Resolved::NotFound(_))) => bare(Status::NotFound),
        Ok(Some(Resolved::Isku { isku, naming, stock: rows, counting })) => {
            let [total_on_hand, total_reserved, total_available] = totals(rows);
            let mut rows: Vec<wire::Stock> = rows.iter().map(stock).collect();
            rows.sort_by(|a, b| a.location.cmp(&b.location));
            let status = match (isku.lifecycle, naming) {
                (Lifecycle::Archived, _) => Status::Archived,
                (Lifecycle::Active, Naming::Code) => Status::Found,
                (Lifecycle::Active, Naming::Alias) => Status::ByAlias,
            };
            let isku_code = isku.code.to_string();
            let uncounted = *counting == Counting::Uncounted;
            let totals = wire::IskuStock { total_on_hand, total_reserved, total_available, uncounted, ..bare(status) };
            wire::IskuStock { isku_code, stock: rows, ..totals }
        }
    };
    wire::IskuStock { asked_code, ..found }
}

/// ISKUs that may be the same goods.
pub(in crate::grpc) fn candidates(candidates: &[Candidate]) -> Vec<wire::IskuCandidate> {
    use wire::isku_candidate::Reason;
    let reason = |reason: &same_goods::Reason| match reason {
        same_goods::Reason::NearCode => Reason::NearCode.into(),
        same_goods::Reason::SameBarcode => Reason::SameBarcode.into(),
    };
    let candidate = |one: &Candidate| wire::IskuCandidate {
        code: one.isku.code.to_string(),
        isku_id: one.isku.isku_id.0,
        product_name: one.isku.details.product_name.clone().unwrap_or_default(),
        archived: one.isku.lifecycle == Lifecycle::Archived,
        reasons: one.reasons.iter().map(reason).collect(),
        near_code: one.near_code.as_ref().map(ToString::to_string).unwrap_or_default(),
    };
    candidates.iter().map(candidate).collect()
}

/// What a search found.
pub(in crate::grpc) fn found(found: &Found) -> wire::SearchIskusResponse {
    use wire::isku_match::Reason as Wire;
    let reason = |reason| match reason {
        Reason::Code => Wire::Code,
        Reason::Alias => Wire::Alias,
        Reason::Barcode => Wire::Barcode,
        Reason::CodePrefix => Wire::CodePrefix,
        Reason::AllWords => Wire::AllWords,
        Reason::SomeWords => Wire::SomeWords,
    };
    let matches = found.matches.iter();
    wire::SearchIskusResponse {
        matches: matches
            .map(|(own, why)| wire::IskuMatch { isku: Some(isku(own)), reason: reason(*why).into() })
            .collect(),
        truncated: found.truncated,
    }
}
