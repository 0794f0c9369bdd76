//! Several values in one cell.

/// Splits at `separator`; a backslash keeps the next character as it is. Blank parts are left out.
pub(super) fn split(cell: &str, separator: char) -> Vec<String> {
    let parts = pieces(cell, separator).into_iter().map(|part| unescape(part.trim()));
    parts.filter(|part| !part.is_empty()).collect()
}

/// Splits at `separator` where no backslash stands before it; backslashes stay.
pub(super) fn pieces(cell: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = cell.chars();
    while let Some(c) = characters.next() {
        if c == separator {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
            if c == '\\' {
                part.extend(characters.next());
            }
        }
    }
    parts
}

/// The text without its escapes.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        let kept = if c == '\\' { characters.next().unwrap_or(c) } else { c };
        plain.push(kept);
    }
    plain
}

/// The names of a category's path: `A > B`.
pub(super) fn path(text: &str) -> Vec<String> {
    text.split('>').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_split_at_separators_that_are_not_escaped() {
        assert_eq!(split("a, b ,,c", ','), ["a", "b", "c"]);
        assert_eq!(split(r"Tea\, black > A, Tea", ','), ["Tea, black > A", "Tea"]);
        assert_eq!(split(r"a\\,b\", ','), [r"a\", r"b\"]);
        assert_eq!(split("", ','), Vec::<String>::new());
        assert_eq!(path(" A >B > "), ["A", "B"]);
    }
}
