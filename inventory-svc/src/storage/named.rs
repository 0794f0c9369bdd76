//! What a batch of commands names: codes, places, orders, reservations.

use std::collections::BTreeSet;

use shared::code::Code;
use uuid::Uuid;

use crate::domain::{
    Action, Command,
    command::{Shortfall, Target},
    isku::NewIsku,
    reservation::OrderRef,
};

/// What commands name.
#[derive(Default)]
pub(super) struct Named<'a> {
    /// Whether an ISKU or a location may get a number, or a code a new meaning.
    pub(super) numbers_anything: bool,
    /// Whether the answer shows stock, or depends on all there is: then what is due is given back before.
    pub(super) shows_stock: bool,
    /// ISKUs that are to be there, unless they are others already.
    pub(super) ensured: Vec<&'a NewIsku>,
    /// Codes of ISKUs, or that are to become codes of ISKUs.
    pub(super) codes: BTreeSet<&'a Code>,
    /// Of these, the ISKUs whose stock may change.
    pub(super) touched: BTreeSet<&'a Code>,
    /// Of these, the ISKUs whose own data may change.
    pub(super) changed: BTreeSet<&'a Code>,
    /// Where units may come to that were never there; the default location if absent.
    pub(super) received: Vec<(&'a Code, Option<&'a Code>)>,
    /// Where shipped units come back to.
    pub(super) returned_to: Vec<Option<&'a Code>>,
    pub(super) orders: Vec<OrderRef>,
    /// Orders that are to be reserved.
    pub(super) new_orders: Vec<OrderRef>,
    pub(super) reservations: BTreeSet<Uuid>,
}

impl<'a> Named<'a> {
    /// What these commands name.
    pub(super) fn by(commands: &'a [Command]) -> Self {
        let mut named = Self::default();
        for command in commands {
            named.add(&command.action);
        }
        named
    }

    fn add(&mut self, action: &'a Action) {
        match action {
            Action::Create(new) | Action::Ensure(new) | Action::EnsureAnyway(new) => {
                self.numbers_anything = true;
                if matches!(action, Action::Ensure(_)) {
                    self.ensured.push(new);
                }
                self.codes.insert(&new.code);
            }
            Action::Update(update) => self.change(&update.isku.code),
            Action::Rename(rename) => {
                self.numbers_anything = true;
                self.change(&rename.isku.code);
                self.codes.insert(&rename.new_code);
            }
            Action::Archive(isku) => {
                self.shows_stock = true;
                self.change(&isku.code);
                self.touch(&isku.code);
            }
            Action::Unarchive(isku) => self.change(&isku.code),
            Action::CreateLocation(_) | Action::UpdateLocation(_) => self.numbers_anything = true,
            Action::Receive(receipt) => {
                let lines = receipt.lines.iter();
                lines.for_each(|line| self.receive(&line.isku_code, line.location.as_ref()));
            }
            Action::Adjust(adjustment) => {
                let lines = adjustment.lines.iter();
                lines.for_each(|line| self.receive(&line.isku_code, line.location.as_ref()));
                self.shortfall(&adjustment.shortfall);
            }
            Action::Count(count) => {
                count.lines.iter().for_each(|line| self.receive(&line.isku_code, count.location.as_ref()));
                self.shortfall(&count.shortfall);
            }
            Action::Transfer(transfer) => {
                transfer.lines.iter().for_each(|(code, _)| self.receive(code, transfer.to.as_ref()));
            }
            Action::Return(goods) => {
                self.shows_stock = true;
                self.target(&goods.target);
                self.returned_to.push(goods.location.as_ref());
            }
            Action::Reserve(order) => {
                self.new_orders.push(OrderRef::from(&order.key));
                let parts = order.items.iter().flat_map(|item| &item.components);
                parts.for_each(|(code, _)| self.touch(code));
            }
            Action::Amend(amendment) => {
                self.target(&amendment.target);
                let parts = amendment.items.iter().flat_map(|item| &item.components);
                parts.for_each(|(code, _)| self.touch(code));
            }
            Action::Confirm(target) => self.target(target),
            Action::Extend(extension) => self.target(&extension.target),
            Action::Ship(withdrawal) | Action::Release(withdrawal) => self.target(&withdrawal.target),
        }
    }

    fn change(&mut self, code: &'a Code) {
        self.codes.insert(code);
        self.changed.insert(code);
    }

    fn touch(&mut self, code: &'a Code) {
        self.codes.insert(code);
        self.touched.insert(code);
    }

    fn receive(&mut self, code: &'a Code, location: Option<&'a Code>) {
        self.shows_stock = true;
        self.touch(code);
        self.received.push((code, location));
    }

    fn shortfall(&mut self, shortfall: &Shortfall) {
        self.reservations.extend(&shortfall.reservation_ids);
    }

    fn target(&mut self, target: &Target) {
        match target {
            Target::Id(id) => {
                self.reservations.insert(*id);
            }
            Target::Order(key) => self.orders.push(OrderRef::from(key)),
        }
    }
}
