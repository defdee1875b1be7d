//! After a commit: the content a new version has replaced at some paths becomes a delta against the new one.

use tracing::{debug, warn};

use crate::barrier::flush_folder;
use crate::error::{at, writing};
use crate::fault::{left_out, point};
use crate::layout::Hash;
use crate::list::{EntryKind, OBJECT, Row};
use crate::session::Session;
use crate::{Error, ObjectDamage, Result, delta, objects, record};

/// Smaller files are not worth it, in bytes.
const LEAST: u64 = if cfg!(test) { 16 << 10 } else { 1 << 20 };

impl Session {
    /// Replaces the older content of these paths by deltas. The new version is safe already: a failure only costs space.
    pub(crate) fn thin(&self, paths: &[String]) {
        for path in paths {
            match self.thin_one(path) {
                Ok(Some((size, length))) => debug!(path, size, length, "older content is a delta now"),
                Ok(None) => {}
                Err(error) => warn!(path, %error, "older content stays whole"),
            }
        }
    }

    /// The sizes before and after, if the older content is a delta now.
    fn thin_one(&self, path: &str) -> Result<Option<(u64, u64)>> {
        let new = self.tree.find(path).map(|node| self.tree.row(node));
        let old = self.previous().and_then(|list| list.find(path).map(|index| *list.row(index)));
        let (Some(new), Some(old)) = (new.filter(is_whole), old.filter(is_whole)) else { return Ok(None) };
        let layout = &self.store.0.layout;
        let there = |row: &Row| objects::look(&layout.object(&row.hash), row.size).is_ok();
        if old.hash == new.hash || old.size < LEAST || !there(&old) || !there(&new) {
            return Ok(None);
        }
        let Some(behind) = self.behind(path, &old.hash)?.filter(|behind| *behind < delta::LONGEST) else {
            return Ok(None);
        };
        let part = self.objects.part()?;
        let length = delta::write(&part.file, layout, (&old.hash, old.size), (&new.hash, new.size), behind)
            .map_err(writing(&part.path, old.size))?;
        if length > old.size / 2 {
            return Ok(None);
        }
        part.file.sync_all().map_err(writing(&part.path, length))?;
        point("delta written");
        let damaged = |damage: ObjectDamage| Error::ObjectDamaged { path: path.to_owned(), damage };
        if !left_out("delta check") {
            delta::makes(&part.path, layout, &old.hash, old.size).map_err(damaged)?;
        }
        self.objects.take_delta(part, &old.hash)?;
        let object = layout.object(&old.hash);
        flush_folder(object.parent().unwrap_or(&object))?;
        point("delta durable");
        // From here on the content can be put together; the whole copy may go.
        objects::remove(&object).map_err(at(&object))?;
        point("whole copy gone");
        Ok(Some((old.size, length)))
    }

    /// How many deltas in a row lean on the content `hash` of the last version; `None` when that cannot be told.
    ///
    /// Only the version before it can have one, as each is made against the next newer.
    fn behind(&self, path: &str, hash: &Hash) -> Result<Option<u32>> {
        let Some(newest) = &self.newest else { return Ok(None) };
        let before = newest.0.header.base;
        if before == 0 {
            return Ok(Some(0));
        }
        let Some(file) = self.store.all_records_of(&self.udid)?.into_iter().find(|file| file.seq == before) else {
            return Ok(None);
        };
        let mut earlier = None;
        let read = record::read(&file.path, &self.udid, &self.store.0.keys, &mut |(found, row, _)| {
            if found == path {
                earlier = Some(row.hash);
            }
            Ok(())
        });
        if read.is_err() {
            return Ok(None);
        }
        let leans = earlier.map(|earlier| delta::header(&self.store.0.layout.delta(&earlier)));
        Ok(Some(match leans {
            Some(Ok(header)) if header.base == *hash => header.behind + 1,
            _ => 0,
        }))
    }
}

fn is_whole(row: &Row) -> bool {
    row.kind == EntryKind::File && row.codec == OBJECT
}
