//! How many files the process may have open: each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are not connections of clients: databases, logs, other services.
const KEPT: usize = 128;

/// Raises the limit of open files as far as the process may.
pub(super) fn raise() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return;
    }
    // Whoever may not raise it lives with it: see `connections`.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// As many connections as are wanted, or as the limit of open files leaves room for.
pub(super) fn connections(wanted: usize) -> usize {
    let Some(files) = getrlimit(Resource::Nofile).current else { return wanted };
    let room = room(usize::try_from(files).unwrap_or(usize::MAX));
    if room < wanted {
        tracing::warn!(
            files,
            connections_max = wanted,
            room,
            "the limit of open files leaves room for fewer connections"
        );
    }
    room.min(wanted)
}

/// At least half of the files are connections', however few there are.
fn room(files: usize) -> usize {
    files.saturating_sub(KEPT).max(files / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_files_are_kept_for_what_is_no_connection() {
        let check = |files, expected| assert_eq!(room(files), expected, "{files}");
        check(1_048_576, 1_048_448);
        check(1_024, 896);
        check(256, 128);
        check(64, 32);
        check(0, 0);
    }
}
