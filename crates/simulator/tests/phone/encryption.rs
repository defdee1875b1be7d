//! The backup password: set, changed, taken away, and what it does to a backup.

use crate::client::dictionary;
use crate::host::{Files, Host};
use crate::idevicebackup2::{back_up, installed, paired, run};
use crate::visit::Visitor;
use crate::{Pretend, obliging, start};
use plist::{Dictionary, Value};
use simulator::{BackupSummary, DeviceOptions, Encryption, Prompt};

/// Asks for another password: the phone's code.
fn change(pretend: &Pretend, visitor: &Visitor, old: &str, new: &str) -> i64 {
    let passwords =
        [("OldPassword", old), ("NewPassword", new)].into_iter().filter(|(_, password)| !password.is_empty());
    let passwords: Dictionary = passwords.map(|(name, password)| (name.to_string(), Value::from(password))).collect();
    let code = Host::open(visitor, Files::new()).ask("ChangePassword", pretend.phone.udid(), passwords).0;
    let said = visitor.value("com.apple.mobile.backup", "WillEncrypt");
    assert_eq!(said.as_boolean(), Some(pretend.phone.encrypts()));
    code
}

/// Backs up onto what is there; what the phone says of it. The backup is as sealed as it claims.
fn again(pretend: &Pretend, visitor: &Visitor, files: &mut Files) -> BackupSummary {
    let udid = pretend.phone.udid();
    let mut host = Host::open(visitor, std::mem::take(files));
    assert_eq!(host.ask("Backup", udid, Dictionary::new()).0, 0);
    *files = host.files;
    let manifest = plist::Value::from_reader(std::io::Cursor::new(&files[&format!("{udid}/Manifest.plist")])).unwrap();
    let manifest = manifest.into_dictionary().unwrap();
    let last = pretend.phone.last_backup().unwrap();
    assert_eq!(manifest["IsEncrypted"].as_boolean(), Some(last.encrypted));
    assert_eq!(manifest.get("ManifestKey").is_some(), last.encrypted);
    assert!(!last.encrypted || manifest["BackupKeyBag"].as_data().unwrap().len() == 1388);
    assert_eq!(files[&format!("{udid}/Manifest.db")].starts_with(b"SQLite format 3\0"), !last.encrypted);
    last
}

fn content(files: &Files) -> impl Iterator<Item = (&String, &Vec<u8>)> {
    files.iter().filter(|(path, _)| path.len() > 60)
}

#[test]
fn sealed_once_and_then_only_what_changed() {
    let pretend = start(DeviceOptions { encryption: Some(Encryption::new("Grüße 🗝")), ..obliging() });
    let (visitor, mut files) = (Visitor::trusted(&pretend), Files::new());
    let first = again(&pretend, &visitor, &mut files);
    assert!(first.encrypted && first.full && first.files == content(&files).count() as u64, "{first:?}");
    assert!(content(&files).all(|(_, bytes)| bytes.len().is_multiple_of(16) && !bytes.is_empty()));
    let sealed = files.clone();
    let idle = again(&pretend, &visitor, &mut files);
    assert!(!idle.full && idle.files == 0, "{idle:?}");

    pretend.phone.day_passes().unwrap();
    let next = again(&pretend, &visitor, &mut files);
    assert!(!next.full && next.files > 0 && next.files < first.files, "{next:?}");
    let same = content(&sealed).filter(|(name, bytes)| files.get(*name) == Some(bytes)).count() as u64;
    assert!(same + next.files >= first.files, "{same} files are as they were");
}

#[test]
fn a_password_is_set_changed_and_taken_away() {
    const WRONG: i64 = 207;
    let pretend = start(obliging());
    let (visitor, mut files) = (Visitor::trusted(&pretend), Files::new());
    let plain = again(&pretend, &visitor, &mut files);
    assert!(!plain.encrypted);

    assert_eq!(change(&pretend, &visitor, "", "first"), 0);
    let first = again(&pretend, &visitor, &mut files);
    assert!(first.full && first.encrypted && first.files > plain.files, "{first:?}");
    let sealed = files.clone();
    for (old, new) in [("wrong", "second"), ("", "second"), ("wrong", ""), ("", "")] {
        assert_eq!(change(&pretend, &visitor, old, new), WRONG, "{old} {new}");
    }
    assert!(!again(&pretend, &visitor, &mut files).full, "a wrong password changes nothing");

    assert_eq!(change(&pretend, &visitor, "first", "second"), 0);
    assert!(again(&pretend, &visitor, &mut files).full);
    let same = content(&files).filter(|(name, bytes)| sealed.get(*name) == Some(bytes)).count();
    assert_eq!(same, 0, "every file is sealed anew");

    assert_eq!(change(&pretend, &visitor, "first", ""), WRONG);
    assert_eq!(change(&pretend, &visitor, "second", ""), 0);
    let last = again(&pretend, &visitor, &mut files);
    assert!(last.full && !last.encrypted && last.files == plain.files, "{last:?}");
}

#[test]
fn a_password_needs_the_passcode_and_no_profile_against_it() {
    const LOCKED: i64 = 208;
    let pretend = start(DeviceOptions { auto_passcode: None, ..obliging() });
    let visitor = Visitor::trusted(&pretend);
    let phone = pretend.phone.clone();
    let person = pretend.handle().spawn(async move {
        phone.prompted(Prompt::Passcode).await;
        phone.dismiss_passcode();
        phone.prompted(Prompt::Passcode).await;
        phone.enter_passcode();
    });
    assert_eq!(change(&pretend, &visitor, "", "first"), LOCKED);
    assert!(!pretend.phone.encrypts());
    assert_eq!(change(&pretend, &visitor, "", "first"), 0);
    pretend.handle().block_on(person).unwrap();
    let mut host = Host::open(&visitor, Files::new());
    pretend.phone.lock();
    let off = dictionary([("OldPassword", "first".into())]);
    assert_eq!(host.ask("ChangePassword", pretend.phone.udid(), off).0, LOCKED);
    assert!(pretend.phone.encrypts());

    let options = DeviceOptions { encryption: Some(Encryption::new("p")), must_encrypt: true, ..obliging() };
    let bound = start(options);
    let visitor = Visitor::trusted(&bound);
    assert_eq!(visitor.value("com.apple.mobile.backup", "RequiresEncrypt").as_boolean(), Some(true));
    assert_eq!(change(&bound, &visitor, "p", ""), 1);
    assert_eq!(change(&bound, &visitor, "p", "q"), 0);
    assert!(bound.phone.encrypts());
}

#[test]
fn debians_client_sets_a_password() {
    if !installed() {
        return;
    }
    let pretend = paired(obliging());
    let folder = pretend.folder.path().to_str().unwrap();
    let content = |arguments: &[&str]| {
        let output = run(&pretend, "idevicebackup2", &[arguments, &[folder]].concat());
        String::from_utf8_lossy(&output.stdout).contains("successfully")
    };
    assert!(content(&["encryption", "on", "first"]) && pretend.phone.encrypts());
    assert!(!content(&["changepw", "wrong", "second"]));
    assert!(back_up(&pretend, "one").1 && pretend.phone.last_backup().unwrap().encrypted);
    assert!(content(&["encryption", "off", "first"]) && !pretend.phone.encrypts());
}
