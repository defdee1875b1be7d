//! Debian's idevicebackup2 and sqlite3 as judges; skipped where they are not installed.

use crate::{Pretend, obliging, start};
use simulator::{DeviceOptions, Faults, Profile, Unreadable};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub fn run(pretend: &Pretend, program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).env("USBMUXD_SOCKET_ADDRESS", pretend.address.to_string());
    command.output().unwrap()
}

pub fn installed() -> bool {
    let found = ["idevicebackup2", "idevicepair", "sqlite3"]
        .iter()
        .all(|name| Command::new(name).arg("--help").output().is_ok());
    if !found {
        println!("skipped: idevicebackup2, idevicepair or sqlite3 is not installed");
    }
    found
}

pub fn paired(options: DeviceOptions) -> Pretend {
    let pretend = start(options);
    assert!(run(&pretend, "idevicepair", &["pair"]).status.success());
    pretend
}

/// Backs up into a folder of the test and returns the device's folder in it, and whether the client was content.
pub fn back_up(pretend: &Pretend, name: &str) -> (PathBuf, bool) {
    let folder = pretend.folder.path().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let output = run(pretend, "idevicebackup2", &["backup", folder.to_str().unwrap()]);
    (folder.join(pretend.phone.udid()), String::from_utf8_lossy(&output.stdout).contains("Backup Successful"))
}

/// The files of a backup, without the host's own Info.plist.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, name: &str, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{name}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &name, into);
            } else if name != "/Info.plist" {
                into.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(folder, "", &mut files);
    files
}

pub fn query(folder: &Path, query: &str) -> String {
    let output = Command::new("sqlite3").arg(folder.join("Manifest.db")).arg(query).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

#[test]
fn full_then_only_what_changed() {
    if !installed() {
        return;
    }
    let pretend = paired(obliging());
    let (folder, content) = back_up(&pretend, "one");
    let first = pretend.phone.last_backup().unwrap();
    assert!(content && first.full && first.code == Some(0), "{first:?}");
    assert_eq!(query(&folder, "pragma integrity_check"), "ok");
    assert_eq!(query(&folder, "select count(*) from Files where flags = 1"), first.files.to_string());
    assert_eq!(contents(&folder).len() as u64, first.files + 3);

    let (_, content) = back_up(&pretend, "one");
    let idle = pretend.phone.last_backup().unwrap();
    assert!(content && !idle.full && idle.files == 0 && idle.removed == 0, "{idle:?}");

    pretend.phone.day_passes().unwrap();
    let (folder, content) = back_up(&pretend, "one");
    let next = pretend.phone.last_backup().unwrap();
    assert!(content && !next.full && next.files > 0 && next.files < first.files, "{next:?}");
    let content_files = query(&folder, "select count(*) from Files where flags = 1").parse::<usize>().unwrap();
    assert_eq!(contents(&folder).len(), content_files + 3);
}

#[test]
fn a_cut_backup_starts_again_and_leaves_the_same_bytes() {
    if !installed() {
        return;
    }
    let pretend = paired(obliging());
    let twin = paired(obliging());
    let whole = contents(&back_up(&twin, "whole").0);
    let cut_in_a_file = Faults { cut_after_bytes: Some(100_000), ..Faults::default() };
    let cut_at_the_moves = Faults { cut_at_message: Some(300), ..Faults::default() };
    for cut in [cut_in_a_file, cut_at_the_moves] {
        pretend.phone.set_faults(cut.clone());
        let (_, content) = back_up(&pretend, "cut");
        assert!(!content, "{cut:?}");
    }
    pretend.phone.set_faults(Faults { split: Some(1000), ..Faults::default() });
    let (folder, content) = back_up(&pretend, "cut");
    assert!(content);
    let cut = contents(&folder);
    assert!(whole.keys().eq(cut.keys()));
    assert!(whole == cut);
}

#[test]
fn a_host_that_lost_files_is_told() {
    if !installed() {
        return;
    }
    let pretend = paired(DeviceOptions { profile: Profile::Chatty, ..obliging() });
    let (folder, content) = back_up(&pretend, "one");
    assert!(content);
    let manifest = folder.join("Manifest.db");
    let whole = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, [&whole[..], &[0]].concat()).unwrap();
    let (_, content) = back_up(&pretend, "one");
    let last = pretend.phone.last_backup().unwrap();
    assert!(!content && last.code == Some(205), "{last:?}");

    std::fs::write(&manifest, whole).unwrap();
    let lost = query(&folder, "select fileID from Files where flags = 1 order by fileID limit 1");
    std::fs::remove_file(folder.join(&lost[..2]).join(&lost)).unwrap();
    let (_, content) = back_up(&pretend, "one");
    let last = pretend.phone.last_backup().unwrap();
    assert!(!content && last.code == Some(205), "{last:?}");
}

#[test]
fn an_unreadable_file_stays_due() {
    if !installed() {
        return;
    }
    let pretend = paired(DeviceOptions { check: false, ..obliging() });
    let (folder, _) = back_up(&pretend, "one");
    let largest = "select domain || char(10) || relativePath from Files where flags = 1 order by fileID limit 1";
    let place = query(&folder, largest);
    let (domain, path) = place.split_once('\n').unwrap();
    let fault = Unreadable { domain: domain.into(), path: path.into(), code: 0x0B, after: 0 };
    pretend.phone.set_faults(Faults { unreadable: vec![fault], ..Faults::default() });
    let (_, content) = back_up(&pretend, "two");
    assert!(content);
    pretend.phone.set_faults(Faults::default());
    let (_, content) = back_up(&pretend, "two");
    let last = pretend.phone.last_backup().unwrap();
    assert!(content && !last.full && last.files == 1, "{last:?}");
}
