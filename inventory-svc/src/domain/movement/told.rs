//! A ledger row in a sentence.

use super::{Kind, Movement};

/// What happened, as a person reads it.
pub(crate) fn told(movement: &Movement) -> String {
    let units = movement.on_hand_delta.unsigned_abs().max(movement.reserved_delta.unsigned_abs());
    let verb = match movement.kind {
        Kind::Opening => "opened with",
        Kind::Receipt => "received",
        Kind::Adjust | Kind::Count if movement.on_hand_delta < 0 => "missed",
        Kind::Adjust | Kind::Count => "found",
        Kind::TransferOut => "sent away",
        Kind::TransferIn => "took in",
        Kind::Reserve => "reserved",
        Kind::Release => "released",
        Kind::Expire => "released, since it was due,",
        Kind::Ship => "shipped",
        Kind::Return => "got back",
    };
    let (isku, place) = (&movement.isku_code, &movement.location);
    let listing = movement.reservation.as_ref().map(|cause| format!(" for {}", cause.csku)).unwrap_or_default();
    let document = movement.document.as_ref().map(|document| format!(", document {document}")).unwrap_or_default();
    let (on_hand, reserved) = (movement.on_hand_after, movement.reserved_after);
    format!("{verb} {units} x {isku} at {place}{listing}{document}: then {on_hand} on hand, {reserved} reserved")
}

#[cfg(test)]
mod tests {
    use shared::{
        code::Code,
        identity::{Channel, OrderId, OrderKey, SellerId},
        time::Micros,
    };
    use uuid::Uuid;

    use super::*;
    use crate::domain::{isku::IskuId, location::LocationId, movement::Cause};

    fn movement(kind: Kind, on_hand_delta: i64, reserved_delta: i64) -> Movement {
        Movement {
            isku_id: IskuId(1),
            isku_code: Code::parse("TEA").unwrap(),
            location_id: LocationId::DEFAULT,
            location: Code::parse("default").unwrap(),
            sequence: 1,
            kind,
            on_hand_delta,
            reserved_delta,
            on_hand_after: 7,
            reserved_after: 1,
            reservation: None,
            reason: None,
            document: None,
            note: None,
            actor: "clerk".into(),
            request_id: "r".into(),
            create_time: Micros(0),
        }
    }

    #[test]
    fn a_movement_is_told_with_its_units_and_what_is_left() {
        let check = |movement: Movement, expected: &str| assert_eq!(told(&movement), expected);
        let order = OrderKey {
            channel: Channel::parse("shop").unwrap(),
            seller_id: SellerId::parse("s").unwrap(),
            order_id: OrderId::parse("1").unwrap(),
        };
        let cause = Cause { reservation_id: Uuid::nil(), order, csku: Code::parse("BOX").unwrap() };
        let of_order = |kind, on_hand, reserved| Movement {
            reservation: Some(cause.clone()),
            ..movement(kind, on_hand, reserved)
        };
        let after = "then 7 on hand, 1 reserved";

        check(movement(Kind::Opening, 7, 0), &format!("opened with 7 x TEA at default: {after}"));
        let receipt = Movement { document: Some("GRN 1".into()), ..movement(Kind::Receipt, 2, 0) };
        check(receipt, &format!("received 2 x TEA at default, document GRN 1: {after}"));
        check(of_order(Kind::Reserve, 0, 3), &format!("reserved 3 x TEA at default for BOX: {after}"));
        check(of_order(Kind::Ship, -2, -2), &format!("shipped 2 x TEA at default for BOX: {after}"));
        check(of_order(Kind::Return, 1, 0), &format!("got back 1 x TEA at default for BOX: {after}"));
        check(movement(Kind::Count, -2, 0), &format!("missed 2 x TEA at default: {after}"));
        check(movement(Kind::Adjust, 2, 0), &format!("found 2 x TEA at default: {after}"));
        check(of_order(Kind::Release, 0, -1), &format!("released 1 x TEA at default for BOX: {after}"));
    }
}
