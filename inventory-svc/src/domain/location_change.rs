//! Locations are created and changed.

use super::{
    Answer, Error,
    draft::Draft,
    location::{Location, LocationId, LocationUpdate, NewLocation},
};

/// Creates a location; its code must be free.
pub(super) fn create(draft: &mut Draft<'_>, new: &NewLocation) -> Result<Answer, Error> {
    if draft.location(Some(&new.code)).is_ok() {
        return Err(Error::LocationExists { location: new.code.clone() });
    }
    let locations = &draft.facts.locations;
    if locations.len() >= Location::COUNT_MAX {
        return Err(Error::TooManyLocations);
    }
    let last = locations.iter().map(|location| location.location_id.0).max().unwrap_or(LocationId::DEFAULT.0);
    let location_id = LocationId(last.saturating_add(1));
    let location = Location { location_id, code: new.code.clone(), details: new.details.clone(), revision: 1 };
    draft.save_location(location.clone());
    Ok(Answer::Located(location))
}

/// Changes a location; what is absent stays. Units that are held there stay held.
pub(super) fn update(draft: &mut Draft<'_>, update: &LocationUpdate) -> Result<Answer, Error> {
    let before = draft.location(Some(&update.code))?;
    if update.revision.is_some_and(|seen| seen != before.revision) {
        return Err(Error::EtagMismatch { revision: before.revision });
    }
    let mut location = before.clone();
    if let Some(display_name) = &update.display_name {
        location.details.display_name.clone_from(display_name);
    }
    if let Some(selling) = update.selling {
        location.details.selling = selling;
    }
    if let Some(priority) = update.priority {
        location.details.priority = priority;
    }
    if location != *before {
        location.revision = location.revision.saturating_add(1);
        draft.save_location(location.clone());
    }
    Ok(Answer::Located(location))
}
