//! Syncs and outcomes, as they travel.

use proto::catalogue::v1::{
    CompleteSyncResponse, Sync, SyncCounts, SyncItemOutcome, SyncOutcome, SyncProgress, SyncScope, SyncState,
    complete_sync_response::Event as Part,
};
use shared::{code::Code, refusal::excerpt};

use crate::{
    catalogue::{sync::complete_sync::Event, sync::view_sync::SyncView},
    domain::{
        listing::ChannelListingId,
        sync::{
            outcome::Outcome,
            session::{Missing, Opening, Scope, State},
        },
    },
    grpc::convert::{proto_account_key, timestamp},
    storage::sync::item::Told,
};

/// A session.
pub(super) fn sync(view: &SyncView) -> Sync {
    let session = &view.session;
    let scope = match session.scope {
        Scope::Full => SyncScope::Full,
        Scope::Partial => SyncScope::Partial,
    };
    let state = match session.state {
        State::Open => SyncState::Open,
        State::Applying => SyncState::Applying,
        State::HeldForReview => SyncState::HeldForReview,
        State::Completed => SyncState::Completed,
        State::Aborted => SyncState::Aborted,
    };
    let counts = session.counts;
    Sync {
        sync_id: session.sync_id.to_string(),
        account: Some(proto_account_key(&view.account)),
        scope: scope.into(),
        state: state.into(),
        create_missing_iskus: session.iskus.missing == Missing::Create,
        adopt_opening_stock: session.iskus.opening == Opening::Adopt,
        opening_location: session.iskus.opening_location.clone(),
        acknowledged_sequence: session.acknowledged_sequence,
        uploaded: session.uploaded,
        applied: session.applied,
        counts: Some(SyncCounts {
            created: counts.created,
            updated: counts.updated,
            unchanged: counts.unchanged,
            finding: counts.finding,
            rejected: counts.rejected,
            retired: counts.retired,
        }),
        create_time: Some(timestamp(session.create_time)),
        update_time: Some(timestamp(session.update_time)),
        source: session.source.clone(),
        lease_expire_time: (session.lease_until.0 > 0).then(|| timestamp(session.lease_until)),
        absent: session.absent,
        approved_by: session.approved_by.clone().unwrap_or_default(),
    }
}

/// What became of an item.
pub(super) fn outcome(told: Told) -> SyncItemOutcome {
    let outcome = match told.verdict.outcome {
        Outcome::Created => SyncOutcome::Created,
        Outcome::Updated => SyncOutcome::Updated,
        Outcome::Unchanged => SyncOutcome::Unchanged,
        Outcome::Finding => SyncOutcome::Finding,
        Outcome::Rejected => SyncOutcome::Rejected,
        Outcome::Retired => SyncOutcome::Retired,
        Outcome::WouldRetire => SyncOutcome::WouldRetire,
    };
    SyncItemOutcome {
        row: told.row,
        csku: Code::asked(&told.csku),
        channel_listing_id: listing_id(&told.channel_listing_id),
        outcome: outcome.into(),
        reasons: told.verdict.reasons,
        detail: told.verdict.detail,
    }
}

/// The channel's id as it was stated; of what is none its beginning.
fn listing_id(stated: &str) -> String {
    ChannelListingId::parse(stated).map_or_else(|_| excerpt(stated), |id| id.as_str().to_owned())
}

/// Part of a completion.
pub(super) fn event(event: Event) -> CompleteSyncResponse {
    let part = match event {
        Event::Progress(done, total) => Part::Progress(SyncProgress { done, total }),
        Event::Outcome(told) => Part::Outcome(outcome(told)),
        Event::Finished(view) => Part::Sync(sync(&view)),
    };
    CompleteSyncResponse { event: Some(part) }
}
