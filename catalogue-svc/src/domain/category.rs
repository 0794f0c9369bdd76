//! The marketplaces' categories.

use shared::identity::Channel;
use uuid::Uuid;

/// A marketplace's category as a feed names it: an id, a path, or both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CategoryPath {
    channel_category_id: Option<String>,
    path: Vec<String>,
}

/// Whose a category is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The channel has one tree for all.
    Channel,
    /// The shop of this account owns its tree.
    Account(Uuid),
}

impl CategoryPath {
    /// Characters of an id at most.
    pub const ID_LENGTH_MAX: usize = 128;
    /// Names of a path at most.
    pub const DEPTH_MAX: usize = 16;
    /// Characters of a name at most.
    pub const NAME_LENGTH_MAX: usize = 256;

    /// Reads an id and a path, of which one may be empty.
    pub fn parse(channel_category_id: &str, path: &[String]) -> Result<Self, &'static str> {
        let id = channel_category_id.trim();
        let path: Vec<String> = path.iter().map(|name| name.trim().to_owned()).collect();
        let control = |text: &str| text.chars().any(char::is_control);
        if id.is_empty() && path.is_empty() {
            Err("must have an id or a path")
        } else if id.chars().count() > Self::ID_LENGTH_MAX || control(id) {
            Err("the id must have at most 128 characters and no control characters")
        } else if path.len() > Self::DEPTH_MAX {
            Err("the path must have at most 16 names")
        } else if path
            .iter()
            .any(|name| name.is_empty() || name.chars().count() > Self::NAME_LENGTH_MAX || control(name))
        {
            Err("each name of the path must have 1 to 256 characters and no control characters")
        } else {
            Ok(Self { channel_category_id: (!id.is_empty()).then(|| id.to_owned()), path })
        }
    }

    /// The channel's id.
    pub fn channel_category_id(&self) -> Option<&str> {
        self.channel_category_id.as_deref()
    }

    /// Names from the root.
    pub fn path(&self) -> &[String] {
        &self.path
    }

    /// What it is found by: the channel's id or, without one, the path.
    pub fn key(&self) -> String {
        match &self.channel_category_id {
            Some(id) => format!("id:{id}"),
            None => format!("path:{}", blake3::hash(self.path.join("\u{0}").as_bytes()).to_hex()),
        }
    }
}

impl Owner {
    /// Platforms on which each shop makes a tree of its own; a marketplace has one for all of its sellers.
    const OF_SHOPS: [&str; 2] = ["shopify", "woocommerce"];

    /// Whose the categories are that an account's feed names.
    pub fn of(channel: &Channel, account_id: Uuid) -> Self {
        let platform = channel.as_str().split('-').next().unwrap_or_default();
        if Self::OF_SHOPS.contains(&platform) { Self::Account(account_id) } else { Self::Channel }
    }
}

/// A mirrored category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its id here.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Owner,
    /// What the channel calls it.
    pub path: CategoryPath,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shops_own_their_trees_and_marketplaces_share_one() {
        let check = |channel: &str, expected: Owner| {
            assert_eq!(Owner::of(&Channel::parse(channel).unwrap(), Uuid::from_u128(1)), expected, "{channel}");
        };
        check("shopify", Owner::Account(Uuid::from_u128(1)));
        check("woocommerce", Owner::Account(Uuid::from_u128(1)));
        check("shopify-my", Owner::Account(Uuid::from_u128(1)));
        check("shopee-my", Owner::Channel);
        check("lazada-sg", Owner::Channel);
    }
}
