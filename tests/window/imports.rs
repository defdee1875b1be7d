//! A backup folder gets into the window the ways a person has: dropped onto it, and through the system's folder dialog.

use crate::driver::{Window, until};
use crate::{button, heading};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const ESCAPE: char = '\u{E00C}';

/// Ends with the folder imported as a second version.
pub fn by_drop_and_dialog(window: &Window) {
    let folder = backup_folder(window);
    drop_onto(&folder);
    window.find(&heading("Import a backup"));
    window.find(&format!("//dialog[@open]//*[contains(@class, 'path')][contains(., '{}')]", folder.display()));
    window.picture("9-dropped");
    window.press(&[ESCAPE]);
    until("the sheet to close", || {
        window.run("return document.querySelector('dialog[open]') === null", json!([])).as_bool()?.then_some(())
    });

    // The page's stand-in for dialogs goes: from here on the real one opens.
    window.run("window.fetch = window.ownFetch", json!([]));
    window.click("//button[contains(., 'Import a backup')]", 1);
    window.click("//dialog[@open]//button[contains(., 'Choose a folder')]", 1);
    choose("Which backup folder?", &folder);
    window.find(&format!("//dialog[@open]//*[contains(@class, 'path')][contains(., '{}')]", folder.display()));
    window.picture("10-chosen");
    window.click(&button("Import"), 1);
    window.find("//aside//p[contains(., ' new')]");
    window.picture("11-imported");
}

/// The first version as the folder other programs keep, written out by the app itself.
fn backup_folder(window: &Window) -> PathBuf {
    let to = window.home().join("Finder backups");
    window.run(
        "const [to] = arguments;
         const call = (name, body) => window.__TAURI_INTERNALS__.invoke('call', { name, body });
         return call('native.start', { version: 'latest', location: null, to });",
        json!([to]),
    );
    until("the folder to be written", || {
        let jobs =
            window.run("return window.__TAURI_INTERNALS__.invoke('call', { name: 'jobs.list', body: {} })", json!([]));
        let done = |job: &serde_json::Value| job["title"] == "Write an Apple backup folder" && job["state"] == "done";
        jobs.as_array()?.iter().any(done).then_some(())
    });
    let folder = std::fs::read_dir(&to).expect("the folder").flatten().next().expect("a backup");
    folder.path()
}

fn drop_onto(folder: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("window/drop.py");
    // Debian's own Python has the X library.
    let dropped = Command::new("/usr/bin/python3").arg(script).arg("Heirloom").arg(folder).output().expect("python3");
    assert!(dropped.status.success(), "{}", String::from_utf8_lossy(&dropped.stderr));
}

/// Answers GTK's folder dialog by the keyboard. There is no window manager here that would give it the focus.
fn choose(title: &str, folder: &Path) {
    let xdotool = |arguments: &[&str]| {
        let output = Command::new("xdotool").args(arguments).output().expect("xdotool");
        let found = String::from_utf8_lossy(&output.stdout).trim().to_string();
        (output.status.success() && !found.is_empty()).then_some(found)
    };
    let dialog = until("the folder dialog", || xdotool(&["search", "--onlyvisible", "--name", title]));
    let dialog = dialog.lines().last().expect("a window").to_string();
    xdotool(&["windowfocus", "--sync", &dialog]);
    // The first letter opens the line for a path, and what comes before it is there gets lost.
    xdotool(&["key", "slash"]);
    std::thread::sleep(Duration::from_secs(1));
    xdotool(&["key", "ctrl+a"]);
    xdotool(&["type", "--delay", "30", &folder.display().to_string()]);
    std::thread::sleep(Duration::from_millis(500));
    until("the folder dialog to close", || {
        xdotool(&["key", "Return"]);
        std::thread::sleep(Duration::from_millis(700));
        xdotool(&["search", "--onlyvisible", "--name", title]).is_none().then_some(())
    });
}
