//! `catalogue-svc sync` with the files that people have: every dialect, and what is told of cells that nobody can read.

use std::path::{Path, PathBuf};

use tests::{
    Oms, both_engines, process,
    story::{Level, Shop},
};

both_engines!(
    one_shop_is_the_same_in_every_dialect,
    a_column_twice_is_refused,
    a_number_that_can_be_read_in_two_ways_sends_nothing_until_somebody_says,
    a_column_that_is_near_to_one_that_is_read_is_told,
    a_cell_that_cannot_be_read_costs_that_cell_and_nothing_is_retired_for_it,
    a_sheet_of_a_workbook_is_read,
    a_shop_in_another_language_opens_with_its_stock,
    a_warning_on_a_row_that_was_written_names_its_line,
);

/// Sends a file; returns the exit code and what was told.
async fn send(oms: &Oms, shop: &Shop, file: &Path, more: &[&str]) -> (i32, String) {
    let (url, token) = (oms.catalogue_url(), oms.site().token_file("acme"));
    let file = file.to_str().unwrap();
    let what = ["sync", file, "--channel", &shop.key.channel, "--seller", &shop.key.seller_id, "--merchant", "acme"];
    let service = ["--server", &url, "--token-file", token.to_str().unwrap()];
    process::run("catalogue-svc", &[&what[..], &service, more].concat()).await
}

async fn generic(oms: &Oms, shop: &Shop, text: &str, more: &[&str]) -> (i32, String) {
    let file = oms.site().write("feed.csv", text);
    send(oms, shop, &file, &[&["--format", "generic"], more].concat()).await
}

fn bytes(oms: &Oms, name: &str, bytes: &[u8]) -> PathBuf {
    let path = oms.site().dir().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

async fn one_shop_is_the_same_in_every_dialect(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let plain = "csku,channel_listing_id,title,quantity\nCREME-1,8401,Crème brûlée set,3\nTAB-2,8402,Plain,4\n";
    let semicolons = format!("sep=;\r\n{}", plain.replace(',', ";").replace('\n', "\r\n"));
    let tabs = plain.replace(',', "\t").replace("csku", "SKU").replace("title", "Name");
    let latin: Vec<u8> = semicolons.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let utf_16: Vec<u8> = format!("\u{feff}{tabs}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let padded = plain.replace("set,3\n", "set,3,,\n\n,,,\n");

    let (code, told) = generic(oms, &shop, plain, &[]).await;
    assert_eq!(code, 0, "{told}");
    let listings = shop.listings().await;

    for (name, text) in [("a.csv", latin.as_slice()), ("b.txt", &utf_16), ("c.csv", padded.as_bytes())] {
        let (code, told) = send(oms, &shop, &bytes(oms, name, text), &["--format", "generic"]).await;
        assert_eq!(code, 0, "{name}: {told}");
        assert!(told.contains("UNCHANGED  2"), "{name}: {told}");
    }
    assert_eq!(shop.listings().await, listings);
    assert_eq!(listings[0].title, "Crème brûlée set");
    assert_eq!(oms.level("CREME-1").await, Level::of(3, 0));
}

async fn a_column_twice_is_refused(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;

    let (code, told) = generic(oms, &shop, "csku,title,quantity,Quantity\nDUPH-1,First,3,30\n", &[]).await;
    let (chosen, told_chosen) =
        generic(oms, &shop, "csku,title,quantity,Quantity\nDUPH-1,First,3,30\n", &["--column", "quantity=Quantity"])
            .await;

    assert_eq!((code, chosen), (2, 0), "{told}\n{told_chosen}");
    assert!(told.contains("two columns are called `quantity`"), "{told}");
    assert_eq!(oms.level("DUPH-1").await, Level::of(30, 0));
}

async fn a_number_that_can_be_read_in_two_ways_sends_nothing_until_somebody_says(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let feed = "csku,quantity\nNUM-1,1.000\nNUM-2,\"1,000\"\nNUM-3,7\nNUM-4,1 000\n";

    let (code, told) = generic(oms, &shop, feed, &[]).await;
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("on line 2, 3;") && told.contains("--decimal comma"), "{told}");
    assert!(shop.listings().await.is_empty() && oms.codes(10).await.unwrap().is_empty());

    let (code, told) = generic(oms, &shop, feed, &["--decimal", "comma"]).await;
    assert_eq!(code, 0, "{told}");
    for (isku, units) in [("NUM-1", 1_000), ("NUM-2", 1), ("NUM-3", 7), ("NUM-4", 1_000)] {
        assert_eq!(oms.level(isku).await, Level::of(units, 0), "{isku}");
    }
}

async fn a_column_that_is_near_to_one_that_is_read_is_told(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;

    let (code, told) = generic(oms, &shop, "csku,category,Colour\nA,Tea,red\n", &[]).await;

    assert_eq!(code, 0, "{told}");
    assert!(told.contains("the column `category` is not read: is `categories` meant?"), "{told}");
    assert!(told.contains("columns that are not read: Colour"), "{told}");
}

async fn a_cell_that_cannot_be_read_costs_that_cell_and_nothing_is_retired_for_it(oms: &Oms) {
    let shop = oms.connect("woocommerce", "shop").await;
    let file = oms.site().write(
        "woo.csv",
        "ID,Type,SKU,Name,Published,\"In stock?\",Stock,\"Weight (kg)\",Categories,Parent\n\
         901,simple,SAC-LIN,Sac,1,1,12,\"0,45\",Sacs,\n902,simple,SAC-JUTE,Jute,1,1,7,heavy,Sacs,\n\
         903,simple,FABRIC,Blue fabric,1,1,12.5,0.3,Fabric,\n904,bundle,BUNDLE-1,Pot and cup,1,1,,,Sets,\n",
    );

    let (code, told) = send(oms, &shop, &file, &["--format", "woocommerce"]).await;

    assert_eq!(code, 1, "{told}");
    assert!(told.contains("line 3: Weight (kg) \"heavy\" is not a number"), "{told}");
    assert!(told.contains("line 4: Stock \"12.5\" is not a whole number: stock is kept in whole units"), "{told}");
    assert!(told.contains("line 5: \"bundle\" is sold as a KIT"), "{told}");
    assert!(told.contains("4 items, 0 bad rows, 2 cells that cannot be read"), "{told}");
    assert!(!told.contains("partial"), "{told}");
    let weights: Vec<_> = shop.listings().await.iter().map(|listing| listing.weight_g).collect();
    assert_eq!(weights, [Some(450), None, Some(300), None]);
    assert_eq!((oms.level("SAC-LIN").await, oms.level("SAC-JUTE").await), (Level::of(12, 0), Level::of(7, 0)));
}

async fn a_sheet_of_a_workbook_is_read(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let book = tests::root().join("tests/sample/goods.xlsx");

    let (code, told) = send(oms, &shop, &book, &["--format", "generic"]).await;
    assert_eq!(code, 2, "the first sheet is a stock sheet: {told}");
    let (code, told) = send(oms, &shop, &book, &["--format", "generic", "--sheet", "Shop", "--first-row", "3"]).await;

    assert_eq!(code, 0, "{told}");
    let titles: Vec<_> = shop.listings().await.into_iter().map(|listing| listing.title).collect();
    assert_eq!(titles, ["Assam", "Sencha"]);
    assert_eq!((oms.level("TEA-1").await, oms.level("TEA-2").await), (Level::of(60, 0), Level::of(7, 0)));
}

async fn a_shop_in_another_language_opens_with_its_stock(oms: &Oms) {
    let shop = oms.connect("woocommerce", "shop").await;
    let file = oms.site().write(
        "woo.csv",
        "ID;Type;UGS;Nom;Publié;En stock ?;Stock;Poids (kg);Longueur (cm);Largeur (cm);Hauteur (cm);Catégories;Parent\n\
         901;simple;SAC-LIN;Sac en lin;1;1;12;0,45;30;25;4;Maison > Sacs;\n\
         941;variable-subscription;BOX;Box;1;1;;;;;;Café;\n942;subscription_variation;BOX-M;Box - mois;1;1;20;;;;;;BOX\n",
    );

    let (code, told) = send(oms, &shop, &file, &["--format", "woocommerce"]).await;

    assert_eq!(code, 0, "{told}");
    let bag = shop.listing(shop.id("901")).await.unwrap();
    assert_eq!((bag.title.as_str(), bag.weight_g), ("Sac en lin", Some(450)));
    assert_eq!((oms.level("SAC-LIN").await, oms.level("BOX-M").await), (Level::of(12, 0), Level::of(20, 0)));
    assert_eq!(oms.codes(10).await.unwrap(), ["BOX-M", "SAC-LIN"]);
}

async fn a_warning_on_a_row_that_was_written_names_its_line(oms: &Oms) {
    oms.isku("TEE").on_hand(9).await;
    let shop = oms.connect("shopify", "shop").await;

    let (code, told) = generic(oms, &shop, "csku,quantity\nCUP,1\nTEE,5\n", &[]).await;

    assert_eq!(code, 0, "{told}");
    assert!(told.lines().any(|line| line.starts_with("line 3: TEE CREATED") && line.contains("STOCK_DRIFT")), "{told}");
    assert!(!told.contains("line 2:"), "{told}");
}
