//! Golden files: what releases have written, which every later one reads. Only tests name them.

use std::fmt::Debug;

use super::Unreadable;

/// A golden file: on each line a name, a tab, and what is stored.
#[derive(Clone, Copy, Debug)]
pub struct Golden(&'static str);

impl Golden {
    /// Of this text.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The lines by name.
    pub fn lines(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.lines().filter_map(|line| line.split_once('\t'))
    }

    /// What is wrong with values as they are written now: empty if each is on its line, and there is no other.
    pub fn written(self, now: &[(&str, Result<String, Unreadable>)]) -> Vec<String> {
        let mut problems = vec![];
        for (name, text) in now {
            match (self.lines().find(|(own, _)| own == name), text) {
                (Some((_, stored)), Ok(text)) if stored == text => {}
                (Some((_, stored)), text) => {
                    problems.push(format!(
                        "{name} is written as {text:?}, and databases hold {stored}: it needs the next version"
                    ));
                }
                (None, text) => problems.push(format!("{name} has no line: {text:?}")),
            }
        }
        let known = |name: &str| now.iter().any(|(own, _)| *own == name);
        problems.extend(
            self.lines().filter(|(name, _)| !known(name)).map(|(name, _)| format!("{name} is no longer written")),
        );
        problems
    }

    /// What is wrong with values as they are read now: empty if each line says what is expected.
    pub fn read<D: PartialEq + Debug>(
        self,
        expected: &[(&str, D)],
        read: impl Fn(&str) -> Result<D, Unreadable>,
    ) -> Vec<String> {
        let mut problems = vec![];
        for (name, stored) in self.lines() {
            let expected = expected.iter().find(|(own, _)| *own == name).map(|(_, value)| value);
            match read(stored) {
                Ok(value) if Some(&value) == expected => {}
                other => problems.push(format!("{name} is read as {other:?} instead of {expected:?}")),
            }
        }
        problems
    }
}
