//! Exports of a made-up conversation, in every format.

mod pages;
mod paper;
mod safety;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use backup::Backup;
use export::Written;

use super::{FORMATS, Scope, Source, Wishes, export};
use crate::conversation::Messenger;
use crate::messages::tests::made::{NEW, backup, opened};
use crate::testing::TestBackup;
use crate::{Error, Result};

/// A group (1) and Ada (2); of Ada one message is deleted, one has files, one answers, one has neither time nor text.
const ROWS: &str = "
    INSERT INTO handle VALUES (1, '+491715550100', 'iMessage', NULL), (2, '+15550100142', 'SMS', NULL);
    INSERT INTO chat VALUES (1, 'g', 43, 'chat1', 'SMS', 'Trip/../../etc', 'G'), (2, 'a', 45, '+491715550100', 'iMessage', NULL, NULL);
    INSERT INTO chat_handle_join VALUES (1, 1), (1, 2), (2, 1);
    INSERT INTO message (ROWID, guid, text, handle_id, is_from_me, date, service, thread_originator_guid) VALUES
        (1, 'A', 'see \u{FFFC} and', 1, 0, 600000000000000000, 'iMessage', NULL),
        (2, 'B', 'gone', 1, 0, 600000100000000000, 'iMessage', NULL),
        (3, 'C', '=1+1', 0, 1, 600000200000000000, 'iMessage', 'A'),
        (4, 'D', 'who comes?', 2, 0, 500000000000000000, 'SMS', NULL),
        (5, 'E', NULL, 0, 1, 0, 'iMessage', NULL);
    INSERT INTO chat_message_join VALUES (2, 1, 600000000000000000), (2, 3, 600000200000000000), (1, 4, 500000000000000000),
        (2, 5, 0);
    INSERT INTO chat_recoverable_message_join VALUES (2, 2, 600000300000000000);
    INSERT INTO attachment VALUES (1, 'f1', '~/Library/SMS/Attachments/aa/dot.txt', NULL, 'text/plain', 'dot.txt', 3, 0),
        (2, 'f2', NULL, NULL, 'video/quicktime', '../clip.mov', 5000, 0);
    INSERT INTO message_attachment_join VALUES (1, 1), (1, 2);";

fn made(rows: &str) -> TestBackup {
    backup(NEW, &format!("{ROWS}{rows}")).file("MediaDomain", "Library/SMS/Attachments/aa/dot.txt", b"dot")
}

/// What is new in a later version of it.
const LATER: &str = "
    INSERT INTO message (ROWID, guid, text, handle_id, date) VALUES (6, 'F', 'later', 1, 700000000000000000);
    INSERT INTO chat_message_join VALUES (2, 6, 700000000000000000);";

fn run(backup: &Arc<Backup>, scope: impl FnOnce(Vec<i64>) -> Scope, wishes: &Wishes, to: &Path) -> Result<Written> {
    let (mut reader, ids) = opened(backup);
    let messenger: &mut dyn Messenger = reader.as_messenger().unwrap();
    export(messenger, backup, &scope(ids), wishes, "Messages", to, &mut |_, _| true)
}

fn all(ids: Vec<i64>) -> Scope {
    Scope::of(&ids)
}

fn hashed(format: &str) -> Wishes {
    let source = Source { id: "U@1.s".into(), digest: "BLAKE3 00".into(), device: "Phone\n\u{1b}[0m".into(), made: 0 };
    Wishes { source: Some(source), hashes: true, ..Wishes::plain(format) }
}

/// Every file below a folder and what is in it.
pub(super) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut ahead = vec![folder.to_owned()];
    while let Some(next) = ahead.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                ahead.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(files.get(name).unwrap_or_else(|| panic!("no {name}: {:?}", files.keys())).clone()).unwrap()
}

#[test]
fn every_format_writes_every_message_and_its_files() {
    let backup = made("").open();
    for format in FORMATS {
        let to = tempfile::tempdir().unwrap();
        let written = run(&backup, all, &Wishes::plain(format.id), to.path()).unwrap();
        assert_eq!((written.items, written.main.as_path()), (5, to.path().join("Messages").as_path()), "{}", format.id);
        let files = files(&written.main);
        assert_eq!(files["Attachments/Ada Lovelace/dot.txt"], b"dot");
        assert_eq!(written.files as usize, files.len(), "{:?}", files.keys());
        assert_eq!(written.bytes, files.values().map(|bytes| bytes.len() as u64).sum::<u64>(), "{}", format.id);
        let skipped: Vec<(&str, &str)> =
            written.skipped.iter().map(|one| (one.what.as_str(), one.why.as_str())).collect();
        let expected = ("Attachments/Ada Lovelace/.._clip.mov", "It was not downloaded to the phone.");
        assert_eq!(skipped, [expected]);
        assert_eq!(fs::read_dir(to.path()).unwrap().count(), 1, "nothing beside it");
    }
    let to = tempfile::tempdir().unwrap();
    let unknown = run(&backup, all, &Wishes::plain("folder"), to.path());
    assert!(matches!(unknown, Err(Error::UnknownFormat { .. })));
}

#[test]
fn a_table_names_places_and_reasons() {
    let to = tempfile::tempdir().unwrap();
    let written = run(&made("").open(), all, &Wishes::plain("csv"), to.path()).unwrap();
    let table = text(&files(&written.main), "Messages.csv");
    let lines: Vec<&str> = table.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}Conversation,Date,From,Message,Attachments,"), "{}", lines[0]);
    let first = "Ada Lovelace,2020-01-06T10:40:00Z,Ada Lovelace,\"see \n and\",\
        Attachments/Ada Lovelace/dot.txt; ../clip.mov (missing: It was not downloaded to the phone.),iMessage,message";
    assert!(table.contains(first), "{table}");
    assert!(table.contains(",\"'=1+1\","), "no formula: {table}");
    assert!(table.contains("gone,,iMessage,message,,,,,false,2020-01-06T10:45:00Z,"), "{table}");
    assert!(table.contains("\r\nTrip/../../etc,2016-11-05T00:53:20Z,Ben,who comes?,"), "{table}");
}

#[test]
fn the_lines_of_json_hold_everything() {
    let to = tempfile::tempdir().unwrap();
    let backup = made("").open();
    let written = run(&backup, all, &Wishes::plain("json"), to.path()).unwrap();
    let lines = text(&files(&written.main), "Messages.jsonl");
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (mut reader, _) = opened(&backup);
    let bubbles = reader.as_messenger().unwrap().bubbles(&[5, 1, 2, 3]).unwrap();
    assert_eq!(lines[0]["conversation"]["title"], "Ada Lovelace");
    for (line, bubble) in lines[1..5].iter().zip(&bubbles) {
        let mut message = line["message"].clone();
        message.as_object_mut().unwrap().remove("files");
        assert_eq!(message, serde_json::to_value(bubble).unwrap());
    }
    let here = serde_json::json!({ "attachment": 1, "path": "Attachments/Ada Lovelace/dot.txt", "missing": null });
    let gone = serde_json::json!({ "attachment": 2, "path": null, "missing": "It was not downloaded to the phone." });
    assert_eq!(lines[2]["message"]["files"], serde_json::json!([here, gone]));
    assert_eq!(lines[5]["conversation"]["people"].as_array().unwrap().len(), 2);
    assert_eq!((&lines[6]["message"]["guid"], lines.len()), (&"D".into(), 7));
}

#[test]
fn text_is_for_reading() {
    let to = tempfile::tempdir().unwrap();
    let written = run(&made("").open(), all, &Wishes::plain("txt"), to.path()).unwrap();
    let files = files(&written.main);
    let ada = text(&files, "Ada Lovelace.txt");
    assert!(ada.starts_with("Ada Lovelace\nAda Lovelace <+491715550100>\n\n---- Without a date ----\n\nMe\n"), "{ada}");
    let clock = |second: i64| super::words::clock((978_307_200 + second) * 1000);
    let expected = format!(
        "\n{} Ada Lovelace\n    see \n    [Attachments/Ada Lovelace/dot.txt]\n     and\n    \
         [../clip.mov, missing: It was not downloaded to the phone.]\n\n{} Ada Lovelace (deleted {})\n    gone\n\n\
         {} Me\n    > Ada Lovelace: see  and\n    =1+1\n",
        clock(600_000_000),
        clock(600_000_100),
        super::words::instant((978_307_200 + 600_000_300) * 1000),
        clock(600_000_200)
    );
    assert!(ada.ends_with(&expected), "{ada}\n----\n{expected}");
    assert!(text(&files, "Trip_.._.._etc.txt").contains(" Ben (SMS)\n    who comes?\n"));
}

#[test]
fn a_scope_is_kept_to() {
    let backup = made("").open();
    let to = tempfile::tempdir().unwrap();
    let guids = |scope: &dyn Fn(Vec<i64>) -> Scope| {
        let written = run(&backup, scope, &Wishes::plain("json"), to.path()).unwrap();
        let lines = files(&written.main).remove("Messages.jsonl").unwrap_or_default();
        let lines = String::from_utf8(lines).unwrap();
        let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.filter_map(|line| Some(line["message"]["guid"].as_str()?.to_owned())).collect::<Vec<_>>().join("")
    };
    let from = 1_578_307_300_000;
    assert_eq!(guids(&|ids| Scope { from: Some(from), ..Scope::of(&ids) }), "BC");
    assert_eq!(guids(&|ids| Scope { until: Some(from), ..Scope::of(&ids) }), "ABD");
    assert_eq!(guids(&|ids| Scope { from: Some(from), until: Some(from), ..Scope::of(&ids) }), "B");
    assert_eq!(guids(&|ids| Scope { messages: Some(vec![4, 3, 99]), ..Scope::of(&ids) }), "CD");
    assert_eq!(guids(&|_| Scope::of(&[1])), "D");
    assert_eq!(guids(&|_| Scope::of(&[77])), "");
}

#[test]
fn attachments_can_be_left_out() {
    let to = tempfile::tempdir().unwrap();
    let wishes = Wishes { attachments: false, ..Wishes::plain("csv") };
    let written = run(&made("").open(), all, &wishes, to.path()).unwrap();
    let files = files(&written.main);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["Exported.txt", "Messages.csv"]);
    assert!(text(&files, "Messages.csv").contains(",dot.txt; ../clip.mov,") && written.skipped.is_empty());
}

#[test]
fn another_program_finds_every_hash_right() {
    let to = tempfile::tempdir().unwrap();
    let written = run(&made("").open(), all, &hashed("txt"), to.path()).unwrap();
    let files = files(&written.main);
    assert_eq!(text(&files, "SHA256SUMS").lines().count(), files.len() - 1, "every file but the list itself");
    let version = "Version: U@1.s\nDigest:  BLAKE3 00\nDevice:  Phone  [0m\nMade:    1970-01-01T00:00:00Z\n";
    assert_eq!(text(&files, "Version.txt"), version);
    let Ok(check) = std::process::Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(&written.main)
        .output()
    else {
        println!("skipped: no sha256sum");
        return;
    };
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    assert_eq!(String::from_utf8_lossy(&check.stdout).lines().count(), files.len() - 1);
}

#[test]
fn a_further_export_adds_only_what_is_new() {
    let to = tempfile::tempdir().unwrap();
    let first = run(&made("").open(), all, &hashed("csv"), to.path()).unwrap();
    let before = files(&first.main);
    let again = Wishes { again: Some(first.main.clone()), ..hashed("csv") };

    let nothing = run(&made("").open(), all, &again, Path::new("")).unwrap();
    // A message without a guid or with one that was not seen is new; all of these were seen.
    assert_eq!((nothing.items, nothing.files, nothing.main.as_path()), (0, 0, first.main.as_path()));
    assert_eq!(files(&first.main), before);

    // The phone has lost a message meanwhile, and got another.
    let later = made(&format!("{LATER} DELETE FROM message WHERE guid = 'A';")).open();
    let added = run(&later, all, &again, Path::new("")).unwrap();
    assert_eq!((added.items, added.main.parent()), (1, Some(first.main.as_path())));
    assert!(added.main.file_name().unwrap().to_str().unwrap().starts_with("Added "));
    let now = files(&first.main);
    assert!(before.iter().all(|(name, bytes)| now.get(name) == Some(bytes)), "what was there is as it was");
    let table = text(&files(&added.main), "Messages.csv");
    assert_eq!((table.lines().count(), table.contains(",later,")), (2, true), "{table}");

    let third = run(&later, all, &again, Path::new("")).unwrap();
    assert_eq!(third.items, 0, "the log of what was added counts, too");
    let mixed = run(&later, all, &Wishes { again: again.again.clone(), ..Wishes::plain("txt") }, Path::new(""));
    assert!(matches!(mixed, Err(Error::NotAnExport { why, .. }) if why == "it was exported as csv, not as txt"));
    let none = run(&later, all, &Wishes { again: Some(to.path().to_owned()), ..again }, Path::new(""));
    assert!(matches!(none, Err(Error::NotAnExport { .. })));
}

#[test]
fn cancelled_at_any_step_it_leaves_nothing() {
    let backup = made("").open();
    for format in FORMATS {
        let mut stops = 0;
        for last in 0.. {
            let to = tempfile::tempdir().unwrap();
            let (mut reader, ids) = opened(&backup);
            let mut steps = 0;
            let mut step = |_, _| {
                steps += 1;
                steps <= last
            };
            let messenger = reader.as_messenger().unwrap();
            let wishes = hashed(format.id);
            match export(messenger, &backup, &Scope::of(&ids), &wishes, "Messages", to.path(), &mut step) {
                Ok(written) => {
                    assert_eq!(written.items, 5);
                    break;
                }
                Err(Error::Cancelled) => stops += 1,
                Err(other) => panic!("{other}"),
            }
            assert_eq!(fs::read_dir(to.path()).unwrap().count(), 0, "{} cancelled at step {last}", format.id);
        }
        assert!(stops > 5, "{stops}");
    }
}

#[test]
fn progress_knows_the_end_from_the_start() {
    let (mut reader, ids) = opened(&made("").open());
    let backup = made("").open();
    let (to, mut seen) = (tempfile::tempdir().unwrap(), Vec::new());
    let mut step = |done, total| {
        seen.push((done, total));
        true
    };
    let messenger = reader.as_messenger().unwrap();
    export(messenger, &backup, &Scope::of(&ids), &Wishes::plain("txt"), "Messages", to.path(), &mut step).unwrap();
    let written: Vec<(u64, u64)> = seen.into_iter().filter(|(_, total)| *total > 0).collect();
    assert!(written.iter().all(|(_, total)| *total == 5) && written.is_sorted(), "{written:?}");
    assert_eq!((written.first(), written.last()), (Some(&(0, 5)), Some(&(5, 5))));
}
