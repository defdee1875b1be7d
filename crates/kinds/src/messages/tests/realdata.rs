//! Databases and payloads made by others; skipped where they are not at hand.

use super::made::{SMS, messages, opened};
use crate::conversation::{Part, summary};
use crate::messages::{apps, history};
use crate::testing::{TestBackup, realdata};

fn texts(database: &str) -> Option<Vec<(i64, Vec<String>)>> {
    let backup = TestBackup::new().copied(SMS.0, SMS.1, &realdata(database)?).open();
    let (mut reader, ids) = opened(&backup);
    let mut all = Vec::new();
    let (read, lost) = (reader.report().read, database.contains("ios-backup-parser"));
    for id in ids {
        let thread = messages(&mut reader).thread(id).unwrap();
        let bubbles = messages(&mut reader).bubbles(&thread).unwrap();
        all.push((id, bubbles.iter().map(summary).collect()));
    }
    assert!(read >= 10);
    let expected = if lost { vec![("a text that cannot be read".to_owned(), 1)] } else { vec![] };
    assert_eq!(reader.report().skipped, expected, "each counted once");
    Some(all)
}

/// OS X 10.11: seconds, no `message_date`. Expected by `SELECT text FROM message`.
#[test]
fn a_real_database_of_2015() {
    let Some(all) = texts("log2timeline+plaso/test_data/sqlite/imessage_chat.db") else { return };
    let count: usize = all.iter().map(|(_, texts)| texts.len()).sum();
    assert_eq!(count, 10);
    let with_question =
        all.iter().find(|(_, texts)| texts.iter().any(|text| text == "Did you try to send me a message?"));
    let (id, texts) = with_question.unwrap();
    assert_eq!(*id, 2);
    assert_eq!(texts[1], "Yes, did you get it?");
}

/// iOS 18. Expected by `SELECT` and that project's own tests.
#[test]
fn a_database_of_ios_18() {
    let Some(all) = texts("novkostya+ios-backup-parser/messages/testdata/messages.1.sms.db") else { return };
    let ids: Vec<i64> = all.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [1, 2]);
    let long = format!("{}.", ["The quick brown fox jumped"; 8].join(". "));
    let expected = ["Hello from the fixture", "Reply via attributedBody", &long, "orphan", "", "Link"];
    assert_eq!(all[0].1.iter().map(|text| text.trim()).collect::<Vec<_>>(), expected, "the tapback is not a message");
    assert_eq!(all[1].1, ["Hi 👋 group 🌍", "[photo.jpg]", "see attachment\n[clip.jpg]"]);
}

/// 91 columns of macOS 26, three messages in no chat.
#[test]
fn a_database_without_chats_is_empty() {
    let Some(path) =
        realdata("Josh961+imessage-exporter-standalone/exporter-cli/imessage-database/test_data/db/test.db")
    else {
        return;
    };
    let backup = TestBackup::new().copied(SMS.0, SMS.1, &path).open();
    let reason = crate::testing::empty_reason(crate::messages::KIND, &backup);
    assert_eq!(reason, "The 3 messages of this backup belong to no conversation.");
}

#[test]
fn real_bubbles_of_apps() {
    let root = "Josh961+imessage-exporter-standalone/exporter-cli/imessage-database/test_data";
    let url = "com.apple.messages.URLBalloonProvider";
    let extension = "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:com.example.app";
    for (file, bundle, title, about, link) in [
        ("url_message/URL.plist", url, "Christopher Sardegna", None, Some("https://chrissardegna.com/")),
        (
            "url_message/Reminder.plist",
            url,
            "www.icloud.com",
            None,
            Some("https://www.icloud.com/reminders/ZmFrZXVybF9mb3JfcmVtaW5kZXI#TestList"),
        ),
        ("app_message/Business.plist", extension, "Business", Some("Yes, connect me with Goldman Sachs."), None),
        ("app_message/FindMy.plist", extension, "Find My", Some("Started Sharing Location"), None),
        (
            "app_message/PollCreate.plist",
            "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:com.apple.messages.Polls",
            "Poll",
            Some("Option 1\nOption 2\nOption 3\nOption 4"),
            None,
        ),
    ] {
        let Some(path) = realdata(&format!("{root}/{file}")) else { return };
        let shown = apps::app(bundle, Some(&std::fs::read(path).unwrap()));
        let (about, link) = (about.map(str::to_owned), link.map(str::to_owned));
        assert_eq!(shown, Part::App { title: title.to_owned(), text: about, link, picture: None }, "{file}");
    }
    let unknown = apps::app("com.apple.DigitalTouchBalloonProvider", Some(b"\x0a\x01"));
    assert_eq!(unknown, Part::App { title: "Digital Touch".to_owned(), text: None, link: None, picture: None });
}

/// Expected: `_expected/edited_message.json`.
#[test]
fn real_edits() {
    let root = "Josh961+imessage-exporter-standalone/exporter-cli/imessage-database/test_data/edited_message";
    let read = |file: &str| Some(history::read(&std::fs::read(realdata(&format!("{root}/{file}"))?).unwrap()));
    let Some(edited) = read("EditedAndUnsent.plist") else { return };
    assert_eq!((edited.unsent, edited.parts, edited.edits.len()), (1, 4, 1));
    assert_eq!((edited.edits[0].text.as_str(), edited.edits[0].when), ("Second test", Some(1_722_214_635_319)));
    let link = read("EditedToLink.plist").unwrap();
    assert_eq!(link.edits[0].text, "here we go!");
    assert_eq!(crate::messages::body::words(&link.latest), "https://github.com/ReagentX/imessage-exporter/issues/10");
}
