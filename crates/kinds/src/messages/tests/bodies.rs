//! Bodies: the decoder against another program's reading of real ones, and by hand.

use super::super::body::{Content, Piece, pieces, plain, words};
use super::super::history;
use super::made::{archived, summary};
use crate::conversation::{Found, Run};
use crate::testing::realdata;

fn text(part: i64, text: &str) -> Piece {
    Piece { part, content: Content::Text(vec![Run { text: text.to_owned(), ..Run::default() }]) }
}

fn file(part: i64) -> Piece {
    Piece { part, content: Content::File(Default::default()) }
}

#[test]
fn plain_text_is_cut_at_its_attachments() {
    assert_eq!(pieces(None, Some("a \u{FFFC}\u{FFFC}b\0")), [text(0, "a "), file(1), file(2), text(3, "b")]);
    assert_eq!(pieces(None, Some("\u{FFFC} \u{FFFD}")), [file(0)]);
    assert_eq!(pieces(None, None), []);
    assert_eq!(plain(None, Some(" \u{FFFC}hello \u{FFFC}")), "hello");
}

#[test]
fn archived_text_counts_in_utf16() {
    let body = archived("Zoë 😀👨‍👩‍👧 café");
    assert_eq!(pieces(Some(&body), None), [text(0, "Zoë 😀👨‍👩‍👧 café")]);
    assert_eq!(plain(Some(&body), None), "Zoë 😀👨‍👩‍👧 café");
    assert_eq!(plain(Some(&body), Some("the column wins")), "the column wins");
    assert_eq!(pieces(Some(&archived("")), Some("")), []);
}

#[test]
fn damaged_bodies_fall_back_to_the_column() {
    let body = archived("hello there");
    for length in 0..body.len() {
        let read = pieces(Some(&body[..length]), Some("column"));
        assert!(read == [text(0, "column")] || words(&read) == "hello there", "{length}: {read:?}");
    }
    for at in 0..body.len() {
        for value in [0x00, 0x7F, 0x81, 0x84, 0x85, 0x86, 0x92, 0xFF] {
            let mut changed = body.clone();
            changed[at] = value;
            pieces(Some(&changed), Some("column"));
        }
    }
}

#[test]
fn the_text_outlives_damaged_attributes() {
    let body = archived("hello there");
    let cut = &body[..body.len() - 60];
    assert_eq!(pieces(Some(cut), None), [text(0, "hello there")]);
    assert_eq!(pieces(Some(&body[..60]), None), [], "cut inside the text");
}

/// The archive of a text, and its part up to the runs.
fn archive_and_start(text: &str) -> (Vec<u8>, usize) {
    let archive = archived(text);
    let start = archive.windows(3).position(|part| part == b"\x84\x02i").unwrap();
    (archive, start)
}

/// Each but the last would end the whole program, by its stack or its memory; the last makes the decoder panic.
#[test]
fn what_harms_the_decoder_is_read_without_it() {
    let (archive, start) = archive_and_start("hello there");
    let long = |text: &[u8]| [b"\x84\x82", &(text.len() as u32).to_le_bytes()[..], text].concat();
    let objects = b"\x92\x84\x95".repeat(20_000);
    let types = long(&b"[9".repeat(20_000));
    let arrays = [long(&b"[60000i]".repeat(8_000)), vec![0; 60_000]].concat();
    let of_none = [long(b"[30000[0c]]"), b"\x97".repeat(60_000)].concat();
    let cut = b"\x84\x03@iI\x84\x95".to_vec();
    for behind in [objects, types, arrays, of_none, cut] {
        let body = [&archive[..start], &behind].concat();
        assert_eq!(pieces(Some(&body), None), [text(0, "hello there")]);
    }
}

#[test]
fn the_deepest_body_that_is_decoded_fits_the_stack() {
    let (archive, start) = archive_and_start("x");
    let (before, behind) = archive.split_at(start);
    for depth in [1, 240] {
        let deep = [before, &b"\x92\x84\x95".repeat(depth), &b"\x86".repeat(depth), behind].concat();
        assert_eq!(pieces(Some(&deep), None), [text(0, "x")], "{depth}");
    }
}

#[test]
fn wordings_and_unsent_parts() {
    let history = history::read(&summary(&[(700.0, "firts"), (710.5, "first")], &[], 1));
    let edits: Vec<_> = history.edits.iter().map(|edit| (edit.when, edit.text.as_str())).collect();
    assert_eq!(edits, [(Some(978_307_900_000), "firts")], "the wording that stands is no edit");
    assert_eq!(words(&history.latest), "first");
    let history = history::read(&summary(&[], &[0, 1], 2));
    assert_eq!((history.unsent, history.parts, history.edits.len()), (2, 2, 0));
    assert_eq!(history::read(b"junk").parts, 0);
}

#[test]
fn real_effects_and_what_was_said() {
    let root = "Josh961+imessage-exporter-standalone/exporter-cli/imessage-database/test_data/typedstream";
    let read = |name: &str| Some(pieces(Some(&std::fs::read(realdata(&format!("{root}/{name}"))?).unwrap()), None));
    let Some(effects) = read("TextEffects") else { return };
    let Content::Text(runs) = &effects[0].content else { panic!("{effects:?}") };
    let named: Vec<(&str, &str)> =
        runs.iter().filter_map(|run| Some((run.text.trim(), run.effect.as_deref()?))).collect();
    // The blanks between the words have the effect of one of them.
    let named: Vec<_> = named.into_iter().filter(|(text, _)| !text.is_empty()).collect();
    let expected = ["Big", "Small", "Shake", "Nod", "Explode", "Ripple", "Bloom", "Jitter"];
    assert_eq!(named.iter().map(|(_, effect)| *effect).collect::<Vec<_>>(), expected);
    assert!(named.iter().all(|(text, effect)| text.eq_ignore_ascii_case(effect)), "{named:?}");
    let Content::File(said) = &read("Transcription").unwrap()[0].content else { panic!() };
    assert_eq!(said.transcription.as_deref(), Some("This is a test"));
    let parts: Vec<i64> = read("MultiPart").unwrap().iter().map(|piece| piece.part).collect();
    assert!(parts.is_sorted() && parts.len() > 2, "{parts:?}");
    let Content::Text(code) = &read("Code").unwrap()[0].content else { panic!() };
    assert!(code.iter().any(|run| run.found == Some(Found::Code) && run.text == "000123"), "{code:?}");
}

/// 113 real streams as pytypedstream reads them; those that hold text must read the same here.
#[test]
fn real_streams_read_as_another_program_reads_them() {
    let Some(expected) = realdata("_expected/dev/typedstream.pytypedstream.json") else { return };
    let expected: serde_json::Value = serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    let mut read = 0;
    for (path, known) in expected.as_object().unwrap() {
        let attributed = known["tree"]["class"].as_str().is_some_and(|class| class.ends_with("AttributedString"));
        let (Some(text), Some(file), true) = (known["text"].as_str(), realdata(path), attributed) else { continue };
        let bytes = std::fs::read(file).unwrap();
        // Placeholders and line ends between bubbles are not part of the words.
        let skipped = |c: &char| !c.is_whitespace() && !['\u{FFFC}', '\u{FFFD}'].contains(c);
        let letters = |text: &str| text.chars().filter(skipped).collect::<String>();
        assert_eq!(letters(&words(&pieces(Some(&bytes), None))), letters(text), "{path}");
        let runs = known["tree"]["contents"].as_array().unwrap();
        assert_eq!(styles(&pieces(Some(&bytes), None)), known_styles(text, runs), "{path}");
        read += 1;
    }
    println!("{read} streams");
    assert!(read > 20, "{read}");
}

/// The letters of a body by what is said of them, in the order of [`NAMES`], and its files.
fn styles(pieces: &[Piece]) -> [String; 8] {
    let mut found = [const { String::new() }; 8];
    for piece in pieces {
        match &piece.content {
            Content::Text(runs) => {
                for run in runs {
                    let marks = [
                        run.bold,
                        run.italic,
                        run.underline,
                        run.strike,
                        run.mention.is_some(),
                        run.effect.is_some(),
                        run.link.is_some(),
                    ];
                    let marked = marks.iter().zip(&mut found).filter(|(mark, _)| **mark);
                    marked.for_each(|(_, all)| all.push_str(&run.text));
                }
            }
            Content::File(placed) => found[7].push_str(placed.guid.as_deref().unwrap_or("?")),
        }
    }
    found
}

const NAMES: [&str; 7] = [
    "__kIMTextBoldAttributeName",
    "__kIMTextItalicAttributeName",
    "__kIMTextUnderlineAttributeName",
    "__kIMTextStrikethroughAttributeName",
    "__kIMMentionConfirmedMention",
    "__kIMTextEffectAttributeName",
    "__kIMLinkAttributeName",
];

/// The same from the other program's tree: `[[text], [table, length], [{attributes}]?, …]`.
fn known_styles(text: &str, contents: &[serde_json::Value]) -> [String; 8] {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut found = [const { String::new() }; 8];
    let (mut at, mut tables) = (0, std::collections::HashMap::new());
    let mut contents = contents.iter().skip(1).peekable();
    while let Some(run) = contents.next() {
        let (Some(table), Some(length)) = (run[0].as_i64(), run[1].as_u64()) else { continue };
        if let Some(new) = contents.next_if(|next| next[0].is_object()) {
            tables.insert(table, &new[0]);
        }
        let end = (at + length as usize).min(units.len());
        let (piece, keys) = (String::from_utf16_lossy(&units[at..end]), &tables[&table]);
        at = end;
        if let Some(guid) = keys.get("__kIMFileTransferGUIDAttributeName") {
            found[7].push_str(guid.as_str().unwrap_or("?"));
            continue;
        }
        NAMES
            .iter()
            .zip(&mut found)
            .filter(|(name, _)| !keys[**name].is_null())
            .for_each(|(_, all)| all.push_str(&piece));
    }
    found
}
