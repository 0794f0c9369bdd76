//! ISKUs in requests.

use proto::{
    inventory::v1::{
        ArchiveIskuRequest, CreateIskuRequest, EnsureIskuItem, OpeningStock as WireOpeningStock, RenameIskuRequest,
        SearchIskusRequest, UnarchiveIskuRequest, UpdateIskuRequest,
    },
    r#type::v1 as wire,
};
use shared::{
    measure::parse_weight_g,
    refusal::{Fields, Refusal},
};

use super::{UNITS_MAX, code, count, dimensions, done, etag, location, money, number, request_id, required, text};
use crate::{
    domain::{
        Action,
        command::{IskuUpdate, Named, Rename},
        isku::{Details, NewIsku, OpeningStock},
        search::Search,
    },
    inventory::Requested,
};

const NAME_MAX: usize = 512;
const BARCODE_MAX: usize = 64;
const OPENING_MAX: usize = 100;
const QUERY_MAX: usize = 256;
const MATCHES: i64 = 20;
const MATCHES_MAX: i64 = 100;

struct Stated<'a> {
    product_name: &'a str,
    dimensions: Option<wire::Dimensions>,
    weight_g: Option<i64>,
    cost_price: Option<&'a wire::Money>,
    barcode: &'a str,
}

/// Reads what is stated in the message at `path`, which ends with a dot, or is empty for the request itself.
fn details(fields: &mut Fields, path: &str, stated: Stated<'_>) -> Option<Details> {
    let at = |field: &str| format!("{path}{field}");
    let product_name = text(fields, &at("product_name"), stated.product_name, NAME_MAX);
    let barcode = text(fields, &at("barcode"), stated.barcode, BARCODE_MAX);
    let dimensions = stated.dimensions.and_then(|value| dimensions(fields, &at("dimensions"), value));
    let weight_g = stated.weight_g.and_then(|value| fields.take(at("weight_g"), parse_weight_g(value)));
    let cost_price = stated.cost_price.and_then(|value| money(fields, &at("cost_price"), value));
    Some(Details { product_name: product_name?, dimensions, weight_g, cost_price, barcode: barcode? })
}

/// Reads what an ISKU opens with; a quantity below zero, where it may be, is none.
fn opening_stock(fields: &mut Fields, lines: &[WireOpeningStock], least: i64) -> Vec<OpeningStock> {
    count(fields, "opening_stock", lines.len(), 0, OPENING_MAX);
    let mut read: Vec<OpeningStock> = vec![];
    for (n, line) in lines.iter().take(OPENING_MAX).enumerate() {
        let at = location(fields, &format!("opening_stock[{n}].location"), &line.location);
        let quantity = number(fields, &format!("opening_stock[{n}].quantity"), line.quantity, least, UNITS_MAX);
        let Some(location) = at else { continue };
        if read.iter().any(|earlier| earlier.location == location) {
            fields.add(format!("opening_stock[{n}].location"), "must not repeat");
        }
        read.push(OpeningStock { location, quantity: quantity.unwrap_or(0).max(0) });
    }
    read
}

/// CreateIsku: everything but the barcode is required.
pub(in crate::grpc) fn create(request: &CreateIskuRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let code = code(&mut fields, "code", &request.code);
    required(&mut fields, "dimensions", request.dimensions.as_ref());
    required(&mut fields, "cost_price", request.cost_price.as_ref());
    let stated = Stated {
        product_name: &request.product_name,
        dimensions: request.dimensions,
        weight_g: Some(request.weight_g),
        cost_price: request.cost_price.as_ref(),
        barcode: &request.barcode,
    };
    let details = details(&mut fields, "", stated);
    if let Some(details) = &details {
        required(&mut fields, "product_name", details.product_name.as_ref());
    }
    let opening_stock = opening_stock(&mut fields, &request.opening_stock, 0);
    let new = code.zip(details).map(|(code, details)| NewIsku { code, details, opening_stock });
    let requested = request_id.zip(new).map(|(request_id, new)| Requested { request_id, action: Action::Create(new) });
    done(fields, requested)
}

/// UpdateIsku.
pub(in crate::grpc) fn update_isku(request: &UpdateIskuRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let isku = named(&mut fields, &request.code, &request.etag);
    let data = required(&mut fields, "data", request.data.as_ref()).cloned().unwrap_or_default();
    let mask = request.update_mask.clone().unwrap_or_default().paths;
    for path in mask.iter().filter(|path| !UPDATABLE.contains(&path.as_str())) {
        fields.add("update_mask", format!("cannot change {path:?}"));
    }
    let is_asked = |field: &str| mask.is_empty() || mask.iter().any(|path| path == field);
    let stated = Stated {
        product_name: if is_asked("product_name") { &data.product_name } else { "" },
        dimensions: data.dimensions.filter(|_| is_asked("dimensions")),
        weight_g: data.weight_g.filter(|_| is_asked("weight_g")),
        cost_price: data.cost_price.as_ref().filter(|_| is_asked("cost_price")),
        barcode: if is_asked("barcode") { &data.barcode } else { "" },
    };
    let is_stated = [
        ("product_name", !stated.product_name.trim().is_empty()),
        ("dimensions", stated.dimensions.is_some()),
        ("weight_g", stated.weight_g.is_some()),
        ("cost_price", stated.cost_price.is_some()),
    ];
    for (field, _) in is_stated.iter().filter(|(field, stated)| !stated && mask.iter().any(|path| path == field)) {
        fields.add(format!("data.{field}"), "cannot be taken away");
    }
    let takes_barcode = mask.iter().any(|path| path == "barcode") || !stated.barcode.trim().is_empty();
    if !takes_barcode && !is_stated.iter().any(|(_, stated)| *stated) && fields.is_empty() {
        fields.add("data", "must state at least one field");
    }
    let details = details(&mut fields, "data.", stated);
    let update = isku.zip(details).map(|(isku, details)| IskuUpdate {
        isku,
        product_name: details.product_name,
        dimensions: details.dimensions,
        weight_g: details.weight_g,
        cost_price: details.cost_price,
        barcode: takes_barcode.then_some(details.barcode),
    });
    let action = update.map(Action::Update);
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}

/// What UpdateIsku can change.
const UPDATABLE: [&str; 5] = ["product_name", "dimensions", "weight_g", "cost_price", "barcode"];

fn named(fields: &mut Fields, text: &str, seen: &str) -> Option<Named> {
    let code = code(fields, "code", text);
    let revision = etag(fields, seen);
    code.zip(revision).map(|(code, revision)| Named { code, revision })
}

/// RenameIsku.
pub(in crate::grpc) fn rename_isku(request: &RenameIskuRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let isku = named(&mut fields, &request.code, &request.etag);
    let new_code = code(&mut fields, "new_code", &request.new_code);
    let action = isku.zip(new_code).map(|(isku, new_code)| Action::Rename(Rename { isku, new_code }));
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}

/// ArchiveIsku.
pub(in crate::grpc) fn archive_isku(request: &ArchiveIskuRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let action = named(&mut fields, &request.code, &request.etag).map(Action::Archive);
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}

/// UnarchiveIsku.
pub(in crate::grpc) fn unarchive_isku(request: &UnarchiveIskuRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let action = named(&mut fields, &request.code, &request.etag).map(Action::Unarchive);
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}

/// SearchIskus: what to look for, and how many matches to show.
pub(in crate::grpc) fn search(request: &SearchIskusRequest) -> Result<(Search, usize), Refusal> {
    let mut fields = Fields::default();
    let query = text(&mut fields, "query", &request.query, QUERY_MAX);
    let query = query.and_then(|query| required(&mut fields, "query", query));
    let size = match request.page_size {
        0 => Some(MATCHES),
        size => number(&mut fields, "page_size", size.into(), 1, MATCHES_MAX),
    };
    let size = size.and_then(|size| usize::try_from(size).ok());
    // As it was typed: a blank at the end finishes the last word.
    done(fields, query.map(|_| Search::of(&request.query)).zip(size))
}

/// One item of EnsureIskus: the code is required.
pub(in crate::grpc) fn ensure(item: &EnsureIskuItem) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &item.request_id);
    let code = code(&mut fields, "code", &item.code);
    let stated = Stated {
        product_name: &item.product_name,
        dimensions: item.dimensions,
        weight_g: item.weight_g,
        cost_price: item.cost_price.as_ref(),
        barcode: &item.barcode,
    };
    let details = details(&mut fields, "", stated);
    let opening_stock = opening_stock(&mut fields, &item.opening_stock, -UNITS_MAX);
    let new = code.zip(details).map(|(code, details)| NewIsku { code, details, opening_stock });
    let action = new.map(if item.create_anyway { Action::EnsureAnyway } else { Action::Ensure });
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}
