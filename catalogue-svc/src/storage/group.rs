//! Statements about which listings a group offers.

use sea_orm::DbErr;
use shared::{
    database::{Rows, Transaction},
    identity::Merchant,
};
use uuid::Uuid;

use super::{
    entity::group_member::{Entity, Model},
    row::{columns, insert, models, query},
};

/// A listing that a group offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Membership {
    /// The group.
    pub(crate) group_id: Uuid,
    /// Its member.
    pub(crate) member_id: Uuid,
}

/// The members of groups, in their order.
pub(crate) async fn members_of(
    transaction: &Transaction,
    merchant: &Merchant,
    groups: Vec<Uuid>,
) -> Result<Vec<Membership>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("id", groups);
    find(transaction, merchant, rows, "group_id").await
}

/// The groups that offer listings.
pub(crate) async fn groups_of(
    transaction: &Transaction,
    merchant: &Merchant,
    members: Vec<Uuid>,
) -> Result<Vec<Membership>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("id", members);
    find(transaction, merchant, rows, "member_id").await
}

async fn find(
    transaction: &Transaction,
    merchant: &Merchant,
    rows: Rows,
    column: &str,
) -> Result<Vec<Membership>, DbErr> {
    let found = models::<Model>(transaction, merchant, rows, [], |asked, _| {
        let columns = columns::<Entity>();
        format!(
            "SELECT {columns} FROM {asked} CROSS JOIN group_member \
             WHERE group_member.merchant = $1 AND group_member.{column} = asked.id \
             ORDER BY group_member.group_id, group_member.position"
        )
    });
    Ok(found.await?.into_iter().map(|row| Membership { group_id: row.group_id, member_id: row.member_id }).collect())
}

/// Replaces the members of groups by these, in this order; each member of a group once.
pub(crate) async fn replace_members(
    transaction: &Transaction,
    merchant: &Merchant,
    groups: &[(Uuid, Vec<Uuid>)],
) -> Result<(), DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("id", groups.iter().map(|(group, _)| *group));
    query(transaction, merchant, rows, [], |asked, _| {
        format!("DELETE FROM group_member WHERE merchant = $1 AND group_id IN (SELECT id FROM {asked})")
    })
    .await?;
    let members =
        || groups.iter().flat_map(|(group, members)| members.iter().zip(1..).map(|(member, at)| (*group, at, *member)));
    let rows = Rows::new(transaction.engine())
        .uuid("group_id", members().map(|(group, ..)| group))
        .bigint("position", members().map(|(_, at, _)| at))
        .uuid("member_id", members().map(|(.., member)| member));
    insert(transaction, merchant, "group_member", "group_id, position, member_id", members().count(), rows).await
}
