//! VerifyStock: a merchant's ledger proves itself, or names what contradicts it.

use sea_orm::DbErr;
use shared::{
    code::Code,
    database::{Reads, Transaction},
    identity::Merchant,
};

use super::Inventory;
use crate::{
    domain::verify::{Fault, Report},
    storage::{
        isku, location,
        verify::{self, Piece},
    },
};

/// What a proof found, in words that callers know.
#[derive(Clone, Debug)]
pub(crate) struct Verified {
    pub(crate) report: Report,
    pub(crate) faults: Vec<NamedFault>,
}

/// A fault with the codes of its ISKU and location.
#[derive(Clone, Debug)]
pub(crate) struct NamedFault {
    pub(crate) fault: Fault,
    pub(crate) isku_code: Option<Code>,
    pub(crate) location: Option<Code>,
}

impl Inventory {
    /// Proves one merchant's ledger, piece by piece, beside whatever goes on.
    pub(crate) async fn verify_stock(&self, merchant: &Merchant) -> Result<Verified, DbErr> {
        let report = verify::prove(&self.database, merchant, Piece::USUAL).await?;
        let faults = match report.faults.is_empty() {
            true => vec![],
            false => name(&self.database.snapshot().await?, merchant, &report.faults).await?,
        };
        Ok(Verified { report, faults })
    }

    /// All merchants that have an inventory.
    pub(crate) async fn merchants(&self) -> Result<Vec<Merchant>, DbErr> {
        verify::merchants(&self.database).await
    }
}

async fn name(snapshot: &Transaction, merchant: &Merchant, faults: &[Fault]) -> Result<Vec<NamedFault>, DbErr> {
    let ids = faults.iter().filter_map(|fault| fault.key).map(|key| key.isku_id);
    let mut reads = Reads::new(snapshot, merchant);
    let (iskus, locations) = (isku::by_ids(&mut reads, ids), location::all(&mut reads));
    let found = reads.run().await?;
    let (iskus, locations) = (found.read(iskus)?, found.read(locations)?);
    let named = |fault: &Fault| NamedFault {
        fault: *fault,
        isku_code: fault.key.and_then(|key| iskus.get(&key.isku_id)).map(|isku| isku.code.clone()),
        location: fault
            .key
            .and_then(|key| locations.iter().find(|own| own.location_id == key.location_id))
            .map(|own| own.code.clone()),
    };
    Ok(faults.iter().map(named).collect())
}
