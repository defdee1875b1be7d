//! A contact as the phone knows it, and what to call it.

use super::day::Day;
use super::label::Label;

/// One card of the address book. Texts are empty where the phone has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contact {
    /// The card's number in this address book.
    pub id: i64,
    /// Apple's lasting identifier.
    pub guid: String,
    pub name: Name,
    pub is_company: bool,
    pub organization: String,
    pub organization_phonetic: String,
    pub department: String,
    pub job_title: String,
    pub note: String,
    pub birthday: Option<Day>,
    /// Unix milliseconds UTC.
    pub created: Option<i64>,
    pub changed: Option<i64>,
    /// Where the card is kept: `iCloud`, `On My iPhone` …
    pub account: String,
    pub groups: Vec<String>,
    pub phones: Vec<Labelled<String>>,
    pub emails: Vec<Labelled<String>>,
    pub addresses: Vec<Labelled<Address>>,
    pub urls: Vec<Labelled<String>>,
    pub messaging: Vec<Labelled<Profile>>,
    pub profiles: Vec<Labelled<Profile>>,
    pub related: Vec<Labelled<String>>,
    pub dates: Vec<Labelled<Day>>,
    /// Own sounds for calls and messages.
    pub tones: Vec<Labelled<String>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Name {
    pub prefix: String,
    pub first: String,
    pub middle: String,
    pub last: String,
    pub suffix: String,
    pub nickname: String,
    pub previous_last: String,
    pub phonetic_first: String,
    pub phonetic_middle: String,
    pub phonetic_last: String,
    /// What an account without name parts gives.
    pub display: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Labelled<T> {
    pub label: Label,
    pub value: T,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    pub street: String,
    pub sub_locality: String,
    pub city: String,
    pub sub_administrative_area: String,
    pub state: String,
    pub zip: String,
    pub country: String,
    pub country_code: String,
}

/// An account somewhere: an instant messenger or a social network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    pub service: String,
    pub user: String,
    pub url: String,
}

impl Name {
    /// All parts in the order the name is read; family name first where it is written in Chinese, Japanese or Korean.
    pub fn full(&self) -> String {
        let family_first = is_east_asian(&self.last) && (self.first.is_empty() || is_east_asian(&self.first));
        if family_first {
            let japanese =
                [&self.first, &self.last, &self.phonetic_last].into_iter().any(|part| part.chars().any(is_kana));
            let between = if japanese { " " } else { "" };
            return joined([&self.prefix, &self.last, &self.middle, &self.first, &self.suffix], between);
        }
        joined([&self.prefix, &self.first, &self.middle, &self.last, &self.suffix], " ")
    }
}

impl Contact {
    /// What the contact is called; never empty.
    pub fn title(&self) -> String {
        let full = self.name.full();
        let organization = self.organization.clone();
        let names = if self.is_company { [organization, full] } else { [full, organization] };
        let rest = [self.name.display.clone(), self.name.nickname.clone()];
        let first = |values: &[Labelled<String>]| values.first().map(|found| found.value.clone());
        let reached = first(&self.phones).or_else(|| first(&self.emails)).unwrap_or_default();
        let mut candidates = names.into_iter().chain(rest).chain([reached]);
        candidates.find(|name| !name.trim().is_empty()).unwrap_or_else(|| "No name".to_owned())
    }

    /// Every text of the contact that a search should find, the title first.
    pub fn words(&self) -> Vec<String> {
        let name = &self.name;
        let mut words = vec![self.title()];
        let single = [
            &name.prefix,
            &name.first,
            &name.middle,
            &name.last,
            &name.suffix,
            &name.nickname,
            &name.previous_last,
            &name.phonetic_first,
            &name.phonetic_middle,
            &name.phonetic_last,
            &self.organization,
            &self.organization_phonetic,
            &self.department,
            &self.job_title,
        ];
        words.extend(single.into_iter().cloned());
        words.extend(
            [&self.phones, &self.emails, &self.urls, &self.related].into_iter().flatten().map(|v| v.value.clone()),
        );
        words.extend(self.addresses.iter().map(|address| address.value.lines().join(" ")));
        let accounts = [&self.messaging, &self.profiles].into_iter().flatten();
        words.extend(accounts.flat_map(|account| [account.value.service.clone(), account.value.user.clone()]));
        words.push(self.note.clone());
        words.retain(|word| !word.is_empty());
        words
    }

    /// Several linked cards as the one contact the phone shows: the first card's texts, then everything the others add.
    pub fn merged(cards: &[Contact]) -> Contact {
        let Some((first, others)) = cards.split_first() else { return Contact::default() };
        let mut whole = first.clone();
        for card in others {
            whole.take_in(card);
        }
        whole
    }

    fn take_in(&mut self, card: &Contact) {
        if self.name == Name::default() {
            self.name = card.name.clone();
            self.is_company = card.is_company;
        }
        fill(&mut self.name.nickname, &card.name.nickname);
        fill(&mut self.organization, &card.organization);
        fill(&mut self.organization_phonetic, &card.organization_phonetic);
        fill(&mut self.department, &card.department);
        fill(&mut self.job_title, &card.job_title);
        if !card.note.is_empty() && !self.note.contains(&card.note) {
            let between = if self.note.is_empty() { "" } else { "\n\n" };
            self.note = format!("{}{between}{}", self.note, card.note);
        }
        self.birthday = self.birthday.or(card.birthday);
        self.created = [self.created, card.created].into_iter().flatten().min();
        self.changed = self.changed.max(card.changed);
        if !self.account.contains(&card.account) {
            self.account = joined([&self.account, &card.account], ", ");
        }
        add(&mut self.groups, &card.groups, |group| group.clone());
        add(&mut self.phones, &card.phones, |phone| digits(&phone.value));
        add(&mut self.emails, &card.emails, |email| email.value.to_lowercase());
        add(&mut self.urls, &card.urls, |url| url.value.clone());
        add(&mut self.related, &card.related, |name| name.value.clone());
        add(&mut self.tones, &card.tones, |tone| tone.value.clone());
        add(&mut self.dates, &card.dates, |date| (date.label.clone(), date.value));
        add(&mut self.addresses, &card.addresses, |address| address.value.lines());
        add(&mut self.messaging, &card.messaging, |account| {
            (account.value.service.clone(), account.value.user.clone())
        });
        add(&mut self.profiles, &card.profiles, |account| (account.value.service.clone(), account.value.user.clone()));
    }
}

impl Address {
    /// As written on an envelope, line by line, without empty ones.
    pub fn lines(&self) -> Vec<String> {
        let place = joined([&self.zip, &self.city], " ");
        let street = self.street.lines().map(str::to_owned);
        let rest = [&self.sub_locality, &place, &self.sub_administrative_area, &self.state, &self.country];
        street.chain(rest.into_iter().cloned()).filter(|line| !line.is_empty()).collect()
    }
}

impl Profile {
    /// `joe (Skype)`, or the web address when there is no user name.
    pub fn title(&self) -> String {
        let user = if self.user.is_empty() { &self.url } else { &self.user };
        if self.service.is_empty() { user.clone() } else { format!("{user} ({})", self.service) }
    }
}

/// The digits of a phone number.
pub fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

fn fill(text: &mut String, other: &str) {
    if text.is_empty() {
        text.push_str(other);
    }
}

/// Adds what is not there yet, where `key` tells whether two are the same.
fn add<T: Clone, K: PartialEq>(own: &mut Vec<T>, others: &[T], key: impl Fn(&T) -> K) {
    for other in others {
        if !own.iter().any(|known| key(known) == key(other)) {
            own.push(other.clone());
        }
    }
}

fn joined<'a>(parts: impl IntoIterator<Item = &'a String>, between: &str) -> String {
    let parts: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

fn is_east_asian(text: &str) -> bool {
    let is = |c: char| {
        matches!(c, '\u{2e80}'..='\u{2fdf}' | '\u{3005}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
            || is_kana(c)
    };
    !text.is_empty() && text.chars().all(is)
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}')
}
