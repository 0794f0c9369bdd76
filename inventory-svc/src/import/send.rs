//! Sends a judged sheet to inventory-svc in batches, like any client, and tells what became of each item.

use std::collections::BTreeMap;

use clap::ValueEnum;
use proto::inventory::v1::{
    EnsureIskuItem, EnsuredIsku, OpeningStock, ResolvedIsku, Stock, ensured_isku::Outcome,
    resolved_isku::Status as Found,
};
use proto::r#type::v1 as values;
use tonic::Status;

use super::service::Service;
use super::sheet::{Goods, Item};

/// Items in one call; what the API takes at most.
const BATCH: usize = 1_000;

/// What became of one item, or would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// What the service called the ISKU before; empty if it had none.
    pub(crate) isku_code: String,
    pub(crate) fate: Fate,
    /// Where an ISKU that was there has other stock than the sheet states.
    pub(crate) drift: Vec<Drift>,
    /// Codes that were there and are near.
    pub(crate) near_codes: Vec<String>,
    /// ISKUs that may be the same goods, of an item that was left out for it.
    pub(crate) candidates: Vec<String>,
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
    pub(crate) reserved: i64,
    /// Number of the last movement; zero where there was none.
    pub(crate) sequence: i64,
}

/// What happens to an item that may be the goods of an ISKU of another code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnSameGoods {
    /// It is left out and told, with the ISKUs that it may be
    Ask,
    /// It becomes an ISKU of its own
    Create,
}

/// Whether to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    /// Only ask what is there.
    Look,
}

impl Service {
    /// Tells of each item, in order, what became of it; `progress` hears how many are done.
    pub(crate) async fn import(
        &self,
        file: blake3::Hash,
        items: &[Item],
        (mode, same_goods): (Mode, OnSameGoods),
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<Told>, Status> {
        let mut told = Vec::with_capacity(items.len());
        for batch in items.chunks(BATCH) {
            let before = self.resolve(batch.iter().map(|item| item.code.as_str().to_owned()).collect()).await?;
            let after = match mode {
                Mode::Look => batch.iter().map(|_| None).collect(),
                Mode::Write => {
                    let items = batch.iter().map(|item| wire(file, item, same_goods)).collect();
                    self.ensure(items).await?.into_iter().map(Some).collect::<Vec<_>>()
                }
            };
            if before.len() != batch.len() || after.len() != batch.len() {
                return Err(Status::internal("the service did not answer every item"));
            }
            let answers = before.into_iter().zip(after);
            let tell = |(item, (before, after))| tell(item, before, after, same_goods);
            told.extend(batch.iter().zip(answers).map(tell));
            progress(told.len());
        }
        Ok(told)
    }
}

/// The item as the API takes it. Its request id stands for the file and for all that the item states, so that the same file again is the
/// same request, however it is read.
fn wire(file: blake3::Hash, item: &Item, same_goods: OnSameGoods) -> EnsureIskuItem {
    let Goods { product_name, dimensions, weight_g, cost_price, barcode } = item.goods.clone();
    let opening_stock =
        item.stock.iter().map(|(location, quantity)| OpeningStock { location: location.clone(), quantity: *quantity });
    let mut hash = blake3::Hasher::new();
    hash.update(file.as_bytes());
    hash.update(format!("{:?}", (&item.code, &item.goods, &item.stock)).as_bytes());
    if same_goods == OnSameGoods::Create {
        hash.update(b"create");
    }
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
        create_anyway: same_goods == OnSameGoods::Create,
    }
}

/// An answer to a request of an earlier run tells how it was then; what is there now was read before.
fn tell(item: &Item, before: ResolvedIsku, after: Option<EnsuredIsku>, same_goods: OnSameGoods) -> Told {
    let after = after.filter(|after| !after.replayed);
    let isku_code = before.isku.as_ref().map(|isku| isku.code.clone()).unwrap_or_default();
    let candidates = after.as_ref().map_or(&before.candidates, |after| &after.candidates);
    let candidates = candidates.iter().map(|one| one.code.clone()).collect();
    let counting = match after.as_ref().map_or(before.uncounted, |after| after.uncounted) {
        true => Counting::Uncounted,
        false => Counting::Counted,
    };
    let (fate, stock) = match after {
        Some(after) => {
            let fate = match after.outcome() {
                Outcome::Created => Fate::Created,
                Outcome::Exists => Fate::Unchanged,
                Outcome::ExistsDifferent => Fate::Different(after.different_fields),
                Outcome::Rejected | Outcome::SameGoods | Outcome::Unspecified => {
                    Fate::Rejected { reason: after.reason, problem: after.problem }
                }
            };
            (fate, after.stock)
        }
        None => match before.status() {
            Found::Found | Found::ByAlias => (Fate::Unchanged, before.stock),
            Found::NotFound if same_goods == OnSameGoods::Ask && is_alike(&before) => {
                (rejected(SAME_GOODS, "it may be the same goods as an ISKU that is there"), Vec::new())
            }
            Found::NotFound => (Fate::Created, Vec::new()),
            Found::Archived => (rejected("ISKU_ARCHIVED", "the ISKU is archived"), Vec::new()),
            Found::Invalid | Found::Unspecified => (rejected("INVALID_FIELD", &before.problem), Vec::new()),
        },
    };
    let drift = match fate {
        Fate::Unchanged | Fate::Different(_) => drift(item, &stock, counting),
        Fate::Created | Fate::Rejected { .. } => Vec::new(),
    };
    match &fate {
        Fate::Rejected { reason, .. } if reason == SAME_GOODS => {
            Told { isku_code, fate, drift, near_codes: vec![], candidates }
        }
        _ => Told { isku_code, fate, drift, near_codes: before.near_codes, candidates: vec![] },
    }
}

/// The reason of an item that was left out because it may be other goods.
pub(crate) const SAME_GOODS: &str = "SAME_GOODS";

fn is_alike(before: &ResolvedIsku) -> bool {
    before.mangled || !before.candidates.is_empty()
}

pub(crate) fn rejected(reason: &str, problem: &str) -> Fate {
    Fate::Rejected { reason: reason.to_owned(), problem: problem.to_owned() }
}

/// Whether anybody has said how many units of an ISKU there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counting {
    Counted,
    Uncounted,
}

/// What the sheet says otherwise than the books, which know nothing of what nobody has counted: not even that there is none.
fn drift(item: &Item, stock: &[Stock], counting: Counting) -> Vec<Drift> {
    let books: BTreeMap<&str, &Stock> = stock.iter().map(|stock| (stock.location.as_str(), stock)).collect();
    let compare = |(location, in_sheet): &(String, i64)| {
        let (on_hand, reserved, sequence) =
            books.get(location.as_str()).map_or((0, 0, 0), |stock| (stock.on_hand, stock.reserved, stock.sequence));
        let drift = || Drift { location: location.clone(), in_sheet: *in_sheet, on_hand, reserved, sequence };
        (on_hand != *in_sheet || counting == Counting::Uncounted).then(drift)
    };
    item.stock.iter().filter_map(compare).collect()
}

#[cfg(test)]
mod tests;
