//! A file is one idea.

use super::sources;

/// Files aim under 300 lines; none may grow past this.
const LINES_AT_MOST: usize = 400;

#[test]
fn no_file_has_outgrown_its_idea() {
    let all = ["crates", "src-tauri", "xtask", "tests"].into_iter().flat_map(|folder| sources(folder, &[".rs"]));
    let page = sources("ui/src", &[".ts", ".svelte"]).into_iter().filter(|(path, _)| !path.ends_with("generated.ts"));
    let long: Vec<String> = all
        .chain(page)
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_AT_MOST)
        .map(|(path, lines)| format!("{path}: {lines}"))
        .collect();
    assert!(long.is_empty(), "over {LINES_AT_MOST} lines: {long:#?}");
}
