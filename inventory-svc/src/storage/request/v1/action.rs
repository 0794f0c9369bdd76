//! What was asked for.

use serde::Serialize;
use shared::{
    stored::{Form, v1},
    stored_content,
};
use uuid::Uuid;

use super::{
    order::{Amendment, Extension, Order, Target},
    words::{Reason, Selling, ShortfallPolicy},
};
use crate::domain::{self, command, isku, location};

/// What is to be done.
#[derive(Clone, Debug, Serialize)]
pub(crate) enum Action {
    Create(NewIsku),
    Ensure(NewIsku),
    EnsureAnyway(NewIsku),
    Update(IskuUpdate),
    Rename(Rename),
    Archive(Named),
    Unarchive(Named),
    CreateLocation(NewLocation),
    UpdateLocation(LocationUpdate),
    Receive(Receipt),
    Adjust(Adjustment),
    Count(Count),
    Transfer(Transfer),
    Return(Return),
    Reserve(Order),
    Confirm(Target),
    Amend(Amendment),
    Extend(Extension),
    Ship(Withdrawal),
    Release(Withdrawal),
}

impl Form<domain::Action> for Action {
    fn of(value: &domain::Action) -> Self {
        use domain::Action as D;
        match value {
            D::Create(new) => Self::Create(Form::of(new)),
            D::Ensure(new) => Self::Ensure(Form::of(new)),
            D::EnsureAnyway(new) => Self::EnsureAnyway(Form::of(new)),
            D::Update(update) => Self::Update(Form::of(update)),
            D::Rename(rename) => Self::Rename(Form::of(rename)),
            D::Archive(named) => Self::Archive(Form::of(named)),
            D::Unarchive(named) => Self::Unarchive(Form::of(named)),
            D::CreateLocation(new) => Self::CreateLocation(Form::of(new)),
            D::UpdateLocation(update) => Self::UpdateLocation(Form::of(update)),
            D::Receive(receipt) => Self::Receive(Form::of(receipt)),
            D::Adjust(adjustment) => Self::Adjust(Form::of(adjustment)),
            D::Count(count) => Self::Count(Form::of(count)),
            D::Transfer(transfer) => Self::Transfer(Form::of(transfer)),
            D::Return(goods) => Self::Return(Form::of(goods)),
            D::Reserve(order) => Self::Reserve(Form::of(order)),
            D::Confirm(target) => Self::Confirm(Form::of(target)),
            D::Amend(amendment) => Self::Amend(Form::of(amendment)),
            D::Extend(extension) => Self::Extend(Form::of(extension)),
            D::Ship(withdrawal) => Self::Ship(Form::of(withdrawal)),
            D::Release(withdrawal) => Self::Release(Form::of(withdrawal)),
        }
    }
}

stored_content! {
    /// An ISKU to be created.
    NewIsku = isku::NewIsku { code: String, details: Details, opening_stock: Vec<OpeningStock> }

    /// What is known of an item.
    Details = isku::Details {
        product_name: Option<String>,
        dimensions: Option<v1::Dimensions>,
        weight_g: Option<i64>,
        cost_price: Option<v1::Money>,
        barcode: Option<String>,
    }

    /// Stock that an ISKU is created with.
    OpeningStock = isku::OpeningStock { location: Option<String>, quantity: i64 }

    /// Names an ISKU to be changed.
    Named = command::Named { code: String, revision: Option<i64> }

    /// New data of an ISKU.
    IskuUpdate = command::IskuUpdate {
        isku: Named,
        product_name: Option<String>,
        dimensions: Option<v1::Dimensions>,
        weight_g: Option<i64>,
        cost_price: Option<v1::Money>,
        barcode: v1::Change<String>,
    }

    /// A new code for an ISKU.
    Rename = command::Rename { isku: Named, new_code: String }

    /// A location to be created.
    NewLocation = location::NewLocation { code: String, details: LocationDetails }

    /// What can be changed of a location.
    LocationDetails = location::LocationDetails { display_name: Option<String>, selling: Selling, priority: i64 }

    /// New data of a location.
    LocationUpdate = location::LocationUpdate {
        code: String,
        revision: Option<i64>,
        display_name: v1::Change<String>,
        selling: Option<Selling>,
        priority: Option<i64>,
    }

    /// Goods that came in.
    Receipt = command::Receipt { lines: Vec<ReceiptLine>, document: Option<String>, note: Option<String> }

    /// Goods of one ISKU that came in.
    ReceiptLine = command::ReceiptLine { isku_code: String, location: Option<String>, quantity: i64 }

    /// Differences found on the shelf.
    Adjustment = command::Adjustment {
        lines: Vec<AdjustmentLine>,
        reason: Reason,
        document: Option<String>,
        note: Option<String>,
        shortfall: Shortfall,
    }

    /// A difference of one ISKU.
    AdjustmentLine = command::AdjustmentLine { isku_code: String, location: Option<String>, delta: i64 }

    /// What was counted at one location.
    Count = command::Count {
        location: Option<String>,
        lines: Vec<CountLine>,
        document: Option<String>,
        note: Option<String>,
        shortfall: Shortfall,
    }

    /// Units of one ISKU that were counted.
    CountLine = command::CountLine { isku_code: String, counted: i64, sequence: Option<i64> }

    /// What happens to reservations of units that are not there.
    Shortfall = command::Shortfall { policy: ShortfallPolicy, reservation_ids: Vec<Uuid> }

    /// Units that move from one location to another.
    Transfer = command::Transfer {
        from: Option<String>,
        to: Option<String>,
        lines: Vec<(String, i64)>,
        document: Option<String>,
        note: Option<String>,
    }

    /// Shipped units that came back.
    Return = command::Return {
        target: Target,
        items: Vec<(String, i64)>,
        location: Option<String>,
        document: Option<String>,
        note: Option<String>,
    }

    /// Held units that are to be shipped or given back.
    Withdrawal = command::Withdrawal {
        target: Target,
        items: Vec<(String, i64)>,
        document: Option<String>,
        note: Option<String>,
    }
}
