//! Which box may name what: grpc → operations → domain, operations → storage.

use super::{Rule, source::File};

/// Words that the files below a folder must not name.
struct Layer {
    folders: &'static [&'static str],
    except: &'static [&'static str],
    banned: &'static [&'static str],
    instead: &'static str,
}

const LAYERS: &[Layer] = &[
    Layer {
        folders: &["inventory-svc/src/domain", "catalogue-svc/src/domain"],
        except: &[],
        banned: &["tonic", "prost", "proto", "sea_orm", "tokio", "SystemTime", "Instant", "now_v7", "async"],
        instead: "the domain decides on facts that are handed in: pure, synchronous, without clock or transport",
    },
    Layer {
        folders: &["inventory-svc/src/domain", "catalogue-svc/src/domain"],
        except: &[],
        banned: &["crate::storage", "crate::grpc", "crate::inventory", "crate::catalogue", "crate::inventory_client"],
        instead: "the domain knows no other box: hand the facts in",
    },
    Layer {
        folders: &[
            "inventory-svc/src/domain",
            "catalogue-svc/src/domain",
            "inventory-svc/src/inventory",
            "catalogue-svc/src/catalogue",
            "shared/src/money",
            "shared/src/measure",
        ],
        except: &["catalogue-svc/src/catalogue/request.rs", "catalogue-svc/src/catalogue/request/v1.rs"],
        banned: &["serde", "serde_json"],
        instead: "what is stored or kept by callers has a form of its own, with a version: see shared::stored",
    },
    Layer {
        folders: &["inventory-svc/src/storage", "catalogue-svc/src/storage"],
        except: &[],
        banned: &["tonic", "proto", "crate::grpc", "crate::inventory", "crate::catalogue", "crate::inventory_client"],
        instead: "storage holds statements: facts out, decisions in; conversion belongs to grpc, order of steps to operations",
    },
    Layer {
        folders: &["inventory-svc/src/inventory", "catalogue-svc/src/catalogue"],
        except: &[],
        banned: &["tonic", "proto", "prost", "prost_types", "crate::grpc"],
        instead: "operations speak of the domain's types: convert in grpc",
    },
    Layer {
        folders: &["inventory-svc/src/grpc", "catalogue-svc/src/grpc"],
        except: &["inventory-svc/src/grpc/status.rs", "catalogue-svc/src/grpc/status.rs"],
        banned: &["sea_orm", "DbErr", "Statement"],
        instead: "grpc converts: statements belong to storage, errors of the database to grpc/status.rs",
    },
    Layer {
        folders: &["catalogue-svc/src/import"],
        except: &[],
        banned: &["tonic", "sea_orm", "crate::storage"],
        instead: "a format is read into items; whoever sends them names the transport",
    },
    Layer {
        folders: &["shared/src"],
        except: &[],
        banned: &["inventory_svc", "catalogue_svc", "proto::inventory", "proto::catalogue"],
        instead: "shared has no domain: what only one service needs lives there",
    },
];

pub(super) const RULES: &[Rule] = &[Rule {
    name: "layer",
    judge: |file| LAYERS.iter().filter(|layer| layer.holds(file)).flat_map(|layer| layer.judge(file)).collect(),
    bad: &[
        ("inventory-svc/src/domain/stock.rs", "use tonic::Status;"),
        ("inventory-svc/src/domain.rs", "fn now() -> SystemTime { SystemTime::now() }"),
        ("catalogue-svc/src/domain/a.rs", "use crate::storage::Listing;"),
        ("catalogue-svc/src/domain/a.rs", "#[derive(serde::Serialize)]\nstruct A;"),
        ("inventory-svc/src/inventory/a.rs", "use serde::Deserialize;"),
        ("catalogue-svc/src/storage/listing.rs", "use proto::catalogue::v1::Listing;"),
        ("inventory-svc/src/inventory/reserve.rs", "use tonic::Request;"),
        ("catalogue-svc/src/grpc/listing.rs", "use sea_orm::DbErr;"),
        ("catalogue-svc/src/import/shopify.rs", "use tonic::transport::Channel;"),
        ("shared/src/server.rs", "use proto::inventory::v1::Isku;"),
    ],
    good: &[
        ("inventory-svc/src/domain/stock.rs", "//! Knows no tonic.\nuse shared::code::Code;"),
        ("inventory-svc/src/grpc/status.rs", "use sea_orm::DbErr;"),
        ("catalogue-svc/src/inventory_client.rs", "use tonic::Code;"),
        ("shared/src/server/tests.rs", "use proto::catalogue::v1::Listing;"),
        ("inventory-svc/src/storage/stock.rs", "use crate::domain::Quantity;\nlet prototype = 1;"),
    ],
}];

impl Layer {
    fn holds(&self, file: &File) -> bool {
        let stem = file.path.trim_end_matches(".rs");
        let inside =
            |folder: &&str| stem == *folder || stem.strip_prefix(*folder).is_some_and(|rest| rest.starts_with('/'));
        file.is("rs") && self.folders.iter().any(inside) && !self.except.contains(&file.path.as_str())
    }

    fn judge(&self, file: &File) -> Vec<(usize, String)> {
        let found = self.banned.iter().flat_map(|word| {
            let lines = file.lines_naming(word).into_iter().filter(|line| !file.in_tests(*line));
            lines.map(move |line| (line, format!("`{word}`: {}", self.instead)))
        });
        found.collect()
    }
}
