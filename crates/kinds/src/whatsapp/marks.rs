//! What others did with a message: reactions and replies, in protocol buffers.

use std::collections::BTreeMap;

use crate::conversation::Reaction;
use crate::protobuf::{Field, fields, last};

/// The reactions in `ZRECEIPTINFO`, as they stand now: field 7 holds those of others in 1 (2 who, 3 emoji, 4 when) and the
/// owner's in 2 (2 emoji, 3 when). An empty emoji takes one back. `name` says who an id is (`None`: the owner).
pub(super) fn reactions(receipts: &[u8], name: impl Fn(Option<&str>) -> String) -> Vec<Reaction> {
    let mut latest: BTreeMap<Option<String>, (u64, String)> = BTreeMap::new();
    let all = fields(receipts).filter(|(number, _)| *number == 7).filter_map(|(_, field)| field.bytes());
    for (number, one) in all.flat_map(fields) {
        let Some(one) = one.bytes() else { continue };
        let text =
            |number| last(one, number).and_then(Field::bytes).map(|text| String::from_utf8_lossy(text).into_owned());
        let (who, emoji, when) = match number {
            1 => (text(2).filter(|who| !who.is_empty()), text(3), 4),
            2 => (None, text(2), 3),
            _ => continue,
        };
        let when = last(one, when).and_then(Field::number).unwrap_or_default();
        let newer = latest.get(&who).is_none_or(|(known, _)| when >= *known);
        if let Some(emoji) = emoji.filter(|_| newer) {
            latest.insert(who, (when, emoji));
        }
    }
    let mut shown: Vec<Reaction> = Vec::new();
    for (who, (_, emoji)) in latest {
        let by = name(who.as_deref());
        match shown.iter_mut().find(|reaction| reaction.emoji == emoji) {
            Some(reaction) => reaction.by.push(by),
            None if emoji.is_empty() => {}
            None => shown.push(Reaction { emoji, by: vec![by], sticker: None, part: Some(0) }),
        }
    }
    shown
}

/// The server's name of the message that is answered: field 5 of `ZMETADATA`.
pub(super) fn answered(metadata: &[u8]) -> Option<String> {
    let name = last(metadata, 5)?.bytes()?;
    let name = std::str::from_utf8(name).ok()?;
    let plausible = (6..=80).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
    plausible.then(|| name.to_owned())
}
