//! Units of weight and length, exactly.

/// A measure in other units: `numerator / denominator` of ours is one of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit(pub(super) i128, pub(super) i128);

impl Unit {
    pub(super) const ONE: Self = Self(1, 1);

    /// Grams in one of this unit of weight.
    pub(super) fn of_weight(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "g" | "gram" | "grams" => Some(Self::ONE),
            "kg" | "kgs" | "kilogram" | "kilograms" => Some(Self(1_000, 1)),
            "lb" | "lbs" | "pound" | "pounds" => Some(Self(45_359_237, 100_000)),
            "oz" | "ounce" | "ounces" => Some(Self(45_359_237, 1_600_000)),
            _ => None,
        }
    }

    /// Millimetres in one of this unit of length.
    pub(super) fn of_length(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "mm" => Some(Self::ONE),
            "cm" => Some(Self(10, 1)),
            "m" => Some(Self(1_000, 1)),
            "in" | "inch" => Some(Self(254, 10)),
            "ft" => Some(Self(3_048, 10)),
            "yd" => Some(Self(9_144, 10)),
            _ => None,
        }
    }
}
