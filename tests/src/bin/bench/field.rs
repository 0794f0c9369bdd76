//! A group's contestants, ready to be measured, and what they measured.

use std::{collections::BTreeMap, mem, time::Duration};

use anyhow::{Context, Result, ensure};
use proto::inventory::v1::{
    BatchReserveRequest, batch_reserve_result::Result as Reserved, reservation_service_client::ReservationServiceClient,
};
use serde::Serialize;
use tonic::transport::Endpoint;

use super::{
    Scale,
    bare::Bare,
    figure::Figure,
    group::{Group, HOST, Host, Kind, PER_CALL},
    load::{After, Load, Rpc, Who},
    orders::{Orders, Pattern},
    pgbench::{self, Baseline, Script},
    stage::{Service, Stage},
};

/// HTTP/2 connections to each replica: one would not carry 2,048 calls.
const CONNECTIONS: usize = 2;
/// How long a baseline tries each client count.
const TRIAL: Duration = Duration::from_secs(2);

/// Everything that a group's contestants run on.
#[derive(Default)]
struct Field {
    hosts: Vec<(Host, String, Service)>,
    ready: Vec<Ready>,
    tried: BTreeMap<&'static str, Vec<(usize, f64)>>,
}

enum Ready {
    Load(usize, Load),
    Open(usize, Load, u64),
    /// With the calls a second of whoever is beside it.
    Beside(usize, Load, Who, u64),
    Baseline(Baseline),
    Bare(usize, Pattern, Bare),
}

/// What a group measured.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) group: &'static str,
    /// A figure of each round for each contestant.
    pub(crate) figures: BTreeMap<&'static str, Vec<Figure>>,
    /// The speed of a baseline by its client count, of which it got the best.
    pub(crate) clients_tried: BTreeMap<&'static str, Vec<(usize, f64)>>,
    /// Memory of each contestant's service in MiB: idle, and the most that it had.
    pub(crate) memory_mib: BTreeMap<&'static str, (f64, f64)>,
    /// Processors that were busy for others, on average.
    pub(crate) cores_of_others: f64,
}

/// Measures each contestant of a group in each round.
pub(crate) async fn measure(stage: &Stage, group: &Group, scale: &Scale) -> Result<Outcome> {
    let mut field = Field::default();
    for contestant in group.contestants {
        let ready = field.prepare(stage, contestant.name, contestant.kind, scale).await;
        field.ready.push(ready.with_context(|| format!("{} of {}", contestant.name, group.name))?);
    }
    let mut figures: BTreeMap<&str, Vec<Figure>> = BTreeMap::new();
    for round in 1..=scale.rounds {
        for (contestant, ready) in group.contestants.iter().zip(&field.ready) {
            let figure = field.run(stage, ready, scale).await;
            let figure = figure.with_context(|| format!("{} of {}", contestant.name, group.name))?;
            eprintln!("{} {round}/{}  {:13}  {}", group.name, scale.rounds, contestant.name, figure.told());
            figures.entry(contestant.name).or_default().push(figure);
        }
    }
    let mut memory_mib = BTreeMap::new();
    for (contestant, ready) in group.contestants.iter().zip(&field.ready) {
        if let Ready::Load(host, _) | Ready::Open(host, ..) | Ready::Beside(host, ..) = ready {
            let service = &field.hosts[*host].2;
            memory_mib.insert(contestant.name, (service.idle_mib, service.memory()?.1));
        }
    }
    let others: Vec<f64> = figures.values().flatten().map(|figure| figure.cores.others).collect();
    let cores_of_others = others.iter().sum::<f64>() / others.len() as f64;
    let clients_tried = mem::take(&mut field.tried);
    field.leave(stage).await.with_context(|| format!("after {}", group.name))?;
    Ok(Outcome { group: group.name, figures, clients_tried, memory_mib, cores_of_others })
}

impl Field {
    async fn prepare(&mut self, stage: &Stage, name: &'static str, kind: Kind, scale: &Scale) -> Result<Ready> {
        match kind {
            Kind::Calls(host, rpc, pattern, in_flight) => {
                let (at, load) = self.load(stage, host, rpc, pattern, in_flight, scale).await?;
                Ok(Ready::Load(at, load))
            }
            Kind::Insisting(host, rpc, pattern, in_flight) => {
                let (at, load) = self.load(stage, host, rpc, pattern, in_flight, scale).await?;
                Ok(Ready::Load(at, Load { after_refusal: After::Insist, ..load }))
            }
            Kind::Open(host, rpc, pattern, per_second) => {
                let (at, load) = self.load(stage, host, rpc, pattern, CONNECTIONS, scale).await?;
                Ok(Ready::Open(at, load, per_second))
            }
            Kind::Beside(host, rpc, pattern, in_flight, per_second) => {
                let (at, load) = self.load(stage, host, rpc, pattern, in_flight, scale).await?;
                let other = *host.callers().get(1).context("another merchant")?;
                Ok(Ready::Beside(at, load, other, per_second))
            }
            Kind::Bare(pattern) => {
                let at = self.new_host(stage, HOST, scale).await?;
                let (_, database, service) = &self.hosts[at];
                Ok(Ready::Bare(at, pattern, Bare::beside(service, database, scale.of(HOST.iskus)).await?))
            }
            Kind::AnyCode(host) => {
                let at = self.host(stage, host, scale).await?;
                let database = self.hosts[at].1.clone();
                self.baseline(stage, name, Script::AnyCode, Pattern::Uniform, database, scale).await
            }
            Kind::Most(pattern) | Kind::MostAlone(pattern) | Kind::Expert(pattern) => {
                let script = if matches!(kind, Kind::Expert(_)) { Script::Expert } else { Script::Most };
                let scale = if matches!(kind, Kind::MostAlone(_)) { &Scale { clients: &[1], ..*scale } } else { scale };
                self.baseline(stage, name, script, pattern, stage.database(HOST.engine).await, scale).await
            }
        }
    }

    async fn load(
        &mut self,
        stage: &Stage,
        host: Host,
        rpc: Rpc,
        pattern: Pattern,
        in_flight: usize,
        scale: &Scale,
    ) -> Result<(usize, Load)> {
        let at = self.host(stage, host, scale).await?;
        let (iskus, in_flight) = (scale.of(host.iskus), scale.in_flight(in_flight));
        let (per_call, connections) = (PER_CALL, CONNECTIONS.min(in_flight));
        let who = *host.callers().first().context("a caller")?;
        let after_refusal = After::Pause;
        Ok((at, Load { rpc, pattern, iskus, in_flight, per_call, connections, who, after_refusal }))
    }

    /// The service of a host, started when it is first asked for.
    async fn host(&mut self, stage: &Stage, host: Host, scale: &Scale) -> Result<usize> {
        match self.hosts.iter().position(|(own, ..)| *own == host) {
            Some(at) => Ok(at),
            None => self.new_host(stage, host, scale).await,
        }
    }

    async fn new_host(&mut self, stage: &Stage, host: Host, scale: &Scale) -> Result<usize> {
        let database = stage.database(host.engine).await;
        let service = stage.service(&database, &host, scale.of(host.iskus)).await?;
        open_reservations(&service, scale.of(host.open)).await?;
        self.hosts.push((host, database, service));
        Ok(self.hosts.len() - 1)
    }

    /// A baseline at its best client count.
    async fn baseline(
        &mut self,
        stage: &Stage,
        name: &'static str,
        script: Script,
        pattern: Pattern,
        database: String,
        scale: &Scale,
    ) -> Result<Ready> {
        let mut baseline = Baseline::prepare(stage, script, pattern, &database, scale.of(HOST.iskus)).await?;
        let tried = baseline.find_best(stage, scale.clients, scale.window.measured.min(TRIAL)).await?;
        self.tried.insert(name, tried);
        Ok(Ready::Baseline(baseline))
    }

    /// Stops everything; what was not written as it should be was not worth measuring.
    async fn leave(self, stage: &Stage) -> Result<()> {
        for ready in self.ready {
            if let Ready::Baseline(baseline) = ready
                && !self.hosts.iter().any(|(_, database, _)| *database == baseline.database)
            {
                pgbench::prove(&baseline.database).await?;
                stage.drop(&baseline.database).await;
            }
        }
        for (_, database, service) in self.hosts {
            drop(service);
            stage.prove_and_drop(&database).await?;
        }
        Ok(())
    }

    async fn run(&self, stage: &Stage, ready: &Ready, scale: &Scale) -> Result<Figure> {
        match ready {
            Ready::Load(at, load) => {
                let service = &self.hosts[*at].2;
                load.run(&service.addresses(), scale.window, &service.watched()).await
            }
            Ready::Open(at, load, per_second) => {
                let service = &self.hosts[*at].2;
                load.run_open(*per_second, &service.addresses(), scale.window, &service.watched()).await
            }
            Ready::Beside(at, load, other, per_second) => {
                let service = &self.hosts[*at].2;
                let (addresses, watched) = (service.addresses(), service.watched());
                load.run_beside(*other, *per_second, &addresses, scale.window, &watched).await
            }
            Ready::Baseline(baseline) => baseline.run(stage, scale.window, &stage.watched()).await,
            Ready::Bare(at, pattern, bare) => {
                bare.run(*pattern, PER_CALL, scale.window, &self.hosts[*at].2.watched()).await
            }
        }
    }
}

/// Has the first ISKU reserved by so many orders.
async fn open_reservations(service: &Service, count: u64) -> Result<()> {
    let address = service.addresses().swap_remove(0);
    let mut client = ReservationServiceClient::new(Endpoint::from_shared(address)?.connect().await?);
    let mut draw = Orders::new(Pattern::HotForADay, 1).client(0);
    for _ in 0..count / PER_CALL as u64 {
        let requests = (0..PER_CALL).map(|_| draw.order()).collect();
        let results = client.batch_reserve(BatchReserveRequest { requests }).await?.into_inner().results;
        let refused = results.iter().find(|own| !matches!(own.result, Some(Reserved::Reserved(_))));
        ensure!(refused.is_none(), "an order is not reserved: {refused:?}");
    }
    Ok(())
}
