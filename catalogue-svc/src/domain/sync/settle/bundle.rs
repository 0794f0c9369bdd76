//! What a listing sells that the feed says the components of.

use super::{Settled, about};
use crate::domain::{
    finding::{Effect, Finding, FindingKind},
    isku::Resolution,
    listing::Kind,
    mapping::{Named, Source, merge},
    readiness::Reason,
    sync::stated::Stated,
};

impl Settled {
    /// What the feed's own bundle consists of.
    pub(super) fn take_bundle(&mut self, stated: &Stated, resolution: &Resolution) {
        let manual = self.listing.mapping.as_ref().is_some_and(|mapping| mapping.source == Source::Manual);
        if manual || !matches!(self.listing.kind, Kind::Kit | Kind::Variant) {
            return;
        }
        if stated.components.is_empty() {
            return self.tell_what_it_goes_on_with(stated);
        }
        let named =
            stated.components.iter().map(|(code, quantity)| Named { isku_code: code.clone(), quantity: *quantity });
        let mut merged = merge(&named.collect::<Vec<_>>(), resolution);
        let mut stored = self.components().unwrap_or_default().to_vec();
        for components in [&mut merged, &mut stored] {
            components.sort_by(|a, b| a.isku_code.cmp(&b.isku_code));
        }
        if merged != stored {
            self.mapping = Some(merged);
        }
    }

    /// A kit of the feed whose components the feed names no more: nobody would notice when it has become another.
    fn tell_what_it_goes_on_with(&mut self, stated: &Stated) {
        let sells: Vec<String> = self
            .components()
            .unwrap_or_default()
            .iter()
            .map(|one| format!("{} x {}", one.isku_code, one.quantity))
            .collect();
        if self.listing.kind == Kind::Kit && stated.kind == Kind::Kit && !sells.is_empty() {
            let detail = format!("the feed does not say what it consists of; it goes on with {}", sells.join(" + "));
            self.notes.push(("COMPONENTS_NOT_STATED", detail));
        }
    }

    /// The feed's kit cannot be: what it sells stays, or nobody knows it.
    #[must_use]
    pub fn unsupported(mut self, detail: String) -> Self {
        self.mapping = None;
        self.notes.retain(|(reason, _)| *reason != Reason::KitComponentMissing.as_str());
        let finding = about(&self.listing, FindingKind::UnsupportedKit, vec![], detail);
        self.find(Finding { effect: Effect::Blocking, ..finding });
        self
    }
}
