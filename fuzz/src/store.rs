//! The version record of `crates/store`. Its checksums are put right first: nothing gets past them by chance.

use store::fuzzing;

const UDID: &str = "seed";
const NAME: &str = "000001-20261122T2149Z.ver";
const HEADER: usize = 128;
const CHECK: usize = 32;

/// A whole record: as it is, with its checksums right, and with head and list sealed by the holder of a key.
pub fn record(bytes: &[u8]) {
    for key in [None, Some(&fuzzing::key())] {
        let _ = fuzzing::record(bytes, NAME, UDID, key);
    }
    let mut mended = bytes.to_vec();
    if mend(&mut mended).is_some() {
        read(&mended);
    }
    if let Some(sealed) = seal(bytes) {
        read(&sealed);
        assert!(fuzzing::record(&sealed, NAME, UDID, None).is_err(), "read without its key");
    }
}

/// A file list before it is packed, in a record that is good.
pub fn list(bytes: &[u8]) {
    read(&around(bytes));
}

/// A record that is good, around a file list that need not be.
pub fn around(bytes: &[u8]) -> Vec<u8> {
    let packed = zstd::encode_all(bytes, 1).expect("memory has room");
    let head = format!(r#"{{"udid":"{UDID}","made":0,"files":0,"bytes":0,"new_bytes":0}}"#);
    let mut record = b"\x89HLV\r\n\x1a\n\x01\0\x80\0\0\0\0\0".to_vec();
    record.extend(1u64.to_le_bytes());
    record.extend([0; 40]);
    record.extend((head.len() as u32).to_le_bytes());
    record.extend([0, 1, 0, 0]);
    for number in [packed.len(), bytes.len(), entries(bytes)] {
        record.extend((number as u64).to_le_bytes());
    }
    record.extend([0; CHECK]);
    record.extend(head.as_bytes());
    record.extend(packed);
    record.extend([0; CHECK]);
    mend(&mut record).expect("it has all its parts");
    record
}

fn read(record: &[u8]) {
    let Ok(paths) = fuzzing::record(record, NAME, UDID, Some(&fuzzing::key())) else { return };
    assert!(paths.is_sorted_by(|one, next| one.0 < next.0));
    for (path, _) in &paths {
        assert!(path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.contains('\0'));
    }
}

/// The record with its head and list sealed, whatever they hold; `None` where they have no end.
pub fn seal(record: &[u8]) -> Option<Vec<u8>> {
    let mut header: [u8; HEADER - CHECK] = *record.first_chunk()?;
    let length = u32::from_le_bytes(*header[64..].first_chunk()?) as usize;
    let list = HEADER.checked_add(length)?;
    let (head, packed) = (record.get(HEADER..list)?, record.get(list..record.len().checked_sub(CHECK)?)?);
    header[12] = 1;
    header[68..70].copy_from_slice(&[1, 2]);
    header[64..68].copy_from_slice(&(length as u32 + 64).to_le_bytes());
    let sealed = packed.len() + packed.len().div_ceil(65_536) * 16;
    header[72..80].copy_from_slice(&(sealed as u64).to_le_bytes());
    let (head, list) = fuzzing::seal(&fuzzing::key(), &header, head, packed);
    let mut sealed = [&header[..], &[0; CHECK], &head, &list, &[0; CHECK]].concat();
    mend(&mut sealed).map(|()| sealed)
}

/// Puts both checksums right; `None` where there is no room for them.
fn mend(record: &mut [u8]) -> Option<()> {
    let end = record.len().checked_sub(CHECK)?;
    let length = u32::from_le_bytes(*record.get(64..68)?.first_chunk()?);
    let head = record.get(HEADER..HEADER.checked_add(length as usize)?)?;
    let check = blake3::Hasher::new().update(&record[..HEADER - CHECK]).update(head).finalize();
    record[HEADER - CHECK..HEADER].copy_from_slice(check.as_bytes());
    let check = blake3::hash(&record[..end]);
    record[end..].copy_from_slice(check.as_bytes());
    Some(())
}

/// How many entries the bytes stand for, each of 64 bytes, a path and what it carries.
fn entries(mut bytes: &[u8]) -> usize {
    let mut count = 0;
    while let Some((fixed, rest)) = bytes.split_first_chunk::<64>() {
        let path = usize::from(u16::from_le_bytes([fixed[0], fixed[1]]));
        let carried = u32::from_le_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]) as usize;
        count += 1;
        bytes = rest.get(path + carried..).unwrap_or_default();
    }
    count
}
