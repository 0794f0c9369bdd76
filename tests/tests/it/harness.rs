//! The harness itself: a database of one's own, and a list of what was left out.

use sea_orm::{ConnectionTrait, Database};
use tests::postgres;

#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let (one, two) = (postgres::fresh_database().await, postgres::fresh_database().await);
    let connect = async |url: &str| Database::connect(url).await.unwrap();
    connect(&one).await.execute_unprepared("CREATE TABLE here (a int)").await.unwrap();

    let elsewhere = connect(&two).await.execute_unprepared("SELECT * FROM here").await;

    assert_ne!(one, two);
    assert!(elsewhere.is_err());
}
