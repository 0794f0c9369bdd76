//! Digests of rows: they tell that a row was changed by hand, or by its disk.

use super::{Column, Rows, Values};
use crate::identity::Merchant;

impl Rows {
    /// Adds the column `digest`: for each row a digest of what its other columns say, as the row is to stand in a merchant's table.
    ///
    /// It finds damage and is no signature: who can write a row can write its digest. The order of the columns does not matter, and NULL
    /// says nothing: so a column that comes later, and is NULL in the rows that are there, leaves their digests as they are.
    #[must_use]
    pub fn digested(self, merchant: &Merchant, table: &str) -> Self {
        let digests = self.digests(merchant, table);
        self.bigint("digest", digests)
    }

    /// The digests that [`Rows::digested`] adds.
    pub fn digests(&self, merchant: &Merchant, table: &str) -> Vec<i64> {
        let mut columns: Vec<&Column> = self.columns.iter().collect();
        columns.sort_unstable_by_key(|column| column.name);
        let mut said = Said(vec![]);
        let digest = |row| {
            said.0.clear();
            said.text(table, merchant.as_str());
            for column in &columns {
                column.values.say(column.name, row, &mut said);
            }
            said.digest()
        };
        (0..self.len()).map(digest).collect()
    }
}

/// What a row says: each name, ended by a zero, with a value of the length that its type has, or a text with its length. So nothing can be
/// taken for a part of something else.
struct Said(Vec<u8>);

impl Said {
    fn value(&mut self, name: &str, value: &[u8]) {
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(0);
        self.0.extend_from_slice(value);
    }

    fn number(&mut self, name: &str, value: i64) {
        self.value(name, &value.to_le_bytes());
    }

    fn text(&mut self, name: &str, value: &str) {
        self.value(name, &u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
        self.0.extend_from_slice(value.as_bytes());
    }

    /// One of 2^64.
    fn digest(&self) -> i64 {
        blake3::hash(&self.0).as_bytes().first_chunk().map_or(0, |first| i64::from_le_bytes(*first))
    }
}

impl Values {
    /// Adds what a column says in one row, if anything.
    fn say(&self, name: &str, row: usize, said: &mut Said) -> Option<()> {
        match self {
            Self::Bigint(values) => said.number(name, *values.get(row)?),
            Self::OptBigint(values) => said.number(name, (*values.get(row)?)?),
            Self::Text(values) => said.text(name, values.get(row)?),
            Self::OptText(values) => said.text(name, values.get(row)?.as_deref()?),
            Self::Boolean(values) => said.value(name, &[u8::from(*values.get(row)?)]),
            Self::Uuid(values) => said.value(name, values.get(row)?.as_bytes()),
            Self::OptUuid(values) => said.value(name, values.get(row)?.as_ref()?.as_bytes()),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::database::Engine;

    fn rows() -> Rows {
        Rows::new(Engine::Sqlite)
    }

    fn digest(rows: &Rows) -> i64 {
        rows.digests(&Merchant::default_merchant(), "t")[0]
    }

    #[test]
    fn rows_have_one_digest_if_they_say_the_same() {
        let ab = rows().text("a", ["x"]).bigint("b", [1]);
        let check = |other: Rows, is_same: bool| {
            assert_eq!(digest(&ab) == digest(&other), is_same, "{other:?}");
        };
        check(rows().bigint("b", [1]).text("a", ["x"]), true);
        check(rows().opt_text("a", [Some("x")]).opt_bigint("b", [Some(1)]), true);
        check(rows().text("a", ["x"]).bigint("b", [1]).opt_text("c", [None::<&str>]), true);
        check(rows().text("a", ["x"]).bigint("b", [1]).opt_text("c", [Some("")]), false);
        check(rows().text("a", ["x"]).bigint("b", [-1]), false);
        check(rows().text("a", ["x"]).bigint("c", [1]), false);
        check(rows().text("a", [""]).bigint("b", [1]), false);
        check(rows().text("a", ["x"]), false);
        assert_ne!(
            digest(&rows().text("a", ["ab"]).text("b", ["c"])),
            digest(&rows().text("a", ["a"]).text("b", ["bc"]))
        );
        let (mine, other) = (Merchant::default_merchant(), Merchant::parse("other").unwrap());
        assert_ne!(ab.digests(&mine, "t"), ab.digests(&other, "t"));
        assert_ne!(ab.digests(&mine, "t"), ab.digests(&mine, "u"));
    }

    #[test]
    fn what_is_stored_is_computed_for_ever() {
        let id = Uuid::from_u128(7);
        let row =
            rows().bigint("n", [-3]).text("t", ["ä"]).boolean("f", [true]).uuid("u", [id]).opt_uuid("v", [Some(id)]);

        assert_eq!(digest(&row), -8_783_318_625_377_325_810);
    }
}
