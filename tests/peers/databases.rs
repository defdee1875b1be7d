//! sqlite3, and Python's own readers, judge the databases in a backup.

use crate::backups::Client;
use crate::computer::{Computer, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Rows of a database, as `sqlite3` reads them.
pub async fn rows(computer: &Computer, database: &Path, query: &str) -> Vec<Value> {
    let printed = computer.run("sqlite3", &["-json", text(database), query]).await;
    // Without rows it prints nothing.
    let rows = if printed.trim().is_empty() { "[]" } else { &printed };
    serde_json::from_str(rows).unwrap_or_else(|wrong| panic!("{query}: {wrong}\n{printed}"))
}

/// The one value a query asks for.
async fn value(computer: &Computer, database: &Path, query: &str) -> Value {
    let rows = rows(computer, database, query).await;
    let row = rows.first().and_then(Value::as_object).and_then(|row| row.values().next());
    row.unwrap_or_else(|| panic!("{query}: no row")).clone()
}

/// The manifest is sound and names exactly the content files that are there.
pub async fn manifest_fits_its_files(computer: &Computer, folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    let manifest = folder.join("Manifest.db");
    assert_eq!(value(computer, &manifest, "pragma integrity_check").await, "ok");
    let named =
        rows(computer, &manifest, "select substr(fileID, 1, 2) || '/' || fileID as path from Files where flags = 1")
            .await;
    let named: BTreeSet<&str> = named.iter().filter_map(|row| row["path"].as_str()).collect();
    let kept: BTreeSet<&str> = files.keys().map(String::as_str).filter(|path| path.contains('/')).collect();
    assert!(named == kept, "{:?}", named.symmetric_difference(&kept).collect::<Vec<_>>());
    let beside: Vec<&str> = files.keys().map(String::as_str).filter(|path| !path.contains('/')).collect();
    assert_eq!(beside, ["Info.plist", "Manifest.db", "Manifest.plist", "Status.plist"]);

    let judged = computer.python("manifest.py", folder).await;
    assert_eq!(judged["wrong"], json!([]));
    let sizes = files.iter().filter(|(path, _)| path.contains('/')).map(|(_, bytes)| bytes.len()).sum::<usize>();
    assert_eq!((&judged["counted"]["files"], &judged["counted"]["bytes"]), (&json!(named.len()), &json!(sizes)));
    let flags =
        rows(computer, &manifest, "select flags, count(*) as count from Files group by flags order by flags").await;
    let counted = ["files", "folders", "links"].map(|kind| judged["counted"][kind].clone());
    for (row, (flag, count)) in flags.iter().zip([1, 2, 4].into_iter().zip(counted)) {
        assert_eq!(row, &json!({ "flags": flag, "count": count }));
    }
    assert_eq!(flags.len(), 3, "files, folders and links: {flags:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite3_reads_the_databases_heirloom_extracts() {
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    Client::Heirloom.back_up(&computer).await;
    let expected = computer.phone().expected();
    for (domain, path, table, count) in [
        ("HomeDomain", "Library/SMS/sms.db", "message", expected.messages.rows),
        ("HomeDomain", "Library/AddressBook/AddressBook.sqlitedb", "ABPerson", expected.contacts.len() as u64),
        ("CameraRollDomain", "Media/PhotoData/Photos.sqlite", "ZASSET", expected.photos.assets),
    ] {
        let database = extracted(&computer, domain, path).await;
        assert_eq!(value(&computer, &database, "pragma integrity_check").await, "ok", "{path}");
        assert_eq!(value(&computer, &database, &format!("select count(*) from {table}")).await, json!(count), "{path}");
    }
}

/// A database out of the newest version, with the rows of its write-ahead log.
pub async fn extracted(computer: &Computer, domain: &str, path: &str) -> std::path::PathBuf {
    let (folder, name) = path.rsplit_once('/').expect("a folder");
    let (backups, to) = (computer.path("backups"), computer.path("extracted").join(name));
    std::fs::create_dir_all(computer.path("extracted")).expect("a folder");
    let at = ["--location", text(&backups)];
    let listed =
        computer.heirloom(&[&["files", "latest", "--domain", domain, "--folder", folder], &at[..]].concat()).await;
    let has = |name: &str| listed.as_array().into_iter().flatten().any(|node| node["name"] == name);
    assert!(has(name), "{path} in {listed:#}");
    for end in ["", "-wal"].into_iter().filter(|end| has(&format!("{name}{end}"))) {
        let (from, to) = (format!("{path}{end}"), format!("{}{end}", text(&to)));
        let saved = computer.heirloom(&[&["extract", "latest", domain, &from, "--to", &to], &at[..]].concat()).await;
        assert_eq!(saved["path"], json!(to));
    }
    to
}
