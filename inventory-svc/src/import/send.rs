//! Sends a judged sheet to inventory-svc in batches, like any client, and tells what became of each item.

use std::collections::BTreeMap;

use proto::inventory::v1::{
    EnsureIskuItem, EnsureIskusRequest, EnsuredIsku, OpeningStock, ResolveIskusRequest, ResolvedIsku, Stock,
    ensured_isku::Outcome, isku_service_client::IskuServiceClient, resolved_isku::Status as Found,
};
use proto::r#type::v1 as values;
use shared::auth::MERCHANT_HEADER;
use shared::client::Upstream;
use shared::identity::Merchant;
use tonic::{Request, Status};

use super::sheet::{Goods, Item};

/// Items in one call; what the API takes at most.
const BATCH: usize = 1_000;

/// What became of one item, or would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) fate: Fate,
    /// Where an ISKU that was there has other stock than the sheet states.
    pub(crate) drift: Vec<Drift>,
    /// Codes that were there and differ only in case, blanks or trailing punctuation.
    pub(crate) near_codes: Vec<String>,
}

/// The outcome of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The ISKU is new, with the sheet's stock.
    Created,
    /// It was there and nothing contradicts it; also if this very file created it before.
    Unchanged,
    /// It was there and these fields contradict it.
    Different(Vec<String>),
    /// The service refused it.
    Rejected { reason: String, problem: String },
}

/// Stock that differs at one location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drift {
    pub(crate) location: String,
    pub(crate) in_sheet: i64,
    pub(crate) on_hand: i64,
}

/// Whether to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    /// Only ask what is there.
    Look,
}

/// A running inventory-svc, and for whom to call it.
#[derive(Debug)]
pub(crate) struct Service {
    upstream: Upstream,
    merchant: Option<Merchant>,
}

impl Service {
    /// `merchant` is named in each call only if given; a credential may imply it.
    pub(crate) fn new(upstream: Upstream, merchant: Option<Merchant>) -> Self {
        Self { upstream, merchant }
    }

    /// Tells of each item, in order, what became of it; `progress` hears how many are done.
    pub(crate) async fn import(
        &self,
        file: blake3::Hash,
        items: &[Item],
        mode: Mode,
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<Told>, Status> {
        let mut told = Vec::with_capacity(items.len());
        for batch in items.chunks(BATCH) {
            let before = self.resolve(batch).await?;
            let after = match mode {
                Mode::Look => batch.iter().map(|_| None).collect(),
                Mode::Write => self.ensure(file, batch).await?.into_iter().map(Some).collect::<Vec<_>>(),
            };
            if before.len() != batch.len() || after.len() != batch.len() {
                return Err(Status::internal("the service did not answer every item"));
            }
            let answers = before.into_iter().zip(after);
            told.extend(batch.iter().zip(answers).map(|(item, (before, after))| tell(item, before, after)));
            progress(told.len());
        }
        Ok(told)
    }

    async fn resolve(&self, items: &[Item]) -> Result<Vec<ResolvedIsku>, Status> {
        let codes: Vec<String> = items.iter().map(|item| item.code.as_str().to_owned()).collect();
        let answer =
            self.upstream.call(|channel| {
                let request = self.request(ResolveIskusRequest { codes: codes.clone() });
                async move {
                    IskuServiceClient::new(channel).max_decoding_message_size(usize::MAX).resolve_iskus(request).await
                }
            });
        Ok(answer.await?.results)
    }

    async fn ensure(&self, file: blake3::Hash, items: &[Item]) -> Result<Vec<EnsuredIsku>, Status> {
        let items: Vec<EnsureIskuItem> = items.iter().map(|item| wire(file, item)).collect();
        let answer =
            self.upstream.call(|channel| {
                let request = self.request(EnsureIskusRequest { items: items.clone() });
                async move {
                    IskuServiceClient::new(channel).max_decoding_message_size(usize::MAX).ensure_iskus(request).await
                }
            });
        Ok(answer.await?.results)
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let merchant = self.merchant.clone().unwrap_or_else(Merchant::default_merchant);
        let mut request = self.upstream.request(&merchant, message);
        if self.merchant.is_none() {
            request.metadata_mut().remove(MERCHANT_HEADER);
        }
        request
    }
}

/// The item as the API takes it. Its request id stands for the file and for all that the item states, so that the same file again is the
/// same request, however it is read.
fn wire(file: blake3::Hash, item: &Item) -> EnsureIskuItem {
    let Goods { product_name, dimensions, weight_g, cost_price, barcode } = item.goods.clone();
    let opening_stock =
        item.stock.iter().map(|(location, quantity)| OpeningStock { location: location.clone(), quantity: *quantity });
    let mut hash = blake3::Hasher::new();
    hash.update(file.as_bytes());
    hash.update(format!("{:?}", (&item.code, &item.goods, &item.stock)).as_bytes());
    EnsureIskuItem {
        request_id: format!("import:{}", &hash.finalize().to_hex()[..32]),
        code: item.code.as_str().to_owned(),
        product_name: product_name.unwrap_or_default(),
        dimensions: dimensions.map(|sides| values::Dimensions {
            length_mm: sides.length_mm,
            width_mm: sides.width_mm,
            height_mm: sides.height_mm,
        }),
        weight_g,
        cost_price: cost_price.map(|money| values::Money {
            currency_code: money.currency().to_owned(),
            units: money.units(),
            nanos: money.nanos(),
        }),
        barcode: barcode.unwrap_or_default(),
        opening_stock: opening_stock.collect(),
    }
}

/// An answer to a request of an earlier run tells how it was then; what is there now was read before.
fn tell(item: &Item, before: ResolvedIsku, after: Option<EnsuredIsku>) -> Told {
    let after = after.filter(|after| !after.replayed);
    let (fate, stock) = match after {
        Some(after) => {
            let fate = match after.outcome() {
                Outcome::Created => Fate::Created,
                Outcome::Exists => Fate::Unchanged,
                Outcome::ExistsDifferent => Fate::Different(after.different_fields),
                Outcome::Rejected | Outcome::Unspecified => {
                    Fate::Rejected { reason: after.reason, problem: after.problem }
                }
            };
            (fate, after.stock)
        }
        None => match before.status() {
            Found::Found | Found::ByAlias => (Fate::Unchanged, before.stock),
            Found::NotFound => (Fate::Created, Vec::new()),
            Found::Archived => (rejected("ISKU_ARCHIVED", "the ISKU is archived"), Vec::new()),
            Found::Invalid | Found::Unspecified => (rejected("INVALID_FIELD", &before.problem), Vec::new()),
        },
    };
    let drift = match fate {
        Fate::Unchanged | Fate::Different(_) => drift(item, &stock),
        Fate::Created | Fate::Rejected { .. } => Vec::new(),
    };
    Told { fate, drift, near_codes: before.near_codes }
}

fn rejected(reason: &str, problem: &str) -> Fate {
    Fate::Rejected { reason: reason.to_owned(), problem: problem.to_owned() }
}

fn drift(item: &Item, stock: &[Stock]) -> Vec<Drift> {
    let on_hand: BTreeMap<&str, i64> = stock.iter().map(|stock| (stock.location.as_str(), stock.on_hand)).collect();
    let compare = |(location, in_sheet): &(String, i64)| {
        let on_hand = on_hand.get(location.as_str()).copied().unwrap_or(0);
        (on_hand != *in_sheet).then(|| Drift { location: location.clone(), in_sheet: *in_sheet, on_hand })
    };
    item.stock.iter().filter_map(compare).collect()
}

#[cfg(test)]
mod tests;
