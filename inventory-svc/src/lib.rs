//! inventory-svc.
mod domain;
mod inventory;
mod storage;
