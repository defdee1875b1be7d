//! The card and the document: how an item looks in a list and when it is opened.

use serde::Serialize;
use ts_rs::TS;

use crate::Cell;

/// How an item looks in a list or a search.
#[derive(Serialize, TS, Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// The item's number inside its kind and version; not stable across versions.
    #[ts(type = "number")]
    pub id: i64,
    pub title: String,
    pub subtitle: Option<String>,
    pub text: Option<String>,
    /// Unix milliseconds UTC.
    #[ts(type = "number | null")]
    pub when: Option<i64>,
    /// Media path relative to the version, for example `contact/12`.
    pub picture: Option<String>,
    pub badges: Vec<String>,
}

/// One item opened for reading.
#[derive(Serialize, TS, Clone, Debug, Default, PartialEq)]
pub struct Document {
    pub title: String,
    pub subtitle: Option<String>,
    /// Media path relative to the version.
    pub picture: Option<String>,
    pub blocks: Vec<Block>,
}

/// One piece of a document, top to bottom.
#[derive(Serialize, TS, Clone, Debug, PartialEq)]
#[serde(tag = "type", content = "value", rename_all = "lowercase")]
pub enum Block {
    Heading(String),
    Text(String),
    Fields(Vec<Field>),
    Picture {
        media: String,
        caption: Option<String>,
    },
    File {
        name: String,
        /// Bytes, when known.
        #[ts(type = "number | null")]
        size: Option<u64>,
        /// Media path; `None` when the file is not in the backup.
        media: Option<String>,
    },
    Table {
        columns: Vec<String>,
        rows: Vec<Vec<Cell>>,
    },
    List(Vec<String>),
    Quote(String),
}

/// A labelled value.
#[derive(Serialize, TS, Clone, Debug, PartialEq)]
pub struct Field {
    pub label: String,
    pub value: String,
    pub kind: FieldKind,
}

/// What a field's value is, so that it can be drawn and acted on.
#[derive(Serialize, TS, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    #[default]
    Text,
    /// May hold line breaks that matter.
    Multiline,
    Phone,
    Email,
    /// A web address, never opened without the person asking for it.
    Link,
    Address,
    /// A calendar day: `2026-11-22`, or `--11-22` when the year is unknown.
    Date,
    /// An instant: ISO 8601 in UTC, as [`crate::iso_time`] writes it.
    Time,
}

impl Field {
    pub fn new(label: impl Into<String>, value: impl Into<String>, kind: FieldKind) -> Field {
        Field { label: label.into(), value: value.into(), kind }
    }

    pub fn text(label: impl Into<String>, value: impl Into<String>) -> Field {
        Field::new(label, value, FieldKind::Text)
    }
}

#[cfg(test)]
mod tests {
    use ts_rs::{Config, TS};

    use super::*;
    use crate::{Skipped, Written};

    #[test]
    fn typescript_sees_plain_numbers_and_tagged_blocks() {
        let config = Config::default();
        let declared = [
            Card::decl(&config),
            Document::decl(&config),
            Block::decl(&config),
            Field::decl(&config),
            FieldKind::decl(&config),
            Cell::decl(&config),
            Written::decl(&config),
            Skipped::decl(&config),
        ];
        assert!(!declared.join("\n").contains("bigint"), "{declared:#?}");
        assert!(declared[0].contains("when: number | null"), "{}", declared[0]);
        assert!(declared[2].contains(r#"{ "type": "heading", "value": string }"#), "{}", declared[2]);
        assert_eq!(declared[5], "type Cell = null | string | number | boolean;");
    }

    #[test]
    fn blocks_are_tagged_in_json_as_in_typescript() {
        let blocks = [
            Block::Heading("H".into()),
            Block::Fields(vec![Field::new("Home", "1", FieldKind::Phone)]),
            Block::File { name: "a".into(), size: Some(1), media: None },
        ];
        assert_eq!(
            serde_json::to_string(&blocks).unwrap(),
            r#"[{"type":"heading","value":"H"},{"type":"fields","value":[{"label":"Home","value":"1","kind":"phone"}]},{"type":"file","value":{"name":"a","size":1,"media":null}}]"#
        );
    }
}
