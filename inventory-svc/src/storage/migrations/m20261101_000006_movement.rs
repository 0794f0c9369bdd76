//! The ledger, with an index for each way to trace it.

use sea_orm_migration::{async_trait, prelude::*};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE movement (
        merchant TEXT NOT NULL,
        isku_id BIGINT NOT NULL,
        location_id BIGINT NOT NULL,
        sequence BIGINT NOT NULL,
        kind TEXT NOT NULL,
        on_hand_delta BIGINT NOT NULL,
        reserved_delta BIGINT NOT NULL,
        on_hand_after BIGINT NOT NULL,
        reserved_after BIGINT NOT NULL,
        reservation_id UUID,
        csku CODE,
        document CODE,
        note TEXT,
        actor TEXT NOT NULL,
        request_id TEXT NOT NULL,
        create_time_us BIGINT NOT NULL,
        PRIMARY KEY (merchant, isku_id, location_id, sequence)
    )",
    "CREATE INDEX movement_by_isku ON movement (merchant, isku_id, create_time_us, location_id, sequence)",
    "CREATE INDEX movement_by_location ON movement (merchant, location_id, create_time_us, isku_id, sequence)",
    "CREATE INDEX movement_by_reservation ON movement (merchant, reservation_id, create_time_us, isku_id, location_id, sequence)
        WHERE reservation_id IS NOT NULL",
    "CREATE INDEX movement_by_csku ON movement (merchant, csku, create_time_us, isku_id, location_id, sequence)
        WHERE csku IS NOT NULL",
    "CREATE INDEX movement_by_document ON movement (merchant, document, create_time_us, isku_id, location_id, sequence)
        WHERE document IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, UP).await
    }
}
