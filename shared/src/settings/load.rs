//! How settings are read: compiled-in defaults, then a file, then the environment. Whatever is wrong is told at once, each with its key.

use std::{collections::BTreeMap, env, fmt, path::Path};

use config::{Config, ConfigError, Environment, File, FileFormat, Map, Source, Value, ValueKind};
use serde::de::DeserializeOwned;

/// Why settings are refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file cannot be read, or is not TOML.
    #[error(transparent)]
    Unreadable(#[from] ConfigError),
    /// Keys or values that may not be.
    #[error("{}", listed(.0))]
    Refused(Vec<Problem>),
}

/// One thing that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The key, or the name of a variable that is none.
    pub key: String,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.key, self.problem)
    }
}

fn listed(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect::<String>().trim_start().to_owned()
}

/// Reads settings. An unknown key, or a variable that begins with the prefix and is none, is an error that names the nearest right one.
///
/// `prefix` is the environment's, such as `INVENTORY`: `INVENTORY__SERVER__LISTEN` sets `server.listen`.
pub fn load<T: DeserializeOwned>(defaults: &str, file: Option<&Path>, prefix: &str) -> Result<T, SettingsError> {
    let own = format!("{}_", prefix.to_ascii_lowercase());
    let variables = env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        // The value of somebody else's variable may be anything.
        name.to_ascii_lowercase().starts_with(&own).then(|| (name, value.to_string_lossy().into_owned()))
    });
    load_from(defaults, file, prefix, variables.collect())
}

/// The same with these variables as the environment.
pub(super) fn load_from<T: DeserializeOwned>(
    defaults: &str,
    file: Option<&Path>,
    prefix: &str,
    variables: Map<String, String>,
) -> Result<T, SettingsError> {
    let defaults = File::from_str(defaults, FileFormat::Toml);
    let known = leaves(defaults.collect()?);
    let mut problems = strangers(prefix, &known, variables.keys());
    let mut stated = BTreeMap::new();
    if let Some(path) = file {
        let file = leaves(File::from(path).format(FileFormat::Toml).required(true).collect()?);
        stated.extend(file.into_iter().map(|(key, value)| (key, (value, Origin::File))));
    }
    let environment = Environment::with_prefix(prefix).prefix_separator("__").separator("__").try_parsing(true);
    let environment = environment.source(Some(variables)).collect()?;
    stated.extend(environment.into_iter().map(|(key, value)| (key, (value, Origin::Variable(prefix)))));

    let mut all = Config::builder().add_source(defaults.clone());
    for (key, (value, origin)) in stated {
        let problem = if known.contains_key(&key) {
            all = all.set_override(&key, value.clone())?;
            // Each by itself, since reading ends at the first that is wrong.
            let alone = Config::builder().add_source(defaults.clone()).set_override(&key, value)?.build()?;
            alone.try_deserialize::<T>().err().map(|error| reason(&error))
        } else {
            Some(format!("is no setting; the nearest is {}", origin.name(nearest(&key, &known))))
        };
        problems.extend(problem.map(|problem| Problem { key: origin.name(&key), problem }));
    }
    if problems.is_empty() { Ok(all.build()?.try_deserialize()?) } else { Err(SettingsError::Refused(problems)) }
}

/// Where a value was stated.
#[derive(Clone, Copy, Debug)]
enum Origin<'a> {
    File,
    /// By the prefix.
    Variable(&'a str),
}

impl Origin<'_> {
    /// What the key is called there.
    fn name(self, key: &str) -> String {
        match self {
            Self::File => key.to_owned(),
            Self::Variable(prefix) => variable(prefix, key),
        }
    }
}

fn variable(prefix: &str, key: &str) -> String {
    format!("{prefix}__{}", key.replace('.', "__").to_ascii_uppercase())
}

/// Variables that begin with the prefix and one underscore only: nothing would read them. Those that Kubernetes makes are left alone.
fn strangers<'a>(prefix: &str, known: &Map<String, Value>, names: impl Iterator<Item = &'a String>) -> Vec<Problem> {
    let begins = |name: &str, with: &str| name.to_ascii_uppercase().starts_with(&format!("{prefix}{with}"));
    let strange = names.filter(|name| begins(name, "_") && !begins(name, "__") && !is_service_link(name));
    let told = strange.map(|name| {
        let key = name.get(prefix.len() + 1..).unwrap_or_default().to_ascii_lowercase();
        let problem = format!("is no setting; the nearest is {}", variable(prefix, nearest(&key, known)));
        Problem { key: name.clone(), problem }
    });
    let mut told: Vec<_> = told.collect();
    told.sort();
    told
}

/// Whether a variable tells a container of a Service, as Kubernetes and Docker name them: `INVENTORY_SVC_SERVICE_HOST`,
/// `INVENTORY_SVC_SERVICE_PORT_GRPC`, `INVENTORY_SVC_PORT_7401_TCP_ADDR`. No setting has such a name.
fn is_service_link(name: &str) -> bool {
    let is_port = |rest: &str| {
        let mut words = rest.split('_');
        let number =
            words.next().is_some_and(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()));
        number && words.next().is_some_and(|word| ["TCP", "UDP", "SCTP"].contains(&word))
    };
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.ends_with("_PORT")
        || name.split_once("_PORT_").is_some_and(|(_, rest)| is_port(rest))
}

/// The known key that has most pairs of letters in common: words that were left out or added count for less than wrong ones.
fn nearest<'a>(key: &str, known: &'a Map<String, Value>) -> &'a str {
    // One underscore or two, or a dot: whoever wrote it meant the same.
    let plain = |key: &str| key.replace('.', "_").replace("__", "_");
    let key = plain(key);
    let likeness = |known: &String| strsim::sorensen_dice(&key, &plain(known));
    known
        .keys()
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)).then(other.cmp(one)))
        .map_or("", String::as_str)
}

/// Every value with its key, `server.listen`.
fn leaves(tables: Map<String, Value>) -> Map<String, Value> {
    let mut found = Map::new();
    let mut left: Vec<(String, Value)> = tables.into_iter().collect();
    while let Some((key, value)) = left.pop() {
        match value.kind {
            ValueKind::Table(table) => {
                left.extend(table.into_iter().map(|(name, value)| (format!("{key}.{name}"), value)))
            }
            _ => _ = found.insert(key, value),
        }
    }
    found
}

/// What is wrong, without the key and the place, which are told beside it.
fn reason(error: &ConfigError) -> String {
    match error {
        ConfigError::At { error, .. } => reason(error),
        ConfigError::Type { unexpected, expected, .. } => format!("invalid type: {unexpected}, expected {expected}"),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
