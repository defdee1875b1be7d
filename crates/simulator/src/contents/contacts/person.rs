//! One card.

use super::ContentsOptions;
use super::names::{COMPANIES, CULTURES, Culture, Home, JOBS, NOTES, STREET_MAIL};
use crate::contents::persona::Persona;
use crate::contents::random::Random;
use crate::contents::{ExpectedAddress, ExpectedContact, Labelled};

const MOBILE: &str = "_$!<Mobile>!$_";
const HOME: &str = "_$!<Home>!$_";
const WORK: &str = "_$!<Work>!$_";
/// Who the owner writes to most.
pub(crate) const PARTNER: i64 = 16;
/// Every so many cards, one is a second card of the person before it.
const LINKED: i64 = 40;

fn labelled(label: &str, value: impl Into<String>) -> Labelled {
    Labelled { label: label.into(), value: value.into() }
}

/// The number a person is written to at; no two cards share one. All ranges are kept free for fiction by their regulators.
pub(crate) fn mobile(id: i64, country: &str) -> String {
    let n = id.unsigned_abs();
    match country {
        "gb" | "ng" | "in" if n < 1000 => format!("+447700900{n:03}"),
        "de" | "tr" | "ua" if n < 5000 => {
            let area = ["3023125", "6990009", "4066969", "2214710", "8999998"][(n / 1000) as usize];
            format!("+49{area}{:03}", n % 1000)
        }
        "fr" | "it" | "jo" | "es" if n < 10_000 => format!("+336399{:05}", 80_000 + n),
        "se" | "dk" if n < 95 => format!("+46701740{:03}", 605 + n),
        _ => format!("+1{}55501{:02}", 201 + (n / 100) % 789, n % 100),
    }
}

/// The card with a row number.
pub(crate) fn person(options: &ContentsOptions, id: i64) -> ExpectedContact {
    if id == 1 {
        return owner(options);
    }
    if id % LINKED == LINKED / 2 + 1 {
        return second_card(options, id);
    }
    let random = &mut Random::of(options.seed, &[30, id as u64]);
    if id % 17 == 9 && id % LINKED != LINKED / 2 {
        return company(id, random);
    }
    let culture = &CULTURES[culture_of(id)];
    let (first, last) = name_of(id, culture);
    let home = random.pick(culture.homes);
    let mail = mail_name(culture, first, last);
    let mut card = ExpectedContact {
        id,
        first: Some(culture.first[first].into()),
        last: Some(culture.last[last].into()),
        first_phonetic: culture.phonetic.map(|(firsts, _)| firsts[first].into()),
        last_phonetic: culture.phonetic.map(|(_, lasts)| lasts[last].into()),
        has_photo: random.percent(60),
        link: (id % LINKED == LINKED / 2).then_some(id / LINKED + 1),
        ..ExpectedContact::default()
    };
    let label = if random.percent(40) { "iPhone" } else { MOBILE };
    card.phones.push(labelled(label, mobile(id, home.code)));
    if random.percent(70) {
        card.emails.push(labelled(HOME, format!("{mail}@{}", random.pick(STREET_MAIL))));
    }
    names(&mut card, random, id);
    numbers(&mut card, random, id);
    work(&mut card, random, &mail);
    places(&mut card, random, home);
    extras(&mut card, random, &mail);
    card
}

fn culture_of(id: i64) -> usize {
    id.unsigned_abs() as usize % CULTURES.len()
}

/// Places in the lists of first and last names; the same pair comes back only after all pairs are used up.
fn name_of(id: i64, culture: &Culture) -> (usize, usize) {
    let turn = id.unsigned_abs() as usize / CULTURES.len() * 5 + 3;
    let first = turn % culture.first.len();
    (first, (turn / culture.first.len() + first * 3) % culture.last.len())
}

fn mail_name(culture: &Culture, first: usize, last: usize) -> String {
    let (first, last) = match culture.latin {
        Some((firsts, lasts)) => (firsts[first], lasts[last]),
        None => (culture.first[first], culture.last[last]),
    };
    let plain = |name: &str| -> String {
        name.to_lowercase()
            .chars()
            .filter_map(|letter| match letter {
                'a'..='z' => Some(letter),
                'á' | 'ä' | 'ã' | 'å' | 'à' => Some('a'),
                'é' | 'è' | 'ê' | 'ë' => Some('e'),
                'í' | 'ï' => Some('i'),
                'ó' | 'ö' | 'ø' | 'õ' => Some('o'),
                'ú' | 'ü' => Some('u'),
                'ñ' => Some('n'),
                'ß' => Some('s'),
                _ => None,
            })
            .collect()
    };
    format!("{}.{}", plain(first), plain(last))
}

fn owner(options: &ContentsOptions) -> ExpectedContact {
    let persona = Persona::of(options);
    let (first, last) = persona.owner.split_once(' ').unwrap_or((&persona.owner, ""));
    ExpectedContact {
        id: 1,
        first: Some(first.into()),
        last: Some(last.into()),
        phones: vec![labelled("iPhone", persona.phone_number.clone())],
        emails: vec![labelled(HOME, persona.email.clone())],
        birthday: Some("1991-04-17".into()),
        has_photo: true,
        ..ExpectedContact::default()
    }
}

/// The same person again, out of another account: only a name and a mail address.
fn second_card(options: &ContentsOptions, id: i64) -> ExpectedContact {
    let first = person(options, id - 1);
    let work = labelled(WORK, format!("contact.{id}@work.example"));
    ExpectedContact {
        id,
        first: first.first,
        last: first.last,
        emails: vec![work],
        link: first.link,
        ..ExpectedContact::default()
    }
}

fn company(id: i64, random: &mut Random) -> ExpectedContact {
    let name = COMPANIES[id as usize / 17 % COMPANIES.len()];
    ExpectedContact {
        id,
        organization: Some(if id as usize / 17 < COMPANIES.len() {
            name.into()
        } else {
            format!("{name} {}", id / 17)
        }),
        company: true,
        phones: vec![
            labelled("_$!<Main>!$_", mobile(id, "us")),
            labelled("_$!<WorkFAX>!$_", mobile(id + 40_000, "us")),
        ],
        urls: vec![labelled("_$!<HomePage>!$_", format!("https://shop{id}.example.com"))],
        note: random.percent(40).then(|| "Closed on Mondays ☕️".into()),
        has_photo: false,
        ..ExpectedContact::default()
    }
}

fn names(card: &mut ExpectedContact, random: &mut Random, id: i64) {
    if random.percent(8) {
        card.middle = Some((*random.pick(&["Marie", "José", "A.", "Linh", "van der"])).into());
    }
    if random.percent(4) {
        card.prefix = Some((*random.pick(&["Dr.", "Prof.", "Ms."])).into());
    }
    if random.percent(3) {
        card.suffix = Some((*random.pick(&["Jr.", "III", "MD"])).into());
    }
    if random.percent(10) {
        card.nickname = Some((*random.pick(&["Sunny ☀️", "Bear 🐻", "Pim", "Coach", "Lolo", "ゆっぴー"])).into());
    }
    if id == PARTNER {
        card.nickname = Some("Love ❤️".into());
    } else if random.percent(4) {
        let last = card.last.take().unwrap_or_default();
        card.last = Some(format!("{last} {}", random.pick(&["🎸", "🚲", "🌵", "👩‍👩‍👧", "🇵🇹"])));
    }
}

fn numbers(card: &mut ExpectedContact, random: &mut Random, id: i64) {
    let more = [(HOME, 22), (WORK, 20), ("_$!<Pager>!$_", 2), ("Ferienhaus", 4), ("_$!<Other>!$_", 5)];
    for (index, (label, chance)) in more.into_iter().enumerate() {
        if random.percent(chance) {
            card.phones.push(labelled(label, mobile(id + 10_000 * (index as i64 + 1), "us")));
        }
    }
}

fn work(card: &mut ExpectedContact, random: &mut Random, mail: &str) {
    if random.percent(40) {
        let (job, department) = random.pick(JOBS);
        let company = random.pick(COMPANIES);
        card.organization = Some((*company).into());
        card.job_title = Some((*job).into());
        card.department = random.percent(50).then(|| (*department).into());
        if random.percent(60) {
            card.emails.push(labelled(WORK, format!("{mail}@work.example")));
        }
    }
}

fn places(card: &mut ExpectedContact, random: &mut Random, home: &Home) {
    for (label, chance) in [(HOME, 45), (WORK, 12)] {
        if random.percent(chance) {
            let (number, street) = (random.between(1, 180), random.pick(home.streets));
            let mut line = if home.number_first { format!("{number} {street}") } else { format!("{street} {number}") };
            if random.percent(20) {
                line.push_str("\nApt. 3");
            }
            card.addresses.push(ExpectedAddress {
                label: label.into(),
                street: line,
                city: home.city.into(),
                state: home.state.into(),
                zip: home.zip.into(),
                country: home.country.into(),
                country_code: home.code.into(),
            });
        }
    }
}

fn extras(card: &mut ExpectedContact, random: &mut Random, mail: &str) {
    let date = |random: &mut Random| format!("{:02}-{:02}", random.between(1, 12), random.between(1, 28));
    if random.percent(50) {
        let day = date(random);
        card.birthday =
            Some(if random.percent(25) { format!("--{day}") } else { format!("{}-{day}", random.between(1942, 2018)) });
    }
    if random.percent(25) {
        card.note = Some((*random.pick(NOTES)).into());
    }
    if random.percent(12) {
        card.urls.push(labelled("_$!<HomePage>!$_", format!("https://{mail}.example.org/about?a=1&b=2")));
    }
    if random.percent(8) {
        card.dates.push(labelled("_$!<Anniversary>!$_", format!("{}-{}", random.between(1985, 2024), date(random))));
    }
    if random.percent(10) {
        let label =
            *random.pick(&["_$!<Spouse>!$_", "_$!<Mother>!$_", "_$!<Brother>!$_", "_$!<Friend>!$_", "Patenkind"]);
        card.related.push(labelled(label, *random.pick(&["Robin", "Mónica Vega", "Ole", "さくら", "Daria"])));
    }
    if random.percent(12) {
        let service = *random.pick(&["Twitter", "LinkedIn", "Facebook"]);
        card.social.push(labelled(service, mail.replace('.', "_")));
    }
    if random.percent(6) {
        let service = *random.pick(&["Jabber", "Skype", "ICQ"]);
        card.instant.push(labelled(service, mail));
    }
}
