//! inventory-svc.
mod domain;
