//! What a pair needs before it can start: databases, credentials and configuration files, in a folder of its own.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{cable::Cable, merchant::Credential, postgres};

/// Where the services keep their data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file for each service.
    Sqlite,
    /// A database for each service, on this process's own server.
    Postgres,
}

/// The merchants of every test, each with a credential named after it.
pub const MERCHANTS: [&str; 2] = ["acme", "globex"];

/// No test is to pass since a sweeper came by: what is due is free without it.
const NO_SWEEP: &str = "sweep_interval_ms = 3600000\n";

/// The credential of one of the [`MERCHANTS`].
pub fn credential_of(merchant: &str) -> Credential {
    Credential::token(&token_of(merchant))
}

fn token_of(name: &str) -> String {
    format!("token-of-{name}")
}

/// The folder of one pair.
#[derive(Debug)]
pub struct Site {
    dir: TempDir,
    engine: Engine,
    inventory_database: String,
    catalogue_database: String,
    /// What leads to the databases, inventory-svc's first; none where the services reach them directly.
    cables: Option<[Cable; 2]>,
    /// Lines of the section `server`, besides the port.
    server: String,
    /// Lines of the section `database`, besides the URL.
    database: String,
    /// Lines of the section `stock` of inventory-svc.
    stock: String,
    /// Sections of inventory-svc alone.
    inventory: String,
}

impl Site {
    /// Two empty databases and the credentials.
    pub async fn new(engine: Engine) -> Self {
        Self::within(&env::temp_dir(), engine).await
    }

    /// The same, in another folder than temporary files usually are in.
    pub async fn within(folder: &Path, engine: Engine) -> Self {
        let dir = tempfile::Builder::new().prefix("oms-").tempdir_in(folder).expect("a folder");
        let (inventory_database, catalogue_database) = match engine {
            Engine::Sqlite => {
                let url = |name: &str| format!("sqlite://{}", dir.path().join(name).display());
                (url("inventory.db"), url("catalogue.db"))
            }
            Engine::Postgres => (postgres::fresh_database().await, postgres::fresh_database().await),
        };
        let site = Self {
            dir,
            engine,
            inventory_database,
            catalogue_database,
            cables: None,
            server: String::new(),
            database: String::new(),
            stock: NO_SWEEP.to_owned(),
            inventory: String::new(),
        };
        site.write("credentials.toml", &credentials());
        site.write("catalogue.token", &token_of("catalogue"));
        site
    }

    /// The same, with other settings of the section `server`.
    #[must_use]
    pub fn with_server(mut self, settings: &str) -> Self {
        self.server = format!("{settings}\n");
        self
    }

    /// The same, with other settings of the section `database`.
    #[must_use]
    pub fn with_database(mut self, settings: &str) -> Self {
        self.database = format!("{settings}\n");
        self
    }

    /// The same, with other settings of the section `stock` of inventory-svc.
    #[must_use]
    pub fn with_stock(mut self, settings: &str) -> Self {
        self.stock = format!("{settings}\n");
        self
    }

    /// On PostgreSQL, with a cable from each service to its database.
    pub async fn with_cables() -> Self {
        let site = Self::new(Engine::Postgres).await;
        let cables = [&site.inventory_database, &site.catalogue_database].map(|url| Cable::to(url));
        Self { cables: Some(cables), ..site }
    }

    /// The cables of inventory-svc and catalogue-svc.
    pub fn cables(&self) -> &[Cable; 2] {
        self.cables.as_ref().expect("the services are at the end of cables")
    }

    /// The same, with sections that only inventory-svc has.
    #[must_use]
    pub fn with_inventory(mut self, sections: &str) -> Self {
        self.inventory = format!("{sections}\n");
        self
    }

    /// The same with another database for catalogue-svc.
    #[must_use]
    pub fn with_catalogue_database(self, url: &str) -> Self {
        Self { catalogue_database: url.to_owned(), ..self }
    }

    /// The same with another database for inventory-svc.
    #[must_use]
    pub fn with_inventory_database(self, url: &str) -> Self {
        Self { inventory_database: url.to_owned(), ..self }
    }

    /// The engine of both databases.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The URL of inventory-svc's database.
    pub fn inventory_database(&self) -> &str {
        &self.inventory_database
    }

    /// The URL of catalogue-svc's database.
    pub fn catalogue_database(&self) -> &str {
        &self.catalogue_database
    }

    /// The configuration file of inventory-svc on a free port.
    pub fn inventory_config(&self) -> PathBuf {
        self.inventory_file("inventory.toml", &self.stock)
    }

    /// The configuration file of one more inventory-svc, whose sweeper comes by all the time.
    pub fn sweeping_config(&self) -> PathBuf {
        self.inventory_file("sweeping.toml", "sweep_interval_ms = 20\n")
    }

    fn inventory_file(&self, name: &str, stock: &str) -> PathBuf {
        let cable = self.cables.as_ref().map(|[inventory, _]| inventory.url());
        let config = self.config(cable.as_ref().unwrap_or(&self.inventory_database));
        self.write(name, &format!("{config}[stock]\n{stock}{}", self.inventory))
    }

    /// The configuration file of catalogue-svc on a free port, with inventory-svc at a URL.
    pub fn catalogue_config(&self, inventory: &str) -> PathBuf {
        let token = self.dir.path().join("catalogue.token");
        let upstream = format!("[inventory]\nurl = {inventory:?}\ntoken_file = {:?}\n", token.display().to_string());
        let cable = self.cables.as_ref().map(|[_, catalogue]| catalogue.url());
        let database = cable.as_ref().unwrap_or(&self.catalogue_database);
        self.write("catalogue.toml", &(self.config(database) + &upstream))
    }

    /// A file with a merchant's token.
    pub fn token_file(&self, merchant: &str) -> PathBuf {
        self.write(&format!("{merchant}.token"), &token_of(merchant))
    }

    /// A file in the folder.
    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, content).expect("the folder takes files");
        path
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    fn config(&self, database: &str) -> String {
        let credentials = self.dir.path().join("credentials.toml");
        format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n{}[database]\nurl = {database:?}\nmigrate = true\n{}\
             [auth]\ncredentials_file = {:?}\n",
            self.server,
            self.database,
            credentials.display().to_string()
        )
    }
}

fn credentials() -> String {
    let entry = |name: &str, merchants: &str| {
        let digest = Sha256::digest(token_of(name));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("[[credential]]\nname = \"{name}-service\"\ntoken_sha256 = \"{hex}\"\nmerchants = [\"{merchants}\"]\n")
    };
    let own = MERCHANTS.map(|merchant| entry(merchant, merchant)).concat();
    own + &entry("catalogue", "*") + &entry("operator", "*")
}
