//! What becomes of an item, and why.

use std::fmt;

use super::stated::Problem;

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The listing was created.
    Created,
    /// The listing was updated.
    Updated,
    /// The listing is as the item states.
    Unchanged,
    /// The item was not applied because of a finding.
    Finding,
    /// The item was refused, or its ISKU.
    Rejected,
    /// Of a listing that no item states: it was retired.
    Retired,
    /// The same: it would be.
    WouldRetire,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 7] = [
        Self::Created,
        Self::Updated,
        Self::Unchanged,
        Self::Finding,
        Self::Rejected,
        Self::Retired,
        Self::WouldRetire,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Updated => "UPDATED",
            Self::Unchanged => "UNCHANGED",
            Self::Finding => "FINDING",
            Self::Rejected => "REJECTED",
            Self::Retired => "RETIRED",
            Self::WouldRetire => "WOULD_RETIRE",
        }
    }

    /// Whether it is not of an item.
    pub fn is_of_a_listing(self) -> bool {
        match self {
            Self::Created | Self::Updated | Self::Unchanged | Self::Finding | Self::Rejected => false,
            Self::Retired | Self::WouldRetire => true,
        }
    }

    /// Reads its name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// An outcome with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What became of the item.
    pub outcome: Outcome,
    /// Stable names of the reasons.
    pub reasons: Vec<String>,
    /// A sentence for the person who reads it; may be empty.
    pub detail: String,
}

impl Verdict {
    /// The reason of an item whose ISKU was refused.
    const ISKU_REJECTED: &'static str = "ISKU_REJECTED";

    /// An outcome that needs no words.
    pub fn plain(outcome: Outcome) -> Self {
        Self { outcome, reasons: vec![], detail: String::new() }
    }

    /// Not applied, for one reason.
    pub fn not_applied(outcome: Outcome, reason: &str, detail: impl Into<String>) -> Self {
        Self { outcome, reasons: vec![reason.to_owned()], detail: detail.into() }
    }

    /// Refused because it is malformed.
    pub fn malformed(problems: &[Problem]) -> Self {
        let told: Vec<String> =
            problems.iter().map(|problem| format!("{}: {}", problem.field, problem.problem)).collect();
        Self::not_applied(Outcome::Rejected, "INVALID_FIELD", told.join("; "))
    }

    /// Refused because another release has staged it in a form that this one does not know.
    pub fn unreadable(problem: &impl fmt::Display) -> Self {
        let detail = format!("the item was uploaded to another release and cannot be read ({problem}): sync it again");
        Self::not_applied(Outcome::Rejected, "ITEM_UNREADABLE", detail)
    }

    /// The listing is there, but its ISKU was refused.
    pub fn refuse_isku(&mut self, detail: &str) {
        self.outcome = Outcome::Rejected;
        self.note(Self::ISKU_REJECTED, detail);
    }

    /// Adds a reason that does not change the outcome.
    pub fn note(&mut self, reason: &str, detail: &str) {
        if self.reasons.iter().all(|known| known != reason) {
            self.reasons.push(reason.to_owned());
        }
        if !detail.is_empty() && !self.detail.contains(detail) {
            let between = if self.detail.is_empty() { "" } else { "; " };
            self.detail = format!("{}{between}{detail}", self.detail);
        }
    }

    /// An item whose listing was left as it was has changed it after all.
    pub fn touch(&mut self) {
        if self.outcome == Outcome::Unchanged {
            self.outcome = Outcome::Updated;
        }
    }
}
