//! Shows the differences between a sheet and the books, and asks whether to count them.

use std::io::{self, BufRead, Write};

use super::Difference;
use crate::import::sheet::Item;

/// Every difference, then how many there are of each kind.
pub(crate) fn show(items: &[Item], differences: &[Difference], out: &mut impl Write) -> io::Result<()> {
    if differences.is_empty() {
        return writeln!(out, "no ISKU that is there has other stock than the sheet states");
    }
    writeln!(out, "{:>9}  {:>9}  {:>10}  {:>9}  code and location", "on hand", "counted", "difference", "reserved")?;
    for own in differences {
        let Difference { counted, on_hand, reserved, location, .. } = own;
        let below = if own.is_below_reserved() { ", below what is reserved" } else { "" };
        let code = items[own.item].code.as_str();
        writeln!(
            out,
            "{on_hand:>9}  {counted:>9}  {:>+10}  {reserved:>9}  {code:?} at {location}{below}",
            own.delta()
        )?;
    }
    let sum = |sign: i64| {
        let deltas = || differences.iter().map(Difference::delta).filter(move |delta| delta.signum() == sign);
        (deltas().count(), deltas().map(i128::from).sum::<i128>().abs())
    };
    let ((more, up), (fewer, down)) = (sum(1), sum(-1));
    writeln!(out, "{more:>9}  counted higher, {up} units more")?;
    writeln!(out, "{fewer:>9}  counted lower, {down} units fewer")?;
    match differences.iter().filter(|own| own.is_below_reserved()).count() {
        0 => Ok(()),
        below => writeln!(out, "{below:>9}  counted below what is reserved"),
    }
}

/// Asks until it is answered; an input that ends says no.
pub(crate) fn confirmed(question: &str, input: &mut impl BufRead, out: &mut impl Write) -> io::Result<bool> {
    loop {
        write!(out, "{question} [y/N] ")?;
        out.flush()?;
        let mut answer = String::new();
        if input.read_line(&mut answer)? == 0 {
            return Ok(false);
        }
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "" | "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}
