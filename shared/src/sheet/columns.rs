//! Which column of a file holds which field. Knows headers, not rows.

use std::collections::HashMap;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

/// What a column can hold, and how files call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, which a header may have as it is.
    pub name: &'static str,
    /// Other headers that mean it. One that ends in `(*)` means any unit: `Weight (kg)`.
    pub aliases: &'static [&'static str],
    /// What it holds, and what its blank cell means.
    pub meaning: &'static str,
}

/// `FIELD=HEADER`: the field is in the column with this header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The field, by its name or one of its other names.
    pub field: String,
    /// The header.
    pub header: String,
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (field, header) = text.split_once('=').ok_or_else(|| format!("`{text}` is not FIELD=HEADER"))?;
        let (field, header) = (field.trim().to_owned(), header.trim().to_owned());
        if field.is_empty() || header.is_empty() {
            return Err(format!("`{text}` is not FIELD=HEADER: one of the two is empty"));
        }
        Ok(Self { field, header })
    }
}

/// Why a file's header cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// There is none.
    #[error("the file is empty: it has no header line")]
    Empty,
    /// A choice names a field that there is not.
    #[error("--column: `{field}` is not a field; the fields are {fields}")]
    NoField {
        /// What was named.
        field: String,
        /// What there is.
        fields: String,
    },
    /// A choice names a header that there is not.
    #[error("no column is called `{header}`; the header has: {found}")]
    NoColumn {
        /// What was named.
        header: String,
        /// What there is.
        found: String,
    },
    /// Two columns have one name.
    #[error("two columns are called `{header}`: rename one of them")]
    Twice {
        /// The name.
        header: String,
    },
    /// Two columns mean one field.
    #[error("{field} may be in the columns {headers}: say in which with --column \"{field}=HEADER\"")]
    Several {
        /// The field.
        field: &'static str,
        /// The columns.
        headers: String,
    },
    /// Two choices name one field.
    #[error("the field `{field}` was given two columns")]
    FieldTwice {
        /// The field.
        field: &'static str,
    },
    /// A field that the file must have is in no column.
    #[error("no column holds {needed}: say which does with --column \"{needed}=HEADER\"; the header has: {found}")]
    Needed {
        /// The field.
        needed: String,
        /// What there is.
        found: String,
    },
}

/// A column that holds no field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its header.
    pub header: String,
    /// The field that may be meant: no column holds it, and its name is near.
    pub near: Option<&'static str>,
}

/// Where each field is in a row.
#[derive(Clone, Debug)]
pub struct Columns {
    at: HashMap<&'static str, usize>,
    headers: Vec<String>,
    unread: Vec<Unread>,
}

impl Columns {
    /// Finds each field under the header chosen for it, or else under its own name, or else under another name of it.
    pub(super) fn of(headers: Vec<String>, fields: &'static [Field], choices: &[Choice]) -> Result<Self, HeaderError> {
        let keys: Vec<String> = headers.iter().map(|header| key(header)).collect();
        if keys.iter().all(String::is_empty) {
            return Err(HeaderError::Empty);
        }
        if let Some(choice) = choices.iter().find(|choice| !fields.iter().any(|field| field.is_called(&choice.field))) {
            let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
            return Err(HeaderError::NoField { field: choice.field.clone(), fields: names.join(", ") });
        }
        let mut columns = Self { at: HashMap::new(), headers, unread: Vec::new() };
        for field in fields {
            if let Some(place) = columns.place(field, &keys, choices)? {
                columns.at.insert(field.name, place);
            }
        }
        columns.unread = columns.unread_of(fields);
        Ok(columns)
    }

    fn place(&self, field: &Field, keys: &[String], choices: &[Choice]) -> Result<Option<usize>, HeaderError> {
        let twice = |place: usize| Err(HeaderError::Twice { header: self.headers[place].clone() });
        let called = |name: &str| -> Vec<usize> { (0..keys.len()).filter(|place| keys[*place] == key(name)).collect() };
        let mut chosen = choices.iter().filter(|choice| field.is_called(&choice.field));
        match (chosen.next(), chosen.next()) {
            (_, Some(_)) => return Err(HeaderError::FieldTwice { field: field.name }),
            (Some(choice), None) => {
                let exact: Vec<usize> = (0..keys.len()).filter(|place| self.headers[*place] == choice.header).collect();
                let places = if exact.is_empty() { called(&choice.header) } else { exact };
                return match places.as_slice() {
                    [] => Err(HeaderError::NoColumn { header: choice.header.clone(), found: self.found() }),
                    [place] => Ok(Some(*place)),
                    [place, ..] => twice(*place),
                };
            }
            (None, None) => {}
        }
        match called(field.name).as_slice() {
            [] => {}
            [place] => return Ok(Some(*place)),
            [place, ..] => return twice(*place),
        }
        let places: Vec<usize> =
            (0..keys.len()).filter(|place| field.aliases.iter().any(|alias| means(alias, &keys[*place]))).collect();
        match places.as_slice() {
            [] => Ok(None),
            [place] => Ok(Some(*place)),
            [place, others @ ..] if others.iter().any(|other| keys[*other] == keys[*place]) => twice(*place),
            several => {
                let headers: Vec<String> = several.iter().map(|place| format!("`{}`", self.headers[*place])).collect();
                Err(HeaderError::Several { field: field.name, headers: headers.join(" and ") })
            }
        }
    }

    fn unread_of(&self, fields: &'static [Field]) -> Vec<Unread> {
        let is_read = |place: &usize| self.at.values().any(|taken| taken == place);
        let places = (0..self.headers.len()).filter(|place| !is_read(place) && !self.headers[*place].is_empty());
        let missing: Vec<&Field> = fields.iter().filter(|field| !self.has(field.name)).collect();
        let near = |header: &str| missing.iter().find(|field| field.is_near(&key(header))).map(|field| field.name);
        places.map(|place| Unread { header: self.headers[place].clone(), near: near(&self.headers[place]) }).collect()
    }

    /// Refuses a file in which no column holds any of these fields.
    pub fn require_any(&self, fields: &[&str]) -> Result<(), HeaderError> {
        if fields.iter().any(|field| self.has(field)) {
            return Ok(());
        }
        let needed: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        Err(HeaderError::Needed { needed: needed.join(" or "), found: self.found() })
    }

    /// Whether a column holds the field.
    pub fn has(&self, field: &str) -> bool {
        self.at.contains_key(field)
    }

    /// The header of the field's column, as the file writes it.
    pub fn header(&self, field: &str) -> Option<&str> {
        self.at.get(field).map(|place| self.headers[*place].as_str())
    }

    /// Columns that hold no field.
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    pub(super) fn place_of(&self, field: &str) -> Option<usize> {
        self.at.get(field).copied()
    }

    fn found(&self) -> String {
        self.headers.iter().filter(|header| !header.is_empty()).cloned().collect::<Vec<_>>().join(", ")
    }
}

impl Field {
    fn is_called(&self, name: &str) -> bool {
        let key_of = key(name);
        key(self.name) == key_of || self.aliases.iter().any(|alias| means(alias, &key_of))
    }

    /// Whether somebody may have meant this field.
    fn is_near(&self, header: &str) -> bool {
        const NEAR: u32 = 70;
        let names = std::iter::once(&self.name).chain(self.aliases).map(|name| key(name.trim_end_matches("(*)")));
        names
            .map(|name| (name.chars().count().max(header.chars().count()), strsim::damerau_levenshtein(&name, header)))
            .any(|(length, distance)| {
                let alike = u32::try_from((length - distance.min(length)) * 100 / length.max(1)).unwrap_or_default();
                length > 3 && alike >= NEAR
            })
    }
}

/// Whether a header's key is that of the alias; `Weight (*)` is any unit.
fn means(alias: &str, header: &str) -> bool {
    match alias.strip_suffix("(*)") {
        Some(start) => header
            .strip_prefix(&key(start))
            .is_some_and(|rest| rest.trim_start().starts_with('(') && rest.ends_with(')')),
        None => key(alias) == header,
    }
}

/// Headers of equal key are equal: case, blanks, underscores, hyphens and the shape of an apostrophe say nothing.
fn key(header: &str) -> String {
    let plain: String = header.nfc().flat_map(char::to_lowercase).collect();
    let plain = plain.replace(['_', '-', '\u{feff}', '\u{200b}'], " ").replace('\u{2019}', "'");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
