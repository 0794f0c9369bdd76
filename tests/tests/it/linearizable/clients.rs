//! Clients at once, and the record of what each was answered and when, by one clock.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::{StreamExt, future::join_all, stream};
use proto::inventory::v1::{EnsureIskuItem, OpeningStock};
use tests::{
    Engine, Merchant, Oms,
    gate::Gate,
    request_id,
    site::{MERCHANTS, credential_of},
};
use tokio::time::{Instant, timeout};

use super::{
    ask::{LookAtAll, Object, look_at_all},
    bug::{Bug, Cache},
    call::{Call, OPENING, PLACES},
    draw::{Asked, Patience, Plan, Step},
    history::{Entry, History},
};

/// Rounds that are played at once.
const AT_ONCE: usize = 16;
/// How long a client waits for an answer that will not come: long enough for most calls to be done.
const UNHEARD: Duration = Duration::from_millis(100);

/// The ways to the service: each replica, and each once more behind a gate that lets no answer through.
pub(super) struct Doors {
    open: Vec<Merchant>,
    silent: Vec<Merchant>,
    bug: Option<Bug>,
}

/// One round, and what its clients share.
struct Case {
    doors: Arc<Doors>,
    objects: Vec<Object>,
    begun: Instant,
    cache: Cache,
}

impl Doors {
    /// Replicas on PostgreSQL, which takes them; SQLite has one process.
    pub(super) fn replicas(engine: Engine) -> usize {
        match engine {
            Engine::Sqlite => 1,
            Engine::Postgres => 2,
        }
    }

    pub(super) async fn of(oms: &Oms, bug: Option<Bug>) -> Arc<Self> {
        let open: Vec<Merchant> =
            (0..Self::replicas(oms.site().engine())).map(|number| oms.at_replica(number)).collect();
        let mut silent = vec![];
        for number in 0..open.len() {
            let gate = Gate::before(&oms.replica_url(number)).await;
            // Every path ends with nothing.
            gate.keep_answers_of("", 0);
            silent.push(Merchant::at(gate.url(), &oms.catalogue_url(), &credential_of(MERCHANTS[0])));
        }
        Arc::new(Self { open, silent, bug })
    }

    /// Plays plans, some at once, each on ISKUs of its own; one history for each object.
    pub(super) async fn play(self: &Arc<Self>, name: &str, plans: Vec<Plan>) -> Vec<History> {
        let named = plans.into_iter().enumerate().map(|(number, plan)| (format!("{name}{number}"), plan));
        let cases: Vec<(Vec<Object>, Plan)> = named.map(|(name, plan)| (objects(&name, &plan), plan)).collect();
        let all: Vec<&Object> = cases.iter().flat_map(|(objects, _)| objects).collect();
        self.stock(&all).await;
        let played = cases.into_iter().map(|(objects, plan)| {
            let case = Case { doors: Arc::clone(self), objects, begun: Instant::now(), cache: Cache::default() };
            tokio::spawn(Arc::new(case).play(plan))
        });
        let histories: Vec<_> = stream::iter(played).buffered(AT_ONCE).collect().await;
        histories.into_iter().flat_map(|played| played.expect("every call is answered or left open")).collect()
    }

    /// Makes the ISKUs of objects, with their opening stock.
    async fn stock(&self, objects: &[&Object]) {
        let items: Vec<EnsureIskuItem> = objects.iter().flat_map(|object| opening(object)).collect();
        for items in items.chunks(1_000) {
            self.open[0].ensure(items.to_vec()).await.expect("the ISKUs are made");
        }
    }
}

fn objects(name: &str, plan: &Plan) -> Vec<Object> {
    (0..plan.objects).map(|number| Object { name: format!("{name}.{number}"), iskus: plan.iskus }).collect()
}

fn opening(object: &Object) -> impl Iterator<Item = EnsureIskuItem> {
    object.codes().zip(OPENING).map(|(code, units)| {
        let at = |(place, quantity): (&str, i64)| OpeningStock { location: place.to_owned(), quantity };
        let opening_stock = PLACES.into_iter().zip(units).map(at).collect();
        EnsureIskuItem { request_id: request_id(), code, opening_stock, ..Default::default() }
    })
}

impl Case {
    async fn play(self: Arc<Self>, plan: Plan) -> Vec<History> {
        let after_all = plan.clients.len();
        let clients = plan.clients.into_iter().enumerate();
        let clients = clients.map(|(number, steps)| tokio::spawn(Client::new(&self, number).play(steps)));
        let played = join_all(clients).await;
        let mut records: Vec<(usize, Entry)> =
            played.into_iter().flat_map(|played| played.expect("a record")).collect();
        // What is there in the end, when nobody asks any more.
        let mut last = Client::new(&self, after_all);
        last.look_at_all(LookAtAll::Resolve, 0).await;
        records.extend(last.records);

        let mut histories: Vec<History> =
            self.objects.iter().map(|object| History { name: object.name.clone(), entries: vec![] }).collect();
        records.into_iter().for_each(|(object, entry)| histories[object].entries.push(entry));
        histories
    }
}

/// One client, and what it has seen.
struct Client {
    case: Arc<Case>,
    number: usize,
    records: Vec<(usize, Entry)>,
    /// The last sequence of each row.
    seen: BTreeMap<(usize, usize, usize), i64>,
}

impl Client {
    fn new(case: &Arc<Case>, number: usize) -> Self {
        Self { case: Arc::clone(case), number, records: vec![], seen: BTreeMap::new() }
    }

    async fn play(mut self, steps: Vec<Step>) -> Vec<(usize, Entry)> {
        for Step { asked, door, patience, looks } in steps {
            match asked {
                Asked::All(way) => self.look_at_all(way, door).await,
                Asked::One(object, call) => {
                    let is_done = self.ask(object, call, door, patience).await;
                    if is_done && looks {
                        // What one replica has answered, the other one tells.
                        let iskus = (0..self.case.objects[object].iskus).collect();
                        self.ask(object, Call::Look { iskus }, door + 1, Patience::Waits).await;
                    }
                }
            }
        }
        self.records
    }

    /// Makes a call; tells whether it was answered, and not refused.
    async fn ask(&mut self, object: usize, mut call: Call, door: usize, patience: Patience) -> bool {
        if let Call::Count { isku, place, expected: Some(expected), .. } = &mut call {
            // An ISKU is opened by its first movement.
            *expected = self.seen.get(&(object, *isku, *place)).copied().unwrap_or(1);
        }
        let case = Arc::clone(&self.case);
        let replica = door % case.doors.open.len();
        let doors = if matches!(patience, Patience::Unheard) { &case.doors.silent } else { &case.doors.open };
        let asked =
            async { Bug::ask(case.doors.bug, &case.objects[object], &doors[replica], &call, &case.cache).await };
        let sent = case.begun.elapsed();
        let answer = match patience {
            Patience::Waits => Some(asked.await),
            Patience::Leaves(after) => timeout(after, asked).await.ok(),
            Patience::Unheard => timeout(UNHEARD, asked).await.ok(),
        };
        let heard = answer.map(|answer| (answer, case.begun.elapsed()));
        let is_done = heard.as_ref().is_some_and(|(answer, _)| !answer.is_refusal());
        self.record(object, Entry { client: self.number, replica, call, sent, heard });
        is_done
    }

    /// Looks at every object in one call: each has an answer of its own.
    async fn look_at_all(&mut self, way: LookAtAll, door: usize) {
        let case = Arc::clone(&self.case);
        let replica = door % case.doors.open.len();
        let sent = case.begun.elapsed();
        let answers = look_at_all(&case.doors.open[replica], way, &case.objects).await;
        let end = case.begun.elapsed();
        for (object, answer) in answers.into_iter().enumerate() {
            let call = Call::Look { iskus: (0..case.objects[object].iskus).collect() };
            self.record(object, Entry { client: self.number, replica, call, sent, heard: Some((answer, end)) });
        }
    }

    fn record(&mut self, object: usize, entry: Entry) {
        for row in entry.heard.iter().flat_map(|(answer, _)| answer.rows()) {
            self.seen.insert((object, row.isku, row.place), row.level.sequence);
        }
        self.records.push((object, entry));
    }
}
