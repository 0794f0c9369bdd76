//! Codes that people take for the same: found by what they have in common, whoever wrote them.

use proto::catalogue::v1::FindingKind;
use tests::{Engine, Oms, both_engines, database::Behind, rolling::baseline_schema, site::Site, story::item};

both_engines!(a_code_in_disguise_is_told_the_code_that_it_hides, codes_that_differ_are_not_told);

/// What an unknown code is told to be near to.
async fn near(oms: &Oms, code: &str) -> Vec<String> {
    oms.resolve(&[code]).await.unwrap().remove(0).near_codes
}

async fn a_code_in_disguise_is_told_the_code_that_it_hides(oms: &Oms) {
    let codes =
        ["34B&W", "00456", "APO-1", "ZW-100", "FW-100", "CY-100", "ED-100", "SH-100", "Mug-A1", "MUG B2", "MUG-C3."];
    for code in codes {
        oms.isku(code).await;
    }

    for (disguised, code) in [
        ("34B&amp;W", "34B&W"),
        ("34B&amp;amp;W", "34B&W"),
        ("=\"00456\"", "00456"),
        ("'00456", "00456"),
        ("'APO-1", "APO-1"),
        ("ZW-100\u{200b}", "ZW-100"),
        ("\u{ff26}\u{ff37}-100", "FW-100"),
        ("\u{421}Y-100", "CY-100"),
        ("ED\u{2013}100", "ED-100"),
        ("SH\u{ad}-100", "SH-100"),
        ("MUG-A1", "Mug-A1"),
        ("MUGB2", "MUG B2"),
        ("MUG-C3", "MUG-C3."),
    ] {
        assert_eq!(near(oms, disguised).await, [code], "{disguised}");
    }
}

async fn codes_that_differ_are_not_told(oms: &Oms) {
    for code in ["A-0", "S20", "00456", "\u{1f9e6}-L", "--"] {
        oms.isku(code).await;
    }

    for code in ["A-O", "S20+", "456", "\u{1f3a9}-L", "---"] {
        assert_eq!(near(oms, code).await, Vec::<String>::new(), "{code}");
    }
}

mod upgrade {
    tests::on_both_engines!(codes_from_before_the_rule_are_found_by_it, listings_from_before_the_rule_are_near_by_it);
    use super::{codes_from_before_the_rule_are_found_by_it, listings_from_before_the_rule_are_near_by_it};
}

async fn codes_from_before_the_rule_are_found_by_it(engine: Engine) {
    let site = Site::new(engine).await;
    baseline_schema(&site).await;
    let before = Behind::connect(site.inventory_database()).await;
    let codes = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2500)";
    before.execute("INSERT INTO merchant (merchant, isku_count, location_count) VALUES ('acme', 2500, 1)").await;
    before
        .execute(&format!(
            "{codes} INSERT INTO isku (merchant, isku_id, code, incomplete, archived, revision, create_time_us, update_time_us) \
             SELECT 'acme', n, 'K&W-' || n, true, false, 1, 1, 1 FROM n"
        ))
        .await;
    before
        .execute(&format!(
            "{codes} INSERT INTO isku_code (merchant, code, isku_id, alias, near_key) \
             SELECT 'acme', 'K&W-' || n, n, false, 'of before ' || n FROM n"
        ))
        .await;

    let oms = Oms::start_at(site).await;
    before.until("SELECT count(*) FROM isku_code WHERE near_version <> 1", 0).await;

    for n in [1, 1000, 1001, 2500] {
        assert_eq!(near(&oms, &format!("'k&amp;w-{n}")).await, [format!("K&W-{n}")]);
    }
    oms.finish().await;
}

/// The old rule kept blanks inside, among others: what it made says nothing to the new one.
async fn listings_from_before_the_rule_are_near_by_it(engine: Engine) {
    let mut oms = Oms::start_as_processes(engine).await;
    let behind = oms.behind_catalogue().await;
    let codes = || vec![item(1, "MUG-A1"), item(2, "MUG-B2"), item(3, "MUG-C3")];
    oms.connect("shopify", "shop").await.sync(codes()).await.unwrap();
    behind.execute("UPDATE listing SET near_key = 'of before ' || csku, near_version = 0").await;

    oms.kill_and_restart_catalogue().await;
    behind.until("SELECT count(*) FROM listing WHERE near_version <> 1", 0).await;
    let shop = oms.shop("shopify", "shop");
    shop.sync([codes(), vec![item(4, "mug - a1")]].concat()).await.unwrap();

    let near = shop.findings(FindingKind::NearDuplicateCode).await;
    assert_eq!(near.iter().map(|one| one.listings.len()).collect::<Vec<_>>(), [2], "{near:?}");
    oms.finish().await;
}
