//! Shipped units come back.

use super::{
    Answer, Error,
    changes::Rewrite,
    command::Return,
    draft::{Draft, Step, Texts},
    movement::Kind,
    reservation::Item,
    withdraw::asked,
};

/// Books shipped units in at any location, in units of the listing; at most what was shipped and did not come back before.
pub(super) fn return_goods(draft: &mut Draft<'_>, goods: &Return) -> Result<Answer, Error> {
    let before = draft.target(&goods.target)?;
    let location = draft.location(goods.location.as_ref())?;
    let out = |item: &Item| item.shipped() - item.returned;
    let units = match goods.items.is_empty() {
        true => before.items.iter().map(out).collect(),
        false => asked(&before, &goods.items)?,
    };
    for (item, requested) in before.items.iter().zip(&units) {
        if *requested > out(item) {
            let (requested, shipped) = (*requested, out(item));
            return Err(Error::MoreThanShipped { csku: item.csku.clone(), requested, shipped });
        }
    }
    let returned = before.items.iter().zip(&units).filter(|(_, units)| **units > 0);
    for part in returned.flat_map(|(item, _)| &item.components) {
        draft.active_isku_of(part)?;
    }
    let mut after = before.clone();
    let texts = Texts { document: goods.document.as_deref(), note: goods.note.as_deref() };
    for (place, units) in units.into_iter().enumerate().filter(|(_, units)| *units > 0) {
        let (Some(item), Some(changed)) = (before.items.get(place), after.items.get_mut(place)) else { continue };
        // At most what was shipped.
        changed.returned += units;
        let location_id = location.location_id;
        draft.step(&Step { reservation: &before, item, location_id, units, kind: Kind::Return, texts })?;
    }
    let reservation = draft.save(Rewrite::Update, after);
    Ok(Answer::Returned { reservation, movements: draft.movements().to_vec() })
}
