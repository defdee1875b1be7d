//! Documents judged by poppler: what its tools say of a file is what a reader of it gets.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::*;

/// What `program` says of a file; `None`, said aloud, where the program is missing.
fn judged(program: &str, arguments: &[&str], file: &[u8]) -> Option<String> {
    let child = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    let mut to = child.stdin.take().unwrap();
    let bytes = file.to_vec();
    let writer = std::thread::spawn(move || to.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{program} refused the file");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn text_of(file: &[u8]) -> Option<String> {
    judged("pdftotext", &["-enc", "UTF-8", "-", "-"], file)
}

fn pages_of(file: &[u8]) -> Option<usize> {
    let info = judged("pdfinfo", &["-"], file)?;
    info.lines().find_map(|line| line.strip_prefix("Pages:")).map(|count| count.trim().parse().unwrap())
}

fn front() -> Front {
    let people = vec!["Ada Lovelace, +44 20 7946 0000".to_owned(), "יעל".to_owned()];
    let fields = vec![("People".to_owned(), people), ("Messages".to_owned(), vec!["3".to_owned()])];
    Front { title: "Ada & יעל".to_owned(), subtitle: Some("iMessage".to_owned()), fields, note: None }
}

fn said(side: Side, sender: &str, text: &str) -> Bubble {
    let pieces = vec![Piece::Text(vec![Run::plain(text)])];
    Bubble { side, sender: sender.to_owned(), about: "10:40".to_owned(), pieces, below: Vec::new() }
}

/// A volume of some bubbles.
fn volume(fonts: &mut Fonts, bubbles: &[Bubble]) -> Vec<u8> {
    let mut volume = Volume::begin(fonts, &front());
    volume.chapter("January 2020");
    volume.heading(fonts, "Monday, 6 January 2020");
    bubbles.iter().for_each(|bubble| volume.bubble(fonts, bubble));
    volume.finish(fonts).unwrap()
}

/// Where each of these stands in a text; they must all be there, in this order.
fn in_order(text: &str, wanted: &[&str]) {
    let mut from = 0;
    for one in wanted {
        let at = text[from..].find(one);
        from += at.unwrap_or_else(|| panic!("{one:?} is not behind what was before it, in:\n{text}")) + one.len();
    }
}

#[test]
fn text_comes_back_in_order() {
    let mut fonts = Fonts::of_system();
    let mut rich = said(Side::Right, "Me", "");
    rich.pieces = vec![
        Piece::Quote { sender: "Ada".to_owned(), text: "what was asked".to_owned() },
        Piece::Text(vec![
            Run::plain("plain "),
            Run { bold: true, ..Run::plain("bold ") },
            Run { italic: true, strike: true, ..Run::plain("struck ") },
            Run { link: Some("https://example.org/a".to_owned()), ..Run::plain("a link") },
            Run { link: Some("file:///etc/passwd".to_owned()), ..Run::plain(" none") },
        ]),
        Piece::Note(Run::plain("Before it was edited: older words")),
        Piece::Card { title: "film.mov".to_owned(), lines: vec!["12 MB".to_owned()], link: None },
    ];
    rich.below = vec!["liked by Ada".to_owned()];
    let file = volume(&mut fonts, &[said(Side::Left, "Ada", "Good morning, office difficult fjord"), rich]);
    let Some(text) = text_of(&file) else { return };
    in_order(&text, &["Ada &", "People", "Ada Lovelace, +44 20 7946 0000", "Page 1", "Monday, 6 January 2020"]);
    in_order(&text, &["Good morning, office difficult fjord", "what was asked", "plain bold struck a link none"]);
    in_order(
        &text,
        &["a link none", "Before it was edited: older words", "film.mov", "12 MB", "liked by Ada", "Page 2"],
    );
    assert_eq!(pages_of(&file), Some(2));
    let whole = String::from_utf8_lossy(&file);
    assert!(whole.contains("https://example.org/a") && !whole.contains("/etc/passwd"));
    assert_eq!(fonts.take_uncovered(), Uncovered::default());
}

#[test]
fn every_script_is_real_text() {
    let mut fonts = Fonts::of_system();
    let texts = [
        ("Arabic", "مرحبا بالعالم"),
        ("Hebrew", "שלום עולם"),
        ("Chinese", "你好,世界"),
        ("Japanese", "おはようございます"),
        ("Korean", "안녕하세요"),
        ("Hindi", "नमस्ते दुनिया"),
        ("Thai", "สวัสดีชาวโลก"),
        ("Greek", "Καλημέρα"),
    ];
    let emoji = "👍🏽👨‍👩‍👧🇩🇪";
    let mut bubbles: Vec<Bubble> = texts.iter().map(|(name, text)| said(Side::Left, name, text)).collect();
    bubbles.push(said(Side::Right, "יעל", emoji));
    let file = volume(&mut fonts, &bubbles);
    let Some(text) = text_of(&file) else { return };
    let uncovered = fonts.take_uncovered();
    if uncovered.characters > 0 {
        eprintln!("skipped: this computer has no fonts for {:?}", uncovered.first);
        return;
    }
    // Poppler marks where the direction of a line changes, and sees blanks beside the vowels of Thai.
    let bare = |text: &str| -> String {
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{202a}'..='\u{202e}')).collect()
    };
    let text = bare(&text);
    for (name, wanted) in texts {
        in_order(&text, &[name, &bare(wanted)]);
    }
    assert!(text.contains(emoji), "{text}");
}

#[test]
fn a_long_bubble_goes_over_pages_and_nothing_of_it_is_lost() {
    let mut fonts = Fonts::of_system();
    let long: Vec<String> = (0..400).map(|line| format!("line number {line} of many")).collect();
    let file = volume(&mut fonts, &[said(Side::Left, "Ada", &long.join("\n")), said(Side::Right, "Me", "the end")]);
    let Some(text) = text_of(&file) else { return };
    let wanted: Vec<&str> = long.iter().map(String::as_str).chain(["the end"]).collect();
    in_order(&text, &wanted);
    assert_eq!(pages_of(&file), Some(9));
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let pixels = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    pixels.write_to(&mut std::io::Cursor::new(&mut jpeg), image::ImageFormat::Jpeg).unwrap();
    jpeg
}

#[test]
fn pictures_are_embedded_and_damaged_ones_are_said() {
    let mut fonts = Fonts::of_system();
    let jpeg = picture(400, 1200);
    let mut bubble = said(Side::Left, "Ada", "");
    bubble.pieces = vec![
        Piece::Picture { jpeg: jpeg.clone(), width: 400, height: 1200 },
        Piece::Picture { jpeg: b"no picture".to_vec(), width: 4, height: 4 },
    ];
    let file = volume(&mut fonts, &[bubble]);
    assert!(file.windows(100).any(|part| part == &jpeg[600..700]), "the JPEG is not passed on as it is");
    let Some(text) = text_of(&file) else { return };
    in_order(&text, &["(a picture that cannot be drawn)"]);
    let Some(list) = judged("pdfimages", &["-list", "-"], &file) else { return };
    assert!(
        list.lines().any(|line| line.contains("jpeg") && line.contains(" 400 ") && line.contains("1200")),
        "{list}"
    );
}

#[test]
fn hostile_text_neither_hangs_nor_breaks() {
    let mut fonts = Fonts::of_system();
    let hostile = [
        "\u{202e}\u{2066}".repeat(2000) + "turned" + &"\u{202c}\u{2069}".repeat(10),
        "e\u{301}\u{302}\u{303}".repeat(3) + &"\u{301}".repeat(5000),
        "\u{200d}\u{fe0f}👨‍👩‍👧‍👦".repeat(500),
        "\0\u{1b}\u{7f}\u{85}\u{fffc}\u{feff}\u{fffe}\u{10ffff}".to_owned(),
        "\n".repeat(100_000),
        "x".repeat(1_000_000),
        "مرحبا world ".repeat(20_000),
        String::new(),
    ];
    let started = Instant::now();
    let bubbles: Vec<Bubble> = hostile.iter().map(|text| said(Side::Left, text, text)).collect();
    let file = volume(&mut fonts, &bubbles);
    // Minutes would be a hang; this is not a measurement.
    assert!(started.elapsed() < Duration::from_secs(120), "{:?}", started.elapsed());
    let Some(text) = text_of(&file) else { return };
    in_order(&text, &["turned"]);
    assert!(text.matches('x').count() >= 1_000_000);
    assert!(pages_of(&file).unwrap() < 500);
}

#[test]
fn a_volume_is_full_after_so_many_pages() {
    let mut fonts = Fonts::of_system();
    let mut volume = Volume::begin(&mut fonts, &front());
    let mut bubble = said(Side::Left, "Ada", "");
    bubble.pieces = vec![Piece::Picture { jpeg: picture(8, 24), width: 400, height: 1200 }];
    while !volume.full() {
        volume.bubble(&mut fonts, &bubble);
    }
    let file = volume.finish(&mut fonts).unwrap();
    assert!(file.len() < 4 << 20, "the same picture is in it once: {} bytes", file.len());
    assert!(matches!(pages_of(&file), None | Some(1000..=1002)));
}

#[test]
fn what_no_font_has_is_counted() {
    let mut fonts = Fonts::of_system();
    // Not a character, and in no font.
    volume(&mut fonts, &[said(Side::Left, "Ada", "a\u{10fffe}b\u{10fffe}\u{e123}")]);
    let uncovered = fonts.take_uncovered();
    assert_eq!((uncovered.characters, uncovered.first), (3, vec!['\u{10fffe}', '\u{e123}']));
    assert_eq!(fonts.take_uncovered(), Uncovered::default());
}
