//! All contacts of a phone: linked cards put together, sorted and searched.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use backup::Backup;

use super::person::{Contact, digits};
use super::read;
use crate::{Query, Report, Result, fold, matches};

/// A person has a card in each of a few accounts; a link of more is damage.
const MOST_LINKED: usize = 100;

/// The contacts of one backup, by last name.
pub struct AddressBook {
    entries: Vec<Entry>,
    places: HashMap<i64, usize>,
}

/// One contact as the phone shows it: one card, or several that are linked.
pub struct Entry {
    /// The number of its first card.
    pub id: i64,
    pub title: String,
    /// The card with the name the person chose comes first.
    pub cards: Vec<Contact>,
    sort_last: String,
    sort_first: String,
    sought: OnceLock<Sought>,
}

/// What a contact is found by: put together at the first search, most who open the address book only want names.
struct Sought {
    /// All its words, folded.
    text: String,
    /// The digits of all its numbers, with blanks between.
    numbers: String,
}

impl AddressBook {
    /// Reads the address book; `None` when the backup has none.
    pub fn open(backup: &Backup, report: &mut Report) -> Result<Option<AddressBook>> {
        let Some(book) = read::read(backup, report)? else { return Ok(None) };
        // Unlinked cards stand alone under their own number.
        let mut linked: BTreeMap<(Option<i64>, i64), Vec<Contact>> = BTreeMap::new();
        for read::Card { contact, link } in book.cards {
            let alone = if link.is_none() { contact.id } else { 0 };
            linked.entry((link, alone)).or_default().push(contact);
        }
        let mut entries: Vec<Entry> = Vec::with_capacity(linked.len());
        for ((link, _), mut cards) in linked {
            if cards.len() > MOST_LINKED {
                report.note("More cards are linked than one contact can have; they are shown one by one.");
                entries.extend(cards.into_iter().map(|card| Entry::new(vec![card])));
                continue;
            }
            let chosen = link.and_then(|link| book.preferred.get(&link));
            cards.sort_by_key(|card| (Some(&card.id) != chosen, card.id));
            entries.push(Entry::new(cards));
        }
        entries.sort_by(|a, b| (&a.sort_last, a.id).cmp(&(&b.sort_last, b.id)));
        let places = entries.iter().enumerate();
        let places = places.flat_map(|(place, entry)| entry.cards.iter().map(move |card| (card.id, place))).collect();
        Ok(Some(AddressBook { entries, places }))
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The contact that a card belongs to.
    pub fn get(&self, card: i64) -> Option<&Entry> {
        self.entries.get(*self.places.get(&card)?)
    }

    /// The ids of the contacts that match, in the order asked for.
    pub(super) fn find(&self, query: &Query) -> Vec<i64> {
        let text = fold(query.text.as_deref().unwrap_or_default());
        let mut found: Vec<&Entry> = self.entries.iter().filter(|entry| entry.wanted(query, &text)).collect();
        if query.sort.as_deref() == Some("first") {
            found.sort_by(|a, b| (&a.sort_first, a.id).cmp(&(&b.sort_first, b.id)));
        }
        found.into_iter().map(|entry| entry.id).collect()
    }
}

impl Entry {
    fn new(cards: Vec<Contact>) -> Entry {
        let whole = Contact::merged(&cards);
        let title = whole.title();
        let (sort_last, sort_first) = sort_keys(&whole, &title);
        Entry { id: whole.id, sort_last, sort_first, sought: OnceLock::new(), title, cards }
    }

    /// The contact with all that its cards hold.
    pub fn whole(&self) -> Contact {
        Contact::merged(&self.cards)
    }

    fn wanted(&self, query: &Query, text: &str) -> bool {
        let account = query.filter.get("account");
        let group = query.filter.get("group");
        account.is_none_or(|wanted| self.cards.iter().any(|card| card.account == *wanted))
            && group.is_none_or(|wanted| self.cards.iter().any(|card| card.groups.contains(wanted)))
            && (text.is_empty() || matches(&self.sought().text, text) || self.has_number(text))
    }

    fn sought(&self) -> &Sought {
        self.sought.get_or_init(|| {
            let whole = self.whole();
            let numbers: Vec<String> = whole.phones.iter().map(|phone| digits(&phone.value)).collect();
            Sought { text: fold(&whole.words().join("\n")), numbers: numbers.join(" ") }
        })
    }

    /// Whether the text is (part of) one of its phone numbers, however it is written: `0171 5` finds `+49 171 5…`.
    fn has_number(&self, text: &str) -> bool {
        let typed = digits(text);
        let wanted = typed.trim_start_matches('0');
        let only_number = text.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c));
        only_number && wanted.len() >= 3 && self.sought().numbers.contains(wanted)
    }
}

/// What a contact is sorted by: last name first and first name first. How it is spoken counts before how it is written;
/// names that do not begin with a letter come last, as on the phone.
fn sort_keys(contact: &Contact, title: &str) -> (String, String) {
    let name = &contact.name;
    let spoken = |phonetic: &str, written: &str| fold(if phonetic.is_empty() { written } else { phonetic });
    let (first, last) = (spoken(&name.phonetic_first, &name.first), spoken(&name.phonetic_last, &name.last));
    let named = !contact.is_company && (!first.is_empty() || !last.is_empty());
    let key = |one: &str, other: &str| {
        let key = if named { format!("{one} {other}") } else { spoken(&contact.organization_phonetic, title) };
        let key = key.trim().to_owned();
        let letter = key.chars().next().is_some_and(char::is_alphabetic);
        if letter { key } else { format!("\u{10ffff}{key}") }
    };
    (key(&last, &first), key(&first, &last))
}
