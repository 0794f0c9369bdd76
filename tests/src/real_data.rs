//! Real export files, which are not part of the project: a test that cannot have them says so where `tests/run` finds it.

use std::{
    env,
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
};

/// The path of a real file; none where there are none, which is noted for the end of the run.
///
/// With `CI=true` their absence fails the test.
pub fn file(test: &str, path: &str) -> Option<PathBuf> {
    let folder = env::var_os("OMS_REAL_DATA").map_or_else(|| crate::root().join("../shared/data"), PathBuf::from);
    let found = folder.join(path);
    if found.exists() {
        return Some(found);
    }
    assert!(env::var("CI").as_deref() != Ok("true"), "{} is missing", found.display());
    leave_out(&format!("{test}: {path}\n"));
    None
}

fn leave_out(line: &str) {
    let Some(list) = env::var_os("OMS_LEFT_OUT") else {
        eprint!("left out: {line}");
        return;
    };
    let list = OpenOptions::new().create(true).append(true).open(Path::new(&list));
    list.and_then(|mut list| list.write_all(line.as_bytes())).expect("the list of what is left out takes a line");
}
