//! Folders, records and hostile rows, on made-up manifests.

mod made;

use backup::{EntryKind, Error, Reason};
use made::{Made, binary, dictionary, record, text};
use plist::Value;
use rusqlite::params;

fn names(nodes: &[backup::Node]) -> Vec<(&str, EntryKind)> {
    nodes.iter().map(|node| (node.name.as_str(), node.kind)).collect()
}

#[test]
fn folders_are_ranges_of_paths() {
    use EntryKind::{File, Folder, Link};
    let made = Made::new();
    made.folder_row("HomeDomain", "");
    made.folder_row("HomeDomain", "Library");
    made.file("HomeDomain", "Library/a.txt", b"hello");
    made.file("HomeDomain", "Library/a/deep/er.txt", b"");
    made.file("HomeDomain", "Library/a-b.txt", b"");
    made.file("HomeDomain", "Library/zoë", b"");
    made.file("HomeDomain", "Librarian", b"");
    made.file("OtherDomain", "Library/other.txt", b"");
    made.row("HomeDomain", "Library/link", 4, record(0o120_755, 0, &[("Target", text("../x"))]));
    let backup = made.open().unwrap();

    assert_eq!(names(&backup.list("HomeDomain", "").unwrap()), [("Librarian", File), ("Library", Folder)]);
    let library = backup.list("HomeDomain", "Library").unwrap();
    let expected = [("a", Folder), ("a-b.txt", File), ("a.txt", File), ("link", Link), ("zoë", File)];
    assert_eq!(names(&library), expected);
    assert_eq!(library[0].entry, None, "a folder without a row of its own");
    assert_eq!((library[2].size, library[2].modified), (Some(5), Some(1_600_000_000_000)));
    assert_eq!(library[2].path, "Library/a.txt");
    assert_eq!(names(&backup.list("HomeDomain", "Library/a").unwrap()), [("deep", Folder)]);
    assert!(backup.list("HomeDomain", "Lib").unwrap().is_empty());
    assert!(backup.list("NoDomain", "").unwrap().is_empty());

    let walked = backup.walk("HomeDomain", "Library/a").unwrap();
    assert_eq!(walked.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["Library/a/deep/er.txt"]);
    assert_eq!(backup.walk("HomeDomain", "").unwrap().len(), 5, "files only");

    let domains = backup.domains().unwrap();
    let counts: Vec<_> = domains.iter().map(|d| (d.domain.as_str(), d.files)).collect();
    assert_eq!(counts, [("HomeDomain", 5), ("OtherDomain", 1)]);

    let link = backup.find("HomeDomain", "Library/link").unwrap().unwrap();
    assert_eq!(backup.stat(&link).unwrap().target.as_deref(), Some("../x"));
    assert!(matches!(backup.read(&link), Err(Error::ContentMissing { .. })));
    assert!(backup.report().rows.is_empty());
}

/// The same folder through the index of paths (many rows in its domain) and through the index of domains (few).
#[test]
fn both_ways_to_a_folder_agree() {
    let made = Made::new();
    made.manifest.execute_batch("BEGIN").unwrap();
    for n in 0..300 {
        made.folder_row("Big", &format!("m/{n:03}"));
        for file in 0..4 {
            made.row("Big", &format!("m/{n:03}/f{file}/x.txt"), 1, vec![]);
        }
        made.row("Big", &format!("m/{n:03}.txt"), 1, vec![]);
        made.row("Small", &format!("m/{n:03}/x"), 1, vec![]);
    }
    made.row("Tiny", "m/only", 1, vec![]);
    made.manifest.execute_batch("COMMIT").unwrap();
    let backup = made.open().unwrap();
    for domain in ["Big", "Small"] {
        let by_path = backup.list(domain, "m").unwrap();
        made.manifest.execute_batch("DROP INDEX IF EXISTS FilesRelativePathIdx").unwrap();
        let without_index = made.open().unwrap().list(domain, "m").unwrap();
        assert_eq!(by_path, without_index);
        assert_eq!(by_path.len(), if domain == "Big" { 600 } else { 300 });
    }
    assert_eq!(backup.list("Tiny", "m").unwrap().len(), 1);
    assert_eq!(backup.list("Big", "m/007").unwrap().len(), 4);
}

#[test]
fn hostile_rows_are_listed_and_counted_but_never_followed() {
    let made = Made::new();
    made.file("D", "good.txt", b"good");
    std::fs::write(made.path().join("secret"), b"secret").unwrap();
    let insert = "INSERT INTO Files VALUES (?1, ?2, ?3, ?4, ?5)";
    let add = |id: &dyn rusqlite::ToSql, domain: Option<&str>, path: Option<&str>, flags: i64| {
        made.manifest.execute(insert, params![id, domain, path, flags, b"junk"]).unwrap();
    };
    let hex = |digit: &str| digit.repeat(40);
    add(&"../secret", Some("D"), Some("traversing-id"), 1);
    add(&"/etc/passwd", Some("D"), Some("absolute-id"), 1);
    add(&hex("A"), Some("D"), Some("uppercase-id"), 1);
    add(&vec![0u8; 40], Some("D"), Some("blob-id"), 1);
    add(&Option::<String>::None, Some("D"), Some("null-id"), 1);
    add(&hex("1"), None, Some("no-domain"), 1);
    add(&hex("2"), Some("D"), None, 1);
    add(&hex("3"), None, None, 1);
    add(&hex("4"), Some("D"), Some("../../up"), 1);
    add(&hex("5"), Some("D"), Some("/etc/shadow"), 1);
    add(&hex("6"), Some("D"), Some("a//b"), 1);
    add(&hex("7"), Some("D"), Some("odd-flags"), 16);
    let bytes = "INSERT INTO Files VALUES (?1, 'D', CAST(x'FF2F78' AS TEXT), 1, NULL)";
    made.manifest.execute(bytes, [hex("8")]).unwrap();
    made.manifest.execute("INSERT INTO Files VALUES (?1, x'44', x'45', 'one', 5)", [hex("9")]).unwrap();

    let backup = made.open().unwrap();
    let nodes = backup.list("D", "").unwrap();
    let listed: Vec<_> = nodes.iter().map(|node| node.name.as_str()).collect();
    let expected =
        ["..", "a", "absolute-id", "blob-id", "good.txt", "null-id", "odd-flags", "traversing-id", "uppercase-id"];
    assert_eq!(listed, expected);
    for node in &nodes {
        let followed = node.entry.is_some();
        assert_eq!(followed, ["good.txt", "odd-flags"].contains(&node.name.as_str()), "{}", node.name);
    }
    assert!(backup.list("D", "a").unwrap().is_empty(), "an empty part ends the way");
    assert_eq!(backup.list("D", "..").unwrap()[0].name, "..");
    assert_eq!(backup.find("D", "traversing-id").unwrap(), None);
    assert_eq!(backup.walk("D", "").unwrap().len(), 5, "what has an identifier");

    let mut forged = backup.find("D", "good.txt").unwrap().unwrap();
    forged.file_id = "../secret".into();
    assert!(matches!(backup.read(&forged), Err(Error::BadFileId { .. })));

    let rows = backup.report().rows;
    let count = |reason| rows.iter().find(|row| row.0 == reason).map(|row| row.1);
    assert_eq!(count(Reason::BadFileId), Some(5));
    assert_eq!(count(Reason::NoPlace), Some(4));
    assert_eq!(count(Reason::WildPath), Some(3));
    assert_eq!(count(Reason::UnknownFlags), Some(2));
    assert_eq!(count(Reason::BadText), Some(1));

    let mut steps = Vec::new();
    let check = backup.check(&mut |done, total| steps.push((done, total))).unwrap();
    assert_eq!((check.rows, check.files), (15, 13));
    assert_eq!(check.missing_count, 12, "only good.txt has content");
    assert_eq!(steps, [(13, 13)]);
}

#[test]
fn records_in_raw_and_wrapped_form() {
    let made = Made::new();
    let attributes = binary(&dictionary(&[("com.apple.assetsd.favorite", Value::Data(vec![1]))]));
    let extra = [("ExtendedAttributes", Value::Data(attributes.clone())), ("EncryptionKey", Value::Data(vec![7; 44]))];
    made.row("D", "wrapped", 1, record(0o100_600, 1234, &extra));
    made.row("D", "negative", 1, record(0o100_600, -1, &[]));
    made.row("D", "junk", 1, b"bplist00 and then nothing".to_vec());
    made.row("D", "huge", 1, vec![0; 2 << 20]);
    let backup = made.open().unwrap();
    let stat = |path| backup.stat(&backup.find("D", path).unwrap().unwrap());

    let wrapped = stat("wrapped").unwrap();
    assert_eq!((wrapped.size, wrapped.mode, wrapped.protection_class), (1234, 0o100_600, 3));
    assert_eq!(wrapped.birth, Some(1_500_000_000_000));
    assert_eq!(wrapped.extended_attributes, Some(attributes));
    assert!(wrapped.has_key);
    assert_eq!(stat("negative").unwrap().size, 0);
    assert!(matches!(stat("junk"), Err(Error::RecordDamaged { .. })));
    assert!(matches!(stat("huge"), Err(Error::RecordDamaged { .. })));
    assert_eq!(backup.report().rows, [(Reason::DamagedRecord, 2)]);
}
