//! What releases have recorded of requests is recognised and read.

use serde::{Serialize, de::DeserializeOwned};
use shared::stored::{self, Form, Golden, Read, Unreadable};
use uuid::Uuid;

use super::{Told, content, examples as example};
use crate::catalogue::{KindChange, Scope, sync::start_sync::Opened};

const CONTENT: Golden = Golden::new(include_str!("../../../golden/request-content.v1.txt"));
const ANSWER: Golden = Golden::new(include_str!("../../../golden/request-answer.v1.txt"));

#[test]
fn what_releases_have_recorded_is_recognised() {
    let contents = [
        ("connect", content("ConnectSellerAccount", &example::connect())),
        ("update", content("UpdateSellerAccount", &example::update())),
        ("update-nothing", content("UpdateSellerAccount", &example::update_nothing())),
        ("update-lifts-the-maximum", content("UpdateSellerAccount", &example::update_lifts_the_maximum())),
        ("create", content("CreateListing", &example::create())),
        ("create-bare", content("CreateListing", &example::create_bare())),
        ("map", content("MapListing", &example::map(KindChange::None))),
        ("map-as-kit", content("MapListing", &example::map(KindChange::MakeKit))),
        ("map-and-write-off", content("MapListing", &example::map(KindChange::MakeKitAndWriteOff))),
        ("map-create-anyway", content("MapListing", &example::map_to_own())),
        ("remap", content("RemapListing", &example::remap())),
        ("publish", content("PublishListing", &example::publish(Scope::All))),
        ("publish-ready", content("PublishListing", &example::publish(Scope::ReadyOnly))),
        ("unpublish", content("UnpublishListing", &example::unpublish())),
        ("accept-rename", content("AcceptRename", &example::accept_rename())),
        ("start", content("start_sync", &example::start())),
        ("start-partial", content("start_sync", &example::start_partial())),
    ];

    assert_eq!(CONTENT.written(&contents), Vec::<String>::new());
}

fn write<A: Told>(answer: &A) -> Result<String, Unreadable> {
    stored::write::<A::Form, A>(answer)
}

#[test]
fn what_releases_have_answered_is_read() {
    fn check<F: Form<A> + Read<A> + Serialize + DeserializeOwned, A: Told<Form = F> + PartialEq + std::fmt::Debug>(
        name: &str,
        expected: A,
    ) {
        let stored = ANSWER.lines().find(|(own, _)| *own == name).unwrap().1;
        assert_eq!(stored::read::<F, A>(stored), Ok(expected), "{name}");
    }
    let id = Uuid::from_u128(71);
    let texts = [
        ("account", write(&example::account())),
        ("listing", write(&example::shown())),
        ("listing-bare", write(&example::shown_bare())),
        ("mapped", write(&example::mapped())),
        ("remapped", write(&example::remapped())),
        ("published", write(&example::published())),
        ("started", write(&(id, Opened::New))),
        ("started-before", write(&(id, Opened::Existing))),
    ];

    assert_eq!(ANSWER.written(&texts), Vec::<String>::new());
    check("account", example::account());
    check("listing", example::shown());
    check("listing-bare", example::shown_bare());
    check("mapped", example::mapped());
    check("remapped", example::remapped());
    check("published", example::published());
    check("started", (id, Opened::New));
    check("started-before", (id, Opened::Existing));
}
