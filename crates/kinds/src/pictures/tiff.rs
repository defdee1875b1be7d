//! The few fields of a TIFF structure that are read or set here: of Exif data, and of raw photos (DNG), which are TIFF files.
//!
//! A structure is a header (`II*\0` or `MM\0*` and where the first directory is) and directories of entries with a tag, a
//! type, a count and a value or where that is (TIFF 6.0). Nothing in it is trusted: every place is looked at before it is read, and
//! directories are limited in number and length.

/// The most entries of a directory; cameras write up to a hundred.
const MAX_ENTRIES: usize = 1024;

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

    fn short(&self, at: usize) -> Option<u16> {
        let bytes: [u8; 2] = self.data.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes: [u8; 4] = self.data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
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
