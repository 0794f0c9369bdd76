//! MappingService.

use proto::catalogue::v1::{
    FindingKind as ProtoFindingKind, FindingState as ProtoFindingState, ListFindingsRequest, ListFindingsResponse,
    ListMappingRevisionsRequest, ListMappingRevisionsResponse, MapListingRequest, MapListingResponse, MappingComponent,
    OpenReservation as ProtoOpenReservation, RemapListingRequest, RemapListingResponse, ReservedUnits,
    mapping_service_server::MappingService,
};
use shared::{caller::Caller, page_token, refusal::Fields};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{
    Api,
    convert::{
        account_filter, components, listing_key, note, page_size, proto_finding, proto_listing, proto_mapping,
        proto_order_state, request_id, timestamp,
    },
    page, parsed, status, token,
};
use crate::{
    catalogue::{Effective, FindingState, KindChange, ListFindings, MapListing, RemapListing, Replay},
    domain::{
        finding::FindingKind,
        mapping::Named,
        open_reservation::{OpenReservation, Rest},
    },
};

#[tonic::async_trait]
impl MappingService for Api {
    async fn map_listing(&self, request: Request<MapListingRequest>) -> Result<Response<MapListingResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let request_id = request_id(&mut fields, &request.request_id);
        let key = listing_key(&mut fields, "key", request.key.as_ref());
        let components = components(&mut fields, "components", &request.components);
        let note = note(&mut fields, &request.note);
        match (request.create_anyway, request.components.is_empty()) {
            (false, true) => fields.add("components", "must not be empty"),
            (true, false) => fields.add("components", "must be empty with create_anyway"),
            (false, false) | (true, true) => {}
        }
        if request.create_anyway && request.make_kit {
            fields.add("make_kit", "not with create_anyway");
        }
        let kind_change = match (request.make_kit, request.write_off_adopted) {
            (false, false) => KindChange::None,
            (true, false) => KindChange::MakeKit,
            (true, true) => KindChange::MakeKitAndWriteOff,
            (false, true) => {
                fields.add("write_off_adopted", "needs make_kit");
                KindChange::None
            }
        };
        let (request_id, key) = parsed(fields, request_id.zip(key))?;
        let command = MapListing { key, components, kind_change, note };
        let done = self.0.map_listing(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(MapListingResponse {
            listing: Some(proto_listing(done.answer.listing)),
            new_findings: done.answer.new_findings.into_iter().map(proto_finding).collect(),
            replayed: done.replay == Replay::Yes,
        }))
    }

    async fn remap_listing(
        &self,
        request: Request<RemapListingRequest>,
    ) -> Result<Response<RemapListingResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let effective = if request.validate_only {
            Some(Effective::ValidateOnly)
        } else {
            request_id(&mut fields, &request.request_id).map(Effective::Commit)
        };
        let key = listing_key(&mut fields, "key", request.key.as_ref());
        let components = components(&mut fields, "components", &request.components);
        let note = note(&mut fields, &request.note);
        if request.components.is_empty() {
            fields.add("components", "must not be empty");
        }
        if request.expected_revision < 0 {
            fields.add("expected_revision", "must be 0 or more");
        }
        let (effective, key) = parsed(fields, effective.zip(key))?;
        let command = RemapListing { key, components, expected_revision: request.expected_revision, note };
        let done = self.0.remap_listing(&caller, &effective, &command).await.map_err(status::of)?;
        let reserved = |units: crate::catalogue::ReservedUnits| ReservedUnits {
            isku_code: units.isku_code.as_str().to_owned(),
            reserved: units.reserved,
        };
        Ok(Response::new(RemapListingResponse {
            listing: Some(proto_listing(done.answer.listing)),
            new_findings: done.answer.new_findings.into_iter().map(proto_finding).collect(),
            quantity: done.answer.quantity,
            reserved_on_old_iskus: done.answer.reserved_on_old_iskus.into_iter().map(reserved).collect(),
            replayed: done.replay == Replay::Yes,
            more_open_reservations: done.answer.open_reservations.rest == Rest::Some,
            open_reservations: done.answer.open_reservations.shown.into_iter().map(open_reservation).collect(),
        }))
    }

    async fn list_mapping_revisions(
        &self,
        request: Request<ListMappingRevisionsRequest>,
    ) -> Result<Response<ListMappingRevisionsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let key = listing_key(&mut fields, "key", request.key.as_ref());
        let size = page_size(&mut fields, request.page_size);
        let key = parsed(fields, key)?;
        let arguments = ("ListMappingRevisions", caller.merchant.as_str(), token::listing(&key), size);
        let before: Option<i64> = page_token::decode(&request.page_token, &arguments)?;
        let before = before.unwrap_or(i64::MAX);
        let found = self.0.list_mapping_revisions(&caller, &key, before, size + 1).await.map_err(status::of)?;
        let (mappings, more) = page(found, size);
        let last = mappings.last().filter(|_| more);
        let next = last.map(|last| page_token::encode(&arguments, &last.revision));
        Ok(Response::new(ListMappingRevisionsResponse {
            mappings: mappings.into_iter().map(proto_mapping).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn list_findings(
        &self,
        request: Request<ListFindingsRequest>,
    ) -> Result<Response<ListFindingsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let account = account_filter(&mut fields, "account", request.account.as_ref());
        let kind = kind(&mut fields, request.kind);
        let state = state(&mut fields, request.state);
        let size = page_size(&mut fields, request.page_size);
        fields.finish()?;
        let mut query = ListFindings {
            account,
            kind,
            state,
            blocking_only: request.blocking_only,
            before: Uuid::max(),
            limit: size + 1,
        };
        let arguments = token::findings(&caller.merchant, &query);
        let before: Option<Uuid> = page_token::decode(&request.page_token, &arguments)?;
        query.before = before.unwrap_or(query.before);
        let found = self.0.list_findings(&caller, &query).await.map_err(status::of)?;
        let (findings, more) = page(found, size);
        let last = findings.last().filter(|_| more);
        let next = last.map(|last| page_token::encode(&arguments, &last.id));
        Ok(Response::new(ListFindingsResponse {
            findings: findings.into_iter().map(proto_finding).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
}

fn open_reservation(open: OpenReservation) -> ProtoOpenReservation {
    let component = |one: Named| MappingComponent {
        isku_code: one.isku_code.as_str().to_owned(),
        quantity: one.quantity,
        ..Default::default()
    };
    ProtoOpenReservation {
        order_id: open.order_id.as_str().to_owned(),
        reservation_id: open.reservation_id.to_string(),
        state: proto_order_state(open.state).into(),
        csku: open.csku.as_str().to_owned(),
        held: open.held,
        mapping_revision: open.mapping_revision,
        components: open.components.into_iter().map(component).collect(),
        expire_time: open.expire_time.map(timestamp),
    }
}

fn kind(fields: &mut Fields, value: i32) -> Option<FindingKind> {
    match ProtoFindingKind::try_from(value) {
        Ok(ProtoFindingKind::Unspecified) => None,
        Ok(ProtoFindingKind::DuplicateMapping) => Some(FindingKind::DuplicateMapping),
        Ok(ProtoFindingKind::SharedIsku) => Some(FindingKind::SharedIsku),
        Ok(ProtoFindingKind::NearDuplicateCode) => Some(FindingKind::NearDuplicateCode),
        Ok(ProtoFindingKind::DifferentGoods) => Some(FindingKind::DifferentGoods),
        Ok(ProtoFindingKind::DifferentDescription) => Some(FindingKind::DifferentDescription),
        Ok(ProtoFindingKind::StockDrift) => Some(FindingKind::StockDrift),
        Ok(ProtoFindingKind::Renamed) => Some(FindingKind::Renamed),
        Ok(ProtoFindingKind::RepeatedInSnapshot) => Some(FindingKind::RepeatedInSnapshot),
        Ok(ProtoFindingKind::SeveralCategories) => Some(FindingKind::SeveralCategories),
        Ok(ProtoFindingKind::UnsupportedKit) => Some(FindingKind::UnsupportedKit),
        Ok(ProtoFindingKind::ParentStock) => Some(FindingKind::ParentStock),
        Ok(ProtoFindingKind::AmbiguousCsku) => Some(FindingKind::AmbiguousCsku),
        Ok(ProtoFindingKind::SameGoods) => Some(FindingKind::SameGoods),
        Ok(ProtoFindingKind::BarcodeRepeated) => Some(FindingKind::BarcodeRepeated),
        Err(_) => {
            fields.add("kind", "is not a kind of finding");
            None
        }
    }
}

fn state(fields: &mut Fields, value: i32) -> Option<FindingState> {
    match ProtoFindingState::try_from(value) {
        Ok(ProtoFindingState::Unspecified) => None,
        Ok(ProtoFindingState::Open) => Some(FindingState::Open),
        Ok(ProtoFindingState::Closed) => Some(FindingState::Closed),
        Err(_) => {
            fields.add("state", "must be OPEN or CLOSED");
            None
        }
    }
}
