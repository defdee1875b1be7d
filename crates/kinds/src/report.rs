use serde::Serialize;
use ts_rs::TS;

/// What reading a kind came to.
#[derive(Serialize, TS, Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows read well.
    #[ts(type = "number")]
    pub read: u64,
    /// Rows left out: why, and how many.
    #[ts(type = "Array<[string, number]>")]
    pub skipped: Vec<(String, u64)>,
    /// Sentences about the data as a whole.
    pub notes: Vec<String>,
}

impl Report {
    /// Counts one row that was left out.
    pub fn skip(&mut self, why: &str) {
        match self.skipped.iter_mut().find(|(known, _)| known == why) {
            Some((_, count)) => *count += 1,
            None => self.skipped.push((why.to_owned(), 1)),
        }
    }

    /// Adds a sentence once.
    pub fn note(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.notes.contains(&sentence) {
            self.notes.push(sentence);
        }
    }
}
