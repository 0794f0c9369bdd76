//! Texts that a setting may have: addresses and filters, judged when they are read.

use serde::{Deserialize, Deserializer, de};
use tracing_subscriber::EnvFilter;

/// `host:port`, an IPv6 address in brackets.
pub(crate) fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    judged(deserializer, "must be host:port, such as 127.0.0.1:7401 or [::1]:7401", |text| {
        is_address(text, |port| port.parse::<u16>().is_ok())
    })
}

/// A database of one of the two engines. What was stated instead is not told: it may hold a password.
pub(crate) fn database<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let place = ["sqlite:", "postgres://", "postgresql://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    match place {
        Some(place) if !place.trim_start_matches('/').is_empty() => Ok(text),
        _ => Err(de::Error::custom("must be sqlite://path or postgres://user:password@host/database")),
    }
}

/// `http://host:port` of another service.
pub(crate) fn service<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    judged(deserializer, "must be http://host:port", |text| {
        let place = text.strip_prefix("http://").map(|place| place.trim_end_matches('/'));
        place.is_some_and(|place| is_address(place, |port| port.parse::<u16>().is_ok_and(|port| port > 0)))
    })
}

/// Where traces are sent, or nothing.
pub(crate) fn collector<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    judged(deserializer, "must be http://host:port or empty", |text| {
        let place = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        text.is_empty() || place.is_some_and(|place| !place.is_empty() && !place.starts_with([':', '/']))
    })
}

/// A filter of log lines.
pub(crate) fn filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    judged(deserializer, "must be a filter such as info or shared=debug,info", |text| EnvFilter::try_new(text).is_ok())
}

fn judged<'de, D: Deserializer<'de>>(
    deserializer: D,
    rule: &str,
    is_good: impl FnOnce(&str) -> bool,
) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_good(&text) { Ok(text) } else { Err(de::Error::custom(format!("{text:?} {rule}"))) }
}

fn is_address(text: &str, is_port: impl FnOnce(&str) -> bool) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => host.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && !host.contains([':', '/', '[', ']']) && !host.contains(char::is_whitespace),
    };
    is_host && is_port(port)
}
