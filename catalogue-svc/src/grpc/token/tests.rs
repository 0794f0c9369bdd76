//! Tokens that releases have given out go on.

use serde::Serialize;
use shared::{
    code::Code,
    identity::{Channel, Merchant, SellerId},
    page_token::{decode, encode},
    stored::Golden,
};
use uuid::Uuid;

use super::{account, findings, listing, listings};
use crate::{
    catalogue::{FindingState, ListFindings, ListListings},
    domain::{
        account::AccountKey,
        category::CategoryPath,
        finding::FindingKind,
        listing::{Kind, ListingCode, ListingKey},
        readiness::Reason,
    },
};

const GOLDEN: Golden = Golden::new(include_str!("../../../golden/page-token.v1.txt"));

fn key() -> AccountKey {
    AccountKey {
        channel: Channel::parse("shopee-my").unwrap(),
        seller_id: SellerId::parse("Shop@Example.com").unwrap(),
    }
}

#[test]
fn a_list_goes_on_from_the_token_of_any_release() {
    fn check<C: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
        name: &str,
        arguments: &impl Serialize,
        place: C,
    ) {
        let token = GOLDEN.lines().find(|(own, _)| *own == name).unwrap().1;
        assert_eq!(encode(arguments, &place), token, "{name}");
        assert_eq!(decode::<C>(token, arguments).unwrap(), Some(place), "{name}");
    }
    let merchant = Merchant::default_merchant();
    let id = Uuid::from_u128(6);
    let every = ListListings {
        account: Some(key()),
        kind: Some(Kind::Kit),
        reason: Some(Reason::NeedsIsku),
        isku_code: Code::parse("A").ok(),
        category: CategoryPath::parse("77", &["Socks".to_owned()]).ok(),
        differs_from_isku: true,
        waiting_to_be_listed: false,
        show_retired: true,
        after: Uuid::nil(),
        limit: 5,
    };
    check("list-listings", &listings(&merchant, &every), id);
    check("list-listings-bare", &listings(&merchant, &ListListings { limit: 5, ..ListListings::default() }), id);
    let open = ListFindings {
        account: Some(key()),
        kind: Some(FindingKind::Renamed),
        state: Some(FindingState::Open),
        blocking_only: true,
        before: Uuid::max(),
        limit: 6,
    };
    check("list-findings", &findings(&merchant, &open), id);
    let any = ListFindings { account: None, kind: None, state: None, blocking_only: false, ..open };
    check("list-findings-bare", &findings(&merchant, &any), id);
    let csku = ListingKey { account: key(), code: ListingCode::Csku(Code::parse("K/1").unwrap()) };
    check("list-mapping-revisions", &("ListMappingRevisions", "default", listing(&csku), 5_u64), 6_i64);
    let place = ("Socks".to_owned(), id);
    let channel = key().channel;
    check("list-categories", &("ListCategories", "default", &channel, account(&Some(key())), 5_u64), place.clone());
    check("list-categories-bare", &("ListCategories", "default", &channel, account(&None), 5_u64), place);
}
