//! Conversions between messages and the domain. Parsing notes every bad field; nothing here decides.

mod parse;
mod show;

pub(crate) use self::{parse::*, show::*};
