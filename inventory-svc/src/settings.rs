//! The settings of inventory-svc.

use std::path::Path;

use serde::{Deserialize, Serialize};
use shared::settings::{self, Between, SettingsError};

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
    /// Commands that may wait for their turn; half of them, which a merchant may always have, is at least the largest call.
    pub queue_max: Between<2_000, 1_000_000>,
    /// Commands that one transaction applies.
    pub batch_max: Between<1, 10_000>,
    /// Transactions at once on PostgreSQL; on SQLite it is always one.
    pub lanes: Between<1, 16>,
    /// How often reservations that are due are given back in the ledger; every decision finds them free at once.
    pub sweep_interval_ms: Between<1, 86_400_000>,
}

/// Watches of the stock.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// Watches at once; beyond it RESOURCE_EXHAUSTED.
    pub streams_max: Between<1, 100_000>,
    /// How often commits of other replicas are looked for.
    pub poll_ms: Between<1, 60_000>,
    /// How long a cursor is good.
    pub cursor_keep_hours: Between<1, 87_600>,
}

impl Settings {
    /// The defaults, with comments.
    pub const DEFAULTS: &str = include_str!("../config.default.toml");

    /// Reads the defaults, a file if any, and the environment (`INVENTORY__SERVER__LISTEN` …).
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        settings::load(Self::DEFAULTS, file, "INVENTORY")
    }
}
