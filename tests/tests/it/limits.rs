//! Limits: each number that the API states is kept to the unit, at the limit and one past it, and none is stated without a test.
//!
//! A row quotes the comment that states its limit, so that both say the same number or the test fails.

mod answers;
mod codes;
mod isku;
mod odd;
mod reservation;
mod stated;
mod stock;
mod world;

use std::pin::Pin;

use tests::{Oms, Refusal, both_engines, database::Behind, refused::malformed};
use tonic::Status;

use world::Try;

both_engines!(every_limit_is_kept_to_the_unit);

/// A limit that a request can be made to touch.
struct Limit {
    /// What the comments are above that state it.
    of: &'static [&'static str],
    /// The words that state it.
    says: &'static str,
    /// The path of the field that is named when it is passed.
    field: &'static str,
    accepted: Vec<i64>,
    refused: Vec<i64>,
    call: Call,
}

type Call = Box<dyn Fn(Try) -> Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send>> + Send + Sync>;

/// A limit of what the comments are above, in their words, and a call that touches it: `limit!([…], "1 to 9", "field", |t| …)`.
macro_rules! limit {
    ($of:expr, $says:expr, $field:expr, |$t:ident| $call:expr) => {
        $crate::limits::Limit::new(
            &$of,
            $says,
            $field,
            Box::new(move |$t: $crate::limits::Try| {
                Box::pin(async move {
                    let answer = $call;
                    answer.map(drop).map_err($crate::limits::Told::told)
                })
            }),
        )
    };
}
use limit;

/// How a call, or an item of one, is refused.
trait Told {
    fn told(self) -> Refusal;
}

impl Told for Status {
    fn told(self) -> Refusal {
        Refusal::from(&self)
    }
}

impl Told for Refusal {
    fn told(self) -> Refusal {
        self
    }
}

impl Limit {
    /// Its edges are read from its own words.
    fn new(of: &'static [&'static str], says: &'static str, field: &'static str, call: Call) -> Self {
        let (accepted, refused) = edges(says);
        Self { of, says, field, accepted, refused, call }
    }

    /// The same where the field may be left out.
    fn or_empty(mut self) -> Self {
        self.refused.retain(|size| *size != 0);
        self
    }

    /// The same in other units than its words name.
    fn at(self, accepted: &[i64], refused: &[i64]) -> Self {
        Self { accepted: accepted.to_vec(), refused: refused.to_vec(), ..self }
    }
}

/// Sizes at a limit, and past it.
fn edges(says: &str) -> (Vec<i64>, Vec<i64>) {
    let plain = says.replace(',', "").to_ascii_lowercase();
    let numbers: Vec<i64> = plain.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    match (numbers.as_slice(), says) {
        ([least, most, _], says) if says.ends_with("if zero") => (vec![0, *least, *most], vec![-1, most + 1]),
        ([least, most], says) if says.ends_with("in size") => {
            (vec![*least, -least, *most, -most], vec![0, most + 1, -most - 1])
        }
        ([least, most], says) if says.contains(" to ") => (vec![*least, *most], vec![least - 1, most + 1]),
        ([least], says) if says.ends_with("or more") => (vec![*least, i64::MAX], vec![least - 1, i64::MIN]),
        ([most], _) if plain.starts_with("at most") || plain.starts_with("more than") => (vec![*most], vec![most + 1]),
        _ => panic!("{says:?} states no limit"),
    }
}

fn all() -> Vec<Limit> {
    [isku::limits(), stock::limits(), reservation::limits()].into_iter().flatten().collect()
}

async fn every_limit_is_kept_to_the_unit(oms: &Oms) {
    world::make(oms).await;
    let behind = oms.behind_inventory().await;
    let mut broken = Vec::new();
    for limit in all() {
        let of = limit.of[0];
        for size in &limit.accepted {
            let answer = (limit.call)(Try { oms: oms.acme().clone(), size: *size, is_legal: true }).await;
            if let Err(refusal) = answer {
                broken.push(format!("{of}, {}: {size} is refused: {refusal:?}", limit.field));
            }
        }
        for size in &limit.refused {
            let before = rows(&behind).await;
            let answer = (limit.call)(Try { oms: oms.acme().clone(), size: *size, is_legal: false }).await;
            if answer != Err(malformed(&[limit.field])) {
                broken.push(format!("{of}, {}: {size} is answered {answer:?}", limit.field));
            }
            if rows(&behind).await != before {
                broken.push(format!("{of}, {}: {size} has left something behind", limit.field));
            }
        }
    }
    assert!(broken.is_empty(), "{} limits are not kept:\n{}", broken.len(), broken.join("\n"));
}

/// How much there is in the database.
async fn rows(behind: &Behind) -> i64 {
    const TABLES: [&str; 11] = [
        "request",
        "merchant",
        "isku",
        "isku_code",
        "isku_word",
        "location",
        "stock",
        "movement",
        "reservation",
        "reservation_item",
        "reservation_line",
    ];
    let counts = TABLES.map(|table| format!("(SELECT count(*) FROM {table})"));
    behind.number(&format!("SELECT {}", counts.join(" + "))).await
}
