//! Real export files, which are not part of the project: a test that cannot have them says so where `tests/run` finds it.

use std::{env, path::PathBuf};

use crate::left_out;

/// The path of a real file; none where there are none, which is noted for the end of the run.
///
/// With `CI=true` their absence fails the test.
pub fn file(test: &str, path: &str) -> Option<PathBuf> {
    let folder = env::var_os("OMS_REAL_DATA").map_or_else(|| crate::root().join("../shared/data"), PathBuf::from);
    let found = folder.join(path);
    if found.exists() {
        return Some(found);
    }
    left_out::note(test, &format!("{path} is missing"));
    None
}
