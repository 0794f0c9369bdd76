//! A file as the rules see it: its text, and its code without comments and literals.

/// A file of the tree.
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
    /// The text with comments, strings and characters blanked out, line by line as it was.
    pub(super) code: String,
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: blank(text) }
    }

    pub(super) fn is(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
    }

    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether a line belongs to a test: of the test crate, of a file of tests, or below `#[cfg(test)]`.
    pub(super) fn in_tests(&self, line: usize) -> bool {
        let below = || self.lines_naming("#[cfg(test)]").first().is_some_and(|start| line > *start);
        // A program that lives with the tests is none.
        let beside = || self.path.starts_with("tests/") && !self.path.starts_with("tests/src/bin/");
        beside() || self.path.contains("/tests/") || self.name() == "tests.rs" || below()
    }

    /// The lines, from 1, whose code names `word` as a whole: neither end continues an identifier.
    pub(super) fn lines_naming(&self, word: &str) -> Vec<usize> {
        let lines = self.code.lines().enumerate();
        lines.filter(|(_, line)| names(line, word)).map(|(at, _)| at + 1).collect()
    }
}

fn names(line: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    let starts = word.starts_with(joins);
    let ends = word.ends_with(joins);
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(joins);
        let after = line[at + word.len()..].chars().next().is_some_and(joins);
        !(starts && before || ends && after)
    })
}

/// Blanks out comments, strings and characters of Rust source.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at).unwrap_or(at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Where the comment or literal that starts at `at` ends, if one starts there.
fn literal_end(chars: &[char], at: usize) -> Option<usize> {
    let next = |offset: usize| chars.get(at + offset).copied();
    match (chars[at], next(1)) {
        ('/', Some('/')) => Some(position(chars, at, |c| c == '\n')),
        ('/', Some('*')) => Some(
            (at + 2..chars.len()).find(|end| chars[*end..].starts_with(&['*', '/'])).map_or(chars.len(), |end| end + 2),
        ),
        ('"', _) => Some(string_end(chars, at + 1)),
        ('r', Some('"' | '#'))
            if !at.checked_sub(1).is_some_and(|before| chars[before].is_alphanumeric() || chars[before] == '_') =>
        {
            let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
            if next(1 + hashes) != Some('"') {
                return None;
            }
            let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let from = at + 2 + hashes;
            Some(
                (from..chars.len())
                    .find(|end| chars[*end..].starts_with(&close))
                    .map_or(chars.len(), |end| end + close.len()),
            )
        }
        ('\'', Some('\\')) => {
            Some((at + 3..chars.len()).find(|end| chars[*end] == '\'').map_or(chars.len(), |end| end + 1))
        }
        ('\'', Some(_)) if next(2) == Some('\'') => Some(at + 3),
        _ => None,
    }
}

fn string_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn position(chars: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    chars[from..].iter().position(|c| wanted(*c)).map_or(chars.len(), |found| from + found)
}

#[test]
fn comments_and_literals_are_not_code() {
    let file = File::new(
        "x.rs",
        "let a = \"sleep\"; // sleep\nlet b = r#\"sleep\"#; /* sleep */ 'x'; '\\''; sleep();\nfn f<'a>() {}",
    );

    assert_eq!(file.lines_naming("sleep"), vec![2]);
    assert_eq!(file.lines_naming("'a"), vec![3]);
    assert_eq!(file.lines_naming("slee"), Vec::<usize>::new());
}
