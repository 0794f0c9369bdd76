//! Statements about listings with their current mapping. Every one works on a set.

pub(crate) mod former;
pub(crate) mod near;
pub(crate) mod page;
pub(crate) mod waiting;
mod write;

use std::collections::HashSet;

use sea_orm::{DbErr, FromQueryResult, QueryResult, Value};
use shared::{
    code::Code,
    database::{Rows, Transaction},
    identity::Merchant,
    measure::Dimensions,
    time::Micros,
};
use uuid::Uuid;

pub(crate) use self::write::{give_up_ids, insert, update};
use super::{
    entity::{
        self,
        listing::{Column, Entity, Model},
    },
    mapping,
    row::{self, opt_parsed, parsed, query},
    words::Word,
};
use crate::domain::{
    adopted::Adopted,
    listing::{ChannelListingId, ChannelStatus, Description, Intent, Kind, KindSource, Listing, Presence, Tracking},
    mapping::Mapping,
};

const MAPPING: &str =
    "mapping.merchant = $1 AND mapping.listing_id = listing.id AND mapping.revision = listing.mapping_revision";

/// `mapping_` would make its revision a `mapping_revision`, which the listing has too.
const MAPPING_PREFIX: &str = "its_mapping_";

/// What [`listing`] reads of both tables.
fn columns() -> String {
    format!("{}, {}", row::columns::<Entity>(), row::columns_as::<entity::mapping::Entity>(MAPPING_PREFIX))
}

/// A listing with its mapping, without the components of it.
fn listing(row: &QueryResult) -> Result<Listing, DbErr> {
    let mapping = Option::<entity::mapping::Model>::from_query_result(row, MAPPING_PREFIX)?;
    let row = Model::from_query_result(row, "")?;
    Ok(Listing {
        id: row.id,
        account_id: row.account_id,
        csku: opt_parsed(Column::Csku, row.csku.as_deref(), Code::parse)?,
        channel_listing_id: opt_parsed(
            Column::ChannelListingId,
            row.channel_listing_id.as_deref(),
            ChannelListingId::parse,
        )?,
        renamed_csku: opt_parsed(Column::RenamedCsku, row.renamed_csku.as_deref(), Code::parse)?,
        kind: parsed(Column::Kind, &row.kind, Kind::read)?,
        kind_source: parsed(Column::KindSource, &row.kind_source, KindSource::read)?,
        adopted: adopted(&row)?,
        description: description(&row)?,
        tracking: if row.stock_tracked { Tracking::Tracked } else { Tracking::Untracked },
        intent: parsed(Column::Intent, &row.intent, Intent::read)?,
        channel_status: opt_parsed(Column::ChannelStatus, row.channel_status.as_deref(), ChannelStatus::read)?,
        channel_quantity: row.channel_quantity,
        category_id: row.category_id,
        mapping: mapping.map(Mapping::try_from).transpose()?,
        presence: if row.retired { Presence::Retired } else { Presence::Listed },
        version: row.version,
        create_time: Micros(row.create_time_us),
        update_time: Micros(row.update_time_us),
    })
}

fn description(row: &Model) -> Result<Description, DbErr> {
    let sides = row.length_mm.zip(row.width_mm).zip(row.height_mm);
    let dimensions = sides.map(|((length, width), height)| Dimensions::parse(length, width, height)).transpose();
    Ok(Description {
        title: row.title.clone(),
        barcode: row.barcode.clone(),
        dimensions: dimensions.map_err(|error| DbErr::Type(format!("dimensions: {error}")))?,
        weight_g: row.weight_g,
    })
}

fn adopted(row: &Model) -> Result<Option<Adopted>, DbErr> {
    let isku_code = opt_parsed(Column::AdoptedIskuCode, row.adopted_isku_code.as_deref(), Code::parse)?;
    let location = row.adopted_location.clone();
    Ok(isku_code.zip(row.adopted_quantity).map(|(isku_code, quantity)| Adopted { isku_code, location, quantity }))
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
    let engine = transaction.engine();
    let rows = query(transaction, merchant, rows, others, |asked, next| {
        let (columns, condition) = (columns(), condition.replace('?', &format!("${next}")));
        format!(
            "SELECT {columns} FROM {asked}{}{} ORDER BY listing.id",
            engine.probe("listing", &format!("listing.merchant = $1 AND {condition}")),
            engine.probe_if_any("mapping", MAPPING)
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
