//! Which column of a file holds which field. Knows headers, not rows.

use std::fmt;
use std::str::FromStr;

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Code,
    ProductName,
    LengthMm,
    WidthMm,
    HeightMm,
    WeightG,
    CostPrice,
    Currency,
    Barcode,
    Quantity,
    Location,
}

impl Field {
    pub(crate) const ALL: [Self; 11] = [
        Self::Code,
        Self::ProductName,
        Self::LengthMm,
        Self::WidthMm,
        Self::HeightMm,
        Self::WeightG,
        Self::CostPrice,
        Self::Currency,
        Self::Barcode,
        Self::Quantity,
        Self::Location,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::ProductName => "product_name",
            Self::LengthMm => "length_mm",
            Self::WidthMm => "width_mm",
            Self::HeightMm => "height_mm",
            Self::WeightG => "weight_g",
            Self::CostPrice => "cost_price",
            Self::Currency => "currency",
            Self::Barcode => "barcode",
            Self::Quantity => "quantity",
            Self::Location => "location",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `FIELD=HEADER`: the field is in the column with this header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnChoice {
    pub(crate) field: Field,
    pub(crate) header: String,
}

impl FromStr for ColumnChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, header) = text.split_once('=').ok_or_else(|| format!("`{text}` is not FIELD=HEADER"))?;
        let field = Field::ALL.into_iter().find(|field| field.name() == name.trim());
        let field = field.ok_or_else(|| format!("`{name}` is not a field; the fields are {}", Field::names()))?;
        match header.trim() {
            "" => Err(format!("`{text}` names no header")),
            header => Ok(Self { field, header: header.to_owned() }),
        }
    }
}

/// Why a file's header cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("the file is empty: it has no header line")]
    Empty,
    #[error("the header is not UTF-8 text: save the file as CSV in UTF-8")]
    NotUtf8,
    #[error("no column is called `{header}`; the header has: {found}")]
    NoColumn { header: String, found: String },
    #[error("two columns are called `{header}`: rename one of them")]
    Twice { header: String },
    #[error("the field `{field}` was given two columns")]
    FieldTwice { field: Field },
    #[error("no column holds the code: say which with --column code=HEADER; the header has: {found}")]
    NoCode { found: String },
    #[error("no column holds the quantity, without which nothing is counted: say which with --column quantity=HEADER")]
    NoQuantity,
}

/// Where each field is in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    at: [Option<usize>; Field::ALL.len()],
    /// How many cells the header has.
    pub(crate) width: usize,
    /// Headers of the columns that hold no field.
    pub(crate) ignored: Vec<String>,
}

impl Columns {
    /// Finds each field under the header chosen for it, or else under its own name.
    pub(crate) fn of(header: &[String], choices: &[ColumnChoice]) -> Result<Self, HeaderError> {
        let header: Vec<&str> = header.iter().map(|cell| cell.trim()).collect();
        if header.iter().all(|cell| cell.is_empty()) {
            return Err(HeaderError::Empty);
        }
        let found = || header.iter().filter(|cell| !cell.is_empty()).copied().collect::<Vec<_>>().join(", ");
        let position = |name: &str| {
            let mut places = (0..header.len()).filter(|&place| header[place] == name);
            match (places.next(), places.next()) {
                (_, Some(_)) => Err(HeaderError::Twice { header: name.to_owned() }),
                (place, None) => Ok(place),
            }
        };

        let mut at = [None; Field::ALL.len()];
        for (field, at) in Field::ALL.into_iter().zip(&mut at) {
            let mut chosen = choices.iter().filter(|choice| choice.field == field);
            *at = match (chosen.next(), chosen.next()) {
                (_, Some(_)) => return Err(HeaderError::FieldTwice { field }),
                (None, None) => position(field.name())?,
                (Some(choice), None) => match position(&choice.header)? {
                    None => return Err(HeaderError::NoColumn { header: choice.header.clone(), found: found() }),
                    place => place,
                },
            };
        }
        let ignored = (0..header.len()).filter(|place| !at.contains(&Some(*place)) && !header[*place].is_empty());
        let ignored = ignored.map(|place| header[place].to_owned()).collect();

        let columns = Self { at, width: header.len(), ignored };
        if columns.has(Field::Code) { Ok(columns) } else { Err(HeaderError::NoCode { found: found() }) }
    }

    /// Whether a column holds the field.
    pub(crate) fn has(&self, field: Field) -> bool {
        self.at[field as usize].is_some()
    }

    /// The field's cell in a row, trimmed; empty if no column holds it.
    pub(crate) fn cell<'row>(&self, field: Field, row: &'row [String]) -> &'row str {
        self.at[field as usize].and_then(|place| row.get(place)).map_or("", |cell| cell.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &str, choices: &[&str]) -> Result<Columns, HeaderError> {
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        let choices: Vec<ColumnChoice> = choices.iter().map(|text| text.parse().unwrap()).collect();
        Columns::of(&header, &choices)
    }

    #[test]
    fn a_field_is_under_its_own_name_or_the_chosen_header() {
        let row = ["A-1".to_owned(), " 5 ".to_owned(), "Red".to_owned()];

        let own = columns("code,quantity,Colour", &[]).unwrap();
        let chosen = columns("SKU Code, Stock ,Colour", &["code=SKU Code", "quantity=Stock"]).unwrap();

        assert_eq!(own, chosen);
        assert_eq!((own.cell(Field::Code, &row), own.cell(Field::Quantity, &row)), ("A-1", "5"));
        assert_eq!(own.cell(Field::Barcode, &row), "");
        assert_eq!(own.ignored, ["Colour"]);
    }

    #[test]
    fn one_column_may_hold_two_fields_and_a_choice_wins_over_the_name() {
        let columns = columns("code,SKU", &["code=SKU", "product_name=SKU"]).unwrap();

        let row = ["1".to_owned(), "A-1".to_owned()];
        assert_eq!((columns.cell(Field::Code, &row), columns.cell(Field::ProductName, &row)), ("A-1", "A-1"));
        assert_eq!(columns.ignored, ["code"]);
    }

    #[test]
    fn a_header_that_leaves_doubt_is_refused() {
        let found = || "sku, qty".to_owned();

        assert_eq!(columns("", &[]), Err(HeaderError::Empty));
        assert_eq!(columns("sku,qty", &[]), Err(HeaderError::NoCode { found: found() }));
        assert_eq!(columns("code,code", &[]), Err(HeaderError::Twice { header: "code".into() }));
        assert_eq!(columns("code", &["code=code", "code=code"]), Err(HeaderError::FieldTwice { field: Field::Code }));
        assert_eq!(
            columns("sku,qty", &["code=SKU"]),
            Err(HeaderError::NoColumn { header: "SKU".into(), found: found() })
        );
    }

    #[test]
    fn a_choice_names_a_field_and_a_header() {
        let choice = |text: &str| text.parse::<ColumnChoice>();

        assert_eq!(choice("code=a=b"), Ok(ColumnChoice { field: Field::Code, header: "a=b".into() }));
        assert!(choice("code").is_err());
        assert!(choice("code= ").is_err());
        assert!(choice("colour=Colour").unwrap_err().contains("quantity"));
    }
}
