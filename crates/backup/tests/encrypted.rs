//! Encrypted backups, made by other means than the crate's own (`made/sealed.rs`).

mod made;

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use backup::{Backup, Contradiction, Ending, Error, Folder, KeychainKind, Locked, Password};
use made::sealed::{Generation, Sealed, padded};
use made::{Made, binary, dictionary, text};
use plist::Value;
use rusqlite::Connection;

fn content(backup: &Backup, path: &str) -> backup::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    backup.read(&backup.find("D", path)?.unwrap())?.read_to_end(&mut bytes).unwrap();
    Ok(bytes)
}

/// Bytes that repeat nowhere near.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    })
    .take(length)
    .collect()
}

#[test]
fn the_password_opens_it() {
    for (generation, padded) in [(Generation::Two, true), (Generation::Two, false)] {
        let sealed = Sealed { generation, padded, ..Sealed::new() };
        sealed.file("D", "a.txt", b"hello");
        sealed.made.file("D", "clear.txt", b"a file without a key");
        sealed.close();
        let files = Arc::new(Folder::new(sealed.made.path().to_owned()));
        assert!(matches!(Backup::open(files.clone(), &sealed.made.scratch()), Err(Error::Encrypted)));

        let locked = sealed.locked();
        assert!(locked.facts().encrypted);
        assert_eq!(locked.facts().udid, "made");
        let wrong = locked.unlock(&Password::new("pass word"), &|| false);
        assert!(matches!(wrong, Err(Error::WrongPassword)));
        assert!(matches!(locked.unlock(&Password::new("x"), &|| true), Err(Error::Cancelled)));

        let backup = sealed.open().unwrap();
        assert!(backup.facts().encrypted);
        assert_eq!(content(&backup, "a.txt").unwrap(), b"hello");
        assert_eq!(content(&backup, "clear.txt").unwrap(), b"a file without a key");
        let entry = |path| backup.find("D", path).unwrap().unwrap();
        assert_eq!(backup.length(&entry("a.txt")).unwrap(), 5);
        assert_eq!(backup.local_path(&entry("a.txt")).unwrap(), None);
        assert!(backup.local_path(&entry("clear.txt")).unwrap().is_some());
        assert_eq!(backup.check(&mut |_, _| {}).unwrap().missing_count, 0);
        assert!(backup.report().rows.is_empty() && backup.report().contradictions.is_empty());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let copy = std::fs::read_dir(sealed.made.scratch()).unwrap().next().unwrap().unwrap();
            assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        }
        drop(backup);
        assert_eq!(std::fs::read_dir(sealed.made.scratch()).unwrap().count(), 0, "the plain manifest is gone");
    }
}

#[test]
fn letters_with_accents_open_it_however_they_are_typed() {
    for (set, typed) in [("w\u{f6}rd", "wo\u{308}rd"), ("wo\u{308}rd", "w\u{f6}rd")] {
        let sealed = Sealed { password: set.into(), ..Sealed::new() };
        sealed.close();
        assert!(sealed.locked().unlock(&Password::new(typed), &|| false).is_ok());
    }
}

#[test]
fn keys_of_another_backup_do_not_open_it() {
    let [one, two] = [Sealed::new(), Sealed { generation: Generation::One, ..Sealed::new() }];
    one.close();
    two.made.row("D", "a", 1, vec![]);
    two.close();
    std::fs::write(two.made.path().join("Manifest.db"), vec![0xA5; 4096]).unwrap();
    let files = Arc::new(Folder::new(two.made.path().to_owned()));
    let other = Backup::open_unlocked(files.clone(), &two.made.scratch(), &one.keys());
    assert!(matches!(other, Err(Error::WrongPassword)));
    let own = Backup::open_unlocked(files, &two.made.scratch(), &two.keys());
    assert!(matches!(own, Err(Error::KeybagDamaged)), "no key for Manifest.db");
}

/// Path, size in the record, what is encrypted; then what must come out.
type Case<'a> = (&'a str, i64, &'a [u8], &'a [u8], Ending);

/// Every branch of the end-of-file rule, on files.
#[test]
fn where_a_file_ends() {
    let sealed = Sealed::new();
    let plain = noise(200);
    let mut cut = padded(&plain);
    cut.truncate(96);
    let odd = [&padded(&plain)[..], &[1, 2, 3]].concat();
    let unpadded = [&plain[..175], &[1]].concat();
    let cases: [Case<'_>; 11] = [
        ("whole", 200, &padded(&plain), &plain, Ending::Whole),
        ("grown", 100, &padded(&plain), &plain, Ending::SizeDiffers),
        ("shrunk", 4000, &padded(&plain), &plain, Ending::SizeDiffers),
        ("no size", -1, &padded(&plain), &plain, Ending::Whole),
        ("unpadded", 176, &unpadded, &unpadded, Ending::Whole),
        ("unpadded, cut", 170, &plain[..176], &plain[..170], Ending::Whole),
        ("cut", 200, &cut, &plain[..96], Ending::Incomplete),
        ("odd", 200, &odd, &padded(&plain), Ending::Damaged),
        ("empty", 0, &padded(b""), &[], Ending::Whole),
        ("nothing", 0, &[], &[], Ending::Whole),
        ("nothing left", 7, &[], &[], Ending::Incomplete),
    ];
    for (path, size, blocks, ..) in cases {
        sealed.stored("D", path, 4, size, blocks);
    }
    sealed.made.file("D", "clear", b"12345");
    sealed.close();
    let backup = sealed.open().unwrap();
    let clear = ("clear", 5, &[][..], &b"12345"[..], Ending::Whole);
    for (path, _, _, expected, ending) in cases.into_iter().chain([clear]) {
        let entry = backup.find("D", path).unwrap().unwrap();
        assert_eq!(content(&backup, path).unwrap(), expected, "{path}");
        assert_eq!(backup.length(&entry).unwrap(), expected.len() as u64, "{path}");
        assert_eq!(backup.ending(&entry).unwrap(), ending, "{path}");
    }
}

/// Reading from anywhere gives what reading from the start gives.
#[test]
fn any_place_can_be_read() {
    let sealed = Sealed::new();
    let plain = noise(1_000_003);
    sealed.file("D", "video.mov", &plain);
    sealed.close();
    let backup = sealed.open().unwrap();
    assert!(content(&backup, "video.mov").unwrap() == plain);
    let mut stream = backup.read(&backup.find("D", "video.mov").unwrap().unwrap()).unwrap();
    let mut at = 17usize;
    for step in 0..3000usize {
        at = (at * 7919 + step * 31) % (plain.len() + 40);
        let length = (at % 97) * (step % 5) * 300;
        let place = match step % 3 {
            0 => SeekFrom::Start(at as u64),
            1 => SeekFrom::End(at as i64 - plain.len() as i64),
            _ => SeekFrom::Current(at as i64 - stream.stream_position().unwrap() as i64),
        };
        assert_eq!(stream.seek(place).unwrap(), at as u64);
        let mut part = Vec::new();
        stream.by_ref().take(length as u64).read_to_end(&mut part).unwrap();
        let from = at.min(plain.len());
        assert!(part == plain[from..(from + length).min(plain.len())], "{length} bytes at {at}");
    }
    assert!(stream.seek(SeekFrom::End(-2_000_000)).is_err());
}

#[test]
fn damage_stays_with_its_file() {
    let sealed = Sealed::new();
    sealed.stored("D", "device-only", 11, 3, &padded(b"abc"));
    sealed.stored("D", "unknown class", 77, 3, &padded(b"abc"));
    let lost = sealed.file("D", "lost", b"abc");
    sealed.made.row("D", "junk", 1, b"bplist00 and nothing".to_vec());
    sealed.file("D", "good", b"abc");
    sealed.close();
    std::fs::remove_file(lost).unwrap();
    let backup = sealed.open().unwrap();
    assert!(matches!(content(&backup, "device-only"), Err(Error::KeyMissing { .. })));
    assert!(matches!(content(&backup, "unknown class"), Err(Error::KeyMissing { .. })));
    assert!(matches!(content(&backup, "lost"), Err(Error::ContentMissing { .. })));
    assert!(matches!(content(&backup, "junk"), Err(Error::RecordDamaged { .. })));
    assert_eq!(content(&backup, "good").unwrap(), b"abc");
    assert_eq!(backup.length(&backup.find("D", "lost").unwrap().unwrap()).unwrap(), 0);
}

#[test]
fn databases_are_decrypted_with_their_log() {
    let sealed = Sealed::new();
    let source = tempfile::tempdir().unwrap();
    let live = Connection::open(source.path().join("x.db")).unwrap();
    live.pragma_update(None, "journal_mode", "wal").unwrap();
    live.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (42)").unwrap();
    for name in ["x.db", "x.db-wal"] {
        sealed.file("D", name, &std::fs::read(source.path().join(name)).unwrap());
    }
    sealed.close();
    let backup = sealed.open().unwrap();
    let database = backup.database("D", "x.db").unwrap().unwrap();
    let value: i64 = database.query_row("SELECT a FROM t", [], |row| row.get(0)).unwrap();
    assert_eq!(value, 42);
    drop((database, backup));
    assert_eq!(std::fs::read_dir(sealed.made.scratch()).unwrap().count(), 0);
}

#[test]
fn the_bytes_win_over_the_claims() {
    let claims = |sealed: &Sealed, encrypted: bool| {
        let path = sealed.made.path().join("Manifest.plist");
        let mut fields = Value::from_file(&path).unwrap().into_dictionary().unwrap();
        fields.insert("IsEncrypted".into(), Value::Boolean(encrypted));
        Value::Dictionary(fields).to_file_xml(&path).unwrap();
    };
    let sealed = Sealed::new();
    sealed.close();
    claims(&sealed, false);
    assert_eq!(sealed.open().unwrap().report().contradictions, [Contradiction::ClaimsPlain]);

    let plain = Made::new();
    plain.plist("Manifest.plist", &dictionary(&[("IsEncrypted", Value::Boolean(true))]));
    assert!(Locked::look(&Folder::new(plain.path().to_owned())).unwrap().is_none());
    assert_eq!(plain.open().unwrap().report().contradictions, [Contradiction::ClaimsEncrypted]);
}

/// Tools that decrypt a whole backup leave the plists and the keys in the records as they were; others decrypt the manifest
/// alone.
#[test]
fn a_readable_manifest_over_either_content() {
    let sealed = Sealed::new();
    std::fs::write(sealed.file("D", "decrypted", &[7; 64]), [7; 64]).unwrap();
    sealed.file("D", "still encrypted", &[7; 64]);
    sealed.made.plist("Manifest.plist", &dictionary(&[("IsEncrypted", Value::Boolean(true))]));
    let backup = sealed.made.open().unwrap();
    assert_eq!(content(&backup, "decrypted").unwrap(), [7; 64]);
    assert!(matches!(content(&backup, "still encrypted"), Err(Error::Encrypted)));
}

#[test]
fn damage_is_no_wrong_password() {
    let sealed = Sealed::new();
    sealed.close();
    let folder = Folder::new(sealed.made.path().to_owned());
    let manifest = sealed.made.path().join("Manifest.plist");
    let whole = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(Locked::look(&folder), Err(Error::PlistDamaged { name: "Manifest.plist", .. })));
    for bag in [vec![], b"UUID".to_vec(), sealed.keybag()[..300].to_vec()] {
        let fields = [("IsEncrypted", Value::Boolean(true)), ("BackupKeyBag", Value::Data(bag))];
        sealed.made.plist("Manifest.plist", &dictionary(&fields));
        assert!(matches!(Locked::look(&folder), Err(Error::KeybagDamaged)));
    }
    std::fs::write(&manifest, &whole).unwrap();
    let keys = sealed.keys();
    let database = sealed.made.path().join("Manifest.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[3] ^= 1;
    std::fs::write(&database, &bytes).unwrap();
    let files = Arc::new(Folder::new(sealed.made.path().to_owned()));
    let opened = Backup::open_unlocked(files, &sealed.made.scratch(), &keys);
    assert!(matches!(opened, Err(Error::ManifestDamaged { .. })));
    sealed.made.plist("Status.plist", &dictionary(&[("SnapshotState", text("uploading"))]));
    assert!(matches!(Backup::require_finished(&folder), Err(Error::Unfinished { .. })));
    assert!(Locked::look(&folder).unwrap().is_some(), "its password can be tried all the same");
}

#[test]
fn the_keychain_is_read_and_never_shown() {
    let sealed = Sealed::new();
    let item = Sealed::keychain_item;
    let wifi = |class| item(class, &[("agrp", "apple"), ("svce", "AirPort"), ("acct", "Café"), ("v_Data", "s3cret")]);
    let mail = item(6, &[("ptcl", "imap"), ("srvr", "mail.org"), ("acct", "me"), ("v_Data", "\u{1}\u{2}")]);
    let site = item(8, &[("ptcl", "htps"), ("srvr", "a.org"), ("acct", "zoë"), ("v_Data", "pw")]);
    let junk = dictionary(&[("v_Data", Value::Data(vec![3; 90]))]);
    let groups = [
        ("genp", Value::Array(vec![wifi(7), wifi(9), junk, Value::Boolean(true)])),
        ("inet", Value::Array(vec![mail, site])),
        ("cert", Value::Array(vec![])),
    ];
    sealed.file("KeychainDomain", "keychain-backup.plist", &binary(&dictionary(&groups)));
    sealed.close();
    let keychain = sealed.open().unwrap().keychain().unwrap().unwrap();
    let shown = format!("{keychain:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("Café"), "{shown}");
    let items = keychain.items.iter();
    let items: Vec<_> = items.map(|i| (i.kind, i.title.as_str(), i.account.as_str(), i.secret().to_string())).collect();
    let expected = [
        (KeychainKind::Wifi, "Café", "", "s3cret".to_owned()),
        (KeychainKind::Other, "mail.org", "me", "0102".to_owned()),
        (KeychainKind::Website, "a.org", "zoë", "pw".to_owned()),
    ];
    assert_eq!(items, expected);
    assert_eq!((keychain.this_device_only, keychain.unreadable), (1, 2));
}
