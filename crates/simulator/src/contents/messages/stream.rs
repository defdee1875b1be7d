//! Conversations as streams of rows, oldest first: the same every time, nothing of it kept.

use std::collections::{BinaryHeap, VecDeque};

use super::body::styled;
use super::conversations::Conversation;
use super::script::{Line, Scene, Sends, notices, script};
use super::typedstream::Rich;
use crate::contents::ContentsOptions;
use crate::contents::clock::{DAY, now};
use crate::contents::random::Random;

/// One row of `message`.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub conversation: usize,
    /// Which of the conversation's chats.
    pub chat: usize,
    /// Unix milliseconds.
    pub at: i64,
    /// A place among the participants; `None` is the owner.
    pub sender: Option<usize>,
    pub guid: String,
    pub what: What,
}

impl Said {
    /// Something people see as a message: no tapback, no event, nothing recently deleted.
    pub fn is_message(&self) -> bool {
        matches!(&self.what, What::Message(message) if !message.deleted)
    }
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Message(Message),
    Tapback { target: String, part: usize, quoted: String, kind: &'static str, removed: bool },
    Event(Event),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    pub body: Rich,
    pub sends: Option<Attached>,
    /// Guid and length of what it answers.
    pub reply: Option<(String, usize)>,
    /// What it said before it was edited.
    pub before: Option<Rich>,
    pub unsent: bool,
    /// In "Recently Deleted".
    pub deleted: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Attached {
    pub guid: String,
    pub kind: Sends,
    /// Only in iCloud.
    pub missing: bool,
}

/// What happens to a group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    Renamed(String),
    Added(usize),
    Left,
    NewPhoto,
}

/// The rows of one conversation before day 1.
pub(crate) struct Stream<'a> {
    conversation: &'a Conversation,
    random: Random,
    ready: VecDeque<Said>,
    composed: u64,
    last: i64,
    events: Vec<(u64, Event)>,
}

impl<'a> Stream<'a> {
    pub fn new(options: &ContentsOptions, conversation: &'a Conversation) -> Stream<'a> {
        let share = |tenths: u64| conversation.messages * tenths / 10;
        let mut events = Vec::new();
        if conversation.group {
            // Taken from the end, so the first comes last.
            events = vec![
                (share(8), Event::Left),
                (share(5), Event::NewPhoto),
                (share(3), Event::Added(conversation.participants.len() - 1)),
            ];
            events.extend(conversation.title.iter().map(|title| (share(1), Event::Renamed(title.clone()))));
        }
        let random = Random::of(options.seed, &[41, conversation.index as u64]);
        Stream { conversation, random, ready: VecDeque::new(), composed: 0, last: conversation.from, events }
    }

    fn compose(&mut self) {
        let conversation = self.conversation;
        let left = conversation.messages - self.composed;
        let span = conversation.to - conversation.from;
        // The last scene begins when the conversation ends.
        let part = (self.composed as f64 / conversation.messages.saturating_sub(5).max(1) as f64).min(1.0);
        let start = conversation.from + (span as f64 * part) as i64;
        let spacing = span / conversation.messages as i64;
        let start = if spacing > DAY * 200 && part < 1.0 { waking(start, &mut self.random) } else { start };
        let mut composer = Composer {
            conversation,
            random: &mut self.random,
            at: start.min(conversation.to).max(self.last + 1000),
            pace: spacing,
        };
        let said = composer.scene(left);
        self.composed += said.iter().filter(|said| matches!(said.what, What::Message(_))).count() as u64;
        self.last = said.last().map_or(self.last, |said| said.at);
        self.ready.extend(said);
        if let Some((_, event)) = self.events.pop_if(|(due, _)| self.composed > *due) {
            self.last += 1000;
            let sender = if event == Event::Left { Some(0) } else { None };
            let (guid, what) = (self.random.guid(), What::Event(event));
            self.ready.push_back(Said { conversation: conversation.index, chat: 0, at: self.last, sender, guid, what });
        }
    }
}

impl Iterator for Stream<'_> {
    type Item = Said;

    fn next(&mut self) -> Option<Said> {
        while self.ready.is_empty() && self.composed < self.conversation.messages {
            self.compose();
        }
        self.ready.pop_front()
    }
}

/// The same local day, between breakfast and bedtime.
fn waking(at: i64, random: &mut Random) -> i64 {
    let day = at.div_euclid(DAY * 1000) * DAY * 1000;
    day + random.between(6 * 3600, 21 * 3600) * 1000
}

/// All conversations woven together by time.
pub(crate) struct Woven<'a> {
    streams: Vec<Stream<'a>>,
    heads: BinaryHeap<Head>,
}

struct Head {
    said: Said,
}

impl PartialEq for Head {
    fn eq(&self, other: &Head) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Head {}
impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Head) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Head {
    /// The earliest is the greatest: heaps give the greatest first.
    fn cmp(&self, other: &Head) -> std::cmp::Ordering {
        (other.said.at, other.said.conversation).cmp(&(self.said.at, self.said.conversation))
    }
}

/// Every row before day 1, oldest first.
pub(crate) fn woven<'a>(options: &ContentsOptions, plan: &'a [Conversation]) -> Woven<'a> {
    let mut streams: Vec<Stream<'a>> = plan.iter().map(|conversation| Stream::new(options, conversation)).collect();
    let heads = streams.iter_mut().filter_map(|stream| stream.next().map(|said| Head { said })).collect();
    Woven { streams, heads }
}

impl Iterator for Woven<'_> {
    type Item = Said;

    fn next(&mut self) -> Option<Said> {
        let Head { said } = self.heads.pop()?;
        if let Some(next) = self.streams[said.conversation].next() {
            self.heads.push(Head { said: next });
        }
        Some(said)
    }
}

/// The rows of one later day: about forty messages in a few conversations.
pub(crate) fn of_day(options: &ContentsOptions, plan: &[Conversation], day: u32) -> Vec<Said> {
    let random = &mut Random::of(options.seed, &[42, u64::from(day)]);
    let mut all = Vec::new();
    let mut messages = 0;
    while messages < 40 {
        let conversation = &plan[(random.below(12) * random.below(12) / 11) as usize % plan.len()];
        let at = now(day) * 1000 - random.between(3600, 14 * 3600) * 1000;
        let scene = Composer { conversation, random, at, pace: DAY * 1000 }.scene(u64::MAX);
        messages += scene.iter().filter(|said| said.is_message()).count();
        all.extend(scene);
    }
    all.sort_by_key(|said| said.at);
    all
}

struct Composer<'a> {
    conversation: &'a Conversation,
    random: &'a mut Random,
    /// Unix milliseconds of the last line.
    at: i64,
    /// Milliseconds there are for a line.
    pace: i64,
}

impl Composer<'_> {
    /// One scene, at most `left` messages of it.
    fn scene(&mut self, left: u64) -> Vec<Said> {
        if let Some(company) = self.conversation.company {
            return vec![self.notice(company)];
        }
        // Half of what people with another mother tongue write to the owner is English.
        let language = if self.random.percent(35) { 0 } else { self.conversation.language };
        let script = script(language);
        let scenes = if self.conversation.group { &script.all } else { &script.pairs };
        let scene = &scenes[self.random.below(scenes.len() as u64) as usize];
        let turn = self.random.next();
        let chat = usize::from(self.conversation.chats.len() > 1 && self.random.percent(8));
        let voices = self.voices(scene);
        let plain = self.conversation.chats[chat].service == "SMS";
        let mut said = Vec::new();
        let mut spoken: Vec<(String, usize)> = Vec::new();
        for line in scene.lines.iter().take(left.min(1000) as usize) {
            let fill = |text: &str| script.fill(text, turn);
            let message = self.message(line, plain, &voices, fill, &spoken);
            let guid = message.0;
            let quoted = message.1.body.text.clone();
            spoken.push((guid.clone(), message.1.body.length()));
            let part = usize::from(message.1.sends.is_some() && !line.text.is_empty());
            said.push(self.said(chat, voices[line.voice], guid.clone(), What::Message(message.1)));
            for (voice, kind, removed) in line.tapbacks.iter().filter(|_| !plain) {
                let what =
                    What::Tapback { target: guid.clone(), part, quoted: quoted.clone(), kind, removed: *removed };
                let id = self.random.guid();
                said.push(self.said(chat, voices[*voice], id, what));
            }
        }
        said
    }

    /// Who plays A, B, C …: `None` is the owner, who is in every scene of two.
    fn voices(&mut self, scene: &Scene) -> Vec<Option<usize>> {
        let heard = |line: &Line| line.tapbacks.iter().map(|tapback| tapback.0).chain([line.voice]).max().unwrap_or(0);
        let count = scene.lines.iter().map(heard).max().unwrap_or(0) + 1;
        let mut cast: Vec<Option<usize>> =
            std::iter::once(None).chain((0..self.conversation.participants.len()).map(Some)).collect();
        let turn = self.random.below(cast.len() as u64) as usize;
        cast.rotate_left(turn);
        (0..count.max(2)).map(|voice| cast[voice % cast.len()]).collect()
    }

    fn message(
        &mut self,
        line: &Line,
        plain: bool,
        voices: &[Option<usize>],
        fill: impl Fn(&str) -> String,
        spoken: &[(String, usize)],
    ) -> (String, Message) {
        let guid = self.random.guid();
        let name = |voice: usize| {
            let known =
                |who: usize| (self.conversation.names[who].clone(), self.conversation.participants[who].clone());
            Some(voices.get(voice)?.map_or_else(|| self.conversation.owner.clone(), known))
        };
        let part = i32::from(line.sends.is_some());
        let text = fill(line.text);
        let text = if plain { text.replace("**", "").replace("__", "") } else { text };
        let mut body = styled(&text, part, name);
        let sends =
            line.sends.map(|kind| Attached { guid: format!("at_0_{guid}"), kind, missing: self.random.below(12) == 0 });
        if let Some(sends) = &sends {
            body = body.with_attachment(&sends.guid, &super::attachments::file_name(sends.kind, &sends.guid));
        }
        let before = line.before.filter(|_| !plain).map(|before| styled(&fill(before), 0, |_| None));
        let reply = line.reply.filter(|_| !plain).and_then(|line| spoken.get(line - 1)).cloned();
        let deleted = self.conversation.index == 4 && self.random.percent(2) && sends.is_none();
        if plain && line.unsent {
            body = styled("👋", 0, |_| None);
        }
        (guid, Message { body, sends, reply, before, unsent: line.unsent && !plain, deleted })
    }

    fn notice(&mut self, company: usize) -> Said {
        let (_, texts) = &notices()[company];
        let text = *self.random.pick(texts);
        let text = text.replace("{digits}", &self.random.digits(10)).replace("{code}", &self.random.digits(6));
        let text = text.replace("{n}", &self.random.between(1, 9).to_string());
        let body = styled(&text, 0, |_| None);
        let guid = self.random.guid();
        self.said(0, Some(0), guid, What::Message(Message { body, ..Message::default() }))
    }

    fn said(&mut self, chat: usize, sender: Option<usize>, guid: String, what: What) -> Said {
        let said = Said { conversation: self.conversation.index, chat, at: self.at, sender, guid, what };
        self.at += self.random.between(4_000, 240_000).min((self.pace * 3 / 4).max(1000));
        said
    }
}
