//! How many permits a call takes: what has arrived of calls that run or wait is bounded in bytes, too.

/// Bytes of a message that one permit stands for.
const BYTES_PER_PERMIT: usize = 64 << 10;

/// The permits of a call with such a message, of so many in all: long ones are few at once, and none takes more than an eighth of all.
pub(super) fn permits(bytes: usize, permits_max: usize) -> usize {
    (1 + bytes / BYTES_PER_PERMIT).min((permits_max / 8).max(1))
}

#[cfg(test)]
mod tests {
    use super::permits;

    #[test]
    fn a_long_message_weighs_more_and_never_more_than_an_eighth() {
        let check = |bytes: usize, permits_max: usize, expected: usize| {
            assert_eq!(permits(bytes, permits_max), expected, "{bytes} of {permits_max}");
        };
        check(0, 512, 1);
        check((64 << 10) - 1, 512, 1);
        check(64 << 10, 512, 2);
        check(1 << 20, 512, 17);
        check(8 << 20, 512, 64);
        check(8 << 20, 2_048, 129);
        check(8 << 20, 8, 1);
        check(8 << 20, 1, 1);
    }
}
