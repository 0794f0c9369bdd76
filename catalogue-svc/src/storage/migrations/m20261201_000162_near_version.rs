//! Near keys of listings say by which rule they were made, and those of a rule before are found, also when an older release adds some.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

// The number in the index is that of the rule: another rule takes another index.
const UP: &[&str] = &[
    "ALTER TABLE listing ADD COLUMN near_version BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX listing_near_before ON listing (merchant, id) WHERE near_version < 1",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_finds_the_keys_of_every_rule_before_this_one() {
        let before = format!("near_version < {}", shared::code::near::VERSION);

        assert!(UP.iter().any(|statement| statement.ends_with(&before)), "a migration of its own for {before}");
    }
}
