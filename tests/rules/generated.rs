//! What is generated is fresh.

use super::root;

#[test]
fn the_pages_types_are_those_of_the_engine() {
    let kept = std::fs::read_to_string(root().join("ui/src/api/generated.ts")).unwrap_or_default();
    assert!(kept == engine::api::typescript(), "ui/src/api/generated.ts is stale: run `cargo xtask types`");
}
