//! Safe file names: what a phone calls a thing is never trusted as a name on this computer.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use unicode_normalization::UnicodeNormalization;

/// The longest name made, in bytes of UTF-8; leaves room for ` (2)` and `.part` under the usual limit of 255.
pub const MAX_BYTES: usize = 200;

/// Deeper paths are cut; their last component always stays.
const MAX_DEPTH: usize = 32;

/// One file or folder name that every system accepts.
///
/// Never empty, never `.` or `..`, no separators or control characters, none of Windows' reserved names, no blank or
/// dot at either end except a leading dot, at most [`MAX_BYTES`] long with the extension kept, in NFC.
pub fn safe_component(name: &str) -> String {
    // What a very long name has between its beginning and its end would be cut anyway.
    let whole: String = ends(name).nfc().map(safe_character).collect();
    let trimmed = whole.trim_end_matches(|c: char| c == '.' || c.is_whitespace()).trim_start();
    let mut safe = if trimmed.is_empty() { "_".to_owned() } else { trimmed.to_owned() };
    if is_reserved(&safe) {
        safe.insert(0, '_');
    }
    if safe.len() > MAX_BYTES {
        safe = shorten(&safe, MAX_BYTES);
    }
    safe
}

/// A relative path whose every component is safe; `..` and absolute paths stay inside.
pub fn safe_relative(path: &str) -> PathBuf {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let kept = match parts.split_last() {
        None => vec!["_"],
        Some((last, folders)) => folders.iter().take(MAX_DEPTH).chain([last]).copied().collect(),
    };
    kept.into_iter().map(safe_component).collect()
}

/// Gives every file of a folder a name of its own, also where case or Unicode form do not count.
#[derive(Default)]
pub struct Names {
    // Hashes, not names: two names with one hash merely get a number, and a million names take little memory.
    taken: HashSet<u64>,
}

impl Names {
    /// The safe name for `name` inside `folder`: itself, or with ` (2)`, ` (3)` … before the extension.
    pub fn claim(&mut self, folder: &str, name: &str) -> String {
        let safe = safe_component(name);
        let mut chosen = safe.clone();
        let mut number = 2;
        while !self.taken.insert(fold(folder, &chosen)) {
            chosen = numbered(&safe, number);
            number += 1;
        }
        chosen
    }
}

/// `name (2).ext`, within [`MAX_BYTES`] plus the number.
pub fn numbered(name: &str, number: u64) -> String {
    let (stem, extension) = split_extension(name);
    format!("{stem} ({number}){extension}")
}

/// The longest beginning of a text that is at most `bytes` long and ends between characters.
pub fn beginning(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

/// A name without the middle of an absurdly long one.
fn ends(name: &str) -> String {
    const END: usize = 512;
    if name.len() <= 4 * END {
        return name.to_owned();
    }
    let last: Vec<char> = name.chars().rev().take(END).collect();
    name.chars().take(END).chain(last.into_iter().rev()).collect()
}

fn fold(folder: &str, name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for text in [folder, name] {
        text.nfkc().flat_map(char::to_lowercase).for_each(|c| c.hash(&mut hasher));
        0xff_u8.hash(&mut hasher);
    }
    hasher.finish()
}

fn safe_character(c: char) -> char {
    let invisible = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffc}');
    if c.is_control() || invisible || "/\\:*?\"<>|".contains(c) { '_' } else { c }
}

/// Windows' device names, with any extension: `con`, `NUL.txt`, `COM¹`.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let digit = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    digit
        .is_some_and(|rest| matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"))
}

fn shorten(name: &str, limit: usize) -> String {
    let (stem, extension) = split_extension(name);
    let kept = beginning(stem, limit - extension.len());
    format!("{}{extension}", kept.trim_end_matches(|c: char| c == '.' || c.is_whitespace()))
}

/// The name and its extension with the dot; something long or odd after a dot is no extension.
fn split_extension(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= 16 => name.split_at(dot),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_harmless() {
        let cases = [
            ("", "_"),
            (".", "_"),
            ("..", "_"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("C:\\x", "C__x"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("com1.tar.gz", "_com1.tar.gz"),
            ("LPT¹", "_LPT¹"),
            ("COMET", "COMET"),
            ("trailing. . ", "trailing"),
            ("  lead", "lead"),
            ("a\0b\nc", "a_b_c"),
            ("what?*", "what__"),
            ("gpj\u{202e}exe.txt", "gpj_exe.txt"),
            (".hidden", ".hidden"),
            ("Cafe\u{301}.jpg", "Café.jpg"),
        ];
        for (given, expected) in cases {
            assert_eq!(safe_component(given), expected, "{given:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension_and_whole_characters() {
        let safe = safe_component(&format!("{}.jpeg", "ä".repeat(5000)));
        assert!(safe.len() <= MAX_BYTES && safe.ends_with("ä.jpeg"), "{safe}");
        assert!(safe_component(&"x".repeat(9999)).len() <= MAX_BYTES);
        assert!(safe_component(&format!("a.{}", "y".repeat(9999))).len() <= MAX_BYTES);
    }

    #[test]
    fn paths_never_leave() {
        assert_eq!(safe_relative("/../a/./b//c.txt"), PathBuf::from("_/a/b/c.txt"));
        assert_eq!(safe_relative(""), PathBuf::from("_"));
        assert_eq!(safe_relative(&"d/".repeat(1000)).components().count(), MAX_DEPTH + 1);
    }

    #[test]
    fn names_differing_only_in_case_or_form_are_numbered() {
        let mut names = Names::default();
        assert_eq!(names.claim("", "IMG_1.JPG"), "IMG_1.JPG");
        assert_eq!(names.claim("", "img_1.jpg"), "img_1 (2).jpg");
        assert_eq!(names.claim("", "IMG_1.JPG"), "IMG_1 (3).JPG");
        assert_eq!(names.claim("other", "IMG_1.JPG"), "IMG_1.JPG");
        assert_eq!(names.claim("", "é"), "é");
        assert_eq!(names.claim("", "E\u{301}"), "É (2)");
        assert_eq!(names.claim("", "IMG_1 (2).JPG"), "IMG_1 (2) (2).JPG");
    }
}
