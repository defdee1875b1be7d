//! Who is behind an id: `<number>@s.whatsapp.net`, or `<id>@lid` that hides the number.

use std::collections::HashMap;

use backup::{Backup, Database};

use super::KIND_NAME;
use crate::contacts::Pictures;
use crate::conversation::Person;
use crate::people::People;
use crate::{Place, Report, Result, sql};

/// Names by id, from best to worst: the app's copy of the address book, the phone's, the chat's own title, the name
/// people gave themselves.
pub(super) struct Names {
    people: People,
    contacts: HashMap<String, String>,
    titles: HashMap<String, String>,
    own: HashMap<String, String>,
    /// The id with a number of an id without one.
    numbers: HashMap<String, String>,
    /// Media paths of faces, by contact.
    faces: HashMap<i64, String>,
}

impl Names {
    pub fn read(
        backup: &Backup,
        db: &Database,
        [contacts, ids]: [Place; 2],
        people: People,
        pictures: Option<&Pictures>,
        report: &mut Report,
    ) -> Result<Names> {
        let faces = people.contacts().filter_map(|id| Some((id, pictures?.path(id)?))).collect();
        let mut names = Names {
            people,
            contacts: HashMap::new(),
            titles: HashMap::new(),
            own: HashMap::new(),
            numbers: HashMap::new(),
            faces,
        };
        if let Some(db) = sql::spare(backup, contacts, report)? {
            names.read_contacts(&db, report)?;
        }
        if let Some(db) = sql::spare(backup, ids, report)? {
            names.read_numbers(&db, report)?;
        }
        let pairs = |db: &Database, table: &str, id: &str, name: &str, report: &mut Report| {
            let mut found = HashMap::new();
            if db.has_table(table) {
                let query = format!("SELECT {}, {} FROM {table}", db.column(table, id), db.column(table, name));
                sql::each(db, KIND_NAME, &query, [], report, |row, _| {
                    found.extend(sql::text(row, 0).zip(sql::text(row, 1)));
                })?;
            }
            Ok::<_, crate::Error>(found)
        };
        names.titles = pairs(db, "ZWACHATSESSION", "ZCONTACTJID", "ZPARTNERNAME", report)?;
        names.own = pairs(db, "ZWAPROFILEPUSHNAME", "ZJID", "ZPUSHNAME", report)?;
        Ok(names)
    }

    fn read_contacts(&mut self, db: &Database, report: &mut Report) -> Result<()> {
        const TABLE: &str = "ZWAADDRESSBOOKCONTACT";
        if !db.has_table(TABLE) {
            return Ok(());
        }
        let column = |name| db.column(TABLE, name);
        let query =
            format!("SELECT {}, {}, {} FROM {TABLE}", column("ZWHATSAPPID"), column("ZLID"), column("ZFULLNAME"));
        sql::each(db, KIND_NAME, &query, [], report, |row, _| {
            let (jid, lid, name) = (sql::text(row, 0), sql::text(row, 1), sql::text(row, 2));
            for id in [&jid, &lid].into_iter().flatten() {
                self.contacts.extend(name.clone().map(|name| (id.clone(), name)));
            }
            self.numbers.extend(lid.zip(jid));
        })
    }

    /// The table of LID.sqlite that has a hidden id and a number in a row; what it is called is not documented anywhere.
    fn read_numbers(&mut self, db: &Database, report: &mut Report) -> Result<()> {
        let mut tables = Vec::new();
        let query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'ZWA%'";
        sql::each(db, KIND_NAME, query, [], report, |row, _| tables.extend(sql::text(row, 0)))?;
        for table in tables.iter().filter(|table| table.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) {
            let columns = db.columns(table);
            let named = |parts: &[&str]| columns.iter().find(|name| parts.iter().any(|part| name.contains(part)));
            let (Some(id), Some(number)) = (named(&["LID", "ZIDENTIFIER"]), named(&["PHONE"])) else { continue };
            let query = format!("SELECT {id}, {number} FROM {table}");
            sql::each(db, KIND_NAME, &query, [], report, |row, _| {
                let number = sql::text(row, 1).map(|number| number.chars().filter(char::is_ascii_digit).collect());
                let known = sql::text(row, 0).filter(|id| id.ends_with("@lid")).zip(number);
                self.numbers
                    .extend(known.map(|(id, number): (String, String)| (id, format!("{number}@s.whatsapp.net"))));
            })?;
        }
        Ok(())
    }

    /// The person behind an id.
    pub fn person(&self, jid: &str) -> Person {
        let numbered = self.numbers.get(jid).map_or(jid, String::as_str);
        let address = address(numbered);
        let known = self.people.find(&address);
        let saved = [jid, numbered].iter().find_map(|id| self.contacts.get(*id));
        let title = self.titles.get(jid).map(|title| cleaned(title)).filter(|title| !is_number(title));
        let own = [jid, numbered].iter().find_map(|id| self.own.get(*id));
        let name = saved.map(|name| cleaned(name)).or_else(|| known.map(|known| known.name.clone())).or(title);
        let name = name.or_else(|| own.map(|own| format!("~{}", cleaned(own)))).unwrap_or_else(|| address.clone());
        let contact = known.and_then(|known| known.contact);
        let picture = contact.and_then(|contact| self.faces.get(&contact).cloned());
        Person { name, address, contact, picture }
    }
}

/// A name without the marks of writing direction that the app puts around it.
pub(super) fn cleaned(name: &str) -> String {
    name.replace(['\u{200E}', '\u{200F}', '\u{202A}', '\u{202C}'], "").trim().to_owned()
}

fn is_number(title: &str) -> bool {
    title.chars().all(|c| c.is_ascii_digit() || "+-() \u{A0}".contains(c))
}

/// `+491715550100`; an id without a number stays as it is.
fn address(jid: &str) -> String {
    match jid.split_once('@') {
        Some((number, "s.whatsapp.net")) if number.chars().all(|c| c.is_ascii_digit()) => format!("+{number}"),
        _ => jid.to_owned(),
    }
}
