//! The load: clients in a closed loop, each with one call in flight, through the generated clients.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::ValueEnum;
use futures::future::try_join_all;
use proto::inventory::v1::{
    BatchReserveRequest, ResolveIskusRequest, batch_reserve_result::Result as Reserved,
    isku_service_client::IskuServiceClient, reservation_service_client::ReservationServiceClient,
    resolved_isku::Status,
};
use shared::server::LIVENESS;
use tokio::time::{sleep, sleep_until};
use tonic::{
    Code,
    transport::{Channel, Endpoint},
};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_types::StatusExt;

use super::{
    cpu::Watched,
    figure::{Figure, Sample},
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
}

/// When is measured: after a warm-up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

/// One client's own.
struct Client {
    load: Load,
    reservations: ReservationServiceClient<Channel>,
    iskus: IskuServiceClient<Channel>,
    health: HealthClient<Channel>,
    draw: Draw,
}

impl Load {
    /// Loads a service, whose replicas are at these addresses, and measures.
    pub(crate) async fn run(&self, addresses: &[String], window: Window, watched: &Watched) -> Result<Figure> {
        let mut channels = vec![];
        for address in addresses.iter().cycle().take(addresses.len() * self.connections) {
            channels.push(Endpoint::from_shared(address.clone())?.connect().await?);
        }
        let orders = Orders::new(self.pattern, self.iskus);
        let begin = Instant::now() + window.warm_up;
        let end = begin + window.measured;
        let clients = channels.iter().cycle().take(self.in_flight).enumerate().map(|(number, channel)| {
            let client = Client {
                load: *self,
                reservations: ReservationServiceClient::new(channel.clone()),
                iskus: IskuServiceClient::new(channel.clone()),
                health: HealthClient::new(channel.clone()),
                draw: orders.client(number),
            };
            tokio::spawn(client.call_until(begin, end))
        });
        let clients = try_join_all(clients.collect::<Vec<_>>());
        let readings = async {
            sleep_until(begin.into()).await;
            let (first, before) = (Instant::now(), watched.read()?);
            sleep_until(end.into()).await;
            anyhow::Ok(before.until(&watched.read()?, first.elapsed()))
        };
        let (samples, used) = tokio::join!(clients, readings);
        let samples = samples?.into_iter().collect::<Result<Vec<Sample>>>()?;
        Figure::new(Sample::sum(samples), window.measured, used?)
    }
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
                    // As long as the refusal says.
                    let pause = status.get_details_retry_info().and_then(|info| info.retry_delay);
                    sleep(pause.unwrap_or_default()).await;
                }
                Err(status) => bail!("a call failed: {status}"),
            }
        }
    }

    /// One call; how many orders or codes it dealt with.
    async fn call(&mut self) -> Result<u64, tonic::Status> {
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
        }
    }
}
