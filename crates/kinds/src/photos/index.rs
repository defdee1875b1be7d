//! What a search finds.

use super::asset::Asset;
use super::{Photos, failed};
use crate::{IndexCard, Result, digest};

/// Pictures handled at a time.
const PAGE: usize = 512;

impl Photos {
    /// A card for every picture the phone itself would find: not the hidden ones, not those in "Recently Deleted".
    pub(super) fn index_cards(&mut self, sink: &mut dyn FnMut(IndexCard)) -> Result<()> {
        let sql = "SELECT id FROM photo WHERE NOT deleted AND NOT hidden ORDER BY id";
        let mut statement = self.library.prepare(sql).map_err(failed)?;
        let ids = statement.query_map([], |row| row.get(0)).map_err(failed)?;
        let ids: Vec<i64> = ids.collect::<rusqlite::Result<_>>().map_err(failed)?;
        drop(statement);
        let mut read = 0;
        for page in ids.chunks(PAGE) {
            let mut albums = self.albums_of(page)?;
            let (mut people, mut keywords) = (self.people_of(page)?, self.keywords_of(page)?);
            let places = self.places_of(page)?;
            for asset in self.assets(page)? {
                let mut words = albums.remove(&asset.id).unwrap_or_default();
                words.extend([&mut people, &mut keywords].into_iter().flat_map(|all| all.remove(&asset.id)).flatten());
                words.extend(places.get(&asset.id).map(|place| place.name.clone()));
                sink(card(&asset, words));
                read += 1;
            }
        }
        self.report.read = read;
        Ok(())
    }
}

/// `words` are found as well as its own texts.
fn card(asset: &Asset, words: Vec<String>) -> IndexCard {
    let title = asset.name();
    let key = asset.uuid.clone().unwrap_or_else(|| asset.path());
    let texts = asset.title.iter().chain(asset.caption.iter()).chain(words.iter());
    let text = texts.map(String::as_str).collect::<Vec<_>>().join("\n");
    let facts = [asset.when(), asset.modified, Some(asset.favourite.into())];
    let facts = facts.map(|fact| fact.map(|number| number.to_string()).unwrap_or_default());
    let digest = digest([title.as_str(), &asset.path(), &text].into_iter().chain(facts.iter().map(String::as_str)));
    IndexCard { key, opens: asset.id, title, text, when: asset.when(), digest }
}
