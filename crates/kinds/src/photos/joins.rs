//! What pictures belong to: albums, people, keywords. Each is a view of two numbers, such as `album_photo(album, photo)`.
//!
//! The join tables of Core Data are called after the numbers of its entities, which differ from system to system (between
//! 26.0 and 26.1 even), so they are found by their shape.

use rusqlite::{Connection, OptionalExtension};

use super::cloud;
use super::schema::columns;

/// Which of the views there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Joins {
    /// `album_photo(album, photo)`, rows of `ZGENERICALBUM`.
    pub albums: bool,
    /// `person_photo(person, photo)`, rows of `ZPERSON`; and `person(id, name, face)`, `face` being the picture they are
    /// shown by.
    pub people: bool,
    /// `keyword_photo(keyword, photo)`, rows of `ZKEYWORD`.
    pub keywords: bool,
    /// `away(photo)`, those whose original is only in iCloud; without any where the database does not tell.
    pub away: bool,
}

/// Makes the views the database has something for.
pub fn prepare(db: &Connection) -> rusqlite::Result<Joins> {
    let make = |view: Option<String>| match view {
        Some(view) => db.execute_batch(&view).map(|()| true),
        None => Ok(false),
    };
    Ok(Joins {
        albums: make(album_view(db)?)?,
        people: make(person_view(db)?)?,
        keywords: make(keyword_view(db)?)?,
        away: cloud::prepare(db)?,
    })
}

/// The join table is `Z_<album>ASSETS` with the columns `Z_<album>ALBUMS` and `Z_<asset>ASSETS`.
fn album_view(db: &Connection) -> rusqlite::Result<Option<String>> {
    let albums = columns(db, "ZGENERICALBUM")?;
    if !albums.contains("Z_PK") || !albums.contains("ZKIND") {
        return Ok(None);
    }
    let known = entity(db, "Album")?.map(|entity| format!("Z_{entity}ASSETS"));
    let view = |(table, album, photo): (String, String, String)| {
        format!("CREATE TEMP VIEW album_photo AS SELECT {album} AS album, {photo} AS photo FROM {table}")
    };
    Ok(join_table(db, "ASSETS", ["ALBUMS", "ASSETS"], known)?.map(view))
}

/// Faces lead from people to pictures; of people who were merged the other one counts. iOS 17 renamed the columns.
fn person_view(db: &Connection) -> rusqlite::Result<Option<String>> {
    let (faces, people) = (columns(db, "ZDETECTEDFACE")?, columns(db, "ZPERSON")?);
    let named = |names: [&'static str; 2]| names.into_iter().find(|name| faces.contains(*name));
    let (Some(photo), Some(person)) = (named(["ZASSETFORFACE", "ZASSET"]), named(["ZPERSONFORFACE", "ZPERSON"])) else {
        return Ok(None);
    };
    if !["Z_PK", "ZFULLNAME"].iter().all(|name| people.contains(*name)) {
        return Ok(None);
    }
    let column = |name: &str| if people.contains(name) { format!("p.{name}") } else { "NULL".to_owned() };
    let (merged, short, key) = (column("ZMERGETARGETPERSON"), column("ZDISPLAYNAME"), column("ZKEYFACE"));
    Ok(Some(format!(
        "CREATE TEMP VIEW person_photo AS SELECT COALESCE({merged}, p.Z_PK) AS person, f.{photo} AS photo
             FROM ZDETECTEDFACE f JOIN ZPERSON p ON p.Z_PK = f.{person} WHERE f.{photo} IS NOT NULL;
         CREATE TEMP VIEW person AS SELECT p.Z_PK AS id,
             CAST(COALESCE(NULLIF(p.ZFULLNAME, ''), NULLIF({short}, '')) AS TEXT) AS name,
             (SELECT f.{photo} FROM ZDETECTEDFACE f WHERE f.Z_PK = {key}) AS face FROM ZPERSON p"
    )))
}

/// The join table is `Z_<attributes>KEYWORDS` with the columns `Z_<attributes>ASSETATTRIBUTES` and `Z_<keyword>KEYWORDS`.
fn keyword_view(db: &Connection) -> rusqlite::Result<Option<String>> {
    let keywords = columns(db, "ZKEYWORD")?;
    let attributes = columns(db, "ZADDITIONALASSETATTRIBUTES")?;
    let there = ["Z_PK", "ZTITLE"].iter().all(|name| keywords.contains(*name));
    if !there || !["Z_PK", "ZASSET"].iter().all(|name| attributes.contains(*name)) {
        return Ok(None);
    }
    let view = |(table, attributes, keyword): (String, String, String)| {
        format!(
            "CREATE TEMP VIEW keyword_photo AS SELECT k.{keyword} AS keyword, x.ZASSET AS photo
             FROM {table} k JOIN ZADDITIONALASSETATTRIBUTES x ON x.Z_PK = k.{attributes}"
        )
    };
    Ok(join_table(db, "KEYWORDS", ["ASSETATTRIBUTES", "KEYWORDS"], None)?.map(view))
}

/// A table `Z_<n><end>` and its two columns `Z_<n><left>` and `Z_<n><right>`; the one called `known` where several fit.
fn join_table(
    db: &Connection,
    end: &str,
    [left, right]: [&str; 2],
    known: Option<String>,
) -> rusqlite::Result<Option<(String, String, String)>> {
    let mut tables =
        db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'Z_[0-9]*' ORDER BY name")?;
    let names: Vec<String> = tables.query_map([], |row| row.get(0))?.flatten().collect();
    let mut best = None;
    for name in names.into_iter().filter(|name| is_numbered(name, end)) {
        let columns = columns(db, &name)?;
        let column = |end: &str| columns.iter().find(|column| is_numbered(column, end)).cloned();
        if let (Some(left), Some(right)) = (column(left), column(right))
            && (best.is_none() || known.as_deref() == Some(&name))
        {
            best = Some((name, left, right));
        }
    }
    Ok(best)
}

/// The number of one of Core Data's entities in this database.
fn entity(db: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    if !columns(db, "Z_PRIMARYKEY")?.contains("Z_NAME") {
        return Ok(None);
    }
    db.query_row("SELECT Z_ENT FROM Z_PRIMARYKEY WHERE Z_NAME = ?", [name], |row| row.get(0)).optional()
}

/// Whether a name is `Z_<digits>` and then `end`; only such names are put into a statement.
fn is_numbered(name: &str, end: &str) -> bool {
    let number = name.strip_prefix("Z_").and_then(|rest| rest.strip_suffix(end));
    number.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
