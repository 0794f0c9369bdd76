//! Settings that every service has. `load` reads them; a range is in the type of its number, and a text is judged where it is read.

mod between;
mod load;
pub(crate) mod text;

use serde::{Deserialize, Serialize, Serializer};

pub use self::{
    between::Between,
    load::{Problem, SettingsError, load},
};

/// Where and how a service listens.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port; port 0 takes a free one. Without credentials it has to be one that only this machine reaches.
    #[serde(deserialize_with = "text::listen")]
    pub listen: String,
    /// Calls served at once, shared fairly by merchant; beyond it RESOURCE_EXHAUSTED.
    pub calls_max: Between<1, 1_000_000>,
    /// How long a call may take whose caller sets no deadline.
    pub deadline_ms: Between<1, 3_600_000>,
    /// How long calls in flight may go on after SIGTERM before they are cut off.
    pub drain_ms: Between<1, 3_600_000>,
    /// Connections at once, as far as the limit of open files allows; beyond it whoever has shown no credential gives way.
    pub connections_max: Between<1, 1_000_000>,
    /// Those from one address, or from one /64 network of IPv6.
    pub connections_per_address_max: Between<1, 1_000_000>,
    /// How long a connection may be without a call.
    pub connection_idle_max_s: Between<1, 604_800>,
    /// How long a connection lives before its client has to make a new one, a tenth more or less; calls in flight are finished.
    pub connection_age_max_s: Between<1, 604_800>,
}

/// Which database.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://path` or `postgres://user:password@host/database`.
    #[serde(deserialize_with = "text::database", serialize_with = "without_password")]
    pub url: String,
    /// A file that holds the URL instead; empty for none.
    pub url_file: String,
    /// Connections at most: some write, some read, and one is kept for the readiness check.
    pub connections_max: Between<3, 10_000>,
    /// How long one statement may take, on PostgreSQL; less where the caller's deadline is sooner.
    pub statement_timeout_ms: Between<1, 86_400_000>,
    /// Whether to bring the schema up to date at the start.
    pub migrate: bool,
}

/// Who may call.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// A TOML file of credentials; empty switches authentication off, for a service that only this machine reaches.
    pub credentials_file: String,
}

/// Records of answered requests, which make a repeated call get the first answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// Days that they are kept.
    pub keep_days: Between<1, 3_650>,
}

/// Logs and traces.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// A filter such as `info` or `inventory_svc=debug,info`.
    #[serde(deserialize_with = "text::filter")]
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Where traces are sent, such as `http://collector:4317`; empty for nowhere.
    #[serde(deserialize_with = "text::collector")]
    pub otlp_endpoint: String,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The settings as JSON, without a password.
pub fn shown(settings: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(settings)
}

fn without_password<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&url_without_password(url))
}

/// Keeps the scheme, the user and the place of a database; the parameters may hold a password too.
pub(crate) fn url_without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| scheme.starts_with("postgres")) else {
        return url.to_owned();
    };
    let place = rest.split('?').next().unwrap_or_default();
    match place.rsplit_once('@') {
        Some((user, host)) => format!("{scheme}://{}@{host}", user.split(':').next().unwrap_or_default()),
        // An `@` behind the `?`: no telling where a password ends.
        None if rest.contains('@') => format!("{scheme}://"),
        None => format!("{scheme}://{place}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let check = |url: &str, expected: &str| {
            let url = url.to_owned();
            let settings = Database {
                url,
                url_file: String::new(),
                connections_max: Between::nearest(3),
                statement_timeout_ms: Between::nearest(1),
                migrate: true,
            };
            let shown: serde_json::Value = serde_json::from_str(&self::shown(&settings).unwrap()).unwrap();
            assert_eq!(shown["url"], expected);
        };
        check("sqlite://inventory.db?mode=rwc", "sqlite://inventory.db?mode=rwc");
        check("postgres://db/inventory", "postgres://db/inventory");
        check("postgres://me:secret@db:5432/inventory", "postgres://me@db:5432/inventory");
        check("postgres://me:se@cret@db/inventory", "postgres://me@db/inventory");
        check("postgresql://me@db/inventory?password=secret", "postgresql://me@db/inventory");
        check("postgres://me:se?cret@db/inventory", "postgres://");
    }
}
