//! People the phone recognised, and keywords.

use std::collections::BTreeMap;

use super::asset::text;
use super::query::SHOWN;
use super::{KeywordCount, Person, Photos, failed};
use crate::{Result, fold};

impl Photos {
    /// The people in the pictures of the main grid: those with a name first, then by how many there are.
    pub fn people(&mut self) -> Result<Vec<Person>> {
        if !self.library.has.people {
            return Ok(Vec::new());
        }
        let mut people = self.counted_people().map_err(failed)?;
        let order = |person: &Person| (person.name.is_none(), std::cmp::Reverse(person.count));
        people.sort_by_cached_key(|person| (order(person), person.name.as_deref().map(fold), person.id));
        Ok(people)
    }

    fn counted_people(&self) -> rusqlite::Result<Vec<Person>> {
        // SQLite takes the other columns of the row that holds the maximum.
        let newest = format!(
            "SELECT person AS who, COUNT(DISTINCT id) AS pictures, id AS newest, MAX(COALESCE(created, -1e12))
             FROM person_photo JOIN photo ON id = photo WHERE {SHOWN} GROUP BY person"
        );
        let face = format!("SELECT photo.id FROM photo WHERE photo.id = person.face AND {SHOWN}");
        let sql = format!(
            "SELECT who, pictures, name, COALESCE(({face}), newest) AS cover FROM ({newest}) JOIN person ON person.id = who"
        );
        let mut statement = self.library.prepare(&sql)?;
        let people = statement.query_map([], |row| {
            let cover: i64 = row.get("cover")?;
            let name = text(row, "name")?;
            Ok(Person {
                id: row.get("who")?,
                name: name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
                count: row.get("pictures")?,
                cover: Some(format!("photo/{cover}")),
            })
        })?;
        people.collect()
    }

    /// Names of the people in pictures, each once, in alphabetical order; those without a name are left out.
    pub(super) fn people_of(&self, ids: &[i64]) -> Result<BTreeMap<i64, Vec<String>>> {
        if !self.library.has.people {
            return Ok(BTreeMap::new());
        }
        let sql =
            "SELECT name FROM person_photo JOIN person ON person.id = person WHERE photo = ? AND name IS NOT NULL";
        self.texts_of(ids, sql)
    }

    /// The keywords of the pictures in the main grid, in alphabetical order.
    pub fn keywords(&mut self) -> Result<Vec<KeywordCount>> {
        if !self.library.has.keywords {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT k.ZTITLE AS title, COUNT(DISTINCT id) AS pictures
             FROM keyword_photo JOIN photo ON id = photo JOIN ZKEYWORD k ON k.Z_PK = keyword WHERE {SHOWN} GROUP BY k.ZTITLE"
        );
        let mut statement = self.library.prepare(&sql).map_err(failed)?;
        let found = statement.query_map([], |row| Ok((text(row, "title")?, row.get("pictures")?))).map_err(failed)?;
        let named = |(title, count): (Option<String>, u32)| Some(KeywordCount { title: title?, count });
        let mut keywords: Vec<KeywordCount> = found.flatten().filter_map(named).collect();
        keywords.sort_by_cached_key(|keyword| fold(&keyword.title));
        Ok(keywords)
    }

    /// Keywords of pictures, in alphabetical order.
    pub(super) fn keywords_of(&self, ids: &[i64]) -> Result<BTreeMap<i64, Vec<String>>> {
        if !self.library.has.keywords {
            return Ok(BTreeMap::new());
        }
        let sql = "SELECT ZTITLE AS name FROM keyword_photo JOIN ZKEYWORD ON Z_PK = keyword WHERE photo = ?";
        self.texts_of(ids, sql)
    }

    /// What `sql` gives as `name` for each picture, sorted, each once.
    fn texts_of(&self, ids: &[i64], sql: &str) -> Result<BTreeMap<i64, Vec<String>>> {
        let mut statement = self.library.prepare_cached(sql).map_err(failed)?;
        let mut found = BTreeMap::new();
        for id in ids {
            let names = statement.query_map([id], |row| text(row, "name")).map_err(failed)?;
            let mut names: Vec<String> = names.flatten().flatten().filter(|name| !name.trim().is_empty()).collect();
            names.sort_by_cached_key(|name| (fold(name), name.clone()));
            names.dedup();
            found.insert(*id, names);
        }
        Ok(found)
    }
}
