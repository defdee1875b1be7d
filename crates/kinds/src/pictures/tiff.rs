//! The few fields of a TIFF structure that are read or set here: of Exif data, and of raw photos (DNG), which are TIFF files.
//!
//! A structure is a header (`II*\0` or `MM\0*` and where the first directory is) and directories of entries with a tag, a
//! type, a count and a value or where that is (TIFF 6.0). Nothing in it is trusted: every place is looked at before it is read, and
//! directories are limited in number and length.

use std::ops::Range;

/// The most entries of a directory; cameras write up to a hundred.
const MAX_ENTRIES: usize = 1024;

/// The most directories that are looked into; raw photos have three to six.
const MAX_DIRECTORIES: usize = 32;

const COMPRESSION: u16 = 0x0103;
const PHOTOMETRIC: u16 = 0x0106;
const STRIPS: u16 = 0x0111;
const STRIP_LENGTHS: u16 = 0x0117;
const INSIDE: u16 = 0x014a;
const JPEG: u16 = 0x0201;
const JPEG_LENGTH: u16 = 0x0202;
const ORIENTATION: u16 = 0x0112;
const EXIF: u16 = 0x8769;
const PIXEL_X: u16 = 0xa002;
const PIXEL_Y: u16 = 0xa003;

const SHORT: u16 = 3;
const LONG: u16 = 4;

/// Reads a TIFF structure.
#[derive(Clone, Copy)]
pub struct Tiff<'a> {
    data: &'a [u8],
    big_endian: bool,
}

/// One entry of a directory.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub tag: u16,
    kind: u16,
    count: u32,
    /// Where its value is, or where the place of its value is.
    at: usize,
}

impl<'a> Tiff<'a> {
    pub fn read(data: &'a [u8]) -> Option<Tiff<'a>> {
        let big_endian = match data.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Tiff { data, big_endian })
    }

    /// Where the first directory is.
    pub fn first(&self) -> Option<usize> {
        self.long(4).map(|at| at as usize)
    }

    /// The entries of the directory at a place.
    pub fn fields(&self, directory: usize) -> Vec<Field> {
        let count = self.short(directory).map_or(0, usize::from).min(MAX_ENTRIES);
        let field = |number: usize| {
            let at = directory.checked_add(2 + number * 12)?;
            let (tag, kind) = (self.short(at)?, self.short(at.checked_add(2)?)?);
            let field = Field { tag, kind, count: self.long(at.checked_add(4)?)?, at: at.checked_add(8)? };
            self.data.get(field.at..field.at.checked_add(4)?).map(|_| field)
        };
        (0..count).map_while(field).collect()
    }

    /// The number in an entry, or the first of them where they fit into it.
    pub fn number(&self, field: Field) -> Option<u32> {
        match (field.kind, field.count) {
            (SHORT, 1..=2) => self.short(field.at).map(u32::from),
            (LONG, 1) => self.long(field.at),
            _ => None,
        }
    }

    /// The numbers of an entry, at most so many.
    pub fn numbers(&self, field: Field, most: usize) -> Vec<u32> {
        let size = if field.kind == SHORT { 2 } else { 4 };
        if !matches!(field.kind, SHORT | LONG) {
            return Vec::new();
        }
        let count = usize::try_from(field.count).unwrap_or(usize::MAX).min(most);
        let from = if count * size <= 4 { Some(field.at) } else { self.long(field.at).map(|at| at as usize) };
        let value = |number: usize| {
            let at = from?.checked_add(number * size)?;
            if size == 2 { self.short(at).map(u32::from) } else { self.long(at) }
        };
        (0..count).map_while(value).collect()
    }

    /// The directory after one with so many entries.
    fn next(&self, directory: usize, entries: usize) -> Option<usize> {
        let at = self.long(directory.checked_add(2 + entries * 12)?)?;
        (at != 0).then_some(at as usize)
    }

    /// Where the picture of a directory is, when it is a JPEG that any program shows.
    fn jpeg(&self, fields: &[Field]) -> Option<Range<usize>> {
        const YCBCR: u32 = 6;
        const OLD_JPEG: u32 = 6;
        const NEW_JPEG: u32 = 7;
        let number = |tag: u16| fields.iter().find(|field| field.tag == tag).and_then(|field| self.number(*field));
        let (from, length) = match (number(JPEG), number(JPEG_LENGTH)) {
            (Some(from), Some(length)) => (from, length),
            _ if matches!(number(COMPRESSION), Some(OLD_JPEG | NEW_JPEG)) && number(PHOTOMETRIC) == Some(YCBCR) => {
                (number(STRIPS)?, number(STRIP_LENGTHS)?)
            }
            _ => return None,
        };
        let range = from as usize..(from as usize).checked_add(length as usize)?;
        self.data.get(range.clone())?.starts_with(b"\xff\xd8\xff").then_some(range)
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes: [u8; 2] = self.data.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes: [u8; 4] = self.data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

/// The largest JPEG preview inside a raw photo, and how the camera was held (as in Exif data, 1 being upright).
///
/// A preview is a directory whose picture is one JPEG of ordinary colours; the raw picture itself, which is often a lossless
/// JPEG, has colours of its own (DNG 1.7, chapter 4).
pub fn preview(file: &[u8]) -> Option<(Range<usize>, u8)> {
    let tiff = Tiff::read(file)?;
    let first = tiff.first()?;
    let held = tiff.fields(first).into_iter().find(|field| field.tag == ORIENTATION);
    let held = held.and_then(|field| tiff.number(field)).and_then(|held| u8::try_from(held).ok()).unwrap_or(1);
    let mut directories = vec![first];
    let mut best: Option<Range<usize>> = None;
    for looked_at in 0..MAX_DIRECTORIES {
        let Some(directory) = directories.get(looked_at).copied() else { break };
        let fields = tiff.fields(directory);
        for field in fields.iter().filter(|field| field.tag == INSIDE) {
            directories.extend(tiff.numbers(*field, MAX_DIRECTORIES).into_iter().map(|at| at as usize));
        }
        directories.extend(tiff.next(directory, fields.len()));
        let found = tiff.jpeg(&fields).filter(|found| best.as_ref().is_none_or(|best| best.len() < found.len()));
        best = found.or(best);
    }
    best.map(|best| (best, held))
}

/// Makes Exif data say that the picture is upright and has so many pixels; what does not say so is left as it is.
pub fn set_upright(exif: &mut [u8], (width, height): (u32, u32)) {
    let Some(tiff) = Tiff::read(exif) else { return };
    let main = tiff.first().map(|at| tiff.fields(at)).unwrap_or_default();
    let inner = main.iter().find(|field| field.tag == EXIF).and_then(|field| tiff.number(*field));
    let inner = inner.map(|at| tiff.fields(at as usize)).unwrap_or_default();
    let big_endian = tiff.big_endian;
    let turned = main.iter().filter(|field| field.tag == ORIENTATION).map(|field| (*field, 1));
    let sized = inner.iter().filter_map(|field| match field.tag {
        PIXEL_X => Some((*field, width)),
        PIXEL_Y => Some((*field, height)),
        _ => None,
    });
    let changes: Vec<(Field, u32)> = turned.chain(sized).collect();
    for (field, value) in changes.into_iter().filter(|(field, _)| field.count == 1) {
        let bytes = match (field.kind, big_endian) {
            (SHORT, true) => (value as u16).to_be_bytes().to_vec(),
            (SHORT, false) => (value as u16).to_le_bytes().to_vec(),
            (LONG, true) => value.to_be_bytes().to_vec(),
            (LONG, false) => value.to_le_bytes().to_vec(),
            _ => continue,
        };
        // Looked at by `fields`: four bytes are there.
        exif[field.at..field.at + bytes.len()].copy_from_slice(&bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with these entries (tag, type, value) and the place of the next one.
    fn directory(entries: &[(u16, u16, u32)], next: u32) -> Vec<u8> {
        let mut bytes = (entries.len() as u16).to_le_bytes().to_vec();
        for (tag, kind, value) in entries {
            bytes.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
            bytes.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
        }
        bytes.extend(next.to_le_bytes());
        bytes
    }

    /// A raw photo: a small preview first, the raw picture inside it, a larger preview behind it.
    fn raw(small: &[u8], large: &[u8]) -> Vec<u8> {
        const LENGTH: u32 = 4096;
        let [inside, next, pixels] = [200, 400, 600];
        let at = LENGTH + small.len() as u32;
        let first = [
            (COMPRESSION, SHORT, 7),
            (PHOTOMETRIC, SHORT, 6),
            (STRIPS, LONG, LENGTH),
            (ORIENTATION, SHORT, 6),
            (STRIP_LENGTHS, LONG, small.len() as u32),
            (INSIDE, LONG, inside),
        ];
        // Lossless, of the colours of the sensor: no preview, however large.
        let sensor = [
            (COMPRESSION, SHORT, 7),
            (PHOTOMETRIC, SHORT, 34_892),
            (STRIPS, LONG, pixels),
            (STRIP_LENGTHS, LONG, 3000),
        ];
        let last = [(JPEG, LONG, at), (JPEG_LENGTH, LONG, large.len() as u32)];
        let mut file = [b"II*\0".as_slice(), &8_u32.to_le_bytes()].concat();
        for (place, entries, next) in [(8, first.as_slice(), next), (inside, &sensor, 0), (next, &last, 8)] {
            file.resize(place as usize, 0);
            file.extend(directory(entries, next));
        }
        file.resize(pixels as usize, 0);
        file.extend(b"\xff\xd8\xff");
        file.resize(LENGTH as usize, 1);
        [file.as_slice(), small, large].concat()
    }

    #[test]
    fn the_largest_preview_of_a_raw_photo_is_found() {
        let (small, large) = (b"\xff\xd8\xffsmall".as_slice(), b"\xff\xd8\xfflarger".as_slice());
        let file = raw(small, large);
        let (range, held) = preview(&file).unwrap();
        assert_eq!((&file[range], held), (large, 6));
        // The larger one is cut off: the smaller one is taken.
        let cut = &file[..file.len() - 2];
        assert_eq!(&cut[preview(cut).unwrap().0], small);
        assert_eq!(preview(b"II*\0\x08\0\0\0"), None);
        assert_eq!(preview(b"MM\0*\xff\xff\xff\xff"), None);
    }

    #[test]
    fn exif_data_is_made_upright() {
        let mut exif = [b"II*\0".as_slice(), &8_u32.to_le_bytes()].concat();
        exif.extend(directory(&[(ORIENTATION, SHORT, 6), (EXIF, LONG, 60)], 0));
        exif.resize(60, 0);
        exif.extend(directory(&[(PIXEL_X, LONG, 4032), (PIXEL_Y, SHORT, 3024)], 0));
        set_upright(&mut exif, (3024, 4032));
        let tiff = Tiff::read(&exif).unwrap();
        let values = |at| -> Vec<Option<u32>> { tiff.fields(at).into_iter().map(|field| tiff.number(field)).collect() };
        assert_eq!((values(8), values(60)), (vec![Some(1), Some(60)], vec![Some(3024), Some(4032)]));
        let nonsense = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03".to_vec();
        let mut same = nonsense.clone();
        set_upright(&mut same, (1, 1));
        assert_eq!(same, nonsense);
    }
}
