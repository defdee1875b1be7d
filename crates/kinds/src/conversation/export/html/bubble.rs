//! One message.

use std::collections::HashSet;

use export::iso_time;

use super::super::super::{Bubble, BubbleKind, Reaction, ReplyTo, summary};
use super::super::Around;
use super::super::words::{clock, first_line, instant, marks};
use super::escape::{push_text, url};
use super::parts;
use crate::Result;

/// Writes a message; `named` says whether its sender's name stands above it, `here` which messages it can point at.
pub fn push(bubble: &Bubble, named: bool, here: &HashSet<i64>, around: &mut Around, html: &mut String) -> Result<()> {
    if bubble.kind == BubbleKind::Event {
        html.push_str(&format!("<p class=event id=m{} dir=auto>", bubble.id));
        push_text(&summary(bubble), html);
        push_time(bubble.when, html);
        html.push_str("</p>\n");
        return Ok(());
    }
    let side = match (bubble.mine, bubble.service.as_deref()) {
        (false, _) => "theirs",
        (true, Some("SMS" | "RCS" | "WhatsApp" | "WhatsApp Business")) => "mine green",
        (true, _) => "mine",
    };
    html.push_str(&format!("<article class=\"{side}\" id=m{}>\n", bubble.id));
    if named {
        html.push_str("<b class=sender><bdi>");
        push_text(bubble.sender.as_deref().unwrap_or_default(), html);
        html.push_str("</bdi></b>\n");
    }
    if let Some(answered) = &bubble.reply_to {
        push_reply(answered, here, html);
    }
    if bubble.unsent {
        html.push_str("<p class=\"bubble gone\">This message was unsent.</p>\n");
    } else if bubble.parts.is_empty() {
        html.push_str("<p class=\"bubble gone\">This message has no text that could be read.</p>\n");
    }
    for (place, part) in bubble.parts.iter().enumerate() {
        parts::push(part, around, html)?;
        push_reactions(bubble, Some(place as u32), around, html)?;
    }
    push_reactions(bubble, None, around, html)?;
    push_versions(bubble, html);
    push_foot(bubble, html);
    html.push_str("</article>\n");
    Ok(())
}

fn push_reply(answered: &ReplyTo, here: &HashSet<i64>, html: &mut String) {
    html.push_str("<blockquote dir=auto>");
    match answered.id {
        None => html.push_str("A message that is gone"),
        Some(id) => {
            let linked = here.contains(&id);
            if linked {
                html.push_str(&format!("<a href=\"#m{id}\">"));
            }
            html.push_str("<b><bdi>");
            push_text(answered.sender.as_deref().unwrap_or("Me"), html);
            html.push_str("</bdi></b> ");
            push_text(&first_line(&answered.text), html);
            if linked {
                html.push_str("</a>");
            }
        }
    }
    html.push_str("</blockquote>\n");
}

/// The reactions to one part, or to none that is known.
fn push_reactions(bubble: &Bubble, part: Option<u32>, around: &mut Around, html: &mut String) -> Result<()> {
    let place = |reaction: &&Reaction| reaction.part.filter(|part| (*part as usize) < bubble.parts.len()) == part;
    let mut reactions = bubble.reactions.iter().filter(place).peekable();
    if reactions.peek().is_none() {
        return Ok(());
    }
    html.push_str("<ul class=reactions>");
    for reaction in reactions {
        html.push_str("<li>");
        let sticker = reaction.sticker.as_deref().map(|media| around.picture(media)).transpose()?.flatten();
        match sticker {
            Some(path) => html.push_str(&format!("<img src=\"../{}\" alt=Sticker loading=lazy>", url(&path))),
            None => push_text(&reaction.emoji, html),
        }
        html.push_str(" <bdi>");
        push_text(&reaction.by.join(", "), html);
        html.push_str("</bdi></li>");
    }
    html.push_str("</ul>\n");
    Ok(())
}

/// The translation and the earlier wordings.
fn push_versions(bubble: &Bubble, html: &mut String) {
    if let Some(translation) = &bubble.translation {
        html.push_str("<details open><summary>Translated</summary><p dir=auto>");
        push_text(&translation.text, html);
        html.push_str("</p></details>\n");
    }
    if bubble.edits.is_empty() {
        return;
    }
    html.push_str("<details open><summary>Edited. Before that</summary>");
    for edit in &bubble.edits {
        html.push_str("<p dir=auto>");
        push_text(&edit.text, html);
        if let Some(at) = edit.when {
            html.push_str(&format!(" <time>{}</time>", instant(at)));
        }
        html.push_str("</p>");
    }
    html.push_str("</details>\n");
}

fn push_foot(bubble: &Bubble, html: &mut String) {
    html.push_str("<footer>");
    push_time(bubble.when, html);
    if let Some(marks) = marks(bubble) {
        html.push_str(" <span>");
        push_text(&marks, html);
        html.push_str("</span>");
    }
    html.push_str("</footer>\n");
}

fn push_time(when: Option<i64>, html: &mut String) {
    if let Some((at, iso)) = when.and_then(|at| Some((at, iso_time(at)?))) {
        html.push_str(&format!(" <time datetime=\"{iso}\" title=\"{}\">{}</time>", instant(at), clock(at)));
    }
}
