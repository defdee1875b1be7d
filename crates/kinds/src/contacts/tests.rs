mod cards;
mod real;
mod vcards;

use crate::Reader;
use crate::testing::{TestBackup, reader};

const HOME: &str = "HomeDomain";
const BOOK: &str = super::read::BOOK.path;
const IMAGES: &str = super::pictures::IMAGES.path;

/// The tables of a real address book, without what is not read.
const TABLES: &str = "
    CREATE TABLE ABPerson (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, First TEXT, Last TEXT, Middle TEXT, FirstPhonetic TEXT,
        MiddlePhonetic TEXT, LastPhonetic TEXT, Organization TEXT, Department TEXT, Note TEXT, Kind INTEGER, Birthday TEXT,
        JobTitle TEXT, Nickname TEXT, Prefix TEXT, Suffix TEXT, CreationDate INTEGER, ModificationDate INTEGER,
        StoreID INTEGER, DisplayName TEXT, PersonLink INTEGER DEFAULT -1, guid TEXT, OrganizationPhonetic TEXT,
        PreviousFamilyName TEXT);
    CREATE TABLE ABMultiValue (UID INTEGER PRIMARY KEY, record_id INTEGER, property INTEGER, identifier INTEGER,
        label INTEGER, value TEXT);
    CREATE TABLE ABMultiValueLabel (value TEXT, UNIQUE(value));
    CREATE TABLE ABMultiValueEntry (parent_id INTEGER, key INTEGER, value TEXT, UNIQUE(parent_id, key));
    CREATE TABLE ABMultiValueEntryKey (value TEXT, UNIQUE(value));
    CREATE TABLE ABGroup (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, Name TEXT);
    CREATE TABLE ABGroupMembers (UID INTEGER PRIMARY KEY, group_id INTEGER, member_type INTEGER, member_id INTEGER);
    CREATE TABLE ABStore (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, Name TEXT, Type INTEGER, AccountID INTEGER DEFAULT -1);
    CREATE TABLE ABAccount (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, AccountIdentifier TEXT);
    CREATE TABLE ABPersonLink (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, PreferredImagePersonID INTEGER DEFAULT -1,
        PreferredNamePersonID INTEGER DEFAULT -1);
    INSERT INTO ABMultiValueLabel (rowid, value) VALUES (1, '_$!<Home>!$_'), (2, '_$!<Work>!$_'), (3, '_$!<Mobile>!$_'),
        (4, 'iPhone'), (5, 'the boat'), (6, '_$!<Anniversary>!$_'), (7, '_$!<Spouse>!$_'), (8, '_$!<HomePage>!$_'),
        (9, '_$!<HomeFAX>!$_');
    INSERT INTO ABMultiValueEntryKey (rowid, value) VALUES (1, 'Street'), (2, 'City'), (3, 'State'), (4, 'ZIP'),
        (5, 'Country'), (6, 'CountryCode'), (7, 'SubLocality'), (8, 'username'), (9, 'service'), (10, 'url'), (11, 'sound');
    INSERT INTO ABStore VALUES (1, NULL, 0, -1), (2, 'Card', 4, 1);
    INSERT INTO ABAccount VALUES (1, 'C-1');";

/// A contact with everything a contact can have.
const ADA: &str = "
    INSERT INTO ABPerson VALUES (1, 'Ada', 'Lovelace', 'King', 'Ay-da', NULL, 'Luv-lace', 'Analytical; Engines, Ltd',
        'Programs', 'First line' || char(10) || 'Zweite Zeile: \\ ; , äöü', 0, '-523368000', 'Countess', 'Addie', 'Dr.', 'Jr.',
        700000000, 700086400, 2, NULL, -1, 'GUID-ADA:ABPerson', 'Ana-litical', 'Byron');
    INSERT INTO ABMultiValue VALUES (10, 1, 3, 0, 3, '+44 20 7946 0001'), (11, 1, 3, 1, 5, '+44 20 7946 0002'),
        (12, 1, 3, 2, 9, '+44 20 7946 0003'), (13, 1, 4, 0, 1, 'ada@example.com'), (14, 1, 4, 1, 5, 'boat@example.com'),
        (15, 1, 5, 0, 1, NULL), (16, 1, 12, 0, 6, '-12523032000'), (17, 1, 13, 0, 2, NULL), (18, 1, 22, 0, 8, 'https://ada.example/?a=1,2'),
        (19, 1, 23, 0, 7, 'William King'), (20, 1, 46, 0, NULL, NULL), (21, 1, 16, 0, NULL, NULL), (22, 1, 99, 0, NULL, 'x');
    INSERT INTO ABMultiValueEntry VALUES (15, 1, '12 St James''s Sq' || char(10) || 'Floor 2'), (15, 2, 'London'),
        (15, 4, 'SW1Y 4LB'), (15, 5, 'United Kingdom'), (15, 6, 'GB'), (15, 7, 'St James'),
        (17, 8, 'ada.l'), (17, 9, 'Jabber'), (20, 8, 'ada'), (20, 9, 'twitter'), (20, 10, 'https://twitter.com/ada'), (21, 11, 'Opening');
    INSERT INTO ABGroup VALUES (1, 'Pioneers'); INSERT INTO ABGroupMembers VALUES (1, 1, 0, 1);";

fn opened(sql: &str) -> Box<dyn Reader> {
    let backup = TestBackup::new().database(HOME, BOOK, &format!("{TABLES}{sql}")).open();
    reader(super::KIND, &backup)
}

/// A picture of one colour.
fn jpeg(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbImage::from_pixel(side, side, image::Rgb([200, 30, 30]));
    image::DynamicImage::from(picture)
        .write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Jpeg)
        .unwrap();
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn images(full: &[u8], small: &[u8]) -> String {
    format!(
        "CREATE TABLE ABFullSizeImage (ROWID INTEGER PRIMARY KEY, record_id INTEGER, crop_x INTEGER, data BLOB);
         CREATE TABLE ABThumbnailImage (ROWID INTEGER PRIMARY KEY, record_id INTEGER, format INTEGER, data BLOB);
         INSERT INTO ABFullSizeImage VALUES (1, 1, 0, x'{}');
         INSERT INTO ABThumbnailImage VALUES (1, 1, 0, x'{}'), (2, 1, 5, x'00')",
        hex(full),
        hex(small)
    )
}
