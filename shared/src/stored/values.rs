//! The forms of plain values, and of what is made of them.

pub mod v1;

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Form, Read, Unreadable};
use crate::{
    code::Code,
    identity::{Channel, OrderId, SellerId},
    time::Micros,
};

/// Values that are their own form.
macro_rules! plain {
    ($($type:ty),+) => {
        $(
            impl Form<$type> for $type {
                fn of(value: &$type) -> Self {
                    value.clone()
                }
            }

            impl Read<$type> for $type {
                fn read(self) -> Result<$type, Unreadable> {
                    Ok(self)
                }
            }
        )+
    };
}

plain!(i32, i64, u64, bool, String, Uuid, [i64; 3]);

/// Values whose form is their text.
macro_rules! text {
    ($($type:ty, $text:ident);+) => {
        $(
            impl Form<$type> for String {
                fn of(value: &$type) -> Self {
                    value.$text().to_owned()
                }
            }

            impl Read<$type> for String {
                fn read(self) -> Result<$type, Unreadable> {
                    <$type>::parse(&self).map_err(Unreadable::because)
                }
            }
        )+
    };
}

text!(Code, as_str; Channel, as_str; OrderId, as_str; SellerId, as_received);

impl Form<Micros> for i64 {
    fn of(value: &Micros) -> Self {
        value.0
    }
}

impl Read<Micros> for i64 {
    fn read(self) -> Result<Micros, Unreadable> {
        Ok(Micros(self))
    }
}

impl<F: Form<D>, D> Form<Option<D>> for Option<F> {
    fn of(value: &Option<D>) -> Self {
        value.as_ref().map(F::of)
    }
}

impl<F: Read<D>, D> Read<Option<D>> for Option<F> {
    fn read(self) -> Result<Option<D>, Unreadable> {
        self.map(F::read).transpose()
    }
}

impl<F: Form<D>, D> Form<Vec<D>> for Vec<F> {
    fn of(value: &Vec<D>) -> Self {
        value.iter().map(F::of).collect()
    }
}

impl<F: Read<D>, D> Read<Vec<D>> for Vec<F> {
    fn read(self) -> Result<Vec<D>, Unreadable> {
        self.into_iter().map(F::read).collect()
    }
}

impl<F: Form<D>, D> Form<BTreeSet<D>> for Vec<F> {
    fn of(value: &BTreeSet<D>) -> Self {
        value.iter().map(F::of).collect()
    }
}

impl<F: Form<D>, G: Form<E>, D, E> Form<(D, E)> for (F, G) {
    fn of((first, second): &(D, E)) -> Self {
        (F::of(first), G::of(second))
    }
}

impl<F: Read<D>, G: Read<E>, D, E> Read<(D, E)> for (F, G) {
    fn read(self) -> Result<(D, E), Unreadable> {
        Ok((self.0.read()?, self.1.read()?))
    }
}
