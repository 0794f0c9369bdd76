//! The settings of inventory-svc.

use std::path::Path;

use config::ConfigError;
use serde::{Deserialize, Serialize};
use shared::settings;

/// All settings; `config.default.toml` explains each.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where and how to listen.
    pub server: settings::Server,
    /// Which database.
    pub database: settings::Database,
    /// Who may call.
    pub auth: settings::Auth,
    /// Logs and traces.
    pub telemetry: settings::Telemetry,
    /// Records of answered requests.
    pub requests: settings::Requests,
    /// How stock is written.
    pub stock: Stock,
    /// Watches of the stock.
    pub watch: Watch,
}

/// How stock is written.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    /// Commands that may wait for their turn, at least [`Stock::QUEUE_LEAST`].
    pub queue_max: usize,
    /// Commands that one transaction applies.
    pub batch_max: usize,
    /// Transactions at once on PostgreSQL; on SQLite it is always one.
    pub lanes: usize,
    /// How often reservations that are due are given back in the ledger; every decision finds them free at once.
    pub sweep_interval_ms: u64,
}

impl Stock {
    /// The commands of the largest call.
    pub const QUEUE_LEAST: usize = 1_000;
}

/// Watches of the stock.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// Watches at once; beyond it RESOURCE_EXHAUSTED.
    pub streams_max: usize,
    /// How often commits of other replicas are looked for.
    pub poll_ms: u64,
    /// How long a cursor is good.
    pub cursor_keep_hours: u32,
}

impl Settings {
    /// The defaults, with comments.
    pub const DEFAULTS: &str = include_str!("../config.default.toml");

    /// Reads the defaults, a file if any, and the environment (`INVENTORY__SERVER__LISTEN` …).
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        settings::load(Self::DEFAULTS, file, "INVENTORY")
    }
}
