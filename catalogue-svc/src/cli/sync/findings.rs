//! Writes the account's open findings as CSV.

use std::path::Path;

use proto::catalogue::v1::{Finding, FindingState, ListFindingsRequest, ListingKey, listing_key};

use super::{
    Exit, Failure,
    service::{Service, refused},
};

const HEADER: [&str; 7] = ["kind", "blocking", "cskus", "channel_listing_ids", "isku_codes", "detail", "remedy"];

/// Writes all of them, replacing the file.
pub(super) async fn write(service: &Service, file: &Path) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure(Exit::Usage, format!("{}: {error}", file.display()));
    let mut writer = csv::Writer::from_path(file).map_err(|error| failed(&error))?;
    writer.write_record(HEADER).map_err(|error| failed(&error))?;
    let mut request = ListFindingsRequest {
        account: Some(service.account.clone()),
        state: FindingState::Open.into(),
        page_size: 1_000,
        ..ListFindingsRequest::default()
    };
    loop {
        let page = service.mappings().list_findings(service.request(request.clone())).await;
        let page = page.map_err(|status| refused(&status))?.into_inner();
        for finding in &page.findings {
            writer.write_record(record(finding)).map_err(|error| failed(&error))?;
        }
        if page.next_page_token.is_empty() {
            return writer.flush().map_err(|error| failed(&error));
        }
        request.page_token = page.next_page_token;
    }
}

fn record(finding: &Finding) -> [String; 7] {
    let csku = |key: &ListingKey| match &key.code {
        Some(listing_key::Code::Csku(csku)) => Some(csku.clone()),
        _ => None,
    };
    let id = |key: &ListingKey| match &key.code {
        Some(listing_key::Code::ChannelListingId(id)) => Some(id.clone()),
        _ => None,
    };
    let several = |codes: Vec<String>| codes.join(" | ");
    [
        finding.kind().as_str_name().trim_start_matches("FINDING_KIND_").to_owned(),
        if finding.blocking { "yes" } else { "no" }.to_owned(),
        several(finding.listings.iter().filter_map(csku).collect()),
        several(finding.listings.iter().filter_map(id).collect()),
        several(finding.isku_codes.clone()),
        finding.detail.clone(),
        finding.remedy.clone(),
    ]
}
