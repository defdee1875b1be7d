//! What a message is made of.

use super::super::super::{Attachment, Part, PollOption, Run, Shows};
use super::super::Around;
use super::super::places::Place;
use super::super::words::{bytes, count};
use super::escape::{is_link, push_text, url};
use crate::Result;

pub fn push(part: &Part, around: &mut Around, html: &mut String) -> Result<()> {
    match part {
        Part::Text { runs } => push_runs(runs, html),
        Part::Attachment(file) => push_file(file, around, html)?,
        Part::App { title, text, link, picture } => {
            push_app(title, text.as_deref(), link.as_deref(), picture.as_deref(), around, html)?;
        }
        Part::Poll { title, options } => push_poll(title, options, html),
        Part::Drawing { title, media } => {
            let drawn = media.as_deref().map(|media| around.picture(media)).transpose()?.flatten();
            match drawn {
                Some(path) => push_picture("drawing", &path, &path, title, html),
                None => push_note(title, html),
            }
        }
        Part::Location { title, latitude, longitude } => {
            html.push_str("<p class=\"bubble card\" dir=auto><b>");
            push_text(title, html);
            let map = format!("https://www.openstreetmap.org/?mlat={latitude:.5}&amp;mlon={longitude:.5}#map=16/");
            html.push_str(&format!("</b><a href=\"{map}{latitude:.5}/{longitude:.5}\" rel=\"noopener noreferrer\">"));
            html.push_str(&format!("{latitude:.5}, {longitude:.5}</a></p>\n"));
        }
    }
    Ok(())
}

fn push_runs(runs: &[Run], html: &mut String) {
    let letters = |run: &Run| run.text.chars().all(|c| c.is_whitespace() || c == '\u{fffc}');
    if runs.iter().all(letters) {
        return;
    }
    html.push_str("<p class=bubble dir=auto>");
    for run in runs {
        push_run(run, html);
    }
    html.push_str("</p>\n");
}

fn push_run(run: &Run, html: &mut String) {
    let link = run.link.as_deref().filter(|link| is_link(link));
    let styles =
        [(run.bold, "b"), (run.italic, "i"), (run.underline, "u"), (run.strike, "s"), (run.mention.is_some(), "mark")];
    let tags: Vec<&str> = styles.iter().filter(|(is, _)| *is).map(|(_, tag)| *tag).collect();
    if let Some(link) = link {
        html.push_str("<a rel=\"noopener noreferrer\" href=\"");
        push_text(link, html);
        html.push_str("\">");
    }
    tags.iter().for_each(|tag| html.push_str(&format!("<{tag}>")));
    push_text(&run.text, html);
    tags.iter().rev().for_each(|tag| html.push_str(&format!("</{tag}>")));
    if link.is_some() {
        html.push_str("</a>");
    }
}

fn push_file(file: &Attachment, around: &mut Around, html: &mut String) -> Result<()> {
    let path = match around.places.of(file) {
        Place::Here(path) => path.clone(),
        Place::Missing(reason) => {
            html.push_str("<p class=\"bubble card missing\"><b><bdi>");
            push_text(&file.name, html);
            html.push_str("</bdi></b><span>");
            push_text(if reason.is_empty() { "It is missing." } else { reason }, html);
            html.push_str("</span></p>\n");
            return Ok(());
        }
        Place::LeftOut => {
            push_note(&file.name, html);
            return Ok(());
        }
    };
    match file.shows {
        Shows::Image => match around.shown(file, &path)? {
            Some(shown) => {
                push_picture(if file.sticker { "sticker" } else { "photo" }, &path, &shown, &file.name, html)
            }
            None => push_link(file, &path, html),
        },
        Shows::Video => {
            html.push_str(&format!("<video controls preload=metadata src=\"../{}\" title=\"", url(&path)));
            push_text(&file.name, html);
            html.push_str("\"></video>\n");
        }
        Shows::Audio => match around.played(file, &path)? {
            Some(played) => {
                html.push_str(&format!("<audio controls preload=metadata src=\"../{}\"></audio>\n", url(&played)))
            }
            None => push_link(file, &path, html),
        },
        Shows::File => push_link(file, &path, html),
    }
    if let Some(heard) = &file.transcription {
        html.push_str("<p class=heard dir=auto>");
        push_text(heard, html);
        html.push_str("</p>\n");
    }
    Ok(())
}

/// A picture that leads to the file it shows.
fn push_picture(class: &str, file: &str, shown: &str, name: &str, html: &mut String) {
    html.push_str(&format!(
        "<a class={class} href=\"../{}\"><img loading=lazy decoding=async src=\"../{}\" alt=\"",
        url(file),
        url(shown)
    ));
    push_text(name, html);
    html.push_str("\"></a>\n");
}

fn push_link(file: &Attachment, path: &str, html: &mut String) {
    html.push_str(&format!("<p class=\"bubble card\"><a href=\"../{}\"><bdi>", url(path)));
    push_text(&file.name, html);
    html.push_str("</bdi></a>");
    if let Some(size) = file.size {
        html.push_str(&format!("<span>{}</span>", bytes(size)));
    }
    html.push_str("</p>\n");
}

fn push_app(
    title: &str,
    text: Option<&str>,
    link: Option<&str>,
    picture: Option<&str>,
    around: &mut Around,
    html: &mut String,
) -> Result<()> {
    html.push_str("<div class=\"bubble card\" dir=auto>");
    if let Some(path) = picture.map(|media| around.picture(media)).transpose()?.flatten() {
        html.push_str(&format!("<img loading=lazy decoding=async src=\"../{}\" alt=\"\">", url(&path)));
    }
    html.push_str("<b>");
    push_text(title, html);
    html.push_str("</b>");
    if let Some(text) = text {
        html.push_str("<span>");
        push_text(text, html);
        html.push_str("</span>");
    }
    if let Some(link) = link.filter(|link| is_link(link)) {
        html.push_str("<a rel=\"noopener noreferrer\" href=\"");
        push_text(link, html);
        html.push_str("\">");
        push_text(link, html);
        html.push_str("</a>");
    }
    html.push_str("</div>\n");
    Ok(())
}

fn push_poll(title: &str, options: &[PollOption], html: &mut String) {
    html.push_str("<div class=\"bubble card\" dir=auto><b>");
    push_text(title, html);
    html.push_str("</b><ul>");
    for option in options {
        html.push_str("<li><bdi>");
        push_text(&option.text, html);
        html.push_str(&format!("</bdi> <small>{}", count(option.by.len() as u64, "vote")));
        if !option.by.is_empty() {
            html.push_str(": <bdi>");
            push_text(&option.by.join(", "), html);
            html.push_str("</bdi>");
        }
        html.push_str("</small></li>");
    }
    html.push_str("</ul></div>\n");
}

/// Something that is only named.
fn push_note(name: &str, html: &mut String) {
    html.push_str("<p class=\"bubble card\"><bdi>");
    push_text(name, html);
    html.push_str("</bdi></p>\n");
}
