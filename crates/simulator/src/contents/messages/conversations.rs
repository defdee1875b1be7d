//! Who writes with the owner: the plan of all conversations, from the seed.

use super::script::{LANGUAGES, notices};
use crate::contents::ContentsOptions;
use crate::contents::clock::{DAY, now};
use crate::contents::contacts::names::CULTURES;
use crate::contents::contacts::{self, PARTNER};
use crate::contents::persona::Persona;
use crate::contents::random::Random;

/// One conversation as people see it.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    pub index: usize,
    /// Phone numbers, mail addresses or a company's name.
    pub participants: Vec<String>,
    /// What their cards call them, for mentions.
    pub names: Vec<String>,
    /// The owner's first name and number, for mentions.
    pub owner: (String, String),
    /// The rows of `chat`: one, or two for a person over iMessage and SMS.
    pub chats: Vec<Chat>,
    pub group: bool,
    pub title: Option<String>,
    pub language: usize,
    pub company: Option<usize>,
    /// Messages before day 1, tapbacks and events not counted.
    pub messages: u64,
    /// Unix milliseconds of the first and about the last message.
    pub from: i64,
    pub to: i64,
}

/// A row of `chat`.
#[derive(Clone, Debug)]
pub(crate) struct Chat {
    pub guid: String,
    pub identifier: String,
    pub service: &'static str,
    pub group_id: String,
}

const TITLES: [&str; 8] = [
    "Family 🏡",
    "Weekend hikers 🥾",
    "Book club",
    "Haus 14",
    "Los de siempre",
    "Board games & snacks",
    "Reise nach Porto ✈️",
    "قروب العيلة",
];
/// Language of each culture, as a place in [`LANGUAGES`].
const SPOKEN: [usize; 16] = [0, 1, 2, 3, 4, 5, 0, 0, 6, 7, 0, 8, 9, 0, 10, 0];

/// All conversations of a phone, most talkative first.
pub(crate) fn plan(options: &ContentsOptions) -> Vec<Conversation> {
    let count = ((60.0 * options.scale.sqrt()).round() as usize).clamp(12, 2000);
    let total = (12_600.0 * options.scale).max(400.0);
    let weight = |index: usize| {
        let lonely = if is_company(index) { 0.25 } else { 1.0 };
        lonely / (index as f64 + 1.5).powf(0.9)
    };
    let weights: f64 = (0..count).map(weight).sum();
    let people = people(options);
    let messages = |index| match (index, (total * weight(index) / weights).ceil() as u64) {
        (0, messages) => messages.max(options.longest_conversation),
        (_, messages) => messages,
    };
    (0..count).map(|index| one(options, &people, index, messages(index))).collect()
}

fn is_company(index: usize) -> bool {
    index % 10 == 9
}

/// Cards of people one can write to, the closest first.
fn people(options: &ContentsOptions) -> Vec<i64> {
    let mut ids = vec![PARTNER];
    let person = |id: &i64| {
        let card = contacts::person(options, *id);
        *id != PARTNER && !card.phones.is_empty() && !card.company
    };
    // A deleted card would leave a number without a name, so only those no day deletes.
    ids.extend((2..=contacts::count(options) as i64 / 2).filter(person));
    ids
}

fn one(options: &ContentsOptions, people: &[i64], index: usize, messages: u64) -> Conversation {
    let random = &mut Random::of(options.seed, &[40, index as u64]);
    let group = !is_company(index) && matches!(index % 6, 1 | 3);
    let company = is_company(index).then_some(index / 10 % notices().len());
    let who = people[index % people.len()];
    let address = |id: i64, mail: bool| {
        let card = contacts::person(options, id);
        let mail = card.emails.first().filter(|_| mail).map(|mail| mail.value.clone());
        mail.or(card.phones.first().map(|phone| phone.value.clone())).unwrap_or_default()
    };
    let named = |id: i64, mail: bool| (address(id, mail), contacts::person(options, id).first.unwrap_or_default());
    let mut written: Vec<(String, String)> = if let Some(company) = company {
        let name = notices()[company].0;
        // When all have written once, their other senders begin.
        let again = index / 10 / notices().len();
        let sender = name.to_uppercase().replace(' ', "") + &if again > 0 { again.to_string() } else { String::new() };
        vec![(sender, name.into())]
    } else if group {
        // Whoever comes next in the list, a few at a time; never the same person twice.
        let size = 3 + random.below(3) as usize;
        (0..size.min(people.len() / 2))
            .map(|step| named(people[(index * 3 + step * 2) % people.len()], false))
            .collect()
    } else if index % 15 == 11 {
        vec![(contacts::mobile(9_900 + index as i64, "gb"), String::new())]
    } else {
        vec![named(who, index % 8 == 5)]
    };
    written.dedup();
    let (participants, names): (Vec<String>, Vec<String>) = written.into_iter().unzip();
    let service = if company.is_some() || index % 9 == 4 { "SMS" } else { "iMessage" };
    let both = !group
        && company.is_none()
        && service == "iMessage"
        && (index == 0 || index % 7 == 2)
        && participants[0].starts_with('+');
    let services = if both { vec!["iMessage", "SMS"] } else { vec![service] };
    let chats = services.into_iter().map(|service| chat(service, group, &participants, random)).collect();
    let persona = Persona::of(options);
    let culture = who as usize % CULTURES.len();
    let foreign = index > 3 && random.percent(70);
    let end = now(0) * 1000 - (index * index) as i64 * 2_400_000 - random.between(3_600_000, 10_800_000);
    let years = if index < 6 { 5.6 } else { random.float(0.6, 5.0) };
    Conversation {
        index,
        participants,
        names,
        owner: (persona.owner.split(' ').next().unwrap_or_default().into(), persona.phone_number),
        chats,
        group,
        title: (group && index % 12 != 9).then(|| TITLES[index / 3 % TITLES.len()].to_string()),
        language: if foreign { SPOKEN[culture] } else { 0 }.min(LANGUAGES.len() - 1),
        company,
        messages: messages.max(6),
        from: end - (years * 365.25) as i64 * DAY * 1000,
        to: end,
    }
}

fn chat(service: &'static str, group: bool, participants: &[String], random: &mut Random) -> Chat {
    let identifier =
        if group { format!("chat{}{}", 1 + random.below(9), random.digits(17)) } else { participants[0].clone() };
    let guid = format!("{service};{};{identifier}", if group { '+' } else { '-' });
    Chat { guid, identifier, service, group_id: random.guid() }
}

/// What `message.account` says of a service.
pub(crate) fn account(persona: &Persona, service: &str) -> String {
    let sign = if service == "SMS" { "P" } else { "p" };
    format!("{sign}:{}", persona.phone_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contents::messages::stream::{Said, woven};

    #[test]
    fn the_longest_conversation_is_as_long_as_asked_for() {
        let options = ContentsOptions { scale: 0.01, longest_conversation: 3000, ..ContentsOptions::default() };
        let plan = plan(&options);
        let said: Vec<Said> = woven(&options, &plan).filter(Said::is_message).collect();
        let of = |index| said.iter().filter(|said| said.conversation == index).count();
        assert_eq!(of(0), 3000);
        assert!(of(1) < 300, "{}", of(1));
        assert!(said.is_sorted_by_key(|said| said.at));
    }
}
