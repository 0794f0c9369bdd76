//! The taste of the project as a test: one pass over the tree, each complaint with its place and what to do instead.

mod absent;
mod api;
mod layers;
mod rules;
mod source;

use std::{fs, path::Path};

use source::File;

/// One thing that the tree must not contain, with an example of it and one of what is meant instead.
struct Rule {
    name: &'static str,
    /// The complaints about one file: line and what to do instead.
    judge: fn(&File) -> Vec<(usize, String)>,
    bad: &'static [(&'static str, &'static str)],
    good: &'static [(&'static str, &'static str)],
}

#[test]
fn the_tree_is_tidy() {
    let files = tree();
    assert!(files.len() > 30, "the tree was not found: {} files", files.len());

    let complaints: Vec<String> = files.iter().flat_map(complaints).collect();

    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn each_rule_finds_its_bad_example() {
    for rule in all() {
        for (path, text) in rule.bad {
            let found = (rule.judge)(&File::new(path, text));
            assert!(!found.is_empty(), "{} does not complain about {path}:\n{text}", rule.name);
        }
        assert!(!rule.bad.is_empty(), "{} has no bad example", rule.name);
    }
}

#[test]
fn each_rule_leaves_its_good_example_alone() {
    for rule in all() {
        for (path, text) in rule.good {
            let found = (rule.judge)(&File::new(path, text));
            assert!(found.is_empty(), "{} complains about {path}: {found:?}\n{text}", rule.name);
        }
        assert!(!rule.good.is_empty(), "{} has no good example", rule.name);
    }
}

fn all() -> impl Iterator<Item = &'static Rule> {
    rules::RULES.iter().chain(layers::RULES).chain(absent::RULES)
}

fn complaints(file: &File) -> Vec<String> {
    let judged = all().flat_map(|rule| (rule.judge)(file).into_iter().map(move |found| (rule.name, found)));
    judged.map(|(rule, (line, instead))| format!("{}:{line}: {rule}: {instead}", file.path)).collect()
}

/// Every text file of the project, with paths relative to its root.
fn tree() -> Vec<File> {
    let root = tests::root();
    let mut found = Vec::new();
    walk(&root, &root, &mut found);
    found
}

fn walk(root: &Path, dir: &Path, found: &mut Vec<File>) {
    for entry in fs::read_dir(dir).expect("a readable tree") {
        let path = entry.expect("a readable tree").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == ".git" || name == "target" || name == "node_modules" {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let relative = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
            found.push(File::new(&relative, &text));
        }
    }
}
