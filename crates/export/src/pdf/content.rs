//! What goes on pages.

/// The first page of a volume.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Front {
    pub title: String,
    pub subtitle: Option<String>,
    /// A name and what belongs to it, a line each.
    pub fields: Vec<(String, Vec<String>)>,
    /// Small, below all else.
    pub note: Option<String>,
}

/// Something that one person said.
#[derive(Clone, Debug, PartialEq)]
pub struct Bubble {
    pub side: Side,
    pub sender: String,
    /// When, and what else is to be known of it; in small letters behind the sender.
    pub about: String,
    pub pieces: Vec<Piece>,
    /// Small, below the bubble, a line each.
    pub below: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// A part of a bubble.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Text(Vec<Run>),
    /// Small and grey: what is told about the bubble.
    Note(Run),
    /// What is answered.
    Quote {
        sender: String,
        text: String,
    },
    /// A JPEG and its size in pixels.
    Picture {
        jpeg: Vec<u8>,
        width: u32,
        height: u32,
    },
    /// Something that paper cannot show, by its name.
    Card {
        title: String,
        lines: Vec<String>,
        link: Option<String>,
    },
}

/// A stretch of text in one style.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    pub text: String,
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    pub strike: bool,
    /// A web address, `mailto:` or `tel:`; any other is not made a link.
    pub link: Option<String>,
}

impl Run {
    pub fn plain(text: impl Into<String>) -> Run {
        Run { text: text.into(), ..Run::default() }
    }
}
