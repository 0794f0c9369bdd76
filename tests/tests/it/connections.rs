//! A server that has fewer connections to give than the service may use.

use futures::future::join_all;
use sea_orm::ConnectionTrait;
use shared::{
    database::{Database, Plans},
    settings::{self, Between},
};
use tests::postgres::Server;

fn settings(url: &str) -> settings::Database {
    settings::Database {
        url: url.to_owned(),
        url_file: String::new(),
        connections_max: Between::nearest(40),
        statement_timeout_ms: Between::nearest(20_000),
        migrate: true,
    }
}

async fn write(database: &Database) -> Result<(), sea_orm::DbErr> {
    let transaction = database.begin().await?;
    transaction.execute_unprepared("INSERT INTO number SELECT count(*) FROM number").await?;
    transaction.commit().await
}

async fn read(database: &Database) -> Result<(), sea_orm::DbErr> {
    let snapshot = database.snapshot().await?;
    snapshot.execute_unprepared("SELECT * FROM number").await?;
    snapshot.rollback().await
}

#[tokio::test]
async fn a_server_without_free_connections_fails_no_call() {
    let server = Server::start(&["max_connections=8", "superuser_reserved_connections=0", "fsync=off"]);
    let database = Database::connect(&settings(&server.fresh_database().await), Plans::Fresh).await.unwrap();
    let transaction = database.begin().await.unwrap();
    transaction.execute_unprepared("CREATE TABLE number (n bigint)").await.unwrap();
    transaction.commit().await.unwrap();

    let done = join_all((0..300).map(async |number| match number % 2 {
        0 => write(&database).await,
        _ => read(&database).await,
    }))
    .await;

    let failed: Vec<_> = done.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{} of 300, such as {:?}", failed.len(), failed.first());
    assert!(server.log().contains("too many clients"), "the server had enough for all");
    database.close().await.unwrap();
}
