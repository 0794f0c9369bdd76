//! One load on one service, for whoever profiles it.

use std::{path::PathBuf, time::Duration};

use anyhow::Result;

use super::{
    cpu::Watched,
    group::{HOST, Host},
    load::{After, Load, Rpc, Who, Window},
    orders::Pattern,
    stage::{Engine, Stage, create_iskus},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to call
    #[arg(long, value_enum, default_value_t = Rpc::Reserve)]
    rpc: Rpc,
    /// Which ISKUs the orders want
    #[arg(long, value_enum, default_value_t = Pattern::Uniform)]
    pattern: Pattern,
    /// How many ISKUs there are
    #[arg(long, default_value_t = 10_000)]
    iskus: u64,
    /// Calls at once
    #[arg(long, default_value_t = 256)]
    in_flight: usize,
    /// Orders or codes of one call, of BatchReserve and ResolveIskus
    #[arg(long, default_value_t = 100)]
    per_call: usize,
    /// HTTP/2 connections to each replica
    #[arg(long, default_value_t = 2)]
    connections: usize,
    /// Time of one round
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds, each with a line of its own
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Where the service keeps its stock
    #[arg(long, value_enum, default_value_t = Engine::Postgres)]
    engine: Engine,
    /// Replicas of the service
    #[arg(long, default_value_t = 1)]
    replicas: usize,
    /// The service's binary; the one built with this one unless stated
    #[arg(long, value_name = "FILE")]
    service: Option<PathBuf>,
    /// A service that runs already, such as http://127.0.0.1:7401, instead of one of its own
    #[arg(long, value_name = "URL", conflicts_with_all = ["engine", "replicas", "service"])]
    address: Option<String>,
    /// The process of that service, to tell its processor time
    #[arg(long, requires = "address")]
    service_pid: Option<u32>,
    /// The first process of its PostgreSQL
    #[arg(long, requires = "address")]
    postgres_pid: Option<u32>,
}

pub(crate) async fn run(arguments: Arguments) -> Result<()> {
    if let Some(address) = &arguments.address {
        let addresses = vec![address.clone()];
        create_iskus(&addresses, Who::Anybody, arguments.iskus).await?;
        let watched =
            Watched { services: arguments.service_pid.into_iter().collect(), postgres: arguments.postgres_pid };
        return rounds(&arguments, &addresses, &watched).await;
    }
    let stage = Stage::new(arguments.service.clone(), vec![])?;
    let database = stage.database(arguments.engine).await;
    let host = Host { engine: arguments.engine, replicas: arguments.replicas, ..HOST };
    let service = stage.service(&database, &host, arguments.iskus).await?;
    let watched = service.watched();
    println!("{}, database {database}, {watched:?}", service.addresses().join(", "));
    rounds(&arguments, &service.addresses(), &watched).await?;
    let (now, most) = service.memory()?;
    println!("memory of the service: {:.1} MiB idle, {now:.1} MiB now, {most:.1} MiB at most", service.idle_mib);
    Ok(())
}

async fn rounds(arguments: &Arguments, addresses: &[String], watched: &Watched) -> Result<()> {
    let load = Load {
        rpc: arguments.rpc,
        pattern: arguments.pattern,
        iskus: arguments.iskus,
        in_flight: arguments.in_flight,
        per_call: arguments.per_call,
        connections: arguments.connections,
        who: Who::Anybody,
        after_refusal: After::Pause,
    };
    let window = Window { warm_up: Duration::from_secs(1), measured: Duration::from_secs(arguments.seconds) };
    for _ in 0..arguments.rounds {
        println!("{}", load.run(addresses, window, watched).await?.told());
    }
    Ok(())
}
