//! A door to the reader of records that takes bytes, for `fuzz/` and the replay of its corpus alone.

use std::path::Path;

use crate::list::List;
use crate::seal::{BOUND, Seal};
use crate::sealing::Keys;
use crate::{Damage, StoreKey, record};

/// A key that anybody knows.
pub fn key() -> StoreKey {
    StoreKey::known([1; 32])
}

/// Reads a record from its bytes, as `name` of the device `udid`, a sealed one with `key`; returns its paths and how many
/// bytes each carries.
pub fn record(
    mut bytes: &[u8],
    name: &str,
    udid: &str,
    key: Option<&StoreKey>,
) -> Result<Vec<(String, usize)>, Damage> {
    let length = bytes.len() as u64;
    let (mut list, keys) = (List::default(), Keys::default());
    key.into_iter().for_each(|key| keys.add(key.clone()));
    record::read_from(&mut bytes, length, Path::new(name), udid, &keys, &mut |(path, row, carried)| {
        list.push(path, row, carried).map_err(|_| Damage::List)
    })?;
    assert!((0..list.len()).all(|at| list.find(list.path(at)) == Some(at)));
    Ok((0..list.len()).map(|at| (list.path(at).to_owned(), list.carried(at).len())).collect())
}

/// Seals a head, padded or not, and a packed list as a writer would, whatever they hold: what only the holder of a key can
/// have made must not harm a reader either. `header` is the begin of the record, with the lengths of the sealed parts.
pub fn seal(key: &StoreKey, header: &[u8; BOUND], head: &[u8], packed: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let seal = Seal::new(key, [7; 16], *header);
    let mut sealed = [&key.id().as_bytes()[..], &[7; 16]].concat();
    seal.seal_head(head, &mut sealed).expect("it is short");
    (sealed, seal.seal_list(packed).expect("it is short"))
}
