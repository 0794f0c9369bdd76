//! What is refused, by which name, and what is left alone.

use serde::Deserialize;

use super::*;
use crate::settings::{Between, text};

const DEFAULTS: &str = "[server]\nlisten = \"127.0.0.1:7401\"\ncalls_max = 8\n[sweep]\npace_ms = 20\nfile = \"\"\n";

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    server: Server,
    sweep: Sweep,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    #[serde(deserialize_with = "text::listen")]
    listen: String,
    calls_max: Between<1, 100>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sweep {
    pace_ms: Between<5, 100>,
    file: String,
}

fn read(variables: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load_from(DEFAULTS, None, "OMS", variables).map_err(|error| match error {
        SettingsError::Refused(problems) => problems.iter().map(ToString::to_string).collect(),
        SettingsError::Unreadable(error) => panic!("{error}"),
    })
}

#[test]
fn the_environment_overrides_the_defaults() {
    let read = read(&[("OMS__SERVER__CALLS_MAX", "100"), ("oms__sweep__file", "7")]).unwrap();

    assert_eq!((read.server.listen.as_str(), read.server.calls_max.get()), ("127.0.0.1:7401", 100));
    assert_eq!((read.sweep.file.as_str(), read.sweep.pace_ms.get()), ("7", 20));
}

#[test]
fn whatever_is_wrong_is_told_at_once_with_key_value_and_range() {
    let wrong = read(&[
        ("OMS__SERVER__CALLS_MAX", "-1"),
        ("OMS__SWEEP__PACE_MS", "4"),
        ("OMS__SERVER__LISTEN", ""),
        ("OMS__SERVER__LISTN", "secret"),
    ]);

    let expected = [
        "OMS__SERVER__CALLS_MAX: invalid value: integer `-1`, expected a whole number, 1 to 100",
        "OMS__SERVER__LISTEN: \"\" must be host:port, such as 127.0.0.1:7401 or [::1]:7401",
        "OMS__SERVER__LISTN: is no setting; the nearest is OMS__SERVER__LISTEN",
        "OMS__SWEEP__PACE_MS: invalid value: integer `4`, expected a whole number, 5 to 100",
    ];
    assert_eq!(wrong, Err(expected.map(str::to_owned).to_vec()));
}

#[test]
fn a_number_is_within_its_range_or_refused() {
    let check = |value: &str, good: bool| {
        let read = read(&[("OMS__SERVER__CALLS_MAX", value)]);
        match &read {
            Ok(_) => assert!(good, "{value}"),
            Err(told) => assert!(!good && told.concat().contains("a whole number, 1 to 100"), "{value}: {told:?}"),
        }
    };
    check("1", true);
    check("100", true);
    check("0", false);
    check("101", false);
    check("-1", false);
    check("4611686018427387904", false);
    check("99999999999999999999", false);
    check("1.5", false);
    check("1e1", false);
    check("true", false);
    check("many", false);
    check("", false);
}

#[test]
fn a_variable_with_one_underscore_is_told_the_right_name() {
    let check = |name: &str, nearest: &str| {
        let told = read(&[(name, "1")]).unwrap_err();
        assert_eq!(told, [format!("{name}: is no setting; the nearest is {nearest}")]);
    };
    check("OMS_SERVER_LISTEN", "OMS__SERVER__LISTEN");
    check("OMS_SERVER__LISTEN", "OMS__SERVER__LISTEN");
    check("OMS__SERVER_LISTEN", "OMS__SERVER__LISTEN");
    check("OMS_CALLS_MAX", "OMS__SERVER__CALLS_MAX");
    check("OMS_SWEEP_PACE", "OMS__SWEEP__PACE_MS");
    check("oms_server_listen", "OMS__SERVER__LISTEN");
}

#[test]
fn what_kubernetes_tells_of_services_stops_nothing() {
    let links = [
        ("OMS_SVC_SERVICE_HOST", "10.96.0.7"),
        ("OMS_SVC_SERVICE_PORT", "7401"),
        ("OMS_SVC_SERVICE_PORT_GRPC", "7401"),
        ("OMS_SVC_PORT", "tcp://10.96.0.7:7401"),
        ("OMS_SVC_PORT_7401_TCP", "tcp://10.96.0.7:7401"),
        ("OMS_SVC_PORT_7401_TCP_PROTO", "tcp"),
        ("OMS_SVC_PORT_7401_TCP_PORT", "7401"),
        ("OMS_SVC_PORT_7401_TCP_ADDR", "10.96.0.7"),
        ("OMS_PORT_53_UDP_ADDR", "10.96.0.7"),
        ("OMS_SERVICE_HOST", "10.96.0.7"),
        ("OMSX_ANYTHING", "1"),
    ];

    assert!(read(&links).is_ok());
}

#[test]
fn a_file_is_told_by_its_own_keys() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("oms.toml");
    std::fs::write(&file, "[server]\ncalls_max = 0\n[swep]\nfile = \"x\"\n").unwrap();

    let refused = load_from::<Settings>(DEFAULTS, Some(&file), "OMS", Map::new()).unwrap_err().to_string();

    assert_eq!(
        refused,
        "server.calls_max: invalid value: integer `0`, expected a whole number, 1 to 100\n  \
         swep.file: is no setting; the nearest is sweep.file"
    );
}
