//! A message as a bubble on a page.

use export::pdf::{self, Piece, Side};

use super::super::super::{Attachment, Bubble, Part, PollOption, Reaction, Run, Shows};
use super::super::Around;
use super::super::places::Place;
use super::super::words::{bytes, clock, instant, marks, run_said};
use super::pictures;
use crate::Result;

pub fn shown(bubble: &Bubble, around: &mut Around) -> Result<pdf::Bubble> {
    let mut pieces = Vec::new();
    pieces.extend(bubble.reply_to.as_ref().map(|answered| match answered.id {
        Some(_) => {
            let sender = answered.sender.clone().unwrap_or_else(|| "Me".to_owned());
            Piece::Quote { sender, text: answered.text.clone() }
        }
        None => Piece::Quote { sender: "Reply".to_owned(), text: "to a message that is gone".to_owned() },
    }));
    if bubble.unsent {
        pieces.push(note("(unsent)"));
    }
    for part in &bubble.parts {
        add_part(part, around, &mut pieces)?;
    }
    pieces.extend(bubble.translation.as_ref().map(|translation| note(&format!("Translated: {}", translation.text))));
    for edit in &bubble.edits {
        let when = edit.when.map(|at| format!(" {}", instant(at))).unwrap_or_default();
        pieces.push(note(&format!("Before it was edited{when}: {}", edit.text)));
    }
    if pieces.is_empty() {
        pieces.push(note("This message has no text that could be read."));
    }
    Ok(pdf::Bubble {
        side: if bubble.mine { Side::Right } else { Side::Left },
        sender: bubble.sender.clone().unwrap_or_else(|| if bubble.mine { "Me" } else { "Unknown" }.to_owned()),
        about: about(bubble),
        pieces,
        below: bubble.reactions.iter().map(reacted).collect(),
    })
}

/// When, and what else is to be known of it.
fn about(bubble: &Bubble) -> String {
    bubble.when.map(clock).into_iter().chain(marks(bubble)).collect::<Vec<String>>().join(" · ")
}

fn reacted(reaction: &Reaction) -> String {
    let what = if reaction.sticker.is_some() { "[Sticker]" } else { reaction.emoji.as_str() };
    format!("{what}  {}", reaction.by.join(", "))
}

fn add_part(part: &Part, around: &mut Around, pieces: &mut Vec<Piece>) -> Result<()> {
    match part {
        Part::Text { runs } => pieces.push(Piece::Text(runs.iter().map(run).collect())),
        Part::Attachment(file) => attachment(file, around, pieces)?,
        Part::App { title, text, link, picture } => {
            if let Some(media) = picture {
                pieces.extend(pictures::of_media(media, around));
            }
            let lines = text.iter().cloned().collect();
            pieces.push(Piece::Card { title: title.clone(), lines, link: link.clone() });
        }
        Part::Poll { title, options } => {
            let title = pdf::Run { bold: true, ..pdf::Run::plain(format!("{title}\n")) };
            pieces.push(Piece::Text(std::iter::once(title).chain(options.iter().map(option)).collect()));
        }
        Part::Drawing { title, media } => {
            let beside = media.as_ref().map(|media| around.picture(media)).transpose()?.flatten();
            let lines = std::iter::once("Drawn by hand".to_owned()).chain(beside).collect();
            pieces.push(Piece::Card { title: title.clone(), lines, link: None });
        }
        Part::Location { title, latitude, longitude } => {
            let lines = vec![format!("{latitude:.5}, {longitude:.5}")];
            pieces.push(Piece::Card { title: title.clone(), lines, link: None });
        }
    }
    Ok(())
}

fn run(run: &Run) -> pdf::Run {
    let Run { bold, italic, underline, strike, link, .. } = run.clone();
    pdf::Run { text: run_said(run), bold: bold || run.mention.is_some(), italic, underline, strike, link }
}

fn option(option: &PollOption) -> pdf::Run {
    pdf::Run::plain(match option.by.is_empty() {
        true => format!("– {}\n", option.text),
        false => format!("– {} ({})\n", option.text, option.by.join(", ")),
    })
}

/// A picture as such, all else by its name, with where it is or why it is not there.
fn attachment(file: &Attachment, around: &mut Around, pieces: &mut Vec<Piece>) -> Result<()> {
    let picture = if file.shows == Shows::Image { pictures::of_file(file, around)? } else { None };
    let place = around.places.of(file).clone();
    match (picture, &place) {
        (Some(picture), Place::Here(path)) => pieces.extend([picture, note(path)]),
        (Some(picture), _) => pieces.extend([picture, note(&file.name)]),
        (None, place) => pieces.push(card(file, place)),
    }
    pieces.extend(file.transcription.as_ref().map(|heard| note(&format!("Heard: {heard}"))));
    Ok(())
}

fn card(file: &Attachment, place: &Place) -> Piece {
    let what = match file.shows {
        Shows::Image => "Picture",
        Shows::Video => "Video",
        Shows::Audio => "Sound",
        Shows::File => "File",
    };
    let about: Vec<String> = [Some(what.to_owned()), file.size.map(bytes)].into_iter().flatten().collect();
    let mut lines = vec![about.join(", ")];
    match place {
        Place::Here(path) => lines.push(path.clone()),
        Place::Missing(reason) => lines.push(format!("Missing: {reason}")),
        Place::LeftOut => lines.extend(file.reason.clone()),
    }
    Piece::Card { title: file.name.clone(), lines, link: None }
}

fn note(text: &str) -> Piece {
    Piece::Note(pdf::Run::plain(text))
}
