//! Which conversations are wanted, and in which order.

use std::collections::BTreeSet;

use super::Messages;
use super::conversations::Conversation;
use crate::{Query, Result, fold, matches};

impl Messages {
    /// Orders: `newest` (the usual) and `name`. The text is looked for in names and addresses.
    ///
    /// Filters: `deleted` (`1`: what waits in "Recently Deleted"), `group` (`1` or `0`), `files` (`1`), `service`, `person`
    /// (words of a name or address), `from` and `until` (Unix milliseconds).
    pub(super) fn wanted(&mut self, query: &Query) -> Result<Vec<i64>> {
        let narrowed = self.narrowed(query)?;
        let text = fold(query.text.as_deref().unwrap_or_default());
        let person = fold(query.filter.get("person").map(String::as_str).unwrap_or_default());
        let deleted = query.filter.get("deleted").is_some_and(|wanted| wanted == "1");
        let mut found: Vec<&Conversation> = self
            .conversations
            .all
            .iter()
            .filter(|one| if deleted { one.deleted > 0 } else { one.messages > 0 })
            .filter(|one| narrowed.as_ref().is_none_or(|some| some.contains(&one.id)))
            .filter(|one| one.is_wanted(query, &text, &person))
            .collect();
        if query.sort.as_deref() == Some("name") {
            found.sort_by_cached_key(|one| (fold(&one.title), one.id));
        }
        Ok(found.into_iter().map(|one| one.id).collect())
    }

    /// What the database must be asked for; `None` when nothing.
    fn narrowed(&mut self, query: &Query) -> Result<Option<BTreeSet<i64>>> {
        let number = |name| query.filter.get(name).and_then(|text| text.parse::<i64>().ok());
        let mut found: Option<BTreeSet<i64>> = None;
        if let (from, until) = (number("from"), number("until"))
            && (from.is_some() || until.is_some())
        {
            let (from, until) = (from.unwrap_or(i64::MIN / 2), until.unwrap_or(i64::MAX / 2));
            found = Some(self.conversations.active(&self.db, from, until, &mut self.report)?);
        }
        if query.filter.get("files").is_some_and(|wanted| wanted == "1") {
            let files = self.conversations.with_files(&self.db, &mut self.report)?;
            found = Some(found.map_or(files.clone(), |found| found.intersection(&files).copied().collect()));
        }
        Ok(found)
    }
}

impl Conversation {
    fn is_wanted(&self, query: &Query, text: &str, person: &str) -> bool {
        let people = self.people.iter().flat_map(|person| [person.name.as_str(), person.address.as_str()]);
        let people = people.collect::<Vec<_>>().join("\n");
        let group = query.filter.get("group").is_none_or(|wanted| (wanted == "1") == self.group);
        let service = query.filter.get("service");
        let service = service.is_none_or(|wanted| self.services.iter().any(|one| one.eq_ignore_ascii_case(wanted)));
        group
            && service
            && matches(&fold(&people), person)
            && matches(&fold(&format!("{}\n{people}", self.title)), text)
    }
}
