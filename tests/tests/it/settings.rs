//! Settings of both services: what is absurd is refused at the start with its range, and without credentials nobody else is let in.

use std::path::Path;

use serde_json::Value;
use shared::settings::{Problem, SettingsError};
use tests::{
    Engine,
    process::{self, Process},
    site::Site,
};

const SERVICES: [(&str, &str); 2] = [("inventory-svc", "INVENTORY"), ("catalogue-svc", "CATALOGUE")];

/// Reads the settings of one service from a file.
type Read = fn(Option<&Path>) -> Result<Value, SettingsError>;

/// How each service reads its settings, and its commented defaults.
const READ: [(Read, &str); 2] = [
    (
        |file| inventory_svc::Settings::load(file).map(|settings| serde_json::to_value(settings).unwrap()),
        inventory_svc::Settings::DEFAULTS,
    ),
    (
        |file| catalogue_svc::Settings::load(file).map(|settings| serde_json::to_value(settings).unwrap()),
        catalogue_svc::settings::DEFAULTS,
    ),
];

/// A file that sets every number to one value; the keys of those numbers.
fn every_number(read: Read, value: &str) -> (String, Vec<String>) {
    let (mut file, mut keys) = (String::new(), Vec::new());
    for (section, values) in read(None).unwrap().as_object().unwrap() {
        file += &format!("[{section}]\n");
        for (key, _) in values.as_object().unwrap().iter().filter(|(_, value)| value.is_number()) {
            file += &format!("{key} = {value}\n");
            keys.push(format!("{section}.{key}"));
        }
    }
    keys.sort();
    (file, keys)
}

fn refused(read: Read, file: &str) -> Vec<Problem> {
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(path.path(), file).unwrap();
    match read(Some(path.path())) {
        Ok(_) => Vec::new(),
        Err(SettingsError::Refused(problems)) => problems,
        Err(error) => panic!("{error}: {file}"),
    }
}

/// The range that a refusal tells.
fn range(problem: &Problem) -> (u64, u64) {
    let told = problem.problem.rsplit_once("a whole number, ").map(|(_, range)| range.split_once(" to ").unwrap());
    let (least, most) = told.unwrap_or_else(|| panic!("{problem} tells no range"));
    (least.parse().unwrap(), most.parse().unwrap())
}

#[test]
fn every_number_has_a_range_and_all_that_is_out_of_it_is_told_at_once() {
    for (read, _) in READ {
        for absurd in ["0", "-1", "4611686018427387904", "9223372036854775807", "2.5", "\"many\"", "true"] {
            let (file, keys) = every_number(read, absurd);

            let told: Vec<_> = refused(read, &file).iter().map(|problem| problem.key.clone()).collect();

            assert_eq!(told, keys, "{absurd}");
        }
    }
}

#[test]
fn each_end_of_a_range_is_good_and_stated_beside_its_default() {
    for (read, defaults) in READ {
        for problem in refused(read, &every_number(read, "-1").0) {
            let (least, most) = range(&problem);
            let (section, key) = problem.key.split_once('.').unwrap();
            let set = |value: u64| refused(read, &format!("[{section}]\n{key} = {value}\n")).len();

            let ends = [set(least - 1), set(least), set(most), set(most + 1)];

            assert_eq!(ends, [1, 0, 0, 1], "{problem}");
            let of_section = defaults.split_once(&format!("[{section}]\n")).unwrap().1;
            let before = of_section.split_once(&format!("\n{key} = ")).unwrap().0;
            let comment: Vec<_> = before.lines().rev().take_while(|line| line.starts_with('#')).collect();
            let comment: Vec<_> = comment.iter().rev().map(|line| line.trim_start_matches("# ")).collect();
            assert!(comment.join(" ").contains(&format!("{least} to {most}")), "{problem} in {comment:?}");
        }
    }
}

#[test]
fn addresses_that_are_none_are_refused() {
    let check = |key: &str, wrong: &[&str], right: &[&str]| {
        let (section, name) = key.split_once('.').unwrap();
        for (read, _) in READ.iter().filter(|(_, defaults)| defaults.contains(&format!("[{section}]\n"))) {
            let told = |value: &str| refused(*read, &format!("[{section}]\n{name} = {value:?}\n"));
            for value in wrong {
                let told = told(value);
                assert!(told.len() == 1 && told[0].key == key, "{key} = {value:?}: {told:?}");
            }
            for value in right {
                assert_eq!(told(value), [], "{key} = {value:?}");
            }
        }
    };
    check(
        "server.listen",
        &[
            "",
            "7401",
            ":7401",
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:65536",
            "::1:7401",
            "[::1]",
            "http://x:1",
            "a b:1",
        ],
        &["127.0.0.1:0", "0.0.0.0:7401", "[::1]:7401", "localhost:7401"],
    );
    check(
        "database.url",
        &["", "inventory.db", "mysql://me:secret@db/inventory", "sqlite:", "sqlite://", "postgres://"],
        &["sqlite://inventory.db", "sqlite::memory:", "postgres://db/inventory", "postgresql://me@db/inventory"],
    );
    check("telemetry.log", &["inventory_svc=loud"], &["info", "inventory_svc=debug,info", "off"]);
    check("telemetry.log_format", &["", "xml"], &["text", "json"]);
    check("telemetry.otlp_endpoint", &["collector:4317", "http://", "http://:4317"], &["", "http://collector:4317"]);
    check(
        "inventory.url",
        &["", "inventory:7401", "http://inventory", "http://:7401", "http://inventory:0", "https://inventory:7401"],
        &["http://inventory:7401", "http://inventory:7401/", "http://[::1]:7401"],
    );
}

#[test]
fn a_refused_database_keeps_its_password() {
    for (read, _) in READ {
        let told = refused(read, "[database]\nurl = \"mysql://me:secret@db/inventory\"\npasword = \"secret\"\n");

        assert!(told.len() == 2 && !format!("{told:?}").contains("secret"), "{told:?}");
    }
}

#[tokio::test]
async fn a_service_ends_with_2_and_names_every_wrong_setting_and_variable() {
    for (service, prefix) in SERVICES {
        let names = ["__SERVER__CALLS_MAX", "__DATABASE__CONNECTIONS_MAX", "__SERVER__LISTEN", "_SERVER_LISTEN"];
        let names = names.map(|name| format!("{prefix}{name}"));
        let environment: Vec<_> = names.iter().map(String::as_str).zip(["0", "-5", "", "0.0.0.0:1"]).collect();

        let (code, told) = process::run_with(service, &environment, &[]).await;

        assert_eq!(code, 2, "{told}");
        for name in names {
            assert!(told.contains(&format!("{name}: ")), "{name} in {told}");
        }
        assert!(told.contains("1 to 1000000") && told.contains("3 to 10000"), "{told}");
        assert!(told.contains(&format!("the nearest is {prefix}__SERVER__LISTEN")), "{told}");
    }
}

#[tokio::test]
async fn what_kubernetes_tells_of_services_stops_no_start() {
    for (service, prefix) in SERVICES {
        let names = ["_SVC_SERVICE_HOST", "_SVC_SERVICE_PORT_GRPC", "_SVC_PORT", "_SVC_PORT_7401_TCP_ADDR"];
        let names = names.map(|name| format!("{prefix}{name}"));
        let values = ["10.96.0.7", "7401", "tcp://10.96.0.7:7401", "10.96.0.7"];
        let environment: Vec<_> = names.iter().map(String::as_str).zip(values).collect();

        let (code, told) = process::run_with(service, &environment, &["settings"]).await;

        assert_eq!(code, 0, "{told}");
    }
}

#[tokio::test]
async fn without_credentials_a_service_listens_on_loopback_only() {
    for (service, _) in SERVICES {
        let site = Site::new(Engine::Sqlite).await;
        let config = |listen: &str, more: &str| {
            let url = format!("sqlite://{}", site.dir().join("open.db").display());
            site.write("open.toml", &format!("[server]\nlisten = {listen:?}\n[database]\nurl = {url:?}\n{more}"))
        };
        for open in ["0.0.0.0:0", "[::]:0"] {
            let path = config(open, "");
            let (code, told) = process::run(service, &["--config", path.to_str().unwrap()]).await;
            assert_eq!(code, 2, "{open}: {told}");
            for way_out in ["auth.credentials_file", "127.0.0.1"] {
                assert!(told.contains(way_out), "{open}: {told}");
            }
        }
        for own in ["127.0.0.1:0", "localhost:0"] {
            let process = Process::serve(service, &config(own, ""));
            process.wait_for_log("authentication is off");
            stop(process);
        }
        let credentials = site.dir().join("credentials.toml").display().to_string();
        let process =
            Process::serve(service, &config("0.0.0.0:0", &format!("[auth]\ncredentials_file = {credentials:?}\n")));
        assert!(!process.log().contains("authentication is off"), "{}", process.log());
        stop(process);
    }
}

fn stop(process: Process) {
    process.terminate();
    assert!(process.ended().success(), "a service that is asked to stop ends well");
}
