//! ISKUs: what is known of them, and what contradicts them.

use shared::{
    code::{Code, gtin::Gtin},
    measure::Dimensions,
    money::Money,
    time::Micros,
};

use super::stock::Stock;

/// Number of an ISKU, unique per merchant and never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct IskuId(pub(crate) i64);

/// What is known of an item; what is not known is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Details {
    pub(crate) product_name: Option<String>,
    pub(crate) dimensions: Option<Dimensions>,
    pub(crate) weight_g: Option<i64>,
    pub(crate) cost_price: Option<Money>,
    pub(crate) barcode: Option<String>,
}

impl Details {
    /// Whether name, dimensions, weight or cost price are missing.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.product_name.is_none() || self.dimensions.is_none() || self.weight_g.is_none() || self.cost_price.is_none()
    }

    /// The fields that `self` states and `known` contradicts; what either lacks contradicts nothing.
    pub(crate) fn differences(&self, known: &Self) -> Vec<String> {
        fn differs<T: PartialEq>(stated: Option<&T>, known: Option<&T>) -> bool {
            stated.zip(known).is_some_and(|(stated, known)| stated != known)
        }
        let barcodes = self.barcode.as_deref().zip(known.barcode.as_deref());
        let barcode_differs = barcodes.is_some_and(|(stated, known)| Gtin::differ(stated, known));
        let fields = [
            ("product_name", differs(self.product_name.as_ref(), known.product_name.as_ref())),
            ("dimensions", differs(self.dimensions.as_ref(), known.dimensions.as_ref())),
            ("weight_g", differs(self.weight_g.as_ref(), known.weight_g.as_ref())),
            ("cost_price", differs(self.cost_price.as_ref(), known.cost_price.as_ref())),
            ("barcode", barcode_differs),
        ];
        fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field.to_owned()).collect()
    }
}

/// An item of inventory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Isku {
    pub(crate) isku_id: IskuId,
    pub(crate) code: Code,
    pub(crate) details: Details,
    pub(crate) lifecycle: Lifecycle,
    /// What nobody said when it was created.
    pub(crate) unstated: Option<Unstated>,
    /// Grows with every change of the data.
    pub(crate) revision: i64,
    pub(crate) create_time: Micros,
    pub(crate) update_time: Micros,
}

impl Isku {
    /// Whether anybody ever said how many there are: not known is not zero.
    pub(crate) fn counting(&self, stock: &[Stock]) -> Counting {
        // Something was booked wherever there is or was stock.
        if self.unstated.is_none() || stock.iter().any(|row| row.isku_code == self.code) {
            Counting::Counted
        } else {
            Counting::Uncounted
        }
    }
}

/// What nobody said when an ISKU was created; of those from before this was asked, nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unstated {
    /// How many there are.
    Quantity,
}

/// Whether it is known how many units of an ISKU there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    /// What its stock says, or none.
    Counted,
    /// Nothing was ever booked at any location.
    Uncounted,
}

/// Whether an ISKU is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifecycle {
    /// It can be received and reserved.
    Active,
    /// It only keeps its code taken.
    Archived,
}

/// How a code names an ISKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// It is its code.
    Code,
    /// It was its code before a rename.
    Alias,
}

/// An ISKU to be created.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewIsku {
    pub(crate) code: Code,
    pub(crate) details: Details,
    pub(crate) opening_stock: Vec<OpeningStock>,
}

/// Stock that an ISKU is created with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OpeningStock {
    /// The default location if absent.
    pub(crate) location: Option<Code>,
    pub(crate) quantity: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Details {
        Details {
            product_name: Some("Sock".into()),
            dimensions: Dimensions::parse(1, 2, 3).ok(),
            weight_g: Some(10),
            cost_price: Money::parse("MYR", 1, 0).ok(),
            barcode: Some("4006381333931".into()),
        }
    }

    #[test]
    fn only_what_is_stated_can_contradict() {
        let check =
            |stated: Details, known: Details, expected: &[&str]| assert_eq!(stated.differences(&known), expected);

        check(full(), full(), &[]);
        check(Details::default(), full(), &[]);
        check(Details { weight_g: Some(11), ..Details::default() }, full(), &["weight_g"]);
        check(
            Details { product_name: Some("sock".into()), barcode: Some("96385074".into()), ..full() },
            full(),
            &["product_name", "barcode"],
        );
        check(full(), Details { cost_price: None, ..full() }, &[]);
        // The same number, and what is no number.
        check(Details { barcode: Some("04006381333931".into()), ..full() }, full(), &[]);
        check(Details { barcode: Some("'4006381333931".into()), ..full() }, full(), &[]);
        check(Details { barcode: Some("4.00638E+12".into()), ..full() }, full(), &[]);
    }

    #[test]
    fn an_isku_without_name_size_weight_or_cost_is_incomplete() {
        let check = |details: Details, expected: bool| assert_eq!(details.is_incomplete(), expected, "{details:?}");

        check(full(), false);
        check(Details { barcode: None, ..full() }, false);
        check(Details { product_name: None, ..full() }, true);
        check(Details { dimensions: None, ..full() }, true);
        check(Details { weight_g: None, ..full() }, true);
        check(Details { cost_price: None, ..full() }, true);
    }
}
