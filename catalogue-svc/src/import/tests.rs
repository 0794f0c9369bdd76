//! What all formats have in common, on literal files.

use super::*;

/// All rows of a literal file.
pub(crate) fn rows(format: &'static Format, text: &str, options: &Options) -> Vec<Row> {
    let sheet = format.open(text.as_bytes(), &Reading::default()).unwrap();
    format.items(&sheet, options).collect()
}

/// The items of a literal file that has only good rows.
pub(crate) fn items(format: &'static Format, text: &str) -> Vec<Item> {
    rows(format, text, &Options::default()).into_iter().map(|row| row.item.unwrap()).collect()
}

/// What there is to say of a literal file: line, what it means, words.
pub(crate) fn notes(format: &'static Format, text: &str) -> Vec<(u64, Weight, String)> {
    let rows = rows(format, text, &Options::default());
    rows.into_iter().flat_map(|row| row.notes).map(|note| (note.line, note.weight, note.text)).collect()
}

fn refusal(format: &'static Format, text: &str) -> String {
    format.open(text.as_bytes(), &Reading::default()).err().unwrap().to_string()
}

#[test]
fn another_kind_of_file_is_refused_with_the_column_it_lacks() {
    for format in FORMATS {
        let told = refusal(format, "a,b\n1,2\n");
        assert!(told.starts_with(&format!("not {}: no column holds", format.about)), "{told}");
    }
}

#[test]
fn every_format_documents_each_column_once() {
    for format in FORMATS {
        for (place, field) in format.fields.iter().enumerate() {
            assert!(!field.meaning.is_empty(), "{} {}", format.name, field.name);
            let others = format.fields[..place].iter().chain(&format.fields[place + 1..]);
            let names = |field: &'static Field| std::iter::once(field.name).chain(field.aliases.iter().copied());
            for other in others {
                assert!(
                    names(field).all(|name| names(other).all(|of_other| !name.eq_ignore_ascii_case(of_other))),
                    "{}",
                    field.name
                );
            }
        }
        let header: Vec<&str> = format.fields.iter().map(|field| field.name).collect();
        assert!(
            format.needs.iter().flat_map(|needed| needed.iter()).all(|needed| header.contains(needed)),
            "{}",
            format.name
        );
    }
}

#[test]
fn two_columns_of_one_name_are_refused_by_every_format() {
    for format in FORMATS {
        let needed: Vec<&str> = format.needs.iter().map(|needed| needed[0]).collect();
        let twice = format!("\"{}\",\"{}\"\n", needed.join("\",\""), needed[0].to_uppercase());

        assert!(refusal(format, &twice).contains("two columns are called"), "{twice}");
    }
}

#[test]
fn a_torn_row_is_named_by_its_line_and_the_rest_goes_on() {
    let file = "csku,title\nA,one\nB,\u{fffd}\nC\n\"D\",four\nE,five,5\nF,six,,,\n\u{fffd},seven\n";
    let rows = rows(&generic::FORMAT, file, &Options::default());

    let seen: Vec<Result<(i64, &str, &str), u64>> = rows
        .iter()
        .map(|row| row.item.as_ref().map(|i| (i.row, i.csku.as_str(), i.title.as_str())).map_err(|bad| bad.line))
        .collect();
    let expected = [
        Ok((2, "A", "one")),
        Ok((3, "B", "")),
        Ok((4, "C", "")),
        Ok((5, "D", "four")),
        Err(6),
        Ok((7, "F", "six")),
        Err(8),
    ];
    assert_eq!(seen, expected);
    let notes: Vec<(u64, Weight)> =
        rows.iter().flat_map(|row| &row.notes).map(|note| (note.line, note.weight)).collect();
    assert_eq!(notes, [(3, Weight::CellLost)]);
}

#[test]
fn a_number_that_two_conventions_read_differently_is_in_doubt_until_somebody_says() {
    let file = "csku,quantity\nA,1.000\nB,\"1,000\"\nC,10.0\nD,1 000\n";
    let quantities = |decimal| -> Vec<Option<i64>> {
        let options = Options { decimal, ..Options::default() };
        rows(&generic::FORMAT, file, &options).into_iter().map(|row| row.item.unwrap().channel_quantity).collect()
    };

    let doubts: Vec<(u64, Weight)> =
        notes(&generic::FORMAT, file).into_iter().map(|(line, weight, _)| (line, weight)).collect();
    assert_eq!(doubts, [(2, Weight::Doubt), (3, Weight::Doubt)]);
    assert_eq!(quantities(Some(Mark::Point)), [Some(1), Some(1_000), Some(10), Some(1_000)]);
    assert_eq!(quantities(Some(Mark::Comma)), [Some(1_000), Some(1), Some(10), Some(1_000)]);
}

#[test]
fn no_text_makes_a_format_panic() {
    let mut seed = 7_u64;
    let mut draw = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    const PIECES: [&str; 24] = [
        "A",
        "1",
        ",",
        ",",
        "\n",
        "\"",
        "|",
        "=",
        "sku=",
        "\\",
        "+",
        "*",
        "-1",
        "1.5",
        "é",
        "\u{fffd}",
        ">",
        "/",
        "simple",
        "bundle",
        "variation",
        "true",
        "id:7",
        "configurable",
    ];
    for format in FORMATS {
        for _ in 0..100 {
            let header: Vec<String> = format.fields.iter().map(|field| format!("{:?}", field.name)).collect();
            let text: String = (0..200).map(|_| PIECES[draw(PIECES.len())]).collect();

            let sheet = format.open(format!("{}\n{text}", header.join(",")).as_bytes(), &Reading::default()).ok();

            let options = Options::default();
            let rows: Vec<Row> = sheet.iter().flat_map(|sheet| format.items(sheet, &options)).collect();
            assert!(rows.iter().all(|row| row.item.as_ref().map_or_else(|bad| bad.line >= 2, |item| item.row >= 2)));
        }
    }
}
