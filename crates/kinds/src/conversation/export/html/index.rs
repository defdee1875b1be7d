//! The page that lists the conversations.

use export::FolderWriter;

use super::super::super::{Bubble, Header};
use super::super::words::{count, day, people};
use super::escape::{push_names, push_text, url};
use super::frame;
use crate::Result;

const FILE: &str = "index.html";

/// What the index says of a conversation.
pub struct Chapter {
    title: String,
    people: Vec<String>,
    page: String,
    messages: u64,
    first: Option<i64>,
    last: Option<i64>,
}

pub struct Index {
    name: String,
    chapters: Vec<Chapter>,
}

impl Chapter {
    /// A conversation whose first page is at `page`.
    pub fn new(conversation: &Header, page: &str) -> Chapter {
        Chapter {
            title: conversation.title.clone(),
            people: people(conversation),
            page: page.to_owned(),
            messages: 0,
            first: None,
            last: None,
        }
    }

    pub fn count(&mut self, bubble: &Bubble) {
        self.messages += 1;
        self.first = self.first.or(bubble.when);
        self.last = bubble.when.or(self.last);
    }

    fn period(&self) -> Option<String> {
        let (first, last) = (day(self.first?), day(self.last?));
        Some(if first == last { first } else { format!("{first} to {last}") })
    }
}

impl Index {
    pub fn new(name: &str) -> Index {
        Index { name: name.to_owned(), chapters: Vec::new() }
    }

    pub fn add(&mut self, chapter: Chapter) {
        self.chapters.push(chapter);
    }

    pub fn write(&self, folder: &mut FolderWriter) -> Result<()> {
        let mut html = String::new();
        frame::begin(&self.name, &mut html);
        let messages: u64 = self.chapters.iter().map(|chapter| chapter.messages).sum();
        let (messages, conversations) = (count(messages, "message"), count(self.chapters.len() as u64, "conversation"));
        html.push_str("<header class=top><h1>");
        push_text(&self.name, &mut html);
        html.push_str(&format!(
            "</h1><p class=people>{messages} in {conversations}</p></header>\n<main>\n<ul class=index>\n"
        ));
        for chapter in &self.chapters {
            push(chapter, &mut html);
        }
        html.push_str("</ul>\n</main>\n");
        frame::end(&mut html);
        let mut file = folder.begin(FILE)?;
        file.put(html.as_bytes())?;
        folder.end(file)?;
        Ok(())
    }
}

fn push(chapter: &Chapter, html: &mut String) {
    html.push_str(&format!("<li><a href=\"{}\"><b><bdi>", url(&chapter.page)));
    push_text(&chapter.title, html);
    html.push_str("</bdi></b>");
    if !chapter.people.is_empty() {
        html.push_str("<span>");
        push_names(&chapter.people, html);
        html.push_str("</span>");
    }
    let messages = count(chapter.messages, "message");
    let period = chapter.period().map(|period| format!(", {period}")).unwrap_or_default();
    html.push_str(&format!("<small>{messages}{period}</small></a></li>\n"));
}
