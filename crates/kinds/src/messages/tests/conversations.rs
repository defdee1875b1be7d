//! Which chats are one conversation, and in which order their messages come.

use super::made::{NEW, OLD, archived, backup, hex, messages, opened};
use crate::Query;
use crate::messages::KIND;
use crate::testing::{TestBackup, empty_reason};

/// Ada by SMS and iMessage (chats 1 and 2), a group in two rows (3 and 4), Ben (5), an empty chat (6).
fn rows() -> String {
    format!(
        "INSERT INTO handle VALUES (1, '+491715550100', 'SMS', NULL), (2, '+491715550100', 'iMessage', NULL),
            (3, '01715550100', 'SMS', NULL), (4, '+15550100142', 'iMessage', NULL), (5, 'stranger@example.com', 'iMessage', NULL);
        INSERT INTO chat VALUES (1, 'SMS;-;a', 45, '+491715550100', 'SMS', NULL, NULL),
            (2, 'iMessage;-;a', 45, '+491715550100', 'iMessage', '', NULL),
            (3, 'g1', 43, 'chat1', 'iMessage', 'Chess club', 'G'), (4, 'g2', 43, 'chat2', 'SMS', NULL, 'G'),
            (5, 'b', 45, '+15550100142', 'iMessage', NULL, NULL), (6, 'e', 45, 'nobody@example.com', 'iMessage', NULL, NULL),
            (7, 's', 45, '01715550100', 'SMS', NULL, NULL);
        INSERT INTO chat_handle_join VALUES (1, 1), (2, 2), (3, 2), (3, 4), (4, 1), (4, 4), (4, 5), (5, 4), (7, 3);
        INSERT INTO message (ROWID, guid, text, attributedBody, handle_id, service, date, is_from_me) VALUES
            (1, 'A', 'first, in seconds', NULL, 1, 'SMS', 400000000, 0),
            (2, 'B', NULL, {}, 0, 'iMessage', 600000003000000000, 1),
            (3, 'C', 'between', NULL, 2, 'iMessage', 600000001000000000, 0),
            (4, 'D', 'to the club', NULL, 5, 'SMS', 700000000000000000, 0),
            (5, 'E', 'hi Ben', NULL, 0, 'iMessage', 500000000000000000, 1),
            (6, 'F', 'and local', NULL, 3, 'SMS', 600000002000000000, 0);
        INSERT INTO chat_message_join SELECT c, m, date FROM (SELECT 1 AS c, 1 AS m UNION SELECT 2, 2 UNION SELECT 2, 3
            UNION SELECT 1, 3 UNION SELECT 4, 4 UNION SELECT 5, 5 UNION SELECT 7, 6) JOIN message ON ROWID = m;
        INSERT INTO chat_message_join VALUES (5, 999, 500000000000000001);",
        hex(&archived("last 😀"))
    )
}

#[test]
fn chats_with_the_same_people_are_one_conversation() {
    let backup = backup(NEW, &rows()).open();
    let (mut reader, ids) = opened(&backup);
    assert_eq!(ids, [3, 1, 5], "newest first, by their smallest chat; empty ones are left out");
    assert_eq!(reader.count().unwrap(), 3);
    let cards = reader.cards(&[1, 42, 3, 5]).unwrap();
    let titles: Vec<&str> = cards.iter().map(|card| card.title.as_str()).collect();
    assert_eq!(titles, ["Ada Lovelace", "Chess club", "Ben"]);
    assert_eq!(cards[0].text.as_deref(), Some("You: last 😀"));
    assert_eq!(cards[0].when, Some(1_578_307_203_000));
    let faces: Vec<_> = cards.iter().map(|card| card.picture.as_deref()).collect();
    assert_eq!(faces, [Some("contact/1"), None, None], "only who has a face shows one");
    assert_eq!(cards[0].badges, ["iMessage"]);
    assert_eq!(cards[1].text.as_deref(), Some("stranger@example.com: to the club"));
    assert_eq!(cards[1].subtitle.as_deref(), Some("4 people"));

    let messages = messages(&mut reader);
    assert_eq!(messages.thread(1).unwrap(), [1, 3, 6, 2], "seconds and nanoseconds in one order, each once");
    assert_eq!(messages.thread(42).unwrap(), [0; 0]);
    let header = messages.header(3).unwrap();
    let people: Vec<_> = header.people.iter().map(|person| (person.name.as_str(), person.contact)).collect();
    assert_eq!(people, [("Ada Lovelace", Some(1)), ("Ben", Some(2)), ("stranger@example.com", None)]);
    assert!(header.group && header.service.as_deref() == Some("SMS"));
    assert_eq!(messages.bubbles(&[999, 5]).unwrap().len(), 1, "a joined message that is gone is left out");
    assert_eq!(messages.locate("F").unwrap(), Some((1, 6)));
    assert_eq!(messages.locate("nowhere").unwrap(), None);
}

#[test]
fn conversations_are_found_by_name_and_address() {
    let backup = backup(NEW, &rows()).open();
    let (mut reader, _) = opened(&backup);
    let mut find = |text: &str, sort: Option<&str>| {
        let query = Query { text: Some(text.to_owned()), sort: sort.map(str::to_owned), ..Query::default() };
        reader.ids(&query).unwrap()
    };
    assert_eq!(find("lovel", None), [3, 1], "as a member too");
    assert_eq!(find("STRANGER", None), [3]);
    assert_eq!(find("", Some("name")), [1, 5, 3]);
    assert_eq!(find("nobody", None), [0; 0]);
}

#[test]
fn chats_nobody_is_known_of_stay_apart() {
    let rows = "INSERT INTO chat VALUES (1, 'a', 45, '', 'SMS', NULL, NULL), (2, 'b', 45, NULL, 'SMS', NULL, NULL),
            (3, 'c', 43, '', 'SMS', NULL, NULL);
        INSERT INTO chat_handle_join VALUES (1, 77), (2, 77), (3, 78);
        INSERT INTO message (guid, text, handle_id, date) VALUES ('A', 'a', 77, 3), ('B', 'b', 77, 2), ('C', 'c', 77, 1);
        INSERT INTO chat_message_join VALUES (1, 1, 3), (2, 2, 2), (3, 3, 1);";
    let (mut reader, ids) = opened(&backup(NEW, rows).open());
    assert_eq!(ids, [1, 2, 3]);
    let bubbles = messages(&mut reader).bubbles(&[1]).unwrap();
    assert_eq!(bubbles[0].sender.as_deref(), Some("Unknown sender"));
    assert_eq!(reader.cards(&ids).unwrap()[0].title, "Unknown");
}

#[test]
fn an_old_database_reads_as_well() {
    let rows = "INSERT INTO handle VALUES (1, '+491715550100', 'SMS');
        INSERT INTO chat VALUES (1, 'a', 45, '+491715550100', 'SMS', NULL);
        INSERT INTO chat_handle_join VALUES (1, 1);
        INSERT INTO message VALUES (1, 'A', 'two \u{FFFC}', 1, 'Subject', NULL, 'SMS', 362000010, 0, 0),
            (2, 'B', 'one', 0, NULL, NULL, 'SMS', 362000000, 0, 1);
        INSERT INTO chat_message_join VALUES (1, 1), (1, 2);
        INSERT INTO attachment VALUES (1, 'g', '/var/mobile/Library/SMS/Attachments/aa/IMG.jpg', 'image/jpeg', 'IMG.jpg');
        INSERT INTO message_attachment_join VALUES (1, 1);";
    let backup = backup(OLD, rows).file("MediaDomain", "Library/SMS/Attachments/aa/IMG.jpg", b"jpeg").open();
    let (mut reader, ids) = opened(&backup);
    assert_eq!(ids, [1]);
    assert_eq!(reader.cards(&ids).unwrap()[0].text.as_deref(), Some("Subject\ntwo \n[IMG.jpg]"));
    let thread = messages(&mut reader).thread(1).unwrap();
    assert_eq!(thread, [2, 1]);
    let bubbles = messages(&mut reader).bubbles(&thread).unwrap();
    assert_eq!(bubbles[0].when, Some(1_340_307_200_000));
    assert!(bubbles[0].mine && bubbles[1].sender.as_deref() == Some("Ada Lovelace"));
}

#[test]
fn a_backup_without_messages_says_why() {
    let none = empty_reason(KIND, &TestBackup::new().open());
    assert!(none.contains("iCloud"), "{none}");
    let odd = TestBackup::new().database("HomeDomain", "Library/SMS/sms.db", "CREATE TABLE other (a)").open();
    assert!(empty_reason(KIND, &odd).contains("not known"));
    assert_eq!(empty_reason(KIND, &TestBackup::new().database("HomeDomain", "Library/SMS/sms.db", NEW).open()), none);
}
