//! Goods come in: new ISKUs with their opening stock, and receipts.

use std::collections::BTreeMap;

use super::{
    Answer, Error,
    answer::{Ensured, Outcome},
    command::Receipt,
    draft::{Draft, Posting, Texts},
    isku::{Isku, IskuId, Lifecycle, Naming, NewIsku, Unstated},
    location::Location,
    movement::Kind,
    stock::StockKey,
};

/// Creates an ISKU; its code must be free.
pub(super) fn create(draft: &mut Draft<'_>, new: &NewIsku) -> Result<Answer, Error> {
    if draft.facts.codes.contains_key(&new.code) {
        return Err(Error::IskuExists { isku_code: new.code.clone() });
    }
    open(draft, new).map(Answer::Created)
}

/// Creates an ISKU unless its code names one already; refused if that would be a second one of one good, for all that is known.
pub(super) fn ensure(draft: &mut Draft<'_>, new: &NewIsku) -> Result<Answer, Error> {
    if !draft.facts.codes.contains_key(&new.code) {
        let candidates = draft.facts.alike.candidates(&draft.facts.iskus, &new.code, new.details.barcode.as_deref());
        if !candidates.is_empty() || new.code.is_mangled() {
            return Err(Error::SameGoods { isku_code: new.code.clone(), candidates });
        }
    }
    ensure_anyway(draft, new)
}

/// Creates an ISKU unless its code names one already.
pub(super) fn ensure_anyway(draft: &mut Draft<'_>, new: &NewIsku) -> Result<Answer, Error> {
    let (outcome, isku) = if draft.facts.codes.contains_key(&new.code) {
        let isku = draft.active_isku(&new.code)?.clone();
        let different = new.details.differences(&isku.details);
        (if different.is_empty() { Outcome::Exists } else { Outcome::ExistsDifferent(different) }, isku)
    } else {
        (Outcome::Created, open(draft, new)?)
    };
    let stock = draft.stock_of(&isku);
    Ok(Answer::Ensured(Ensured { outcome, isku, stock }))
}

fn open(draft: &mut Draft<'_>, new: &NewIsku) -> Result<Isku, Error> {
    let overflow = || Error::QuantityOverflow { isku_code: new.code.clone() };
    let isku_id = IskuId(draft.facts.isku_count.checked_add(1).ok_or_else(overflow)?);
    let now = draft.facts.now;
    let isku = Isku {
        isku_id,
        code: new.code.clone(),
        details: new.details.clone(),
        lifecycle: Lifecycle::Active,
        unstated: new.opening_stock.is_empty().then_some(Unstated::Quantity),
        revision: 1,
        create_time: now,
        update_time: now,
    };
    for line in &new.opening_stock {
        let location = draft.location(line.location.as_ref())?;
        // That there is none was counted, too.
        let kind = if line.quantity > 0 { Kind::Opening } else { Kind::Count };
        book_in(draft, kind, (&isku, location), line.quantity, Texts::default())?;
    }
    draft.save_isku(isku.clone(), vec![(isku.code.clone(), isku_id, Naming::Code)]);
    Ok(isku)
}

/// Books goods in, one movement for each ISKU and location.
pub(super) fn receive(draft: &mut Draft<'_>, receipt: &Receipt) -> Result<Answer, Error> {
    let mut sums: BTreeMap<StockKey, (&Isku, &Location, i64)> = BTreeMap::new();
    for line in &receipt.lines {
        let isku = draft.active_isku(&line.isku_code)?;
        let location = draft.location(line.location.as_ref())?;
        let key = StockKey { isku_id: isku.isku_id, location_id: location.location_id };
        let sum = &mut sums.entry(key).or_insert((isku, location, 0)).2;
        let overflow = || Error::QuantityOverflow { isku_code: line.isku_code.clone() };
        *sum = sum.checked_add(line.quantity).ok_or_else(overflow)?;
    }
    for (isku, location, quantity) in sums.into_values() {
        let texts = Texts { document: receipt.document.as_deref(), note: receipt.note.as_deref() };
        book_in(draft, Kind::Receipt, (isku, location), quantity, texts)?;
    }
    Ok(Answer::Received(draft.movements().to_vec()))
}

fn book_in(
    draft: &mut Draft<'_>,
    kind: Kind,
    (isku, location): (&Isku, &Location),
    quantity: i64,
    texts: Texts<'_>,
) -> Result<(), Error> {
    draft.post(Posting {
        isku,
        location,
        kind,
        on_hand_delta: quantity,
        reserved_delta: 0,
        reservation: None,
        reason: None,
        texts,
    })
}
