//! Pages of listings, filtered.

use sea_orm::{ConnectionTrait, DbErr, Value};
use shared::{code::Code, database::Transaction, identity::Merchant};
use uuid::Uuid;

use super::{MAPPING, columns, whole};
use crate::{
    domain::{
        listing::{Kind, Listing},
        readiness::Reason,
    },
    storage::words::Word,
};

/// Which listings to show; all that are set apply.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Of this account.
    pub(crate) account_id: Option<Uuid>,
    /// Of this kind.
    pub(crate) kind: Option<Kind>,
    /// Held back by this reason, as last known.
    pub(crate) reason: Option<Reason>,
    /// Mapped under this code.
    pub(crate) isku_code: Option<Code>,
    /// In the category with this key.
    pub(crate) category_key: Option<String>,
    /// Mapped to one ISKU or not, by its code.
    pub(crate) codes: Codes,
    /// Whether retired ones are shown.
    pub(crate) retired: Retired,
    /// Shown by the channel or not.
    pub(crate) shown: Shown,
}

/// How CSKU and ISKU compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Codes {
    /// Does not matter.
    #[default]
    Any,
    /// Mapped to one ISKU whose code differs from the CSKU.
    Differ,
}

/// Whether the channel has shown a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Does not matter.
    #[default]
    Any,
    /// Made here, and not shown yet.
    NotYet,
}

/// Whether retired listings are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Retired {
    /// They are not.
    #[default]
    Left,
    /// They are.
    Shown,
}

const CURRENT_COMPONENT: &str = "SELECT 1 FROM mapping_component WHERE mapping_component.merchant = $1 \
    AND mapping_component.listing_id = listing.id AND mapping_component.revision = listing.mapping_revision";

/// The listings after `after` in the order they were created.
pub(crate) async fn list(
    transaction: &Transaction,
    merchant: &Merchant,
    filter: &Filter,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Listing>, DbErr> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut values: Vec<Value> = vec![merchant.as_str().into(), after.into(), limit.into()];
    let mut conditions = vec!["listing.merchant = $1 AND listing.id > $2".to_owned()];
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(account_id) = filter.account_id {
        add("listing.account_id = ?", account_id.into());
    }
    if let Some(kind) = filter.kind {
        add("listing.kind = ?", kind.word().into());
    }
    if let Some(code) = &filter.isku_code {
        // The first finds the listings by an index, the second leaves those that sold it once.
        let ever = "SELECT mapping_component.listing_id FROM mapping_component \
            WHERE mapping_component.merchant = $1 AND mapping_component.isku_code = ?";
        let now = format!("{CURRENT_COMPONENT} AND mapping_component.isku_code = ?");
        add(&format!("listing.id IN ({ever}) AND EXISTS ({now})"), code.as_str().into());
    }
    if let Some(key) = &filter.category_key {
        let of_key = "SELECT category.id FROM category WHERE category.merchant = $1 AND category.category_key = ?";
        add(&format!("listing.category_id IN ({of_key})"), key.as_str().into());
    }
    if filter.retired == Retired::Left {
        conditions.push("NOT listing.retired".to_owned());
    }
    if filter.shown == Shown::NotYet {
        conditions.push("listing.waiting".to_owned());
    }
    if filter.codes == Codes::Differ {
        conditions.push(format!(
            "listing.kind IN ('SINGLE', 'VARIANT') AND EXISTS ({CURRENT_COMPONENT} \
             AND mapping_component.isku_code <> listing.csku)"
        ));
    }
    conditions.extend(filter.reason.map(held_back_by));
    let sql = format!(
        "SELECT {} FROM listing{} WHERE {} ORDER BY listing.id LIMIT $3",
        columns(),
        transaction.engine().probe_if_any("mapping", MAPPING),
        conditions.join(" AND ")
    );
    let rows = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    whole(transaction, merchant, &rows).await
}

fn held_back_by(reason: Reason) -> String {
    let finding = |kind: &str| {
        format!(
            "listing.id IN (SELECT finding_listing.listing_id FROM finding CROSS JOIN finding_listing \
             WHERE finding.merchant = $1 AND finding.kind = '{kind}' AND finding.close_time_us IS NULL \
             AND finding_listing.merchant = $1 AND finding_listing.finding_id = finding.id)"
        )
    };
    match reason {
        Reason::NeedsIsku => {
            "listing.stock_tracked AND listing.kind <> 'GROUP' AND listing.mapping_revision = 0".to_owned()
        }
        Reason::IskuArchived => format!(
            "EXISTS ({CURRENT_COMPONENT} AND mapping_component.isku_id IN \
             (SELECT isku_id FROM archived_isku WHERE archived_isku.merchant = $1))"
        ),
        Reason::KitComponentMissing => format!("EXISTS ({CURRENT_COMPONENT} AND mapping_component.isku_id IS NULL)"),
        Reason::DifferentGoods => finding("DIFFERENT_GOODS"),
        Reason::DuplicateMapping => finding("DUPLICATE_MAPPING"),
        Reason::NeedsCategory => "listing.category_id IS NULL".to_owned(),
        Reason::GroupEmpty => "listing.kind = 'GROUP' AND NOT EXISTS (SELECT 1 FROM group_member JOIN listing member \
             ON member.merchant = $1 AND member.id = group_member.member_id AND NOT member.retired \
             WHERE group_member.merchant = $1 AND group_member.group_id = listing.id)"
            .to_owned(),
        Reason::Retired => "listing.retired".to_owned(),
        Reason::UnsupportedKit => finding("UNSUPPORTED_KIT"),
    }
}
