//! `catalogue-svc sync`: a file from the command line, told row by row, with exit codes to build on.

use proto::catalogue::v1::{SyncScope, SyncState};
use tests::{
    Oms, both_engines, process,
    story::{Shop, item},
};

both_engines!(
    a_file_is_applied_and_every_row_left_out_is_told,
    a_dry_run_sends_nothing,
    an_upload_of_another_file_that_was_left_open_is_aborted,
    an_upload_that_somebody_goes_on_with_is_never_aborted,
    a_file_with_rows_that_cannot_be_read_retires_nothing,
    exit_codes_tell_usage_from_refusal,
    two_completions_at_once_apply_once,
    a_held_sync_is_told_and_approved_or_given_up,
    a_variant_that_moves_leaves_its_former_group,
);

/// Sends a generic CSV; returns the exit code and what was told.
async fn send(oms: &Oms, shop: &Shop, csv: &str, more: &[&str]) -> (i32, String) {
    let file = oms.site().write("feed.csv", csv);
    let (url, token) = (oms.catalogue_url(), oms.site().token_file("acme"));
    let arguments = ["sync", file.to_str().unwrap(), "--format", "generic", "--merchant", "acme"];
    let place = ["--channel", &shop.key.channel, "--seller", &shop.key.seller_id];
    let service = ["--server", &url, "--token-file", token.to_str().unwrap()];
    process::run("catalogue-svc", &[&arguments[..], &place, &service, more].concat()).await
}

fn all_in(told: &str, parts: &[&str]) {
    for part in parts {
        assert!(told.contains(part), "{part:?} in {told}");
    }
}

async fn a_file_is_applied_and_every_row_left_out_is_told(oms: &Oms) {
    let shop = oms.shop("shopify", "shop");
    let feed =
        "csku,title,quantity,weight_g\nA,Mug,5,300\nB,Cup,many,\nC,Pot,1,999999999\nD,One,1,\nD,Two,1,\n,None,1,\n";

    let findings = oms.site().dir().join("findings.csv");
    let (code, told) = send(oms, &shop, feed, &["--connect", "--findings", findings.to_str().unwrap()]).await;

    assert_eq!(code, 1, "{told}");
    let lost = [
        "line 3: quantity \"many\" is not a whole number",
        "line 4: weight_g \"999999999\" is outside of what there is",
    ];
    all_in(&told, &lost);
    let left = [
        "line 7: csku and channel_listing_id are both empty",
        "line 5: D FINDING REPEATED_IN_SNAPSHOT",
        "line 6: D FINDING",
    ];
    all_in(&told, &left);
    all_in(&told, &["5 items, 1 bad rows, 2 cells that cannot be read", "CREATED    3", "sync 0"]);
    assert!(std::fs::read_to_string(findings).unwrap().contains("REPEATED_IN_SNAPSHOT"));
    let listings = shop.listings().await;
    assert_eq!(listings.iter().map(|listing| listing.csku.as_str()).collect::<Vec<_>>(), ["A", "B", "C"]);
    assert_eq!(listings.iter().map(|listing| listing.weight_g).collect::<Vec<_>>(), [Some(300), None, None]);

    let (code, told) = send(oms, &shop, feed, &[]).await;

    assert_eq!(code, 1, "{told}");
    all_in(&told, &["UNCHANGED  3"]);
    assert_eq!(shop.listings().await, listings);
}

async fn a_dry_run_sends_nothing(oms: &Oms) {
    let shop = oms.shop("shopify", "shop");

    let (whole, told) = send(oms, &shop, "csku,components\nA,\nK,A*2\n", &["--dry-run", "--connect"]).await;
    let (bad, repeats) = send(oms, &shop, "csku,title\nA,One\nA,Two\n", &["--dry-run", "--connect"]).await;

    assert_eq!((whole, bad), (0, 1), "{told} {repeats}");
    all_in(&told, &["2 items, 0 bad rows", "KIT", "nothing was sent"]);
    all_in(&repeats, &["lines 2, 3: REPEATED_IN_SNAPSHOT"]);
    assert!(shop.start_sync(SyncScope::Full).await.is_err(), "not even the account is connected");
}

async fn an_upload_of_another_file_that_was_left_open_is_aborted(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let open = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap();
    shop.upload(&open.sync_id, 1, &[item(1, "OTHER")]).await.unwrap();
    oms.behind_catalogue().await.execute("UPDATE sync SET lease_until_us = 1").await;

    let (code, told) = send(oms, &shop, "csku\nA\n", &[]).await;

    assert_eq!(code, 0, "{told}");
    assert_eq!(shop.session(&open.sync_id).await.unwrap().state(), SyncState::Aborted);
    let listings = shop.listings().await;
    assert_eq!(listings.iter().map(|listing| listing.csku.as_str()).collect::<Vec<_>>(), ["A"]);
}

async fn an_upload_that_somebody_goes_on_with_is_never_aborted(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let open = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap();
    // Its lease ends in a moment, and then is moved by the next chunk.
    let soon = "UPDATE sync SET lease_until_us = lease_until_us - 58000000";
    oms.behind_catalogue().await.execute(soon).await;
    let uploading = async {
        // It has asked for the session, and waits for the end of the lease.
        oms.behind_catalogue().await.until("SELECT count(*) FROM request", 3).await;
        shop.upload(&open.sync_id, 1, &[item(1, "OTHER")]).await.unwrap();
    };

    let ((code, told), ()) = tokio::join!(send(oms, &shop, "csku\nA\n", &[]), uploading);

    assert_eq!(code, 3, "{told}");
    all_in(&told, &["somebody else uploads to this account", &open.sync_id]);
    assert_eq!(shop.session(&open.sync_id).await.unwrap().state(), SyncState::Open);
    assert_eq!(shop.complete(&open.sync_id, 1).await.unwrap().counts().created, 1);
}

async fn a_file_with_rows_that_cannot_be_read_retires_nothing(oms: &Oms) {
    let shop = oms.shop("shopify", "shop");
    let (code, told) = send(oms, &shop, "csku,quantity\nA,1\nB,1\nC,1\nD,1\nE,1\nF,1\n", &["--connect"]).await;
    assert_eq!(code, 0, "{told}");

    let (code, told) = send(oms, &shop, "csku,quantity\nA,1\nB,1\nC,1\nD,1\nE,1\n,1\n", &[]).await;

    assert_eq!(code, 1, "{told}");
    all_in(&told, &["nothing will be retired"]);
    assert!(shop.listings().await.iter().all(|listing| !listing.retired));
}

async fn exit_codes_tell_usage_from_refusal(oms: &Oms) {
    let shop = oms.shop("shopify", "shop");

    let (unconnected, told) = send(oms, &shop, "csku\nA\n", &[]).await;
    let (other_format, header) = send(oms, &shop, "name\nA\n", &[]).await;
    let (no_currency, currency) = send(oms, &shop, "csku\nA\n", &["--currency", "rm"]).await;

    let elsewhere = ["--connect", "--opening-location", "nowhere"];
    let (refused, location) = send(oms, &shop, "csku,quantity\nA,1\n", &elsewhere).await;

    assert_eq!((unconnected, other_format, no_currency), (3, 2, 2), "{told} {header} {currency}");
    assert_eq!(refused, 1, "{location}");
    all_in(&location, &["line 2: A REJECTED ISKU_REJECTED", "LOCATION_NOT_FOUND"]);
    all_in(&told, &["ACCOUNT_NOT_FOUND"]);
    all_in(&header, &["no column holds csku or channel_listing_id"]);
    all_in(&currency, &["--currency"]);
}

async fn a_held_sync_is_told_and_approved_or_given_up(oms: &Oms) {
    let shop = oms.shop("shopify", "shop");
    let feed = |rows: std::ops::Range<i32>| {
        std::iter::once("csku\n".to_owned()).chain(rows.map(|n| format!("S-{n}\n"))).collect::<String>()
    };
    let (code, told) = send(oms, &shop, &feed(0..10), &["--connect"]).await;
    assert_eq!(code, 0, "{told}");

    let (code, told) = send(oms, &shop, &feed(0..4), &[]).await;
    assert_eq!(code, 3, "{told}");
    all_in(&told, &["SYNC_HELD_FOR_REVIEW", "would retire S-9", "--approve", "--abort-held"]);

    let (code, told) = send(oms, &shop, &feed(0..10), &["--abort-held"]).await;
    assert_eq!(code, 0, "{told}");
    assert_eq!(shop.listings().await.len(), 10);

    let (code, told) = send(oms, &shop, &feed(0..4), &[]).await;
    assert_eq!(code, 3, "{told}");
    let (code, told) = send(oms, &shop, &feed(0..4), &["--approve"]).await;
    assert_eq!(code, 0, "{told}");
    all_in(&told, &["6 listings are retired", "UNCHANGED  4"]);
    assert_eq!(shop.listings().await.len(), 4);
}

async fn two_completions_at_once_apply_once(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let feed: Vec<_> = (1..=1_500).map(|row| item(row, &format!("S-{row}"))).collect();
    let sync_id = shop.start_sync(SyncScope::Full).await.unwrap().sync.unwrap().sync_id;
    shop.upload(&sync_id, 1, &feed).await.unwrap();

    let (one, two) = futures::join!(shop.complete(&sync_id, 1_500), shop.complete(&sync_id, 1_500));

    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!((&one.outcomes, &one.sync), (&two.outcomes, &two.sync));
    assert_eq!(one.counts().created, 1_500);
    let listings = shop.listings().await;
    assert!(listings.iter().all(|listing| listing.mapping.as_ref().is_some_and(|mapping| mapping.revision == 1)));
    assert_eq!(listings.len(), 1_500);
}

async fn a_variant_that_moves_leaves_its_former_group(oms: &Oms) {
    let shop = oms.shop("shopify", "shop");
    let feed = "csku,kind,parent_csku\nG1,group,\nG2,group,\nV1,,G1\nV2,,G1\nV3,,G2\n";
    let members = async |group: &str| {
        let listings = shop.listings().await;
        let group = listings.into_iter().find(|listing| listing.csku == group).unwrap();
        group.members.iter().map(|key| format!("{:?}", key.code)).collect::<Vec<_>>().join(" ")
    };
    let (code, told) = send(oms, &shop, feed, &["--connect"]).await;
    assert_eq!(code, 0, "{told}");

    let (code, told) = send(oms, &shop, &feed.replace("V2,,G1", "V2,,G2"), &[]).await;

    assert_eq!(code, 0, "{told}");
    all_in(&told, &["UNCHANGED  4", "UPDATED    1"]);
    let (first, second) = (members("G1").await, members("G2").await);
    assert!(first.contains("V1") && !first.contains("V2"), "{first}");
    assert!(second.contains("V2") && second.contains("V3"), "{second}");
    let (_, told) = send(oms, &shop, &feed.replace("V2,,G1", "V2,,G2"), &[]).await;
    all_in(&told, &["UNCHANGED  5"]);
}

mod interrupted {
    //! Needs an inventory-svc that does not answer, so each claim has a pair of its own.

    use tests::{Engine, Oms, on_both_engines};

    use super::{all_in, send};

    on_both_engines!(a_file_that_was_interrupted_is_taken_up_where_it_stopped);

    async fn a_file_that_was_interrupted_is_taken_up_where_it_stopped(engine: Engine) {
        let oms = Oms::start_with(engine, "deadline_ms = 700").await;
        let shop = oms.connect("shopify", "shop").await;
        let feed: String = std::iter::once("csku\n".to_owned()).chain((0..1_200).map(|n| format!("S-{n}\n"))).collect();
        oms.gate().keep_answers_of("/EnsureIskus", 1);

        let (code, told) = send(&oms, &shop, &feed, &[]).await;
        assert_eq!(code, 3, "{told}");
        oms.gate().open();
        let (code, told) = send(&oms, &shop, &feed, &[]).await;

        assert_eq!(code, 0, "{told}");
        all_in(&told, &["left open", "CREATED    1200"]);
        assert!(!told.contains("uploaded"), "nothing is uploaded twice: {told}");
        drop(shop);
        oms.finish().await;
    }
}
