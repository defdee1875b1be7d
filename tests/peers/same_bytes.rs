//! Three unrelated clients, three phones alike to the bit: what the clients keep must be alike as well, and Heirloom must read all of it.

use crate::backups::Client;
use crate::computer::{Computer, text};
use crate::databases;
use crate::matrix::{Cell, proven};
use engine::simulator::BackupSummary;
use plist::{Dictionary, Value};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What every computer writes itself.
const INFO: &str = "Info.plist";
/// Entries of Info.plist that differ from one backup to the next, or say which iTunes a client claims to be.
const OWN: [&str; 3] = ["GUID", "Last Backup Date", "iTunes Version"];

type Files = BTreeMap<String, Vec<u8>>;

/// What a client kept of the first day and of the second.
struct Kept {
    client: Client,
    computer: Computer,
    days: [(BackupSummary, Files); 2],
}

#[tokio::test(flavor = "multi_thread")]
async fn every_client_keeps_the_same_backup_and_heirloom_reads_each() {
    let (ours, theirs, others) = tokio::join!(
        two_days(Client::Heirloom, Computer::new()),
        two_days(Client::Idevicebackup2, Computer::new()),
        two_days(Client::Pymobiledevice3, Computer::with_phone_made_again()),
    );
    let (Some(ours), Some(theirs), Some(others)) = (ours, theirs, others) else { return };
    assert_eq!(ours.computer.phone().expected(), others.computer.phone().expected(), "the phones are alike");
    for other in [&theirs, &others] {
        for day in 0..2 {
            same_bytes(&ours, other, day);
        }
    }
    for kept in [&ours, &theirs, &others] {
        databases::manifest_fits_its_files(&kept.computer, &kept.client.folder(&kept.computer), &kept.days[1].1).await;
        heirloom_reads(kept).await;
    }
}

/// A full backup, a day, and a backup of what changed.
async fn two_days(client: Client, computer: impl Future<Output = Option<Computer>>) -> Option<Kept> {
    let computer = computer.await?;
    client.pair(&computer).await;
    let full = client.back_up(&computer).await;
    let first = client.files(&computer);
    assert!(full.full && full.files > 50 && full.removed == 0, "{client:?}: {full:?}");

    computer.phone().day_passes().expect("a day");
    let changes = client.back_up(&computer).await;
    let second = client.files(&computer);
    assert!(!changes.full && changes.files > 0, "{client:?}: {changes:?}");
    assert!(changes.files * 3 < full.files, "{client:?}: only changes cross the wire: {changes:?} after {full:?}");
    for cell in [Cell::Pair, Cell::Full, Cell::Incremental] {
        proven(client, cell);
    }
    Some(Kept { client, computer, days: [(full, first), (changes, second)] })
}

/// The same files with the same bytes; of Info.plist the same facts.
fn same_bytes(one: &Kept, other: &Kept, day: usize) {
    let who = (one.client, other.client, day);
    let ((summary, one), (other_summary, other)) = (&one.days[day], &other.days[day]);
    assert_eq!(summary, other_summary, "{who:?}: the phone sent the same");
    let names = |files: &Files| files.keys().cloned().collect::<BTreeSet<_>>();
    let odd: Vec<_> = names(one).symmetric_difference(&names(other)).cloned().collect();
    assert!(odd.is_empty(), "{who:?}: only one of them keeps {odd:?}");
    let differ: Vec<&String> = one.keys().filter(|name| *name != INFO && one[*name] != other[*name]).collect();
    assert!(differ.is_empty(), "{who:?}: {differ:?} differ");
    same_facts(who, &info(one), &info(other));
}

/// What both clients write into Info.plist is the same, and both write who the phone is.
fn same_facts(who: (Client, Client, usize), one: &Dictionary, other: &Dictionary) {
    for name in [
        "Device Name",
        "Serial Number",
        "Product Type",
        "Product Version",
        "Build Version",
        "IMEI",
        "Target Identifier",
    ] {
        assert!(one.contains_key(name) && other.contains_key(name), "{who:?}: {name} is missing");
    }
    for (name, value) in one.iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
        if let Some(same) = other.get(name) {
            assert_eq!(value, same, "{who:?}: {name}");
        }
    }
}

fn info(files: &Files) -> Dictionary {
    let value = Value::from_reader(std::io::Cursor::new(&files[INFO])).expect("a property list");
    value.into_dictionary().expect("a dictionary")
}

/// Heirloom imports what another client left; of its own backup it reads the newest version.
async fn heirloom_reads(kept: &Kept) {
    let (computer, expected) = (&kept.computer, kept.computer.phone().expected());
    let mut location = computer.path("backups");
    if kept.client != Client::Heirloom {
        location = computer.path("imported");
        let folder = kept.client.folder(computer);
        let job = computer.heirloom(&["import", text(&folder), "--location", text(&location)]).await;
        assert_eq!((&job["state"], &job["skipped_count"]), (&json!("done"), &json!(0)), "{job:#}");
        assert_eq!(job["result"]["backups"][0]["files"], json!(kept.days[1].1.len()), "every file is in the version");
    }
    let at = ["--location", text(&location)];
    let listed = async |kind| computer.heirloom(&[&["list", kind, "latest"], &at[..]].concat()).await;
    let people: BTreeSet<i64> = expected.contacts.iter().map(|contact| contact.link.unwrap_or(-contact.id)).collect();
    assert_eq!(listed("contacts").await.as_array().map(Vec::len), Some(people.len()), "linked cards are one");
    assert_eq!(listed("messages").await.as_array().map(Vec::len), Some(expected.conversations.len()));
    let kinds = computer.heirloom(&[&["kinds", "latest"], &at[..]].concat()).await;
    for (kind, count) in [("photos", expected.photos.visible), ("calls", expected.calls.count)] {
        let found = kinds.as_array().into_iter().flatten().find(|found| found["id"] == kind);
        assert_eq!(found.map(|found| &found["count"]), Some(&json!(count)), "{:?}: {kind}", kept.client);
    }
}
