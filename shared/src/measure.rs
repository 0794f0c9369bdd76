//! Sizes and weights of one unit, in whole millimetres and grams.

/// Outer dimensions of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dimensions {
    /// Length in millimetres.
    pub length_mm: i64,
    /// Width in millimetres.
    pub width_mm: i64,
    /// Height in millimetres.
    pub height_mm: i64,
}

/// A measure out of its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    /// A side outside of 1 to [`Dimensions::SIDE_MAX_MM`].
    #[error("each side must be 1 to {} mm", Dimensions::SIDE_MAX_MM)]
    Side,
    /// A weight outside of 1 to [`WEIGHT_MAX_G`].
    #[error("must be 1 to {WEIGHT_MAX_G} g")]
    Weight,
}

/// The heaviest unit, in grams.
pub const WEIGHT_MAX_G: i64 = 100_000_000;

impl Dimensions {
    /// The longest side, in millimetres.
    pub const SIDE_MAX_MM: i64 = 100_000;

    /// Reads three sides.
    pub fn parse(length_mm: i64, width_mm: i64, height_mm: i64) -> Result<Self, MeasureError> {
        let sides = [length_mm, width_mm, height_mm];
        if sides.iter().all(|side| (1..=Self::SIDE_MAX_MM).contains(side)) {
            Ok(Self { length_mm, width_mm, height_mm })
        } else {
            Err(MeasureError::Side)
        }
    }
}

/// Reads a weight in grams.
pub fn parse_weight_g(weight_g: i64) -> Result<i64, MeasureError> {
    if (1..=WEIGHT_MAX_G).contains(&weight_g) { Ok(weight_g) } else { Err(MeasureError::Weight) }
}
