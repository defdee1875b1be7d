//! The photos as every kind shows its items: cards, documents, rows.

use std::path::Path;

use export::{Block, Card, Document, Field, FieldKind, RowSource, Written};

use super::asset::Asset;
use super::export::FOLDER;
use super::rows::Rows;
use super::{Photos, Tile, TileKind};
use crate::{Error, IndexCard, Media, MediaSize, Progress, Query, Reader, Report, Result, export_table};

impl Photos {
    /// The squares of the grid: same order, unknown ids left out. Meant for a page of ids, not for the whole library.
    pub fn tiles(&mut self, ids: &[i64]) -> Result<Vec<Tile>> {
        let mut tiles = Vec::with_capacity(ids.len());
        for asset in self.assets(ids)? {
            let there = asset.original(&self.backup)?.is_some();
            tiles.push(Tile {
                id: asset.id,
                when: asset.when(),
                local_day: asset.local_day(),
                kind: asset.kind(),
                duration: asset.playing_time(),
                favourite: asset.favourite,
                width: asset.width,
                height: asset.height,
                picture: format!("photo/{}", asset.id),
                missing: (!there).then(|| asset.why_missing().to_owned()),
                edited: asset.edited,
                cloud: !there && asset.in_cloud,
                burst: asset.burst.is_some(),
                raw: asset.is_raw(),
            });
        }
        Ok(tiles)
    }

    pub(super) fn assets(&mut self, ids: &[i64]) -> Result<Vec<Asset>> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            match self.asset(*id) {
                Ok(asset) => found.extend(asset),
                Err(_) => self.report.skip("a picture whose row is damaged"),
            }
        }
        Ok(found)
    }
}

impl Reader for Photos {
    fn count(&mut self) -> Result<u64> {
        Ok(self.tally()?.shown.into())
    }

    fn ids(&mut self, query: &Query) -> Result<Vec<i64>> {
        Photos::ids(self, query)
    }

    fn cards(&mut self, ids: &[i64]) -> Result<Vec<Card>> {
        Ok(self.assets(ids)?.iter().map(card).collect())
    }

    fn document(&mut self, id: i64) -> Result<Option<Document>> {
        let Some(found) = self.details(id)? else {
            return Ok(None);
        };
        let size = found.width.zip(found.height).map(|(width, height)| format!("{width} × {height}"));
        let fields = [
            ("Taken", found.local_time.clone()),
            ("Size", size),
            ("Camera", found.camera),
            ("Lens", found.lens),
            ("Exposure", found.exposure),
            ("Place", found.place_name),
            ("Position", found.place.map(|place| format!("{:.5}, {:.5}", place.latitude, place.longitude))),
            ("People", listed(found.people)),
            ("Keywords", listed(found.keywords)),
            ("Albums", listed(found.albums)),
            ("Title", found.title),
            ("On the phone", Some(found.path)),
        ];
        let fields = fields.into_iter().filter_map(|(label, value)| Some(Field::text(label, value?)));
        let mut blocks = vec![Block::Picture { media: found.media.clone(), caption: found.caption.clone() }];
        blocks.extend(found.missing.clone().map(Block::Text));
        blocks.push(Block::Fields(fields.collect()));
        if let Some(when) = found.when.and_then(export::iso_time)
            && let Some(Block::Fields(fields)) = blocks.last_mut()
        {
            fields.insert(0, Field::new("Instant", when, FieldKind::Time));
        }
        let media = found.missing.is_none().then_some(found.media.clone());
        blocks.push(Block::File { name: found.name.clone(), size: found.size, media });
        if let Some(live) = found.live {
            blocks.push(Block::File { name: "Live Photo video".into(), size: None, media: Some(live) });
        }
        Ok(Some(Document { title: found.name, subtitle: found.local_time, picture: Some(found.media), blocks }))
    }

    fn rows<'a>(&'a mut self, ids: &'a [i64]) -> Result<Box<dyn RowSource + 'a>> {
        Ok(Box::new(Rows::new(self, ids)))
    }

    fn export(&mut self, ids: &[i64], format: &str, to: &Path, run: &mut dyn Progress) -> Result<Written> {
        match format {
            FOLDER => self.export_folder(ids, to, run),
            "csv" | "json" => export_table(self, ids, format, to, "Photos", run),
            _ => Err(Error::UnknownFormat { kind: "Photos", format: format.to_owned() }),
        }
    }

    fn media(&mut self, path: &str, want: MediaSize) -> Result<Option<Media>> {
        self.media_at(path, want)
    }

    fn index(&mut self, sink: &mut dyn FnMut(IndexCard)) -> Result<()> {
        self.index_cards(sink)
    }

    fn report(&self) -> Report {
        self.report.clone()
    }

    fn as_photos(&mut self) -> Option<&mut Photos> {
        Some(self)
    }
}

fn listed(names: Vec<String>) -> Option<String> {
    (!names.is_empty()).then(|| names.join(", "))
}

fn card(asset: &Asset) -> Card {
    let badges = [
        (asset.video, "video"),
        (asset.kind() == TileKind::Live, "live"),
        (asset.favourite, "favourite"),
        (asset.hidden, "hidden"),
        (asset.deleted, "deleted"),
    ];
    Card {
        id: asset.id,
        title: asset.name(),
        subtitle: asset.local_time(),
        text: asset.title.clone().or_else(|| asset.caption.clone()),
        when: asset.when(),
        picture: Some(format!("photo/{}", asset.id)),
        badges: badges.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_owned()).collect(),
    }
}
