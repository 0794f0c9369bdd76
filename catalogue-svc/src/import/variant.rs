//! The listing ids of variants in exports without ids: what names the product, and the option values.

/// The values up to the last that is filled in.
pub(super) fn filled(mut values: Vec<&str>) -> Vec<&str> {
    while values.last().is_some_and(|value| value.is_empty()) {
        values.pop();
    }
    values
}

/// Product and option values, so that no two variants ever share it: `/` between them, escaped inside.
pub(super) fn id(product: &str, values: &[&str]) -> String {
    let escaped = |part: &str| part.replace('%', "%25").replace('/', "%2F");
    std::iter::once(&product).chain(values).map(|part| escaped(part)).collect::<Vec<_>>().join("/")
}

/// The product's title and the option values.
pub(super) fn title(product: &str, values: &[&str]) -> String {
    std::iter::once(product).chain(values.iter().copied()).collect::<Vec<_>>().join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn option_values_never_run_into_each_other() {
        assert_ne!(id("a", &["b/c"]), id("a", &["b", "c"]));
        assert_ne!(id("a", &["b%2Fc"]), id("a", &["b/c"]));
        assert_ne!(id("a", &["", "b"]), id("a", &["b"]));
        assert_eq!(filled(vec!["", "b", "", ""]), ["", "b"]);
    }
}
