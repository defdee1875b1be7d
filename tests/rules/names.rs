//! Who may name what.

use super::{root, sources};

#[test]
fn tauri_is_named_only_by_the_window() {
    for (path, text) in sources("crates", &[".rs", ".toml"]).into_iter().chain(sources("tests", &[".rs", ".toml"])) {
        let names = text.lines().any(|line| line.contains("tauri::") || line.trim_start().starts_with("tauri"));
        assert!(!names || path.starts_with("tests/rules"), "{path} names tauri");
    }
}

#[test]
fn idevice_is_named_only_by_device() {
    for (path, text) in sources("crates", &[".rs", ".toml"]) {
        let names = text.contains("idevice::") || text.lines().any(|line| line.starts_with("idevice"));
        assert!(!names || path.starts_with("crates/device/"), "{path} names idevice");
    }
}

#[test]
fn the_page_knows_its_host_in_one_folder() {
    for (path, text) in sources("ui/src", &[".ts", ".svelte"]) {
        assert!(!text.contains("@tauri-apps") || path.starts_with("ui/src/api/host/"), "{path} names @tauri-apps");
    }
}

#[test]
fn nothing_is_ever_rendered_as_html() {
    for (path, text) in sources("ui/src", &[".ts", ".svelte"]) {
        for forbidden in ["{@html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            assert!(!text.contains(forbidden), "{path} uses {forbidden}");
        }
    }
}

#[test]
fn nothing_is_left_for_later_in_the_code() {
    for (path, text) in
        sources("crates", &[".rs"]).into_iter().chain(sources("src-tauri", &[".rs"])).chain(sources("xtask", &[".rs"]))
    {
        for forbidden in ["todo!(", "unimplemented!(", "dbg!("] {
            assert!(!text.contains(forbidden), "{path} has {forbidden}");
        }
    }
}

#[test]
fn the_lock_files_name_no_registry() {
    for lock in ["ui/package-lock.json", "tests/web/package-lock.json"] {
        let text = std::fs::read_to_string(root().join(lock)).unwrap();
        assert!(!text.contains("\"resolved\""), "{lock} names download addresses");
    }
}
