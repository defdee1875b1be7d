//! A new record, put together in memory: `docs/store-format.md`, "The record".

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::entries::LARGEST_LIST;
use crate::record::{FORMAT, HEADER, LARGEST_HEAD, MAGIC, PLAIN, SEALED};
use crate::seal::{BOUND, NONCE, Seal, StoreKey, TAG, random, sealed_length};
use crate::version::VersionHead;
use crate::{Error, Result};

/// A sealed head is padded to a multiple of this, so that its length does not tell the length of a name.
const PADDED_TO: usize = 1024;

#[derive(Serialize, Deserialize)]
pub(crate) struct HeadJson {
    pub udid: String,
    pub made: i64,
    pub files: u64,
    pub bytes: u64,
    pub new_bytes: u64,
    #[serde(default)]
    pub notes: BTreeMap<String, String>,
}

/// Everything a new record needs.
pub(crate) struct Draft<'a> {
    pub version: &'a VersionHead,
    pub base: u64,
    pub session: Uuid,
    pub store: Uuid,
    pub packed: &'a [u8],
    pub unpacked: u64,
    pub entries: u64,
}

/// A record in the pieces it is written in.
pub(crate) struct Pieces<'a> {
    /// Header and head.
    pub front: Vec<u8>,
    pub list: Cow<'a, [u8]>,
    pub trailer: [u8; 32],
}

impl<'a> Draft<'a> {
    /// The record, sealed where there is a key. Fails with [`Error::TooLarge`] when the notes are.
    pub fn pieces(&self, key: Option<&StoreKey>) -> Result<Pieces<'a>> {
        let head = self.head()?;
        let (front, list) = match key {
            None => {
                let bound = self.header(PLAIN, head.len(), self.packed.len() as u64)?;
                (front(&bound, &head), Cow::Borrowed(self.packed))
            }
            Some(key) => self.sealed(key, head)?,
        };
        let trailer = *blake3::Hasher::new().update(&front).update(&list).finalize().as_bytes();
        Ok(Pieces { front, list, trailer })
    }

    fn head(&self) -> Result<Vec<u8>> {
        let VersionHead { udid, made, files, bytes, new_bytes, notes, .. } = self.version.clone();
        let head = serde_json::to_vec(&HeadJson { udid, made, files, bytes, new_bytes, notes });
        head.map_err(|_| Error::TooLarge)
    }

    fn sealed(&self, key: &StoreKey, mut head: Vec<u8>) -> Result<(Vec<u8>, Cow<'a, [u8]>)> {
        head.resize(head.len().next_multiple_of(PADDED_TO), b' ');
        let length = blake3::OUT_LEN + NONCE + head.len() + TAG;
        let bound = self.header(SEALED, length, sealed_length(self.packed.len() as u64))?;
        let nonce = random()?;
        let seal = Seal::new(key, nonce, bound);
        let mut sealed = Vec::with_capacity(length);
        sealed.extend_from_slice(key.id().as_bytes());
        sealed.extend_from_slice(&nonce);
        seal.seal_head(&head, &mut sealed)?;
        Ok((front(&bound, &sealed), Cow::Owned(seal.seal_list(self.packed)?)))
    }

    /// The header up to its checksum.
    fn header(&self, (flags, codecs): (u32, [u8; 4]), head: usize, packed: u64) -> Result<[u8; BOUND]> {
        if head > LARGEST_HEAD || packed > LARGEST_LIST {
            return Err(Error::TooLarge);
        }
        let mut header = Vec::with_capacity(BOUND);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&FORMAT.to_le_bytes());
        header.extend_from_slice(&(HEADER as u16).to_le_bytes());
        header.extend_from_slice(&flags.to_le_bytes());
        header.extend_from_slice(&self.version.seq.to_le_bytes());
        header.extend_from_slice(&self.base.to_le_bytes());
        header.extend_from_slice(self.session.as_bytes());
        header.extend_from_slice(self.store.as_bytes());
        header.extend_from_slice(&(head as u32).to_le_bytes());
        header.extend_from_slice(&codecs);
        for number in [packed, self.unpacked, self.entries] {
            header.extend_from_slice(&number.to_le_bytes());
        }
        header.try_into().map_err(|_| Error::TooLarge)
    }
}

fn front(bound: &[u8; BOUND], head: &[u8]) -> Vec<u8> {
    let check = blake3::Hasher::new().update(bound).update(head).finalize();
    [bound, check.as_bytes().as_slice(), head].concat()
}
