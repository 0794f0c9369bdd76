//! A client of the storm: it sells what there is, remembers what it was told, and holds each answer against what it knows.

use std::{path::Path, sync::Arc, time::Instant};

use proto::inventory::v1::{ReservationState, ReserveRequest};
use tokio::sync::watch;

use super::{
    ask::{Ask, Heard},
    doors::{Answered, Doors, How},
    entry::{Entry, Pages},
    goods,
    order::Order,
    tally::Tally,
};
use crate::dice::Dice;

/// Orders of one client that hold units, at most, before it ships and releases instead of selling more.
const OPEN: usize = 40;
/// Answers that one client keeps, to ask for them again.
const KEPT: usize = 40;

/// A refusal that is not the last word.
#[derive(Debug)]
struct Doubt {
    ask: Ask,
    order: Option<Order>,
    began: Instant,
}

/// A client.
#[derive(Debug)]
pub(super) struct Client {
    name: String,
    pub(super) dice: Dice,
    pub(super) doors: Doors,
    pub(super) tally: Arc<Tally>,
    pub(super) pages: Pages,
    pub(super) orders: Vec<Order>,
    /// Refusals that an attempt without an answer may still overtake.
    doubts: Vec<Doubt>,
    kept: Vec<(Ask, Heard)>,
    requests: u64,
    batch: usize,
}

impl Client {
    pub(super) fn new(seed: u64, number: usize, batch: usize, doors: Doors, tally: Arc<Tally>, folder: &Path) -> Self {
        let name = format!("{seed}-{number}");
        Self {
            pages: Pages::create(&folder.join(format!("client-{number}.jsonl"))),
            dice: Dice::new(seed, number as u64 + 1),
            name,
            doors,
            tally,
            orders: vec![],
            doubts: vec![],
            kept: vec![],
            requests: 0,
            batch,
        }
    }

    /// Books the first goods in.
    pub(super) async fn open_shop(&mut self) {
        let request_id = self.request_id();
        self.call(Ask::Receive(goods::opening(request_id)), How::Alone, None).await;
    }

    /// Calls one after the other until it is to stop.
    pub(super) async fn trade(mut self, stop: watch::Receiver<bool>) -> Self {
        while !*stop.borrow() && !self.tally.is_over() {
            self.turn().await;
        }
        self
    }

    async fn turn(&mut self) {
        let how = if self.dice.below(12) == 0 { How::Twice } else { How::Alone };
        let is_full = self.orders.len() >= OPEN && self.dice.below(8) > 0;
        match self.dice.below(20) {
            _ if is_full => self.close(how).await,
            0..=5 => {
                let requests = (0..self.dice.units(self.batch)).map(|_| self.order()).collect();
                self.call(Ask::Batch(requests), how, None).await;
            }
            6..=10 => {
                let request = self.order();
                self.call(Ask::Reserve(request), how, None).await;
            }
            11..=14 => self.close(how).await,
            15 | 16 => {
                let request_id = self.request_id();
                let request = goods::receive(&mut self.dice, request_id);
                self.call(Ask::Receive(request), how, None).await;
            }
            17 => {
                let request_id = self.request_id();
                let request = goods::count(&mut self.dice, request_id);
                self.call(Ask::Count(request), how, None).await;
            }
            18 => self.ask_again(1).await,
            _ => self.reuse().await,
        }
    }

    /// Confirms, ships or releases one of its orders.
    async fn close(&mut self, how: How) {
        if self.orders.is_empty() {
            return;
        }
        let due = self.orders.iter().position(Order::is_past).filter(|_| self.dice.below(3) > 0);
        let at = due.unwrap_or_else(|| self.dice.below(self.orders.len()));
        let order = self.orders.swap_remove(at);
        let request_id = self.request_id();
        let ask = order.next(&mut self.dice, request_id);
        self.call(ask, how, Some(order)).await;
    }

    fn order(&mut self) -> ReserveRequest {
        let request_id = self.request_id();
        goods::reserve(&mut self.dice, request_id.clone(), &request_id)
    }

    fn request_id(&mut self) -> String {
        self.requests += 1;
        format!("{}-{}", self.name, self.requests)
    }

    /// Asks for something, and learns from what it is told.
    async fn call(&mut self, ask: Ask, how: How, order: Option<Order>) {
        let Some(answered) = self.doors.ask(&mut self.dice, &ask, how).await else { return };
        let parts = ask.parts();
        self.tally.answered(parts.len());
        self.tally.count(|counts| *counts.calls.entry(ask.kind()).or_default() += 1);
        if answered.heard.len() != parts.len() {
            self.tally.found("every request is answered", format!("{} answers to {ask:?}", answered.heard.len()));
            return;
        }
        let mut order = order;
        for ((request_id, part), heard) in parts.into_iter().zip(&answered.heard) {
            self.learn(request_id, part, heard, &answered, order.take());
        }
    }

    /// Holds one answer against what it knows, and writes it down.
    fn learn(&mut self, request_id: String, ask: Ask, heard: &Heard, answered: &Answered, order: Option<Order>) {
        self.tally.count(|counts| {
            *counts.answers.entry(heard.outcome().to_owned()).or_default() += 1;
            if answered.is_doubted {
                counts.doubted += 1;
                counts.found_applied += u64::from(heard.replayed);
                counts.applied_again += u64::from(heard.told.is_ok() && !heard.replayed);
            }
        });
        let learned = Order::after(&ask, heard, answered, order.as_ref(), &self.tally);
        let open = heard.told.is_err() && answered.is_doubted;
        self.pages.write(&Entry {
            request_id,
            call: ask.kind().to_owned(),
            outcome: heard.outcome().to_owned(),
            open,
            attempts: answered.attempts,
            took_ms: u64::try_from((answered.ended - answered.began).as_millis()).unwrap_or(u64::MAX),
            effect: learned.effect,
            standing: learned.standing,
        });
        if open {
            self.doubts.push(Doubt { ask, order, began: answered.began });
            return;
        }
        self.orders.extend(learned.order);
        if heard.told.is_ok() {
            self.keep(ask, heard.clone());
        }
    }

    /// Keeps some of all answers, the older ones too.
    fn keep(&mut self, ask: Ask, heard: Heard) {
        if self.kept.len() < KEPT {
            self.kept.push((ask, heard));
        } else if self.dice.below(4) == 0 {
            let at = self.dice.below(KEPT);
            self.kept[at] = (ask, heard);
        }
    }

    /// Asks for what was answered before: the answer is the same, and says so.
    pub(super) async fn ask_again(&mut self, times: usize) {
        for _ in 0..times.min(self.kept.len()) {
            let (ask, before) = self.kept[self.dice.below(self.kept.len())].clone();
            let Some(answered) = self.doors.ask(&mut self.dice, &ask, How::Alone).await else { return };
            let now = &answered.heard[0];
            if !now.replayed || now.told != before.told {
                let what = format!("asked {ask:?}, told {before:?}, and later {now:?}");
                self.tally.found("an answered request is replayed", what);
            }
            self.note("Replay", &ask, now, &answered);
        }
    }

    /// Uses a request id again for something else: it is refused.
    async fn reuse(&mut self) {
        if self.kept.is_empty() {
            return;
        }
        let (mut ask, before) = self.kept[self.dice.below(self.kept.len())].clone();
        match &mut ask {
            Ask::Reserve(request) => request.items[0].quantity += 1,
            Ask::Receive(request) => request.lines[0].quantity += 1,
            Ask::Ship(request) => request.document = "other".to_owned(),
            Ask::Release(request) => request.note = "other".to_owned(),
            Ask::Count(request) => request.lines[0].counted += 1,
            Ask::Batch(_) | Ask::Confirm(_) => return,
        }
        let Some(answered) = self.doors.ask(&mut self.dice, &ask, How::Alone).await else { return };
        let now = &answered.heard[0];
        if now.outcome() != "REQUEST_ID_REUSED" {
            let what = format!("{before:?} was told for an id, and with other content {now:?}");
            self.tally.found("a request id names one content", what);
        }
        self.tally.count(|counts| counts.reused += 1);
        self.note("Reuse", &ask, now, &answered);
    }

    /// Writes down what changes nothing.
    fn note(&mut self, call: &'static str, ask: &Ask, heard: &Heard, answered: &Answered) {
        self.tally.answered(1);
        self.tally.count(|counts| {
            *counts.calls.entry(ask.kind()).or_default() += 1;
            *counts.answers.entry(heard.outcome().to_owned()).or_default() += 1;
        });
        let parts = ask.parts();
        self.pages.write(&Entry {
            request_id: parts[0].0.clone(),
            call: call.to_owned(),
            outcome: heard.outcome().to_owned(),
            open: false,
            attempts: answered.attempts,
            took_ms: u64::try_from((answered.ended - answered.began).as_millis()).unwrap_or(u64::MAX),
            effect: super::entry::Effect::new(),
            standing: None,
        });
    }

    /// Asks again, with nothing on its way any more, for what may have been done after it was refused.
    pub(super) async fn settle(&mut self) {
        for Doubt { ask, order, began } in std::mem::take(&mut self.doubts) {
            let Some(mut answered) = self.doors.ask(&mut self.dice, &ask, How::Patiently).await else { return };
            answered.began = began;
            let heard = answered.heard[0].clone();
            let request_id = ask.parts()[0].0.clone();
            self.tally.answered(1);
            self.tally.count(|counts| {
                *counts.calls.entry(ask.kind()).or_default() += 1;
                counts.doubted += u64::from(!answered.is_doubted);
                counts.found_applied += u64::from(heard.replayed && !answered.is_doubted);
            });
            self.learn(request_id, ask, &heard, &answered, order);
        }
    }

    /// How many refusals are not settled.
    pub(super) fn doubts(&self) -> usize {
        self.doubts.len()
    }

    /// Forgets the orders that are due by now: they have expired.
    pub(super) fn forget_due(&mut self) {
        self.orders.retain(|order| !order.is_due());
    }
}

/// Whether a reservation in this state can be confirmed, shipped or released.
pub(super) fn is_open(state: ReservationState) -> bool {
    matches!(state, ReservationState::Held | ReservationState::Confirmed)
}
