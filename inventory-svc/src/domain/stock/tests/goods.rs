//! Goods and requests: what comes in, what is asked twice, what several commands do together.

use super::*;
use crate::domain::{
    changes::Rewrite,
    command::{Count, CountLine, Shortfall, ShortfallPolicy},
};

#[test]
fn goods_come_in_for_known_iskus_and_locations_only() {
    check(&[
        (receive(&[("a", "back", 1), ("a", "back", 2)]), Ok(None)),
        (receive(&[("a", "back", 1), ("x", "back", 2)]), Err(Error::IskuNotFound { isku_code: code("x") })),
        (receive(&[("a", "nowhere", 1)]), Err(Error::LocationNotFound { location: "nowhere".into() })),
        (receive(&[("a", "back", i64::MAX)]), Err(Error::QuantityOverflow { isku_code: code("a") })),
        (Action::Create(new_isku("a", &[])), Err(Error::IskuExists { isku_code: code("a") })),
        (Action::Create(new_isku("d", &[("nowhere", 1)])), Err(Error::LocationNotFound { location: "nowhere".into() })),
        (reserve_at("1", &[("A", 8, &[("a", 1)])], &["back"]), Ok(Some(State::Held))),
    ]);
}

#[test]
fn an_archived_isku_only_keeps_its_code_taken() {
    let mut facts = shop();
    facts.iskus.get_mut(&IskuId(1)).unwrap().lifecycle = Lifecycle::Archived;
    let archived = Err(Error::IskuArchived { isku: Box::new(facts.iskus[&IskuId(1)].clone()) });
    let commands = [
        (receive(&[("a", "default", 1)]), archived.clone()),
        (reserve("1", &[("A", 1, &[("a", 1)])]), archived.clone()),
        (Action::Ensure(new_isku("a", &[])), archived),
        (Action::Create(new_isku("a", &[])), Err(Error::IskuExists { isku_code: code("a") })),
    ];

    for (index, (action, expected)) in commands.into_iter().enumerate() {
        let Applied { results, .. } = facts.apply(&[command(&format!("r-{index}"), action)]);
        assert_eq!(results[0], expected);
    }
}

#[test]
fn an_alias_names_the_renamed_isku() {
    let mut facts = shop();
    facts.codes.insert(code("former"), IskuId(1));
    let commands = [
        command("1", Action::Ensure(new_isku("former", &[("default", 9)]))),
        command("2", Action::Create(new_isku("former", &[]))),
        command("3", reserve("1", &[("K", 1, &[("a", 8), ("former", 8)])])),
        command("4", reserve("2", &[("K", 1, &[("a", 4), ("former", 4)])])),
    ];

    let Applied { results, changes, .. } = facts.apply(&commands);

    let Ok(Answered { answer: Answer::Ensured(ensured), .. }) = &results[0] else { panic!("{results:?}") };
    assert_eq!((&ensured.outcome, &ensured.isku.code), (&Outcome::Exists, &code("a")));
    assert_eq!(results[1], Err(Error::IskuExists { isku_code: code("former") }));
    assert_eq!(results[2], Err(short("a", 16, 15)));
    assert!(results[3].is_ok() && changes.movements.len() == 1 && changes.movements[0].reserved_delta == 8);
}

#[test]
fn an_order_is_the_same_however_its_seller_is_written() {
    let asked = |seller: &str| {
        let seller_id = SellerId::parse(seller).unwrap();
        let Action::Reserve(order) = reserve("1", &[("A", 1, &[("a", 1)])]) else { unreachable!() };
        let key = OrderKey { seller_id, ..order.key.clone() };
        Action::Reserve(Order { key, ..order })
    };

    let Applied { results, .. } = shop().apply(&[command("1", asked("Shop@x.my")), command("1", asked("shop@X.my"))]);

    assert_eq!(results[1].as_ref().map(|answered| answered.given), Ok(Given::Before));
}

#[test]
fn a_repeated_request_gets_the_first_answer() {
    let mut facts = shop();
    let first = command("again", receive(&[("a", "back", 1)]));
    let other = command("again", receive(&[("a", "back", 2)]));

    let Applied { results, changes, .. } = facts.apply(&[first.clone(), first.clone(), other]);

    let (now, before) = (results[0].as_ref().unwrap(), results[1].as_ref().unwrap());
    assert_eq!((now.given, before.given), (Given::Now, Given::Before));
    assert_eq!(now.answer, before.answer);
    assert_eq!(results[2], Err(Error::RequestIdReused));
    assert_eq!(changes.movements.len(), 1);
}

#[test]
fn an_ensured_isku_is_created_once_and_never_restocked() {
    let mut facts = empty();
    let named = |name: &str| {
        let details = Details { product_name: Some(name.into()), ..Details::default() };
        NewIsku { details, ..new_isku("z", &[("default", 4)]) }
    };
    let commands = [
        command("1", Action::Ensure(named("Zip"))),
        command("2", Action::Ensure(named("Zip"))),
        command("3", Action::Ensure(named("Zap"))),
    ];

    let Applied { results, changes, .. } = facts.apply(&commands);

    let outcomes: Vec<_> = results
        .iter()
        .map(|result| match &result.as_ref().unwrap().answer {
            Answer::Ensured(ensured) => (ensured.outcome.clone(), ensured.stock[0].on_hand),
            other => panic!("{other:?}"),
        })
        .collect();
    let different = Outcome::ExistsDifferent(vec!["product_name".to_owned()]);
    assert_eq!(outcomes, [(Outcome::Created, 4), (Outcome::Exists, 4), (different, 4)]);
    assert_eq!((changes.iskus.len(), changes.movements.len()), (1, 1));
}

#[test]
fn what_several_commands_do_to_one_row_is_written_once() {
    let mut facts = shop();
    let commands = [
        command("1", reserve("1", &[("A", 12, &[("a", 1)])])),
        command("2", reserve("2", &[("A", 99, &[("a", 1)])])),
        command("3", ship("1", &[("A", 11)])),
    ];

    let Applied { results, changes, .. } = facts.apply(&commands);

    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    let front = changes.stock[&StockKey { isku_id: IskuId(1), location_id: LocationId(1) }];
    assert_eq!(front.sequence_before, 1);
    assert_eq!(front.after, Quantities { on_hand: 0, reserved: 0, sequence: 3 });
    assert_eq!(changes.movements.iter().map(|movement| movement.sequence).collect::<Vec<_>>(), [2, 2, 3, 3]);
    assert!(
        matches!(changes.reservations.values().next(), Some((Rewrite::Insert, made)) if made.state() == State::Held)
    );
    let Ok(Answered { answer: Answer::Reserved { origin, .. }, .. }) = &results[0] else { panic!("{results:?}") };
    assert_eq!(*origin, Origin::New);
}

#[test]
fn a_count_reaches_what_was_reserved_in_its_own_batch() {
    let mut facts = shop();
    let key = StockKey { isku_id: IskuId(1), location_id: LocationId(1) };
    facts.holders.insert(key, Holders { newest_first: vec![], is_whole: true });
    let count = |policy| {
        let lines = vec![CountLine { isku_code: code("a"), counted: 1, sequence: None }];
        let shortfall = Shortfall { policy, reservation_ids: vec![] };
        Action::Count(Count { location: None, lines, document: None, note: None, shortfall })
    };
    let commands = [
        command("1", reserve("1", &[("A", 4, &[("a", 1)])])),
        command("2", count(ShortfallPolicy::Refuse)),
        command("3", count(ShortfallPolicy::ReleaseNewest)),
    ];

    let Applied { results, .. } = facts.apply(&commands);

    let reservation_id = Uuid::new_v5_like("1");
    let (isku_code, location) = (code("a"), code("default"));
    let refused =
        Error::BelowReserved { isku_code, location, on_hand: 1, reserved: 4, reservation_ids: vec![reservation_id] };
    assert_eq!(results[1], Err(refused));
    let Ok(Answered { answer: Answer::Corrected(corrected), .. }) = &results[2] else { panic!("{results:?}") };
    assert_eq!(corrected.released[0].items[0].held(), 1);
    assert_eq!(facts.stock[&key], Quantities { on_hand: 1, reserved: 1, sequence: 4 });
}
