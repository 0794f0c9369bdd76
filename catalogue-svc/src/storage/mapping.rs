//! Statements about revisions of mappings. What is written is never changed.

use std::collections::HashMap;

use sea_orm::{DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::{
    code::Code,
    database::{Rows, Transaction},
    identity::Merchant,
    time::Micros,
};
use uuid::Uuid;

use super::{
    entity::{mapping, mapping_component},
    row::{self, columns, models, parsed},
    words::Word,
};
use crate::domain::mapping::{Component, Mapping, Source};

/// The components of these revisions, in their order.
pub(crate) async fn components(
    transaction: &Transaction,
    merchant: &Merchant,
    revisions: &[(Uuid, i64)],
) -> Result<HashMap<(Uuid, i64), Vec<Component>>, DbErr> {
    let mut found: HashMap<(Uuid, i64), Vec<Component>> = HashMap::new();
    if revisions.is_empty() {
        return Ok(found);
    }
    let rows = Rows::new(transaction.engine())
        .uuid("listing_id", revisions.iter().map(|(listing_id, _)| *listing_id))
        .bigint("revision", revisions.iter().map(|(_, revision)| *revision));
    let same = "mapping_component.merchant = $1 AND mapping_component.listing_id = asked.listing_id \
                AND mapping_component.revision = asked.revision";
    let probe = transaction.engine().probe("mapping_component", same);
    let rows = models::<mapping_component::Model>(transaction, merchant, rows, [], |asked, _| {
        let columns = columns::<mapping_component::Entity>();
        format!(
            "SELECT {columns} FROM {asked}{probe} \
             ORDER BY mapping_component.listing_id, mapping_component.revision, mapping_component.position"
        )
    });
    for row in rows.await? {
        found.entry((row.listing_id, row.revision)).or_default().push(row.try_into()?);
    }
    Ok(found)
}

impl TryFrom<mapping_component::Model> for Component {
    type Error = DbErr;

    fn try_from(row: mapping_component::Model) -> Result<Self, DbErr> {
        Ok(Self {
            isku_code: parsed(mapping_component::Column::IskuCode, &row.isku_code, Code::parse)?,
            isku_id: row.isku_id,
            quantity: row.quantity,
        })
    }
}

impl TryFrom<mapping::Model> for Mapping {
    type Error = DbErr;

    /// Without its components.
    fn try_from(row: mapping::Model) -> Result<Self, DbErr> {
        Ok(Self {
            revision: row.revision,
            source: parsed(mapping::Column::Source, &row.source, Source::read)?,
            components: vec![],
            actor: row.actor,
            note: row.note,
            create_time: Micros(row.create_time_us),
        })
    }
}

/// Adds revisions, each a listing's next; one that is there already means that the transaction was overtaken.
pub(crate) async fn insert(
    transaction: &Transaction,
    merchant: &Merchant,
    mappings: &[(Uuid, &Mapping)],
) -> Result<(), DbErr> {
    let mut writes = row::writes(transaction, merchant);
    let rows = Rows::new(writes.engine())
        .uuid("listing_id", mappings.iter().map(|(id, _)| *id))
        .bigint("revision", mappings.iter().map(|(_, mapping)| mapping.revision))
        .text("source", mappings.iter().map(|(_, mapping)| mapping.source.word()))
        .text("actor", mappings.iter().map(|(_, mapping)| mapping.actor.as_str()))
        .text("note", mappings.iter().map(|(_, mapping)| mapping.note.as_str()))
        .bigint("create_time_us", mappings.iter().map(|(_, mapping)| mapping.create_time.0));
    writes.insert("mapping", rows);

    let parts = || {
        mappings.iter().flat_map(|(id, mapping)| {
            mapping.components.iter().zip(1..).map(move |(component, at)| (*id, mapping.revision, at, component))
        })
    };
    let rows = Rows::new(writes.engine())
        .uuid("listing_id", parts().map(|(id, ..)| id))
        .bigint("revision", parts().map(|(_, revision, ..)| revision))
        .bigint("position", parts().map(|(_, _, at, _)| at))
        .text("isku_code", parts().map(|(.., component)| component.isku_code.as_str()))
        .opt_bigint("isku_id", parts().map(|(.., component)| component.isku_id))
        .bigint("quantity", parts().map(|(.., component)| component.quantity));
    writes.insert("mapping_component", rows);
    writes.run(transaction).await
}

/// Revisions of a listing before `before`, the newest first.
pub(crate) async fn revisions(
    transaction: &Transaction,
    merchant: &Merchant,
    listing_id: Uuid,
    before: i64,
    limit: u64,
) -> Result<Vec<Mapping>, DbErr> {
    let rows = mapping::Entity::find()
        .filter(mapping::COLUMN.merchant.eq(merchant.as_str()))
        .filter(mapping::COLUMN.listing_id.eq(listing_id))
        .filter(mapping::COLUMN.revision.lt(before))
        .order_by_desc(mapping::Column::Revision)
        .limit(limit)
        .all(transaction);
    let mut mappings = rows.await?.into_iter().map(Mapping::try_from).collect::<Result<Vec<_>, DbErr>>()?;
    let keys: Vec<(Uuid, i64)> = mappings.iter().map(|mapping| (listing_id, mapping.revision)).collect();
    let mut components = components(transaction, merchant, &keys).await?;
    for mapping in &mut mappings {
        mapping.components = components.remove(&(listing_id, mapping.revision)).unwrap_or_default();
    }
    Ok(mappings)
}
