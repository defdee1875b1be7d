//! One view over the photo databases of iOS 6 to 26.
//!
//! Tables, columns and above all the numbers in join tables' names change from system to system, so everything is looked
//! up: a column that is missing reads as NULL, and the album join is found by its shape.

use std::collections::BTreeSet;
use std::ops::Deref;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension};

use super::failed;
use super::joins::{self, Joins};
use crate::Result;

/// An opened photo database with the view `photo` (one row per picture or video) and those of [`joins`].
pub struct Library {
    source: Source,
    /// Which of the views of [`joins`] there are.
    pub has: Joins,
}

enum Source {
    Phone(backup::Database),
    Made(Connection),
}

impl Deref for Library {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        match &self.source {
            Source::Phone(database) => database,
            Source::Made(connection) => connection,
        }
    }
}

impl Library {
    /// A Photos.sqlite; `None` when it has no table of pictures.
    pub fn of_phone(database: backup::Database) -> Result<Option<Library>> {
        prepare(Source::Phone(database)).map_err(failed)
    }

    /// A database in memory with Apple's tables, as [`super::dcim`] makes it.
    pub fn made(connection: Connection) -> Result<Option<Library>> {
        prepare(Source::Made(connection)).map_err(failed)
    }

    pub fn is_empty(&self) -> Result<bool> {
        let any = self.query_row("SELECT 1 FROM photo LIMIT 1", [], |_| Ok(())).optional().map_err(failed)?;
        Ok(any.is_none())
    }
}

fn prepare(source: Source) -> rusqlite::Result<Option<Library>> {
    let mut library = Library { source, has: Joins::default() };
    // What is made of an encrypted backup must not come onto the disk.
    library.pragma_update(None, "temp_store", "MEMORY")?;
    let Some(view) = photo_view(&library)? else {
        return Ok(None);
    };
    library.execute_batch(&view)?;
    library.has = joins::prepare(&library)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    library.create_scalar_function("fold", 1, flags, |context| {
        Ok(match context.get_raw(0) {
            ValueRef::Text(text) if text.is_ascii() => {
                Some(String::from_utf8_lossy(&text.to_ascii_lowercase()).into_owned())
            }
            ValueRef::Text(text) => Some(crate::fold(&String::from_utf8_lossy(text))),
            _ => None,
        })
    })?;
    Ok(Some(library))
}

/// A table and what it is called in the view, for expressions over columns that may not be there.
struct Table {
    alias: &'static str,
    columns: BTreeSet<String>,
}

impl Table {
    fn of(db: &Connection, alias: &'static str, name: &str) -> rusqlite::Result<Table> {
        Ok(Table { alias, columns: columns(db, name)? })
    }

    fn absent(alias: &'static str) -> Table {
        Table { alias, columns: BTreeSet::new() }
    }

    fn has(&self, column: &str) -> bool {
        self.columns.contains(column)
    }

    /// The first of these columns that exists, made a value of that type: a hostile row may hold anything.
    fn any(&self, names: &[&str], kind: &str) -> String {
        match names.iter().find(|name| self.has(name)) {
            Some(name) => format!("CAST({}.{name} AS {kind})", self.alias),
            None => "NULL".to_owned(),
        }
    }

    fn whole(&self, name: &str) -> String {
        self.any(&[name], "INTEGER")
    }

    fn real(&self, name: &str) -> String {
        self.any(&[name], "REAL")
    }

    fn text(&self, name: &str) -> String {
        self.any(&[name], "TEXT")
    }

    /// True where the column is there and not 0.
    fn flag(&self, name: &str) -> String {
        format!("COALESCE({}, 0) <> 0", self.whole(name))
    }
}

/// The statement that makes the view `photo`, or `None` when there is no table of pictures.
fn photo_view(db: &Connection) -> rusqlite::Result<Option<String>> {
    // iOS 14 renamed the table; older ones call it ZGENERICASSET.
    let mut found = None;
    for table in ["ZASSET", "ZGENERICASSET"] {
        let asset = Table::of(db, "a", table)?;
        if asset.has("Z_PK") && asset.has("ZFILENAME") {
            found = Some((table, asset));
            break;
        }
    }
    let Some((table, a)) = found else {
        return Ok(None);
    };
    let x = Table::of(db, "x", "ZADDITIONALASSETATTRIBUTES")?;
    let x = if a.has("ZADDITIONALATTRIBUTES") && x.has("Z_PK") { x } else { Table::absent("x") };
    let d = Table::of(db, "d", "ZASSETDESCRIPTION")?;
    let d = if x.has("ZASSETDESCRIPTION") && d.has("Z_PK") { d } else { Table::absent("d") };
    let mut joins = String::new();
    if !x.columns.is_empty() {
        joins += "LEFT JOIN ZADDITIONALASSETATTRIBUTES x ON x.Z_PK = a.ZADDITIONALATTRIBUTES ";
    }
    if !d.columns.is_empty() {
        joins += "LEFT JOIN ZASSETDESCRIPTION d ON d.Z_PK = x.ZASSETDESCRIPTION";
    }
    let columns = [basics(&a, &x, &d), scope(&a), times(&a, &x)].concat();
    let columns: Vec<String> = columns.into_iter().map(|(name, value)| format!("{value} AS {name}")).collect();
    Ok(Some(format!("CREATE TEMP VIEW photo AS SELECT a.Z_PK AS id, {} FROM {table} a {joins}", columns.join(", "))))
}

type Columns = Vec<(&'static str, String)>;

/// What it is, what it is called, where it lies.
fn basics(a: &Table, x: &Table, d: &Table) -> Columns {
    let video = format!("COALESCE({}, 0) = 1", a.whole("ZKIND"));
    let subtype = a.whole("ZKINDSUBTYPE");
    let selfie = format!(
        "(COALESCE({}, 0) = 1 OR COALESCE({}, 0) = 1)",
        x.whole("ZCAMERACAPTUREDEVICE"),
        a.whole("ZDERIVEDCAMERACAPTUREDEVICE")
    );
    vec![
        ("uuid", a.text("ZUUID")),
        ("folder", a.text("ZDIRECTORY")),
        ("file", a.text("ZFILENAME")),
        ("original", x.text("ZORIGINALFILENAME")),
        ("title", x.text("ZTITLE")),
        ("caption", d.text("ZLONGDESCRIPTION")),
        (
            "live",
            format!("NOT {video} AND (COALESCE({subtype}, 0) = 2 OR COALESCE({}, 0) = 3)", a.whole("ZPLAYBACKSTYLE")),
        ),
        ("subtype", subtype.clone()),
        ("screenshot", format!("(COALESCE({subtype}, 0) = 10 OR {})", a.flag("ZISDETECTEDSCREENSHOT"))),
        // The depth is kept of what was taken in portrait mode; called ZDEPTHSTATES in iOS 13.
        ("portrait", format!("(NOT {video} AND ({} OR {}))", a.flag("ZDEPTHTYPE"), a.flag("ZDEPTHSTATES"))),
        // Up to iOS 14 imported panoramas are told by the rendering alone.
        ("panorama", format!("(COALESCE({subtype}, 0) = 1 OR COALESCE({}, 0) = 6)", a.whole("ZCUSTOMRENDEREDVALUE"))),
        ("selfie", selfie),
        ("video", video),
        ("edited", format!("({} OR {})", a.flag("ZHASADJUSTMENTS"), a.flag("ZADJUSTMENTSSTATE"))),
        ("duration", a.real("ZDURATION")),
        ("width", a.whole("ZWIDTH")),
        ("height", a.whole("ZHEIGHT")),
        ("latitude", a.real("ZLATITUDE")),
        ("longitude", a.real("ZLONGITUDE")),
        ("size", x.whole("ZORIGINALFILESIZE")),
        ("extended", a.whole("ZEXTENDEDATTRIBUTES")),
    ]
}

/// Where the phone shows it.
fn scope(a: &Table) -> Columns {
    // ZBUNDLESCOPE: 0 the person's own, 2 a shared album, 3 "Shared with You". ZSAVEDASSETTYPE 4: a shared album, before it.
    let shared = format!("({} OR COALESCE({}, 0) = 4)", a.flag("ZBUNDLESCOPE"), a.whole("ZSAVEDASSETTYPE"));
    vec![
        ("favourite", a.flag("ZFAVORITE")),
        ("hidden", a.flag("ZHIDDEN")),
        ("deleted", a.flag("ZTRASHEDSTATE")),
        ("burst", a.text("ZAVALANCHEUUID")),
        // Not shown by the phone though neither hidden nor deleted: the rest of a burst.
        ("aside", format!("({} AND NOT {shared})", a.flag("ZVISIBILITYSTATE"))),
        ("shared", shared),
        // 1: the original is known to be in iCloud.
        ("in_cloud", format!("COALESCE({}, 0) = 1", a.whole("ZCLOUDLOCALSTATE"))),
    ]
}

/// Times in Cocoa seconds, NULL where they are none; the zone in seconds; the local day counted from 1970-01-01.
fn times(a: &Table, x: &Table) -> Columns {
    let created = sane(&a.real("ZDATECREATED"));
    let offset = format!("COALESCE({}, {})", x.whole("ZTIMEZONEOFFSET"), x.whole("ZINFERREDTIMEZONEOFFSET"));
    let offset = format!("(CASE WHEN {offset} BETWEEN -64800 AND 64800 THEN {offset} END)");
    // Shifted by a million days, so that rounding towards zero rounds down.
    let day =
        format!("CAST(({created} + COALESCE({offset}, 0) + 978307200.0) / 86400.0 + 1000000 AS INTEGER) - 1000000");
    vec![
        ("day", day),
        ("created", created),
        ("offset", offset),
        ("added", sane(&a.real("ZADDEDDATE"))),
        ("modified", sane(&a.real("ZMODIFICATIONDATE"))),
        ("deleted_on", sane(&a.real("ZTRASHEDDATE"))),
    ]
}

/// A time between the years 1 and 4001, other than the "none" of 0.
fn sane(time: &str) -> String {
    format!("(CASE WHEN {time} <> 0 AND {time} > -63114076800.0 AND {time} < 63113904000.0 THEN {time} END)")
}

/// The columns of a table; none where there is no such table.
pub fn columns(db: &Connection, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = db.prepare("SELECT name FROM pragma_table_info(?)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.flatten().collect())
}
