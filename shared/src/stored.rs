//! What is stored as text outlives the release that wrote it: each kind has a form of its own, with a version.
//!
//! A form is a struct or enum whose fields are written down once and never changed; the domain's types are free to. A field that comes
//! later is an `Option` that is left out where it is `None`, so that what could be said before is written as before. Whatever else
//! changes is the next version, which is written only once no release is left that cannot read it. Golden files hold what is in databases.

mod golden;
mod values;

use sea_orm::DbErr;
use serde::{Serialize, de::DeserializeOwned};

pub use self::{golden::Golden, values::v1};

/// The form of a domain value in one version.
pub trait Form<D> {
    /// What is written of a value.
    fn of(value: &D) -> Self;
}

/// A form that is read again.
pub trait Read<D> {
    /// The value.
    fn read(self) -> Result<D, Unreadable>;
}

/// Why a stored text does not say what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(String);

impl Unreadable {
    /// What is read is no such value.
    pub fn because(problem: impl ToString) -> Self {
        Self(problem.to_string())
    }

    /// Written by a release that this one does not know.
    pub fn version(version: u32) -> Self {
        Self(format!("it is of version {version}, which a newer release writes: go back to that release"))
    }
}

impl From<Unreadable> for DbErr {
    fn from(unreadable: Unreadable) -> Self {
        Self::Json(unreadable.0)
    }
}

/// The text of a value in version 1, which no mark precedes: releases wrote it before there was another.
pub fn write<F: Form<D> + Serialize, D>(value: &D) -> Result<String, Unreadable> {
    serde_json::to_string(&F::of(value)).map_err(Unreadable::because)
}

/// The version of a text, and the text without its mark: digits and a colon, which no text of version 1 begins with.
pub fn version(text: &str) -> (u32, &str) {
    let marked = text.split_once(':').and_then(|(mark, body)| Some((mark.parse().ok()?, body)));
    marked.unwrap_or((1, text))
}

/// The value that a text of version 1 states, if it is of no other version.
pub fn read<F: Read<D> + DeserializeOwned, D>(text: &str) -> Result<D, Unreadable> {
    match version(text) {
        (1, body) => serde_json::from_str::<F>(body).map_err(Unreadable::because)?.read(),
        (other, _) => Err(Unreadable::version(other)),
    }
}

/// Declares a form field by field: what its fields are called where they are stored, and the form of each.
///
/// The domain's type has fields of the same names; if one is renamed there, the conversions are written out.
#[macro_export]
macro_rules! stored_struct {
    ($($(#[$doc:meta])* $name:ident = $domain:ty { $($(#[$attribute:meta])* $field:ident: $form:ty),+ $(,)? })+) => {
        $(
            $crate::stored_content! {
                #[derive(serde::Deserialize)]
                $(#[$doc])*
                $name = $domain { $($(#[$attribute])* $field: $form),+ }
            }

            impl $crate::stored::Read<$domain> for $name {
                fn read(self) -> Result<$domain, $crate::stored::Unreadable> {
                    type Value = $domain;
                    Ok(Value { $($field: $crate::stored::Read::read(self.$field)?),+ })
                }
            }
        )+
    };
}

/// Declares a form that is only written: what a request is recognised by.
#[macro_export]
macro_rules! stored_content {
    ($($(#[$doc:meta])* $name:ident = $domain:ty { $($(#[$attribute:meta])* $field:ident: $form:ty),+ $(,)? })+) => {
        $(
            #[derive(Clone, Debug, serde::Serialize)]
            $(#[$doc])*
            pub(crate) struct $name {
                $($(#[$attribute])* $field: $form),+
            }

            impl $crate::stored::Form<$domain> for $name {
                fn of(value: &$domain) -> Self {
                    Self { $($field: $crate::stored::Form::of(&value.$field)),+ }
                }
            }
        )+
    };
}

/// Declares the form of words: what each is called where it is stored, as the domain calls it.
#[macro_export]
macro_rules! stored_words {
    ($($(#[$doc:meta])* $name:ident = $domain:ty { $($(#[$attribute:meta])* $word:ident),+ $(,)? })+) => {
        $(
            #[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
            $(#[$doc])*
            pub(crate) enum $name {
                $($(#[$attribute])* $word),+
            }

            impl $crate::stored::Form<$domain> for $name {
                fn of(value: &$domain) -> Self {
                    match value {
                        $(<$domain>::$word => Self::$word),+
                    }
                }
            }

            impl $crate::stored::Read<$domain> for $name {
                fn read(self) -> Result<$domain, $crate::stored::Unreadable> {
                    Ok(match self {
                        $(Self::$word => <$domain>::$word),+
                    })
                }
            }
        )+
    };
}

#[cfg(test)]
mod tests;
