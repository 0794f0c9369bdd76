//! Statements about listings with their current mapping. Every one works on a set.

pub(crate) mod page;
mod write;

use std::collections::HashSet;

use sea_orm::{DbErr, QueryResult, Value};
use shared::{
    code::Code,
    database::{Rows, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

pub(crate) use self::write::{give_up_ids, insert, update};
use super::{
    mapping,
    row::{Columns, query},
    words::Word,
};
use crate::domain::{
    adopted::Adopted,
    listing::{ChannelListingId, ChannelStatus, Description, Intent, Kind, KindSource, Listing, Presence, Tracking},
    mapping::{Mapping, Source},
};

const COLUMNS: &str = "listing.id, listing.account_id, listing.csku, listing.channel_listing_id, listing.renamed_csku, \
    listing.kind, listing.kind_source, listing.title, listing.barcode, listing.length_mm, listing.width_mm, \
    listing.height_mm, listing.weight_g, listing.stock_tracked, listing.intent, listing.channel_status, \
    listing.channel_quantity, listing.category_id, listing.mapping_revision, listing.retired, \
    listing.adopted_isku_code, listing.adopted_location, listing.adopted_quantity, \
    listing.version, listing.create_time_us, listing.update_time_us, \
    mapping.source, mapping.actor, mapping.note, mapping.create_time_us AS mapping_create_time_us";

const MAPPING: &str = "LEFT JOIN mapping ON mapping.merchant = $1 AND mapping.listing_id = listing.id \
    AND mapping.revision = listing.mapping_revision";

fn listing(row: &QueryResult) -> Result<Listing, DbErr> {
    let revision: i64 = row.col("mapping_revision")?;
    let mapping = if revision == 0 {
        None
    } else {
        Some(Mapping {
            revision,
            source: row.parsed("source", Source::read)?,
            components: vec![],
            actor: row.col("actor")?,
            note: row.col("note")?,
            create_time: row.micros("mapping_create_time_us")?,
        })
    };
    Ok(Listing {
        id: row.col("id")?,
        account_id: row.col("account_id")?,
        csku: row.opt_parsed("csku", Code::parse)?,
        channel_listing_id: row.opt_parsed("channel_listing_id", ChannelListingId::parse)?,
        renamed_csku: row.opt_parsed("renamed_csku", Code::parse)?,
        kind: row.parsed("kind", Kind::read)?,
        kind_source: row.parsed("kind_source", KindSource::read)?,
        description: Description {
            title: row.col("title")?,
            barcode: row.col("barcode")?,
            dimensions: row.dimensions()?,
            weight_g: row.col("weight_g")?,
        },
        tracking: if row.col("stock_tracked")? { Tracking::Tracked } else { Tracking::Untracked },
        intent: row.parsed("intent", Intent::read)?,
        channel_status: row.opt_parsed("channel_status", ChannelStatus::read)?,
        channel_quantity: row.col("channel_quantity")?,
        category_id: row.col("category_id")?,
        mapping,
        presence: if row.col("retired")? { Presence::Retired } else { Presence::Listed },
        adopted: adopted(row)?,
        version: row.col("version")?,
        create_time: row.micros("create_time_us")?,
        update_time: row.micros("update_time_us")?,
    })
}

fn adopted(row: &QueryResult) -> Result<Option<Adopted>, DbErr> {
    let (isku_code, quantity): (_, Option<i64>) =
        (row.opt_parsed("adopted_isku_code", Code::parse)?, row.col("adopted_quantity")?);
    let location = row.col("adopted_location")?;
    Ok(isku_code.zip(quantity).map(|(isku_code, quantity)| Adopted { isku_code, location, quantity }))
}

/// Reads rows as listings, each once and in order, and adds the components of their mappings.
async fn whole(transaction: &Transaction, merchant: &Merchant, rows: &[QueryResult]) -> Result<Vec<Listing>, DbErr> {
    let mut seen = HashSet::new();
    let mut listings = vec![];
    for row in rows {
        let listing = listing(row)?;
        if seen.insert(listing.id) {
            listings.push(listing);
        }
    }
    let mapped = listings.iter().filter(|listing| listing.mapping.is_some());
    let keys: Vec<(Uuid, i64)> = mapped.map(|listing| (listing.id, listing.revision())).collect();
    let mut components = mapping::components(transaction, merchant, &keys).await?;
    for listing in &mut listings {
        if let Some(mapping) = &mut listing.mapping {
            mapping.components = components.remove(&(listing.id, mapping.revision)).unwrap_or_default();
        }
    }
    Ok(listings)
}

async fn load(
    transaction: &Transaction,
    merchant: &Merchant,
    rows: Rows,
    others: Vec<Value>,
    condition: &str,
) -> Result<Vec<Listing>, DbErr> {
    let rows = query(transaction, merchant, rows, others, |asked, next| {
        let condition = condition.replace('?', &format!("${next}"));
        format!(
            "SELECT {COLUMNS} FROM {asked} CROSS JOIN listing {MAPPING} \
             WHERE listing.merchant = $1 AND {condition} \
             ORDER BY listing.id"
        )
    });
    let rows = rows.await?;
    whole(transaction, merchant, &rows).await
}

/// The listings with these ids.
pub(crate) async fn by_ids(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: Vec<Uuid>,
) -> Result<Vec<Listing>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("id", ids);
    load(transaction, merchant, rows, vec![], "listing.id = asked.id").await
}

/// The listings of an account with these CSKUs.
pub(crate) async fn by_cskus(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    cskus: &[&Code],
) -> Result<Vec<Listing>, DbErr> {
    by_column(transaction, merchant, account_id, "csku", cskus.iter().map(|code| code.as_str()).collect()).await
}

/// The listings of an account that the channel now gives these CSKUs, which nobody has accepted yet.
pub(crate) async fn by_renamed_cskus(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    cskus: &[&Code],
) -> Result<Vec<Listing>, DbErr> {
    by_column(transaction, merchant, account_id, "renamed_csku", cskus.iter().map(|code| code.as_str()).collect()).await
}

/// The listings of an account with these ids of the channel.
pub(crate) async fn by_channel_listing_ids(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    ids: &[&ChannelListingId],
) -> Result<Vec<Listing>, DbErr> {
    let ids = ids.iter().map(|id| id.as_str()).collect();
    by_column(transaction, merchant, account_id, "channel_listing_id", ids).await
}

/// The listings of an account that sell what these set keys say.
pub(crate) async fn by_set_keys(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    keys: &[String],
) -> Result<Vec<Listing>, DbErr> {
    by_column(transaction, merchant, account_id, "set_key", keys.iter().map(String::as_str).collect()).await
}

/// The listings of an account whose codes have these near keys.
pub(crate) async fn by_near_keys(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    keys: &[String],
) -> Result<Vec<Listing>, DbErr> {
    by_column(transaction, merchant, account_id, "near_key", keys.iter().map(String::as_str).collect()).await
}

/// The listings of all accounts that sell what these set keys say.
pub(crate) async fn across_accounts(
    transaction: &Transaction,
    merchant: &Merchant,
    set_keys: &[String],
) -> Result<Vec<Listing>, DbErr> {
    let rows = Rows::new(transaction.engine()).text("set_key", set_keys.iter().map(String::as_str));
    load(transaction, merchant, rows, vec![], "listing.set_key = asked.set_key").await
}

async fn by_column(
    transaction: &Transaction,
    merchant: &Merchant,
    account_id: Uuid,
    column: &str,
    values: Vec<&str>,
) -> Result<Vec<Listing>, DbErr> {
    let rows = Rows::new(transaction.engine()).text("value", values);
    let condition = format!("listing.account_id = ? AND listing.{column} = asked.value");
    load(transaction, merchant, rows, vec![account_id.into()], &condition).await
}
