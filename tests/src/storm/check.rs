//! The check after a round: the ledger must be what the clients' files say, no more and no less.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use proto::inventory::v1::{ListMovementsRequest, Movement, MovementKind, ReservationState, Stock};

use super::{
    entry::{Effect, Entry, Standing, key},
    goods,
    tally::Tally,
    watcher::{View, Watcher},
};
use crate::Merchant;

/// How long what is due, and what is watched, may take to be seen.
const PATIENCE: Duration = Duration::from_secs(20);
/// Questions at once.
const AT_ONCE: usize = 64;
/// Ledger rows of one ISKU are listed from the last check on, and from a little before: times and sequences may differ by a moment.
const OVERLAP_S: i64 = 5;

/// What is known of a storm's ledger, from round to round.
#[derive(Debug)]
pub(super) struct Books {
    tally: Arc<Tally>,
    /// What each stock row must hold.
    expected: Effect,
    /// The last movement of each stock row that was accounted for.
    sequences: BTreeMap<String, i64>,
    /// When the last of them was written.
    read_until: BTreeMap<String, i64>,
    /// Reservations that hold units, by their id.
    open: BTreeMap<String, Standing>,
}

/// The requests of one round, by what was last heard of each.
struct Round {
    /// What the ledger must contain, and what was found there.
    effects: BTreeMap<String, (Effect, Effect)>,
    /// What was given back since it was due, by reservation.
    expired: BTreeMap<String, Effect>,
    standings: BTreeMap<String, Standing>,
}

impl Books {
    pub(super) fn new(tally: Arc<Tally>) -> Self {
        let (expected, sequences, read_until, open) = Default::default();
        Self { tally, expected, sequences, read_until, open }
    }

    /// Checks a round, with nothing on its way any more.
    pub(super) async fn check(&mut self, replicas: &[Merchant], entries: Vec<Entry>, watchers: &mut [Watcher]) {
        let mut round = self.round(entries);
        self.read_ledger(replicas, &mut round).await;
        if self.tally.is_over() {
            // Not all of it was read.
            return;
        }
        self.compare_effects(&round);
        self.compare_reservations(replicas, &round).await;
        let stock = stock(&replicas[0]).await;
        self.compare_stock(&stock);
        for (number, watcher) in watchers.iter_mut().enumerate() {
            if let Err(told) = watcher.comes_to(&stock, PATIENCE).await {
                let differs = stock.iter().find(|(row, own)| told.get(*row) != Some(own));
                let told = differs.and_then(|(row, _)| told.get(row));
                let what = format!("watch {number} is at {told:?} where the stock is {differs:?}");
                self.tally.found("a watch comes to what the stock is", what);
            }
        }
    }

    fn round(&self, entries: Vec<Entry>) -> Round {
        let mut round = Round { effects: BTreeMap::new(), expired: BTreeMap::new(), standings: self.open.clone() };
        let mut unsettled = BTreeMap::new();
        for entry in entries.into_iter().filter(|entry| entry.call != "Replay" && entry.call != "Reuse") {
            // Only what was done has changed the reservation.
            if let Some(standing) = entry.standing.filter(|_| entry.outcome == "OK") {
                round.standings.insert(standing.reservation_id.clone(), standing);
            }
            unsettled.insert(entry.request_id.clone(), entry.open);
            round.effects.insert(entry.request_id, (entry.effect, Effect::new()));
        }
        for (request_id, _) in unsettled.into_iter().filter(|(_, open)| *open) {
            self.tally.found("every request is settled", format!("{request_id} is not"));
        }
        round
    }

    /// Reads what came to the ledger since the last round, until all that is due is given back.
    async fn read_ledger(&mut self, replicas: &[Merchant], round: &mut Round) {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                // What is given back is in the ledgers of several ISKUs: a read that began before may have seen a part of it.
                let was_due = is_due(round);
                let asked = goods::iskus().into_iter().zip(replicas.iter().cycle());
                let asked = asked.map(|(isku, replica)| self.movements(replica, isku));
                let read: Vec<_> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
                for (isku, movements) in read {
                    self.account_for_all(&isku, movements, round);
                }
                if !was_due || self.tally.is_over() {
                    return;
                }
            }
        });
        if waited.await.is_err() {
            self.tally.found("what is due is given back", "a reservation is due and still holds units".to_owned());
        }
    }

    /// What came to the ledger of one ISKU.
    async fn movements(&self, replica: &Merchant, isku_code: String) -> (String, Vec<Movement>) {
        let since = self.read_until.get(&isku_code).map(|seconds| seconds - OVERLAP_S);
        let start_time = since.map(|seconds| prost_types::Timestamp { seconds, nanos: 0 });
        let filter =
            ListMovementsRequest { isku_code: isku_code.clone(), start_time, page_size: 1_000, ..Default::default() };
        let movements = replica.movements(filter).await.unwrap_or_else(|status| {
            self.tally.found("the ledger can be read", format!("{status:?}"));
            vec![]
        });
        (isku_code, movements)
    }

    fn account_for_all(&mut self, isku: &str, mut movements: Vec<Movement>, round: &mut Round) {
        movements.sort_by(|a, b| (&a.location, a.sequence).cmp(&(&b.location, b.sequence)));
        for movement in movements {
            let row = key(&movement.isku_code, &movement.location);
            let last = self.sequences.entry(row.clone()).or_default();
            if movement.sequence <= *last {
                continue;
            }
            if movement.sequence != *last + 1 {
                let what = format!("{row} goes from {last} to {}", movement.sequence);
                self.tally.found("the ledger has no gaps", what);
            }
            *last = movement.sequence;
            let seconds = movement.create_time.map_or(0, |time| time.seconds);
            let until = self.read_until.entry(isku.to_owned()).or_default();
            *until = (*until).max(seconds);
            self.account_for(row, movement, round);
        }
    }

    /// Finds the request that a movement belongs to.
    fn account_for(&mut self, row: String, movement: Movement, round: &mut Round) {
        self.tally.count(|counts| counts.movements += 1);
        let found = if movement.kind() == MovementKind::Expire {
            Some(round.expired.entry(movement.reservation_id.clone()).or_default())
        } else {
            round.effects.get_mut(&movement.request_id).map(|(_, found)| found)
        };
        let Some(found) = found else {
            return self.tally.found("nobody moves what nobody asked for", format!("{movement:?}"));
        };
        let units = found.entry(row).or_default();
        *units = (units.0 + movement.on_hand_delta, units.1 + movement.reserved_delta);
    }

    /// Each answered request has had its effect once, and each that was refused has had none.
    fn compare_effects(&mut self, round: &Round) {
        for (request_id, (told, found)) in &round.effects {
            if told != found {
                let check = match found.is_empty() {
                    true => "nothing that was answered is lost",
                    false => "nothing is applied twice, or otherwise than answered",
                };
                self.tally.found(check, format!("{request_id} was answered with {told:?}, the ledger has {found:?}"));
            }
            add(&mut self.expected, told);
        }
        for (reservation_id, found) in &round.expired {
            let standing = round.standings.get(reservation_id);
            let given_back = standing.filter(|own| own.expires).map(|own| {
                let back = own.held.iter().map(|(row, units)| (row.clone(), (0, -units)));
                back.collect::<Effect>()
            });
            if given_back.as_ref() != Some(found) {
                let what = format!("{reservation_id} gave back {found:?}, and was {standing:?}");
                self.tally.found("only what is held and due is given back", what);
            }
            add(&mut self.expected, found);
        }
        self.tally.count(|counts| counts.checked += round.effects.len() as u64);
    }

    /// Each reservation is as it was last answered, or has expired.
    async fn compare_reservations(&mut self, replicas: &[Merchant], round: &Round) {
        let mut open = BTreeMap::new();
        let asked = round.standings.values().zip(replicas.iter().cycle());
        let asked =
            asked.map(|(standing, replica)| async move { (standing, replica.reservation(&standing.order).await) });
        let mut answers = stream::iter(asked).buffer_unordered(AT_ONCE);
        while let Some((standing, answer)) = answers.next().await {
            self.tally.count(|counts| counts.reservations += 1);
            let mut expected = standing.clone();
            if round.expired.contains_key(&standing.reservation_id) {
                expected.held.clear();
                (expected.state, expected.expires) = (ReservationState::Expired.into(), false);
            }
            match answer.map(|reservation| Standing::of(&reservation)) {
                Ok(found) if found == expected => {
                    if !found.held.is_empty() {
                        open.insert(found.reservation_id.clone(), found);
                    }
                }
                other => {
                    let what = format!("{expected:?} was answered, and later {other:?}");
                    self.tally.found("a reservation stays as it was answered", what);
                }
            }
        }
        self.open = open;
    }

    /// Each stock row is the sum of what was answered, and not oversold.
    fn compare_stock(&self, stock: &View) {
        for (row, (on_hand, reserved)) in &self.expected {
            let found = stock.get(row).map_or((0, 0), |own| (own.on_hand, own.reserved));
            if found != (*on_hand, *reserved) {
                let what = format!("{row} has {found:?}, and ({on_hand}, {reserved}) by the answers");
                self.tally.found("the stock is the sum of the answers", what);
            }
            if !(0..=*on_hand).contains(reserved) {
                let what = format!("{row}: {reserved} of {on_hand} are promised by the answers");
                self.tally.found("nothing is oversold", what);
            }
        }
    }
}

/// Whether a reservation is due, or will be, and was not seen to be given back.
fn is_due(round: &Round) -> bool {
    round.standings.values().any(|own| own.expires && !round.expired.contains_key(&own.reservation_id))
}

fn add(sum: &mut Effect, effect: &Effect) {
    for (row, (on_hand, reserved)) in effect {
        let own = sum.entry(row.clone()).or_default();
        *own = (own.0 + on_hand, own.1 + reserved);
    }
}

/// All stock, by row.
async fn stock(replica: &Merchant) -> View {
    let iskus = goods::iskus();
    let codes: Vec<&str> = iskus.iter().map(String::as_str).collect();
    let levels = replica.levels(&codes).await.unwrap_or_default();
    let rows = levels.into_iter().flat_map(|level| level.stock);
    rows.map(|stock: Stock| (key(&stock.isku_code, &stock.location), stock)).collect()
}
