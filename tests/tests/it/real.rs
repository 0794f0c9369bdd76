//! Real export files, sent from the command line as a person would; every expectation is counted from the file itself.

mod shopify;
mod stock_sheet;
mod woocommerce;

use std::{collections::HashMap, path::Path};

use tests::{Oms, process, story::Shop};

/// The rows of a CSV file, by column.
fn rows(file: &Path) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Sends a file; returns the exit code and what was told.
async fn sync(oms: &Oms, shop: &Shop, file: &Path, format: &str) -> (i32, String) {
    let (url, token) = (oms.catalogue_url(), oms.site().token_file("acme"));
    let arguments = ["sync", file.to_str().unwrap(), "--format", format, "--connect", "--merchant", "acme"];
    let place = ["--channel", &shop.key.channel, "--seller", &shop.key.seller_id];
    let service = ["--server", &url, "--token-file", token.to_str().unwrap()];
    process::run("catalogue-svc", &[&arguments[..], &place, &service].concat()).await
}
