//! What a caller is told when a call is refused: one exhaustive match.

use proto::catalogue::v1::ErrorReason;
use proto::r#type::v1::ErrorReason as CommonReason;
use shared::refusal::{Fields, Refusal};
use tonic::{Code, Status};

use crate::{
    catalogue,
    domain::{
        Error,
        error::Unready,
        listing::{ChannelListingId, ListingCode},
        order::Unresolved,
    },
};

/// The domain of our reasons.
const DOMAIN: &str = "catalogue.oms";
/// Listings, reasons or shortages that the metadata names at most.
const NAMED_MAX: usize = 20;

/// What a caller is told when an operation does not succeed.
pub(crate) fn of(error: catalogue::Error) -> Status {
    match error {
        catalogue::Error::Refused(refused) => refusal(refused).into(),
        catalogue::Error::Database(error) => Refusal::database(&error).into(),
        catalogue::Error::Deadline => {
            let message = "inventory-svc did not answer in time; ask again with the same request id";
            Refusal::common(Code::DeadlineExceeded, CommonReason::DeadlineExceeded, message).into()
        }
        catalogue::Error::Unexpected(what) => Refusal::internal(&what).into(),
    }
}

/// The refusal for a domain error.
pub(crate) fn refusal(error: Error) -> Refusal {
    let new = |code, reason: ErrorReason, message: String| Refusal::new(code, reason.as_str_name(), DOMAIN, message);
    match error {
        Error::Malformed(problems) => {
            let mut fields = Fields::default();
            for (field, problem) in problems {
                fields.add(field, problem);
            }
            fields.into()
        }
        Error::RequestIdReused => Refusal::request_id_reused(),
        Error::AccountNotFound { channel } => {
            let message = format!("no such seller account is connected on {channel}; connect it first");
            new(Code::NotFound, ErrorReason::AccountNotFound, message).with("channel", channel)
        }
        Error::AccountExists { channel } => {
            let message = format!("this seller account is connected on {channel} already");
            new(Code::AlreadyExists, ErrorReason::AccountExists, message).with("channel", channel)
        }
        Error::ListingNotFound(code) => {
            let message = format!("the account has no listing {code}; sync or create it");
            named(new(Code::NotFound, ErrorReason::ListingNotFound, message), "", &code)
        }
        Error::ListingExists(code) => {
            let message = format!("the account has a listing {code} already");
            named(new(Code::AlreadyExists, ErrorReason::ListingExists, message), "", &code)
        }
        Error::AmbiguousCsku { csku, ids } => ambiguous(&csku, &ids),
        Error::NotRenamed(code) => {
            let message =
                format!("the channel calls listing {code} as it is called here; sync it first if that has changed");
            named(new(Code::FailedPrecondition, ErrorReason::NotRenamed, message), "", &code)
        }
        Error::ListingNotReady(unready) => not_ready(&unready),
        Error::DuplicateMapping { isku_code, other } => {
            let message = format!("listing {other} of the account sells {isku_code} in the same way");
            let refusal = new(Code::FailedPrecondition, ErrorReason::DuplicateMapping, message);
            named(refusal.with("isku_code", isku_code), "", &other)
        }
        Error::IskuNotFound { isku_code } => {
            let message = format!("there is no ISKU {isku_code}; create it in inventory-svc");
            new(Code::FailedPrecondition, ErrorReason::IskuNotFound, message).with("isku_code", isku_code)
        }
        Error::IskuArchived { isku_code } => {
            let message = format!("the ISKU {isku_code} is archived; unarchive it or map to another");
            new(Code::FailedPrecondition, ErrorReason::IskuArchived, message).with("isku_code", isku_code)
        }
        Error::KindMismatch { kind, problem } => {
            let message = format!("the listing is a {}: {problem}", kind.as_str());
            new(Code::FailedPrecondition, ErrorReason::KindMismatch, message).with("kind", kind.as_str())
        }
        Error::AdoptedStock { isku_code, on_hand, location } => {
            let remedy = match &location {
                Some(location) => {
                    format!("set write_off_adopted once they are at {location}, or write them off yourself")
                }
                None => "write them off first".to_owned(),
            };
            let message = format!(
                "a sync adopted stock for the ISKU {isku_code} of this single, which has {on_hand} units; as a kit they would be \
                 counted twice: {remedy}"
            );
            let refusal = new(Code::FailedPrecondition, ErrorReason::AdoptedStock, message);
            let refusal = refusal.with("isku_code", isku_code).with("on_hand", on_hand);
            location.into_iter().fold(refusal, |refusal, location| refusal.with("location", location))
        }
        Error::RevisionMismatch { expected, current } => {
            let message = format!("the mapping is at revision {current}, not {expected}; read it again");
            let refusal = new(Code::Aborted, ErrorReason::RevisionMismatch, message);
            refusal.with("expected", expected).with("current", current)
        }
        Error::EtagMismatch => {
            new(Code::Aborted, ErrorReason::EtagMismatch, "the etag is not the current one; read it again".to_owned())
        }
        Error::OrderForGroup(code) => {
            let message = format!("{code} is a parent SKU: order one of its variants");
            named(new(Code::FailedPrecondition, ErrorReason::OrderForGroup, message), "", &code)
        }
        Error::ListingUnmapped(code) => {
            let message = format!("listing {code} has no ISKU; map it first");
            named(new(Code::FailedPrecondition, ErrorReason::ListingUnmapped, message), "", &code)
        }
        Error::OrderLines { first, lines } => order_lines(*first, &lines),
        Error::InsufficientStock { shortages, count } => {
            let parts = shortages.iter().take(NAMED_MAX);
            let words: Vec<String> = parts
                .clone()
                .map(|s| format!("{} of {} requested, {} available", s.requested, s.isku_code, s.available))
                .collect();
            let more = if count > words.len() { format!("; {} more", count - words.len()) } else { String::new() };
            let mut refusal = new(Code::FailedPrecondition, ErrorReason::InsufficientStock, words.join("; ") + &more);
            refusal = refusal.with("short_count", count);
            for (n, short) in parts.enumerate() {
                refusal = refusal
                    .with(&format!("isku_code_{n}"), &short.isku_code)
                    .with(&format!("requested_{n}"), short.requested)
                    .with(&format!("available_{n}"), short.available);
            }
            refusal
        }
        Error::OrderDiffers { reservation_id } => {
            let message = "the order is reserved with other lines".to_owned();
            new(Code::AlreadyExists, ErrorReason::OrderDiffers, message).with("reservation_id", reservation_id)
        }
        Error::OrderNotFound => {
            new(Code::NotFound, ErrorReason::OrderNotFound, "nothing was ever reserved for this order".to_owned())
        }
        Error::OrderShipped { reservation_id } => {
            let message = "the order has shipped units, which cannot be cancelled".to_owned();
            new(Code::FailedPrecondition, ErrorReason::OrderShipped, message).with("reservation_id", reservation_id)
        }
        Error::NothingToReserve => {
            let message = "no line of the order takes stock".to_owned();
            new(Code::FailedPrecondition, ErrorReason::NothingToReserve, message)
        }
        Error::LocationNotFound { location } => {
            let message = format!("inventory-svc has no location {location}; correct the account's locations");
            new(Code::FailedPrecondition, ErrorReason::LocationNotFound, message).with("location", location)
        }
        Error::InventoryUnavailable => {
            let message = "inventory-svc cannot be reached; ask again with the same request id".to_owned();
            let mut refusal = new(Code::Unavailable, ErrorReason::InventoryUnavailable, message);
            refusal.retry_after = Some(std::time::Duration::from_secs(1));
            refusal
        }
        Error::SyncNotFound { sync_id } => {
            let message = format!("there is no sync {sync_id}");
            new(Code::NotFound, ErrorReason::SyncNotFound, message).with("sync_id", sync_id)
        }
        Error::SyncState { sync_id, state } => {
            let message = format!("the sync is {state}");
            let refusal = new(Code::FailedPrecondition, ErrorReason::SyncState, message);
            refusal.with("sync_id", sync_id).with("state", state)
        }
        Error::SyncHeldForReview { sync_id, would_retire, listings, threshold_percent } => {
            let message = format!(
                "the sync would retire {would_retire} of {listings} listings, more than {threshold_percent} %: \
                 ListSyncOutcomes names them; ApproveSync retires them, AbortSync gives the sync up"
            );
            let refusal = new(Code::FailedPrecondition, ErrorReason::SyncHeldForReview, message);
            refusal
                .with("sync_id", sync_id)
                .with("would_retire", would_retire)
                .with("listings", listings)
                .with("threshold_percent", threshold_percent)
        }
        Error::SyncCountMismatch { sync_id, stated, uploaded } => {
            let message = format!("{stated} items are stated, {uploaded} were uploaded; upload the rest");
            let refusal = new(Code::FailedPrecondition, ErrorReason::SyncCountMismatch, message);
            refusal.with("sync_id", sync_id).with("stated", stated).with("uploaded", uploaded)
        }
        Error::SyncSequence { sync_id, expected, got } => {
            let message = format!("chunk {got} came where {expected} is next");
            let refusal = new(Code::Aborted, ErrorReason::SyncSequence, message);
            refusal.with("sync_id", sync_id).with("expected", expected).with("got", got)
        }
        Error::SyncNotYours { sync_id } => {
            let message = "somebody else uploads to this sync: name the token that StartSync answered, or call StartSync \
                           again once the sync's lease is over";
            new(Code::FailedPrecondition, ErrorReason::SyncNotYours, message.to_owned()).with("sync_id", sync_id)
        }
        Error::SyncChunkDiffers { sync_id, sequence } => {
            let message = format!("chunk {sequence} was stored before with other items: call AbortSync and start over");
            let refusal = new(Code::InvalidArgument, ErrorReason::SyncChunkDiffers, message);
            refusal.with("sync_id", sync_id).with("sequence", sequence)
        }
    }
}

fn ambiguous(csku: &shared::code::Code, ids: &[ChannelListingId]) -> Refusal {
    let few = ids.iter().take(NAMED_MAX);
    let words: Vec<&str> = few.clone().map(ChannelListingId::as_str).collect();
    let message =
        format!("{} listings have the CSKU {csku}; name one by channel_listing_id: {}", ids.len(), words.join(", "));
    let reason = ErrorReason::AmbiguousCsku.as_str_name();
    let refusal = Refusal::new(Code::FailedPrecondition, reason, DOMAIN, message);
    let refusal = refusal.with("csku", csku).with("listing_count", ids.len());
    few.enumerate().fold(refusal, |refusal, (n, id)| refusal.with(&format!("channel_listing_id_{n}"), id.as_str()))
}

fn order_lines(first: Error, lines: &[Unresolved]) -> Refusal {
    let few = lines.iter().take(NAMED_MAX);
    let words: Vec<String> = few.clone().map(|line| of_line(line).message).collect();
    let more =
        if lines.len() > words.len() { format!("; {} more lines", lines.len() - words.len()) } else { String::new() };
    let mut refusal = refusal(first).with("line_count", lines.len());
    refusal.message = words.join("; ") + &more;
    few.enumerate().fold(refusal, |mut refusal, (n, line)| {
        refusal = refusal.with(&format!("line_{n}"), &line.code).with(&format!("reason_{n}"), line.refusal.reason());
        line.near.iter().take(1).fold(refusal, |refusal, near| refusal.with(&format!("near_code_{n}"), near))
    })
}

/// The refusal of one line, with what may be meant.
pub(super) fn of_line(line: &Unresolved) -> Refusal {
    let mut refusal = refusal(line.refusal.clone());
    if !line.near.is_empty() {
        let near: Vec<&str> = line.near.iter().map(shared::code::Code::as_str).collect();
        refusal.message = format!("{}; near: {}", refusal.message, near.join(", "));
    }
    refusal
}

fn not_ready(unready: &[Unready]) -> Refusal {
    let named_few = unready.iter().take(NAMED_MAX);
    let words: Vec<String> = named_few
        .clone()
        .map(|one| format!("{}: {} ({})", one.listing, one.reason.reason.as_str(), one.reason.remedy))
        .collect();
    let reason = ErrorReason::ListingNotReady.as_str_name();
    let mut refusal = Refusal::new(Code::FailedPrecondition, reason, DOMAIN, words.join("; "));
    refusal = refusal.with("reason_count", unready.len());
    for (n, one) in named_few.enumerate() {
        refusal = refusal
            .with(&format!("reason_{n}"), one.reason.reason.as_str())
            .with(&format!("remedy_{n}"), &one.reason.remedy);
        refusal = named(refusal, &format!("_{n}"), &one.listing);
    }
    refusal
}

fn named(refusal: Refusal, suffix: &str, code: &ListingCode) -> Refusal {
    match code {
        ListingCode::Csku(csku) => refusal.with(&format!("csku{suffix}"), csku),
        ListingCode::ChannelListingId(id) => refusal.with(&format!("channel_listing_id{suffix}"), id.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Shortage;

    #[test]
    fn a_shortage_names_the_numbers_of_each_isku() {
        let short = |isku_code: &str| Shortage { isku_code: isku_code.to_owned(), requested: 3, available: 1 };

        let refusal = refusal(Error::InsufficientStock { shortages: vec![short("A"), short("B")], count: 30 });

        assert_eq!((refusal.code, refusal.reason.as_str()), (Code::FailedPrecondition, "INSUFFICIENT_STOCK"));
        let metadata: Vec<String> = refusal.metadata.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let expected =
            "short_count=30 isku_code_0=A requested_0=3 available_0=1 isku_code_1=B requested_1=3 available_1=1";
        assert_eq!(metadata.join(" "), expected);
    }

    #[test]
    fn the_domains_names_are_those_of_the_proto() {
        let check = |error: Error| {
            let reason = error.reason();
            assert_eq!(refusal(error).reason, reason);
            let full = format!("ERROR_REASON_{reason}");
            assert!(ErrorReason::from_str_name(&full).is_some() || CommonReason::from_str_name(&full).is_some());
        };
        check(Error::RequestIdReused);
        check(Error::EtagMismatch);
        check(Error::OrderNotFound);
        check(Error::NothingToReserve);
        check(Error::InventoryUnavailable);
        check(Error::Malformed(vec![("lines".to_owned(), "too many".to_owned())]));
    }
}
