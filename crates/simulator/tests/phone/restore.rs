//! Restores, as the phone judges them.

use crate::client::dictionary;
use crate::host::{Files, Host};
use crate::idevicebackup2::{back_up, installed, paired, run};
use crate::visit::Visitor;
use crate::{Pretend, obliging, start};
use plist::{Dictionary, Value};
use simulator::{DeviceOptions, Encryption, Profile, RestoreSummary, System};
use std::path::Path;

/// Backs up into memory.
fn backed_up(pretend: &Pretend) -> Files {
    let mut host = Host::open(&Visitor::trusted(pretend), Files::new());
    assert_eq!(host.ask("Backup", pretend.phone.udid(), Dictionary::new()).0, 0);
    let info = dictionary([("Device Name", "Maya".into())]);
    let mut bytes = Vec::new();
    Value::Dictionary(info).to_writer_xml(&mut bytes).unwrap();
    host.files.insert(format!("{}/Info.plist", pretend.phone.udid()), bytes);
    host.files
}

/// Restores from memory: the code the host got, and what the phone says of it.
fn restored(pretend: &Pretend, files: Files, options: Dictionary, source: Option<&str>) -> RestoreSummary {
    let mut host = Host::open(&Visitor::trusted(pretend), files);
    restore_from(pretend, &mut host, options, source)
}

fn restore_from(pretend: &Pretend, host: &mut Host, options: Dictionary, source: Option<&str>) -> RestoreSummary {
    let mut more = dictionary([("Options", options.into())]);
    more.extend(source.map(|source| ("SourceIdentifier".to_string(), source.into())));
    let (code, _) = host.ask("Restore", pretend.phone.udid(), more);
    let last = pretend.phone.last_restore().unwrap();
    assert_eq!(last.code, Some(code), "{last:?}");
    last
}

fn password(password: &str) -> Dictionary {
    dictionary([("Password", password.into())])
}

fn path_of(files: &Files, udid: &str, domain: &str, path: &str) -> String {
    use sha1::{Digest, Sha1};
    let name = hex::encode(Sha1::digest(format!("{domain}-{path}")));
    let path = format!("{udid}/{}/{name}", &name[..2]);
    assert!(files.contains_key(&path), "{path}");
    path
}

/// Waits until the phone is back from a restart.
fn back(pretend: &Pretend, restarts: u64) {
    pretend.handle().block_on(async {
        while pretend.phone.restarts() < restarts || !pretend.phone.is_plugged() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        // It may be on its way down still.
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert!(pretend.phone.is_plugged());
    });
}

#[test]
fn all_comes_back_and_the_phone_restarts() {
    let pretend = start(obliging());
    let files = backed_up(&pretend);
    let sent = pretend.phone.last_backup().unwrap();
    pretend.phone.day_passes().unwrap();
    let system = dictionary([("RestoreSystemFiles", true.into())]);
    let last = restored(&pretend, files.clone(), system, None);
    assert_eq!((last.code, last.files, last.bytes), (Some(0), sent.files, sent.bytes));
    assert!(last.differences.is_empty() && last.restored.len() as u64 == sent.files);
    assert!(last.restored.contains_key("HomeDomain: Library/SMS/sms.db"));
    assert_eq!(last.options, [("RestoreSystemFiles".to_string(), "true".to_string())]);
    back(&pretend, 1);

    let stays = dictionary([("RestoreShouldReboot", false.into())]);
    assert_eq!(restored(&pretend, files.clone(), stays, None).code, Some(0));
    assert_eq!(restored(&pretend, files, Dictionary::new(), None).code, Some(102));
}

#[test]
fn what_is_not_as_it_was_sent_is_found() {
    let pretend = start(obliging());
    let udid = pretend.phone.udid().to_string();
    let whole = backed_up(&pretend);
    let spoilt = |path: &str, spoil: &dyn Fn(&mut Vec<u8>)| {
        let mut files = whole.clone();
        spoil(files.get_mut(path).unwrap());
        restored(&pretend, files, Dictionary::new(), None)
    };
    let messages = path_of(&whole, &udid, "HomeDomain", "Library/SMS/sms.db");
    let last = spoilt(&messages, &|bytes| *bytes.last_mut().unwrap() ^= 1);
    assert_eq!(last.code, Some(205));
    assert_eq!(last.differences, ["HomeDomain: Library/SMS/sms.db: is not what the phone sent"]);
    let last = spoilt(&messages, &|bytes| bytes.truncate(100));
    assert!(last.differences[0].contains("100 bytes instead of"), "{last:?}");
    let last = spoilt(&format!("{udid}/Manifest.db"), &|bytes| bytes.push(0));
    assert!(last.code == Some(205) && last.files == 0, "{last:?}");
    let cut = |bytes: &mut Vec<u8>| bytes.truncate(30);
    assert_eq!(spoilt(&format!("{udid}/Status.plist"), &cut).code, Some(103));
    assert_eq!(spoilt(&format!("{udid}/Manifest.plist"), &cut).code, Some(205));

    let mut files = whole.clone();
    files.remove(&messages);
    let last = restored(&pretend, files, Dictionary::new(), None);
    assert!(last.code == Some(205) && last.complaint.unwrap().contains("sms.db"));
}

#[test]
fn an_encrypted_backup_needs_its_password() {
    let options = DeviceOptions { encryption: Some(Encryption::new("Grüße")), ..obliging() };
    let pretend = start(options);
    let files = backed_up(&pretend);
    let sent = pretend.phone.last_backup().unwrap().files;
    assert_eq!(restored(&pretend, files.clone(), password("grüße"), None).code, Some(207));
    assert_eq!(restored(&pretend, files.clone(), Dictionary::new(), None).code, Some(207));

    // A backup of another phone, whose keys this one has only from the password.
    let other = start(DeviceOptions { seed: 2, ..obliging() });
    let last = restored(&other, files.clone(), password("Grüße"), Some(pretend.phone.udid()));
    assert!(last.code == Some(0) && last.files == sent && last.differences.is_empty(), "{last:?}");
    assert_eq!(last.options, [("Password".to_string(), "given".to_string())]);
    let last = restored(&pretend, files, password("Grüße"), None);
    assert!(last.code == Some(0) && last.files == sent && last.differences.is_empty(), "{last:?}");
}

#[test]
fn what_hinders_a_restore_has_its_number() {
    let pretend = start(obliging());
    let files = backed_up(&pretend);
    let mut host = Host::open(&Visitor::trusted(&pretend), files.clone());
    let mut code = || restore_from(&pretend, &mut host, Dictionary::new(), None).code;
    pretend.phone.set_find_my(true);
    assert_eq!(code(), Some(211));
    pretend.phone.set_find_my(false);
    pretend.phone.set_set_up(false);
    assert_eq!(code(), Some(212));
    pretend.phone.set_set_up(true);
    pretend.phone.lock();
    assert_eq!(code(), Some(208));

    let other = |options, code| {
        let pretend_2 = start(DeviceOptions { seed: 2, ..options });
        let last = restored(&pretend_2, files.clone(), Dictionary::new(), Some(pretend.phone.udid()));
        assert_eq!(last.code, Some(code), "{last:?}");
    };
    other(DeviceOptions { free: 1000, ..obliging() }, 106);
    other(DeviceOptions { activated: false, ..obliging() }, 212);
    other(DeviceOptions { system: System::Ios26, ..obliging() }, 0);
}

#[test]
fn paths_of_the_phones_own_are_not_found() {
    let pretend = start(DeviceOptions { profile: Profile::Chatty, ..obliging() });
    let files = backed_up(&pretend);
    let mut host = Host::open(&Visitor::trusted(&pretend), files);
    host.errors.insert("/.b/".into(), -1);
    assert_eq!(restore_from(&pretend, &mut host, Dictionary::new(), None).code, Some(24));
    host.errors.clear();
    let before = host.files.clone();
    assert_eq!(restore_from(&pretend, &mut host, Dictionary::new(), None).code, Some(0));
    assert!(host.asked.iter().any(|path| path.starts_with("/.b/")));
    assert!(host.files == before, "the phone removes its copies");
}

#[test]
fn a_host_may_ask_what_it_has() {
    let pretend = start(obliging());
    let files = backed_up(&pretend);
    let mut host = Host::open(&Visitor::trusted(&pretend), files);
    let (code, info) = host.ask("Info", pretend.phone.udid(), Dictionary::new());
    assert!(code == 0 && info["Content"].as_string().unwrap().contains("<string>Maya</string>"));
    let (code, list) = host.ask("List", pretend.phone.udid(), Dictionary::new());
    assert_eq!(code, 0);
    let lines = list["Content"].as_string().unwrap().lines().count() as u64;
    assert_eq!(lines, pretend.phone.last_backup().unwrap().files);
    assert_ne!(host.ask("Nonsense", pretend.phone.udid(), Dictionary::new()).0, 0);
}

/// Restores with Debian's client.
fn with_debian(pretend: &Pretend, folder: &Path, options: &[&str]) -> RestoreSummary {
    let root = folder.parent().unwrap().to_str().unwrap();
    let output = run(pretend, "idevicebackup2", &[&["restore", "--system"], options, &[root]].concat());
    let last = pretend.phone.last_restore().unwrap();
    let content = String::from_utf8_lossy(&output.stdout).contains("Restore Successful");
    assert_eq!(content, last.code == Some(0), "{last:?}");
    last
}

#[test]
fn debians_client_restores() {
    if !installed() {
        return;
    }
    let options =
        DeviceOptions { encryption: Some(Encryption::new("Grüße")), profile: Profile::Chatty, ..obliging() };
    let pretend = paired(options);
    let (folder, _) = back_up(&pretend, "one");
    let sent = pretend.phone.last_backup().unwrap().files;
    assert_eq!(with_debian(&pretend, &folder, &["--password", "grüße"]).code, Some(207));
    let last = with_debian(&pretend, &folder, &["--copy", "--password", "Grüße"]);
    assert!(last.code == Some(0) && last.files == sent && last.differences.is_empty(), "{last:?}");
    assert!(last.applications.is_some());
    assert!(!format!("{last:?}").contains("Grüße") && !folder.join("Snapshot").exists());

    let older = paired(DeviceOptions { seed: 2, system: System::Ios15, ..obliging() });
    let last = with_debian(&older, &folder, &["--source", pretend.phone.udid(), "--password", "Grüße"]);
    assert_eq!((last.code, last.source.as_str()), (Some(203), pretend.phone.udid()));
}
