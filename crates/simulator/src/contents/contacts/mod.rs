//! The people in the address book: a pure function of the seed and the day.

pub(crate) mod names;
mod person;
pub(crate) mod write;

use super::random::{Random, hash};
use super::{ContentsOptions, ExpectedContact, ExpectedGroup, Labelled};

pub(crate) use person::{PARTNER, mobile, person};

/// Cards before the first day passed; the first one is the owner's.
pub(crate) fn count(options: &ContentsOptions) -> u64 {
    ((350.0 * options.scale) as u64).max(48)
}

/// Cards up to here are people one writes with: no day deletes them.
fn kept(options: &ContentsOptions) -> u64 {
    count(options) / 2
}

/// What a day does to the address book. Numbers are `ABPerson.ROWID`s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Change {
    pub edited: i64,
    pub added: i64,
    pub deleted: i64,
}

pub(crate) fn change(options: &ContentsOptions, day: u32) -> Change {
    let (all, kept) = (count(options), kept(options));
    // From the end downwards, one a day; a phone old enough to have none left deletes what was added before.
    let spare = all - kept;
    let back = u64::from(day) - 1;
    let deleted = if back < spare { all - back } else { all + back + 1 - spare };
    Change {
        edited: 2 + (hash(options.seed, &[31, u64::from(day)]) % (kept - 2)) as i64,
        added: (all + u64::from(day)) as i64,
        deleted: deleted as i64,
    }
}

/// Writes a day's edit into a card.
pub(crate) fn edit(card: &mut ExpectedContact, day: u32) {
    card.note = Some(format!("New address since November. (Day {day})"));
    let value = format!("new.{}.{day}@example.com", card.id);
    card.emails.push(Labelled { label: "_$!<Home>!$_".into(), value });
}

/// All cards of a day, by `ABPerson.ROWID`.
pub(crate) fn all(options: &ContentsOptions, day: u32) -> Vec<ExpectedContact> {
    let mut cards: Vec<ExpectedContact> = (1..=count(options) as i64).map(|id| person(options, id)).collect();
    for day in 1..=day {
        let change = change(options, day);
        cards.push(person(options, change.added));
        let link = cards.iter().find(|card| card.id == change.deleted).and_then(|card| card.link);
        cards.retain(|card| card.id != change.deleted);
        // The other card of the person stands alone now.
        cards.iter_mut().filter(|card| link.is_some() && card.link == link).for_each(|card| card.link = None);
        if let Some(card) = cards.iter_mut().find(|card| card.id == change.edited) {
            edit(card, day);
        }
    }
    cards
}

/// The groups of a day; those who were deleted are out of them.
pub(crate) fn groups(options: &ContentsOptions, cards: &[ExpectedContact]) -> Vec<ExpectedGroup> {
    let named = ["Family 🏡", "Work", "Climbing 🧗", "أصدقاء", "Neighbours"];
    let group = |(index, name): (usize, &&str)| {
        // Only those of day 0 are ever put into a group.
        let member = |card: &&ExpectedContact| {
            card.id > 1
                && card.id <= count(options) as i64
                && Random::of(options.seed, &[32, index as u64, card.id as u64]).percent(7)
        };
        ExpectedGroup { name: (*name).into(), members: cards.iter().filter(member).map(|card| card.id).collect() }
    };
    named.iter().enumerate().map(group).collect()
}
