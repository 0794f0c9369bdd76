//! The batches of BatchReserve as bare SQL: the statements of an order's reservation on the service's own tables, one connection, no
//! service.

mod batch;

use std::time::Instant;

use anyhow::{Context, Result};
use proto::inventory::v1::reservation_service_client::ReservationServiceClient;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, TransactionTrait};
use tonic::transport::Endpoint;

use super::{
    cpu::Watched,
    figure::{Figure, Sample},
    load::Window,
    orders::{Orders, Pattern},
    pgbench::statement,
    stage::Service,
};

/// One connection to a database that a service has made.
#[derive(Debug)]
pub(crate) struct Bare {
    connection: DatabaseConnection,
    iskus: u64,
    /// What the service keeps as the answer to one request; every request gets this one.
    answer: String,
}

impl Bare {
    /// Has the service reserve once, to see what an answer looks like, and connects to its database.
    pub(crate) async fn beside(service: &Service, database: &str, iskus: u64) -> Result<Self> {
        let address = service.addresses().swap_remove(0);
        let request = Orders::new(Pattern::Uniform, iskus).client(0).order();
        let mut client = ReservationServiceClient::new(Endpoint::from_shared(address)?.connect().await?);
        let request_id = client.reserve(request.clone()).await.map(|_| request.request_id)?;

        let mut options = ConnectOptions::new(database);
        options.max_connections(1).test_before_acquire(false).sqlx_logging(false);
        let connection = Database::connect(options).await?;
        let sql = format!("SELECT answer FROM request WHERE request_id = '{request_id}'");
        let answer = connection.query_one_raw(statement(&sql)).await?.context("a record")?.try_get("", "answer")?;
        Ok(Self { connection, iskus, answer })
    }

    /// One batch after the other.
    pub(crate) async fn run(
        &self,
        pattern: Pattern,
        per_batch: usize,
        window: Window,
        watched: &Watched,
    ) -> Result<Figure> {
        let mut draw = Orders::new(pattern, self.iskus).client(0);
        let begin = Instant::now() + window.warm_up;
        let end = begin + window.measured;
        let mut sample = Sample::default();
        let mut before = watched.read()?;
        let mut is_warm = false;
        loop {
            let started = Instant::now();
            if started >= end {
                return Figure::new(sample, window.measured, before.until(&watched.read()?, window.measured));
            }
            if !is_warm && started >= begin {
                (before, is_warm) = (watched.read()?, true);
            }
            let orders: Vec<_> = (0..per_batch).map(|_| draw.order()).collect();
            let transaction = self.connection.begin().await?;
            batch::apply(&transaction, orders, &self.answer).await?;
            transaction.commit().await?;
            let ended = Instant::now();
            if begin <= ended && ended < end {
                sample.answered(per_batch as u64, ended - started);
            }
        }
    }
}
