//! Limits of ISKUs and locations.

use prost_types::FieldMask;
use proto::{
    inventory::v1::{
        ArchiveIskuRequest, CreateIskuRequest, CreateLocationRequest, EnsureIskuItem, GetIskuRequest, IskuData,
        ListIskusRequest, Location, OpeningStock, RenameIskuRequest, SearchIskusRequest, UnarchiveIskuRequest,
        UpdateIskuRequest, UpdateLocationRequest, ensured_isku::Outcome,
    },
    r#type::v1::{Dimensions, Money},
};
use tests::{Merchant, Refusal, refused::malformed, request_id};

use super::{
    Limit, limit,
    world::{Try, location, text},
};

/// A code, wherever one is asked for.
pub(super) const CODE: [&str; 1] = ["oms.inventory.v1.IskuService"];
pub(super) const CHARACTERS: &str = "1 to 128 characters";
const WEIGHT: &str = "1 to 100,000,000";
const PAGE: &str = "1 to 1,000; 100 if zero";

pub(super) fn limits() -> Vec<Limit> {
    [request_ids(), codes(), details(), batches(), locations()].into_iter().flatten().collect()
}

fn new(t: &Try) -> CreateIskuRequest {
    t.oms.isku(&text(9)).request()
}

fn update(code: &str, data: IskuData, mask: &[&str]) -> UpdateIskuRequest {
    let paths = mask.iter().map(|path| (*path).to_owned()).collect();
    UpdateIskuRequest {
        request_id: request_id(),
        code: code.to_owned(),
        data: Some(data),
        update_mask: Some(FieldMask { paths }),
        etag: String::new(),
    }
}

fn weight(code: &str) -> UpdateIskuRequest {
    update(code, IskuData { weight_g: Some(7), ..Default::default() }, &[])
}

fn bare() -> EnsureIskuItem {
    EnsureIskuItem { request_id: request_id(), code: text(9), ..Default::default() }
}

/// One item, refused as a call would be.
async fn ensure(oms: &Merchant, item: EnsureIskuItem) -> Result<(), Refusal> {
    let result = oms.ensure(vec![item]).await.expect("no item refuses the call").remove(0);
    match (result.outcome(), result.reason.as_str()) {
        (Outcome::Rejected, "INVALID_FIELD") => {
            let fields: Vec<_> = result.problem.split("; ").filter_map(|problem| problem.split(' ').next()).collect();
            Err(malformed(&fields))
        }
        (Outcome::Created, _) => Ok(()),
        other => panic!("{other:?}"),
    }
}

fn rename(code: &str, new_code: String) -> RenameIskuRequest {
    RenameIskuRequest { request_id: request_id(), code: code.to_owned(), new_code, etag: String::new() }
}

fn archive(request_id: String, code: &str) -> ArchiveIskuRequest {
    ArchiveIskuRequest { request_id, code: code.to_owned(), etag: String::new() }
}

fn request_ids() -> Vec<Limit> {
    vec![
        limit!(["oms.inventory.v1.CreateIskuRequest.request_id"], CHARACTERS, "request_id", |t| {
            t.oms.create(CreateIskuRequest { request_id: t.text(), ..new(&t) }).await
        }),
        limit!(["oms.inventory.v1.UpdateIskuRequest.request_id"], CHARACTERS, "request_id", |t| {
            t.oms.change(UpdateIskuRequest { request_id: t.text(), ..weight("BARE") }).await
        }),
        limit!(["oms.inventory.v1.RenameIskuRequest.request_id"], CHARACTERS, "request_id", |t| {
            let request = RenameIskuRequest { request_id: t.text(), ..rename("RENAMED", text(9)) };
            t.oms.iskus.clone().rename_isku(request).await
        }),
        limit!(["oms.inventory.v1.ArchiveIskuRequest.request_id"], CHARACTERS, "request_id", |t| {
            t.oms.iskus.clone().archive_isku(archive(t.text(), "C0")).await
        }),
        limit!(["oms.inventory.v1.UnarchiveIskuRequest.request_id"], CHARACTERS, "request_id", |t| {
            let request = UnarchiveIskuRequest { request_id: t.text(), code: "C0".to_owned(), etag: String::new() };
            t.oms.iskus.clone().unarchive_isku(request).await
        }),
        limit!(["oms.inventory.v1.EnsureIskuItem.request_id"], CHARACTERS, "request_id", |t| {
            ensure(&t.oms, EnsureIskuItem { request_id: t.text(), ..bare() }).await
        }),
        limit!(["oms.inventory.v1.CreateLocationRequest.request_id"], CHARACTERS, "request_id", |t| {
            make(&t, CreateLocationRequest { request_id: t.text(), ..place() }).await
        }),
        limit!(["oms.inventory.v1.UpdateLocationRequest.request_id"], CHARACTERS, "request_id", |t| {
            t.oms.change_location(UpdateLocationRequest { request_id: t.text(), ..replace(l0(), "sellable") }).await
        }),
    ]
}

fn codes() -> Vec<Limit> {
    vec![
        limit!(CODE, CHARACTERS, "code", |t| t.oms.create(CreateIskuRequest { code: t.text(), ..new(&t) }).await),
        limit!(CODE, CHARACTERS, "code", |t| ensure(&t.oms, EnsureIskuItem { code: t.text(), ..bare() }).await),
        limit!(CODE, CHARACTERS, "code", |t| t.oms.change(weight(&t.isku().await)).await),
        limit!(CODE, CHARACTERS, "code", |t| {
            t.oms.iskus.clone().rename_isku(rename(&t.isku().await, text(9))).await
        }),
        limit!(CODE, CHARACTERS, "new_code", |t| {
            t.oms.iskus.clone().rename_isku(rename("RENAMED", t.text())).await
        }),
        limit!(CODE, CHARACTERS, "code", |t| {
            t.oms.iskus.clone().get_isku(GetIskuRequest { code: t.isku().await }).await
        }),
    ]
}

fn details() -> Vec<Limit> {
    vec![
        limit!(["oms.inventory.v1.CreateIskuRequest.product_name"], "1 to 512 characters", "product_name", |t| {
            t.oms.create(CreateIskuRequest { product_name: t.text(), ..new(&t) }).await
        }),
        limit!(
            ["oms.inventory.v1.IskuData.product_name", "oms.inventory.v1.Isku.product_name"],
            "1 to 512 characters",
            "data.product_name",
            |t| {
                let data = IskuData { product_name: t.text(), ..Default::default() };
                t.oms.change(update("BARE", data, &["product_name"])).await
            }
        ),
        limit!(["oms.inventory.v1.EnsureIskuItem.product_name"], "at most 512 characters", "product_name", |t| {
            ensure(&t.oms, EnsureIskuItem { product_name: t.text(), ..bare() }).await
        }),
        limit!(["oms.inventory.v1.CreateIskuRequest.barcode"], "at most 64 characters", "barcode", |t| {
            t.oms.create(CreateIskuRequest { barcode: t.text(), ..new(&t) }).await
        }),
        limit!(["oms.inventory.v1.IskuData.barcode"], "at most 64 characters", "data.barcode", |t| {
            t.oms.change(update("BARE", IskuData { barcode: t.text(), ..Default::default() }, &["barcode"])).await
        }),
        limit!(["oms.inventory.v1.EnsureIskuItem.barcode"], "at most 64 characters", "barcode", |t| {
            ensure(&t.oms, EnsureIskuItem { barcode: t.text(), ..bare() }).await
        }),
        limit!(["oms.inventory.v1.Isku.barcode"], "1 to 64 characters", "barcode", |t| {
            t.oms.create(CreateIskuRequest { barcode: t.text(), ..new(&t) }).await
        })
        .or_empty(),
        limit!(
            ["oms.inventory.v1.CreateIskuRequest.weight_g", "oms.inventory.v1.Isku.weight_g"],
            WEIGHT,
            "weight_g",
            |t| t.oms.create(CreateIskuRequest { weight_g: t.size, ..new(&t) }).await
        ),
        limit!(["oms.inventory.v1.IskuData.weight_g"], WEIGHT, "data.weight_g", |t| {
            t.oms.change(update("BARE", IskuData { weight_g: Some(t.size), ..Default::default() }, &[])).await
        }),
        limit!(["oms.inventory.v1.EnsureIskuItem.weight_g"], WEIGHT, "weight_g", |t| {
            ensure(&t.oms, EnsureIskuItem { weight_g: Some(t.size), ..bare() }).await
        }),
        limit!(["oms.type.v1.Dimensions"], "1 to 100,000", "dimensions", |t| {
            let dimensions = Some(Dimensions { length_mm: t.size, width_mm: 1, height_mm: 1 });
            t.oms.create(CreateIskuRequest { dimensions, ..new(&t) }).await
        }),
        limit!(["oms.type.v1.Dimensions"], "1 to 100,000", "data.dimensions", |t| {
            let dimensions = Some(Dimensions { length_mm: 1, width_mm: t.size, height_mm: 1 });
            t.oms.change(update("BARE", IskuData { dimensions, ..Default::default() }, &[])).await
        }),
        limit!(["oms.type.v1.Dimensions"], "1 to 100,000", "dimensions", |t| {
            let dimensions = Some(Dimensions { length_mm: 1, width_mm: 1, height_mm: t.size });
            ensure(&t.oms, EnsureIskuItem { dimensions, ..bare() }).await
        }),
        limit!(["oms.type.v1.Money.units"], "0 to 9,000,000,000,000", "cost_price", |t| {
            let cost_price = Some(Money { currency_code: "MYR".to_owned(), units: t.size, nanos: 0 });
            t.oms.create(CreateIskuRequest { cost_price, ..new(&t) }).await
        }),
        limit!(["oms.type.v1.Money.nanos"], "0 to 999,999,999", "data.cost_price", |t| {
            let nanos = i32::try_from(t.size).unwrap();
            let cost_price = Some(Money { currency_code: "MYR".to_owned(), units: 0, nanos });
            t.oms.change(update("BARE", IskuData { cost_price, ..Default::default() }, &[])).await
        }),
    ]
}

fn opening(n: usize) -> OpeningStock {
    OpeningStock { location: location(n), quantity: 1 }
}

fn batches() -> Vec<Limit> {
    vec![
        limit!(
            ["oms.inventory.v1.OpeningStock.quantity"],
            "0 to 1,000,000,000,000",
            "opening_stock[0].quantity",
            |t| t.oms.create(t.oms.isku(&text(9)).on_hand(t.size).request()).await
        ),
        limit!(["oms.inventory.v1.CreateIskuRequest.opening_stock"], "at most 100 locations", "opening_stock", |t| {
            t.oms.create(CreateIskuRequest { opening_stock: t.each(opening), ..new(&t) }).await
        }),
        limit!(["oms.inventory.v1.EnsureIskuItem.opening_stock"], "at most 100 locations", "opening_stock", |t| {
            ensure(&t.oms, EnsureIskuItem { opening_stock: t.each(opening), ..bare() }).await
        }),
        limit!(["oms.inventory.v1.EnsureIskusRequest.items"], "1 to 1,000 items", "items", |t| {
            t.oms.ensure(t.each(|_| EnsureIskuItem { code: "BARE".to_owned(), ..bare() })).await
        }),
        limit!(["oms.inventory.v1.IskuService.EnsureIskus"], "more than 1,000 items", "items", |t| {
            t.oms.ensure(t.each(|_| EnsureIskuItem { code: "BARE".to_owned(), ..bare() })).await
        }),
        limit!(["oms.inventory.v1.ResolveIskusRequest.codes"], "1 to 1,000 codes", "codes", |t| {
            t.oms.resolve(&t.each(|_| "BARE")).await
        }),
        limit!(["oms.inventory.v1.IskuService.ResolveIskus"], "more than 1,000 codes", "codes", |t| {
            t.oms.resolve(&t.each(|_| "BARE")).await
        }),
        limit!(["oms.inventory.v1.ListIskusRequest.page_size"], PAGE, "page_size", |t| {
            let page_size = i32::try_from(t.size).unwrap();
            t.oms.iskus.clone().list_iskus(ListIskusRequest { page_size, ..Default::default() }).await
        }),
        limit!(["oms.inventory.v1.SearchIskusRequest.page_size"], "1 to 100; 20 if zero", "page_size", |t| {
            let page_size = i32::try_from(t.size).unwrap();
            let request = SearchIskusRequest { query: "x".to_owned(), page_size, show_archived: false };
            t.oms.iskus.clone().search_iskus(request).await
        }),
        limit!(["oms.inventory.v1.SearchIskusRequest.query"], "1 to 256 characters", "query", |t| {
            t.oms.search(&t.text()).await
        }),
    ]
}

fn place() -> CreateLocationRequest {
    CreateLocationRequest { request_id: request_id(), code: text(9), sellable: true, ..Default::default() }
}

fn l0() -> Location {
    Location { code: "L0".to_owned(), sellable: true, ..Default::default() }
}

fn replace(location: Location, field: &str) -> UpdateLocationRequest {
    let update_mask = Some(FieldMask { paths: vec![field.to_owned()] });
    UpdateLocationRequest { request_id: request_id(), location: Some(location), update_mask, etag: String::new() }
}

async fn make(t: &Try, request: CreateLocationRequest) -> Result<(), tonic::Status> {
    t.oms.locations.clone().create_location(request).await.map(drop)
}

fn locations() -> Vec<Limit> {
    const NAME: &str = "at most 256 characters";
    const PRIORITY: &str = "0 to 1,000,000";
    vec![
        limit!(["oms.inventory.v1.Location.code"], CHARACTERS, "code", |t| {
            make(&t, CreateLocationRequest { code: t.text(), ..place() }).await
        }),
        limit!(["oms.inventory.v1.Location.code"], CHARACTERS, "location.code", |t| {
            let location = Location { code: t.location().await, sellable: true, ..Default::default() };
            t.oms.change_location(replace(location, "sellable")).await
        }),
        limit!(["oms.inventory.v1.CreateLocationRequest.display_name"], NAME, "display_name", |t| {
            make(&t, CreateLocationRequest { display_name: t.text(), ..place() }).await
        }),
        limit!(["oms.inventory.v1.Location.display_name"], NAME, "location.display_name", |t| {
            t.oms.change_location(replace(Location { display_name: t.text(), ..l0() }, "display_name")).await
        }),
        limit!(["oms.inventory.v1.CreateLocationRequest.priority"], PRIORITY, "priority", |t| {
            make(&t, CreateLocationRequest { priority: i32::try_from(t.size).unwrap(), ..place() }).await
        }),
        limit!(["oms.inventory.v1.Location.priority"], PRIORITY, "location.priority", |t| {
            let priority = i32::try_from(t.size).unwrap();
            t.oms.change_location(replace(Location { priority, ..l0() }, "priority")).await
        }),
    ]
}
