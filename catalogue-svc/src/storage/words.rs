//! Words of the domain as columns hold them.

use crate::domain::{
    account::{DuplicatePolicy, OnSameGoods},
    finding::FindingKind,
    listing::{ChannelStatus, Intent, Kind, KindSource},
    mapping::Source,
    sync::session::{Missing, Opening},
};

/// A word of the domain that a column holds as text.
pub(crate) trait Word: Copy + Sized + 'static {
    /// Each with its text.
    const WORDS: &'static [(Self, &'static str)];

    /// Compares two.
    fn same(self, other: Self) -> bool;

    /// Its text.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(value, _)| value.same(self)).map_or("", |(_, text)| text)
    }

    /// Reads it.
    fn read(text: &str) -> Result<Self, &'static str> {
        Self::WORDS.iter().find(|(_, word)| *word == text).map(|(value, _)| *value).ok_or("is not a known word")
    }
}

macro_rules! words {
    ($type:ty { $($value:ident = $text:literal),* $(,)? }) => {
        impl Word for $type {
            const WORDS: &'static [(Self, &'static str)] = &[$((<$type>::$value, $text)),*];

            fn same(self, other: Self) -> bool {
                self == other
            }
        }
    };
}

words!(Kind { Single = "SINGLE", Group = "GROUP", Variant = "VARIANT", Kit = "KIT" });
words!(KindSource { Feed = "FEED", Manual = "MANUAL" });
words!(Intent { Published = "PUBLISHED", Unpublished = "UNPUBLISHED" });
words!(ChannelStatus { Live = "LIVE", NotLive = "NOT_LIVE" });
words!(Source { Default = "DEFAULT", Manual = "MANUAL" });
words!(DuplicatePolicy { Block = "BLOCK", Warn = "WARN" });
words!(OnSameGoods { Ask = "ASK", Create = "CREATE" });
words!(Missing { Create = "CREATE", Leave = "LEAVE" });
words!(Opening { Adopt = "ADOPT", Empty = "EMPTY" });
words!(FindingKind {
    DuplicateMapping = "DUPLICATE_MAPPING",
    SharedIsku = "SHARED_ISKU",
    NearDuplicateCode = "NEAR_DUPLICATE_CODE",
    DifferentGoods = "DIFFERENT_GOODS",
    DifferentDescription = "DIFFERENT_DESCRIPTION",
    StockDrift = "STOCK_DRIFT",
    Renamed = "RENAMED",
    RepeatedInSnapshot = "REPEATED_IN_SNAPSHOT",
    SeveralCategories = "SEVERAL_CATEGORIES",
    UnsupportedKit = "UNSUPPORTED_KIT",
    ParentStock = "PARENT_STOCK",
    AmbiguousCsku = "AMBIGUOUS_CSKU",
    SameGoods = "SAME_GOODS",
    BarcodeRepeated = "BARCODE_REPEATED",
});
