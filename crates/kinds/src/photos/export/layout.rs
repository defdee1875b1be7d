//! Where a picture goes, and under which name.

use std::collections::HashMap;
use std::path::Path;

use export::names::{beginning, safe_component};
use unicode_normalization::UnicodeNormalization;

use super::super::Album;
use super::super::asset::{Asset, split};
use super::{Error, Folders, Result};

/// The longest name without ending, in bytes: ` (edited)`, a number, `.HEIC` and `.xmp` find room behind it.
const MOST: usize = 150;
/// The longest pattern, in bytes.
const MOST_PATTERN: usize = 200;
/// Stands for the day of a picture whose time is not known.
const NO_DATE: &str = "No Date";
/// Stands for the album of a picture that is in none.
const NO_ALBUM: &str = "No Album";

/// How files are called.
pub struct Pattern(Vec<Piece>);

enum Piece {
    Text(String),
    Name,
    Date,
    Time,
    Number,
    Album,
}

/// What a name is made of.
pub struct Facts<'a> {
    pub asset: &'a Asset,
    pub album: Option<&'a str>,
    /// Which one of the export this is, from 1, and how many there are.
    pub number: (u64, u64),
}

impl Pattern {
    /// Reads a pattern; [`Error::NamePattern`] with the reason when it is none.
    pub fn read(pattern: &str) -> Result<Pattern> {
        let wrong = |why: &str| Error::NamePattern {
            pattern: beginning(pattern, MOST_PATTERN).to_owned(),
            why: why.to_owned(),
        };
        if pattern.trim().is_empty() {
            return Err(wrong("it is empty"));
        }
        if pattern.len() > MOST_PATTERN {
            return Err(wrong("it is too long"));
        }
        let mut pieces = Vec::new();
        let mut rest = pattern;
        while let Some((text, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| wrong("a { is not closed"))?;
            pieces.extend((!text.is_empty()).then(|| Piece::Text(text.to_owned())));
            pieces.push(match name {
                "name" => Piece::Name,
                "date" => Piece::Date,
                "time" => Piece::Time,
                "number" => Piece::Number,
                "album" => Piece::Album,
                _ => return Err(wrong(&format!("there is no {{{name}}}"))),
            });
            rest = after;
        }
        if rest.contains('}') || pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if text.contains('}'))) {
            return Err(wrong("a } belongs to no {"));
        }
        pieces.extend((!rest.is_empty()).then(|| Piece::Text(rest.to_owned())));
        Ok(Pattern(pieces))
    }

    fn stem(&self, facts: &Facts) -> String {
        let clock = facts.asset.local_time();
        // `2026-11-22 14:03:59 +01:00`; colons are no part of names.
        let part = |from: usize, to: usize| clock.as_deref().and_then(|clock| clock.get(from..to));
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Name => split(&facts.asset.name()).0.to_owned(),
            Piece::Date => part(0, 10).unwrap_or(NO_DATE).to_owned(),
            Piece::Time => part(11, 19).unwrap_or("No Time").replace(':', "-"),
            Piece::Number => {
                let (number, total) = facts.number;
                let width = total.to_string().len().max(4);
                format!("{number:0width$}")
            }
            Piece::Album => facts.album.unwrap_or(NO_ALBUM).to_owned(),
        });
        pieces.collect()
    }
}

/// The safe name without ending that a picture is to have.
pub fn stem(pattern: Option<&Pattern>, facts: &Facts) -> String {
    let stem = match pattern {
        Some(pattern) => pattern.stem(facts),
        None => split(&facts.asset.name()).0.to_owned(),
    };
    let safe = safe_component(&stem);
    safe_component(beginning(&safe, MOST))
}

/// The folders a picture comes into, each with the title of the album it stands for.
pub fn folders(folders: Folders, asset: &Asset, albums: &[&Album]) -> Vec<(String, Option<String>)> {
    let day = asset.local_day();
    let first = || albums.first().map(|album| album.title.clone());
    let dated = |length: usize| vec![(day.get(..length).unwrap_or(NO_DATE).to_owned(), first())];
    match folders {
        Folders::Flat => vec![(String::new(), first())],
        Folders::Day => dated("2024-06-03".len()),
        Folders::Month => dated("2024-06".len()),
        Folders::Album if albums.is_empty() => vec![(NO_ALBUM.to_owned(), None)],
        Folders::Album => albums.iter().map(|album| (path(album), Some(album.title.clone()))).collect(),
    }
}

/// The folder of an album, below the folders it lies in.
fn path(album: &Album) -> String {
    let parts = album.folders.iter().chain([&album.title]);
    parts.map(|part| safe_component(part)).collect::<Vec<_>>().join("/")
}

/// The names without ending that are taken, by folder: all files of a picture share one, and no other picture's do.
#[derive(Default)]
pub struct Stems {
    /// The next number for a name; hashes, so that a million names take little memory.
    taken: HashMap<u64, u64>,
    /// How a folder is written: two that differ in case only are one.
    folders: HashMap<u64, String>,
}

impl Stems {
    /// Notes a file that is there.
    pub fn take(&mut self, path: &Path) {
        let folder = path.parent().map(|folder| folder.to_string_lossy().replace('\\', "/")).unwrap_or_default();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            let stem = split(name).0;
            self.taken.entry(key(&folder, stem)).or_insert(2);
            let plain = stem.strip_suffix(super::part::EDITED).unwrap_or(stem);
            self.taken.entry(key(&folder, plain)).or_insert(2);
        }
        self.folder(folder);
    }

    /// The folder as it was first written.
    pub fn folder(&mut self, folder: String) -> String {
        self.folders.entry(key(&folder, "")).or_insert(folder).clone()
    }

    /// `stem` itself where it is free in that folder, else with the first free number.
    pub fn claim(&mut self, folder: &str, stem: &str) -> String {
        let wished = key(folder, stem);
        let Some(mut next) = self.taken.get(&wished).copied() else {
            self.taken.insert(wished, 2);
            return stem.to_owned();
        };
        loop {
            let chosen = format!("{stem} ({next})");
            next += 1;
            if let std::collections::hash_map::Entry::Vacant(free) = self.taken.entry(key(folder, &chosen)) {
                free.insert(2);
                self.taken.insert(wished, next);
                return chosen;
            }
        }
    }
}

fn key(folder: &str, stem: &str) -> u64 {
    let folded: String = [folder, "/", stem].concat().nfkc().flat_map(char::to_lowercase).collect();
    crate::digest([folded.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_ending_are_numbered() {
        let mut stems = Stems::default();
        assert_eq!(stems.claim("", "IMG_1"), "IMG_1");
        assert_eq!(stems.claim("", "img_1"), "img_1 (2)");
        assert_eq!(stems.claim("", "IMG_1"), "IMG_1 (3)");
        assert_eq!(stems.claim("Paris", "IMG_1"), "IMG_1");
        assert_eq!(stems.claim("", "IMG_1 (2)"), "IMG_1 (2) (2)");
        stems.take(Path::new("Paris/IMG_7 (edited).jpg"));
        assert_eq!(stems.claim("Paris", "IMG_7"), "IMG_7 (2)");
        // As many of one name as there are pictures.
        (0..20_000).for_each(|_| drop(stems.claim("", "same")));
        assert_eq!(stems.claim("", "same"), "same (20001)");
    }

    #[test]
    fn patterns_that_are_none() {
        for wrong in ["", "  ", "{name", "name}", "{nonsense}", "{}", "a}b{name}", &"x".repeat(201)] {
            assert!(matches!(Pattern::read(wrong), Err(Error::NamePattern { .. })), "{wrong}");
        }
        assert!(Pattern::read("{date} {time} {name} {number} {album} - plain").is_ok());
    }
}
