//! Rules for single files: shape, names, words.

use super::Rule;

const LINES_MAX: usize = 400;
const COLUMNS_MAX: usize = 140;

/// Words that code must not contain, and what to do instead.
const BANNED: [(&str, &str); 6] = [
    ("todo!", "what is not built is not there"),
    ("unimplemented!", "what is not built is not there"),
    ("dbg!", "use tracing"),
    ("#[ignore", "a test that cannot run is not a test: make it run or take it out"),
    ("println!(\"debug", "use tracing"),
    ("fn test_", "a test is a sentence: name what it claims"),
];

/// Names that say nothing.
const EMPTY_NAMES: [&str; 9] = ["util", "utils", "common", "helper", "helpers", "manager", "misc", "stuff", "base"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "file length",
        judge: |file| {
            let lines = file.text.lines().count();
            let long = lines > LINES_MAX && ["rs", "proto", "toml", "yaml"].iter().any(|extension| file.is(extension));
            complain(long.then_some(lines), "split it by noun: a file has at most 400 lines")
        },
        bad: &[("a.rs", LONG)],
        good: &[("a.rs", "fn a() {}\n"), ("Cargo.lock", LONG)],
    },
    Rule {
        name: "line length",
        judge: |file| {
            let long = file.text.lines().enumerate().filter(|(_, line)| line.chars().count() > COLUMNS_MAX);
            let judged = ["rs", "proto", "toml", "md", "yaml"].iter().any(|extension| file.is(extension));
            let lines = long.filter(|_| judged).map(|(at, _)| at + 1);
            complain(lines, "break it: a line has at most 140 characters")
        },
        bad: &[("a.rs", WIDE), ("README.md", WIDE)],
        good: &[("a.rs", "fn a() {}\n"), ("tests/sample/a.csv", WIDE)],
    },
    Rule {
        name: "mod.rs",
        judge: |file| complain((file.name() == "mod.rs").then_some(1), "put foo.rs beside foo/"),
        bad: &[("shared/src/code/mod.rs", "//! Codes.\n")],
        good: &[("shared/src/code.rs", "//! Codes.\n")],
    },
    Rule {
        name: "opening",
        judge: |file| {
            let first = file.text.lines().find(|line| !line.starts_with("#!["));
            let silent = file.is("rs") && !first.is_some_and(|line| line.starts_with("//! "));
            complain(silent.then_some(1), "open with //!: what lives here and what it does not know")
        },
        bad: &[("a.rs", "use std::fmt;\n"), ("b.rs", "")],
        good: &[("a.rs", "//! Amounts of money.\n"), ("Cargo.toml", "[package]\n")],
    },
    Rule {
        name: "module name",
        judge: |file| {
            let rust = file.is("rs");
            let mut parts = file.path.trim_end_matches(".rs").split('/');
            let empty = parts.any(|part| EMPTY_NAMES.contains(&part) || part.ends_with("_impl"));
            complain((rust && empty).then_some(1), "name the noun that lives here")
        },
        bad: &[("shared/src/utils.rs", ""), ("a/helpers/b.rs", ""), ("a/isku_impl.rs", "")],
        good: &[("inventory-svc/src/domain/stock.rs", ""), ("k8s/base/kustomization.yaml", "")],
    },
    Rule {
        name: "type name",
        judge: |file| {
            let types = file.code.lines().enumerate().filter(|(_, line)| {
                let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
                let declares = words.any(|word| ["struct", "enum", "trait", "type"].contains(&word));
                let name = words.next().unwrap_or_default();
                declares && ["Manager", "Helper", "Helpers", "Utils", "Impl"].iter().any(|end| name.ends_with(end))
            });
            complain(types.map(|(at, _)| at + 1).filter(|_| file.is("rs")), "name what it is, not that it does things")
        },
        bad: &[("a.rs", "pub struct StockManager;"), ("b.rs", "trait ReserveHelper {}")],
        good: &[("a.rs", "pub struct Reservation { manager: String }")],
    },
    Rule {
        name: "banned word",
        judge: |file| {
            let found = BANNED.iter().filter(|_| file.is("rs")).flat_map(|(word, instead)| {
                let lines = file.code.lines().enumerate().filter(|(_, line)| line.contains(word));
                lines.map(|(at, _)| (at + 1, format!("`{word}`: {instead}"))).collect::<Vec<_>>()
            });
            found.collect()
        },
        bad: &[("a.rs", "fn a() { todo!() }"), ("b.rs", "#[ignore]\nfn b() {}"), ("c.rs", "fn test_c() {}")],
        good: &[("a.rs", "// todo! is not allowed\nfn a() {}"), ("a.md", "todo!")],
    },
    Rule {
        name: "sleep in a test",
        judge: |file| {
            let lines = file.lines_naming("sleep").into_iter().filter(|line| file.is("rs") && file.in_tests(*line));
            complain(lines, "wait for the thing itself: an answer, a line of output, a closed stream")
        },
        bad: &[
            ("tests/tests/it/a.rs", "async fn a() { tokio::time::sleep(second).await }"),
            ("shared/src/a.rs", "#[cfg(test)]\nmod tests {\n    fn a() { thread::sleep(second) }\n}"),
        ],
        good: &[
            ("shared/src/a.rs", "async fn retry() { sleep(pause).await }\n#[cfg(test)]\nmod tests {}"),
            ("tests/src/bin/a/main.rs", "async fn retry() { sleep(pause).await }"),
        ],
    },
    Rule {
        name: "machine's own name",
        judge: |file| {
            let lines = file.text.lines().enumerate();
            let found = lines.filter(|(_, line)| own_names().iter().any(|name| line.contains(name.as_str())));
            complain(
                found.map(|(at, _)| at + 1).filter(|_| file.name() != "Cargo.lock"),
                "use a path or name that any machine has",
            )
        },
        bad: &[
            ("README.md", concat!("cd /wo", "rk/main")),
            ("a.sh", concat!("ls /ro", "ot/x")),
            ("b", concat!("registry.", "npmjs")),
        ],
        good: &[
            ("README.md", "cd ../shared/data; # the root, work"),
            ("tests/a.rs", "let path = \"networks/workload\";"),
        ],
    },
];

/// Names of places that only one machine has.
fn own_names() -> [String; 6] {
    [
        ("/wo", "rk/"),
        ("/tmp/", "wt"),
        ("/ro", "ot/"),
        ("registry.", "npmjs"),
        ("pypi.", "org"),
        ("static.", "crates.io"),
    ]
    .map(|(start, end)| format!("{start}{end}"))
}

fn complain(lines: impl IntoIterator<Item = usize>, instead: &str) -> Vec<(usize, String)> {
    lines.into_iter().map(|line| (line, instead.to_owned())).collect()
}

const WIDE: &str = "//! 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 \
    0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\n";

const LONG: &str = const {
    const NEWLINES: [u8; LINES_MAX + 1] = [b'\n'; LINES_MAX + 1];
    match std::str::from_utf8(&NEWLINES) {
        Ok(text) => text,
        Err(_) => "",
    }
};
