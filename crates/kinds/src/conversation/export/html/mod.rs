//! Messages as pages for a browser: an index, and pages of bubbles per conversation.
//!
//! The pages need nothing but the folder they are in: one style sheet is in each of them, there is no script, and their
//! policy lets them load pictures and sound from the folder alone. All that came from a phone goes through [`escape`].

mod bubble;
mod escape;
mod frame;
mod index;
mod parts;

use std::collections::HashSet;
use std::path::Path;

use export::{FileWriter, FolderWriter};

use super::super::{Bubble, Header};
use super::places::{one_name, slashed};
use super::words::{day, people};
use super::{Around, Writer};
use crate::Result;
use escape::{push_names, push_text, url};
use index::{Chapter, Index};

/// The folder of the conversations' pages.
const FOLDER: &str = "Conversations";
/// A page ends before it grows beyond this, unless one message alone is longer.
const MOST_BYTES: u64 = 2_500_000;

/// The pages `Conversations/<conversation>.html` and `index.html`.
pub struct Pages {
    index: Index,
    now: Option<Page>,
}

/// The page at hand.
struct Page {
    out: FileWriter,
    /// The file its successors are named after.
    name: String,
    number: u64,
    conversation: Header,
    chapter: Chapter,
    /// The day above the last message.
    day: String,
    /// Who sent the last message; a name is not repeated.
    sender: Option<String>,
    /// The messages on this page, which others can point at.
    ids: HashSet<i64>,
}

impl Pages {
    pub fn new(name: &str) -> Pages {
        Pages { index: Index::new(name), now: None }
    }
}

impl Writer for Pages {
    fn begin(&mut self, conversation: &Header, around: &mut Around) -> Result<()> {
        let name = one_name(&conversation.title);
        let out = around.folder.begin(&format!("{FOLDER}/{name}.html"))?;
        let chapter = Chapter::new(conversation, &slashed(out.path()));
        let mut page = Page {
            out,
            name,
            number: 1,
            conversation: conversation.clone(),
            chapter,
            day: String::new(),
            sender: None,
            ids: HashSet::new(),
        };
        page.head(None)?;
        self.now = Some(page);
        Ok(())
    }

    fn page(&mut self, bubbles: &[Bubble], around: &mut Around) -> Result<()> {
        let Some(page) = &mut self.now else { return Ok(()) };
        for bubble in bubbles {
            page.chapter.count(bubble);
            page.write(bubble, around)?;
        }
        Ok(())
    }

    fn end(&mut self, around: &mut Around) -> Result<()> {
        let Some(mut page) = self.now.take() else { return Ok(()) };
        page.foot(None)?;
        around.folder.end(page.out)?;
        self.index.add(page.chapter);
        Ok(())
    }

    fn finish(&mut self, around: &mut Around) -> Result<()> {
        self.index.write(&mut around.folder)
    }
}

impl Page {
    fn write(&mut self, bubble: &Bubble, around: &mut Around) -> Result<()> {
        let mut html = String::new();
        let today = bubble.when.map_or_else(|| "Without a date".to_owned(), day);
        let same_day = today == self.day;
        if !same_day {
            frame::day(&today, &mut html);
            (self.day, self.sender) = (today, None);
        }
        let named = self.conversation.group && !bubble.mine && self.sender != bubble.sender;
        bubble::push(bubble, named, &self.ids, around, &mut html)?;
        if self.out.bytes() + html.len() as u64 > MOST_BYTES && !self.ids.is_empty() {
            self.turn(&mut around.folder)?;
            if same_day {
                let mut again = String::new();
                frame::day(&self.day, &mut again);
                html.insert_str(0, &again);
            }
        }
        self.sender.clone_from(&bubble.sender);
        self.ids.insert(bubble.id);
        Ok(self.out.put(html.as_bytes())?)
    }

    /// Ends the page with a link to the next and begins that.
    fn turn(&mut self, folder: &mut FolderWriter) -> Result<()> {
        self.number += 1;
        let next = folder.begin(&format!("{FOLDER}/{} (page {}).html", self.name, self.number))?;
        self.foot(Some(next.path()))?;
        let ended = std::mem::replace(&mut self.out, next);
        self.ids.clear();
        let before = folder.end(ended)?;
        self.head(Some(&before))
    }

    fn head(&mut self, before: Option<&Path>) -> Result<()> {
        let mut html = String::new();
        frame::begin(&self.conversation.title, &mut html);
        html.push_str("<header class=top><a href=\"../index.html\">All conversations</a><h1><bdi>");
        push_text(&self.conversation.title, &mut html);
        html.push_str("</bdi></h1>");
        let people = people(&self.conversation);
        if !people.is_empty() {
            html.push_str("<p class=people>");
            push_names(&people, &mut html);
            html.push_str("</p>");
        }
        html.push_str("</header>\n");
        if let Some(before) = before {
            html.push_str(&format!("<nav><a href=\"{}\">Earlier messages</a></nav>\n", beside(before)));
        }
        html.push_str("<main>\n");
        Ok(self.out.put(html.as_bytes())?)
    }

    fn foot(&mut self, next: Option<&Path>) -> Result<()> {
        let mut html = String::from("</main>\n");
        if let Some(next) = next {
            html.push_str(&format!("<nav><a href=\"{}\">Later messages</a></nav>\n", beside(next)));
        }
        frame::end(&mut html);
        Ok(self.out.put(html.as_bytes())?)
    }
}

/// The address of a page from another page of the same folder.
fn beside(page: &Path) -> String {
    url(&page.file_name().unwrap_or_default().to_string_lossy())
}
