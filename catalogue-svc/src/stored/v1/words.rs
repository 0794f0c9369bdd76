//! Words, by the names that version 1 has for them.

use shared::stored_words;

use crate::domain::{account, finding, listing, mapping, open_reservation, order, readiness, sync::session};

stored_words! {
    /// What a listing is.
    Kind = listing::Kind { Single, Group, Variant, Kit }

    /// Who said what it is.
    KindSource = listing::KindSource { Feed, Manual }

    /// What is wanted of it.
    Intent = listing::Intent { Published, Unpublished }

    /// What the channel says of it.
    ChannelStatus = listing::ChannelStatus { Live, NotLive }

    /// What its quantity counts.
    QuantityBasis = listing::QuantityBasis { NotCounted, AtParent }

    /// Whether it takes stock.
    #[derive(Default)]
    Tracking = listing::Tracking { #[default] Tracked, Untracked }

    /// Whether it is on the channel.
    Presence = listing::Presence { Listed, Retired }

    /// Who chose a mapping.
    Source = mapping::Source { Default, Manual }

    /// Why a listing cannot go live, or deserves attention.
    Reason = readiness::Reason {
        NeedsIsku,
        IskuArchived,
        KitComponentMissing,
        DifferentGoods,
        DuplicateMapping,
        NeedsCategory,
        GroupEmpty,
        Retired,
        UnsupportedKit
    }

    /// What a finding is about.
    FindingKind = finding::FindingKind {
        DuplicateMapping,
        SharedIsku,
        NearDuplicateCode,
        DifferentGoods,
        DifferentDescription,
        StockDrift,
        Renamed,
        RepeatedInSnapshot,
        SeveralCategories,
        UnsupportedKit,
        ParentStock,
        AmbiguousCsku,
        SameGoods,
        BarcodeRepeated
    }

    /// Whether a finding or reason prevents publishing.
    Effect = finding::Effect { Blocking, Advisory }

    /// What becomes of goods that may be others.
    OnSameGoods = account::OnSameGoods { Ask, Create }

    /// What becomes of duplicates.
    DuplicatePolicy = account::DuplicatePolicy { Block, Warn }

    /// Where an order's reservation stands.
    OrderState = order::OrderState { Held, Confirmed, Shipped, Released, Expired }

    /// Whether there is more than what is shown.
    #[derive(Default)]
    Rest = open_reservation::Rest { #[default] None, Some }

    /// What a sync's items are.
    Scope = session::Scope { Full, Partial }

    /// What happens when a listing's ISKU does not exist.
    Missing = session::Missing { Create, Leave }

    /// What an ISKU that is created opens with.
    Opening = session::Opening { Adopt, Empty }
}
