//! What the next batch will probably need, judged by the last one: else it finds out half way, and has to begin again.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{
    domain::{
        self, Answer, Answered,
        answer::{Given, Origin},
    },
    storage::working_set::Wanted,
};

/// Facts that are read only for those who need them.
#[derive(Debug, Default)]
pub(super) struct Habits {
    /// Stock is lacking: then it matters what is due.
    lacks_stock: AtomicBool,
    /// Orders are reserved that were reserved before.
    knows_orders: AtomicBool,
}

impl Habits {
    /// Has those facts read at once.
    pub(super) fn apply_to(&self, wanted: &mut [Wanted]) {
        if self.lacks_stock.swap(false, Ordering::Relaxed) {
            wanted.iter_mut().for_each(Wanted::look_for_due);
        }
        if self.knows_orders.swap(false, Ordering::Relaxed) {
            wanted.iter_mut().for_each(Wanted::look_for_orders);
        }
    }

    /// Learns from what commands led to.
    pub(super) fn note(&self, results: &[Result<Answered, domain::Error>]) {
        for result in results {
            match result {
                Err(domain::Error::InsufficientStock { .. }) => self.lacks_stock.store(true, Ordering::Relaxed),
                Ok(Answered { answer: Answer::Reserved { reservation, origin }, given: Given::Now }) => match origin {
                    Origin::Existing => self.note_known_order(),
                    Origin::New if reservation.is_short() => self.lacks_stock.store(true, Ordering::Relaxed),
                    Origin::New => {}
                },
                _ => {}
            }
        }
    }

    /// Learns that an order may have been reserved before.
    pub(super) fn note_known_order(&self) {
        self.knows_orders.store(true, Ordering::Relaxed);
    }
}
