//! A door to the reader of records that takes bytes, for `fuzz/` and the replay of its corpus alone.

use std::path::Path;

use crate::list::List;
use crate::{Damage, record};

/// Reads a record from its bytes, as `name` of the device `udid`; returns its paths and how many bytes each carries.
pub fn record(mut bytes: &[u8], name: &str, udid: &str) -> Result<Vec<(String, usize)>, Damage> {
    let length = bytes.len() as u64;
    let mut list = List::default();
    record::read_from(&mut bytes, length, Path::new(name), udid, &mut |(path, row, carried)| {
        list.push(path, row, carried).map_err(|_| Damage::List)
    })?;
    assert!((0..list.len()).all(|at| list.find(list.path(at)) == Some(at)));
    Ok((0..list.len()).map(|at| (list.path(at).to_owned(), list.carried(at).len())).collect())
}
