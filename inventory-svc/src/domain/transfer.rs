//! Units move from one location to another, as one pair of movements for each ISKU.

use std::collections::BTreeMap;

use super::{
    Answer, Error,
    command::Transfer,
    draft::{Draft, Posting, Texts},
    error::Shortage,
    isku::{Isku, IskuId},
    movement::Kind,
    stock::StockKey,
};

/// Moves available units, all lines or none; lines of one ISKU are summed. What is held stays where it is.
pub(super) fn transfer(draft: &mut Draft<'_>, transfer: &Transfer) -> Result<Answer, Error> {
    let from = draft.location(transfer.from.as_ref())?;
    let to = draft.location(transfer.to.as_ref())?;
    let mut sums: BTreeMap<IskuId, (&Isku, i64)> = BTreeMap::new();
    for (code, quantity) in &transfer.lines {
        let isku = draft.active_isku(code)?;
        let sum = &mut sums.entry(isku.isku_id).or_insert((isku, 0)).1;
        *sum = sum.checked_add(*quantity).ok_or_else(|| Error::QuantityOverflow { isku_code: isku.code.clone() })?;
    }
    let available = |isku_id| draft.quantities(StockKey { isku_id, location_id: from.location_id }).available();
    let short = |(isku, requested): &(&Isku, i64)| {
        let available = available(isku.isku_id);
        let shortage = || Shortage { isku_code: isku.code.clone(), requested: *requested, available };
        (available < *requested).then(shortage)
    };
    let short: Vec<Shortage> = sums.values().filter_map(short).collect();
    if !short.is_empty() {
        draft.lacking.due |= !draft.facts.is_whole;
        return Err(Error::InsufficientStock { short });
    }

    let texts = Texts { document: transfer.document.as_deref(), note: transfer.note.as_deref() };
    for (isku, quantity) in sums.into_values() {
        for (location, kind, on_hand_delta) in [(from, Kind::TransferOut, -quantity), (to, Kind::TransferIn, quantity)]
        {
            draft.post(Posting {
                isku,
                location,
                kind,
                on_hand_delta,
                reserved_delta: 0,
                reservation: None,
                reason: None,
                texts,
            })?;
        }
    }
    Ok(Answer::Transferred(draft.movements().to_vec()))
}
