//! Who may upload to a session, and what a chunk is known again by.

use uuid::Uuid;

/// What each chunk must name: whoever opened a session has it, or took it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadToken(String);

impl UploadToken {
    /// The token that a request gets for a session: the same for the same request.
    pub fn of(sync_id: Uuid, request_id: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(sync_id.as_bytes());
        hasher.update(request_id.as_bytes());
        Self(hasher.finalize().to_hex()[..32].to_owned())
    }

    /// A token as it is stored.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Stands before each digest that is stored: another number where the same items have another digest.
const FORM: &str = "1:";

/// What the content of a chunk is known again by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkDigest([u8; 32]);

impl ChunkDigest {
    /// Of a chunk's items as they travel.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// A digest as it is stored; `None` if it was made in another way, so that nobody can tell whether a chunk is the same.
    pub fn stored(text: &str) -> Option<Self> {
        let hex = text.strip_prefix(FORM)?;
        blake3::Hash::from_hex(hex).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// Its text.
    pub fn text(&self) -> String {
        format!("{FORM}{}", blake3::Hash::from_bytes(self.0).to_hex())
    }
}

/// A chunk as it arrives.
#[derive(Clone, Copy, Debug)]
pub struct Arriving<'a> {
    /// The token that it names.
    pub token: &'a str,
    /// Its number.
    pub sequence: i64,
    /// Its content.
    pub digest: ChunkDigest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_it_was_stored_and_one_made_in_another_way_says_nothing() {
        let digest = ChunkDigest::of(b"items");
        let text = digest.text();

        assert_eq!(text, "1:c5d8d908a4dc6c7f4963d67b947a7bc36c0a2803de2297c8723a3605eb9d98f9");
        assert_eq!(ChunkDigest::stored(&text), Some(digest));
        assert_eq!(ChunkDigest::stored(&text.replace("1:", "2:")), None);
        assert_eq!(ChunkDigest::stored(&text[2..]), None);
    }
}
