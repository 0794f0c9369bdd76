//! Sends the items in chunks, as fast as the service stores them.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use prost::Message;
use proto::catalogue::v1::{SyncState, UploadListingsRequest};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    CHUNK, CHUNK_BYTES, Exit, Failure, Plan,
    service::{Opened, Service, refused},
    survey::Survey,
};
use crate::{domain::sync::item::Item, grpc::sync::item::to_proto};

/// A bar on a terminal, plain lines otherwise.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    what: &'static str,
    total: i64,
    told: i64,
}

impl Progress {
    pub(super) fn new(what: &'static str, total: i64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total.max(0).unsigned_abs()).with_message(what);
            let style = ProgressStyle::with_template("{msg:<9} [{bar:40}] {pos}/{len} {eta}");
            style.map_or(bar.clone(), |style| bar.with_style(style.progress_chars("=> ")))
        });
        Self { bar, what, total, told: 0 }
    }

    /// Tells how far it is; without a terminal every tenth part.
    pub(super) fn at(&mut self, done: i64) {
        match &self.bar {
            Some(bar) => bar.set_position(done.max(0).unsigned_abs()),
            None if done >= self.total || done - self.told >= (self.total / 10).max(1) => {
                if done != self.told {
                    eprintln!("{} {done} of {}", self.what, self.total);
                }
                self.told = done;
            }
            None => {}
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Uploads what the session does not have yet.
pub(super) async fn upload(service: &Service, plan: &Plan, survey: &Survey, session: &Opened) -> Result<(), Failure> {
    let Opened { sync: session, token } = session;
    if session.state() != SyncState::Open || session.uploaded >= survey.items {
        return Ok(());
    }
    let (sender, receiver) = mpsc::channel(4);
    let known = session.acknowledged_sequence;
    let named = UploadListingsRequest {
        sync_id: session.sync_id.clone(),
        upload_token: token.clone(),
        ..UploadListingsRequest::default()
    };
    let (format, sheet, options) = (plan.args.format, plan.sheet.clone(), plan.options.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let items = format.items(&sheet, &options).filter_map(|row| row.item.ok());
        read(items, &named, known, &sender);
    });

    let request = service.streaming(ReceiverStream::new(receiver));
    let mut progress = Progress::new("uploaded", survey.items);
    let mut answers = service.syncs().upload_listings(request).await.map_err(|status| refused(&status))?.into_inner();
    let chunk = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    while let Some(answer) = answers.message().await.map_err(|status| refused(&status))? {
        progress.at(answer.acknowledged_sequence.saturating_mul(chunk).min(survey.items));
    }
    progress.end();
    reading.await.map_err(|error| Failure(Exit::Usage, error.to_string()))
}

/// Reads chunk after chunk for the session that `named` names; leaves out those that are stored.
fn read(
    items: impl Iterator<Item = Item>,
    named: &UploadListingsRequest,
    known: i64,
    sender: &mpsc::Sender<UploadListingsRequest>,
) {
    let mut sequence = 1;
    let (mut chunk, mut bytes) = (Vec::with_capacity(CHUNK), 0_usize);
    let mut send = |chunk: Vec<_>| {
        let request = UploadListingsRequest { sequence, items: chunk, ..named.clone() };
        sequence += 1;
        // A receiver that is gone has an error to tell, which its reader gets.
        request.sequence <= known || sender.blocking_send(request).is_ok()
    };
    for item in items {
        let item = to_proto(item);
        let length = item.encoded_len();
        let is_full = chunk.len() == CHUNK || bytes + length > CHUNK_BYTES;
        if is_full && !chunk.is_empty() {
            if !send(std::mem::take(&mut chunk)) {
                return;
            }
            bytes = 0;
        }
        bytes += length;
        chunk.push(item);
    }
    if !chunk.is_empty() {
        send(chunk);
    }
}
