//! A store on a share of a file server that fails in every way SMB and NFS mounts do, at writes from the first to the last of
//! a backup. After each: the session ended with the right reason, every version is whole, and the next backup works.

use std::time::Duration;

use super::full_disk::{back_up, check};
use super::share::{Fault, Share};
use super::*;

struct Mounted {
    share: Share,
    folder: tempfile::TempDir,
}

impl Mounted {
    fn new() -> Option<Mounted> {
        let folder = quick_folder();
        let (server, place) = (folder.path().join("server"), folder.path().join("place"));
        [&server, &place].iter().for_each(|folder| std::fs::create_dir(folder).unwrap());
        Some(Mounted { share: Share::mount(&server, &place)?, folder })
    }

    fn sessions(&self) -> PathBuf {
        self.folder.path().join("sessions")
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("place")
    }
}

/// Backs up with the fault at one write after another; `reason` tells whether an error is the right one.
fn fails_at(fault: Fault, reason: fn(&Error) -> bool) {
    let Some(mounted) = Mounted::new() else { return };
    let (share, place, sessions) = (&mounted.share, mounted.place(), mounted.sessions());
    let store = Store::create_or_open(&place).unwrap();
    back_up(&store, &sessions, 1).unwrap();
    let before = share.writes();
    back_up(&store, &sessions, 2).unwrap();
    let writes = share.writes() - before;
    assert!(writes >= 8, "{writes} writes");
    let every = if full() { 1 } else { 3 };
    let (mut failed, mut there) = (0, vec![1, 2]);
    for after in (0..writes).step_by(every) {
        let number = there.len() as u64 + 1;
        share.fails(after, fault);
        let result = back_up(&store, &sessions, number);
        share.mend();
        let store = Store::open(&place).unwrap();
        store.recover(&sessions).unwrap();
        // A record that the server has half of is put aside by the next session.
        drop(store.begin(UDID, &sessions, Base::Resume).unwrap());
        let arrived = store.versions(UDID).unwrap().versions.len() > there.len();
        if let Err(error) = &result {
            assert!(reason(error), "{fault:?} at write {after}: {error:?}");
            assert!(!arrived || fault == Fault::Dropped, "only an answer can be lost and the version be there");
            failed += 1;
        }
        assert!(arrived || result.is_err());
        if arrived {
            there.push(number);
        }
        check(&store, &there);
    }
    let waits = matches!(fault, Fault::Stalled(_));
    assert_eq!(failed == 0, waits, "{fault:?}");
    let number = there.len() as u64 + 1;
    back_up(&store, &sessions, number).unwrap();
    there.push(number);
    check(&Store::open(&place).unwrap(), &there);
    println!(
        "{fault:?} at {} of {writes} writes: {failed} backups failed, 0 violations",
        writes.div_ceil(every as u64)
    );
}

fn errno(error: &Error) -> Option<i32> {
    match error {
        Error::Io { source, .. } => source.raw_os_error(),
        _ => None,
    }
}

#[test]
fn a_share_that_drops_costs_no_version() {
    fails_at(Fault::Dropped, |error| errno(error) == Some(libc::EIO));
}

#[test]
fn a_server_killed_in_the_middle_of_a_write_costs_no_version() {
    fails_at(Fault::Killed, |error| errno(error) == Some(libc::ENOTCONN));
}

#[test]
fn a_share_that_stalls_is_waited_for() {
    let time = if full() { Duration::from_secs(30) } else { Duration::from_millis(300) };
    fails_at(Fault::Stalled(time), |_| false);
}

#[test]
fn writes_that_a_share_loses_are_noticed_when_they_are_flushed() {
    fails_at(Fault::LostAtFlush, |error| errno(error) == Some(libc::EIO));
}

#[test]
fn a_full_server_is_told_as_a_full_disk() {
    fails_at(Fault::Full, |error| matches!(error, Error::DiskFull { needed, .. } if *needed > 0));
}

#[test]
fn a_quota_used_up_is_told_as_a_full_disk() {
    fails_at(Fault::OverQuota, |error| matches!(error, Error::DiskFull { needed, .. } if *needed > 0));
}
