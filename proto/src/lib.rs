//! The generated API of both services and their descriptor sets. Holds no code of its own.

#![allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

/// Values that both services speak of.
pub mod r#type {
    pub mod v1 {
        tonic::include_proto!("oms.r#type.v1");
    }
}

/// The API of inventory-svc.
pub mod inventory {
    pub mod v1 {
        tonic::include_proto!("oms.inventory.v1");
    }
    /// What reflection of inventory-svc shows.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/inventory.bin"));
}

/// The API of catalogue-svc.
pub mod catalogue {
    pub mod v1 {
        tonic::include_proto!("oms.catalogue.v1");
    }
    /// What reflection of catalogue-svc shows.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.bin"));
}
