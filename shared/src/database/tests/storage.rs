//! What cannot be stored is not answered, and what is answered afterwards is stored.

use std::fs;

use super::*;

/// How the transaction ends that met the fault.
#[derive(Clone, Copy, Debug)]
enum End {
    Drop,
    Rollback,
    Commit,
}

/// A database with a table of numbers.
async fn numbers(directory: &Path) -> Database {
    let database = database(directory).await;
    migrate::<Migrator>(&database).await.unwrap();
    let transaction = database.begin().await.unwrap();
    transaction.execute_unprepared("CREATE TABLE number (n INTEGER, filler BLOB)").await.unwrap();
    transaction.commit().await.unwrap();
    database
}

async fn insert(database: &Database, number: i64) -> Result<(), DbErr> {
    let transaction = database.begin().await?;
    transaction.execute_unprepared(&format!("INSERT INTO number VALUES ({number}, NULL)")).await?;
    transaction.commit().await
}

/// What whoever opens the file finds in it.
async fn found(path: &Path) -> Vec<i64> {
    let url = format!("sqlite://{}?mode=ro", path.display());
    let other = sea_orm::Database::connect(url).await.unwrap();
    let statement = Engine::Sqlite.statement("SELECT n FROM number ORDER BY n", []);
    let rows = other.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// What a transaction meets.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// There is no room for one more page.
    Full,
    /// SQLite ends it by itself, as it does when the disk is full at COMMIT.
    EndedBySqlite,
}

/// Runs a transaction into its fate, and ends it.
async fn meet(database: &Database, fate: Fate, end: End) -> DbErr {
    let transaction = database.begin().await.unwrap();
    let sql = match fate {
        Fate::Full => "PRAGMA max_page_count = 8; INSERT INTO number VALUES (0, zeroblob(100000))",
        Fate::EndedBySqlite => {
            "CREATE UNIQUE INDEX one ON number (n); INSERT OR ROLLBACK INTO number VALUES (0, NULL), (0, NULL)"
        }
    };
    let error = transaction.execute_unprepared(sql).await.unwrap_err();
    match end {
        End::Drop => drop(transaction),
        End::Rollback => _ = transaction.rollback().await,
        // Where the transaction is still there this writes what was done of it: nothing.
        End::Commit => _ = transaction.commit().await,
    }
    error
}

#[tokio::test]
async fn what_is_answered_after_a_fault_is_stored() {
    for (fate, fault) in [(Fate::Full, Fault::Full), (Fate::EndedBySqlite, Fault::Other)] {
        for end in [End::Drop, End::Rollback, End::Commit] {
            let directory = tempfile::tempdir().unwrap();
            let database = numbers(directory.path()).await;
            insert(&database, 1).await.unwrap();

            let error = meet(&database, fate, end).await;
            insert(&database, 2).await.unwrap();
            database.begin().await.unwrap().rollback().await.unwrap();
            insert(&database, 3).await.unwrap();

            assert_eq!(Fault::of(&error), fault, "{error}");
            assert_eq!(found(&directory.path().join("test.db")).await, [1, 2, 3], "{fate:?} {end:?}");
        }
    }
}

#[tokio::test]
async fn a_violated_constraint_costs_no_connection() {
    let directory = tempfile::tempdir().unwrap();
    let database = numbers(directory.path()).await;
    let transaction = database.begin().await.unwrap();
    // Lives as long as the connection.
    transaction
        .execute_unprepared("CREATE TEMPORARY TABLE own (n INTEGER PRIMARY KEY); INSERT INTO own VALUES (1)")
        .await
        .unwrap();
    transaction.commit().await.unwrap();

    let transaction = database.begin().await.unwrap();
    let taken = transaction.execute_unprepared("INSERT INTO own VALUES (1)").await.unwrap_err();
    transaction.rollback().await.unwrap();
    let after_a_constraint = database.begin().await.unwrap().execute_unprepared("SELECT * FROM own").await;
    let transaction = database.begin().await.unwrap();
    let unsound = transaction.execute_unprepared("SELECT * FROM nowhere").await;
    drop(transaction);
    let after_another = database.begin().await.unwrap().execute_unprepared("SELECT * FROM own").await;

    assert_eq!((Fault::of(&taken), unsound.is_err()), (Fault::Other, true));
    assert!(after_a_constraint.is_ok(), "{after_a_constraint:?}");
    assert!(after_another.unwrap_err().to_string().contains("no such table"));
}

#[tokio::test]
async fn a_full_disk_is_told_until_a_write_is_stored_again() {
    let directory = tempfile::tempdir().unwrap();
    let database = numbers(directory.path()).await;
    let sound = database.ping().await;

    meet(&database, Fate::Full, End::Drop).await;
    let full = database.storage.condition();
    let transaction = database.begin().await.unwrap();
    let pages: i64 = {
        let statement = Engine::Sqlite.statement("PRAGMA page_count", []);
        transaction.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    };
    // As long as this connection lives there is room for rows, and not for a page.
    transaction.execute_unprepared(&format!("PRAGMA max_page_count = {pages}")).await.unwrap();
    transaction.commit().await.unwrap();
    let still = database.ping().await.unwrap_err();
    let and_then = database.ping().await;

    assert_eq!((sound, full), (Ok(()), Condition::Unwritable));
    assert_eq!(Fault::of(&still), Fault::Full, "{still}");
    // The connection with the limit was thrown away.
    assert_eq!((and_then, database.storage.condition()), (Ok(()), Condition::Sound));
}

#[tokio::test]
async fn nothing_is_answered_once_the_file_is_gone_and_all_is_well_when_it_is_back() {
    let directory = tempfile::tempdir().unwrap();
    let database = numbers(directory.path()).await;
    insert(&database, 1).await.unwrap();
    let (path, elsewhere) = (directory.path().join("test.db"), directory.path().join("elsewhere"));

    let open = database.begin().await.unwrap();
    open.execute_unprepared("INSERT INTO number VALUES (2, NULL)").await.unwrap();
    fs::rename(&path, &elsewhere).unwrap();
    let under_way = open.commit().await.unwrap_err();
    let gone = insert(&database, 3).await.unwrap_err();
    let read = database.snapshot().await.unwrap_err();
    let ping = database.ping().await.unwrap_err();
    let made_anew = path.exists();
    fs::copy(&elsewhere, &path).unwrap();
    let replaced = insert(&database, 4).await.unwrap_err();
    fs::rename(&elsewhere, &path).unwrap();
    let back = database.ping().await;
    insert(&database, 5).await.unwrap();

    for error in [under_way, gone, read, ping, replaced] {
        assert_eq!(Fault::of(&error), Fault::Failed, "{error}");
        assert!(error.to_string().contains("test.db"), "{error}");
    }
    assert!(!made_anew && back.is_ok(), "{back:?}");
    // What was under way is in doubt, as whoever asked was told.
    assert_eq!(found(&path).await, [1, 2, 5]);
}

#[tokio::test]
async fn nothing_is_answered_once_the_log_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let database = numbers(directory.path()).await;

    fs::remove_file(directory.path().join("test.db-wal")).unwrap();
    let gone = insert(&database, 1).await.unwrap_err();

    assert_eq!(Fault::of(&gone), Fault::Failed, "{gone}");
    assert!(database.ping().await.is_err());
}

#[tokio::test]
async fn a_damaged_database_is_told_until_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let database = numbers(directory.path()).await;
    let transaction = database.begin().await.unwrap();
    let schema = "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 9999 WHERE name = 'number'";
    transaction.execute_unprepared(schema).await.unwrap();
    transaction.commit().await.unwrap();
    database.writers.condemn(&DbErr::Custom("so that the next one reads the schema".to_owned()));

    let damaged = insert(&database, 1).await.unwrap_err();
    let ping = database.ping().await;

    assert_eq!(Fault::of(&damaged), Fault::Corrupt, "{damaged}");
    assert_eq!(database.storage.condition(), Condition::Corrupt);
    assert!(ping.is_err());
}
