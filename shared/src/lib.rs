//! What a service needs before it has a domain: words, refusals, settings, telemetry, server, client, database.

pub mod auth;
pub mod caller;
pub mod client;
pub mod code;
pub mod database;
pub mod descriptor;
pub mod fair;
pub mod identity;
pub mod measure;
pub mod money;
pub mod page_token;
pub mod refusal;
pub mod server;
pub mod settings;
pub mod sheet;
pub mod start;
pub mod stored;
pub mod telemetry;
pub mod time;
