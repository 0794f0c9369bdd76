//! The figures as lines: what was hoped for, what was measured, how far it spread.

use anyhow::{Context, Result};
use serde::Serialize;

use super::{
    field::Outcome,
    figure::Figure,
    group::{Goal, Group, Line, Of},
};

/// A line of the table with its figures.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) what: &'static str,
    /// Such as "≥ 8"; empty where nothing is hoped for.
    pub(crate) goal: String,
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// None where nothing is hoped for.
    pub(crate) is_met: Option<bool>,
    /// One of each round.
    pub(crate) rounds: Vec<f64>,
}

/// The lines of a group.
pub(crate) fn lines(group: &Group, outcome: &Outcome) -> Result<Vec<Measured>> {
    group.lines.iter().map(|line| measured(line, outcome)).collect()
}

/// The table, for people and for README.md.
pub(crate) fn told(lines: &[Measured]) -> String {
    let mut table = "| what | goal | measured | spread | met |\n|---|---|---|---|---|\n".to_owned();
    for line in lines {
        let met = line.is_met.map_or("", |met| if met { "yes" } else { "no" });
        let [median, min, max] = [line.median, line.min, line.max].map(short);
        table += &format!("| {} | {} | {median} | {min}–{max} | {met} |\n", line.what, line.goal);
    }
    table
}

fn measured(line: &Line, outcome: &Outcome) -> Result<Measured> {
    let rounds = rounds(line.of, outcome).with_context(|| format!("{}: no figures", line.what))?;
    self::line(line.what, line.goal, rounds)
}

/// A line with one figure of each round.
pub(crate) fn line(what: &'static str, goal: Goal, rounds: Vec<f64>) -> Result<Measured> {
    let mut sorted = rounds.clone();
    sorted.sort_by(f64::total_cmp);
    let (min, max) = sorted.first().copied().zip(sorted.last().copied()).context("a round")?;
    let median = (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0;
    let (goal, is_met) = match goal {
        Goal::AtLeast(least) => (format!("≥ {least}"), Some(median >= least)),
        Goal::AtMost(most) => (format!("≤ {most}"), Some(median <= most)),
        Goal::None => (String::new(), None),
    };
    Ok(Measured { what, goal, median, min, max, is_met, rounds })
}

fn rounds(of: Of, outcome: &Outcome) -> Option<Vec<f64>> {
    let of_one = |name, of: fn(&Figure) -> f64| Some(outcome.figures.get(name)?.iter().map(of).collect::<Vec<_>>());
    let ratios = |above, below, of: fn(&Figure) -> f64| {
        let (above, below) = (of_one(above, of)?, of_one(below, of)?);
        Some(above.iter().zip(below).map(|(above, below)| above / below).collect::<Vec<_>>())
    };
    match of {
        Of::Speed(above, below) => ratios(above, below, |figure| figure.per_second),
        Of::Components(above, below) => {
            let orders = ratios(above, below, |figure| figure.per_second)?;
            Some(orders.into_iter().map(|ratio| ratio * 3.0).collect())
        }
        Of::P50(above, below) => ratios(above, below, |figure| figure.p50_us),
        Of::P99(above, below) => ratios(above, below, |figure| figure.p99_us),
        Of::ServiceCpu(name) => of_one(name, |figure| figure.cpu_us(figure.cores.service)),
        Of::PostgresCpu(name) => of_one(name, |figure| figure.cpu_us(figure.cores.postgres)),
        Of::CallCpu(above, below) => {
            ratios(above, below, |figure| figure.cores.service / (figure.per_second + figure.refused_per_second))
        }
        Of::RefusalP99(name) => of_one(name, |figure| figure.refused_p99_us / 1e3),
        Of::IdleMemory(name) => Some(vec![outcome.memory_mib.get(name)?.0]),
        Of::PeakMemory(name) => Some(vec![outcome.memory_mib.get(name)?.1]),
    }
}

/// Three digits that matter.
fn short(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn figures(speeds: [f64; 3]) -> Vec<Figure> {
        let figure = |per_second| Figure {
            per_second,
            p50_us: 1.0,
            p99_us: 1.0,
            refused_per_second: 0.0,
            refused_p99_us: 0.0,
            cores: crate::cpu::Used { service: 0.5, ..Default::default() },
        };
        speeds.map(figure).to_vec()
    }

    fn outcome() -> Outcome {
        Outcome {
            group: "example",
            figures: BTreeMap::from([("a", figures([40.0, 90.0, 20.0])), ("b", figures([10.0, 10.0, 10.0]))]),
            clients_tried: BTreeMap::new(),
            memory_mib: BTreeMap::new(),
            cores_of_others: 0.0,
        }
    }

    #[test]
    fn a_line_has_the_median_of_the_ratios_of_its_rounds() {
        let check = |of, goal, expected: (f64, f64, f64), is_met| {
            let line = measured(&Line { what: "a line", of, goal }, &outcome()).unwrap();
            assert_eq!((line.median, line.min, line.max), expected, "{of:?}");
            assert_eq!(line.is_met, is_met, "{of:?} {goal:?}");
        };
        check(Of::Speed("a", "b"), Goal::AtLeast(4.0), (4.0, 2.0, 9.0), Some(true));
        check(Of::Speed("a", "b"), Goal::AtLeast(4.1), (4.0, 2.0, 9.0), Some(false));
        check(Of::Speed("a", "b"), Goal::AtMost(3.9), (4.0, 2.0, 9.0), Some(false));
        check(Of::Components("a", "b"), Goal::AtMost(12.0), (12.0, 6.0, 27.0), Some(true));
        check(Of::ServiceCpu("b"), Goal::None, (50_000.0, 50_000.0, 50_000.0), None);
        assert!(measured(&Line { what: "a line", of: Of::P50("a", "c"), goal: Goal::None }, &outcome()).is_err());
    }
}
