//! Who is behind a phone number or an e-mail address.

use std::collections::HashMap;

use backup::Backup;

use crate::Report;
use crate::contacts::{AddressBook, digits};
use crate::numbers::Region;

/// Numbers are compared from behind; fewer digits than this must be the whole number (short codes, extensions).
const TAIL: usize = 7;

/// How many numbers with one end are told apart.
const MOST_ALIKE: usize = 100;

/// Everybody in the address book, by how they are reached.
#[derive(Default)]
pub struct People {
    people: Vec<Person>,
    /// Where the phone is at home.
    region: Region,
    /// By the address in lower case.
    by_email: HashMap<String, usize>,
    /// By the last [`TAIL`] digits: all digits without leading zeros, and who it is.
    by_phone: HashMap<String, Vec<(String, usize)>>,
}

/// Someone in the address book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// The id in the contacts kind.
    pub contact: Option<i64>,
}

impl People {
    /// Reads the address book of a backup; nobody is known where there is none, or (noted in the report) a damaged one.
    pub fn open(backup: &Backup, report: &mut Report) -> People {
        let region = backup.facts().phone_number.as_deref().map(Region::of).unwrap_or_default();
        let mut people = People { region, ..People::default() };
        let book = AddressBook::open(backup, &mut Report::default()).unwrap_or_else(|error| {
            report.note(format!("Names from the address book are missing: {error}."));
            None
        });
        let Some(book) = book else { return people };
        for entry in book.entries() {
            let person = people.people.len();
            people.people.push(Person { name: entry.title.clone(), contact: Some(entry.id) });
            for card in &entry.cards {
                card.phones.iter().for_each(|phone| people.add_phone(&phone.value, person));
                card.emails.iter().for_each(|email| people.add_email(&email.value, person));
            }
        }
        people
    }

    /// The contacts of all people.
    pub fn contacts(&self) -> impl Iterator<Item = i64> + '_ {
        self.people.iter().filter_map(|person| person.contact)
    }

    /// Who is reached at a phone number or an e-mail address, however it is written.
    pub fn find(&self, address: &str) -> Option<&Person> {
        let person = if address.contains('@') {
            self.by_email.get(&email_key(address))
        } else {
            let number = self.significant(address);
            let alike = self.by_phone.get(tail(&number))?;
            let same = |(known, _): &&(String, usize)| *known == number;
            let found = alike.iter().find(same).or_else(|| alike.iter().find(|(known, _)| agree(known, &number)));
            found.map(|(_, person)| person)
        };
        self.people.get(*person?)
    }

    fn add_phone(&mut self, number: &str, person: usize) {
        let number = self.significant(number);
        if number.is_empty() {
            return;
        }
        let alike = self.by_phone.entry(tail(&number).to_owned()).or_default();
        if alike.len() < MOST_ALIKE {
            alike.push((number, person));
        }
    }

    /// The digits from the country's code on; without it, those without the zeros in front that only say how far it goes.
    fn significant(&self, number: &str) -> String {
        let plain = || digits(number.split([';', ',']).next().unwrap_or_default()).trim_start_matches('0').to_owned();
        self.region.e164(number).map_or_else(plain, |number| digits(&number))
    }

    /// An address in the form that is the same however it is written.
    pub fn identity(&self, address: &str) -> String {
        let number = self.significant(address);
        if address.contains('@') || number.is_empty() || address.chars().any(char::is_alphabetic) {
            return address.trim().to_lowercase();
        }
        number
    }

    fn add_email(&mut self, address: &str, person: usize) {
        self.by_email.entry(email_key(address)).or_insert(person);
    }
}

fn email_key(address: &str) -> String {
    address.trim().trim_start_matches("mailto:").to_lowercase()
}

fn tail(number: &str) -> &str {
    &number[number.len().saturating_sub(TAIL)..]
}

/// Whether one number is the other with a country or area code before it.
fn agree(one: &str, other: &str) -> bool {
    one.len().min(other.len()) >= TAIL && (one.ends_with(other) || other.ends_with(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        let mut people = People::default();
        for (index, (name, address)) in
            [("Ada", "+49 171 5550100"), ("Ben", "(555) 010-0142"), ("Cyd", "Cyd@Example.com"), ("Dan", "110")]
                .into_iter()
                .enumerate()
        {
            people.people.push(Person { name: name.to_owned(), contact: Some(index as i64) });
            if address.contains('@') { people.add_email(address, index) } else { people.add_phone(address, index) }
        }
        people
    }

    #[test]
    fn numbers_are_the_same_however_written() {
        let people = people();
        let name = |address: &str| people.find(address).map(|person| person.name.as_str());
        for address in ["+491715550100", "0171 555 01 00", "0049-171-5550100", "+49 171 5550100;ext=5"] {
            assert_eq!(name(address), Some("Ada"), "{address}");
        }
        assert_eq!(name("+15550100142"), Some("Ben"));
        assert_eq!(name("cyd@example.COM"), Some("Cyd"));
        assert_eq!(name("110"), Some("Dan"));
    }

    #[test]
    fn a_number_without_a_country_is_of_this_one() {
        let mut people = People { region: Region::of("+4917139200"), ..People::default() };
        for (name, number) in [("Eva", "0171 5550100"), ("Fin", "+1 171 5550100")] {
            people.people.push(Person { name: name.to_owned(), contact: None });
            people.add_phone(number, people.people.len() - 1);
        }
        let name = |address: &str| people.find(address).map(|person| person.name.as_str());
        assert_eq!((name("+491715550100"), name("+11715550100")), (Some("Eva"), Some("Fin")));
        assert_eq!(name("01715550100"), Some("Eva"));
        assert_eq!(people.identity("0171/5550100"), people.identity("+49 171 5550100"));
        assert_eq!(people.identity("Ada@Example.com "), "ada@example.com");
    }

    #[test]
    fn strangers_stay_strangers() {
        let people = people();
        for address in ["+49 172 5550100", "+1 212 555 0100", "0", "", "5550110", "10", "nobody@example.com", "Ada"] {
            assert_eq!(people.find(address), None, "{address}");
        }
    }
}
