//! Things that happened to a chat, as sentences.

use super::rows::Raw;

/// What a row says happened; `None` for a message. `actor` and `others` are names, `others` those the text lists.
///
/// Kind 6 is about groups, kind 10 about the chat itself; `ZGROUPEVENTTYPE` says what.
pub(super) fn sentence(raw: &Raw, actor: &str, others: &str) -> Option<String> {
    let text = raw.text.as_deref().unwrap_or_default();
    Some(match (raw.kind, raw.event) {
        (6, 1) => format!("{actor} changed the group's name to “{text}”"),
        (6, 2) => format!("{others} joined the group"),
        (6, 3) => format!("{others} left the group"),
        (6, 4) => format!("{actor} changed the group's picture"),
        (6, 5) => format!("{actor} removed the group's picture"),
        (6, 7) => format!("{others} was removed from the group"),
        (6, 10) => "You are now an admin".to_owned(),
        (6, 12) => format!("{actor} created the group"),
        (6, 50) => format!("{others} joined the group"),
        (10, 1) => "Missed voice call".to_owned(),
        (10, 2) => "Messages are end-to-end encrypted".to_owned(),
        (10, 3) => format!("The security code of {actor} changed"),
        (10, 4 | 22) => "Missed video call".to_owned(),
        (10, 26 | 38) => "This is a chat with a business".to_owned(),
        (10, 30) => "The business account became a standard one".to_owned(),
        (10, 34) => "You blocked this contact".to_owned(),
        (10, 35) => "You unblocked this contact".to_owned(),
        (10, 40 | 41) => "Call".to_owned(),
        (kind @ (6 | 10), event) => format!("Something happened that is not known yet (kind {kind}, event {event})"),
        _ => return None,
    })
}
