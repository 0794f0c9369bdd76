//! The load: clients in a closed loop, each with one call in flight, through the generated clients.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::ValueEnum;
use futures::future::try_join_all;
use proto::inventory::v1::{
    BatchReserveRequest, GetStockRequest, ResolveIskusRequest, batch_reserve_result::Result as Reserved,
    isku_service_client::IskuServiceClient, reservation_service_client::ReservationServiceClient,
    resolved_isku::Status, stock_service_client::StockServiceClient,
};
use shared::server::LIVENESS;
use tests::merchant::{Credential, Wire};
use tokio::time::{sleep, sleep_until};
use tonic::{
    Code,
    service::interceptor::InterceptedService,
    transport::{Channel, Endpoint},
};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_types::StatusExt;

use super::{
    cpu::Watched,
    figure::{Figure, Sample},
    open,
    orders::{Draw, Orders, Pattern},
};

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rpc {
    /// Reserve, one order a call.
    Reserve,
    /// BatchReserve, many orders a call.
    Batch,
    /// ResolveIskus, many codes a call.
    Resolve,
    /// Health's Check, which asks for nothing: what a call costs that does nothing.
    Check,
    /// GetStock of a merchant that the caller may not act for.
    Denied,
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whoever needs no credential.
    Anybody,
    /// A merchant with a credential of the same name.
    Merchant(&'static str),
}

/// A load on a service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) rpc: Rpc,
    pub(crate) pattern: Pattern,
    /// ISKUs that there are.
    pub(crate) iskus: u64,
    /// Calls at once.
    pub(crate) in_flight: usize,
    /// Orders or codes of one call, where it takes many.
    pub(crate) per_call: usize,
    /// HTTP/2 connections to each replica.
    pub(crate) connections: usize,
    pub(crate) who: Who,
    pub(crate) after_refusal: After,
}

/// What a caller does that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Waits as long as the refusal says.
    Pause,
    /// Asks again at once.
    Insist,
}

/// When is measured: after a warm-up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

/// Where clients come from.
pub(crate) struct Clients {
    load: Load,
    channels: Vec<Channel>,
    orders: Orders,
}

/// One client's own.
pub(crate) struct Client {
    load: Load,
    reservations: ReservationServiceClient<Wire>,
    iskus: IskuServiceClient<Wire>,
    stock: StockServiceClient<Wire>,
    health: HealthClient<Channel>,
    draw: Draw,
}

impl Who {
    pub(crate) fn credential(self) -> Credential {
        match self {
            Self::Anybody => Credential::default(),
            Self::Merchant(name) => Credential::token(name),
        }
    }
}

impl Clients {
    fn of(load: Load, channels: &[Channel]) -> Self {
        Self { load, channels: channels.to_vec(), orders: Orders::new(load.pattern, load.iskus) }
    }

    /// The client of a number.
    pub(crate) fn client(&self, number: usize) -> Client {
        let channel = &self.channels[number % self.channels.len()];
        let credential = match self.load.rpc {
            Rpc::Denied => Credential { merchant: Some("not-mine".to_owned()), ..self.load.who.credential() },
            Rpc::Reserve | Rpc::Batch | Rpc::Resolve | Rpc::Check => self.load.who.credential(),
        };
        let wire = InterceptedService::new(channel.clone(), credential);
        Client {
            load: self.load,
            reservations: ReservationServiceClient::new(wire.clone()),
            iskus: IskuServiceClient::new(wire.clone()),
            stock: StockServiceClient::new(wire),
            health: HealthClient::new(channel.clone()),
            draw: self.orders.client(number),
        }
    }
}

impl Load {
    /// Loads a service, whose replicas are at these addresses, and measures.
    pub(crate) async fn run(&self, addresses: &[String], window: Window, watched: &Watched) -> Result<Figure> {
        let channels = self.connect(addresses).await?;
        let clients = Clients::of(*self, &channels);
        let calls = async |begin, end| {
            let clients = (0..self.in_flight).map(|number| tokio::spawn(clients.client(number).call_until(begin, end)));
            let samples = try_join_all(clients.collect::<Vec<_>>()).await?;
            Ok(Sample::sum(samples.into_iter().collect::<Result<Vec<Sample>>>()?))
        };
        measure(window, watched, calls).await
    }

    /// The same while calls come at their own pace.
    pub(crate) async fn run_open(
        &self,
        per_second: u64,
        addresses: &[String],
        window: Window,
        watched: &Watched,
    ) -> Result<Figure> {
        let clients = Clients::of(*self, &self.connect(addresses).await?);
        measure(window, watched, async |begin, end| open::run(clients, per_second, begin, end).await).await
    }

    /// The same while calls of another merchant come at their own pace, which are not counted.
    pub(crate) async fn run_beside(
        &self,
        other: Who,
        per_second: u64,
        addresses: &[String],
        window: Window,
        watched: &Watched,
    ) -> Result<Figure> {
        let flood = Self { who: other, ..*self };
        let flood = Clients::of(flood, &flood.connect(addresses).await?);
        let begin = Instant::now();
        let end = begin + window.warm_up + window.measured + Duration::from_millis(100);
        let flood = tokio::spawn(open::run(flood, per_second, begin, end));
        let figure = self.run(addresses, window, watched).await;
        flood.await??;
        figure
    }

    async fn connect(&self, addresses: &[String]) -> Result<Vec<Channel>> {
        let mut channels = vec![];
        for address in addresses.iter().cycle().take(addresses.len() * self.connections) {
            channels.push(Endpoint::from_shared(address.clone())?.connect().await?);
        }
        Ok(channels)
    }
}

/// Has calls made in a window, and measures.
async fn measure(
    window: Window,
    watched: &Watched,
    calls: impl AsyncFnOnce(Instant, Instant) -> Result<Sample>,
) -> Result<Figure> {
    let begin = Instant::now() + window.warm_up;
    let end = begin + window.measured;
    let readings = async {
        sleep_until(begin.into()).await;
        let (first, before) = (Instant::now(), watched.read()?);
        sleep_until(end.into()).await;
        anyhow::Ok(before.until(&watched.read()?, first.elapsed()))
    };
    let (sample, used) = tokio::join!(calls(begin, end), readings);
    Figure::new(sample?, window.measured, used?)
}

impl Client {
    /// Calls until the end; what is answered between begin and end counts.
    async fn call_until(mut self, begin: Instant, end: Instant) -> Result<Sample> {
        let mut sample = Sample::default();
        loop {
            let started = Instant::now();
            if started >= end {
                return Ok(sample);
            }
            let outcome = self.call().await;
            let ended = Instant::now();
            let counts = begin <= ended && ended < end;
            match outcome {
                Ok(done) if counts => sample.answered(done, ended - started),
                Ok(_) => {}
                Err(status) if status.code() == Code::ResourceExhausted => {
                    if counts {
                        sample.refused(ended - started);
                    }
                    if self.load.after_refusal == After::Pause {
                        let pause = status.get_details_retry_info().and_then(|info| info.retry_delay);
                        sleep(pause.unwrap_or_default()).await;
                    }
                }
                Err(status) => bail!("a call failed: {status}"),
            }
        }
    }

    /// One call; how many orders or codes it dealt with.
    pub(crate) async fn call(&mut self) -> Result<u64, tonic::Status> {
        let unexpected = |what: String| Err(tonic::Status::unknown(what));
        match self.load.rpc {
            Rpc::Reserve => {
                let answer = self.reservations.reserve(self.draw.order()).await?.into_inner();
                if answer.replayed || answer.existing {
                    return unexpected(format!("not a new reservation: {answer:?}"));
                }
                Ok(1)
            }
            Rpc::Batch => {
                let requests: Vec<_> = (0..self.load.per_call).map(|_| self.draw.order()).collect();
                let answer = self.reservations.batch_reserve(BatchReserveRequest { requests }).await?.into_inner();
                match answer.results.iter().find(|own| !matches!(own.result, Some(Reserved::Reserved(_)))) {
                    None => Ok(answer.results.len() as u64),
                    Some(other) => unexpected(format!("{other:?}")),
                }
            }
            Rpc::Resolve => {
                let codes = self.draw.codes(self.load.per_call);
                let answer = self.iskus.resolve_iskus(ResolveIskusRequest { codes }).await?.into_inner();
                match answer.results.iter().find(|own| own.status() != Status::Found) {
                    None => Ok(answer.results.len() as u64),
                    Some(other) => unexpected(format!("{other:?}")),
                }
            }
            Rpc::Check => {
                let request = HealthCheckRequest { service: LIVENESS.to_owned() };
                match self.health.check(request).await?.into_inner().status() {
                    ServingStatus::Serving => Ok(1),
                    other => unexpected(format!("{other:?}")),
                }
            }
            Rpc::Denied => match self.stock.get_stock(GetStockRequest::default()).await {
                Err(status) if status.code() == Code::PermissionDenied => Ok(1),
                other => unexpected(format!("not refused: {other:?}")),
            },
        }
    }
}
