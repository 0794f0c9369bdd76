//! OrderService.

use proto::catalogue::v1::{
    AllocateOrderRequest, AllocateOrderResponse, AllocatedLine as ProtoAllocatedLine, CancelOrderRequest,
    CancelOrderResponse, ErrorReason, Order as ProtoOrder, OrderFill, SellerAccountKey, UnresolvedLine, order_line,
    order_service_server::OrderService, unresolved_line,
};
use shared::{
    caller::Caller,
    identity::{OrderId, RequestId},
    refusal::{Fields, Refusal},
};
use tonic::{Request, Response, Status};

use super::{
    Api,
    convert::{account_key, batch, csku, note, proto_order_state, request_id},
    parsed, status,
};
use crate::{
    catalogue::{AllocateOrder, CancelOrder},
    domain::{
        listing::{ChannelListingId, ListingCode},
        order::{Fill, LINES_MAX, Order, OrderLine, QUANTITY_MAX, Unresolved},
    },
    inventory_client::Existing,
};

#[tonic::async_trait]
impl OrderService for Api {
    async fn allocate_order(
        &self,
        request: Request<AllocateOrderRequest>,
    ) -> Result<Response<AllocateOrderResponse>, Status> {
        let caller = Caller::of(&request)?;
        let (request_id, command) = allocate(request.get_ref())?;
        let allocated = self.0.allocate_order(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(AllocateOrderResponse {
            existing: allocated.existing != Existing::No,
            replayed: allocated.existing == Existing::Replayed,
            unresolved: allocated.unresolved.into_iter().map(unresolved).collect(),
            order: allocated.order.map(proto_order),
            untracked: allocated.untracked,
        }))
    }

    async fn cancel_order(
        &self,
        request: Request<CancelOrderRequest>,
    ) -> Result<Response<CancelOrderResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let mut fields = Fields::default();
        let request_id = request_id(&mut fields, &request.request_id);
        let account = account_key(&mut fields, "account", request.account.as_ref());
        let order_id = fields.take("order_id", OrderId::parse(&request.order_id));
        let note = note(&mut fields, &request.note);
        let (request_id, (account, order_id)) = parsed(fields, request_id.zip(account.zip(order_id)))?;
        let command = CancelOrder { account, order_id, note };
        let order = self.0.cancel_order(&caller, &request_id, &command).await.map_err(status::of)?;
        Ok(Response::new(CancelOrderResponse { order: Some(proto_order(order)) }))
    }
}

fn allocate(request: &AllocateOrderRequest) -> Result<(RequestId, AllocateOrder), Refusal> {
    let mut fields = Fields::default();
    let request_id = request_id(&mut fields, &request.request_id);
    let account = account_key(&mut fields, "account", request.account.as_ref());
    let order_id = fields.take("order_id", OrderId::parse(&request.order_id));
    batch(&mut fields, "lines", request.lines.len(), LINES_MAX);
    let mut lines = Vec::with_capacity(request.lines.len());
    for (i, line) in request.lines.iter().enumerate() {
        let path = format!("lines[{i}]");
        if !(1..=QUANTITY_MAX).contains(&line.quantity) {
            fields.add(format!("{path}.quantity"), format!("must be 1 to {QUANTITY_MAX}"));
        }
        let code = match &line.code {
            Some(order_line::Code::Csku(text)) => {
                csku(&mut fields, &format!("{path}.csku"), text).map(ListingCode::Csku)
            }
            Some(order_line::Code::ChannelListingId(text)) => {
                let id = fields.take(format!("{path}.channel_listing_id"), ChannelListingId::parse(text));
                id.map(ListingCode::ChannelListingId)
            }
            None => {
                fields.add(format!("{path}.code"), "csku or channel_listing_id must be set");
                None
            }
        };
        lines.extend(code.map(|code| OrderLine { code, quantity: line.quantity }));
    }
    let fill = match OrderFill::try_from(request.fill) {
        Ok(OrderFill::Unspecified | OrderFill::AllOrNothing) => Fill::AllOrNothing,
        Ok(OrderFill::Partial) => Fill::Partial,
        Err(_) => {
            fields.add("fill", "must be one of the fills");
            Fill::AllOrNothing
        }
    };
    let (request_id, (account, order_id)) = parsed(fields, request_id.zip(account.zip(order_id)))?;
    Ok((request_id, AllocateOrder { account, order_id, lines, fill }))
}

fn unresolved(line: Unresolved) -> UnresolvedLine {
    let near_codes = line.near.iter().map(|code| code.as_str().to_owned()).collect();
    let refusal = status::of_line(&line);
    let reason = ErrorReason::from_str_name(&format!("ERROR_REASON_{}", refusal.reason)).unwrap_or_default();
    let code = match line.code {
        ListingCode::Csku(csku) => unresolved_line::Code::Csku(csku.as_str().to_owned()),
        ListingCode::ChannelListingId(id) => unresolved_line::Code::ChannelListingId(id.as_str().to_owned()),
    };
    UnresolvedLine {
        code: Some(code),
        quantity: line.quantity,
        reason: reason.into(),
        problem: refusal.message,
        near_codes,
    }
}

fn proto_order(order: Order) -> ProtoOrder {
    let account = SellerAccountKey {
        channel: order.key.channel.as_str().to_owned(),
        seller_id: order.key.seller_id.as_received().to_owned(),
    };
    let line = |line: crate::domain::order::AllocatedLine| ProtoAllocatedLine {
        csku: line.csku,
        quantity: line.quantity,
        held: line.held,
        short: line.short,
        shipped: line.shipped,
        released: line.released,
        returned: line.returned,
        mapping_revision: line.mapping_revision,
    };
    ProtoOrder {
        order_id: order.key.order_id.as_str().to_owned(),
        account: Some(account),
        reservation_id: order.reservation_id,
        state: proto_order_state(order.state).into(),
        lines: order.lines.into_iter().map(line).collect(),
    }
}
