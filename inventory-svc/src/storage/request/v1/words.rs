//! Words, by the names that version 1 has for them.

use shared::stored_words;

use crate::domain::{answer, command, isku, location, movement, reservation};

stored_words! {
    /// Whether an ISKU is in use.
    Lifecycle = isku::Lifecycle { Active, Archived }

    /// What nobody said when an ISKU was created.
    Unstated = isku::Unstated { Quantity }

    /// Whether orders may take from a location.
    Selling = location::Selling { Sellable, Unsellable }

    /// What changed stock.
    Kind = movement::Kind {
        Opening, Receipt, Adjust, Count, TransferOut, TransferIn, Reserve, Release, Expire, Ship, Return
    }

    /// Why the units on hand were not what they should be.
    Reason = movement::Reason { Damaged, Lost, Stolen, Spoiled, Found, WriteOff, Correction, Other }

    /// What was decided about a reservation.
    #[derive(Default)]
    Standing = reservation::Standing { #[default] Held, Confirmed, Expired }

    /// Who made a reservation.
    Origin = answer::Origin { New, Existing }

    /// What happens to reservations of units that are not there.
    ShortfallPolicy = command::ShortfallPolicy { Refuse, ReleaseNewest }

    /// How much of an order has to be there.
    Fill = command::Fill { AllOrNothing, Partial }
}
