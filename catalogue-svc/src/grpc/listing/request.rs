//! Requests of ListingService that have many fields.

use proto::catalogue::v1::{CreateListingRequest, ListListingsRequest, ListingKind, ListingReason};
use shared::{
    code::Code,
    identity::RequestId,
    refusal::{Fields, Refusal},
};

use crate::{
    catalogue::{CreateListing, ListListings},
    domain::{
        listing::{ChannelListingId, Kind, ListingCode, Tracking},
        readiness::Reason,
    },
    grpc::{
        convert::{
            Stated, account_filter, account_key, category, components, description, kind, listing_code, optional,
            page_size, request_id,
        },
        parsed,
    },
};

/// The most members of a group.
const MEMBERS_MAX: usize = 1_000;

pub(super) fn create(request: &CreateListingRequest) -> Result<(RequestId, CreateListing), Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let account = account_key(&mut fields, "account", request.account.as_ref());
    let csku = optional(&mut fields, "csku", &request.csku, Code::parse);
    let id = &request.channel_listing_id;
    let channel_listing_id = optional(&mut fields, "channel_listing_id", id, ChannelListingId::parse);
    if request.csku.trim().is_empty() && id.trim().is_empty() {
        fields.add("csku", "csku or channel_listing_id must be set");
    }
    let kind = kind(&mut fields, "kind", request.kind);
    let stated = Stated {
        title: &request.title,
        barcode: &request.barcode,
        dimensions: request.dimensions,
        weight_g: request.weight_g,
    };
    let description = description(&mut fields, &stated);
    let category = category(&mut fields, "category", request.category.as_ref());
    let components = components(&mut fields, "components", &request.components);
    let members = members(&mut fields, request);
    let tracking = if request.stock_untracked { Tracking::Untracked } else { Tracking::Tracked };
    fits(&mut fields, request, kind);
    let (request_id, (account, kind)) = parsed(fields, request_id.zip(account.zip(kind)))?;
    let command =
        CreateListing { account, csku, channel_listing_id, kind, description, category, components, members, tracking };
    Ok((request_id, command))
}

fn members(fields: &mut Fields, request: &CreateListingRequest) -> Vec<ListingCode> {
    if request.members.len() > MEMBERS_MAX {
        fields.add("members", format!("must have at most {MEMBERS_MAX} members"));
    }
    let own = request.account.as_ref();
    let mut members = vec![];
    for (i, member) in request.members.iter().enumerate() {
        let path = format!("members[{i}]");
        if member.account.is_some() && member.account.as_ref() != own {
            fields.add(format!("{path}.account"), "must be the listing's own account, or left out");
        }
        members.extend(listing_code(fields, &path, member));
    }
    members
}

/// What a kind of listing has and has not.
fn fits(fields: &mut Fields, request: &CreateListingRequest, kind: Option<Kind>) {
    let (components, members) = (request.components.len(), request.members.len());
    match kind {
        Some(Kind::Variant) => {
            fields.add("kind", "must be SINGLE, GROUP or KIT; variants come with their group's feed")
        }
        Some(Kind::Group) => {
            if members == 0 {
                fields.add("members", "a group has at least one member");
            }
            if components > 0 {
                fields.add("components", "a group has none");
            }
            if request.stock_untracked {
                fields.add("stock_untracked", "a group holds no stock either way");
            }
        }
        Some(Kind::Kit) if components == 0 && !request.stock_untracked => {
            fields.add("components", "a kit has at least one component");
        }
        Some(Kind::Single | Kind::Kit) | None => {}
    }
    if members > 0 && kind != Some(Kind::Group) {
        fields.add("members", "only a group has members");
    }
    if components > 0 && request.stock_untracked {
        fields.add("components", "a listing that is not stock-tracked has no mapping");
    }
}

pub(super) fn list(request: &ListListingsRequest) -> Result<ListListings, Refusal> {
    let mut fields = Fields::default();
    let query = ListListings {
        account: account_filter(&mut fields, "account", request.account.as_ref()),
        kind: match request.kind {
            unset if unset == ListingKind::Unspecified as i32 => None,
            value => kind(&mut fields, "kind", value),
        },
        reason: reason(&mut fields, request.reason),
        isku_code: optional(&mut fields, "isku_code", &request.isku_code, Code::parse),
        category: category(&mut fields, "category", request.category.as_ref()),
        differs_from_isku: request.differs_from_isku,
        waiting_to_be_listed: request.waiting_to_be_listed,
        show_retired: request.show_retired,
        after: uuid::Uuid::nil(),
        limit: page_size(&mut fields, request.page_size),
    };
    fields.finish()?;
    Ok(query)
}

fn reason(fields: &mut Fields, value: i32) -> Option<Reason> {
    match ListingReason::try_from(value) {
        Ok(ListingReason::Unspecified) => None,
        Ok(ListingReason::NeedsIsku) => Some(Reason::NeedsIsku),
        Ok(ListingReason::IskuArchived) => Some(Reason::IskuArchived),
        Ok(ListingReason::KitComponentMissing) => Some(Reason::KitComponentMissing),
        Ok(ListingReason::DifferentGoods) => Some(Reason::DifferentGoods),
        Ok(ListingReason::DuplicateMapping) => Some(Reason::DuplicateMapping),
        Ok(ListingReason::NeedsCategory) => Some(Reason::NeedsCategory),
        Ok(ListingReason::GroupEmpty) => Some(Reason::GroupEmpty),
        Ok(ListingReason::Retired) => Some(Reason::Retired),
        Ok(ListingReason::UnsupportedKit) => Some(Reason::UnsupportedKit),
        Err(_) => {
            fields.add("reason", "is not a reason of a listing");
            None
        }
    }
}
