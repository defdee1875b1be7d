//! Albums the person made or joined. Albums the system makes are filters instead.

use std::collections::{BTreeMap, HashMap};

use super::asset::text;
use super::schema::columns;
use super::{Album, Photos, failed};
use crate::{Result, fold};

/// `ZGENERICALBUM.ZKIND`.
const OWN: i64 = 2;
const SHARED: i64 = 1505;
const FOLDER: i64 = 4000;
/// Folders in folders that are followed; a hostile database may put one into itself.
const DEPTH: usize = 16;

struct Row {
    id: i64,
    kind: i64,
    title: Option<String>,
    parent: Option<i64>,
}

impl Photos {
    /// The albums, by folder and title. Counts and covers leave out what is hidden or deleted.
    pub fn albums(&mut self) -> Result<Vec<Album>> {
        if !self.library.has.albums {
            return Ok(Vec::new());
        }
        let rows = self.album_rows().map_err(failed)?;
        let contents = self.album_contents().map_err(failed)?;
        let folders: HashMap<i64, &Row> =
            rows.iter().filter(|row| row.kind == FOLDER).map(|row| (row.id, row)).collect();
        let mut albums: Vec<Album> = rows
            .iter()
            .filter(|row| row.kind != FOLDER)
            .map(|row| {
                let (count, cover) = contents.get(&row.id).copied().unwrap_or_default();
                let path = path(row, &folders);
                Album {
                    id: row.id,
                    title: row.title.clone().unwrap_or_else(|| "Untitled Album".to_owned()),
                    folders: path.iter().map(|folder| folder.named()).collect(),
                    folder_ids: path.iter().map(|folder| folder.id).collect(),
                    shared: row.kind == SHARED,
                    count,
                    cover: cover.map(|id| format!("photo/{id}")),
                }
            })
            .collect();
        let names =
            |album: &Album| (album.folders.iter().map(|name| fold(name)).collect::<Vec<_>>(), fold(&album.title));
        albums.sort_by_cached_key(|album| (names(album), album.id));
        Ok(albums)
    }

    /// The albums a picture is in.
    pub(super) fn album_ids_of(&self, id: i64) -> Result<Vec<i64>> {
        if !self.library.has.albums {
            return Ok(Vec::new());
        }
        let sql = "SELECT DISTINCT album FROM album_photo WHERE photo = ? ORDER BY album";
        let mut statement = self.library.prepare_cached(sql).map_err(failed)?;
        let ids = statement.query_map([id], |row| row.get(0)).map_err(failed)?;
        Ok(ids.flatten().collect())
    }

    /// Titles of the albums that pictures are in.
    pub(super) fn albums_of(&self, ids: &[i64]) -> Result<BTreeMap<i64, Vec<String>>> {
        let mut found: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        if !self.library.has.albums {
            return Ok(found);
        }
        let titles = self.album_titles().map_err(failed)?;
        for id in ids {
            let albums = self.album_ids_of(*id)?;
            found.insert(*id, albums.iter().filter_map(|album| titles.get(album).cloned()).collect());
        }
        Ok(found)
    }

    /// The albums in a folder and in those inside it.
    pub(super) fn albums_below(&self, folder: i64) -> Result<Vec<i64>> {
        let rows = self.album_rows().map_err(failed)?;
        let folders: HashMap<i64, &Row> =
            rows.iter().filter(|row| row.kind == FOLDER).map(|row| (row.id, row)).collect();
        let below = |row: &&Row| row.kind != FOLDER && path(row, &folders).iter().any(|above| above.id == folder);
        Ok(rows.iter().filter(below).map(|row| row.id).collect())
    }

    /// Titles of all albums by their id.
    pub(super) fn album_titles(&self) -> rusqlite::Result<HashMap<i64, String>> {
        let rows = self.album_rows()?.into_iter().filter(|row| row.kind != FOLDER);
        Ok(rows.filter_map(|row| Some((row.id, row.title?))).collect())
    }

    fn album_rows(&self) -> rusqlite::Result<Vec<Row>> {
        let known = columns(&self.library, "ZGENERICALBUM")?;
        let column = |name: &str, kind: &str| {
            if known.contains(name) { format!("CAST({name} AS {kind})") } else { "NULL".to_owned() }
        };
        let sql = format!(
            "SELECT Z_PK AS id, CAST(ZKIND AS INTEGER) AS kind, {} AS title, {} AS parent FROM ZGENERICALBUM
             WHERE kind IN ({OWN}, {SHARED}, {FOLDER}) AND COALESCE({}, 0) = 0",
            column("ZTITLE", "TEXT"),
            column("ZPARENTFOLDER", "INTEGER"),
            column("ZTRASHEDSTATE", "INTEGER"),
        );
        let mut statement = self.library.prepare(&sql)?;
        let rows = statement.query_map([], |row| {
            Ok(Row {
                id: row.get("id")?,
                kind: row.get("kind")?,
                title: text(row, "title")?,
                parent: row.get("parent")?,
            })
        })?;
        rows.collect()
    }

    /// How many pictures each album has, and its newest one.
    fn album_contents(&self) -> rusqlite::Result<HashMap<i64, (u32, Option<i64>)>> {
        // SQLite takes the other columns of the row that holds the maximum.
        let mut statement = self.library.prepare(
            "SELECT album, COUNT(DISTINCT id), id, MAX(COALESCE(created, -1e12)) FROM album_photo JOIN photo ON id = photo
             WHERE NOT deleted AND NOT hidden GROUP BY album",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        Ok(rows.flatten().collect())
    }
}

impl Row {
    /// What a folder is called.
    fn named(&self) -> String {
        self.title.clone().unwrap_or_else(|| "Untitled Folder".to_owned())
    }
}

/// The folders an album lies in, outermost first.
fn path<'a>(album: &Row, folders: &HashMap<i64, &'a Row>) -> Vec<&'a Row> {
    let mut path = Vec::new();
    let mut parent = album.parent;
    while let Some(folder) = parent.and_then(|id| folders.get(&id))
        && path.len() < DEPTH
    {
        path.push(*folder);
        parent = folder.parent;
    }
    path.reverse();
    path
}
