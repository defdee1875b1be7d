//! The first page of a conversation.

use chrono::Local;
use export::pdf::{Front, isolated};

use super::super::super::Header;
use super::super::words::{count, day, instant};
use super::super::{Around, Extent};

pub fn front(conversation: &Header, around: &Around) -> Front {
    let people = conversation.people.iter().map(|person| match person.address == person.name {
        true => isolated(&person.name),
        false => format!("{}, {}", isolated(&person.name), isolated(&person.address)),
    });
    let mut fields = vec![("People".to_owned(), people.chain(["Me, the owner of the phone".to_owned()]).collect())];
    if let Some(Extent { messages, first, last }) = around.extent {
        fields.push(("Messages".to_owned(), vec![count(messages, "message")]));
        if let (Some(first), Some(last)) = (first, last) {
            fields.push(("Period".to_owned(), vec![format!("{} to {}", day(first), day(last))]));
        }
    }
    if let Some(source) = around.source {
        let mut lines = vec![format!("{}, as it was on {}", source.device, instant(source.made))];
        lines.push(format!("Version {}", source.id));
        fields.push(("Source".to_owned(), lines));
    }
    let now = Local::now();
    fields.push(("Exported".to_owned(), vec![now.format("%Y-%m-%d %H:%M").to_string()]));
    fields.push(("Times".to_owned(), vec![format!("In the time zone of this computer, now UTC{}", now.format("%:z"))]));
    let group = conversation.group.then(|| format!("Group of {}", conversation.people.len() + 1));
    let subtitle: Vec<String> = conversation.service.clone().into_iter().chain(group).collect();
    Front {
        title: conversation.title.clone(),
        subtitle: Some(subtitle.join(" · ")).filter(|text| !text.is_empty()),
        fields,
        note: around.left_out.clone(),
    }
}
