//! What is written with rows is what was sent, on both engines, however many rows there are and whatever they have in common.

use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use shared::{
    database::{self, Database, Fault, Plans, Reads, Rows, Update, Writes},
    identity::Merchant,
    settings::{self, Between},
};
use tests::{Engine, on_both_engines, site::Site};
use uuid::Uuid;

on_both_engines!(
    rows_of_any_number_are_inserted_as_they_were_sent,
    an_update_changes_the_rows_it_names_if_all_are_as_expected,
    a_delete_takes_all_that_has_the_key,
    a_key_that_is_taken_means_that_the_facts_were_overtaken,
    parts_of_any_size_are_written_together_or_not_at_all,
    rows_are_read_as_they_were_written,
    reads_side_by_side_find_what_each_is_asked_for,
);

/// Things, as an entity.
mod thing {
    use sea_orm::entity::prelude::*;
    use serde::Deserialize;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Deserialize)]
    #[sea_orm(table_name = "thing")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) merchant: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: i64,
        pub(super) maybe: Option<i64>,
        pub(super) code: String,
        pub(super) note: Option<String>,
        pub(super) flag: bool,
        pub(super) part: Uuid,
        pub(super) whole: Option<Uuid>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Thing {
    id: i64,
    maybe: Option<i64>,
    code: String,
    note: Option<String>,
    flag: bool,
    part: Uuid,
    whole: Option<Uuid>,
}

impl Thing {
    /// All alike but for their ids.
    fn alike(id: i64) -> Self {
        let note = Some(String::new());
        Self { id, maybe: None, code: "=ä'\"\\".to_owned(), note, flag: true, part: Uuid::max(), whole: None }
    }

    /// The first is alike, each other is different in every column, and every second has no value where it needs none.
    fn different(id: i64) -> Self {
        let some = id % 2 == 1;
        let part = Uuid::from_u64_pair(7, id.unsigned_abs());
        match id {
            0 => Self::alike(0),
            _ => Self {
                id,
                maybe: some.then_some(i64::MIN + id),
                code: format!("C{id}"),
                note: some.then(|| format!("note {id}")),
                flag: some,
                part,
                whole: some.then_some(part),
            },
        }
    }

    fn rows(engine: database::Engine, things: &[Self]) -> Rows {
        Rows::new(engine)
            .bigint("id", things.iter().map(|thing| thing.id))
            .opt_bigint("maybe", things.iter().map(|thing| thing.maybe))
            .text("code", things.iter().map(|thing| thing.code.as_str()))
            .opt_text("note", things.iter().map(|thing| thing.note.as_deref()))
            .unstored("beside", things.iter().map(|thing| thing.id))
            .boolean("flag", things.iter().map(|thing| thing.flag))
            .uuid("part", things.iter().map(|thing| thing.part))
            .opt_uuid("whole", things.iter().map(|thing| thing.whole))
    }

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get("", "id")?,
            maybe: row.try_get("", "maybe")?,
            code: row.try_get("", "code")?,
            note: row.try_get("", "note")?,
            flag: row.try_get("", "flag")?,
            part: row.try_get("", "part")?,
            whole: row.try_get("", "whole")?,
        })
    }
}

/// A table of things in a database of its own.
struct Table {
    database: Database,
    merchant: Merchant,
    _site: Site,
}

impl Table {
    async fn new(engine: Engine) -> Self {
        let site = Site::new(engine).await;
        let settings = settings::Database {
            url: site.inventory_database().to_owned(),
            url_file: String::new(),
            connections_max: Between::nearest(3),
            statement_timeout_ms: Between::nearest(10_000),
            migrate: false,
        };
        let database = Database::connect(&settings, Plans::Kept).await.unwrap();
        let uuid = match engine {
            Engine::Postgres => "UUID",
            Engine::Sqlite => "BLOB",
        };
        let sql = format!(
            "CREATE TABLE thing (merchant TEXT NOT NULL, id BIGINT NOT NULL, maybe BIGINT, code TEXT NOT NULL, note TEXT, \
             flag BOOLEAN NOT NULL, part {uuid} NOT NULL, whole {uuid}, PRIMARY KEY (merchant, id))"
        );
        let transaction = database.begin().await.unwrap();
        transaction.execute_unprepared(&sql).await.unwrap();
        transaction.commit().await.unwrap();
        Self { database, merchant: Merchant::default_merchant(), _site: site }
    }

    /// Writes, and undoes it all if that fails.
    async fn write(&self, merchant: &Merchant, add: impl FnOnce(&mut Writes)) -> Result<(), DbErr> {
        let transaction = self.database.begin().await?;
        let mut writes = Writes::new(transaction.engine(), merchant);
        add(&mut writes);
        match writes.run(&transaction).await {
            Ok(()) => transaction.commit().await,
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        }
    }

    async fn insert(&self, things: &[Thing]) {
        let rows = Thing::rows(self.database.engine(), things);
        self.write(&self.merchant, |writes| writes.insert("thing", rows)).await.unwrap();
    }

    async fn things(&self, merchant: &Merchant) -> Vec<Thing> {
        let transaction = self.database.begin().await.unwrap();
        let sql = "SELECT * FROM thing WHERE merchant = $1 ORDER BY id";
        let statement = transaction.engine().statement(sql, [merchant.as_str().into()]);
        let found = transaction.query_all_raw(statement).await.unwrap();
        found.iter().map(|row| Thing::read(row).unwrap()).collect()
    }

    /// All things, as rows of their entity.
    async fn read(&self) -> Result<Vec<Thing>, DbErr> {
        let transaction = self.database.begin().await?;
        let found = Reads::one(&transaction, &self.merchant, |reads| reads.all::<thing::Entity, _>(Ok)).await?;
        let things = found.into_iter().map(|thing::Model { id, maybe, code, note, flag, part, whole, .. }| Thing {
            id,
            maybe,
            code,
            note,
            flag,
            part,
            whole,
        });
        let mut things: Vec<Thing> = things.collect();
        things.sort_by_key(|thing| thing.id);
        Ok(things)
    }

    /// Sets codes of things that must have, or lack, a flag.
    async fn recode(&self, things: &[Thing]) -> Result<(), DbErr> {
        let rows = Thing::rows(self.database.engine(), things);
        let update = Update { key: vec!["id"], columns: vec!["code", "note"], guard: &[("flag", "flag")] };
        self.write(&self.merchant, |writes| writes.update("thing", rows, update)).await
    }
}

async fn rows_of_any_number_are_inserted_as_they_were_sent(engine: Engine) {
    let table = Table::new(engine).await;
    let other = Merchant::parse("other").unwrap();

    for (kind, thing) in [("alike", Thing::alike as fn(i64) -> Thing), ("different", Thing::different)] {
        for count in 1..=50 {
            let things: Vec<Thing> = (0..count).map(thing).collect();
            table.insert(&things).await;

            assert_eq!(table.things(&table.merchant).await, things, "{count} {kind}");
            assert_eq!(table.things(&other).await, []);
            let rows = Thing::rows(table.database.engine(), &things);
            table.write(&table.merchant, |writes| writes.delete("thing", rows, &["id"])).await.unwrap();
        }
    }
}

async fn an_update_changes_the_rows_it_names_if_all_are_as_expected(engine: Engine) {
    let table = Table::new(engine).await;
    let before: Vec<Thing> = (0..40).map(Thing::different).collect();
    table.insert(&before).await;
    let recoded = |id: i64| Thing { code: format!("new {id}"), note: None, ..Thing::different(id) };
    let mut wanted: Vec<Thing> = (1..38).map(recoded).collect();

    wanted[36].flag ^= true;
    let unexpected = table.recode(&wanted).await.unwrap_err();
    assert_eq!(Fault::of(&unexpected), Fault::Contention);
    assert_eq!(table.things(&table.merchant).await, before);

    wanted[36].flag ^= true;
    wanted.push(recoded(99));
    let missing = table.recode(&wanted).await.unwrap_err();
    assert_eq!(Fault::of(&missing), Fault::Contention);
    assert_eq!(table.things(&table.merchant).await, before);

    wanted.pop();
    table.recode(&wanted).await.unwrap();
    let after: Vec<Thing> = [&before[..1], &wanted[..], &before[38..]].concat();
    assert_eq!(table.things(&table.merchant).await, after);
}

/// A table in which two merchants have the same things.
async fn of_two_merchants(engine: Engine) -> (Table, Vec<Thing>, Merchant) {
    let table = Table::new(engine).await;
    let things: Vec<Thing> = (0..40).map(Thing::different).collect();
    table.insert(&things).await;
    let other = Merchant::parse("other").unwrap();
    let of_other = Thing::rows(table.database.engine(), &things);
    table.write(&other, |writes| writes.insert("thing", of_other)).await.unwrap();
    (table, things, other)
}

async fn a_delete_takes_all_that_has_the_key(engine: Engine) {
    let (table, things, other) = of_two_merchants(engine).await;

    // By a part of what tells things apart: thirty rows name twenty things with a flag, and ten that are not there.
    let named: Vec<Thing> =
        (10..40).map(|id| Thing { part: Uuid::from_u64_pair(7, id + 10), ..Thing::alike(0) }).collect();
    let rows = Thing::rows(table.database.engine(), &named);
    table.write(&table.merchant, |writes| writes.delete("thing", rows, &["part"])).await.unwrap();

    assert_eq!(table.things(&table.merchant).await, things[..20]);
    assert_eq!(table.things(&other).await, things);
}

async fn parts_of_any_size_are_written_together_or_not_at_all(engine: Engine) {
    for [inserted, deleted, updated] in [[1_usize, 1, 1], [1, 1, 2], [2, 1, 1], [1, 3, 1]] {
        let table = Table::new(engine).await;
        let before: Vec<Thing> = (0..10).map(Thing::different).collect();
        table.insert(&before).await;
        let new: Vec<Thing> = (20..).map(Thing::different).take(inserted).collect();
        let old = &before[4..4 + deleted];
        let recoded: Vec<Thing> = before[..updated]
            .iter()
            .map(|thing| Thing { code: "new".to_owned(), note: None, ..thing.clone() })
            .collect();
        let write = async |new: &[Thing], recoded: &[Thing]| {
            let rows = |things| Thing::rows(table.database.engine(), things);
            let update = Update { key: vec!["id"], columns: vec!["code", "note"], guard: &[("flag", "flag")] };
            let parts = |writes: &mut Writes| {
                writes.insert("thing", rows(new));
                writes.delete("thing", rows(old), &["id"]);
                writes.update("thing", rows(recoded), update);
            };
            table.write(&table.merchant, parts).await
        };

        let mut unexpected = recoded.clone();
        unexpected[updated - 1].flag ^= true;
        let overtaken = write(&new, &unexpected).await.unwrap_err();
        assert_eq!(Fault::of(&overtaken), Fault::Contention, "{inserted} {deleted} {updated}");
        let mut missing = recoded.clone();
        missing[updated - 1].id = 99;
        let overtaken = write(&new, &missing).await.unwrap_err();
        assert_eq!(Fault::of(&overtaken), Fault::Contention, "{inserted} {deleted} {updated}");
        let mut taken = new.clone();
        taken[0].id = 9;
        let overtaken = write(&taken, &recoded).await.unwrap_err();
        assert_eq!(Fault::of(&overtaken), Fault::Contention, "{inserted} {deleted} {updated}");
        assert_eq!(table.things(&table.merchant).await, before);

        write(&new, &recoded).await.unwrap();
        let after = [&recoded, &before[updated..4], &before[4 + deleted..], &new].concat();
        assert_eq!(table.things(&table.merchant).await, after, "{inserted} {deleted} {updated}");
    }
}

async fn a_key_that_is_taken_means_that_the_facts_were_overtaken(engine: Engine) {
    let table = Table::new(engine).await;
    let there: Vec<Thing> = (0..3).map(Thing::different).collect();
    table.insert(&there).await;

    // The last of many: what was written before it goes with it.
    let things: Vec<Thing> = (10..40).chain([2]).map(Thing::different).collect();
    let rows = Thing::rows(table.database.engine(), &things);
    let taken = table.write(&table.merchant, |writes| writes.insert("thing", rows)).await.unwrap_err();

    assert_eq!(Fault::of(&taken), Fault::Contention);
    assert_eq!(table.things(&table.merchant).await, there);
}

async fn rows_are_read_as_they_were_written(engine: Engine) {
    let table = Table::new(engine).await;
    let extreme =
        Thing { id: i64::MAX, maybe: Some(i64::MIN), note: Some("\u{1}\n\u{1F600}".to_owned()), ..Thing::alike(0) };
    let things: Vec<Thing> = (0..5).map(Thing::different).chain([extreme]).collect();
    table.insert(&things).await;

    assert_eq!(table.read().await.unwrap(), things);
    assert_eq!(Table::new(engine).await.read().await.unwrap(), []);
}

async fn reads_side_by_side_find_what_each_is_asked_for(engine: Engine) {
    let (table, ..) = of_two_merchants(engine).await;
    let keys = |ids: Vec<i64>| Rows::new(table.database.engine()).bigint("id", ids);
    let ids = |found: Vec<thing::Model>| {
        let mut ids: Vec<(String, i64)> = found.into_iter().map(|row| (row.merchant, row.id)).collect();
        ids.sort();
        Ok(ids)
    };
    let own = |ids: Vec<i64>| -> Vec<(String, i64)> {
        ids.into_iter().map(|id| (table.merchant.as_str().to_owned(), id)).collect()
    };

    let transaction = table.database.begin().await.unwrap();
    let mut reads = Reads::new(&transaction, &table.merchant);
    let some = reads.each::<thing::Entity, _>(keys(vec![3, 99, 30]), ids);
    let number = reads.number("SELECT max(id) FROM thing WHERE merchant = $1");
    let none = reads.each::<thing::Entity, _>(keys(vec![]), ids);
    let missing = reads.each::<thing::Entity, _>(keys(vec![99]), ids);
    let code = Thing::different(3).code;
    let both = keys(vec![3, 4]).text("code", [code.as_str(), code.as_str()]);
    let both = reads.each::<thing::Entity, _>(both, ids);
    let all = reads.all::<thing::Entity, _>(ids);
    let absent = reads.number("SELECT max(id) FROM thing WHERE merchant = $1 AND id > 99");
    let found = reads.run().await.unwrap();

    assert_eq!(found.read(some).unwrap(), own(vec![3, 30]));
    assert_eq!(found.read(number).unwrap(), Some(39));
    assert_eq!(found.read(none).unwrap(), []);
    assert_eq!(found.read(missing).unwrap(), []);
    assert_eq!(found.read(both).unwrap(), own(vec![3]));
    assert_eq!(found.read(all).unwrap(), own((0..40).collect()));
    assert_eq!(found.read(absent).unwrap(), None);
}

/// SQLite lets any value stand in any column.
#[tokio::test]
async fn a_value_that_its_column_cannot_have_is_an_error_that_does_not_tell_it() {
    for damage in [
        "flag = 'secret'",
        "flag = 2",
        "id = 'secret'",
        "maybe = x'1331'",
        "maybe = 0.5",
        "note = x'00'",
        "part = 'secret'",
    ] {
        let table = Table::new(Engine::Sqlite).await;
        table.insert(&[Thing::different(1)]).await;
        let transaction = table.database.begin().await.unwrap();
        transaction.execute_unprepared(&format!("UPDATE thing SET {damage}")).await.unwrap();
        transaction.commit().await.unwrap();

        let error = table.read().await.unwrap_err().to_string();
        assert!(error.contains("a row of thing has a value that its column cannot have"), "{damage}: {error}");
    }
}
