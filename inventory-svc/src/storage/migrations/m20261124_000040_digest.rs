//! Rows of the ledger and of reservations have a digest, also those that are there already.

use sea_orm_migration::{async_trait, prelude::*};

use shared::database::schema::Kind::{Bigint, Boolean, Text, Uuid};

use crate::storage::digest::{self, Column, Digested, ITEMS, LINES};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

// NULL in what a version before this one inserts. What such a version changes keeps a digest that does not match it any more: replicas are
// of one version, or `verify` tells those rows as damaged.
const UP: &[&str] = &[
    "ALTER TABLE movement ADD COLUMN digest BIGINT",
    "ALTER TABLE reservation ADD COLUMN digest BIGINT",
    "ALTER TABLE reservation_item ADD COLUMN digest BIGINT",
    "ALTER TABLE reservation_line ADD COLUMN digest BIGINT",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await?;
        // From here on damage is found: what is there is taken for sound. Some minutes for ten million rows.
        digest::fill(manager.get_connection(), super::engine(manager), &[MOVEMENT, RESERVATION, ITEM, LINE]).await
    }
}

pub(super) const MOVEMENT: Digested = Digested {
    table: "movement",
    key: || Column::named(&[("isku_id", Bigint), ("location_id", Bigint), ("sequence", Bigint)]),
    columns: || {
        Column::named(&[
            ("isku_id", Bigint),
            ("location_id", Bigint),
            ("sequence", Bigint),
            ("kind", Text),
            ("on_hand_delta", Bigint),
            ("reserved_delta", Bigint),
            ("on_hand_after", Bigint),
            ("reserved_after", Bigint),
            ("reservation_id", Uuid),
            ("csku", Text),
            ("document", Text),
            ("note", Text),
            ("actor", Text),
            ("request_id", Text),
            ("create_time_us", Bigint),
            ("reason", Text),
            ("batch", Bigint),
        ])
    },
    counted: None,
};

const RESERVATION: Digested = Digested {
    table: "reservation",
    key: || Column::named(&[("reservation_id", Uuid)]),
    columns: || {
        Column::named(&[
            ("reservation_id", Uuid),
            ("channel", Text),
            ("seller_id", Text),
            ("seller_key", Text),
            ("order_id", Text),
            ("state", Text),
            ("create_time_us", Bigint),
            ("update_time_us", Bigint),
            ("expire_time_us", Bigint),
            ("short", Boolean),
        ])
    },
    counted: Some(ITEMS),
};

const ITEM: Digested = Digested {
    table: "reservation_item",
    key: || Column::named(&[("reservation_id", Uuid), ("item_no", Bigint)]),
    columns: || {
        Column::named(&[
            ("reservation_id", Uuid),
            ("item_no", Bigint),
            ("csku", Text),
            ("mapping_revision", Bigint),
            ("quantity", Bigint),
            ("held", Bigint),
            ("shipped", Bigint),
            ("released", Bigint),
            ("ordered", Bigint),
            ("short", Bigint),
            ("returned", Bigint),
        ])
    },
    counted: Some(LINES),
};

const LINE: Digested = Digested {
    table: "reservation_line",
    key: || {
        let own = [("reservation_id", Uuid), ("item_no", Bigint), ("component_no", Bigint), ("location_id", Bigint)];
        Column::named(&own)
    },
    columns: || {
        Column::named(&[
            ("reservation_id", Uuid),
            ("item_no", Bigint),
            ("component_no", Bigint),
            ("location_id", Bigint),
            ("isku_id", Bigint),
            ("per_unit", Bigint),
            ("held", Bigint),
            ("shipped", Bigint),
            ("released", Bigint),
            ("expire_time_us", Bigint),
        ])
    },
    counted: None,
};
