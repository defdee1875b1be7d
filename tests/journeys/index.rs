//! The search index is a cache: damaged in its middle, it is thrown away and made again.

use serde_json::json;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tests::Home;

/// Flips the bytes at the head of every page in the middle of the file, not those of its own head.
fn damage(index: &Path) {
    let file = OpenOptions::new().read(true).write(true).open(index).unwrap();
    let (pages, mut head) = (file.metadata().unwrap().len() / 4096, [0; 16]);
    assert!(pages > 20, "{pages} pages");
    for page in 1..pages - pages / 4 {
        file.read_exact_at(&mut head, page * 4096).unwrap();
        head.iter_mut().for_each(|byte| *byte ^= 0xA5);
        file.write_all_at(&head, page * 4096).unwrap();
    }
}

/// Searches until all is indexed; how many were found.
async fn found(home: &Home, text: &str) -> usize {
    for _ in 0..300 {
        let answer = home.call("search.find", json!({ "text": text })).await;
        if answer["pending"] == 0 {
            return answer["hits"].as_array().unwrap().len();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never indexed");
}

/// Has all that was written in `index.db` itself; `false`, with a word, where there is no program to do it.
fn gather(index: &Path) -> bool {
    let gathered = Command::new("sqlite3").arg(index).arg("PRAGMA wal_checkpoint(TRUNCATE)").output();
    match &gathered {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "0|0|0", "{output:?}"),
        Err(_) => println!("skipped: no sqlite3 here"),
    }
    gathered.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_index_is_made_again() {
    let mut home = Home::new(0.01).await;
    home.back_up().await;
    let expected = home.phone().expected();
    let name = expected.contacts.iter().find_map(|contact| contact.first.clone()).unwrap();
    let all = found(&home, &name).await;
    assert!(all > 0);

    // While it runs: a search comes upon the damage.
    let index = home.path().join("data/index.db");
    if !gather(&index) {
        return;
    }
    damage(&index);
    assert_eq!(found(&home, &name).await, all);

    // And after a start.
    home.engine.stop().await;
    assert!(gather(&index));
    damage(&index);
    home.engine = tests::engine(home.path(), Some(home.simulator.address().to_string())).await;
    assert_eq!(found(&home, &name).await, all);
}
