//! What the words of a search find: names, albums, people, places, keywords, media types and days.

use chrono::{Datelike, NaiveDate};
use rusqlite::types::Value;

use super::query::TYPES;
use super::{Photos, failed};
use crate::{Result, fold};

/// A shorter word names no media type: too much would begin with it.
const TYPE_WORD: usize = 3;
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// What a word says of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// From one day to before another.
    Between(NaiveDate, NaiveDate),
    /// Of any year.
    Month(u32),
    /// Of any month; only said beside a month.
    Day(u32),
}

impl Photos {
    /// A condition for each word of a search; all of them must hold. Values are added in the order of the question marks.
    pub(super) fn search(&self, words: &str, values: &mut Vec<Value>) -> Result<Vec<String>> {
        let words = fold(words);
        let words: Vec<&str> = words.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
        let words = words.iter().copied().filter(|word| !word.is_empty());
        let with_month = words.clone().any(|word| month(word).is_some());
        if words.clone().next().is_some() {
            self.read_places()?;
        }
        words.map(|word| self.word(word, with_month, values)).collect()
    }

    fn word(&self, word: &str, with_month: bool, values: &mut Vec<Value>) -> Result<String> {
        let when = when(word, with_month);
        if let Some(When::Day(_)) = when {
            return Ok(when.map(When::condition).unwrap_or_default());
        }
        let texts = ["original", "file", "title", "caption"].map(|text| format!("COALESCE({text}, '')"));
        let mut any = vec![
            format!("instr(fold({}), ?) > 0", texts.join(" || ' ' || ")),
            "id IN (SELECT photo FROM place_photo WHERE instr(words, ?) > 0)".to_owned(),
        ];
        if self.library.has.people {
            any.push(
                "id IN (SELECT photo FROM person_photo WHERE person IN
                    (SELECT id FROM person WHERE instr(fold(name), ?) > 0))"
                    .to_owned(),
            );
        }
        if self.library.has.keywords {
            any.push(
                "id IN (SELECT photo FROM keyword_photo WHERE keyword IN
                    (SELECT Z_PK FROM ZKEYWORD WHERE instr(fold(ZTITLE), ?) > 0))"
                    .to_owned(),
            );
        }
        values.extend(any.iter().map(|_| Value::Text(word.to_owned())));
        if self.library.has.albums {
            let titles = self.album_titles().map_err(failed)?.into_iter();
            let named: Vec<String> =
                titles.filter(|(_, title)| fold(title).contains(word)).map(|(id, _)| id.to_string()).collect();
            if !named.is_empty() {
                any.push(format!("id IN (SELECT photo FROM album_photo WHERE album IN ({}))", named.join(", ")));
            }
        }
        if word.len() >= TYPE_WORD {
            let favourites = ("favourites favorites", "favourite");
            let types = TYPES.iter().map(|(_, title, condition)| (*title, *condition)).chain([favourites]);
            any.extend(
                types.filter(|(title, _)| fold(title).contains(word)).map(|(_, condition)| condition.to_owned()),
            );
        }
        any.extend(when.map(When::condition));
        Ok(any.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" OR "))
    }
}

impl When {
    fn condition(self) -> String {
        let part = |format: &str, number: u32| {
            format!("CAST(strftime('{format}', day * 86400, 'unixepoch') AS INTEGER) = {number}")
        };
        match self {
            When::Between(from, to) => format!("day >= {} AND day < {}", number(from), number(to)),
            When::Month(month) => part("%m", month),
            When::Day(day) => part("%d", day),
        }
    }
}

/// A day counted from 1970-01-01.
fn number(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce()) - super::asset::DAYS_BEFORE_1970
}

/// `2024`, `2024-06`, `2024-06-03`, a month's name; with a month in the search also `3` and `3rd`.
fn when(word: &str, with_month: bool) -> Option<When> {
    if let Some(month) = month(word) {
        return Some(When::Month(month));
    }
    let numbers: Option<Vec<u32>> = word.split('-').map(digits).collect();
    let first = |year: u32, month: u32| NaiveDate::from_ymd_opt(year as i32, month, 1);
    let long = word.split('-').next().is_some_and(|year| year.len() == 4);
    match numbers.as_deref() {
        Some([year]) if long => Some(When::Between(first(*year, 1)?, first(year + 1, 1)?)),
        Some([year, month]) if long => {
            let end = if *month == 12 { first(year + 1, 1) } else { first(*year, month + 1) };
            Some(When::Between(first(*year, *month)?, end?))
        }
        Some([year, month, day]) if long => {
            let day = NaiveDate::from_ymd_opt(*year as i32, *month, *day)?;
            Some(When::Between(day, day.succ_opt()?))
        }
        _ if with_month => {
            let day = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
            let suffix = matches!(&word[day.len()..], "" | "st" | "nd" | "rd" | "th");
            digits(day).filter(|day| suffix && (1..=31).contains(day)).map(When::Day)
        }
        _ => None,
    }
}

/// One to four digits.
fn digits(text: &str) -> Option<u32> {
    let plain = matches!(text.len(), 1..=4) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A month by its English name or the first three letters of it.
fn month(word: &str) -> Option<u32> {
    let at = MONTHS
        .iter()
        .position(|month| *month == word || month[..3] == *word || word == "sept" && *month == "september");
    at.map(|at| at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_understood() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let between = |from, to| Some(When::Between(from, to));
        assert_eq!(when("2024", false), between(day(2024, 1, 1), day(2025, 1, 1)));
        assert_eq!(when("2024-12", false), between(day(2024, 12, 1), day(2025, 1, 1)));
        assert_eq!(when("2024-06-03", false), between(day(2024, 6, 3), day(2024, 6, 4)));
        assert_eq!(when("2024-13", false), None);
        assert_eq!(when("2024-02-30", false), None);
        assert_eq!(when("202", false), None);
        assert_eq!((when("june", false), when("jun", false)), (Some(When::Month(6)), Some(When::Month(6))));
        assert_eq!((when("sept", false), when("se", false)), (Some(When::Month(9)), None));
        assert_eq!(
            (when("3", false), when("3", true), when("3rd", true)),
            (None, Some(When::Day(3)), Some(When::Day(3)))
        );
        assert_eq!((when("32", true), when("3x", true), when("é", true)), (None, None, None));
        assert_eq!(number(day(1970, 1, 2)), 1);
    }
}
