//! Starting, the same for every service: health is served at once, everything else once the database is there with its schema.
//!
//! A database that may still come is waited for, however long it takes: ending instead would only have the platform start the process
//! again.

mod wait;

use std::{error::Error, future::Future, pin::pin, process::ExitCode};

use sea_orm::DbErr;
use tokio::task::JoinHandle;
use tonic::service::RoutesBuilder;

use self::wait::Wait;
use crate::{
    auth::{Authenticator, CredentialsError},
    database::{self, ConnectError, Database, History, Plans},
    server::{Awaited, Bound, Running, ServeError, Starting, stop_signal},
    settings,
};

/// What is known of a service before its database is there.
#[derive(Debug)]
pub struct Start<'a> {
    /// Where and how it listens.
    pub server: &'a settings::Server,
    /// Its database.
    pub database: &'a settings::Database,
    /// Who may call.
    pub auth: &'a settings::Auth,
    /// Full names of its gRPC services, for their health.
    pub services: Vec<&'static str>,
    /// Their descriptor set, for reflection.
    pub descriptors: &'static [u8],
    /// How its statements are planned.
    pub plans: Plans,
    /// Whether the database is waited for.
    pub patience: Patience,
}

/// Whether a database is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// A service waits as long as it takes, and makes a database that is a file.
    Endless,
    /// A command tells what is not there.
    None,
}

/// A service whose database is there.
#[derive(Debug)]
pub struct Opened {
    /// Its routes.
    pub routes: RoutesBuilder,
    /// What it does by itself, until it is stopped.
    pub tasks: Vec<JoinHandle<()>>,
}

/// Why a service cannot start, or a command not run on its database.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened, and waiting would not help.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The schema cannot be brought up to date, or a statement fails.
    #[error("the database refuses")]
    Database(#[from] DbErr),
    /// The schema lacks migrations that this binary needs.
    #[error("the schema is not up to date, it lacks {}: run `migrate`", .0.join(", "))]
    Schema(Vec<String>),
    /// The credentials file is refused.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The port cannot be served.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

impl Start<'_> {
    /// Takes the port, waits for the database and its schema, and opens the service. Who stops waiting for it ends what it has begun.
    pub async fn run<M: History>(self, open: impl FnOnce(Database) -> Opened) -> Result<Running, StartError> {
        let bound = Bound::bind(self.server, Authenticator::new(self.auth)?).await?;
        let starting = bound.start(self.services.clone(), self.descriptors).await?;
        let database = self.database::<M>(&starting).await?;
        let Opened { routes, tasks } = open(database.clone());
        let asked = database.clone();
        let ready = Box::new(move || {
            let database = asked.clone();
            let ready: futures::future::BoxFuture<'static, bool> =
                Box::pin(async move { is_ready::<M>(&database).await });
            ready
        });
        Ok(starting.open(routes, ready).await.with(database, tasks))
    }

    async fn database<M: History>(&self, starting: &Starting) -> Result<Database, StartError> {
        let mut wait = Wait::of(Some(starting));
        let waits = self.patience == Patience::Endless;
        let mut known = None;
        loop {
            let database = match known.take() {
                Some(database) => database,
                // Read anew each time: the URL in a file may have changed.
                None => match self.connect().await {
                    Ok(database) => database,
                    Err(error) if waits && error.may_pass() => {
                        wait.on(Awaited::Database, &chain(&error)).await;
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                },
            };
            match self.schema::<M>(&database).await {
                Ok(missing) if missing.is_empty() => return Ok(database),
                Ok(missing) if waits => {
                    wait.on(Awaited::Schema, &format!("it lacks {}", missing.join(", "))).await;
                    known = Some(database);
                }
                Ok(missing) => return Err(StartError::Schema(missing)),
                Err(error) if waits && database::may_pass(&error) => {
                    wait.on(Awaited::Database, &chain(&error)).await;
                    _ = database.close().await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn connect(&self) -> Result<Database, ConnectError> {
        match self.patience {
            Patience::Endless => Database::connect(self.database, self.plans).await,
            Patience::None => Database::open(self.database, self.plans).await,
        }
    }

    /// What the schema lacks, after a migration where that is set.
    async fn schema<M: History>(&self, database: &Database) -> Result<Vec<String>, DbErr> {
        if self.database.migrate {
            database::migrate::<M>(database).await?;
        }
        database::pending::<M>(database).await
    }
}

/// Whether the database can do its work and has the schema that this binary needs; a newer one is fine.
async fn is_ready<M: History>(database: &Database) -> bool {
    database.ping().await.is_ok() && database::pending::<M>(database).await.is_ok_and(|missing| missing.is_empty())
}

/// Brings the schema up to date; of several at once one does, the others wait and find nothing to do. A database that may still come is
/// waited for, as by a service.
pub async fn migrate<M: History>(settings: &settings::Database, plans: Plans) -> Result<(), StartError> {
    let mut wait = Wait::of(None);
    loop {
        let database = match Database::connect(settings, plans).await {
            Ok(database) => database,
            Err(error) if error.may_pass() => {
                wait.on(Awaited::Database, &chain(&error)).await;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        match database::migrate::<M>(&database).await {
            Ok(()) => return Ok(database.close().await?),
            Err(error) if database::may_pass(&error) => {
                wait.on(Awaited::Database, &chain(&error)).await;
                _ = database.close().await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Opens a database for a command: it has to be there, with the schema that this binary needs.
pub async fn existing<M: History>(settings: &settings::Database, plans: Plans) -> Result<Database, StartError> {
    let database = Database::open(settings, plans).await?;
    let missing = database::pending::<M>(&database).await?;
    if missing.is_empty() { Ok(database) } else { Err(StartError::Schema(missing)) }
}

/// Starts and serves until the process is asked to stop, then drains; who is asked while it starts ends at once.
pub async fn serve<E>(start: impl Future<Output = Result<Running, E>>) -> Result<ExitCode, E> {
    let mut stop = pin!(stop_signal());
    let running = tokio::select! {
        biased;
        () = &mut stop => {
            tracing::info!("stopped before it served");
            return Ok(ExitCode::SUCCESS);
        }
        running = start => running?,
    };
    stop.await;
    let cut_off = running.drain().await;
    Ok(if cut_off == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An error with its causes, in one line.
fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let told = error.to_string();
        // Some tell their cause themselves.
        if !line.ends_with(&told) {
            line = format!("{line}: {told}");
        }
        cause = error.source();
    }
    line
}
