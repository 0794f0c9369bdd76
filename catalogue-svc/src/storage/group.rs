//! Statements about which listings a group offers.

use sea_orm::DbErr;
use shared::{
    database::{Rows, Transaction, overtaken},
    identity::Merchant,
};
use uuid::Uuid;

use super::{
    entity::group_member::{Entity, Model},
    row::{self, columns, models, query},
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
    let same = format!("group_member.merchant = $1 AND group_member.{column} = asked.id");
    let probe = transaction.engine().probe("group_member", &same);
    let found = models::<Model>(transaction, merchant, rows, [], |asked, _| {
        let columns = columns::<Entity>();
        format!("SELECT {columns} FROM {asked}{probe} ORDER BY group_member.group_id, group_member.position")
    });
    Ok(found.await?.into_iter().map(|row| Membership { group_id: row.group_id, member_id: row.member_id }).collect())
}

/// Takes all members from groups.
pub(crate) async fn empty(transaction: &Transaction, merchant: &Merchant, groups: Vec<Uuid>) -> Result<(), DbErr> {
    let mut writes = row::writes(transaction, merchant);
    writes.delete("group_member", Rows::new(writes.engine()).uuid("group_id", groups), &["group_id"]);
    writes.run(transaction).await
}

/// Takes members from groups.
pub(crate) async fn leave(transaction: &Transaction, merchant: &Merchant, left: &[Membership]) -> Result<(), DbErr> {
    let mut writes = row::writes(transaction, merchant);
    writes.delete("group_member", ties(transaction, left), &["member_id", "group_id"]);
    writes.run(transaction).await
}

/// Adds members to groups, after those that are there, in this order; they are not there yet.
pub(crate) async fn join(transaction: &Transaction, merchant: &Merchant, joined: &[Membership]) -> Result<(), DbErr> {
    if joined.is_empty() {
        return Ok(());
    }
    let rows = ties(transaction, joined).bigint("at", (1..).take(joined.len()));
    let added = query(transaction, merchant, rows, [], |asked, _| {
        format!(
            "INSERT INTO group_member (merchant, group_id, position, member_id) \
             SELECT $1, group_id, at + coalesce((SELECT max(position) FROM group_member \
               WHERE group_member.merchant = $1 AND group_member.group_id = asked.group_id), 0), member_id \
             FROM {asked} WHERE true ON CONFLICT DO NOTHING RETURNING 1 AS inserted"
        )
    });
    if added.await?.len() == joined.len() { Ok(()) } else { Err(overtaken()) }
}

fn ties(transaction: &Transaction, ties: &[Membership]) -> Rows {
    Rows::new(transaction.engine())
        .uuid("group_id", ties.iter().map(|tie| tie.group_id))
        .uuid("member_id", ties.iter().map(|tie| tie.member_id))
}

/// Replaces the members of groups by these, in this order; each member of a group once.
pub(crate) async fn replace_members(
    transaction: &Transaction,
    merchant: &Merchant,
    groups: &[(Uuid, Vec<Uuid>)],
) -> Result<(), DbErr> {
    empty(transaction, merchant, groups.iter().map(|(group, _)| *group).collect()).await?;
    let mut writes = row::writes(transaction, merchant);
    let members =
        || groups.iter().flat_map(|(group, members)| members.iter().zip(1..).map(|(member, at)| (*group, at, *member)));
    let rows = Rows::new(transaction.engine())
        .uuid("group_id", members().map(|(group, ..)| group))
        .bigint("position", members().map(|(_, at, _)| at))
        .uuid("member_id", members().map(|(.., member)| member));
    writes.insert("group_member", rows);
    writes.run(transaction).await
}
