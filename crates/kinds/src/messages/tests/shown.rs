//! What bubbles show, and what exports and the search get.

use super::made::{NEW, archived, backup, hex, messages, opened, summary};
use crate::conversation::{Bubble, BubbleKind, Part, Shows, State};
use crate::testing::TestBackup;
use crate::{Media, MediaSize};
use export::Cell;

/// A conversation with Ada: what she and the owner send is given as rows of `message` from number 1 on.
pub(super) fn with(columns: &str, values: &str) -> TestBackup {
    let rows = format!(
        "INSERT INTO handle VALUES (1, '+491715550100', 'iMessage', NULL), (2, '+15550100142', 'iMessage', NULL);
        INSERT INTO chat VALUES (1, 'a', 45, '+491715550100', 'iMessage', NULL, NULL);
        INSERT INTO chat_handle_join VALUES (1, 1);
        INSERT INTO message (guid, handle_id, is_from_me, {columns}) VALUES {values};
        INSERT INTO chat_message_join SELECT 1, ROWID, 600000000000000000 + ROWID FROM message;"
    );
    backup(NEW, &rows)
}

pub(super) fn bubbles(backup: TestBackup) -> Vec<Bubble> {
    let (mut reader, _) = opened(&backup.open());
    let messages = messages(&mut reader);
    let thread = messages.thread(1).unwrap();
    messages.bubbles(&thread).unwrap()
}

fn text(part: &Part) -> String {
    match part {
        Part::Text { runs } => runs.iter().map(|run| run.text.as_str()).collect(),
        Part::Attachment(file) => format!("<{}>", file.name),
        Part::App { title, text, link, .. } => {
            format!("{title}|{}|{}", text.clone().unwrap_or_default(), link.is_some())
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn tapbacks_count_their_last_state() {
    let shown = bubbles(with(
        "text, associated_message_guid, associated_message_type, associated_message_emoji",
        "('A', 1, 0, 'hello', NULL, 0, NULL), ('B', 0, 1, 'Loved', 'p:0/A', 2000, NULL),
         ('C', 0, 1, 'Laughed', 'p:0/A', 2003, NULL), ('D', 1, 0, 'x', 'bp:A', 2001, NULL),
         ('E', 1, 0, 'x', 'bp:A', 3001, NULL), ('F', 2, 0, 'x', 'p:0/A', 2006, '🥳'),
         ('G', 1, 0, 'x', 'p:1/A', 2003, NULL), ('H', 0, 0, 'x', 'p:0/A', 1000, NULL), ('I', 1, 0, 'vote', 'A', 4000, NULL),
         ('J', 1, 0, 'an update of an app', 'A', 2, NULL)",
    ));
    assert_eq!(shown.iter().map(|bubble| bubble.guid.as_str()).collect::<Vec<_>>(), ["A", "J"]);
    let reactions: Vec<_> = shown[0].reactions.iter().map(|one| (one.emoji.as_str(), one.by.join("+"))).collect();
    let expected = [("😂", "Me"), ("🏷️", "Someone"), ("🥳", "Ben"), ("😂", "Ada Lovelace")];
    assert_eq!(reactions, expected.map(|(emoji, by)| (emoji, by.to_owned())));
}

#[test]
fn replies_edits_and_unsent_messages() {
    let edited = summary(&[(700.0, "helo"), (701.0, "hello")], &[], 1);
    let shown = bubbles(with(
        "text, thread_originator_guid, message_summary_info, date_edited, expressive_send_style_id",
        &format!(
            "('A', 1, 0, NULL, NULL, {}, 5, 'com.apple.MobileSMS.expressivesend.impact'), ('B', 0, 1, 'yes', 'A', NULL, 0, NULL),
             ('C', 0, 1, 'gone', 'LOST', NULL, 0, 'com.apple.messages.effect.CKConfettiEffect'), ('D', 1, 0, NULL, NULL, {}, 5, NULL)",
            hex(&edited),
            hex(&summary(&[], &[0], 1))
        ),
    ));
    assert_eq!(text(&shown[0].parts[0]), "hello");
    assert_eq!((shown[0].edits.len(), shown[0].edits[0].text.as_str()), (1, "helo"));
    assert_eq!((shown[0].effect.as_deref(), shown[2].effect.as_deref()), (Some("Slam"), Some("Confetti")));
    let reply = shown[1].reply_to.as_ref().unwrap();
    assert_eq!((reply.id, reply.sender.as_deref(), reply.text.as_str()), (Some(1), Some("Ada Lovelace"), "hello"));
    assert_eq!(shown[2].reply_to.as_ref().unwrap().id, None);
    assert!(shown[3].unsent && shown[3].parts.is_empty() && !shown[0].unsent);
}

#[test]
fn things_that_happen_are_sentences() {
    let shown = bubbles(with(
        "item_type, group_action_type, other_handle, group_title, share_status",
        "('A', 1, 0, 1, 0, 2, NULL, 0), ('B', 0, 1, 1, 1, 2, NULL, 0), ('C', 1, 0, 2, 0, 0, 'Trip', 0),
         ('D', 1, 0, 3, 0, 0, NULL, 0), ('E', 0, 1, 3, 1, 0, NULL, 0), ('F', 1, 0, 4, 0, 0, NULL, 1),
         ('G', 1, 0, 77, 0, 0, NULL, 0)",
    ));
    let sentences: Vec<String> = shown.iter().map(|bubble| text(&bubble.parts[0])).collect();
    let expected = [
        "Ada Lovelace added Ben",
        "You removed Ben",
        "Ada Lovelace named the conversation “Trip”",
        "Ada Lovelace left the conversation",
        "You changed the group photo",
        "Ada Lovelace stopped sharing location",
        "Something happened that is not known yet (type 77)",
    ];
    assert_eq!(sentences, expected);
    assert!(shown.iter().all(|bubble| bubble.kind == BubbleKind::Event));
}

/// One message with a picture that is there, one that is not, a file of a link preview, and text around them.
fn with_files() -> TestBackup {
    let png = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(40, 20).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let files = "INSERT INTO attachment VALUES
            (1, 'f1', '~/Library/SMS/Attachments/aa/dot.png', 'public.png', 'image/png', 'dot.png', 99, 0),
            (2, 'f2', NULL, NULL, NULL, 'clip.mov', 5000, 0),
            (3, 'f3', '~/Library/SMS/Attachments/bb/x.pluginPayloadAttachment', NULL, NULL, NULL, 1, 0),
            (4, 'f4', '~/Library/SMS/Attachments/cc/voice.caf', NULL, NULL, NULL, 0, 0);
        INSERT INTO message_attachment_join VALUES (1, 1), (1, 2), (1, 3), (2, 4)";
    with(
        "text, service, date",
        &format!(
            "('A', 1, 0, 'see \u{FFFC} and', 'iMessage', 600000000000000000), ('B', 0, 1, NULL, 'iMessage', 0); {files}"
        ),
    )
    .file("MediaDomain", "Library/SMS/Attachments/aa/dot.png", &png)
}

#[test]
fn files_stand_where_the_text_has_them() {
    let backup = with_files().open();
    let (mut reader, _) = opened(&backup);
    let shown = messages(&mut reader).bubbles(&[1, 2]).unwrap();
    let parts: Vec<String> = shown[0].parts.iter().map(text).collect();
    assert_eq!(parts, ["see ", "<dot.png>", " and", "<clip.mov>"]);
    let (Part::Attachment(here), Part::Attachment(gone)) = (&shown[0].parts[1], &shown[0].parts[3]) else { panic!() };
    assert_eq!((here.state, here.media.as_deref(), here.size), (State::Here, Some("attachment/1"), Some(99)));
    assert_eq!((gone.state, gone.shows, gone.media.as_deref()), (State::Missing, Shows::Video, None));
    assert_eq!(gone.reason.as_deref(), Some("It was not downloaded to the phone."));
    let Part::Attachment(voice) = &shown[1].parts[0] else { panic!() };
    assert_eq!((voice.shows, voice.reason.as_deref()), (Shows::Audio, Some("Its file is not in this backup.")));

    let thumb = reader.media("attachment/1", MediaSize::Thumb(10)).unwrap();
    assert!(matches!(thumb, Some(Media::Bytes { .. })));
    let Some(Media::File { mime, name, .. }) = reader.media("attachment/1", MediaSize::Original).unwrap() else {
        panic!()
    };
    assert_eq!((mime.as_str(), name.as_str()), ("image/png", "dot.png"));
    for path in ["attachment/2", "attachment/99", "attachment/x", "contact/2", ""] {
        assert!(reader.media(path, MediaSize::Original).unwrap().is_none(), "{path}");
    }
}

#[test]
fn tables_folders_and_the_search() {
    let backup = with_files().open();
    let (mut reader, ids) = opened(&backup);
    let mut rows = reader.rows(&ids).unwrap();
    let columns: Vec<&str> = rows.columns().iter().map(|column| column.key).collect();
    let (first, second) = (rows.next().unwrap(), rows.next().unwrap());
    let of = |row: &[Cell], key| row[columns.iter().position(|column| *column == key).unwrap()].clone();
    assert_eq!(of(&first, "conversation"), "Ada Lovelace".into());
    assert_eq!(of(&first, "text"), "see \n and".into());
    assert_eq!(of(&first, "attachments"), "dot.png; clip.mov".into());
    assert_eq!(of(&first, "when"), Cell::Time(1_578_307_200_000));
    assert_eq!((of(&second, "sender"), of(&second, "when")), ("Me".into(), Cell::Empty));
    assert_eq!((rows.next(), columns.len()), (None, first.len()));
    drop(rows);

    let to = tempfile::tempdir().unwrap();
    let written = reader.export(&ids, "csv", to.path(), &mut |_, _| true).unwrap();
    assert_eq!((written.items, written.skipped.len(), written.main), (2, 2, to.path().join("Messages")));

    let mut cards = Vec::new();
    reader.index(&mut |card| cards.push(card)).unwrap();
    assert_eq!(cards.len(), 1, "a message without words is not worth finding");
    let card = &cards[0];
    assert_eq!(
        (card.key.as_str(), card.opens, card.title.as_str(), card.text.as_str()),
        ("A", 1, "Ada Lovelace", "see  and")
    );
    let document = reader.document(1).unwrap().unwrap();
    assert_eq!(document.title, "Ada Lovelace");
    assert!(reader.document(7).unwrap().is_none());
}

#[test]
fn orphans_and_deleted_messages_are_told_of() {
    let rows = format!(
        "INSERT INTO handle VALUES (1, '+491715550100', 'iMessage', NULL);
        INSERT INTO chat VALUES (1, 'a', 45, '+491715550100', 'iMessage', NULL, NULL);
        INSERT INTO chat_handle_join VALUES (1, 1);
        INSERT INTO message (guid, handle_id, is_from_me, text, attributedBody) VALUES ('A', 1, 0, NULL, {}), ('B', 1, 0, 'lost', NULL);
        INSERT INTO chat_message_join VALUES (1, 1, 600000000000000001);",
        hex(&archived("kept"))
    );
    let (mut reader, _) = opened(&backup(NEW, &rows).open());
    let mut texts = Vec::new();
    reader.index(&mut |card| texts.push(card.text)).unwrap();
    assert_eq!(texts, ["kept"]);
    assert!(reader.report().notes[0].starts_with("1 messages belong to no conversation"));
    assert_eq!(reader.report().read, 1);
}
