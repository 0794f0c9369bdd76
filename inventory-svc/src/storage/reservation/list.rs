//! Statements that walk along reservations, from the newest to the oldest, each along an index of its own.

use sea_orm::{ConnectionTrait, DbErr, Value};
use shared::{database::Transaction, identity::Merchant};
use uuid::Uuid;

use crate::{domain::isku::IskuId, storage::row::Columns};

/// What is walked along: it leaves others out without reading them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Along {
    /// Those that have lines with units of an ISKU.
    Holders(IskuId),
    /// Those that are marked as short.
    Short,
    /// Those that are stored as held.
    Held,
    /// Those that are stored as confirmed.
    Confirmed,
    /// All of them.
    All,
}

/// The newest reservations that are older than one, at most `limit`.
pub(crate) async fn older_than(
    transaction: &Transaction,
    merchant: &Merchant,
    along: Along,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>, DbErr> {
    let mut values = vec![Value::from(merchant.as_str()), before.into(), limit.into()];
    let from = match along {
        Along::Holders(isku_id) => {
            values.push(isku_id.0.into());
            "DISTINCT reservation_id FROM reservation_line WHERE isku_id = $4 AND held > 0"
        }
        Along::Short => "reservation_id FROM reservation WHERE short",
        Along::Held => "reservation_id FROM reservation WHERE state = 'HELD'",
        Along::Confirmed => "reservation_id FROM reservation WHERE state = 'CONFIRMED'",
        Along::All => "reservation_id FROM reservation WHERE true",
    };
    let sql = format!("SELECT {from} AND merchant = $1 AND reservation_id < $2 ORDER BY reservation_id DESC LIMIT $3");
    let found = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    found.iter().map(|row| row.uuid("reservation_id")).collect()
}
