//! Random untidy shops: codes move, repeat and go missing, ids are lost, rows come twice, cells are blank. Each good is counted once.

use std::collections::BTreeMap;

use proto::catalogue::v1::{Finding, FindingKind, ListListingsRequest, Listing, ListingKind, SellerAccount, SyncItem};
use tests::{
    Oms, both_engines,
    dice::Dice,
    story::{Shop, item},
};

both_engines!(random_shops_count_each_good_once);

/// Shops, and snapshots of each.
const SHOPS: u64 = 6;
const SNAPSHOTS: usize = 7;

/// What a shop sells, as it is on the shelf.
#[derive(Clone, Debug)]
struct Good {
    /// What it was first called: its ISKU.
    isku: String,
    /// What the channel calls it.
    csku: String,
    /// Its listings' ids: more than one once somebody has copied it.
    ids: Vec<String>,
    /// Units when it was first seen.
    units: i64,
    /// The group that it is a variant of.
    group: Option<usize>,
    /// Whether a snapshot has brought it.
    is_seen: bool,
    /// Whether the next snapshot brings it.
    is_shown: bool,
    /// Whether its code has changed.
    is_renamed: bool,
    /// Whether it has another id since the last snapshot: with another code, too, nobody could know it.
    is_moved: bool,
}

#[derive(Debug)]
struct Model {
    dice: Dice,
    goods: Vec<Good>,
    groups: usize,
    made: usize,
}

impl Model {
    fn new(seed: u64) -> Self {
        let made = usize::try_from(seed).expect("a small number") * 100;
        let mut model = Self { dice: Dice::new(0x5eed, seed), goods: vec![], groups: 2, made };
        (0..12).for_each(|_| model.add());
        model
    }

    fn name(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what}{:03}", self.made)
    }

    fn add(&mut self) {
        let csku = self.name("CODE-");
        let ids = vec![self.name("id-")];
        let units = self.dice.units(40);
        let group = Some(self.dice.below(self.groups * 2)).filter(|group| *group < self.groups);
        let isku = csku.clone();
        self.goods.push(Good {
            isku,
            csku,
            ids,
            units,
            group,
            is_seen: false,
            is_shown: true,
            is_renamed: false,
            is_moved: false,
        });
    }

    /// What happens between two snapshots.
    fn live(&mut self) {
        for good in &mut self.goods {
            good.is_shown = true;
            good.is_moved = false;
        }
        for _ in 0..4 {
            let seen = self.goods.iter().filter(|good| good.is_seen).count();
            let (one, other) = (self.dice.below(seen), self.dice.below(seen));
            if self.goods[one].is_moved || self.goods[other].is_moved {
                continue;
            }
            match self.dice.below(7) {
                0 => self.add(),
                1 => {
                    self.goods[one].csku = self.name("NEW-");
                    self.goods[one].is_renamed = true;
                }
                2 if one != other => {
                    let taken = std::mem::take(&mut self.goods[one].csku);
                    let given = std::mem::replace(&mut self.goods[other].csku, taken);
                    self.goods[one].csku = given;
                    self.goods[one].is_renamed = true;
                    self.goods[other].is_renamed = true;
                }
                3 if self.goods[one].ids.len() == 1 => {
                    let id = self.name("copy-");
                    self.goods[one].ids.push(id);
                }
                4 if self.goods[one].is_shown && !self.goods[one].is_renamed && self.goods[one].ids.len() == 1 => {
                    self.goods[one].ids[0] = self.name("moved-");
                    self.goods[one].is_moved = true;
                }
                5 => self.goods[one].is_shown = self.goods[one].is_renamed,
                _ => {}
            }
        }
    }

    fn snapshot(&mut self) -> Vec<SyncItem> {
        let mut rows = vec![];
        for group in 0..self.groups {
            let id = format!("group-{group}");
            rows.push(SyncItem { channel_listing_id: id, kind: ListingKind::Group.into(), ..item(1, "") });
        }
        for good in self.goods.clone().iter().filter(|good| good.is_shown) {
            for id in &good.ids {
                let mut row = item(1, &good.csku);
                row.channel_listing_id = id.clone();
                row.title = format!("Good {}", good.isku);
                row.channel_quantity = Some(good.units);
                if let Some(group) = good.group {
                    row.kind = ListingKind::Variant.into();
                    row.parent_channel_listing_id = format!("group-{group}");
                }
                let known = good.is_seen;
                match self.dice.below(8) {
                    0 if known => row.channel_quantity = None,
                    1 if known => row.title = String::new(),
                    2 if known && good.ids.len() == 1 && !good.is_moved => row.csku = String::new(),
                    3 => rows.push(row.clone()),
                    _ => {}
                }
                rows.push(row);
            }
        }
        self.goods.iter_mut().filter(|good| good.is_shown).for_each(|good| good.is_seen = true);
        self.dice.shuffle(&mut rows);
        rows.iter_mut().zip(1..).for_each(|(row, at)| row.row = at);
        rows
    }

    fn units(&self) -> BTreeMap<String, i64> {
        self.goods.iter().map(|good| (good.isku.clone(), good.units)).collect()
    }
}

/// All that the catalogue shows of a shop.
async fn shown(shop: &Shop) -> (Vec<Listing>, Vec<Finding>) {
    let listings = shop.listings_where(ListListingsRequest { show_retired: true, ..Default::default() }).await;
    let mut findings = vec![];
    for kind in
        [FindingKind::Renamed, FindingKind::DuplicateMapping, FindingKind::StockDrift, FindingKind::AmbiguousCsku]
    {
        findings.extend(shop.findings(kind).await);
    }
    (listings, findings)
}

async fn random_shops_count_each_good_once(oms: &Oms) {
    let mut renames = 0;
    for seed in 0..SHOPS {
        let shop = oms.connect("shopify", &format!("shop-{seed}")).await;
        let bold = SellerAccount { retire_threshold_percent: 100, ..Default::default() };
        shop.update(&["retire_threshold_percent"], bold).await.unwrap();
        let mut model = Model::new(seed);
        for at in 0..SNAPSHOTS {
            let feed = model.snapshot();
            let synced = shop.sync(feed.clone()).await.unwrap();

            let all = oms.codes(1_000).await.unwrap();
            let own = |code: &&String| model.goods.iter().any(|good| good.isku == **code || good.csku == **code);
            let mut found: Vec<&String> = all.iter().filter(own).collect();
            found.sort();
            let expected = model.units();
            assert_eq!(found, expected.keys().collect::<Vec<_>>(), "shop {seed}, {at}: {:?}", synced.outcomes);
            for (isku, units) in &expected {
                assert_eq!(oms.level(isku).await.on_hand, *units, "{isku} of shop {seed}, {at}: {feed:?}");
            }
            assert_eq!(synced.counts().rejected, 0, "{:?}", synced.outcomes);

            let before = shown(&shop).await;
            renames += before.1.iter().filter(|finding| finding.kind() == FindingKind::Renamed).count();
            shop.sync(feed).await.unwrap();
            assert_eq!(shown(&shop).await, before, "shop {seed}, {at}: the same again changes nothing");
            for finding in before.1.iter().filter(|finding| finding.kind() == FindingKind::Renamed) {
                if model.dice.below(4) == 0 {
                    shop.accept_rename(finding.listings[0].clone()).await.unwrap();
                }
            }
            model.live();
        }
    }
    assert!(renames > 20, "only {renames} renames were seen");
}
