//! Writing listings, many at once.

use sea_orm::{DbErr, IdenStatic, Iterable};
use shared::{
    code::{Code, near},
    database::{Engine, Rows, Transaction, Update},
    identity::Merchant,
    measure::Dimensions,
    time::Micros,
};

use crate::{
    domain::listing::{ChannelListingId, Kind, Listing, Presence, Tracking},
    storage::{entity::listing::Column, row, words::Word},
};

/// The columns that a later update may change.
fn changing() -> impl Iterator<Item = &'static str> {
    let kept = |column: &Column| matches!(column, Column::Merchant | Column::Id | Column::AccountId | Column::Waiting);
    Column::iter().filter(move |column| !kept(column)).map(|column| column.as_str())
}

fn rows(engine: Engine, listings: &[Listing]) -> Rows {
    let side = |of: fn(&Dimensions) -> i64| listings.iter().map(move |l| l.description.dimensions.as_ref().map(of));
    Rows::new(engine)
        .uuid("id", listings.iter().map(|l| l.id))
        .uuid("account_id", listings.iter().map(|l| l.account_id))
        .opt_text("csku", listings.iter().map(|l| l.csku.as_ref().map(Code::as_str)))
        .opt_text(
            "channel_listing_id",
            listings.iter().map(|l| l.channel_listing_id.as_ref().map(ChannelListingId::as_str)),
        )
        .opt_text("renamed_csku", listings.iter().map(|l| l.renamed_csku.as_ref().map(Code::as_str)))
        .opt_text("near_key", listings.iter().map(Listing::near_key))
        .bigint("near_version", listings.iter().map(|_| near::VERSION))
        .text("kind", listings.iter().map(|l| Kind::word(l.kind)))
        .text("kind_source", listings.iter().map(|l| l.kind_source.word()))
        .opt_text("title", listings.iter().map(|l| l.description.title.clone()))
        .opt_text("barcode", listings.iter().map(|l| l.description.barcode.clone()))
        .opt_bigint("length_mm", side(|d| d.length_mm))
        .opt_bigint("width_mm", side(|d| d.width_mm))
        .opt_bigint("height_mm", side(|d| d.height_mm))
        .opt_bigint("weight_g", listings.iter().map(|l| l.description.weight_g))
        .boolean("stock_tracked", listings.iter().map(|l| l.tracking == Tracking::Tracked))
        .text("intent", listings.iter().map(|l| l.intent.word()))
        .opt_text("channel_status", listings.iter().map(|l| l.channel_status.map(Word::word)))
        .opt_bigint("channel_quantity", listings.iter().map(|l| l.channel_quantity))
        .opt_uuid("category_id", listings.iter().map(|l| l.category_id))
        .bigint("mapping_revision", listings.iter().map(Listing::revision))
        .opt_text("set_key", listings.iter().map(Listing::set_key))
        .boolean("retired", listings.iter().map(|l| l.presence == Presence::Retired))
        .opt_text("adopted_isku_code", listings.iter().map(|l| l.adopted.as_ref().map(|of| of.isku_code.as_str())))
        .opt_text("adopted_location", listings.iter().map(|l| l.adopted.as_ref()?.location.clone()))
        .opt_bigint("adopted_quantity", listings.iter().map(|l| l.adopted.as_ref().map(|of| of.quantity)))
        .bigint("version", listings.iter().map(|l| l.version))
        .bigint("create_time_us", listings.iter().map(|l| l.create_time.0))
        .bigint("update_time_us", listings.iter().map(|l| l.update_time.0))
}

/// Adds listings; a code that is taken means that the transaction was overtaken, so look before.
pub(crate) async fn insert(transaction: &Transaction, merchant: &Merchant, listings: &[Listing]) -> Result<(), DbErr> {
    let mut writes = row::writes(transaction, merchant);
    writes.insert("listing", rows(writes.engine(), listings));
    writes.run(transaction).await
}

/// Writes only the channel's ids of listings, so that others may take what they had; the listings are updated after it.
pub(crate) async fn give_up_ids(
    transaction: &Transaction,
    merchant: &Merchant,
    listings: &[Listing],
) -> Result<(), DbErr> {
    let ids = listings.iter().map(|listing| listing.channel_listing_id.as_ref().map(ChannelListingId::as_str));
    let rows = Rows::new(transaction.engine())
        .uuid("id", listings.iter().map(|listing| listing.id))
        .opt_text("channel_listing_id", ids);
    let mut writes = row::writes(transaction, merchant);
    writes.update("listing", rows, Update { key: vec!["id"], columns: vec!["channel_listing_id"], guard: &[] });
    writes.run(transaction).await
}

/// Writes listings and counts their versions up; one that somebody else has changed meanwhile means that the transaction was overtaken.
///
/// Mappings are not written here, only which revision is the current one.
pub(crate) async fn update(
    transaction: &Transaction,
    merchant: &Merchant,
    listings: &mut [Listing],
    now: Micros,
) -> Result<(), DbErr> {
    let before = listings.iter().map(|listing| listing.version).collect::<Vec<_>>();
    for listing in listings.iter_mut() {
        listing.version += 1;
        listing.update_time = now;
    }
    let mut writes = row::writes(transaction, merchant);
    let rows = rows(writes.engine(), listings).unstored("version_before", before);
    let guard = &[("version", "version_before")];
    writes.update("listing", rows, Update { key: vec!["id"], columns: changing().collect(), guard });
    writes.run(transaction).await
}
