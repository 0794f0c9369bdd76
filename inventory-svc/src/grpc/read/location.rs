//! Locations in requests.

use proto::inventory::v1::{CreateLocationRequest, UpdateLocationRequest};
use shared::refusal::{Fields, Refusal};

use super::{code, done, etag, number, request_id, required, text};
use crate::{
    domain::{
        Action,
        location::{LocationDetails, LocationUpdate, NewLocation, Selling},
    },
    inventory::Requested,
};

const NAME_MAX: usize = 256;
const PRIORITY_MAX: i64 = 1_000_000;

fn selling(sellable: bool) -> Selling {
    if sellable { Selling::Sellable } else { Selling::Unsellable }
}

/// CreateLocation.
pub(in crate::grpc) fn create_location(request: &CreateLocationRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let code = code(&mut fields, "code", &request.code);
    let display_name = text(&mut fields, "display_name", &request.display_name, NAME_MAX);
    let priority = number(&mut fields, "priority", request.priority.into(), 0, PRIORITY_MAX);
    let details = display_name.zip(priority).map(|(display_name, priority)| LocationDetails {
        display_name,
        selling: selling(request.sellable),
        priority,
    });
    let new = code.zip(details).map(|(code, details)| NewLocation { code, details });
    let action = new.map(Action::CreateLocation);
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}

/// UpdateLocation.
pub(in crate::grpc) fn update_location(request: &UpdateLocationRequest) -> Result<Requested, Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let revision = etag(&mut fields, &request.etag);
    let location = required(&mut fields, "location", request.location.as_ref());
    let mask = request.update_mask.clone().unwrap_or_default().paths;
    if mask.is_empty() {
        fields.add("update_mask", "must name at least one field");
    }
    let update = location.and_then(|location| {
        let code = code(&mut fields, "location.code", &location.code);
        let (mut display_name, mut selling_now, mut priority) = (None, None, None);
        for path in &mask {
            match path.as_str() {
                "display_name" => {
                    display_name = text(&mut fields, "location.display_name", &location.display_name, NAME_MAX);
                }
                "sellable" => selling_now = Some(selling(location.sellable)),
                "priority" => {
                    priority = number(&mut fields, "location.priority", location.priority.into(), 0, PRIORITY_MAX);
                }
                other => fields.add("update_mask", format!("cannot change {other:?}")),
            }
        }
        Some(LocationUpdate { code: code?, revision: revision?, display_name, selling: selling_now, priority })
    });
    let action = update.map(Action::UpdateLocation);
    done(fields, request_id.zip(action).map(|(request_id, action)| Requested { request_id, action }))
}
