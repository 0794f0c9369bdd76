//! Whether a full sync may retire what it did not bring.

/// What happens with the listings that a full sync did not bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// They are retired.
    Retire,
    /// The sync waits for a person.
    Hold,
}

/// Fewer than these are retired without review, unless the account wants every one reviewed, or they are all.
const FEW: i64 = 5;

/// Judges by the account's threshold, in per cent of the listings that the channel has shown: at 0 every one is reviewed, at 100 none.
///
/// A share above it is held where it is five or more, and where all of two or more would go.
pub fn judge(would_retire: i64, listings: i64, threshold_percent: i32) -> Retirement {
    let share = i128::from(would_retire) * 100;
    let above = share > i128::from(threshold_percent) * i128::from(listings);
    let all = would_retire == listings && listings >= 2;
    let many = would_retire >= FEW || threshold_percent == 0;
    if above && (many || all) { Retirement::Hold } else { Retirement::Retire }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_the_threshold_is_retired() {
        let check = |absent, listings, threshold, expected| {
            assert_eq!(judge(absent, listings, threshold), expected, "{absent} of {listings} at {threshold} %");
        };
        check(0, 0, 20, Retirement::Retire);
        check(0, 10, 0, Retirement::Retire);
        check(1, 10, 0, Retirement::Hold);
        check(2, 10, 20, Retirement::Retire);
        check(4, 10, 20, Retirement::Retire);
        check(5, 25, 20, Retirement::Retire);
        check(5, 24, 20, Retirement::Hold);
        check(1, 1, 20, Retirement::Retire);
        check(2, 2, 20, Retirement::Hold);
        check(1, 4, 20, Retirement::Retire);
        check(10, 10, 100, Retirement::Retire);
        check(i64::MAX, i64::MAX, 100, Retirement::Retire);
    }
}
