//! Who is behind the rows of `handle`: one per address and service.

use std::collections::HashMap;

use backup::Database;

use super::read::KIND_NAME;
use crate::contacts::{Pictures, digits};
use crate::conversation::Person;
use crate::people::People;
use crate::{Report, Result, sql};

pub(super) struct Handles {
    known: HashMap<i64, Handle>,
}

struct Handle {
    person: Person,
    /// The same for all rows of one person's address.
    identity: String,
}

impl Handles {
    pub fn read(db: &Database, people: &People, pictures: Option<&Pictures>, report: &mut Report) -> Result<Handles> {
        let mut known = HashMap::new();
        if !db.has_table("handle") {
            return Ok(Handles { known });
        }
        let query =
            format!("SELECT ROWID, id, {} FROM handle ORDER BY ROWID", db.column("handle", "person_centric_id"));
        // The phone itself ties addresses of one person together with this id.
        let mut tied: HashMap<String, String> = HashMap::new();
        sql::each(db, KIND_NAME, &query, [], report, |row, _| {
            let (Some(id), Some(address)) = (sql::integer(row, 0), sql::text(row, 1)) else { return };
            let mut person = person(&address, people);
            person.picture = pictures.zip(person.contact).and_then(|(pictures, contact)| pictures.path(contact));
            let mut identity = match (person.contact, digits(&address)) {
                // With and without a country code: the same contact and the same end of the number.
                (Some(contact), number) if !address.contains('@') && number.len() >= 7 => {
                    format!("contact {contact} {}", &number[number.len() - 7..])
                }
                _ => people.identity(&address),
            };
            if let Some(tie) = sql::text(row, 2) {
                identity = tied.entry(tie).or_insert(identity).clone();
            }
            known.insert(id, Handle { person, identity });
        })?;
        Ok(Handles { known })
    }

    pub fn person(&self, handle: i64) -> Option<&Person> {
        self.known.get(&handle).map(|handle| &handle.person)
    }

    pub fn name(&self, handle: i64) -> Option<&str> {
        self.person(handle).map(|person| person.name.as_str())
    }

    pub fn identity(&self, handle: i64) -> Option<&str> {
        self.known.get(&handle).map(|handle| handle.identity.as_str())
    }
}

/// The person at an address, by name where the address book has one.
pub(super) fn person(address: &str, people: &People) -> Person {
    let known = people.find(address);
    Person {
        name: known.map_or_else(|| address.to_owned(), |known| known.name.clone()),
        address: address.to_owned(),
        contact: known.and_then(|known| known.contact),
        picture: None,
    }
}
