//! The pages for a browser.

use std::path::Path;

use super::{all, files, made, run, text};
use crate::conversation::export::Wishes;
use crate::messages::tests::made::{NEW, backup};

#[test]
fn pages_show_bubbles_replies_and_what_is_missing() {
    let to = tempfile::tempdir().unwrap();
    let written = run(&made("").open(), all, &Wishes::plain("html"), to.path()).unwrap();
    let files = files(&written.main);
    let index = text(&files, "index.html");
    assert!(index.contains("5 messages in 2 conversations"), "{index}");
    assert!(index.contains("<a href=\"Conversations/Ada%20Lovelace.html\"><b><bdi>Ada Lovelace</bdi></b>"), "{index}");
    assert!(index.contains("<a href=\"Conversations/Trip_.._.._etc.html\">"), "{index}");
    let ada = text(&files, "Conversations/Ada Lovelace.html");
    for shown in [
        "<article class=\"theirs\" id=m1>\n<p class=bubble dir=auto>see </p>\n<p class=\"bubble card\">\
            <a href=\"../Attachments/Ada%20Lovelace/dot.txt\"><bdi>dot.txt</bdi></a>",
        "<p class=\"bubble card missing\"><b><bdi>../clip.mov</bdi></b><span>It was not downloaded to the phone.</span></p>",
        "<blockquote dir=auto><a href=\"#m1\"><b><bdi>Ada Lovelace</bdi></b> see  and</a></blockquote>\n<p class=bubble dir=auto>=1+1</p>",
        "This message has no text that could be read.",
        "deleted ",
    ] {
        assert!(ada.contains(shown), "{shown}\n----\n{ada}");
    }
    let trip = text(&files, "Conversations/Trip_.._.._etc.html");
    assert!(trip.contains("<b class=sender><bdi>Ben</bdi></b>"), "{trip}");
    // Each name in its own direction of writing, or one in Hebrew would turn the row around.
    let people =
        "<p class=people><bdi>Ada Lovelace &lt;+491715550100&gt;</bdi>, <bdi>Ben &lt;+15550100142&gt;</bdi></p>";
    assert!(trip.contains(people), "{trip}");
}

#[test]
fn a_long_conversation_is_pages_that_lead_to_each_other() {
    let messages = "INSERT INTO handle VALUES (1, '+491715550100', 'iMessage', NULL);
        INSERT INTO chat VALUES (1, 'a', 45, '+491715550100', 'iMessage', NULL, NULL); INSERT INTO chat_handle_join VALUES (1, 1);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < 12000)
        INSERT INTO message (ROWID, guid, text, handle_id, date)
            SELECT i, 'G' || i, 'message <' || i || '> ' || hex(zeroblob(100)), 1, 600000000000000000 + i * 1000000000 FROM n;
        INSERT INTO chat_message_join SELECT 1, ROWID, date FROM message;";
    let to = tempfile::tempdir().unwrap();
    let written = run(&backup(NEW, messages).open(), all, &Wishes::plain("html"), to.path()).unwrap();
    let files = files(&written.main);
    let pages: Vec<&String> = files.keys().filter(|name| name.starts_with("Conversations/")).collect();
    assert!(pages.len() > 1 && pages.iter().all(|name| files[*name].len() < 3_000_000), "{pages:?}");
    let (mut page, mut seen) = ("Ada Lovelace.html".to_owned(), 0);
    for number in 1.. {
        let html = text(&files, &format!("Conversations/{page}"));
        seen += html.matches("<article").count();
        assert!(html.contains(&format!("message &lt;{seen}&gt;")) && html.contains("<h2>"), "page {number}");
        let link = |label: &str| {
            let end = html.find(&format!("\">{label}</a>"))?;
            Some(
                html[html[..end].rfind('"').unwrap() + 1..end]
                    .replace("%20", " ")
                    .replace("%28", "(")
                    .replace("%29", ")"),
            )
        };
        if number > 1 {
            assert!(files.contains_key(&format!("Conversations/{}", link("Earlier messages").unwrap())));
        }
        match link("Later messages") {
            Some(next) => page = next,
            None => {
                assert_eq!((number, seen), (pages.len(), 12_000));
                break;
            }
        }
    }
    assert_eq!(Path::new(&page).file_name().unwrap().to_str(), Some(page.as_str()), "a name, not a path");
}
