//! Emoji in a text.

use std::ops::Range;

/// Asks for the colourful form of what stands before it.
const COLOURFUL: char = '\u{fe0f}';
/// Asks for the plain form of what stands before it.
const PLAIN: char = '\u{fe0e}';

/// The stretches of a text that are emoji (Unicode Technical Standard 51): pictographs, flags, what is joined to them,
/// and signs that ask to be drawn as emoji.
pub fn emoji(text: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let end = at + c.len_utf8();
        let next = characters.peek().map(|(_, next)| *next);
        let goes_on = ranges.last().is_some_and(|last| last.end == at);
        let joined = goes_on && matches!(c, COLOURFUL | '\u{200d}' | '\u{20e3}' | '\u{e0020}'..='\u{e007f}');
        if joined || next == Some(COLOURFUL) || (is_pictograph(c) && next != Some(PLAIN)) {
            match ranges.last_mut().filter(|last| last.end == at) {
                Some(last) => last.end = end,
                None => ranges.push(at..end),
            }
        }
    }
    ranges
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f300}'..='\u{1f64f}' | '\u{1f680}'..='\u{1f6ff}' | '\u{1f7e0}'..='\u{1f7eb}' | '\u{1f900}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::emoji;

    fn found(text: &str) -> Vec<&str> {
        emoji(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn emoji_are_told_from_words_and_signs() {
        assert_eq!(found("10 © # → ★ 日"), Vec::<&str>::new());
        assert_eq!(found("a👍🏽b ❤️ ❤ 😂😂"), ["👍🏽", "❤\u{fe0f}", "😂😂"]);
        assert_eq!(
            found("👨\u{200d}👩\u{200d}👧 1\u{fe0f}\u{20e3} 🇩🇪 ☺\u{fe0e} 😀\u{fe0e}"),
            ["👨\u{200d}👩\u{200d}👧", "1\u{fe0f}\u{20e3}", "🇩🇪"]
        );
    }
}
