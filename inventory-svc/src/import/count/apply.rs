//! Counts differences through the API, in calls that are all or nothing, so that a refused ISKU does not refuse its neighbours.

use std::collections::BTreeSet;

use proto::inventory::v1::{CountLine, CountStockRequest, MovementKind, Shortfall};
use shared::client;
use tonic::Status;

use super::Difference;
use crate::import::service::Service;

/// Lines in one call; what the API takes at most.
const BATCH: usize = 500;
/// What is refused because of some of the lines: the others may pass without them.
const OF_A_LINE: [&str; 6] =
    ["BELOW_RESERVED", "INVALID_FIELD", "ISKU_ARCHIVED", "ISKU_NOT_FOUND", "QUANTITY_OVERFLOW", "SEQUENCE_MISMATCH"];
/// What is refused because of the location, so for each of the lines.
const OF_THE_LOCATION: &str = "LOCATION_NOT_FOUND";

/// What all counts of one sheet have in common.
#[derive(Clone, Debug)]
pub(crate) struct Counting {
    pub(crate) file: blake3::Hash,
    /// What the movements can be listed by.
    pub(crate) document: String,
    pub(crate) shortfall: ShortfallChoice,
}

/// What happens to reservations of units that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShortfallChoice {
    Refuse,
    ReleaseNewest,
}

/// What became of a difference, or would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The sheet's stock is in the books.
    Counted { given_back: GivenBack },
    /// The stock is as it was.
    Refused { reason: String, problem: String },
}

/// What reservations gave back of the ISKU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GivenBack {
    pub(crate) units: i64,
    pub(crate) reservations: BTreeSet<String>,
}

impl Outcome {
    /// What would become of it as far as the books tell.
    pub(crate) fn foreseen(own: &Difference, shortfall: ShortfallChoice) -> Self {
        if own.is_below_reserved() && shortfall == ShortfallChoice::Refuse {
            let Difference { counted, reserved, location, .. } = own;
            let problem = format!("{counted} would be on hand at {location}, {reserved} are reserved");
            return Self::Refused { reason: "BELOW_RESERVED".to_owned(), problem };
        }
        Self::Counted { given_back: GivenBack::default() }
    }
}

/// Counts the differences, which come by location; tells of each, in order, what became of it.
pub(crate) async fn apply(
    service: &Service,
    counting: &Counting,
    differences: &[Difference],
    mut progress: impl FnMut(usize),
) -> Result<Vec<Outcome>, Status> {
    let calls = differences.chunk_by(|one, other| one.location == other.location).flat_map(|own| own.chunks(BATCH));
    let mut waiting: Vec<&[Difference]> = calls.collect();
    waiting.reverse();
    let mut outcomes = Vec::with_capacity(differences.len());
    while let Some(call) = waiting.pop() {
        match service.count(wire(counting, call)).await {
            Ok(counted) => {
                let released: Vec<_> =
                    counted.movements.iter().filter(|own| own.kind() == MovementKind::Release).collect();
                outcomes.extend(call.iter().map(|line| {
                    let own = released.iter().filter(|own| own.isku_code == line.isku_code);
                    let units = own.clone().map(|own| -own.reserved_delta).sum();
                    let reservations = own.map(|own| own.reservation_id.clone()).collect();
                    Outcome::Counted { given_back: GivenBack { units, reservations } }
                }));
            }
            Err(status) => match refusal(&status) {
                Some(refused) if call.len() == 1 || refused.reason == OF_THE_LOCATION => {
                    let Refused { reason, problem } = refused;
                    outcomes.extend(
                        call.iter().map(|_| Outcome::Refused { reason: reason.clone(), problem: problem.clone() }),
                    );
                }
                Some(_) => {
                    let (first, second) = call.split_at(call.len() / 2);
                    waiting.extend([second, first]);
                }
                None => return Err(status),
            },
        }
        progress(outcomes.len());
    }
    Ok(outcomes)
}

struct Refused {
    reason: String,
    problem: String,
}

/// The refusal in a status, if it is one of lines or of their location.
fn refusal(status: &Status) -> Option<Refused> {
    let (reason, metadata) = client::reason(status)?;
    if reason != OF_THE_LOCATION && !OF_A_LINE.contains(&reason.as_str()) {
        return None;
    }
    let mut ids: Vec<(usize, &str)> = metadata
        .iter()
        .filter_map(|(key, id)| Some((key.strip_prefix("reservation_id_")?.parse().ok()?, id.as_str())))
        .collect();
    ids.sort_unstable();
    let ids: Vec<&str> = ids.into_iter().map(|(_, id)| id).collect();
    let problem = match ids.len() {
        0 => status.message().to_owned(),
        count => format!("{}; {count} reservations, the newest first: {}", status.message(), ids.join(", ")),
    };
    Some(Refused { reason, problem })
}

/// The call. Its request id stands for the file and for all that the call states: sent again after a lost answer, it is the same request.
fn wire(counting: &Counting, call: &[Difference]) -> CountStockRequest {
    let location = call.first().map(|own| own.location.clone()).unwrap_or_default();
    let line = |own: &Difference| CountLine {
        isku_code: own.isku_code.clone(),
        counted: own.counted,
        expected_sequence: Some(own.sequence),
    };
    let shortfall = match counting.shortfall {
        ShortfallChoice::Refuse => None,
        ShortfallChoice::ReleaseNewest => Some(Shortfall { release_shortfall: true, reservation_ids: Vec::new() }),
    };
    let mut request = CountStockRequest {
        request_id: String::new(),
        location,
        lines: call.iter().map(line).collect(),
        shortfall,
        document: counting.document.clone(),
        note: String::new(),
    };
    let mut hash = blake3::Hasher::new();
    hash.update(counting.file.as_bytes());
    hash.update(format!("{request:?}").as_bytes());
    request.request_id = format!("count:{}", &hash.finalize().to_hex()[..32]);
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_id_stands_for_the_file_and_all_that_the_call_states() {
        let own = Difference {
            item: 0,
            isku_code: "A".to_owned(),
            location: "default".to_owned(),
            counted: 3,
            on_hand: 5,
            reserved: 0,
            sequence: 7,
        };
        let (file, document) = (blake3::hash(b"file"), "count.csv".to_owned());
        let counting = Counting { file, document, shortfall: ShortfallChoice::Refuse };
        let id = |counting: &Counting, own: &Difference| wire(counting, std::slice::from_ref(own)).request_id;
        let first = id(&counting, &own);

        assert_eq!(id(&counting, &own), first);
        assert!(first.len() <= 128);
        for other in [
            id(&counting, &Difference { counted: 4, ..own.clone() }),
            id(&counting, &Difference { sequence: 8, ..own.clone() }),
            id(&counting, &Difference { location: "shop".to_owned(), ..own.clone() }),
            id(&Counting { file: blake3::hash(b"other"), ..counting.clone() }, &own),
            id(&Counting { document: "other.csv".to_owned(), ..counting.clone() }, &own),
            id(&Counting { shortfall: ShortfallChoice::ReleaseNewest, ..counting.clone() }, &own),
        ] {
            assert_ne!(other, first);
        }
    }
}
