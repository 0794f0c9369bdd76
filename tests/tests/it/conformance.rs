//! What a database of the pair is, on both engines: its schema, the constraints that hold without us, migrations that may race.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use tests::{Engine, Oms, both_engines, story::Level};

both_engines!(
    merchant_comes_first_in_every_primary_key,
    the_table_itself_refuses_to_oversell,
    a_second_start_migrates_nothing_and_keeps_everything,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_at_once_migrate_once() {
    let oms = Oms::with_replicas(Engine::Postgres, 4).await;

    for replica in 0..4 {
        oms.at_replica(replica).isku(&format!("OF-{replica}")).await;
    }

    assert_eq!(oms.codes(10).await.unwrap().len(), 4);
    oms.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn catalogues_that_start_at_once_on_an_empty_database_both_serve() {
    let oms = Oms::start(Engine::Postgres).await;
    let elsewhere = tests::site::Site::new(Engine::Postgres).await;
    let config = elsewhere.catalogue_config(oms.gate().url());
    let start = async || {
        let settings = catalogue_svc::settings::Settings::load(Some(&config)).unwrap();
        catalogue_svc::start(settings).await.unwrap()
    };

    let (one, two) = tokio::join!(start(), start());

    let shop = |running: &shared::server::Running| {
        let url = format!("http://{}", running.address());
        let acme = tests::Merchant::at(&oms.inventory_url(), &url, &tests::site::credential_of("acme"));
        acme.shop("shopify", "shop")
    };
    shop(&one).connect().await.unwrap();
    assert!(shop(&two).account().await.is_ok());
    oms.finish().await;
    for running in [one, two] {
        running.drain().await;
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    Database::connect(url).await.unwrap()
}

/// Every table that holds what is a merchant's, with the first column of its primary key: not those that keep the schema.
async fn first_key_columns(database: &DatabaseConnection, engine: Engine) -> Vec<(String, String)> {
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT m.name AS table_name, coalesce((SELECT p.name FROM pragma_table_info(m.name) p WHERE p.pk = 1), '') AS first
             FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'seaql_%'
             AND m.name <> 'schema_window' ORDER BY 1"
        }
        Engine::Postgres => {
            "SELECT c.relname::text AS table_name, coalesce(a.attname::text, '') AS first
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
             LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
             WHERE c.relkind = 'r' AND n.nspname = current_schema() AND c.relname NOT LIKE 'seaql_%'
             AND c.relname <> 'schema_window' ORDER BY 1"
        }
    };
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| (row.try_get("", "table_name").unwrap(), row.try_get("", "first").unwrap())).collect()
}

async fn merchant_comes_first_in_every_primary_key(oms: &Oms) {
    for url in [oms.site().inventory_database(), oms.site().catalogue_database()] {
        let tables = first_key_columns(&connect(url).await, oms.site().engine()).await;

        assert!(tables.len() >= 8, "the schema was not found: {tables:?}");
        for (table, first) in tables {
            assert_eq!(first, "merchant", "the primary key of {table} starts with another column");
        }
    }
}

async fn the_table_itself_refuses_to_oversell(oms: &Oms) {
    oms.isku("A").on_hand(5).await;
    oms.reserve("1", &[("TEE", 2, &[("A", 1)])]).await.unwrap();
    let database = connect(oms.site().inventory_database()).await;

    for bad in ["reserved = on_hand + 1", "reserved = -1", "on_hand = -1", "on_hand = reserved - 1"] {
        let broken = database.execute_unprepared(&format!("UPDATE stock SET {bad}")).await;

        let broken = broken.expect_err("the table lets it through").to_string().to_lowercase();
        assert!(broken.contains("check constraint"), "{bad}: {broken}");
    }
    assert_eq!(oms.level("A").await, Level::of(5, 2));
}

async fn a_second_start_migrates_nothing_and_keeps_everything(oms: &Oms) {
    oms.isku("TEE").on_hand(5).await;
    let shop = oms.connect("shopify", "shop").await;
    shop.single("TEE", None).await.unwrap();
    let tables = async || {
        let (inventory, catalogue) = (oms.site().inventory_database(), oms.site().catalogue_database());
        let inventory = first_key_columns(&connect(inventory).await, oms.site().engine()).await;
        (inventory, first_key_columns(&connect(catalogue).await, oms.site().engine()).await)
    };
    let before = tables().await;

    let second = oms.second_pair().await;

    assert_eq!(second.level("TEE").await, Level::of(5, 0));
    assert_eq!(second.shop("shopify", "shop").listings().await, shop.listings().await);
    assert_eq!(tables().await, before);
}
