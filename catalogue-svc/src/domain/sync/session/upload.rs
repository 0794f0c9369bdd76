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

/// What the content of a chunk is known again by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkDigest([u8; 32]);

impl ChunkDigest {
    /// Of a chunk's items as they travel.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// A digest as it is stored, if it is one.
    pub fn stored(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// Its text.
    pub fn text(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
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
