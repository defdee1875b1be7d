//! Databases and payloads made by others; skipped where they are not at hand.

use super::made::{SMS, messages, opened};
use crate::conversation::{Part, summary};
use crate::messages::{apps, history, polls};
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
        ("app_message/CheckinTimer.plist", extension, "Check\u{A0}In", Some("Check\u{A0}In: Timer Started"), None),
        (
            "music_message/AppleMusicLyrics.plist",
            url,
            "Another Chapter",
            Some(
                "Dual Core · Downtime\nI remember when it all started, something from a dream\nAddicted to the black and green \
                 letters on my screen",
            ),
            Some(
                "https://music.apple.com/us/lyrics/1329891623?ts=11.108&te=16.031&l=en&tk=2.v1.VsuX9f%2BaT1PyrgMgIT7ANQ%3D%3D\
                 &itsct=sharing_msg_lyrics&itscg=50401",
            ),
        ),
    ] {
        let Some(path) = realdata(&format!("{root}/{file}")) else { return };
        let shown = apps::app(bundle, Some(&std::fs::read(path).unwrap()));
        let (about, link) = (about.map(str::to_owned), link.map(str::to_owned));
        assert_eq!(shown, Part::App { title: title.to_owned(), text: about, link, picture: None }, "{file}");
    }
    let drawn = apps::app("com.apple.DigitalTouchBalloonProvider", Some(b"\x0a\x01"));
    assert_eq!(drawn, Part::Drawing { title: "Digital Touch".to_owned(), media: None });
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

/// Expected: the JSON inside the two payloads, read by hand.
#[test]
fn real_polls_and_votes() {
    let root = "Josh961+imessage-exporter-standalone/exporter-cli/imessage-database/test_data/app_message";
    let read = |file: &str| Some(std::fs::read(realdata(&format!("{root}/{file}"))?).unwrap());
    let Some(asked) = read("PollCreate.plist") else { return };
    let bundle = "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:com.apple.messages.Polls";
    let mut poll = apps::app(bundle, Some(&asked));
    let chosen = "58B59D74-EF73-4BA7-AA8E-5A30FBAF3F44".to_owned();
    polls::count(
        &mut poll,
        Some(&asked),
        &[("Ada".to_owned(), vec![chosen]), ("Ben".to_owned(), vec!["gone".to_owned()])],
    );
    let Part::Poll { title, options } = poll else { panic!("{poll:?}") };
    assert_eq!(title, "Poll");
    let options: Vec<(&str, Vec<String>)> = options.iter().map(|one| (one.text.as_str(), one.by.clone())).collect();
    let nobody = Vec::new;
    let expected =
        [("Option 1", nobody()), ("Option 2", vec!["Ada".to_owned()]), ("Option 3", nobody()), ("Option 4", nobody())];
    assert_eq!(options, expected);
    assert_eq!(polls::votes(&read("PollRemovedVote.plist").unwrap()), ["89913F11-D12C-4A06-BB4B-C26C6C4D1A1F"]);
    assert_eq!(polls::votes(b"junk"), [""; 0]);
}

#[test]
fn real_translations_and_pictures_of_previews() {
    let root = "Josh961+imessage-exporter-standalone/exporter-cli/imessage-database/test_data";
    let read = |file: &str| Some(std::fs::read(realdata(&format!("{root}/{file}"))?).unwrap());
    let Some(sent) = read("app_message/Translation.plist") else { return };
    let translated = |bytes: &[u8]| history::read(bytes).translation.map(|one| (one.text, one.language.unwrap()));
    let expected = ("Oh, il a traduit ce que j'ai envoyé !".to_owned(), "fr_FR".to_owned());
    assert_eq!(translated(&sent), Some(expected));
    let received = read("app_message/TranslationReceived.plist").unwrap();
    assert_eq!(translated(&received), Some(("I want chicken".to_owned(), "en_US".to_owned())));
    assert_eq!(apps::picture(read("shared_placemark/SharedPlacemark.plist").as_deref()), Some(0));
    assert_eq!(apps::picture(read("url_message/Reminder.plist").as_deref()), None);
}
