//! Completes a sync and tells what became of its items.

use std::collections::BTreeMap;

use proto::catalogue::v1::{
    CompleteSyncRequest, ListSyncOutcomesRequest, Sync, SyncItemOutcome, SyncOutcome, complete_sync_response::Event,
};
use shared::client::reason;
use tonic::Status;

use super::{
    Failure, Plan,
    service::{Service, refused},
    survey::Survey,
    upload::Progress,
};

/// What became of a sync's items.
#[derive(Default)]
pub(super) struct Summary {
    /// Items that were not applied.
    pub(super) left: i64,
    outcomes: BTreeMap<&'static str, i64>,
    reasons: BTreeMap<(&'static str, String), i64>,
    retired: i64,
}

/// Has the service apply what was uploaded, or go on with it; tells every item that was not applied.
pub(super) async fn complete(service: &Service, sync_id: &str, item_count: i64) -> Result<Summary, Failure> {
    let request = CompleteSyncRequest { sync_id: sync_id.to_owned(), item_count };
    let mut events = service
        .syncs()
        .complete_sync(service.streaming(request))
        .await
        .map_err(|status| refused(&status))?
        .into_inner();
    let mut progress = Progress::new("applied", item_count);
    let mut summary = Summary::default();
    loop {
        let answer = match events.message().await {
            Ok(Some(answer)) => answer,
            Ok(None) => break,
            Err(status) => return Err(held(service, sync_id, &status).await?),
        };
        match answer.event {
            Some(Event::Progress(at)) => progress.at(at.done),
            Some(Event::Outcome(outcome)) => {
                progress.end();
                summary.take(&outcome);
            }
            Some(Event::Sync(sync)) => summary.finish(&sync),
            None => {}
        }
    }
    progress.end();
    Ok(summary)
}

/// What a person is told of a completion that was refused; of one that is held, which listings it would retire.
async fn held(service: &Service, sync_id: &str, status: &Status) -> Result<Failure, Failure> {
    /// Listings that are named.
    const NAMED: i32 = 20;
    if reason(status).is_none_or(|(reason, _)| reason != "SYNC_HELD_FOR_REVIEW") {
        return Ok(refused(status));
    }
    let request = ListSyncOutcomesRequest {
        sync_id: sync_id.to_owned(),
        outcome: SyncOutcome::WouldRetire.into(),
        page_size: NAMED,
        ..ListSyncOutcomesRequest::default()
    };
    let listed =
        service.syncs().list_sync_outcomes(service.request(request)).await.map_err(|status| refused(&status))?;
    let listed = listed.into_inner();
    for gone in &listed.outcomes {
        eprintln!("would retire {}", if gone.csku.is_empty() { &gone.channel_listing_id } else { &gone.csku });
    }
    if !listed.next_page_token.is_empty() {
        eprintln!("and more: ListSyncOutcomes of the sync {sync_id} lists them");
    }
    let Failure(exit, told) = refused(status);
    Ok(Failure(exit, format!("{told}; run again with --approve to retire them, or with --abort-held to start over")))
}

fn name(outcome: SyncOutcome) -> &'static str {
    outcome.as_str_name().trim_start_matches("SYNC_OUTCOME_")
}

impl Summary {
    fn take(&mut self, item: &SyncItemOutcome) {
        let outcome = name(item.outcome());
        *self.outcomes.entry(outcome).or_default() += 1;
        for reason in &item.reasons {
            *self.reasons.entry((outcome, reason.clone())).or_default() += 1;
        }
        let is_left = matches!(item.outcome(), SyncOutcome::Finding | SyncOutcome::Rejected);
        self.left += i64::from(is_left);
        // A row that was written may have something to say too; one that is as it was has said it before.
        let is_written = matches!(item.outcome(), SyncOutcome::Created | SyncOutcome::Updated);
        if is_left || is_written && !(item.reasons.is_empty() && item.detail.is_empty()) {
            let code = if item.csku.is_empty() { &item.channel_listing_id } else { &item.csku };
            eprintln!("line {}: {code} {outcome} {} {}", item.row, item.reasons.join(" "), item.detail);
        }
    }

    fn finish(&mut self, sync: &Sync) {
        self.retired = sync.counts.unwrap_or_default().retired;
    }

    /// The items by outcome and reason.
    pub(super) fn tell(&self, plan: &Plan, survey: &Survey) {
        let file = plan.args.file.display();
        println!("{file}: {} items, {} bad rows{}", survey.items, survey.bad.len(), survey.lost());
        for (outcome, items) in &self.outcomes {
            println!("  {outcome:<10} {items}");
            for ((_, reason), count) in self.reasons.iter().filter(|((of, _), _)| of == outcome) {
                println!("    {reason:<24} {count}");
            }
        }
        if self.retired > 0 {
            println!("  retired    {}", self.retired);
        }
    }
}
