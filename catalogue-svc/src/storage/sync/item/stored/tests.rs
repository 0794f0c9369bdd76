//! Items that releases have staged are read.

use shared::stored::{Golden, Unreadable};

use super::{super::examples::items, read, write};

const GOLDEN: Golden = Golden::new(include_str!("../../../../../golden/sync-item.v1.txt"));

#[test]
fn what_releases_have_staged_is_read() {
    let texts: Vec<_> = items().iter().map(|(name, item)| (*name, write(item))).collect();

    assert_eq!(GOLDEN.written(&texts), Vec::<String>::new());
    assert_eq!(GOLDEN.read(&items(), read), Vec::<String>::new());
}

#[test]
fn what_an_earlier_release_did_not_know_of_is_not_stated() {
    let item = read("{\"row\":7,\"csku\":\"A\"}").unwrap();

    assert_eq!((item.row, item.csku.as_str(), item.kind), (7, "A", None));
    assert_eq!(read("2:{}"), Err(Unreadable::version(2)));
}
