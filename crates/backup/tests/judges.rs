//! What the generator of these tests writes, two unrelated readers open to the same bytes. They run where
//! `cargo xtask test peers` has installed them.

mod made;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use backup::{Backup, Folder, Locked, Password};
use made::dictionary;
use made::hostile::{NAMES, hostile};
use made::old::Old;
use made::sealed::{Generation, Sealed};
use plist::Value;
use sha2::{Digest, Sha256};

/// The digests both readers found for the files, by reader; `None` where they are not installed.
fn judged(folder: &Path, password: &str, files: &[(&str, &str)]) -> Option<serde_json::Value> {
    let Some(programs) = std::env::var_os("HEIRLOOM_PEERS") else {
        println!("skipped: the readers of other people are installed by `cargo xtask test peers`");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges.py");
    let mut python = Command::new(Path::new(&programs).join("python"))
        .arg(script)
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let questions = serde_json::to_string(files).unwrap();
    writeln!(python.stdin.take().unwrap(), "{}\n{questions}", password).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn ours(backup: &Backup, files: &[(&str, &str)]) -> Vec<String> {
    let digest = |(domain, path): &(&str, &str)| {
        let mut content = Vec::new();
        let entry = backup.find(domain, path).unwrap().unwrap();
        backup.read(&entry).unwrap().read_to_end(&mut content).unwrap();
        Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    files.iter().map(digest).collect()
}

#[test]
fn what_is_made_is_what_others_read() {
    for padded in [true, false] {
        let sealed = Sealed { padded, generation: Generation::Two, ..Sealed::new() };
        let big: Vec<u8> = (0..700_001u32).map(|n| (n.wrapping_mul(n) >> 7) as u8).collect();
        let files = [("D", "empty", &b""[..]), ("D", "block", &[1; 16]), ("D", "text", b"hello"), ("E", "big", &big)];
        for (domain, path, content) in files {
            sealed.file(domain, path, content);
        }
        sealed.close();
        let files = files.map(|(domain, path, _)| (domain, path));
        let Some(answers) = judged(sealed.made.path(), &sealed.password, &files) else {
            return;
        };
        let ours = ours(&sealed.open().unwrap(), &files);
        assert_eq!(answers["pyiosbackup"], serde_json::json!(ours));
        // This one asks for a padded manifest.
        assert_eq!(answers["iphone_backup_decrypt"] == serde_json::json!(ours), padded);
    }
}

/// Asked for one file by its name, both cope with the hostile rows around it.
#[test]
fn hostile_rows_do_not_keep_others_from_the_files() {
    let sealed = hostile();
    sealed.close();
    let files = NAMES.map(|name| ("D", name));
    let Some(answers) = judged(sealed.made.path(), &sealed.password, &files) else {
        return;
    };
    let ours = ours(&sealed.open().unwrap(), &files);
    assert_eq!(answers["iphone_backup_decrypt"], serde_json::json!(ours));
    assert_eq!(answers["pyiosbackup"], serde_json::json!(ours));
}

/// One of the two knows Manifest.mbdb as well.
#[test]
fn an_old_one_is_read_alike() {
    let bag = Sealed { generation: Generation::One, ..Sealed::new() };
    let mut old = Old::new();
    old.sealed("D", "a.txt", b"a secret of iOS 9");
    old.sealed("D", "caf\u{e9}/block", &[7; 32]);
    let version = dictionary(&[("ProductVersion", Value::String("9.3.5".into()))]);
    let bytes = Value::Data(bag.keybag());
    let fields = [("IsEncrypted", Value::Boolean(true)), ("BackupKeyBag", bytes), ("Lockdown", version)];
    old.plist("Manifest.plist", dictionary(&fields));
    old.close(0);
    let files = [("D", "a.txt"), ("D", "caf\u{e9}/block")];
    let Some(answers) = judged(old.path(), &bag.password, &files) else {
        return;
    };
    let folder = Arc::new(Folder::new(old.path().to_owned()));
    let locked = Locked::look(&*folder).unwrap().unwrap();
    let keys = locked.unlock(&Password::new(&bag.password), &|| false).unwrap();
    let backup = Backup::open_unlocked(folder, &old.path().join("scratch"), &keys).unwrap();
    assert_eq!(answers["pyiosbackup"], serde_json::json!(ours(&backup, &files)));
}
