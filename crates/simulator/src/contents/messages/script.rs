//! The talk files: little scenes of everyday life with slots to fill, and how they are read.

use std::sync::OnceLock;

/// What people of one language say.
pub(crate) struct Script {
    slots: Vec<(&'static str, Vec<&'static str>)>,
    /// For two.
    pub pairs: Vec<Scene>,
    /// For any number.
    pub all: Vec<Scene>,
}

#[derive(Clone)]
pub(crate) struct Scene {
    pub lines: Vec<Line>,
}

/// One message and what others do to it.
#[derive(Clone)]
pub(crate) struct Line {
    /// 0 for A, 1 for B …
    pub voice: usize,
    /// With slots and marks still in it.
    pub text: &'static str,
    /// The line of the scene this answers.
    pub reply: Option<usize>,
    /// What it said before it was edited.
    pub before: Option<&'static str>,
    pub unsent: bool,
    pub sends: Option<Sends>,
    /// Voice, tapback, taken away again.
    pub tapbacks: Vec<(usize, &'static str, bool)>,
}

/// What a message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sends {
    Photo,
    Heic,
    Video,
    Voice,
    Pdf,
    Gif,
    Card,
}

pub(crate) const LANGUAGES: [&str; 11] = ["en", "de", "es", "fr", "it", "pt", "ja", "zh", "ar", "he", "uk"];
const FILES: [&str; 11] = [
    include_str!("talk/en.txt"),
    include_str!("talk/de.txt"),
    include_str!("talk/es.txt"),
    include_str!("talk/fr.txt"),
    include_str!("talk/it.txt"),
    include_str!("talk/pt.txt"),
    include_str!("talk/ja.txt"),
    include_str!("talk/zh.txt"),
    include_str!("talk/ar.txt"),
    include_str!("talk/he.txt"),
    include_str!("talk/uk.txt"),
];

/// Companies and what they send.
pub(crate) fn notices() -> &'static [(&'static str, Vec<&'static str>)] {
    static READ: OnceLock<Vec<(&str, Vec<&str>)>> = OnceLock::new();
    READ.get_or_init(|| {
        let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
        let lines = include_str!("talk/notices.txt").lines().filter_map(|line| line.split_once(" | "));
        for (sender, text) in lines.filter(|(sender, _)| !sender.starts_with('#')) {
            match all.iter_mut().find(|(name, _)| *name == sender) {
                Some((_, texts)) => texts.push(text),
                None => all.push((sender, vec![text])),
            }
        }
        all
    })
}

/// The script of a language of [`LANGUAGES`], by its place there.
pub(crate) fn script(language: usize) -> &'static Script {
    static READ: [OnceLock<Script>; 11] = [const { OnceLock::new() }; 11];
    READ[language].get_or_init(|| read(FILES[language]))
}

fn read(file: &'static str) -> Script {
    let mut slots = Vec::new();
    let mut scenes = Vec::new();
    let mut scene: Vec<Line> = Vec::new();
    for line in file.lines().chain([""]) {
        if let Some((name, values)) = line.strip_prefix("slot ").and_then(|slot| slot.split_once(" = ")) {
            slots.push((name, values.split(" | ").collect()));
        } else if line.is_empty() {
            if !scene.is_empty() {
                scenes.push(Scene { lines: std::mem::take(&mut scene) });
            }
        } else if let Some((removed, tapback)) =
            line.strip_prefix("-+ ").map(|rest| (true, rest)).or(line.strip_prefix("+ ").map(|rest| (false, rest)))
        {
            if let (Some(said), Some((voice, kind))) = (scene.last_mut(), tapback.split_once(' ')) {
                said.tapbacks.push((voice_of(voice), kind, removed));
            }
        } else if let Some((voice, text)) = line.split_once(": ") {
            scene.push(spoken(voice_of(voice), text));
        }
    }
    let pairs = scenes.iter().filter(|scene| scene.lines.iter().all(|line| line.voice < 2)).cloned().collect();
    Script { slots, pairs, all: scenes }
}

fn voice_of(letter: &str) -> usize {
    usize::from(letter.bytes().next().unwrap_or(b'A').saturating_sub(b'A'))
}

fn spoken(voice: usize, text: &'static str) -> Line {
    let mut line = Line { voice, text, reply: None, before: None, unsent: false, sends: None, tapbacks: Vec::new() };
    let Some((mark, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) else { return line };
    line.text = rest.trim_start();
    match mark.split_once(' ') {
        Some(("reply", number)) => line.reply = number.parse().ok(),
        _ if mark.starts_with("edit: ") => line.before = Some(&mark[6..]),
        _ => match mark {
            "unsent" => line.unsent = true,
            "photo" => line.sends = Some(Sends::Photo),
            "heic" => line.sends = Some(Sends::Heic),
            "video" => line.sends = Some(Sends::Video),
            "voice" => line.sends = Some(Sends::Voice),
            "pdf" => line.sends = Some(Sends::Pdf),
            "gif" => line.sends = Some(Sends::Gif),
            "vcard" => line.sends = Some(Sends::Card),
            // A link is text like any other; the mark only says that it is one.
            _ => {}
        },
    }
    line
}

impl Script {
    /// Fills the slots of a line; within a scene a slot always says the same.
    pub fn fill(&self, text: &str, turn: u64) -> String {
        let mut filled = String::with_capacity(text.len() + 16);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else { break };
            filled.push_str(before);
            if let Some(at) = self.slots.iter().position(|(slot, _)| *slot == name) {
                let values = &self.slots[at].1;
                let pick = super::super::random::hash(turn, &[at as u64]) % values.len() as u64;
                filled.push_str(values[pick as usize]);
            }
            rest = tail;
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_scenes_and_known_slots() {
        for (index, language) in LANGUAGES.iter().enumerate() {
            let script = script(index);
            assert!(script.pairs.len() >= 3, "{language}");
            for line in script.all.iter().flat_map(|scene| &scene.lines) {
                let filled = script.fill(line.text, 7);
                assert!(!filled.contains(['{', '}', '[', ']']), "{language}: {filled}");
                assert!(!filled.is_empty() || line.unsent || line.sends.is_some(), "{language}: an empty line");
                assert!(line.reply.is_none_or(|line| line >= 1), "{language}");
            }
        }
        assert!(script(0).all.len() >= 55 && script(0).all.len() > script(0).pairs.len());
        assert!(notices().len() >= 5);
    }
}
