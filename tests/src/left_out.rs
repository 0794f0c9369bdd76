//! What a machine cannot do is not tested there, and the end of the run names it.

use std::{env, fs::OpenOptions, io::Write, path::Path};

/// Notes a test that is left out, and why, where `tests/run` finds it; with `CI=true` that is a failure.
pub fn note(test: &str, why: &str) {
    assert!(env::var("CI").as_deref() != Ok("true"), "{test} is left out: {why}");
    let line = format!("{test}: {why}\n");
    let Some(list) = env::var_os("OMS_LEFT_OUT") else {
        eprint!("left out: {line}");
        return;
    };
    let list = OpenOptions::new().create(true).append(true).open(Path::new(&list));
    list.and_then(|mut list| list.write_all(line.as_bytes())).expect("the list of what is left out takes a line");
}
