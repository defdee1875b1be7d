//! Backups of other programs are noticed, offered once, and kept with a yes.

use crate::import::{folder_of, set_state};
use engine::{Config, Engine};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tests::{Home, PATIENCE, call, wait};

/// An engine that watches a folder as it would Apple's own.
async fn watching(home: &Path, folder: &Path) -> Engine {
    let (apples_folders, quiet) = (vec![folder.to_path_buf()], Duration::from_millis(400));
    let config = Config { watch_devices: false, apples_folders, quiet, ..Config::below(home) };
    Engine::start(config).await.expect("the engine starts")
}

/// Asks until the offers are so many.
async fn offers(engine: &Engine, count: usize) -> Vec<Value> {
    let asking = async {
        loop {
            let answer = call(engine, "offers.list", json!({})).await;
            let offers = answer["offers"].as_array().cloned().unwrap_or_default();
            if offers.len() == count {
                return offers;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("never {count} offers"))
}

/// Never an offer for a while.
async fn no_offer(engine: &Engine) {
    for _ in 0..15 {
        assert_eq!(call(engine, "offers.list", json!({})).await["offers"], json!([]));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_backup_is_offered_once_it_is_left_alone() {
    let home = Home::new(0.01).await;
    let (first, udid) = (home.back_up().await, home.phone().udid().to_string());
    let place = tempfile::tempdir().unwrap();
    let (watched, folder) =
        (place.path().join("MobileSync/Backup"), place.path().join("MobileSync/Backup").join(&udid));
    let engine = watching(&place.path().join("home"), &watched).await;
    let told = call(&engine, "offers.list", json!({})).await;
    assert_eq!(told["offers"], json!([]));

    // The folder appears while the app runs; what is being written is not offered.
    std::fs::create_dir_all(place.path().join("MobileSync")).unwrap();
    folder_of(&home, &first, &folder);
    set_state(&folder, "uploading");
    no_offer(&engine).await;
    set_state(&folder, "finished");
    let offer = offers(&engine, 1).await.remove(0);
    assert_eq!((&offer["udid"], &offer["folder"]), (&json!(udid), &json!(folder)));

    // Dismissed, it stays so, in the next start as well; the next backup in the same folder is another one.
    call(&engine, "offers.dismiss", json!({ "folders": [folder] })).await;
    no_offer(&engine).await;
    engine.stop().await;
    let engine = watching(&place.path().join("home"), &watched).await;
    no_offer(&engine).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    home.phone().day_passes().expect("a day");
    let second = home.back_up().await;
    folder_of(&home, &second, &folder);
    offers(&engine, 1).await;

    // Kept, it is offered no more.
    let started = call(&engine, "import.start", json!({ "folders": [folder] })).await;
    wait(&engine, started["job"].as_u64().unwrap()).await;
    offers(&engine, 0).await;
    let listed = call(&engine, "versions.list", json!({})).await;
    assert_eq!(listed["versions"].as_array().unwrap().len(), 1);

    // Switched off, nothing is looked at; a folder of the person's own is watched alike.
    let mut settings = call(&engine, "settings.get", json!({})).await;
    settings["watched"] = json!([place.path().join("other")]);
    let theirs = place.path().join("other").join(&udid);
    folder_of(&home, &first, &theirs);
    settings["watch_apple"] = json!(false);
    call(&engine, "settings.set", settings.clone()).await;
    no_offer(&engine).await;
    settings["watch_apple"] = json!(true);
    call(&engine, "settings.set", settings).await;
    assert_eq!(offers(&engine, 1).await[0]["folder"], json!(theirs));
    engine.stop().await;
}
