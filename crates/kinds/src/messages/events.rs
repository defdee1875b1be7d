//! Things that happened to a conversation, as sentences.

use super::read::Raw;

/// What a row says happened; `None` for a message. `actor` and `other` are names.
///
/// `item_type`: 1 people came or went, 2 renamed, 3 left or changed the picture, 4 location, 5 audio kept, 6 SharePlay.
pub(super) fn sentence(raw: &Raw, actor: &str, other: &str) -> Option<String> {
    let action = raw.group_action;
    let sentence = match raw.item_type {
        0 => return None,
        1 if action == 1 && raw.other_handle == raw.handle && raw.handle != 0 => {
            format!("{other} has a new phone number")
        }
        1 if action == 1 => format!("{actor} removed {other}"),
        1 => format!("{actor} added {other}"),
        2 => match raw.group_title.as_deref().filter(|title| !title.is_empty()) {
            Some(title) => format!("{actor} named the conversation “{title}”"),
            None => format!("{actor} removed the name of the conversation"),
        },
        3 => match action {
            1 => format!("{actor} changed the group photo"),
            2 => format!("{actor} removed the group photo"),
            4 => format!("{actor} changed the background"),
            6 => format!("{actor} removed the background"),
            _ => format!("{actor} left the conversation"),
        },
        4 if raw.share_status == 1 => format!("{actor} stopped sharing location"),
        4 => format!("{actor} started sharing location"),
        5 => format!("{actor} kept an audio message"),
        6 => format!("{actor} started SharePlay"),
        unknown => format!("Something happened that is not known yet (type {unknown})"),
    };
    Some(sentence)
}
