//! The photos as a table.

use std::collections::VecDeque;

use export::{Cell, Column, RowSource};

use super::asset::Asset;
use super::{Photos, TileKind};
use crate::Result;

const COLUMNS: [Column; 21] = [
    Column { key: "name", title: "Name" },
    Column { key: "path", title: "Path" },
    Column { key: "kind", title: "Kind" },
    Column { key: "taken", title: "Taken" },
    Column { key: "taken_local", title: "Taken (local time)" },
    Column { key: "added", title: "Added" },
    Column { key: "width", title: "Width" },
    Column { key: "height", title: "Height" },
    Column { key: "duration", title: "Duration (s)" },
    Column { key: "latitude", title: "Latitude" },
    Column { key: "longitude", title: "Longitude" },
    Column { key: "favourite", title: "Favourite" },
    Column { key: "hidden", title: "Hidden" },
    Column { key: "deleted", title: "Recently deleted" },
    Column { key: "caption", title: "Caption" },
    Column { key: "albums", title: "Albums" },
    Column { key: "people", title: "People" },
    Column { key: "keywords", title: "Keywords" },
    Column { key: "place", title: "Place" },
    Column { key: "missing", title: "Missing" },
    Column { key: "uuid", title: "UUID" },
];

/// Rows fetched at a time.
const PAGE: usize = 256;

/// Photos as rows, a page at a time.
pub struct Rows<'a> {
    photos: &'a mut Photos,
    ids: &'a [i64],
    page: VecDeque<Vec<Cell>>,
}

impl<'a> Rows<'a> {
    pub fn new(photos: &'a mut Photos, ids: &'a [i64]) -> Rows<'a> {
        Rows { photos, ids, page: VecDeque::new() }
    }

    fn fetch(&mut self) -> Result<()> {
        while self.page.is_empty() && !self.ids.is_empty() {
            let (now, later) = self.ids.split_at(self.ids.len().min(PAGE));
            self.ids = later;
            let mut albums = self.photos.albums_of(now)?;
            let (mut people, mut keywords) = (self.photos.people_of(now)?, self.photos.keywords_of(now)?);
            let mut places = self.photos.places_of(now)?;
            for asset in self.photos.assets(now)? {
                let there = asset.original(&self.photos.backup)?.is_some();
                let lists = [&mut albums, &mut people, &mut keywords];
                let lists = lists.map(|all| all.remove(&asset.id).unwrap_or_default().join("; "));
                let place = places.remove(&asset.id).map(|place| place.name);
                self.page.push_back(row(&asset, lists, place, there));
            }
        }
        Ok(())
    }
}

impl RowSource for Rows<'_> {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn next(&mut self) -> Option<Vec<Cell>> {
        if let Err(error) = self.fetch() {
            self.photos.report.note(format!("The table ends early: {error}"));
            self.ids = &[];
        }
        self.page.pop_front()
    }
}

/// `lists` are its albums, people and keywords.
fn row(asset: &Asset, lists: [String; 3], place: Option<String>, there: bool) -> Vec<Cell> {
    let text = |value: Option<String>| value.map_or(Cell::Empty, Cell::Text);
    let time = |value: Option<i64>| value.map_or(Cell::Empty, Cell::Time);
    let number = |value: Option<f64>| value.map_or(Cell::Empty, Cell::Number);
    let pixels = |value: Option<u32>| value.map_or(Cell::Empty, |value| Cell::Integer(value.into()));
    let kind = match asset.kind() {
        TileKind::Photo => "photo",
        TileKind::Video => "video",
        TileKind::Live => "live photo",
    };
    let position = asset.position();
    let [albums, people, keywords] = lists.map(|list| text(Some(list).filter(|list| !list.is_empty())));
    vec![
        Cell::Text(asset.name()),
        Cell::Text(asset.path()),
        Cell::Text(kind.to_owned()),
        time(asset.when()),
        text(asset.local_time()),
        time(asset.added),
        pixels(asset.width),
        pixels(asset.height),
        number(asset.playing_time()),
        number(position.map(|position| position.0)),
        number(position.map(|position| position.1)),
        Cell::Bool(asset.favourite),
        Cell::Bool(asset.hidden),
        Cell::Bool(asset.deleted),
        text(asset.caption.clone().or_else(|| asset.title.clone())),
        albums,
        people,
        keywords,
        text(place),
        text((!there).then(|| asset.why_missing().to_owned())),
        text(asset.uuid.clone()),
    ]
}
