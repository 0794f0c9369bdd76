//! Shopify's own sample exports, in which every SKU is empty.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use proto::catalogue::v1::{ListingKind as Kind, ListingReason};
use tests::{Oms, both_engines, real_data, refused};
use tonic::Code;

use super::{rows, sync};

both_engines!(
    listings_without_a_code_need_an_isku_and_go_live_once_mapped,
    the_same_file_with_skus_updates_the_same_listings,
);

const FILES: [&str; 3] = ["apparel", "home-and-garden", "jewelery"];

fn file(test: &str, name: &str) -> Option<PathBuf> {
    real_data::file(&format!("shopify: {test}"), &format!("channel-exports/shopify/{name}.csv"))
}

/// Rows that hold a variant; the others only bring another picture.
fn variants(file: &Path) -> usize {
    rows(file).iter().filter(|row| !row["Variant Price"].is_empty()).count()
}

async fn listings_without_a_code_need_an_isku_and_go_live_once_mapped(oms: &Oms) {
    oms.isku("FOUND").on_hand(3).await;
    for name in FILES {
        let Some(file) = file("listings without a code need an ISKU", name) else { return };
        let shop = oms.shop("shopify", name);

        let (code, told) = sync(oms, &shop, &file, "shopify").await;

        assert_eq!(code, 0, "{told}");
        let listings = shop.listings().await;
        let sold: Vec<_> = listings.iter().filter(|listing| listing.kind() != Kind::Group).collect();
        assert_eq!(sold.len(), variants(&file), "{name}");
        for listing in &sold {
            assert!(listing.csku.is_empty() && !listing.channel_listing_id.is_empty());
            assert!(listing.reasons.iter().any(|reason| reason.reason() == ListingReason::NeedsIsku));
        }
        assert_eq!(shop.held_back_by(ListingReason::NeedsIsku).await.len(), sold.len());

        let key = shop.id(&sold[0].channel_listing_id);
        let early = refused(shop.publish(key.clone()).await);
        assert_eq!(early.kind(), (Code::FailedPrecondition, "LISTING_NOT_READY"));
        assert_eq!(early.metadata["reason_0"], "NEEDS_ISKU");
        assert!(!early.metadata["remedy_0"].is_empty());
        shop.map(key.clone(), &[("FOUND", 1)]).await.unwrap();
        assert_eq!(shop.publish(key.clone()).await.unwrap().published, vec![key]);
    }
    assert_eq!(oms.codes(10).await.unwrap(), ["FOUND"], "no ISKU is made up");
}

async fn the_same_file_with_skus_updates_the_same_listings(oms: &Oms) {
    for name in FILES {
        let Some(file) = file("the same file with SKUs updates the same listings", name) else { return };
        let shop = oms.shop("shopify", name);
        sync(oms, &shop, &file, "shopify").await;
        let ids = async || shop.listings().await.into_iter().map(|listing| listing.listing_id).collect::<BTreeSet<_>>();
        let before = ids().await;
        let filled = oms.site().write(&format!("{name}.csv"), &with_skus(&file, name));

        let (code, told) = sync(oms, &shop, &filled, "shopify").await;

        assert_eq!(code, 0, "{told}");
        assert_eq!(ids().await, before, "no listing was added or lost");
        let with_code = shop.listings().await.into_iter().filter(|listing| !listing.csku.is_empty()).count();
        assert_eq!(with_code, variants(&file));
        assert!(shop.held_back_by(ListingReason::NeedsIsku).await.is_empty());
    }
}

/// The file with a SKU in each row that holds a variant.
fn with_skus(file: &Path, name: &str) -> String {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|found| found == name).unwrap();
    let (sku, price) = (column("Variant SKU"), column("Variant Price"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    for (at, row) in reader.records().map(Result::unwrap).enumerate() {
        let filled = |(place, cell): (usize, &str)| {
            if place == sku && !row[price].is_empty() { format!("{name}-{at}") } else { cell.to_owned() }
        };
        writer.write_record(row.iter().enumerate().map(filled)).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}
