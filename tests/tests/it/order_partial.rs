//! Orders of a marketplace, which are sold already: what is there is held, and the rest is told line by line.

use proto::catalogue::v1::{
    AllocateOrderRequest, AllocateOrderResponse, ErrorReason, OrderFill, OrderLine, OrderState as State, SyncItem,
    order_line, unresolved_line,
};
use tests::{
    Merchant, Oms, Refusal, both_engines, refusal, refused,
    refused::malformed,
    story::{Level, Shop, item},
};
use tonic::Code;

both_engines!(
    a_partial_order_holds_what_is_there_and_tells_what_is_short,
    a_back_order_is_held_as_short_and_not_lost,
    a_kit_of_a_partial_order_is_held_in_whole_kits,
    a_partial_order_tells_every_line_that_nobody_knows_and_holds_the_rest,
    a_near_code_is_told_beside_a_code_that_nobody_knows,
    a_line_of_an_archived_isku_is_told_and_the_rest_is_held,
    an_order_of_which_nobody_knows_anything_is_told_line_by_line,
    all_lines_that_nobody_knows_are_refused_at_once,
    a_partial_order_again_takes_nothing_more,
    a_line_that_is_known_later_is_another_order,
    every_isku_that_is_short_is_counted,
    an_order_of_501_lines_of_2_listings_is_taken,
    an_order_is_counted_by_its_listings,
);

/// The same shop twice, with an ISKU and a listing of each code: of the merchant that sells, and of another one.
async fn shops(oms: &Oms, stock: &[(&str, i64)]) -> (Shop, Bystander) {
    let shop = shop(oms.acme(), stock).await;
    let of_the_other = self::shop(oms.globex(), stock).await;
    let stock = stock.iter().map(|(code, units)| ((*code).to_owned(), *units)).collect();
    (shop, Bystander { shop: of_the_other, stock })
}

async fn shop(merchant: &Merchant, stock: &[(&str, i64)]) -> Shop {
    let shop = merchant.connect("shopify", "shop").await;
    for (code, units) in stock {
        merchant.isku(code).on_hand(*units).await;
        shop.single(code, None).await.unwrap();
    }
    shop
}

/// A merchant that has all that the other one has, and sells nothing.
struct Bystander {
    shop: Shop,
    stock: Vec<(String, i64)>,
}

impl Bystander {
    /// Nothing of it is held, and no order of the other merchant is known.
    async fn has_all(&self, order: &str) {
        for (code, units) in &self.stock {
            assert_eq!(self.shop.merchant.level(code).await, Level::of(*units, 0), "{code}");
        }
        assert_eq!(refused(self.shop.cancel(order).await).kind(), (Code::NotFound, "ORDER_NOT_FOUND"));
    }
}

/// The code, units, reason and near codes of each line that was not resolved.
fn told(answer: &AllocateOrderResponse) -> Vec<(String, i64, ErrorReason, String)> {
    let told = |line: &proto::catalogue::v1::UnresolvedLine| {
        let code = match line.code.clone().unwrap() {
            unresolved_line::Code::Csku(code) | unresolved_line::Code::ChannelListingId(code) => code,
        };
        (code, line.quantity, line.reason(), line.near_codes.join(" "))
    };
    answer.unresolved.iter().map(told).collect()
}

fn line(code: &str, units: i64, reason: ErrorReason, near: &str) -> (String, i64, ErrorReason, String) {
    (code.to_owned(), units, reason, near.to_owned())
}

/// The code, and units ordered, held and short, of each line.
fn held(answer: &AllocateOrderResponse) -> Vec<(&str, i64, i64, i64)> {
    let lines = answer.order.iter().flat_map(|order| &order.lines);
    lines.map(|line| (line.csku.as_str(), line.quantity, line.held, line.short)).collect()
}

async fn a_partial_order_holds_what_is_there_and_tells_what_is_short(oms: &Oms) {
    let (shop, other) = shops(oms, &[("SOUP", 2), ("BREAD", 0), ("TEA", 9)]).await;

    let answer = shop.sell_what_is_there("1", &[("SOUP", 3), ("BREAD", 1), ("TEA", 4), ("SOUP", 2)]).await.unwrap();

    assert_eq!(held(&answer), [("SOUP", 5, 2, 3), ("BREAD", 1, 0, 1), ("TEA", 4, 4, 0)]);
    assert_eq!((answer.order.unwrap().state(), answer.existing, answer.replayed), (State::Held, false, false));
    assert_eq!((oms.level("SOUP").await, oms.level("TEA").await), (Level::of(2, 2), Level::of(9, 4)));
    other.has_all("1").await;
}

async fn a_back_order_is_held_as_short_and_not_lost(oms: &Oms) {
    let shop = oms.connect("shopify", "shop").await;
    let soup = SyncItem { channel_quantity: Some(-3), ..item(1, "MEAL-SOUP") };
    shop.sync(vec![soup, item(2, "MADE-1")]).await.unwrap();

    let lines = [("MEAL-SOUP", 2), ("MADE-1", 1)];
    let lost = refused(shop.sell("1", &lines).await);
    let answer = shop.sell_what_is_there("1", &lines).await.unwrap();

    assert_eq!(lost.kind(), (Code::FailedPrecondition, "INSUFFICIENT_STOCK"));
    assert_eq!(held(&answer), [("MEAL-SOUP", 2, 0, 2), ("MADE-1", 1, 0, 1)]);
    assert_eq!(answer.order.unwrap().state(), State::Held);
}

async fn a_kit_of_a_partial_order_is_held_in_whole_kits(oms: &Oms) {
    let (shop, other) = shops(oms, &[("OX", 10), ("OY", 5)]).await;
    shop.kit("OKIT", &[("OX", 1), ("OY", 2)]).await.unwrap();

    let answer = shop.sell_what_is_there("1", &[("OKIT", 3), ("OY", 2)]).await.unwrap();

    assert_eq!(held(&answer), [("OKIT", 3, 2, 1), ("OY", 2, 1, 1)]);
    assert_eq!((oms.level("OX").await, oms.level("OY").await), (Level::of(10, 2), Level::of(5, 5)));
    other.has_all("1").await;
}

async fn a_partial_order_tells_every_line_that_nobody_knows_and_holds_the_rest(oms: &Oms) {
    let (shop, other) = shops(oms, &[("MUG-RED", 5)]).await;
    for shop in [&shop, &other.shop] {
        shop.single("NOTHING", None).await.unwrap();
        shop.group("MUGS", &["MUG-RED"]).await.unwrap();
    }
    other.shop.single("CMB5 MUG", None).await.unwrap();

    let lines = [("mug-red.", 2), ("MUG-RED", 1), ("CMB5 MUG.", 5), ("NOTHING", 1), ("MUGS", 1), ("mug-red.", 1)];
    let answer = shop.sell_what_is_there("1", &lines).await.unwrap();

    let expected = [
        line("mug-red.", 3, ErrorReason::ListingNotFound, "MUG-RED"),
        line("CMB5 MUG.", 5, ErrorReason::ListingNotFound, ""),
        line("NOTHING", 1, ErrorReason::ListingUnmapped, ""),
        line("MUGS", 1, ErrorReason::OrderForGroup, ""),
    ];
    assert_eq!(told(&answer), expected);
    assert!(answer.unresolved[0].problem.ends_with("near: MUG-RED"), "{}", answer.unresolved[0].problem);
    assert_eq!(held(&answer), [("MUG-RED", 1, 1, 0)]);
    assert_eq!(oms.level("MUG-RED").await, Level::of(5, 1));
    other.has_all("1").await;
}

async fn a_near_code_is_told_beside_a_code_that_nobody_knows(oms: &Oms) {
    let (shop, other) = shops(oms, &[("SET252-KR-PP-S", 5)]).await;
    let lines = [("SET252-KR-PP-S.", 1), ("CMB5-252", 2)];

    let unknown = refused(shop.sell("1", &lines).await);
    let alone = refused(shop.sell("1", &lines[..1]).await);
    let answer = shop.sell_what_is_there("1", &lines).await.unwrap();

    let named = |count: i64| {
        let refusal = refusal(Code::NotFound, "LISTING_NOT_FOUND").with("csku", "SET252-KR-PP-S.");
        let refusal = refusal.with("line_count", count).with("line_0", "SET252-KR-PP-S.");
        refusal.with("reason_0", "LISTING_NOT_FOUND").with("near_code_0", "SET252-KR-PP-S")
    };
    assert_eq!(alone, named(1));
    assert_eq!(unknown, named(2).with("line_1", "CMB5-252").with("reason_1", "LISTING_NOT_FOUND"));
    let expected = [
        line("SET252-KR-PP-S.", 1, ErrorReason::ListingNotFound, "SET252-KR-PP-S"),
        line("CMB5-252", 2, ErrorReason::ListingNotFound, ""),
    ];
    assert_eq!((told(&answer), answer.order), (expected.to_vec(), None));
    other.has_all("1").await;
}

async fn a_line_of_an_archived_isku_is_told_and_the_rest_is_held(oms: &Oms) {
    let (shop, other) = shops(oms, &[("OLD", 0), ("A", 3)]).await;
    shop.kit("BOX", &[("A", 1), ("OLD", 1)]).await.unwrap();
    oms.archive("OLD").await.unwrap();
    let lines = [("BOX", 1), ("UNKNOWN", 1), ("A", 2), ("OLD", 1)];

    let refused = refused(shop.sell("1", &lines[2..]).await);
    let answer = shop.sell_what_is_there("1", &lines).await.unwrap();
    let again = shop.sell_what_is_there("1", &lines).await.unwrap();
    let request = partial(&shop, "2", &lines);
    let first = shop.ask_to_allocate(request.clone()).await.unwrap();
    let replayed = shop.ask_to_allocate(request).await.unwrap();

    assert_eq!(refused, refusal(Code::FailedPrecondition, "ISKU_ARCHIVED").with("isku_code", "OLD"));
    let expected = [
        line("BOX", 1, ErrorReason::IskuArchived, ""),
        line("UNKNOWN", 1, ErrorReason::ListingNotFound, ""),
        line("OLD", 1, ErrorReason::IskuArchived, ""),
    ];
    assert_eq!((told(&answer), told(&again)), (expected.to_vec(), expected.to_vec()));
    assert_eq!((held(&answer), again.existing), (vec![("A", 2, 2, 0)], true));
    assert_eq!((first.replayed, replayed.replayed, replayed.order == first.order), (false, true, true));
    assert_eq!(oms.level("A").await, Level::of(3, 3));
    other.has_all("1").await;
}

async fn an_order_of_which_nobody_knows_anything_is_told_line_by_line(oms: &Oms) {
    let (shop, other) = shops(oms, &[("A", 1)]).await;
    other.shop.single("SHIPPING", None).await.unwrap();

    let answer = shop.sell_what_is_there("1", &[("SHIPPING", 1)]).await.unwrap();

    assert_eq!(told(&answer), [line("SHIPPING", 1, ErrorReason::ListingNotFound, "")]);
    assert_eq!((answer.order, answer.existing), (None, false));
}

async fn all_lines_that_nobody_knows_are_refused_at_once(oms: &Oms) {
    let (shop, other) = shops(oms, &[("A", 5)]).await;
    shop.single("NOTHING", None).await.unwrap();

    let unknown = refused(shop.sell("1", &[("X", 1), ("A", 1), ("NOTHING", 1), ("Y", 1), ("X", 2)]).await);

    let expected = refusal(Code::NotFound, "LISTING_NOT_FOUND").with("csku", "X").with("line_count", 3);
    let expected = expected.with("line_0", "X").with("reason_0", "LISTING_NOT_FOUND");
    let expected = expected.with("line_1", "NOTHING").with("reason_1", "LISTING_UNMAPPED");
    assert_eq!(unknown, expected.with("line_2", "Y").with("reason_2", "LISTING_NOT_FOUND"));
    assert_eq!(oms.level("A").await, Level::of(5, 0));
    other.has_all("1").await;
}

async fn a_partial_order_again_takes_nothing_more(oms: &Oms) {
    let (shop, other) = shops(oms, &[("A", 2)]).await;
    let lines = [("A", 3), ("X", 1)];
    let first = shop.sell_what_is_there("1", &lines).await.unwrap();
    oms.receive(&[("A", 9)]).await.unwrap();

    let again = shop.sell_what_is_there("1", &lines).await.unwrap();

    assert_eq!((first.existing, again.existing, again.replayed), (false, true, false));
    assert_eq!(told(&again), told(&first));
    assert_eq!(again.order, first.order);
    assert_eq!(held(&again), [("A", 3, 2, 1)]);
    other.has_all("1").await;
}

async fn a_line_that_is_known_later_is_another_order(oms: &Oms) {
    let (shop, other) = shops(oms, &[("A", 5)]).await;
    let lines = [("A", 1), ("LATE", 1)];
    let first = shop.sell_what_is_there("1", &lines).await.unwrap();
    oms.isku("LATE").on_hand(5).await;
    shop.single("LATE", None).await.unwrap();

    let again = refused(shop.sell_what_is_there("1", &lines).await);

    let reservation = first.order.unwrap().reservation_id;
    assert_eq!(again, refusal(Code::AlreadyExists, "ORDER_DIFFERS").with("reservation_id", reservation));
    assert_eq!((oms.level("A").await, oms.level("LATE").await), (Level::of(5, 1), Level::of(5, 0)));
    other.has_all("1").await;
}

async fn every_isku_that_is_short_is_counted(oms: &Oms) {
    let codes: Vec<String> = (0..21).map(|n| format!("S{n:02}")).collect();
    let stock: Vec<(&str, i64)> = codes.iter().map(|code| (code.as_str(), 0)).collect();
    let (shop, other) = shops(oms, &stock).await;
    let lines: Vec<(&str, i64)> = codes.iter().map(|code| (code.as_str(), 1)).collect();

    let status = shop.sell("1", &lines).await.unwrap_err();

    assert!(status.message().ends_with("; 1 more"), "{}", status.message());
    let expected = refusal(Code::FailedPrecondition, "INSUFFICIENT_STOCK").with("short_count", 21);
    let expected = codes.iter().take(20).enumerate().fold(expected, |expected, (n, code)| {
        let named = expected.with(&format!("isku_code_{n}"), code);
        named.with(&format!("requested_{n}"), 1).with(&format!("available_{n}"), 0)
    });
    assert_eq!(Refusal::from(&status), expected);
    other.has_all("1").await;
}

async fn an_order_of_501_lines_of_2_listings_is_taken(oms: &Oms) {
    let (shop, other) = shops(oms, &[("A", 1_000), ("B", 1_000)]).await;
    let lines: Vec<(&str, i64)> = (0..501).map(|n| if n % 2 == 0 { ("A", 3) } else { ("B", 2) }).collect();

    let answer = shop.sell("1", &lines).await.unwrap();

    assert_eq!(held(&answer), [("A", 753, 753, 0), ("B", 500, 500, 0)]);
    other.has_all("1").await;
}

async fn an_order_is_counted_by_its_listings(oms: &Oms) {
    let codes: Vec<String> = (0..1_001).map(|n| format!("L{n}")).collect();
    let feed = || -> Vec<SyncItem> {
        (1..).zip(&codes).map(|(row, code)| SyncItem { channel_quantity: Some(20), ..item(row, code) }).collect()
    };
    let shop = oms.connect("shopify", "shop").await;
    shop.sync(feed()).await.unwrap();
    let of_the_other = oms.globex().connect("shopify", "shop").await;
    of_the_other.sync(feed()).await.unwrap();
    let lines = |listings: usize, lines: usize| -> Vec<(&str, i64)> {
        codes.iter().cycle().take(listings).cycle().take(lines).map(|code| (code.as_str(), 1)).collect()
    };

    let whole = shop.sell("1", &lines(1_000, 10_000)).await.unwrap();
    let too_many = refused(shop.sell_what_is_there("2", &lines(1_001, 1_001)).await);
    let too_long = refused(shop.sell_what_is_there("3", &lines(1, 10_001)).await);

    let order = whole.order.unwrap();
    assert_eq!((order.lines.len(), order.lines.iter().filter(|line| line.held == 10).count()), (1_000, 1_000));
    assert_eq!((oms.level("L999").await, oms.level("L1000").await), (Level::of(20, 10), Level::of(20, 0)));
    assert_eq!((too_many, too_long), (malformed(&["lines"]), malformed(&["lines"])));
    assert_eq!(oms.globex().level("L0").await, Level::of(20, 0));
}

fn partial(shop: &Shop, order: &str, lines: &[(&str, i64)]) -> AllocateOrderRequest {
    let line = |(csku, quantity): &(&str, i64)| OrderLine {
        code: Some(order_line::Code::Csku((*csku).to_owned())),
        quantity: *quantity,
    };
    let request = shop.allocation(order, lines.iter().map(line).collect());
    AllocateOrderRequest { fill: OrderFill::Partial.into(), ..request }
}
