//! Where the lines of a text end.

/// Whether a program may begin a new line at this character: what must stay on one line is cleared of all of them.
///
/// Unicode's mandatory breaks (UAX 14: BK, CR, LF, NL).
pub fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
