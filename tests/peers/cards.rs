//! vobject, a vCard parser in Python, reads the contacts Heirloom exports.

use crate::backups::Client;
use crate::computer::{Computer, text};
use engine::simulator::contents::{ExpectedContact, Labelled};
use serde_json::{Value, json};
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn vobject_finds_every_name_phone_and_address() {
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    Client::Heirloom.back_up(&computer).await;
    let (backups, to) = (computer.path("backups"), computer.path("cards"));
    let asked = ["export", "contacts", "latest", "--format", "vcf", "--to", text(&to), "--location", text(&backups)];
    let job = computer.heirloom(&asked).await;
    let written = job["result"]["path"].as_str().unwrap_or_else(|| panic!("{job:#}"));

    let expected = computer.phone().expected().contacts;
    let cards = computer.python("cards.py", Path::new(written)).await;
    let mut cards = cards.as_array().expect("cards").clone();
    assert_eq!(cards.len(), expected.len());
    for contact in &expected {
        let found = cards.iter().position(|card| is_of(card, contact));
        cards.remove(found.unwrap_or_else(|| panic!("no card of {contact:#?} among {cards:#?}")));
    }
}

/// Whether a card says all of a contact's names, numbers and addresses, and nothing else.
fn is_of(card: &Value, contact: &ExpectedContact) -> bool {
    let names = [&contact.prefix, &contact.first, &contact.middle, &contact.last, &contact.suffix];
    let names = names.map(|name| name.clone().unwrap_or_default());
    let titled = match &contact.organization {
        Some(organization) if contact.company => card["title"] == json!(organization),
        _ => names.iter().all(|name| card["title"].as_str().is_some_and(|title| title.contains(name.as_str()))),
    };
    titled
        && card["names"] == json!(names)
        && card["phones"] == json!(values(&contact.phones))
        && card["emails"] == json!(values(&contact.emails))
}

fn values(labelled: &[Labelled]) -> Vec<&str> {
    let mut values: Vec<&str> = labelled.iter().map(|one| one.value.as_str()).collect();
    values.sort_unstable();
    values
}
