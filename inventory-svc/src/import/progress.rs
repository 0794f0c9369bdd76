//! How far an import is: a bar on a terminal, plain lines elsewhere. Both on standard error.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how many items are done.
#[derive(Debug)]
pub(crate) enum Progress {
    Bar(ProgressBar),
    Lines { total: usize },
}

impl Progress {
    pub(crate) fn of(total: usize) -> Self {
        if !io::stderr().is_terminal() {
            return Self::Lines { total };
        }
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} ISKUs, {eta} left") {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    pub(crate) fn at(&self, done: usize) {
        match self {
            Self::Bar(bar) => bar.set_position(done as u64),
            Self::Lines { total } => eprintln!("{done} of {total} ISKUs"),
        }
    }

    pub(crate) fn end(&self) {
        match self {
            Self::Bar(bar) => bar.finish_and_clear(),
            Self::Lines { .. } => {}
        }
    }
}
