//! The harness: a pair of services per test, verbs that read as a story, and the API as its descriptors state it.

// A harness fails loudly: the test that uses it is lost anyway.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

pub mod api;
pub mod cable;
pub mod comments;
pub mod database;
pub mod dice;
pub mod door;
pub mod gate;
pub mod health;
pub mod heavy;
pub mod hostile;
pub mod left_out;
pub mod merchant;
pub mod oms;
pub mod postgres;
pub mod process;
pub mod raw;
pub mod real_data;
pub mod refused;
pub mod relay;
pub mod rolling;
pub mod siege;
pub mod site;
pub mod storm;
pub mod story;
pub mod volume;
pub mod world;

pub use crate::{
    merchant::{Merchant, request_id},
    oms::{Oms, play},
    refused::{Refusal, refusal, refused},
    site::Engine,
};

/// The root of the project's tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate has a workspace").to_path_buf()
}

/// The text of all Rust sources in a folder of the project.
pub fn sources(folder: &str) -> String {
    let mut all = String::new();
    gather(&root().join(folder), &mut all);
    all
}

fn gather(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a readable tree") {
        let path = entry.expect("a readable tree").path();
        if path.is_dir() {
            gather(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push_str(&std::fs::read_to_string(&path).expect("a readable file"));
        }
    }
}

/// Runs each story on both engines, as `sqlite::name` and `postgres::name`; the ledger is proved after each.
///
/// A story is `async fn name(oms: &Oms)`; one that is not listed here is dead code, which the compiler refuses.
#[macro_export]
macro_rules! both_engines {
    ($($story:ident),+ $(,)?) => {
        $crate::on_both_engines! { $($story),+ as play }
    };
}

/// Runs each claim on both engines; a claim is `async fn name(engine: Engine)` and starts, and finishes, a pair of its own.
#[macro_export]
macro_rules! on_both_engines {
    ($($story:ident),+ as play) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                $crate::play($crate::Engine::Sqlite, super::$story).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                $crate::play($crate::Engine::Postgres, super::$story).await;
            })+
        }
    };
    ($($claim:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                super::$claim($crate::Engine::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                super::$claim($crate::Engine::Postgres).await;
            })+
        }
    };
}
