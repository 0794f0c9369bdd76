//! Statements about the marketplaces' categories.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, Value};
use shared::{
    database::{Rows, Transaction},
    identity::{Channel, Merchant},
    time::Micros,
};
use uuid::Uuid;

use super::{
    entity::category::{Column, Entity, Model},
    row::{Columns, columns, models, parsed, query, read_texts, texts},
};
use crate::domain::category::{Category, CategoryPath, Owner};

impl TryFrom<Model> for Category {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let path: Vec<String> = parsed(Column::Path, &row.path, read_texts)?;
        let id = row.channel_category_id.unwrap_or_default();
        Ok(Self {
            id: row.id,
            owner: match row.owner.as_str() {
                "" => Owner::Channel,
                account_id => Owner::Account(parsed(Column::Owner, account_id, Uuid::parse_str)?),
            },
            path: CategoryPath::parse(&id, &path).map_err(|problem| DbErr::Type(format!("category {problem}")))?,
        })
    }
}

fn owner(owner: Owner) -> String {
    match owner {
        Owner::Channel => String::new(),
        Owner::Account(id) => id.to_string(),
    }
}

/// The categories with these ids.
pub(crate) async fn by_ids(
    transaction: &Transaction,
    merchant: &Merchant,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Category>, DbErr> {
    let rows = Rows::new(transaction.engine()).uuid("id", ids);
    let probe = transaction.engine().probe("category", "category.merchant = $1 AND category.id = asked.id");
    let found = models::<Model>(transaction, merchant, rows, [], |asked, _| {
        format!("SELECT {} FROM {asked}{probe}", columns::<Entity>())
    });
    found.await?.into_iter().map(|row| Category::try_from(row).map(|category| (category.id, category))).collect()
}

/// Sees to it that categories are there, under their newest path; answers their ids.
pub(crate) async fn upsert(
    transaction: &Transaction,
    merchant: &Merchant,
    channel: &Channel,
    account_id: Uuid,
    named: &[CategoryPath],
    now: Micros,
) -> Result<HashMap<CategoryPath, Uuid>, DbErr> {
    let whose = owner(Owner::of(channel, account_id));
    // Sorted and each once: no deadlock, and no row twice in one statement. The path that is named first wins, a known one before none.
    let mut wanted: BTreeMap<(String, String), &CategoryPath> = BTreeMap::new();
    for path in named {
        let known = wanted.entry((whose.clone(), path.key())).or_insert(path);
        if known.path().is_empty() {
            *known = path;
        }
    }
    let paths = wanted.values().map(|path| texts(&path.path().to_vec())).collect::<Result<Vec<_>, _>>()?;
    let rows = Rows::new(transaction.engine())
        .uuid("id", wanted.keys().map(|_| Uuid::now_v7()))
        .text("owner", wanted.keys().map(|(owner, _)| owner.as_str()))
        .text("category_key", wanted.keys().map(|(_, key)| key.as_str()))
        .opt_text("channel_category_id", wanted.values().map(|path| path.channel_category_id()))
        .text("path", paths)
        .text("sort_key", wanted.values().map(|path| path.path().join("\u{1}")));
    query(transaction, merchant, rows, [channel.as_str().into(), now.0.into()], |asked, next| {
        let time = next + 1;
        format!(
            "INSERT INTO category (merchant, channel, id, owner, category_key, channel_category_id, path, sort_key, \
             create_time_us, update_time_us) SELECT $1, ${next}, id, owner, category_key, channel_category_id, path, \
             sort_key, ${time}, ${time} FROM {asked} WHERE true \
             ON CONFLICT (merchant, channel, owner, category_key) DO UPDATE SET path = excluded.path, \
             sort_key = excluded.sort_key, update_time_us = excluded.update_time_us \
             WHERE excluded.path <> '[]' AND excluded.path <> category.path"
        )
    })
    .await?;

    let rows = Rows::new(transaction.engine())
        .text("owner", wanted.keys().map(|(owner, _)| owner.as_str()))
        .text("category_key", wanted.keys().map(|(_, key)| key.as_str()));
    let found = query(transaction, merchant, rows, [channel.as_str().into()], |asked, next| {
        let same = format!(
            "category.merchant = $1 AND category.channel = ${next} AND category.owner = asked.owner \
             AND category.category_key = asked.category_key"
        );
        let probe = transaction.engine().probe("category", &same);
        format!("SELECT category.id, category.owner, category.category_key FROM {asked}{probe}")
    });
    let mut ids: HashMap<(String, String), Uuid> = HashMap::new();
    for row in found.await? {
        ids.insert((row.col("owner")?, row.col("category_key")?), row.col("id")?);
    }
    let id_of = |path: &CategoryPath| ids.get(&(whose.clone(), path.key())).copied();
    Ok(named.iter().filter_map(|path| Some((path.clone(), id_of(path)?))).collect())
}

/// A category with how many listings are in it, and its place in the order of the list.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    /// The category.
    pub(crate) category: Category,
    /// Listings in it that are not retired.
    pub(crate) listings: i64,
    /// What it is sorted by, before its id.
    pub(crate) sort_key: String,
}

/// The categories of a channel after a place in the order of their paths; only an account's own tree if it is named.
pub(crate) async fn list(
    transaction: &Transaction,
    merchant: &Merchant,
    channel: &Channel,
    account_id: Option<Uuid>,
    after: &(String, Uuid),
    limit: u64,
) -> Result<Vec<Counted>, DbErr> {
    let columns = columns::<Entity>();
    let sql = format!(
        "SELECT {columns}, (SELECT count(*) FROM listing WHERE listing.merchant = $1 \
         AND listing.category_id = category.id AND NOT listing.retired) AS listings \
         FROM category WHERE category.merchant = $1 AND category.channel = $2 \
         AND (category.sort_key, category.id) > ($3, $4) AND ($5 = '' OR category.owner = $5) \
         ORDER BY category.sort_key, category.id LIMIT $6"
    );
    let values: [Value; 6] = [
        merchant.as_str().into(),
        channel.as_str().into(),
        after.0.as_str().into(),
        after.1.into(),
        account_id.map_or(String::new(), |id| id.to_string()).into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let found = transaction.query_all_raw(transaction.engine().statement(sql, values)).await?;
    let counted = |row: &QueryResult| {
        let (listings, row) = (row.col("listings")?, Model::from_query_result(row, "")?);
        Ok(Counted { listings, sort_key: row.sort_key.clone(), category: row.try_into()? })
    };
    found.iter().map(counted).collect()
}
