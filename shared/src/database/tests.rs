//! Set-valued parameters and request records on SQLite; both engines run them in the conformance suite.

mod storage;

use sea_orm::ConnectionTrait;
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager, async_trait::async_trait};
use tokio::time::timeout;
use uuid::Uuid;

use super::*;
use crate::{
    identity::{Merchant, RequestId},
    server::Waiting,
    settings::Between,
};

struct Requests;

impl MigrationName for Requests {
    fn name(&self) -> &str {
        "requests"
    }
}

#[async_trait]
impl MigrationTrait for Requests {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(requests::table()).await?;
        manager.create_table(window_table()).await
    }
}

struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Requests)]
    }
}

impl History for Migrator {
    fn oldest(_: &str) -> &'static str {
        "requests"
    }
}

async fn database(directory: &std::path::Path) -> Database {
    let url = format!("sqlite://{}", directory.join("test.db").display());
    let settings = settings::Database {
        url,
        url_file: String::new(),
        connections_max: Between::nearest(3),
        statement_timeout_ms: Between::nearest(5_000),
        migrate: true,
    };
    Database::connect(&settings, Plans::Fresh).await.unwrap()
}

#[tokio::test]
async fn rows_carry_every_type_and_null() {
    let directory = tempfile::tempdir().unwrap();
    let database = database(directory.path()).await;
    let id = Uuid::now_v7();

    let rows = Rows::new(database.engine())
        .bigint("number", [i64::MIN, i64::MAX])
        .opt_bigint("maybe", [None, Some(3)])
        .text("code", ["ä'\"\\", ""])
        .opt_text("note", [Some(""), None])
        .boolean("flag", [true, false])
        .uuid("id", [id, id])
        .opt_uuid("parent", [None, Some(id)]);
    let sql = format!("SELECT * FROM {}", rows.table("r", 1));
    let found = database.reader().query_all_raw(database.engine().statement(sql, rows.values())).await.unwrap();

    assert_eq!(found.len(), 2);
    assert_eq!(found[0].try_get::<i64>("", "number").unwrap(), i64::MIN);
    assert_eq!(found[0].try_get::<Option<i64>>("", "maybe").unwrap(), None);
    assert_eq!(found[1].try_get::<Option<i64>>("", "maybe").unwrap(), Some(3));
    assert_eq!(found[0].try_get::<String>("", "code").unwrap(), "ä'\"\\");
    assert_eq!(found[0].try_get::<Option<String>>("", "note").unwrap(), Some(String::new()));
    assert_eq!(found[1].try_get::<Option<String>>("", "note").unwrap(), None);
    assert!(found[0].try_get::<bool>("", "flag").unwrap());
    assert_eq!(found[0].try_get::<Uuid>("", "id").unwrap(), id);
    assert_eq!(found[1].try_get::<Option<Uuid>>("", "parent").unwrap(), Some(id));
}

#[tokio::test]
async fn a_request_is_recorded_once() {
    let directory = tempfile::tempdir().unwrap();
    let database = database(directory.path()).await;
    migrate::<Migrator>(&database).await.unwrap();
    let merchant = Merchant::default_merchant();
    let request_id = RequestId::parse("r1").unwrap();
    let content_hash = requests::content_hash("[\"command\"]");
    let record = requests::Record { request_id: request_id.clone(), content_hash, answer: "7".to_owned() };

    let first = database.begin().await.unwrap();
    let time = now(&first).await.unwrap();
    requests::insert(&first, &merchant, record.clone(), time).await.unwrap();
    first.commit().await.unwrap();

    let second = database.begin().await.unwrap();
    assert_eq!(requests::seen(&second, &merchant, &request_id).await, Ok(Some(record.clone())));
    assert_eq!(requests::seen(&second, &merchant, &RequestId::parse("r2").unwrap()).await, Ok(None));
    let twin = requests::insert(&second, &merchant, record, time).await.unwrap_err();
    assert_eq!(Fault::of(&twin), Fault::Contention);
}

#[tokio::test]
async fn readers_cannot_write() {
    let directory = tempfile::tempdir().unwrap();
    let database = database(directory.path()).await;

    let refused = database.reader().execute_unprepared("CREATE TABLE t (a)").await;

    assert!(refused.unwrap_err().to_string().contains("readonly"));
}

#[tokio::test]
async fn a_call_that_waits_too_long_is_told_of_the_crowd_and_one_that_nobody_waits_for_begins_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(directory.path()).await;
    let writer = database.begin().await.unwrap();
    let now = tokio::time::Instant::now();
    let (waiting, _guard) = Waiting::until(now + Duration::from_millis(20));

    let late = waiting.clone().scope(database.begin()).await.unwrap_err();
    database.writers.patience = Duration::from_millis(20);
    let crowded = database.begin().await.unwrap_err();
    writer.rollback().await.unwrap();
    let nobody = waiting.scope(database.begin()).await.unwrap_err();

    assert_eq!((Fault::of(&late), Fault::of(&crowded), Fault::of(&nobody)), (Fault::Late, Fault::Crowded, Fault::Late));
    assert!(database.begin().await.is_ok());
}

#[tokio::test]
async fn a_statement_that_is_cut_keeps_its_place_to_its_end() {
    const SLOW: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT max(i) FROM n";
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(directory.path()).await;
    let slow = || Engine::Sqlite.statement(SLOW, []);
    let a_moment = Duration::from_millis(50);
    for is_alone in [false, true] {
        let cut = match is_alone {
            true => timeout(a_moment, database.query_all(slow())).await.map(drop),
            false => {
                let snapshot = database.snapshot().await.unwrap();
                timeout(a_moment, snapshot.query_one_raw(slow())).await.map(drop)
            }
        };

        database.readers.patience = a_moment;
        let meanwhile = database.snapshot().await.map(drop);
        database.readers.patience = Duration::from_secs(30);
        let in_turn = database.snapshot().await.unwrap().rollback().await;

        assert!(cut.is_err(), "a machine that counts so fast");
        assert_eq!(meanwhile.map_err(|error| Fault::of(&error)), Err(Fault::Crowded), "alone: {is_alone}");
        assert_eq!(in_turn, Ok(()));
    }
}

#[tokio::test]
async fn a_transaction_that_nobody_waits_for_does_nothing_more() {
    let directory = tempfile::tempdir().unwrap();
    let database = database(directory.path()).await;
    migrate::<Migrator>(&database).await.unwrap();
    let merchant = Merchant::default_merchant();
    let request = |id: &str| RequestId::parse(id).unwrap();
    let record = |id: &str| requests::Record {
        request_id: request(id),
        content_hash: requests::content_hash("[\"command\"]"),
        answer: "7".to_owned(),
    };
    let (waiting, caller) = Waiting::until(tokio::time::Instant::now() + Duration::from_secs(60));
    let transaction = waiting.scope(database.begin()).await.unwrap();
    let time = now(&transaction).await.unwrap();
    requests::insert(&transaction, &merchant, record("first"), time).await.unwrap();

    drop(caller);
    let late = requests::insert(&transaction, &merchant, record("second"), time).await.unwrap_err();
    transaction.rollback().await.unwrap();

    assert_eq!(Fault::of(&late), Fault::Late);
    let after = database.begin().await.unwrap();
    for id in ["first", "second"] {
        assert_eq!(requests::seen(&after, &merchant, &request(id)).await, Ok(None), "{id}");
    }
}

#[test]
fn connections_are_shared_out_whatever_their_number() {
    let check = |connections_max: u32, sqlite: (u32, u32), postgres: (u32, u32)| {
        assert_eq!(Engine::Sqlite.shares(connections_max), sqlite);
        assert_eq!(Engine::Postgres.shares(connections_max), postgres);
    };
    check(16, (1, 14), (7, 8));
    check(8, (1, 6), (3, 4));
    check(3, (1, 1), (1, 1));
    check(0, (1, 1), (1, 1));
}
