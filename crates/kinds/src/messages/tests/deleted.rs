//! "Recently Deleted", the filters of the list, and places in a conversation.

use super::made::{NEW, backup, messages, opened};
use crate::Query;
use crate::conversation::{find, position};

/// Ada (chat 1, one message deleted), a group (2) with a file, Ben (3), of whom all is deleted.
const ROWS: &str = "
    INSERT INTO handle VALUES (1, '+491715550100', 'iMessage', NULL), (2, '+15550100142', 'SMS', NULL);
    INSERT INTO chat VALUES (1, 'a', 45, '+491715550100', 'iMessage', NULL, NULL), (2, 'g', 43, 'chat2', 'SMS', 'Trip', 'G'),
        (3, 'b', 45, '+15550100142', 'SMS', NULL, NULL);
    INSERT INTO chat_handle_join VALUES (1, 1), (2, 1), (2, 2), (3, 2);
    INSERT INTO message (ROWID, guid, text, handle_id, date) VALUES (1, 'A', 'first of Köln', 1, 600000000000000000),
        (2, 'B', 'gone', 1, 600000100000000000), (3, 'C', 'last of koln', 1, 600000200000000000),
        (4, 'D', 'with a picture', 2, 500000000000000000), (5, 'E', 'all gone', 2, 400000000000000000);
    INSERT INTO chat_message_join VALUES (1, 1, 600000000000000000), (1, 3, 600000200000000000), (2, 4, 500000000000000000);
    INSERT INTO chat_recoverable_message_join VALUES (1, 2, 600000300000000000), (3, 5, 600000400000000000);
    INSERT INTO attachment VALUES (1, 'f', '~/Library/SMS/Attachments/aa/x.png', NULL, NULL, 'x.png', 9, 0);
    INSERT INTO message_attachment_join VALUES (4, 1);";

#[test]
fn deleted_messages_have_a_view_of_their_own() {
    let backup = backup(NEW, ROWS).open();
    let (mut reader, ids) = opened(&backup);
    assert_eq!((ids.as_slice(), reader.count().unwrap()), (&[1, 2][..], 2));
    let deleted = Query { filter: [("deleted".to_owned(), "1".to_owned())].into(), ..Query::default() };
    assert_eq!(reader.ids(&deleted).unwrap(), [1, 3]);
    assert_eq!(reader.cards(&[3]).unwrap()[0].text.as_deref(), Some("all gone"));
    let messages = messages(&mut reader);
    assert_eq!((messages.thread(1).unwrap(), messages.deleted(1).unwrap()), (vec![1, 3], vec![2]));
    assert_eq!((messages.thread(3).unwrap(), messages.deleted(3).unwrap()), (vec![], vec![5]));
    assert_eq!(messages.deleted(2).unwrap(), [0; 0]);
    assert_eq!((messages.whole(1, None).unwrap(), messages.whole(2, None).unwrap()), (vec![1, 2, 3], vec![4]));
    let between = Some((1_578_307_200_000, 1_578_307_300_000));
    assert_eq!(messages.whole(1, between).unwrap(), [1, 2], "both ends are included");
    assert_eq!(messages.whole(3, Some((i64::MIN, i64::MAX))).unwrap(), [5]);
    let bubble = messages.bubbles(&[2, 1]).unwrap();
    assert_eq!((bubble[0].deleted, bubble[1].deleted), (Some(1_578_307_500_000), None));
}

#[test]
fn the_list_is_narrowed() {
    let backup = backup(NEW, ROWS).open();
    let (mut reader, _) = opened(&backup);
    let mut only = |filters: &[(&str, &str)]| {
        let filter = filters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        reader.ids(&Query { filter, ..Query::default() }).unwrap()
    };
    assert_eq!(only(&[("service", "sms")]), [2]);
    assert_eq!(only(&[("files", "1")]), [2]);
    assert_eq!(only(&[("group", "0")]), [1]);
    assert_eq!(only(&[("person", "lovelace")]), [1, 2]);
    assert_eq!(only(&[("person", "ben")]), [2]);
    assert_eq!(only(&[("from", "1578307100000")]), [1]);
    assert_eq!(only(&[("until", "1478307200000")]), [2], "as the join has it");
    assert_eq!(only(&[("from", "1578307100000"), ("files", "1")]), [0; 0]);
}

#[test]
fn words_and_days_are_found_in_a_conversation() {
    let backup = backup(NEW, ROWS).open();
    let (mut reader, _) = opened(&backup);
    let messages = messages(&mut reader);
    let ids = messages.thread(1).unwrap();
    assert_eq!(find(messages, &ids, "koln").unwrap(), [0, 1]);
    assert_eq!(find(messages, &ids, "KÖLN last").unwrap(), [1]);
    assert_eq!(find(messages, &ids, " ").unwrap(), [0; 0]);
    let mut at = |when| position(messages, &ids, when).unwrap();
    assert_eq!(
        (at(0), at(1_578_307_200_000), at(1_578_307_200_001), at(i64::MAX)),
        (Some(0), Some(0), Some(1), Some(1))
    );
    assert_eq!(position(messages, &[], 0).unwrap(), None);
    assert_eq!(messages.carrying(2).unwrap(), [4]);
}
