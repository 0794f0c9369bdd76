//! Stock that a sync adopted for a single's own ISKU: counted twice once the single is a kit of the same goods.

use shared::code::Code;

use super::{
    Error,
    isku::{Isku, Resolution, Sellable},
};

/// Opening stock that a sync adopted when it created the ISKU of a listing's own code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// That ISKU, by the code that it was created with.
    pub isku_code: Code,
    /// Where it was adopted; `None` for what was adopted before this was kept.
    pub location: Option<String>,
    /// Units.
    pub quantity: i64,
}

/// Adopted units to give up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOff {
    /// The ISKU's number.
    pub isku_id: i64,
    /// Its code today.
    pub isku_code: Code,
    /// Where.
    pub location: String,
    /// Units, 1 or more.
    pub quantity: i64,
    /// Units that are available there.
    pub available: i64,
}

impl Adopted {
    /// What an ISKU was created with of a channel's quantity, if there is any.
    pub fn of(isku: &Isku, location: &str, quantity: Option<i64>) -> Option<Self> {
        let quantity = quantity.filter(|quantity| *quantity > 0)?;
        Some(Self { isku_code: isku.code.clone(), location: Some(location.to_owned()), quantity })
    }

    /// Refuses a kit while any unit of the ISKU is on hand.
    pub fn refuse(&self, resolution: &Resolution) -> Result<(), Error> {
        match resolution.isku(&self.isku_code) {
            Some(isku) if self.quantity > 0 && isku.on_hand() > 0 => Err(Error::AdoptedStock {
                isku_code: isku.code.clone(),
                on_hand: isku.on_hand(),
                location: self.location.clone(),
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// What to give up where it was adopted: at most what is available there, since the rest is sold or promised.
    ///
    /// While orders can take units elsewhere too it is all of it, whatever is available: what is missing here may have been moved there,
    /// and only inventory-svc knows whether an earlier attempt has written it off.
    pub fn write_off(&self, resolution: &Resolution) -> Result<Option<WriteOff>, Error> {
        let Some(isku) = resolution.isku(&self.isku_code) else { return Ok(None) };
        let Some(location) = &self.location else { return self.refuse(resolution).map(|()| None) };
        let (here, there): (Vec<_>, Vec<_>) = isku.stock.iter().partition(|stock| stock.location == *location);
        let available = here.iter().map(|stock| stock.available).sum();
        let moved = there.iter().any(|stock| stock.sellable == Sellable::Yes && stock.available > 0);
        let quantity = if moved { self.quantity } else { self.quantity.min(available) };
        Ok((quantity > 0).then(|| WriteOff {
            isku_id: isku.id,
            isku_code: isku.code.clone(),
            location: location.clone(),
            quantity,
            available,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::isku::{Counting, Resolved, Stock};

    /// The ISKU with units on hand and reserved at locations.
    fn resolution(stock: &[(&str, i64, i64)]) -> Resolution {
        let row = |(location, on_hand, reserved): &(&str, i64, i64)| Stock {
            location: (*location).to_owned(),
            sellable: if *location == "damaged" { Sellable::No } else { Sellable::Yes },
            on_hand: *on_hand,
            reserved: *reserved,
            available: on_hand - reserved,
        };
        let isku = Isku {
            id: 1,
            code: Code::parse("A").unwrap(),
            product_name: None,
            barcode: None,
            dimensions: None,
            weight_g: None,
            stock: stock.iter().map(row).collect(),
            counting: Counting::Counted,
        };
        [(Code::parse("A").unwrap(), Resolved::Found(isku))].into_iter().collect()
    }

    fn adopted(location: Option<&str>) -> Adopted {
        let isku_code = Code::parse("A").unwrap();
        Adopted { isku_code, location: location.map(str::to_owned), quantity: 24 }
    }

    #[test]
    fn what_is_written_off_of_24_that_were_adopted() {
        let check = |stock: &[(&str, i64, i64)], expected: Option<i64>| {
            let planned = adopted(Some("here")).write_off(&resolution(stock));
            assert_eq!(planned.unwrap().map(|write_off| write_off.quantity), expected, "{stock:?}");
        };
        check(&[("here", 24, 0)], Some(24));
        check(&[("here", 30, 0)], Some(24));
        check(&[("here", 20, 5)], Some(15));
        check(&[("here", 3, 3)], None);
        check(&[], None);
        // Some may have been moved.
        check(&[("here", 20, 0), ("there", 4, 0)], Some(24));
        check(&[("there", 24, 0)], Some(24));
        check(&[("here", 20, 0), ("there", 4, 4)], Some(20));
        check(&[("here", 20, 0), ("damaged", 4, 0)], Some(20));
    }

    #[test]
    fn nothing_is_written_off_at_a_location_that_is_not_known() {
        let kept = adopted(None).write_off(&resolution(&[("here", 5, 0)])).unwrap_err();
        let sold = adopted(None).write_off(&resolution(&[("here", 0, 0)]));

        let isku_code = Code::parse("A").unwrap();
        assert_eq!(kept, Error::AdoptedStock { isku_code, on_hand: 5, location: None });
        assert_eq!(sold, Ok(None));
    }
}
