//! What is known of an ISKU changes: its data, its code, whether it is in use.

use super::{
    Answer, Error,
    command::{IskuUpdate, Named, Rename},
    draft::Draft,
    isku::{Isku, Lifecycle, Naming},
};

/// Changes data; what is absent stays.
pub(super) fn update(draft: &mut Draft<'_>, update: &IskuUpdate) -> Result<Answer, Error> {
    let mut isku = draft.named(&update.isku)?.clone();
    let details = &mut isku.details;
    if let Some(name) = &update.product_name {
        details.product_name = Some(name.clone());
    }
    if let Some(dimensions) = update.dimensions {
        details.dimensions = Some(dimensions);
    }
    if let Some(weight_g) = update.weight_g {
        details.weight_g = Some(weight_g);
    }
    if let Some(cost_price) = &update.cost_price {
        details.cost_price = Some(cost_price.clone());
    }
    if let Some(barcode) = &update.barcode {
        details.barcode.clone_from(barcode);
    }
    Ok(changed(draft, isku, &update.isku))
}

/// Gives an ISKU another code; the one it had stays its alias. A former code of its own may be taken back.
pub(super) fn rename(draft: &mut Draft<'_>, rename: &Rename) -> Result<Answer, Error> {
    let isku = draft.named(&rename.isku)?;
    let taken_by = draft.facts.codes.get(&rename.new_code);
    if taken_by.is_some_and(|id| *id != isku.isku_id) {
        return Err(Error::IskuExists { isku_code: rename.new_code.clone() });
    }
    if isku.code == rename.new_code {
        return Ok(Answer::Changed(isku.clone()));
    }
    let codes =
        vec![(rename.new_code.clone(), isku.isku_id, Naming::Code), (isku.code.clone(), isku.isku_id, Naming::Alias)];
    let renamed = next(draft, Isku { code: rename.new_code.clone(), ..isku.clone() });
    draft.save_isku(renamed.clone(), codes);
    Ok(Answer::Changed(renamed))
}

/// Takes an ISKU out of use: it must have no units, on hand or promised. It may be mapped, and keeps its codes.
pub(super) fn archive(draft: &mut Draft<'_>, named: &Named) -> Result<Answer, Error> {
    let isku = draft.named(named)?.clone();
    let rows = draft.stock_of(&isku);
    let on_hand = rows.iter().map(|row| row.on_hand).fold(0, i64::saturating_add);
    let reserved = rows.iter().map(|row| row.reserved).fold(0, i64::saturating_add);
    if on_hand > 0 || reserved > 0 {
        return Err(Error::IskuHasStock { isku_code: isku.code, on_hand, reserved });
    }
    Ok(changed(draft, Isku { lifecycle: Lifecycle::Archived, ..isku }, named))
}

/// Takes an ISKU into use again.
pub(super) fn unarchive(draft: &mut Draft<'_>, named: &Named) -> Result<Answer, Error> {
    let isku = draft.named(named)?.clone();
    Ok(changed(draft, Isku { lifecycle: Lifecycle::Active, ..isku }, named))
}

/// Keeps an ISKU under its next revision; one that is as it was is not written.
fn changed(draft: &mut Draft<'_>, isku: Isku, named: &Named) -> Answer {
    if draft.isku(&named.code).is_ok_and(|before| *before == isku) {
        return Answer::Changed(isku);
    }
    let isku = next(draft, isku);
    draft.save_isku(isku.clone(), vec![]);
    Answer::Changed(isku)
}

fn next(draft: &Draft<'_>, isku: Isku) -> Isku {
    Isku { revision: isku.revision.saturating_add(1), update_time: draft.facts.now, ..isku }
}
