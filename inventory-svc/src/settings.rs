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
    pub requests: Requests,
}

/// Records of answered requests, which make a repeated call get the first answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// Days that they are kept.
    pub keep_days: u32,
}

impl Settings {
    /// The defaults, with comments.
    pub const DEFAULTS: &str = include_str!("../config.default.toml");

    /// Reads the defaults, a file if any, and the environment (`INVENTORY__SERVER__LISTEN` …).
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        settings::load(Self::DEFAULTS, file, "INVENTORY")
    }
}
