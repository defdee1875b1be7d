//! Writing the files of one picture.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::super::asset::{Asset, split};
use super::super::places::Words;
use super::super::{Album, Photos};
use super::earlier;
use super::layout::{self, Facts};
use super::part::{self, Part};
use super::{Error, Export, Folders, Progress, Result, sidecar};
use crate::pictures;

/// Which picture of the export is at hand, and who is told.
pub struct At<'a> {
    pub done: u64,
    pub total: u64,
    pub run: &'a mut dyn Progress,
}

impl At<'_> {
    /// [`Error::Cancelled`] when the person wants to stop.
    pub fn go_on(&mut self) -> Result<()> {
        if self.run.step(self.done, self.total) { Ok(()) } else { Err(Error::Cancelled) }
    }
}

/// What is known of a picture beside its row.
pub struct About<'a> {
    pub albums: Vec<&'a Album>,
    pub people: Vec<String>,
    pub keywords: Vec<String>,
    pub place: Option<Words>,
}

/// What became of a file.
enum Outcome {
    Written(PathBuf),
    There(PathBuf),
    /// Could not be read; that was noted.
    Skipped,
}

impl Export {
    /// Writes what is wanted of one picture, as far as it is not there.
    pub(super) fn picture(&mut self, photos: &Photos, asset: &Asset, about: &About, at: &mut At) -> Result<()> {
        let (parts, missing) = part::parts(asset, self.wishes.content, &photos.backup)?;
        if let Some(why) = missing {
            self.folder.skip(asset.name(), why);
        }
        let (mut written, mut there) = (false, false);
        let mut done = Vec::new();
        for (folder, album) in layout::folders(self.wishes.folders, asset, &about.albums) {
            let folder = self.stems.folder(folder);
            // Two albums of one name share a folder.
            if done.contains(&folder) {
                continue;
            }
            let facts = Facts { asset, album: album.as_deref(), number: (at.done + 1, at.total) };
            let stem = layout::stem(self.pattern.as_ref(), &facts);
            let outcomes = self.files(photos, asset, &parts, (&folder, &stem), at)?;
            written |= outcomes.iter().any(|outcome| matches!(outcome, Outcome::Written(_)));
            there |= outcomes.iter().any(|outcome| matches!(outcome, Outcome::There(_)));
            if self.wishes.sidecars {
                self.sidecars(asset, about, &parts, &outcomes)?;
            }
            done.push(folder);
        }
        self.items += u64::from(written);
        self.there += u64::from(there && !written);
        Ok(())
    }

    /// The files of a picture in one folder, all under one name.
    fn files(
        &mut self,
        photos: &Photos,
        asset: &Asset,
        parts: &[Part],
        (folder, stem): (&str, &str),
        at: &mut At,
    ) -> Result<Vec<Outcome>> {
        let within = (self.wishes.folders == Folders::Album).then(|| Path::new(folder));
        let mut found = Vec::with_capacity(parts.len());
        for part in parts {
            found.push(self.earlier_file(photos, part, within, at)?);
        }
        // What is missing of a picture goes beside what is there of it.
        let beside = parts.iter().zip(&found).find_map(|(part, found)| name_of(found.as_deref()?, part));
        let (folder, stem) = match beside {
            Some(beside) => beside,
            None if parts.is_empty() => return Ok(Vec::new()),
            None => (folder.to_owned(), self.stems.claim(folder, stem)),
        };
        let mut outcomes = Vec::with_capacity(parts.len());
        for (part, found) in parts.iter().zip(found) {
            outcomes.push(match found {
                Some(path) => Outcome::There(path),
                None => self.one(photos, asset, part, (&folder, &stem), at)?,
            });
        }
        Ok(outcomes)
    }

    /// Where an earlier run has put that file.
    fn earlier_file(
        &mut self,
        photos: &Photos,
        part: &Part,
        within: Option<&Path>,
        at: &mut At,
    ) -> Result<Option<PathBuf>> {
        if self.wishes.again.is_none() {
            return Ok(None);
        }
        let Ok(stat) = photos.backup.stat(&part.entry) else { return Ok(None) };
        if let Some(path) = self.earlier.of_key(self.key(photos, part), within) {
            return Ok(Some(path.to_owned()));
        }
        if !self.earlier.any_of_size(stat.size) {
            return Ok(None);
        }
        let Ok(source) = photos.backup.read(&part.entry) else { return Ok(None) };
        let mut source = Watched::new(source, at);
        let digest = earlier::hash(&mut source);
        if source.cancelled {
            return Err(Error::Cancelled);
        }
        Ok(digest.ok().and_then(|digest| self.earlier.of_content(stat.size, digest, within)))
    }

    /// Stands for a file of the phone in this state, and for what is made of it.
    fn key(&self, photos: &Photos, part: &Part) -> u64 {
        let stat = photos.backup.stat(&part.entry).unwrap_or_default();
        let made = self.wishes.jpeg.filter(|_| part.is_picture()).map(|quality| format!("JPEG {quality}"));
        let facts = [stat.size.to_string(), stat.modified.unwrap_or_default().to_string(), made.unwrap_or_default()];
        crate::digest([part.entry.path.as_str()].into_iter().chain(facts.iter().map(String::as_str)))
    }

    fn one(
        &mut self,
        photos: &Photos,
        asset: &Asset,
        part: &Part,
        (folder, stem): (&str, &str),
        at: &mut At,
    ) -> Result<Outcome> {
        let named = |ending: &str| {
            let dot = if ending.is_empty() { "" } else { "." };
            let name = format!("{stem}{}{dot}{ending}", part.suffix);
            if folder.is_empty() { name } else { format!("{folder}/{name}") }
        };
        if let Some(quality) = self.wishes.jpeg.filter(|_| part.is_picture()) {
            match made(photos, part, quality) {
                Ok(None) => {}
                Ok(Some(bytes)) => {
                    let digest = earlier::hash(&bytes[..]).unwrap_or_default();
                    let within = (self.wishes.folders == Folders::Album).then(|| Path::new(folder));
                    if let Some(path) = self.earlier.of_content(bytes.len() as u64, digest, within) {
                        return Ok(Outcome::There(path));
                    }
                    return self.put(photos, asset, part, &named("jpg"), &mut &bytes[..], at);
                }
                Err(why) => {
                    self.folder.skip(named(&part.ending), format!("it is exported as it is, not as JPEG: {why}"))
                }
            }
        }
        match photos.backup.read(&part.entry) {
            Ok(mut source) => self.put(photos, asset, part, &named(&part.ending), &mut source, at),
            Err(error) => {
                self.folder.skip(named(&part.ending), error.to_string());
                Ok(Outcome::Skipped)
            }
        }
    }

    /// Writes one file and notes it in the log.
    fn put(
        &mut self,
        photos: &Photos,
        asset: &Asset,
        part: &Part,
        name: &str,
        source: &mut dyn Read,
        at: &mut At,
    ) -> Result<Outcome> {
        let mut source = Watched::new(source, at);
        source.before = self.folder.bytes();
        let added = self.folder.add(name, asset.when(), &mut source);
        if source.cancelled {
            return Err(Error::Cancelled);
        }
        let digest = earlier::short(&source.hasher);
        match added {
            Ok(path) => {
                let key = self.key(photos, part);
                self.log.add(self.folder.path(), &path, digest, key, &part.entry.path)?;
                Ok(Outcome::Written(path))
            }
            Err(export::Error::Read { source, .. }) => {
                self.folder.skip(name, format!("it could not be read: {source}"));
                Ok(Outcome::Skipped)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes what is known of a picture beside each of its files that has none yet.
    fn sidecars(&mut self, asset: &Asset, about: &About, parts: &[Part], outcomes: &[Outcome]) -> Result<()> {
        for (_, outcome) in parts.iter().zip(outcomes).filter(|(part, _)| part.main) {
            let (Outcome::Written(path) | Outcome::There(path)) = outcome else { continue };
            let name = format!("{}.xmp", path.to_string_lossy().replace('\\', "/"));
            if self.folder.path().join(&name).symlink_metadata().is_err() {
                self.folder.add(&name, None, &mut sidecar::xmp(asset, about).as_bytes())?;
            }
        }
        Ok(())
    }
}

/// A JPEG made of a HEIC; `None` where the file is none, and the reason where that fails.
fn made(photos: &Photos, part: &Part, quality: u8) -> std::result::Result<Option<Vec<u8>>, String> {
    let mut source = photos.backup.read(&part.entry).map_err(|error| error.to_string())?;
    match pictures::jpeg_of_heic(&mut source, quality) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(pictures::Unreadable::Unknown) => Ok(None),
        Err(why) => Err(why.to_string()),
    }
}

/// Folder and name without ending of the picture to which a file that is there belongs.
fn name_of(path: &Path, part: &Part) -> Option<(String, String)> {
    let folder = path.parent()?.to_string_lossy().replace('\\', "/");
    let stem = split(path.file_name()?.to_str()?).0;
    Some((folder, stem.strip_suffix(part.suffix).unwrap_or(stem).to_owned()))
}

/// A source that is hashed as it is read, and that ends with an error once the person wants to stop.
struct Watched<'a, 'b, R> {
    inner: R,
    at: &'a mut At<'b>,
    hasher: blake3::Hasher,
    /// Bytes written before this file.
    before: u64,
    read: u64,
    cancelled: bool,
}

impl<'a, 'b, R: Read> Watched<'a, 'b, R> {
    fn new(inner: R, at: &'a mut At<'b>) -> Watched<'a, 'b, R> {
        Watched { inner, at, hasher: blake3::Hasher::new(), before: 0, read: 0, cancelled: false }
    }
}

impl<R: Read> Read for Watched<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at.go_on().is_err() {
            self.cancelled = true;
            return Err(io::Error::other("cancelled"));
        }
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.read += count as u64;
        self.at.run.wrote(self.before + self.read);
        Ok(count)
    }
}
