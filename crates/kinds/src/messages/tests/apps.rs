//! Bubbles of apps in a conversation: polls with their votes, drawings, previews; stickers and what else is said.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plist::{Dictionary, Uid, Value};

use super::made::{hex, messages, opened};
use super::shown::{bubbles, with};
use crate::conversation::Part;
use crate::{Media, MediaSize};

/// A keyed archive of a dictionary with an address.
fn archive(url: &str) -> Vec<u8> {
    let uid = |index| Value::Uid(Uid::new(index));
    let dictionary = |pairs: Vec<(&str, Value)>| {
        Value::Dictionary(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Dictionary>())
    };
    let class = dictionary(vec![("$classname", "NSDictionary".into())]);
    let root = dictionary(vec![
        ("$class", uid(4)),
        ("NS.keys", Value::Array(vec![uid(2)])),
        ("NS.objects", Value::Array(vec![uid(3)])),
    ]);
    let objects = vec!["$null".into(), root, "URL".into(), url.into(), class];
    let archive = dictionary(vec![
        ("$archiver", "NSKeyedArchiver".into()),
        ("$top", dictionary(vec![("root", uid(1))])),
        ("$objects", Value::Array(objects)),
    ]);
    let mut bytes = Vec::new();
    archive.to_writer_binary(&mut bytes).unwrap();
    bytes
}

fn data(json: &str) -> String {
    hex(&archive(&format!("data:,{}?src=p", STANDARD.encode(json))))
}

const POLLS: &str = "com.apple.messages.MSMessageExtensionBalloonPlugin:0:com.apple.messages.Polls";

#[test]
fn the_last_vote_of_each_counts() {
    let poll = r#"{"item":{"title":"Dinner?","orderedPollOptions":[{"optionIdentifier":"P","text":"Pizza"},{"optionIdentifier":"S","text":"Sushi"}]}}"#;
    let vote = |option: &str| data(&format!(r#"{{"item":{{"votes":[{{"voteOptionIdentifier":"{option}"}}]}}}}"#));
    let shown = bubbles(with(
        "balloon_bundle_id, payload_data, associated_message_guid, associated_message_type",
        &format!(
            "('A', 1, 0, '{POLLS}', {}, NULL, 0), ('B', 1, 0, '{POLLS}', {}, 'A', 4000), ('C', 0, 1, '{POLLS}', {}, 'A', 4000),
             ('D', 1, 0, '{POLLS}', {}, 'A', 4000)",
            data(poll),
            vote("P"),
            vote("S"),
            vote("S")
        ),
    ));
    assert_eq!(shown.len(), 1, "votes are no messages");
    let Part::Poll { title, options } = &shown[0].parts[0] else { panic!("{:?}", shown[0].parts) };
    let by: Vec<(&str, String)> = options.iter().map(|option| (option.text.as_str(), option.by.join("+"))).collect();
    assert_eq!(
        (title.as_str(), by),
        ("Dinner?", vec![("Pizza", String::new()), ("Sushi", "Me+Ada Lovelace".to_owned())])
    );
}

#[test]
fn drawings_are_pictures_and_a_damaged_one_is_named() {
    let tap = b"\x08\x01\x1a\x0c\x1a\x04\x00\x80\x00\x80\x22\x04\xff\x00\xfc\xff";
    let backup = with(
        "balloon_bundle_id, payload_data",
        &format!("('A', 1, 0, 'com.apple.DigitalTouchBalloonProvider', {}), ('B', 1, 0, 'com.apple.Handwriting.HandwritingProvider', x'00')", hex(tap)),
    )
    .open();
    let (mut reader, _) = opened(&backup);
    let shown = messages(&mut reader).bubbles(&[1, 2]).unwrap();
    let drawing =
        |title: &str, media: Option<&str>| Part::Drawing { title: title.to_owned(), media: media.map(str::to_owned) };
    assert_eq!(shown[0].parts, [drawing("Digital Touch: Tap", Some("drawing/1"))]);
    assert_eq!(shown[1].parts, [drawing("Handwritten message", None)]);
    let Some(Media::Bytes { mime, bytes }) = reader.media("drawing/1", MediaSize::Screen).unwrap() else { panic!() };
    assert_eq!(mime, "image/svg+xml");
    assert!(String::from_utf8(bytes).unwrap().contains("cx=\"120.0\""));
    assert!(reader.media("drawing/2", MediaSize::Screen).unwrap().is_none());
}

#[test]
fn stickers_lie_on_the_part_they_were_put_on() {
    let files = "INSERT INTO attachment VALUES (1, 'f1', '~/Library/SMS/Attachments/aa/one.jpg', NULL, 'image/jpeg', 'one.jpg', 1, 0),
        (2, 'f2', '~/Library/SMS/StickerCache/s.heic', NULL, 'image/heic', 's.heic', 1, 0);
        INSERT INTO message_attachment_join VALUES (1, 1), (2, 2)";
    let shown = bubbles(with(
        "text, associated_message_guid, associated_message_type",
        &format!(
            "('A', 1, 0, '\u{FFFC}and words', NULL, 0), ('B', 1, 0, NULL, 'p:1/A', 1000), ('C', 0, 1, NULL, 'p:0/A', 2000); {files}"
        ),
    ));
    let reactions: Vec<_> =
        shown[0].reactions.iter().map(|one| (one.part, one.emoji.as_str(), one.sticker.as_deref())).collect();
    assert_eq!(reactions, [(Some(0), "❤️", None), (Some(1), "🏷️", Some("attachment/2"))]);
}

#[test]
fn a_place_is_read_from_its_card() {
    let card = "BEGIN:VCARD\r\nitem1.URL;type=pref:https://maps.apple.com/?ll=37.332\\,-122.0309&q=x\r\nEND:VCARD";
    let backup = with(
        "text",
        "('A', 1, 0, '\u{FFFC}'); INSERT INTO attachment VALUES (1, 'f', '~/Library/SMS/Attachments/aa/CL.loc.vcf', NULL,
         'text/x-vlocation', 'CL.loc.vcf', 1, 0); INSERT INTO message_attachment_join VALUES (1, 1)",
    )
    .file("MediaDomain", "Library/SMS/Attachments/aa/CL.loc.vcf", card.as_bytes());
    let shown = bubbles(backup);
    let Part::Location { latitude, longitude, .. } = shown[0].parts[0] else { panic!("{:?}", shown[0].parts) };
    assert_eq!((latitude, longitude), (37.332, -122.0309));
    assert!(matches!(shown[0].parts[1], Part::Attachment(_)));
}

#[test]
fn what_became_of_a_message_is_said() {
    let shown = bubbles(with(
        "text, error, is_sent, schedule_type, sent_or_received_off_grid, date_delivered",
        "('A', 0, 1, 'a', 22, 0, 0, 0, 0), ('B', 0, 1, 'b', 0, 0, 2, 0, 0), ('C', 0, 1, 'c', 0, 1, 2, 1, 600000000000000000),
         ('D', 1, 0, 'd', 22, 0, 0, 0, 0)",
    ));
    let marks: Vec<String> = shown.iter().map(|bubble| bubble.marks.join("+")).collect();
    assert_eq!(marks, ["Not delivered", "Scheduled", "Sent by satellite", ""]);
    assert_eq!((shown[2].delivered, shown[0].delivered), (Some(1_578_307_200_000), None));
    assert_eq!((shown[3].address.as_deref(), shown[3].face.as_deref()), (Some("+491715550100"), Some("contact/1")));
}
