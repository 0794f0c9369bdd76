//! Which of the categories that a feed names a listing takes.

use crate::domain::category::CategoryPath;

/// The first of the deepest, and whether there was a choice.
pub fn choose(named: &[CategoryPath]) -> Option<&CategoryPath> {
    let deepest = named.iter().map(|category| category.path().len()).max()?;
    named.iter().find(|category| category.path().len() == deepest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_deepest_is_taken() {
        let named = |paths: &[&str]| -> Vec<CategoryPath> {
            let names = |path: &str| path.split('>').map(str::to_owned).collect::<Vec<_>>();
            let category = |path: &&str| CategoryPath::parse("", &names(path)).unwrap();
            paths.iter().map(category).collect()
        };
        let check = |paths: &[&str], expected: Option<&str>| {
            assert_eq!(
                choose(&named(paths)).map(|category| category.path().join(">")).as_deref(),
                expected,
                "{paths:?}"
            );
        };
        check(&[], None);
        check(&["Clothing", "Clothing>Shirts"], Some("Clothing>Shirts"));
        check(&["Music>Albums", "Music", "Clothing>Shirts"], Some("Music>Albums"));
    }
}
