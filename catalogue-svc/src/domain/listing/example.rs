//! A listing for tables of the domain.

use super::*;
use crate::domain::mapping::{Component, Source};

/// A listing with ISKUs by number and quantity; unmapped if there are none.
pub(crate) fn listing(account_id: Uuid, id: Uuid, csku: &str, kind: Kind, set: &[(i64, i64)]) -> Listing {
    let components = set.iter().map(|(isku_id, quantity)| Component {
        isku_code: Code::parse(&format!("I{isku_id}")).unwrap(),
        isku_id: Some(*isku_id),
        quantity: *quantity,
    });
    let mapping = (!set.is_empty()).then(|| Mapping {
        revision: 1,
        source: Source::Manual,
        components: components.collect(),
        actor: "tester".to_owned(),
        note: String::new(),
        create_time: Micros(0),
    });
    Listing {
        id,
        account_id,
        csku: Code::parse(csku).ok(),
        channel_listing_id: None,
        renamed_csku: None,
        kind,
        kind_source: KindSource::Feed,
        description: Description::default(),
        tracking: Tracking::Tracked,
        intent: Intent::Unpublished,
        channel_status: None,
        channel_quantity: None,
        category_id: None,
        mapping,
        presence: Presence::Listed,
        adopted: None,
        version: 1,
        create_time: Micros(0),
        update_time: Micros(0),
    }
}
