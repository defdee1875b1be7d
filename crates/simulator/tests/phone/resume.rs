//! Backups cut short and gone on with.

use crate::host::{Files, Host};
use crate::visit::Visitor;
use crate::{Pretend, obliging, start};
use plist::Dictionary;
use simulator::{BackupSummary, DeviceOptions, Encryption, Faults};

/// Backs up onto what is there; what there is afterwards, and what the phone says of it.
fn back_up(pretend: &Pretend, files: Files, faults: Faults) -> (Files, BackupSummary) {
    pretend.phone.set_faults(faults);
    let mut host = Host::open(&Visitor::trusted(pretend), files);
    let code = host.serve("Backup", pretend.phone.udid(), Dictionary::new()).ok().map(|(code, _)| code);
    let udid = pretend.phone.udid();
    pretend.handle().block_on(async {
        // The phone sees the end of the line a moment later.
        while pretend.phone.last_backup().is_none_or(|last| last.code != code) {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    });
    assert_eq!(code.is_none(), host.files.contains_key(&format!("{udid}/Snapshot/Status.plist")));
    (host.files, pretend.phone.last_backup().unwrap())
}

fn cut() -> Faults {
    Faults { cut_after_bytes: Some(3_000_000), ..Faults::default() }
}

#[test]
fn what_a_cut_backup_left_is_used_again() {
    for encryption in [None, Some(Encryption::new("p"))] {
        let options = DeviceOptions { encryption, ..obliging() };
        let (pretend, twin) = (start(options.clone()), start(options));
        let (whole, all) = back_up(&twin, Files::new(), Faults::default());
        let (left, _) = back_up(&pretend, Files::new(), cut());
        let (files, last) = back_up(&pretend, left, Faults::default());
        assert!(last.full && last.code == Some(0) && last.resumed > 0, "{last:?}");
        assert_eq!((last.files + last.resumed, last.removed), (all.files, 0));
        assert!(files == whole);
    }
}

#[test]
fn a_cut_backup_that_is_gone_or_out_of_date_begins_again() {
    let pretend = start(obliging());
    let begins_again = |files| {
        let last = back_up(&pretend, files, Faults::default()).1;
        assert_eq!((last.full, last.resumed, last.code), (true, 0, Some(0)));
    };
    let (mut left, _) = back_up(&pretend, Files::new(), cut());
    left.remove(&format!("{}/Snapshot/Status.plist", pretend.phone.udid()));
    begins_again(left);
    let (left, _) = back_up(&pretend, Files::new(), cut());
    pretend.phone.day_passes().unwrap();
    begins_again(left);
}
