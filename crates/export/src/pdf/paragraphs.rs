//! Styled text, cut into pieces that are laid out one after the other.

use std::ops::Range;

use super::Run;
use crate::is_line_break;

/// A longer paragraph is cut, so that the memory for one is limited; bytes.
const LONGEST: usize = 4000;
/// Where a paragraph is cut, a blank is looked for in so many bytes before.
const LOOK_BACK: usize = 400;
/// More empty lines in a row say nothing.
const EMPTY_LINES: usize = 2;

/// One paragraph, and which run is behind which stretch of it.
#[derive(Debug, Default, PartialEq)]
pub struct Paragraph<'a> {
    pub text: String,
    pub runs: Vec<(Range<usize>, &'a Run)>,
}

/// The paragraphs of some runs.
pub fn paragraphs(runs: &[Run]) -> Vec<Paragraph<'_>> {
    let mut all = Paragraphs::default();
    for run in runs {
        let mut rest = run.text.as_str();
        while !rest.is_empty() {
            let room = LONGEST.saturating_sub(all.now.text.len());
            let at = rest.find(is_line_break).unwrap_or(rest.len());
            if at > room {
                let cut = cut(rest, room);
                all.now.push(&rest[..cut], run);
                rest = &rest[cut..];
                all.end();
                continue;
            }
            all.now.push(&rest[..at], run);
            rest = &rest[at..];
            if let Some(found) = rest.chars().next() {
                // CR LF is one break.
                let both = if rest.starts_with("\r\n") { 2 } else { found.len_utf8() };
                rest = &rest[both..];
                all.end();
            }
        }
    }
    if !all.now.text.is_empty() {
        all.end();
    }
    all.done
}

#[derive(Default)]
struct Paragraphs<'a> {
    done: Vec<Paragraph<'a>>,
    now: Paragraph<'a>,
    empty: usize,
}

impl Paragraphs<'_> {
    fn end(&mut self) {
        let done = std::mem::take(&mut self.now);
        self.empty = if done.text.trim().is_empty() { self.empty + 1 } else { 0 };
        if self.empty <= EMPTY_LINES {
            self.done.push(done);
        }
    }
}

impl<'a> Paragraph<'a> {
    fn push(&mut self, text: &str, run: &'a Run) {
        let start = self.text.len();
        self.text.extend(text.chars().map(shown));
        if self.text.len() > start {
            self.runs.push((start..self.text.len(), run));
        }
    }
}

/// Where to cut a text that has at most `room` bytes: behind a blank, else between characters, and never nowhere in an
/// empty paragraph.
fn cut(text: &str, room: usize) -> usize {
    let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let from = (end.saturating_sub(LOOK_BACK)..=end).find(|at| text.is_char_boundary(*at)).unwrap_or(end);
    match text[from..end].rfind(' ') {
        Some(blank) => from + blank + 1,
        None => end,
    }
}

/// A character as it is drawn: one that would be obeyed is shown as unknown.
fn shown(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

/// A longer name or title ends in "…", characters.
const LONGEST_LINE: usize = 500;

/// A text in one line that cannot turn what stands beside it around, or fill pages.
pub fn one_line(text: &str) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_LINE) {
        return format!("{}…", one_line(&text[..end]));
    }
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !turns(*c)).map(|c| if is_line_break(c) { ' ' } else { shown(c) }).collect()
}

/// A name in a line of ours: what follows it stays at its right, also where the name runs from right to left.
///
/// A left-to-right mark does it; isolating marks would tear the name apart for programs that read the text back.
pub fn isolated(name: &str) -> String {
    let name = one_line(name);
    if name.chars().any(runs_left) { format!("{name}\u{200e}") } else { name }
}

/// Whether a character is of a script from right to left: those blocks are set aside for them (Unicode, `DerivedBidiClass`).
fn runs_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(runs: &[Run]) -> Vec<String> {
        paragraphs(runs).into_iter().map(|paragraph| paragraph.text).collect()
    }

    #[test]
    fn lines_break_where_any_system_breaks_them() {
        let runs = [Run::plain("a\r\nb\u{2028}c"), Run::plain("d\n\n\n\n\n\ne\n")];
        assert_eq!(texts(&runs), ["a", "b", "cd", "", "", "e"]);
    }

    #[test]
    fn runs_keep_their_stretch() {
        let runs = [Run::plain("plain "), Run { bold: true, ..Run::plain("bold\nnext") }];
        let bold = |(range, run): &(Range<usize>, &Run)| (range.clone(), run.bold);
        let found: Vec<Vec<_>> = paragraphs(&runs).iter().map(|one| one.runs.iter().map(bold).collect()).collect();
        assert_eq!(found, [vec![(0..6, false), (6..10, true)], vec![(0..4, true)]]);
    }

    #[test]
    fn nothing_of_a_long_text_is_lost() {
        let words = "many words ".repeat(2000);
        let cut = texts(&[Run::plain(words.clone())]);
        assert!(cut.len() >= 5 && cut.iter().all(|text| text.len() <= LONGEST && text.ends_with(' ')), "{}", cut.len());
        assert_eq!(cut.concat(), words);
        let solid = "ä".repeat(9000);
        let cut = texts(&[Run::plain("x"), Run::plain(solid.clone())]);
        assert!(cut.iter().all(|text| text.len() <= LONGEST));
        assert_eq!(cut.concat(), format!("x{solid}"));
    }

    #[test]
    fn control_characters_are_shown_and_names_cannot_turn_a_line() {
        assert_eq!(texts(&[Run::plain("a\u{1b}[31m\tb")]), ["a\u{fffd}[31m b"]);
        assert_eq!(one_line("Ada\u{202e}\nxe\u{0}"), "Ada xe\u{fffd}");
        assert_eq!(one_line(&"ä".repeat(1_000_000)), "ä".repeat(500) + "…");
        assert_eq!(isolated("A\u{2069}da"), "Ada");
        assert_eq!(isolated("\u{5d9}\u{2069}"), "\u{5d9}\u{200e}");
    }
}
