//! Findings.

use shared::{
    stored::{Form, Read, Unreadable},
    stored_struct,
};
use uuid::Uuid;

use super::{
    listing::ListingKey,
    words::{Effect, FindingKind},
};
use crate::domain::finding;

stored_struct! {
    /// What was found.
    Finding = finding::Finding {
        kind: FindingKind,
        subject: String,
        account_id: Option<Uuid>,
        effect: Effect,
        listing_ids: Vec<Uuid>,
        isku_codes: Vec<String>,
        detail: String,
    }

    /// A finding with its age.
    Stored = finding::Stored {
        id: Uuid,
        finding: Finding,
        listings: Vec<ListingKey>,
        open_time: i64,
        close_time: Option<i64>,
    }
}

impl Form<finding::Subject> for String {
    fn of(value: &finding::Subject) -> Self {
        value.0.clone()
    }
}

impl Read<finding::Subject> for String {
    fn read(self) -> Result<finding::Subject, Unreadable> {
        Ok(finding::Subject(self))
    }
}
