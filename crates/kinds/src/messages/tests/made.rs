//! Made-up message databases, of new and of old systems.

use std::sync::Arc;

use backup::Backup;
use plist::{Dictionary, Value};

use super::super::KIND;
use crate::conversation::Messenger;
use crate::testing::{TestBackup, reader};
use crate::{Query, Reader};

pub(crate) const SMS: (&str, &str) = ("HomeDomain", "Library/SMS/sms.db");
const BOOK: &str = "Library/AddressBook/AddressBook.sqlitedb";

/// The tables of iOS 17, with the columns that are read.
pub(crate) const NEW: &str = "
    CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT,
        handle_id INTEGER DEFAULT 0, subject TEXT, attributedBody BLOB, service TEXT, date INTEGER, date_read INTEGER,
        is_from_me INTEGER DEFAULT 0, item_type INTEGER DEFAULT 0, other_handle INTEGER DEFAULT 0, group_title TEXT,
        group_action_type INTEGER DEFAULT 0, share_status INTEGER DEFAULT 0, associated_message_guid TEXT,
        associated_message_type INTEGER DEFAULT 0, associated_message_emoji TEXT, balloon_bundle_id TEXT,
        payload_data BLOB, expressive_send_style_id TEXT, message_summary_info BLOB, thread_originator_guid TEXT,
        date_edited INTEGER DEFAULT 0, date_retracted INTEGER DEFAULT 0, date_delivered INTEGER DEFAULT 0,
        error INTEGER DEFAULT 0, is_sent INTEGER DEFAULT 0, schedule_type INTEGER DEFAULT 0,
        sent_or_received_off_grid INTEGER DEFAULT 0);
    CREATE TABLE chat_recoverable_message_join (chat_id INTEGER, message_id INTEGER, delete_date INTEGER);
    CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER, chat_identifier TEXT, service_name TEXT,
        display_name TEXT, group_id TEXT);
    CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT, service TEXT, person_centric_id TEXT);
    CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
    CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, message_date INTEGER DEFAULT 0,
        PRIMARY KEY (chat_id, message_id));
    CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, guid TEXT, filename TEXT, uti TEXT, mime_type TEXT,
        transfer_name TEXT, total_bytes INTEGER DEFAULT 0, hide_attachment INTEGER DEFAULT 0);
    CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
    CREATE INDEX message_idx_associated_message ON message(associated_message_guid);";

/// The tables of iOS 6: seconds, and nothing of what came later.
pub(crate) const OLD: &str = "
    CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT,
        handle_id INTEGER DEFAULT 0, subject TEXT, attributedBody BLOB, service TEXT, date INTEGER, date_read INTEGER,
        is_from_me INTEGER DEFAULT 0);
    CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER, chat_identifier TEXT, service_name TEXT,
        display_name TEXT);
    CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT, service TEXT);
    CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
    CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, PRIMARY KEY (chat_id, message_id));
    CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, guid TEXT, filename TEXT, mime_type TEXT, transfer_name TEXT);
    CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);";

/// A backup with a message database and an address book with Ada (1) and Ben (2).
pub(crate) fn backup(schema: &str, rows: &str) -> TestBackup {
    let book = "CREATE TABLE ABPerson (ROWID INTEGER PRIMARY KEY, First TEXT, Last TEXT);
        CREATE TABLE ABMultiValue (UID INTEGER PRIMARY KEY, record_id INTEGER, property INTEGER, label INTEGER, value TEXT);
        INSERT INTO ABPerson VALUES (1, 'Ada', 'Lovelace'), (2, 'Ben', NULL);
        INSERT INTO ABMultiValue VALUES (1, 1, 3, NULL, '0171 5550100'), (2, 1, 4, NULL, 'ada@example.com'),
            (3, 2, 3, NULL, '+1 555 010 0142');";
    TestBackup::new().database(SMS.0, SMS.1, &format!("{schema}{rows}")).database(SMS.0, BOOK, book).face(1)
}

/// An opened reader and all its conversations, newest first.
pub(crate) fn opened(backup: &Arc<Backup>) -> (Box<dyn Reader>, Vec<i64>) {
    let mut reader = reader(KIND, backup);
    let ids = reader.ids(&Query::default()).unwrap();
    (reader, ids)
}

pub(crate) fn messages(reader: &mut Box<dyn Reader>) -> &mut dyn Messenger {
    reader.as_messenger().unwrap()
}

/// An archived attributed string of one run, as a phone writes it; texts of up to 127 bytes.
pub(crate) fn archived(text: &str) -> Vec<u8> {
    let mut bytes =
        b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\0\x84\x84\x08NSObject\0".to_vec();
    bytes.extend(b"\x85\x92\x84\x84\x84\x08NSString\x01\x94\x84\x01+");
    bytes.push(u8::try_from(text.len()).unwrap());
    bytes.extend(text.as_bytes());
    bytes.extend(b"\x86\x84\x02iI\x01");
    bytes.push(u8::try_from(text.encode_utf16().count()).unwrap());
    bytes.extend(
        b"\x92\x84\x84\x84\x0cNSDictionary\0\x94\x84\x01i\x01\x92\x84\x96\x96\x1d__kIMMessagePartAttributeName\x86",
    );
    bytes.extend(b"\x92\x84\x84\x84\x08NSNumber\0\x84\x84\x07NSValue\0\x94\x84\x01*\x84\x99\x99\0\x86\x86\x86");
    bytes
}

/// Bytes as SQL writes them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{digits}'")
}

/// A `message_summary_info`: wordings of part 0, and the numbers of unsent parts, out of `parts`.
pub(crate) fn summary(wordings: &[(f64, &str)], unsent: &[i64], parts: usize) -> Vec<u8> {
    let dictionary = |pairs: Vec<(String, Value)>| Value::Dictionary(pairs.into_iter().collect::<Dictionary>());
    let events = wordings.iter().map(|(seconds, text)| {
        dictionary(vec![("d".into(), Value::Real(*seconds)), ("t".into(), Value::Data(archived(text)))])
    });
    let ranges = (0..parts).map(|part| (part.to_string(), dictionary(vec![]))).collect();
    let mut fields = vec![("otr".into(), dictionary(ranges))];
    fields.push(("ec".into(), dictionary(vec![("0".into(), Value::Array(events.collect()))])));
    fields.push(("rp".into(), Value::Array(unsent.iter().map(|part| Value::Integer((*part).into())).collect())));
    let mut bytes = Vec::new();
    dictionary(fields).to_writer_binary(&mut bytes).unwrap();
    bytes
}
