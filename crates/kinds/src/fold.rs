//! Text made comparable: for search and for sorting names.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text in lower case without accents, so that `Zoë` is found by `zoe`.
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).flat_map(plain).collect()
}

/// Whether every word of `query` is in `text`; both folded already. An empty query matches all.
pub fn matches(text: &str, query: &str) -> bool {
    query.split_whitespace().all(|word| text.contains(word))
}

/// Letters that Unicode does not take apart, as people type them.
fn plain(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' | 'ð' => ('d', None),
        'ı' => ('i', None),
        'þ' => ('t', Some('h')),
        other => (other, None),
    };
    [Some(first), second].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_count() {
        assert_eq!(fold("Zoë MÜLLER-Weiß"), "zoe muller-weiss");
        assert_eq!(fold("Łukasz Ørsted"), "lukasz orsted");
        assert_eq!(fold("ﬁn Ⅳ"), "fin iv");
        assert_eq!(fold("山田"), "山田");
    }

    #[test]
    fn every_word_must_be_there() {
        assert!(matches("ada lovelace london", "lon ada"));
        assert!(!matches("ada lovelace", "ada byron"));
        assert!(matches("", "  "));
    }
}
