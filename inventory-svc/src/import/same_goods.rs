//! Rows that may be the goods of other rows of the file: named by their lines.

use std::collections::HashMap;

use super::send::{Fate, SAME_GOODS, Told, rejected};
use super::sheet::Sheet;

/// Whether an item was left out because it may be other goods.
pub(crate) fn was_left_out(told: &Told) -> bool {
    matches!(&told.fate, Fate::Rejected { reason, .. } if reason == SAME_GOODS)
}

/// Leaves out what would be left out if it were sent: a new code that is near to an earlier row's.
pub(crate) fn foresee(sheet: &Sheet, told: &mut [Told]) {
    let mut first: HashMap<String, usize> = HashMap::new();
    for (place, item) in sheet.items.iter().enumerate() {
        let Some(key) = item.code.near_key() else { continue };
        match first.get(&key) {
            Some(&earlier) if told[place].fate == Fate::Created => {
                let code = sheet.items[earlier].code.to_string();
                told[place].fate = rejected(SAME_GOODS, "it may be the same goods as an earlier row");
                told[place].candidates = vec![code];
            }
            Some(_) => {}
            None if matches!(told[place].fate, Fate::Rejected { .. }) => {}
            None => {
                first.insert(key, place);
            }
        }
    }
}

/// Names the candidates of what was left out, and on which lines of the file they are.
pub(crate) fn name_lines(sheet: &Sheet, told: &mut [Told]) {
    let lines: HashMap<&str, u64> =
        sheet.items.iter().filter_map(|item| Some((item.code.as_str(), *item.lines.first()?))).collect();
    for told in told.iter_mut().filter(|told| was_left_out(told)) {
        let named = told.candidates.iter().map(|code| match lines.get(code.as_str()) {
            Some(line) => format!("{code} (line {line})"),
            None => code.clone(),
        });
        let named: Vec<String> = named.collect();
        let Fate::Rejected { problem, .. } = &mut told.fate else { continue };
        *problem = match named.is_empty() {
            true => "a spreadsheet took the code for a number, its last digits are lost".to_owned(),
            false => format!("may be the same goods as {}", named.join(", ")),
        };
        problem.push_str("; left out, --on-same-goods=create makes it an ISKU of its own");
    }
}
