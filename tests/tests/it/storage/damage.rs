//! Data that was damaged beneath the services.

use proto::inventory::v1::ListMovementsRequest;
use sea_orm::{ConnectionTrait, Database};

use super::*;

/// Writes rubbish over a page.
fn spoil(file: &Path, page: u64, size: u64) {
    let file = fs::File::options().write(true).open(file).expect("a file");
    file.write_all_at(&vec![0xa5; usize::try_from(size).unwrap()], page * size).expect("the page is there");
}

fn of_tee() -> ListMovementsRequest {
    ListMovementsRequest { isku_code: "TEE".to_owned(), ..Default::default() }
}

/// The calls that meet the damage are refused, and the service is not ready until it is restarted.
async fn is_told(oms: &Oms, met: Status) {
    let refusal = Refusal::from(&met);

    assert_eq!(refusal.kind(), (Code::Unavailable, "STORAGE_CORRUPT"), "{met:?}");
    Service::Inventory.is_told(oms, ServingStatus::NotServing).await;
    let log = Service::Inventory.process(oms).log();
    assert_eq!(log_lines(&log, "the database is damaged: restart the service on a sound one"), 1, "{log}");
}

#[tokio::test]
async fn damage_of_a_file_is_told() {
    let oms = Oms::start_as_processes(Engine::Sqlite).await;
    oms.isku("TEE").on_hand(1).await;
    let behind = oms.behind_inventory().await;
    behind.execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let root = behind.number("SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = 'movement'").await;

    spoil(&oms.site().dir().join("inventory.db"), root.unsigned_abs() - 1, 4_096);
    let met = oms.movements(of_tee()).await.unwrap_err();

    is_told(&oms, met).await;
}

#[tokio::test]
async fn damage_of_a_file_of_postgres_is_told() {
    let mut server = postgres::Server::for_tests();
    let url = server.fresh_database().await;
    let site = Site::new(Engine::Postgres).await.with_inventory_database(&url);
    let oms = Oms::start_as_processes_at(site).await;
    oms.isku("TEE").on_hand(1).await;
    let admin = Database::connect(&url).await.unwrap();
    let path: String = {
        let sql = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('movement')";
        let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql);
        admin.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    };
    admin.close().await.unwrap();

    server.stop();
    spoil(Path::new(&path), 0, 8_192);
    server.start_again();
    Service::Inventory.is_told(&oms, ServingStatus::Serving).await;
    let met = oms.movements(of_tee()).await.unwrap_err();

    is_told(&oms, met).await;
}
