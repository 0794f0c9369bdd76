//! What is deliberately not there; README.md says why.

use super::Rule;

const SERVICES: [&str; 3] = ["inventory-svc/src/", "catalogue-svc/src/", "shared/src/"];

/// What an address takes to answer, and the share of calls that is made again, are neither units nor money.
const NO_COUNTS: [&str; 3] =
    ["shared/src/client/address.rs", "shared/src/client/latency.rs", "shared/src/client/retry.rs"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "float",
        judge: |file| {
            let counts =
                SERVICES.iter().any(|folder| file.path.starts_with(folder)) && !NO_COUNTS.contains(&file.path.as_str());
            let ours = file.is("proto") || file.is("rs") && counts;
            let words = if file.is("proto") { ["float", "double"] } else { ["f32", "f64"] };
            let lines = words.iter().filter(|_| ours).flat_map(|word| file.lines_naming(word));
            lines.map(|line| (line, "count in whole units; money is units and nanos".to_owned())).collect()
        },
        bad: &[
            ("shared/src/money.rs", "fn price() -> f64 { 9.9 }"),
            ("shared/src/client/calls.rs", "fn calls() -> f64 { 9.9 }"),
            ("proto/oms/type/v1/type.proto", "message Money { double amount = 1; }"),
        ],
        good: &[
            ("shared/src/money.rs", "//! Never f64.\nfn price() -> i64 { 9 }"),
            ("shared/src/client/latency.rs", "fn weight() -> f64 { 0.5 }"),
            ("proto/oms/type/v1/type.proto", "// Never a double.\nmessage Money { int64 units = 1; }"),
        ],
    },
    Rule {
        name: "storage trait",
        judge: |file| {
            let storage = file.path.starts_with("inventory-svc/src/storage")
                || file.path.starts_with("catalogue-svc/src/storage");
            let traits = file
                .code
                .lines()
                .enumerate()
                .filter(|(_, line)| storage && line.trim_start().starts_with("pub trait "));
            let instead =
                "sea-orm is the abstraction over the engines: an engine's difference is a match in its statement";
            traits.map(|(at, _)| (at + 1, instead.to_owned())).collect()
        },
        bad: &[("inventory-svc/src/storage/stock.rs", "pub trait StockStore {}")],
        good: &[
            ("inventory-svc/src/storage/stock.rs", "pub(crate) async fn lock() {}"),
            ("shared/src/a.rs", "pub trait A {}"),
        ],
    },
    Rule {
        name: "cached availability",
        judge: |file| {
            let lines = file.text.lines().enumerate();
            let cached =
                lines.filter(|(_, line)| file.path.contains("/storage/migrations") && line.contains("available"));
            cached
                .map(|(at, _)| {
                    (at + 1, "what is available is read from the stock's row: on hand - reserved".to_owned())
                })
                .collect()
        },
        bad: &[(
            "inventory-svc/src/storage/migrations/stock.rs",
            "available BIGINT GENERATED ALWAYS AS (on_hand - reserved)",
        )],
        good: &[
            ("inventory-svc/src/storage/migrations/stock.rs", "reserved BIGINT NOT NULL"),
            ("README.md", "available"),
        ],
    },
    Rule {
        name: "refusal without a code",
        judge: |file| {
            let wild = file.code.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("_ =>"));
            let lines = wild.filter(|_| file.path.ends_with("/grpc/status.rs"));
            lines
                .map(|(at, _)| {
                    (at + 1, "name every variant, so that a new one does not compile without its code".to_owned())
                })
                .collect()
        },
        bad: &[("inventory-svc/src/grpc/status.rs", "match error {\n    _ => Code::Internal,\n}")],
        good: &[("inventory-svc/src/grpc/status.rs", "Error::IskuNotFound(_) => Code::NotFound,")],
    },
];
