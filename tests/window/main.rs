//! The real window on the screen `xvfb-run` gives it: `HEIRLOOM_WINDOW` names the binary, `cargo xtask test window` sets it.

mod driver;
mod imports;

use driver::{Window, until};
use engine::simulator::contents::{Contents, ExpectedContact};
use serde_json::json;
use std::path::{Path, PathBuf};

const CONTROL: char = '\u{E009}';
const RIGHT: char = '\u{E014}';
const ESCAPE: char = '\u{E00C}';

#[test]
fn from_an_empty_window_to_a_contacts_file() {
    let Some(binary) = std::env::var_os("HEIRLOOM_WINDOW").map(PathBuf::from) else {
        eprintln!("skipped: HEIRLOOM_WINDOW does not name the window's binary");
        return;
    };
    let window = Window::open(&binary);
    note_problems(&window);
    back_up(&window);
    window.click("//section[@aria-label='Versions']//li[1]/button", 1);
    messages(&window);
    photos(&window);
    contacts(&window);
    imports::by_drop_and_dialog(&window);
    assert_eq!(window.run("return window.problems", json!([])), json!([]));
}

/// Keeps what the page's policy forbade and what it did not catch.
fn note_problems(window: &Window) {
    window.run(
        "window.problems = [];
         // An observer that asks for one more frame says so as an error; it is none.
         addEventListener('error', ({ message }) => message.startsWith('ResizeObserver') || window.problems.push(message));
         addEventListener('unhandledrejection', (event) => window.problems.push(String(event.reason)));
         addEventListener('securitypolicyviolation', (event) => window.problems.push(event.violatedDirective + ' ' + event.blockedURI));",
        json!([]),
    );
}

pub fn button(name: &str) -> String {
    format!("//button[normalize-space()='{name}']")
}

pub fn heading(name: &str) -> String {
    format!("//*[self::h1 or self::h2 or self::h3][starts-with(normalize-space(), '{name}')]")
}

fn kind(title: &str) -> String {
    format!("//nav[@aria-label='Kinds']//button[@title='{title}']")
}

fn back_up(window: &Window) {
    window.find(&heading("Connect your iPhone"));
    window.picture("1-welcome");
    window.click(&button("Try with a pretend iPhone"), 1);
    window.click(&button("Trust This Computer"), 1);
    window.find(&heading("Tap Trust on the iPhone"));
    window.click(&button("Tap Trust"), 1);
    window.find(&heading("Never backed up"));
    window.click(&button("Back Up Now"), 1);
    window.find(&heading("Enter your passcode on the iPhone"));
    window.picture("2-passcode");
    window.find(&heading("Versions 1"));
    window.find(&heading("Backed up just now"));
    window.picture("3-backed-up");
}

fn messages(window: &Window) {
    window.click(&kind("Messages"), 1);
    window.find("//section[@aria-label='Conversation']//*[contains(@class, 'bubble')]");
    window.picture("4-messages");
}

/// A photo comes over `media:` and is really drawn.
fn photos(window: &Window) {
    let drawn = "return [...document.querySelectorAll(arguments[0])].filter((image) => image.naturalWidth > 0).length";
    let title = || window.run("return document.querySelector('dialog[open] h2')?.textContent", json!([]));
    window.click(&kind("Photos"), 1);
    until("thumbnails", || (window.run(drawn, json!(["[role=option] img"])).as_u64()? >= 20).then_some(()));
    window.picture("5-photos");
    window.click("//*[@role='listbox']//*[@role='option'][1]", 2);
    until("the photo", || (window.run(drawn, json!(["dialog[open] img"])).as_u64()? == 1).then_some(()));
    window.picture("6-photo");
    let first = title();
    assert!(first.is_string());
    window.press(&[RIGHT]);
    until("the next photo", || (title() != first).then_some(()));
    window.press(&[ESCAPE]);
    until("the grid", || title().is_null().then_some(()));
}

/// The file holds everyone the pretend iPhone knows.
fn contacts(window: &Window) {
    let folder = window.home().join("exported");
    answer_dialogs(window, &folder);
    window.click(&kind("Contacts"), 1);
    window.click("//*[@role='listbox']//*[@role='option'][2]", 1);
    window.find("//article//h2");
    window.press(&[CONTROL, 'a']);
    window.picture("7-contacts");
    window.click("//button[starts-with(@aria-label, 'Export')]", 1);
    window.click("//*[@role='menuitem'][contains(., 'vCard')]", 1);
    window.find("//aside//p[contains(., 'in 1 file')]");
    window.picture("8-exported");
    let written = std::fs::read_to_string(folder.join("Contacts.vcf")).expect("the contacts file");
    let written = written.replace("\r\n ", "");
    let expected = Contents::build(1, 0.02, &window.home().join("contents")).expect("the same contents").expected();
    assert_eq!(written.matches("BEGIN:VCARD\r\n").count(), expected.contacts.len());
    for contact in &expected.contacts {
        for value in values(contact) {
            assert!(written.contains(&value), "{value} of {contact:?} is not in the file");
        }
    }
}

/// What of a contact must stand in a vCard, written as there.
fn values(contact: &ExpectedContact) -> Vec<String> {
    let names = [&contact.first, &contact.last, &contact.organization].into_iter().flatten().cloned();
    let numbers = contact.phones.iter().chain(&contact.emails).map(|labelled| labelled.value.clone());
    names.chain(numbers).map(|value| value.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;")).collect()
}

/// The system's folder dialog is outside the page: the call that opens it answers with `folder` instead.
fn answer_dialogs(window: &Window, folder: &Path) {
    window.run(
        "const [folder] = arguments;
         const real = (window.ownFetch = window.fetch);
         window.fetch = (address, ...rest) =>
           String(address).includes('dialog%7Copen')
             ? Promise.resolve(new Response(JSON.stringify(folder), { headers: { 'Content-Type': 'application/json', 'Tauri-Response': 'ok' } }))
             : real(address, ...rest);",
        json!([folder]),
    );
}
