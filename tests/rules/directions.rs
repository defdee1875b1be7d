//! Arrows only go down: shells -> engine -> {device, store, kinds, export}; kinds -> backup, export; device -> wire <- simulator.

use super::root;

/// Each crate and the crates of the house it may name, tests included.
const ARROWS: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("store", &[]),
    ("backup", &[]),
    ("export", &[]),
    ("device", &["wire"]),
    ("simulator", &["wire"]),
    ("kinds", &["backup", "export"]),
    ("engine", &["backup", "device", "export", "kinds", "simulator", "store"]),
    ("cli", &["engine"]),
];

/// Who may name whom in its tests alone.
const IN_TESTS: &[(&str, &str)] = &[("device", "simulator")];

#[test]
fn crates_name_only_the_crates_below_them() {
    let manifests = ["crates", "."];
    assert!(manifests.iter().all(|folder| root().join(folder).is_dir()));
    let crates: Vec<String> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    for name in &crates {
        let (_, allowed) = ARROWS
            .iter()
            .find(|(known, _)| known == name)
            .unwrap_or_else(|| panic!("{name} has no place in the house: add it here"));
        for (named, in_tests) in dependencies(&format!("crates/{name}/Cargo.toml")) {
            let ours = ARROWS.iter().any(|(known, _)| *known == named);
            let tested = in_tests && IN_TESTS.contains(&(name.as_str(), named.as_str()));
            assert!(!ours || tested || allowed.contains(&named.as_str()), "{name} must not depend on {named}");
        }
    }
    assert_eq!(crates.len(), ARROWS.len(), "a crate of the list is gone");
    let window: Vec<String> = dependencies("Cargo.toml")
        .into_iter()
        .map(|(named, _)| named)
        .filter(|named| ARROWS.iter().any(|(known, _)| known == named))
        .collect();
    assert_eq!(window, ["engine"], "the window knows the engine only");
}

/// The packages named in the dependency tables of a manifest (not the workspace's own table), and whether for tests alone.
fn dependencies(manifest: &str) -> Vec<(String, bool)> {
    let text = std::fs::read_to_string(root().join(manifest)).unwrap();
    let (mut inside, mut in_tests) = (false, false);
    let mut named = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]") && !line.starts_with("[workspace");
            in_tests = line.ends_with("dev-dependencies]");
        } else if inside && let Some((key, _)) = line.split_once('=') {
            named.push((key.trim().trim_end_matches(".workspace").to_string(), in_tests));
        }
    }
    named
}
