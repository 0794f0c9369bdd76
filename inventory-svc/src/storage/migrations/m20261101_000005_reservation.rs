//! Units held for orders: reservations, their items, and their lines per component and location.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE reservation (
        merchant TEXT NOT NULL,
        reservation_id UUID NOT NULL,
        channel TEXT NOT NULL,
        seller_id TEXT NOT NULL,
        seller_key CODE NOT NULL,
        order_id CODE NOT NULL,
        state TEXT NOT NULL,
        create_time_us BIGINT NOT NULL,
        update_time_us BIGINT NOT NULL,
        PRIMARY KEY (merchant, reservation_id)
    )",
    "CREATE UNIQUE INDEX reservation_by_order ON reservation (merchant, channel, seller_key, order_id)",
    "CREATE TABLE reservation_item (
        merchant TEXT NOT NULL,
        reservation_id UUID NOT NULL,
        item_no BIGINT NOT NULL,
        csku CODE NOT NULL,
        mapping_revision BIGINT NOT NULL,
        quantity BIGINT NOT NULL,
        held BIGINT NOT NULL,
        shipped BIGINT NOT NULL,
        released BIGINT NOT NULL,
        PRIMARY KEY (merchant, reservation_id, item_no),
        CONSTRAINT reservation_item_units CHECK (0 <= held AND 0 <= shipped AND 0 <= released AND quantity = held + shipped + released)
    )",
    "CREATE TABLE reservation_line (
        merchant TEXT NOT NULL,
        reservation_id UUID NOT NULL,
        item_no BIGINT NOT NULL,
        component_no BIGINT NOT NULL,
        location_id BIGINT NOT NULL,
        isku_id BIGINT NOT NULL,
        per_unit BIGINT NOT NULL,
        held BIGINT NOT NULL,
        shipped BIGINT NOT NULL,
        released BIGINT NOT NULL,
        PRIMARY KEY (merchant, reservation_id, item_no, component_no, location_id),
        CONSTRAINT reservation_line_units CHECK (1 <= per_unit AND 0 <= held AND 0 <= shipped AND 0 <= released)
    )",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
