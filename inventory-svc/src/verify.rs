//! `inventory-svc verify`: the ledgers of all merchants prove themselves, from the command line.

use crate::{Settings, StartError, existing, inventory::Inventory};

/// What the proofs of all merchants found.
#[derive(Debug)]
pub struct Proven {
    /// Readable lines: one for each merchant, one for each fault, and a summary.
    pub lines: Vec<String>,
    /// Faults found.
    pub faults: usize,
}

/// Proves every merchant's ledger.
pub async fn verify(settings: &Settings) -> Result<Proven, StartError> {
    let database = existing(settings).await?;
    let inventory = Inventory::new(database.clone(), settings);
    let mut proven = Proven { lines: vec![], faults: 0 };
    let merchants = inventory.merchants().await?;
    for merchant in &merchants {
        let verified = inventory.verify_stock(merchant).await?;
        let report = &verified.report;
        let without = match report.rows_without_digest {
            0 => String::new(),
            rows => format!(", {rows} rows without a digest"),
        };
        proven.lines.push(format!(
            "{merchant}: {} ({} stock rows, {} movements, {} reservations{without})",
            if verified.faults.is_empty() { "proven" } else { "NOT PROVEN" },
            report.stock_rows,
            report.movements,
            report.reservations,
        ));
        for named in &verified.faults {
            let text = |code: &Option<shared::code::Code>| code.as_ref().map_or("-".to_owned(), ToString::to_string);
            let fault = &named.fault;
            let place = fault.place.map_or(String::new(), |place| format!(" at {place}"));
            proven.lines.push(format!(
                "{merchant}: {:?}{place} isku {} location {} sequence {} reservation {}: expected {}, found {}",
                fault.kind,
                text(&named.isku_code),
                text(&named.location),
                fault.sequence.map_or("-".to_owned(), |sequence| sequence.to_string()),
                fault.reservation_id.map_or("-".to_owned(), |id| id.to_string()),
                fault.expected,
                fault.found,
            ));
            proven.faults += 1;
        }
    }
    proven.lines.push(match proven.faults {
        0 => format!("merchants: {}, all proven", merchants.len()),
        faults => format!("merchants: {}, faults: {faults}", merchants.len()),
    });
    database.close().await?;
    Ok(proven)
}
