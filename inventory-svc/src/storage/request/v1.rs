//! Version 1, written since the first release: JSON. What is here is in databases and does not change.

mod action;
mod answer;
mod order;
mod words;

pub(super) use self::{action::Action, answer::Answer};
