//! The device itself, without a backup.

use engine::api::jobs::{JobResult, JobState};
use engine::api::{Code, call};
use serde_json::json;
use tests::Home;

#[tokio::test(flavor = "multi_thread")]
async fn photos_come_off_without_a_backup() {
    let home = Home::new(0.01).await;
    let udid = home.phone().udid().to_string();
    home.job("device.pair", json!({ "udid": udid })).await;
    let top = home.call("device.media.list", json!({ "udid": udid })).await;
    assert!(top.as_array().unwrap().iter().any(|file| file["name"] == "DCIM" && file["kind"] == "folder"), "{top:#}");
    let to = home.path().join("copied");
    let job = home.job("device.media.copy", json!({ "udid": udid, "paths": ["DCIM"], "to": to })).await;
    let Some(JobResult::Copied { files, bytes, folder }) = &job.result else { panic!("{job:#?}") };
    let here = tests::tree(folder.as_ref());
    assert_eq!((here.len() as u64, here.values().map(|file| file.len() as u64).sum::<u64>()), (*files, *bytes));
    assert!(
        *files > 3 && here.keys().all(|path| path.starts_with("DCIM/")),
        "{:?}",
        here.keys().take(3).collect::<Vec<_>>()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn originals_that_are_only_in_icloud_are_counted_and_named() {
    let home = Home::new(0.1).await;
    let udid = home.phone().udid().to_string();
    home.job("device.pair", json!({ "udid": udid })).await;
    let ask = async || home.call("device.media.inCloud", json!({ "udid": udid })).await;
    let told = ask().await;
    let expected = home.phone().expected().photos;
    assert!(expected.away > 0, "the phone has some: {expected:#?}");
    assert_eq!((&told["known"], &told["count"]), (&json!(true), &json!(expected.away)));
    let named = told["originals"].as_array().unwrap();
    assert_eq!(named.len() as u64, expected.away);
    // None of them is among the files, though their folders are; everything else is.
    let to = home.path().join("copied");
    let job = home.job("device.media.copy", json!({ "udid": udid, "paths": ["DCIM"], "to": to })).await;
    let Some(JobResult::Copied { folder, .. }) = &job.result else { panic!("{job:#?}") };
    let here = tests::tree(folder.as_ref());
    for original in named {
        let path = original["path"].as_str().unwrap();
        assert!(path.starts_with("DCIM/") && !here.contains_key(path), "{path}");
        assert!(original["size"].as_u64() > Some(0) && original["when"].is_i64(), "{original:#}");
    }
    let pictures = here.keys().filter(|path| !path.ends_with(".AAE") && !path.ends_with(".MOV")).count() as u64;
    assert!(pictures >= expected.jpeg + expected.heic + expected.png - expected.missing, "{pictures} of {expected:#?}");

    // What is known is told again at once; a day later the database is read anew.
    assert_eq!(ask().await, told);
    home.phone().day_passes().expect("a day");
    assert_eq!(ask().await["count"], json!(home.phone().expected().photos.away));
    let left = std::fs::read_dir(home.path().join("cache/scratch")).unwrap().flatten().map(|entry| entry.path());
    let copies = left.filter(|path| path.is_dir()).flat_map(|path| std::fs::read_dir(path).unwrap().flatten());
    assert_eq!(copies.filter(|entry| entry.path().is_dir()).count(), 0, "no copy of the database is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_database_that_cannot_be_read_is_no_error() {
    let home = Home::new(0.01).await;
    let udid = home.phone().udid().to_string();
    home.job("device.pair", json!({ "udid": udid })).await;
    let nonsense = b"SQLite format 3\0 and then nonsense".repeat(200);
    assert!(home.phone().put_media("PhotoData/Photos.sqlite", &nonsense));
    let told = home.call("device.media.inCloud", json!({ "udid": udid })).await;
    assert_eq!((&told["known"], &told["count"], &told["originals"]), (&json!(false), &json!(0), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_documents_health_and_name() {
    let home = Home::new(0.01).await;
    let udid = home.phone().udid().to_string();
    home.job("device.pair", json!({ "udid": udid })).await;
    let apps = home.call("device.apps", json!({ "udid": udid, "sizes": true })).await;
    let apps = apps.as_array().unwrap();
    assert!(!apps.is_empty() && apps.iter().any(|app| app["appBytes"].as_u64() > Some(0)));
    let icon = engine::media::find(&home.engine, apps[0]["icon"].as_str().unwrap()).await.unwrap();
    assert_eq!(icon.mime, "image/png");

    let sharing = apps.iter().find(|app| app["sharesDocuments"] == true).expect("an app that shares documents");
    let bundle = sharing["bundle"].as_str().unwrap();
    let given = home.path().join("note.txt");
    std::fs::write(&given, b"from the computer").unwrap();
    let put = home.job("device.documents.put", json!({ "udid": udid, "bundle": bundle, "files": [given] })).await;
    assert_eq!(put.state, JobState::Done, "{put:#?}");
    let listed = home.call("device.documents.list", json!({ "udid": udid, "bundle": bundle })).await;
    assert!(
        listed.as_array().unwrap().iter().any(|file| file["name"] == "note.txt" && file["size"] == 17),
        "{listed:#}"
    );
    let asked = json!({ "udid": udid, "bundle": bundle, "paths": ["note.txt"], "to": home.path().join("back") });
    let Some(JobResult::Copied { files: 1, folder, .. }) = home.job("device.documents.copy", asked).await.result else {
        panic!()
    };
    assert_eq!(tests::tree(folder.as_ref())["note.txt"], b"from the computer");

    let health = home.call("device.health", json!({ "udid": udid })).await;
    assert!(
        health["battery"]["designMah"].as_u64() > Some(0) && health["storage"]["total"].as_u64() > Some(0),
        "{health:#}"
    );
    home.call("device.rename", json!({ "udid": udid, "name": "Anna's new phone" })).await;
    assert_eq!(home.phone().name(), "Anna's new phone");
    let bad = call(&home.engine, "device.rename", json!({ "udid": udid, "name": " " })).await.unwrap_err();
    assert_eq!(bad.code, Code::BadRequest);
    let restarts = home.phone().restarts();
    home.call("device.restart", json!({ "udid": udid })).await;
    assert_eq!(home.phone().restarts(), restarts + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_the_device_could_not_read_is_named_with_its_place() {
    use engine::simulator::{Faults, Unreadable};
    let home = Home::new(0.01).await;
    let unreadable =
        Unreadable { domain: "HomeDomain".into(), path: "Library/SMS/sms.db".into(), code: 0x06, after: 0 };
    let job = home.back_up_with(Faults { unreadable: vec![unreadable], ..Faults::default() }).await;
    let Some(JobResult::Version { unreadable, unreadable_count, .. }) = &job.result else { panic!("{job:#?}") };
    assert_eq!((*unreadable_count, unreadable.len()), (1, 1));
    assert_eq!((unreadable[0].domain.as_str(), unreadable[0].path.as_str()), ("HomeDomain", "Library/SMS/sms.db"));
    assert!(!unreadable[0].reason.is_empty());
}
