//! Pair records where usbmuxd keeps them, for when it is not running: on Linux it ends with the last cable, and a phone
//! on the network is still to be reached (`protocol.md` 2.1.1).

use std::io::Read;
use std::path::Path;
use zeroize::Zeroizing;

/// A record is some kilobytes.
const LIMIT: u64 = 1 << 20;

/// The record of a phone, where the system lets everyone read it.
pub(super) fn stored(udid: &str) -> Option<Zeroizing<Vec<u8>>> {
    let folder = match std::env::consts::OS {
        "linux" => Path::new("/var/lib/lockdown").to_path_buf(),
        "windows" => Path::new(&std::env::var_os("ProgramData")?).join("Apple").join("Lockdown"),
        _ => return None,
    };
    read(&folder, udid)
}

fn read(folder: &Path, udid: &str) -> Option<Zeroizing<Vec<u8>>> {
    let plain = !udid.is_empty() && udid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let file = std::fs::File::open(folder.join(format!("{udid}.plist"))).ok().filter(|_| plain)?;
    let mut content = Zeroizing::new(Vec::with_capacity(16 << 10));
    file.take(LIMIT).read_to_end(&mut content).ok()?;
    Some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_phones_own_record_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("00008110-00AA.plist"), b"record").unwrap();
        std::fs::write(folder.path().join("a.b.plist"), b"other").unwrap();
        assert_eq!(read(folder.path(), "00008110-00AA").unwrap().as_slice(), b"record");
        for other in ["00008110-00AB", "a.b", "", "../00008110-00AA"] {
            assert!(read(folder.path(), other).is_none(), "{other}");
        }
    }
}
