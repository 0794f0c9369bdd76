//! What happens in the sample shop, in a few lines for people.

use std::fmt::Display;

use anyhow::{Context, Result, anyhow, bail};
use proto::catalogue::v1::{Finding, FindingKind, Listing, ListingIntent, ListingKind, ListingReason, OrderState};

use super::shop::{Refused, Shop, csku, listing_id};

const ORDER: &str = "T-1001";

/// Maps, publishes and sells what was imported and synced.
pub(crate) async fn tell(shop: &Shop) -> Result<()> {
    println!();
    needs_isku(shop).await?;
    duplicates(shop).await?;
    drift(shop).await?;
    order(shop).await?;
    ledger(shop).await
}

async fn needs_isku(shop: &Shop) -> Result<()> {
    let listings = shop.listings().await?;
    let of = |kind: ListingKind| listings.iter().filter(|listing| listing.kind() == kind).count();
    let (singles, variants) = (of(ListingKind::Single), of(ListingKind::Variant));
    let (groups, kits) = (of(ListingKind::Group), of(ListingKind::Kit));
    let all = listings.len();
    say("listed", format!("{all} listings: {singles} singles, {variants} variants, {groups} groups, {kits} kits"));

    let needing: Vec<&Listing> =
        listings.iter().filter(|listing| holds_back(listing, ListingReason::NeedsIsku)).collect();
    let names: Vec<String> = needing.iter().map(|listing| format!("{} ({})", called(listing), listing.title)).collect();
    say("needs an ISKU", format!("{}: {}", needing.len(), names.join("; ")));

    let whisk = listing_id("116");
    let listing = shop.listing(&whisk).await?;
    let is_mapped = listing.mapping.as_ref().is_some_and(|mapping| !mapping.components.is_empty());
    if is_mapped && listing.intent() == ListingIntent::Published {
        say("", "116 is mapped to WHISK and published since an earlier run");
        return Ok(());
    }
    if !is_mapped {
        let refused = shop.publish(&whisk).await?.err().context("a listing without its ISKU went live")?;
        say("", format!("publishing 116 is refused: {}", told(&refused)));
        shop.map(&whisk, "WHISK").await?.map_err(|refused| anyhow!(told(&refused)))?;
        say("", "116 is mapped to WHISK");
    }
    shop.publish(&whisk).await?.map_err(|refused| anyhow!(told(&refused)))?;
    say("", "116 is published");
    Ok(())
}

async fn duplicates(shop: &Shop) -> Result<()> {
    for finding in found(shop, FindingKind::DuplicateMapping).await? {
        say("duplicate mapping", finding.detail);
    }
    match shop.map(&listing_id("117"), "CUP-WHITE").await? {
        Ok(_) => bail!("a second listing was mapped to CUP-WHITE"),
        Err(refused) => say("", format!("117 on CUP-WHITE too is refused: {}", told(&refused))),
    }
    Ok(())
}

async fn drift(shop: &Shop) -> Result<()> {
    for finding in found(shop, FindingKind::StockDrift).await? {
        say("stock drift", finding.detail);
    }
    Ok(())
}

async fn order(shop: &Shop) -> Result<()> {
    let before = shop.availability(&csku("TEA-FOR-TWO")).await?;
    let lines = [("TEA-FOR-TWO", 2), ("TEA-ASSAM-100", 1)];
    let answer = shop.order(ORDER, &lines).await?;
    let order = answer.order.context("the answer has no order")?;
    let state =
        OrderState::try_from(order.state).map_or("?", |state| state.as_str_name()).trim_start_matches("ORDER_STATE_");
    let again = if answer.existing { ", as it was before" } else { "" };
    say("order placed", format!("{ORDER}: 2 x TEA-FOR-TWO (a kit of 5 parts), 1 x TEA-ASSAM-100: {state}{again}"));

    let after = shop.availability(&csku("TEA-FOR-TWO")).await?;
    let (before, after, limit) = (before.quantity(), after.quantity(), after.limiting_isku_code);
    say("", format!("TEA-FOR-TWO could offer {before} before it and {after} after it; {limit} is the limit"));
    Ok(())
}

async fn ledger(shop: &Shop) -> Result<()> {
    let proof = shop.verify().await?;
    if !proof.proven {
        bail!("the ledger does not prove itself: {:?}", proof.faults);
    }
    let (rows, movements, reservations) = (proof.stock_rows, proof.movements, proof.reservations);
    say("ledger proved", format!("{rows} stock rows from {movements} movements, {reservations} reservation"));
    Ok(())
}

async fn found(shop: &Shop, kind: FindingKind) -> Result<Vec<Finding>> {
    Ok(shop.findings().await?.into_iter().filter(|finding| finding.kind() == kind).collect())
}

fn holds_back(listing: &Listing, reason: ListingReason) -> bool {
    listing.reasons.iter().any(|detail| detail.reason() == reason)
}

fn called(listing: &Listing) -> &str {
    if listing.csku.is_empty() { &listing.channel_listing_id } else { &listing.csku }
}

/// The reason of a refusal, and the way out where it names one.
fn told(refused: &Refused) -> String {
    let of = |key: &str| refused.metadata.get(key).map(String::as_str);
    match (of("reason_0"), of("remedy_0")) {
        (Some(reason), Some(remedy)) => format!("{} ({reason}: {remedy})", refused.reason),
        _ => format!("{} ({})", refused.reason, refused.message),
    }
}

fn say(what: &str, text: impl Display) {
    println!("{what:>18}  {text}");
}
