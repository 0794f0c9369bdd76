//! What README.md shows is what there is.

use std::{collections::BTreeSet, fs, path::Path};

fn text(path: &str) -> String {
    fs::read_to_string(tests::root().join(path)).unwrap()
}

/// Code in one pair of backticks.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn every_test_that_the_readme_names_exists() {
    let readme = text("README.md");
    // An address, such as `[::1]`, is no name.
    let is_name = |span: &&str| span.contains("::") && span.starts_with(|first: char| first.is_ascii_lowercase());
    let named: BTreeSet<&str> = spans(&readme).filter(is_name).filter(|span| !span.starts_with("clippy::")).collect();
    assert!(named.len() > 8, "the invariants were not found: {named:?}");

    for name in named {
        let (modules, test) = name.rsplit_once("::").unwrap();
        let source = text(&format!("tests/tests/it/{}.rs", modules.replace("::", "/")));
        assert!(source.contains(&format!("fn {test}(")), "{name} is not there");
    }
}

#[test]
fn every_lint_that_the_readme_names_is_on() {
    let (readme, workspace) = (text("README.md"), text("Cargo.toml"));

    for lint in spans(&readme).filter_map(|span| span.strip_prefix("clippy::")) {
        assert!(workspace.contains(&format!("\n{lint} = \"warn\"\n")), "{lint} is not on");
    }
}

#[test]
fn every_path_that_the_readme_names_exists() {
    let readme = text("README.md");
    let (services, roots) = (["inventory-svc/", "catalogue-svc/"], ["proto/", "shared/", "tests/", "k8s/"]);

    for path in spans(&readme).filter(|span| services.iter().chain(&roots).any(|root| span.starts_with(root))) {
        let path = path.trim_end_matches("**");
        assert!(tests::root().join(Path::new(path)).exists(), "{path} is not there");
    }
}
