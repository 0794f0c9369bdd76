//! The service's settings: compiled-in defaults, then a file, then the environment.

use std::path::Path;

use serde::{Deserialize, Serialize};
use shared::{client, settings};

/// The commented defaults.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where and how it listens.
    pub server: settings::Server,
    /// Its database.
    pub database: settings::Database,
    /// Who may call.
    pub auth: settings::Auth,
    /// Logs and traces.
    pub telemetry: settings::Telemetry,
    /// Records of answered requests.
    pub requests: settings::Requests,
    /// Syncs that are over.
    pub syncs: Syncs,
    /// Where inventory-svc is.
    pub inventory: client::Settings,
}

/// Syncs that are over, with the outcomes of their items.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Syncs {
    /// Days that they are kept; in any case as many as requests are.
    pub keep_days: settings::Between<1, 3_650>,
}

impl Settings {
    /// Reads them; an unknown key is an error that names it.
    pub fn load(file: Option<&Path>) -> Result<Self, settings::SettingsError> {
        settings::load(DEFAULTS, file, "CATALOGUE")
    }
}
