//! The harness itself: a database of one's own, and a list of what was left out.

use std::{
    fs::File,
    time::{Duration, SystemTime},
};

use sea_orm::{ConnectionTrait, Database};
use tests::{postgres, process::newer_sources};

#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let (one, two) = (postgres::fresh_database().await, postgres::fresh_database().await);
    let connect = async |url: &str| Database::connect(url).await.unwrap();
    connect(&one).await.execute_unprepared("CREATE TABLE here (a int)").await.unwrap();

    let elsewhere = connect(&two).await.execute_unprepared("SELECT * FROM here").await;

    assert_ne!(one, two);
    assert!(elsewhere.is_err());
}

#[test]
fn a_binary_that_is_older_than_its_sources_is_found_out() {
    let dir = tempfile::tempdir().unwrap();
    let built = SystemTime::now();
    let file = |name: &str, modified: SystemTime| {
        let path = dir.path().join(name);
        File::create(&path).unwrap().set_modified(modified).unwrap();
        path
    };
    let (binary, before) = (file("service", built), file("old.rs", built - Duration::from_secs(1)));
    let after = file("a new one.rs", built + Duration::from_secs(1));
    let escaped = after.display().to_string().replace(' ', "\\ ");
    let list = |sources: &str| std::fs::write(dir.path().join("service.d"), format!("service: {sources}\n")).unwrap();

    list(&before.display().to_string());
    let fresh = newer_sources(&binary);
    list(&format!("{} {escaped}", before.display()));
    let stale = newer_sources(&binary);

    assert!(fresh.is_empty(), "{fresh:?}");
    assert_eq!(stale, [after]);
}
