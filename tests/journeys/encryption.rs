//! Encrypted backups: the password on the device, locked and unlocked versions, older passwords.

use engine::api::jobs::{Job, JobResult, JobState};
use engine::api::{Code, call};
use engine::simulator::Faults;
use serde_json::{Value, json};
use tests::Home;

const FIRST: &str = "Kürbis 12 & Co";
const SECOND: &str = "second-password";

async fn change(home: &Home, change: Value) -> Job {
    home.job("encryption.change", json!({ "udid": home.phone().udid(), "change": change })).await
}

async fn code(home: &Home, name: &str, body: Value) -> Code {
    call(&home.engine, name, body).await.expect_err(name).code
}

#[tokio::test(flavor = "multi_thread")]
async fn on_locked_unlocked_browsed_and_locked_again() {
    let home = Home::new(0.01).await;
    let turned_on = change(&home, json!({ "kind": "on", "new": FIRST })).await;
    assert_eq!(turned_on.result, Some(JobResult::PasswordChanged { encrypts: true }), "{turned_on:#?}");
    assert!(home.phone().encrypts());
    let version = home.back_up().await;
    let kept = home.versions().await.remove(0);
    assert_eq!((kept["encrypted"].as_bool(), kept["checked"].as_bool()), (Some(true), Some(true)), "{kept:#}");

    home.call("versions.lock", json!({})).await;
    assert_eq!(home.versions().await[0]["unlocked"], false);
    let asked = json!({ "version": version });
    for name in ["version.open", "version.count", "files.domains", "version.unlock"] {
        assert_eq!(code(&home, name, asked.clone()).await, Code::PasswordNeeded, "{name}");
    }
    let wrong = json!({ "version": version, "password": "wrong" });
    assert_eq!(code(&home, "version.unlock", wrong).await, Code::PasswordWrong);
    assert_eq!(home.versions().await[0]["unlocked"], false);

    let opened = home.call("version.unlock", json!({ "version": version, "password": FIRST })).await;
    assert_eq!(opened["version"]["unlocked"], true);
    assert_eq!(home.versions().await[0]["unlocked"], true);
    let expected = home.phone().expected();
    let counts = home.counts(&version).await;
    assert_eq!((&counts["photos"], &counts["calls"]), (&json!(expected.photos.visible), &json!(expected.calls.count)));
    pictures_leave_nothing_on_disk(&home, &version).await;

    let view = home.call("view.open", json!({ "version": version, "kind": "contacts" })).await;
    home.call("versions.lock", json!({})).await;
    let rows = json!({ "view": view["view"], "from": 0, "count": 10 });
    assert_eq!(code(&home, "view.rows", rows).await, Code::ViewClosed);
    assert_eq!(code(&home, "version.open", asked).await, Code::PasswordNeeded);
    assert_eq!(scratch_files(&home), Vec::<String>::new(), "private copies go with the lock");
}

async fn pictures_leave_nothing_on_disk(home: &Home, version: &str) {
    let view = home.call("photos.open", json!({ "version": version, "kind": "photos" })).await;
    let tiles = home.call("photos.rows", json!({ "view": view["view"], "from": 0, "count": 10 })).await;
    let mut drawn = 0;
    for tile in tiles.as_array().unwrap() {
        let path = format!("{version}/photos/thumb256/{}", tile["picture"].as_str().unwrap());
        if let Ok(found) = engine::media::find(&home.engine, &path).await {
            assert_eq!((found.mime.starts_with("image/"), found.cache_control()), (true, "no-store"));
            drawn += 1;
        }
    }
    assert!(drawn >= 5, "{drawn}");
    let previews = home.path().join("cache/previews");
    assert!(!previews.exists() || tests::tree(&previews).is_empty(), "no preview of an encrypted version on the disk");
}

/// Files in the folder of private copies, but for the empty ones that are only there to be locked.
fn scratch_files(home: &Home) -> Vec<String> {
    let files = tests::tree(&home.path().join("cache/scratch")).into_iter();
    files.filter(|(_, content)| !content.is_empty()).map(|(path, _)| path).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_version_opens_with_the_older_password() {
    let home = Home::new(0.01).await;
    let udid = home.phone().udid().to_string();
    change(&home, json!({ "kind": "on", "new": FIRST })).await;
    let older = home.back_up().await;
    let changed = change(&home, json!({ "kind": "change", "old": FIRST, "new": SECOND })).await;
    assert_eq!(changed.state, JobState::Done, "{changed:#?}");
    let newer = home.back_up().await;

    home.call("versions.lock", json!({})).await;
    let unlock = |version: &str, password: &str| json!({ "version": version, "password": password });
    assert_eq!(code(&home, "version.unlock", unlock(&older, SECOND)).await, Code::PasswordWrong);
    home.call("version.unlock", unlock(&older, FIRST)).await;
    home.call("version.unlock", unlock(&newer, SECOND)).await;
    assert!(home.counts(&older).await["photos"].as_u64() > Some(0));
    assert!(home.counts(&newer).await["photos"].as_u64() > Some(0));

    let check = |password: &str| json!({ "udid": udid, "password": password });
    let right = home.call("encryption.check", check(SECOND)).await;
    assert_eq!(right, json!({ "matches": true, "version": newer, "newest": true }));
    let old = home.call("encryption.check", check(FIRST)).await;
    assert_eq!(old, json!({ "matches": true, "version": older, "newest": false }));
    assert_eq!(home.call("encryption.check", check("neither")).await["matches"], false);

    let off = change(&home, json!({ "kind": "off", "old": SECOND })).await;
    assert_eq!(off.result, Some(JobResult::PasswordChanged { encrypts: false }), "{off:#?}");
    home.back_up().await;
    assert_eq!(home.versions().await[2]["encrypted"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_device_refuses_has_its_own_code() {
    let home = Home::new(0.01).await;
    assert_eq!(change(&home, json!({ "kind": "off", "old": "x" })).await.error.unwrap().code, Code::EncryptionOff);
    assert_eq!(
        code(&home, "encryption.change", json!({ "udid": home.phone().udid(), "change": { "kind": "on", "new": "" } }))
            .await,
        Code::BadRequest
    );
    change(&home, json!({ "kind": "on", "new": FIRST })).await;
    let again = change(&home, json!({ "kind": "on", "new": SECOND })).await.error.unwrap();
    assert_eq!(again.code, Code::EncryptionOn);
    assert!(again.message.contains("Reset All Settings"), "{}", again.message);
    let wrong = change(&home, json!({ "kind": "change", "old": "wrong", "new": SECOND })).await.error.unwrap();
    assert_eq!((wrong.code, wrong.detail.unwrap_or_default().contains("207")), (Code::PasswordWrong, true));
    home.phone().set_faults(Faults { result: Some(208), ..Faults::default() });
    let late = change(&home, json!({ "kind": "off", "old": FIRST })).await.error.unwrap();
    assert_eq!(late.code, Code::PasscodeNotGiven);
    assert!(home.phone().encrypts());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recovery_sheet_holds_only_a_password_that_opens() {
    let home = Home::new(0.01).await;
    let udid = home.phone().udid().to_string();
    change(&home, json!({ "kind": "on", "new": FIRST })).await;
    let version = home.back_up().await;
    let to = home.path().join("sheet.html");
    let asked = |password: &str| json!({ "udid": udid, "password": password, "to": to });
    assert_eq!(code(&home, "recovery.save", asked("wrong")).await, Code::PasswordWrong);
    let saved = home.call("recovery.save", asked(FIRST)).await;
    let page = std::fs::read_to_string(saved["path"].as_str().unwrap()).unwrap();
    assert!(page.contains("Kürbis 12 &amp; Co") && page.contains(&version) && !page.contains("<script"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keychain_is_masked_until_the_password_is_entered_again() {
    let home = Home::new(0.01).await;
    change(&home, json!({ "kind": "on", "new": FIRST })).await;
    let version = home.back_up().await;
    let with = |password: &str| json!({ "version": version, "password": password });
    assert_eq!(code(&home, "keychain.open", with("wrong")).await, Code::PasswordWrong);
    let list = home.call("keychain.open", with(FIRST)).await;
    let items = list["items"].as_array().unwrap();
    assert!(
        items.iter().any(|item| item["kind"] == "wifi") && items.iter().any(|item| item["kind"] == "website"),
        "{list:#}"
    );
    let asked = json!({ "version": version, "password": FIRST, "id": items[0]["id"] });
    let secret = home.call("keychain.reveal", asked).await["secret"].as_str().unwrap().to_string();
    assert!(!secret.is_empty() && !list.to_string().contains(&secret));
    let wrong = json!({ "version": version, "password": "wrong", "id": items[0]["id"] });
    assert_eq!(code(&home, "keychain.reveal", wrong).await, Code::PasswordWrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypted_versions_are_searched_only_when_wanted() {
    let home = Home::new(0.01).await;
    change(&home, json!({ "kind": "on", "new": FIRST })).await;
    let version = home.back_up().await;
    home.call("version.unlock", json!({ "version": version, "password": FIRST })).await;
    let name = home.phone().expected().contacts.iter().find_map(|contact| contact.last.clone()).unwrap();
    let find = async || home.call("search.find", json!({ "text": name })).await;
    let found = find().await;
    assert_eq!((&found["hits"], &found["pending"], &found["locked"]), (&json!([]), &json!(0), &json!(1)));

    let mut settings = home.call("settings.get", json!({})).await;
    settings["index_encrypted"] = true.into();
    home.call("settings.set", settings.clone()).await;
    let mut hits = 0;
    for _ in 0..300 {
        let found = find().await;
        if found["pending"] == 0 {
            hits = found["hits"].as_array().unwrap().len();
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(hits > 0, "{name}");
    settings["index_encrypted"] = false.into();
    home.call("settings.set", settings).await;
    let found = find().await;
    assert_eq!((&found["hits"], &found["locked"]), (&json!([]), &json!(1)));
    let index = std::fs::read(home.path().join("data/index.db")).unwrap();
    assert!(!tests::holds(&index, name.as_bytes()), "overwritten in the file as well");
}

/// What is being opened while everything is locked is not left open behind the lock.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_opened_does_not_outlive_the_lock() {
    let home = Home::new(0.01).await;
    change(&home, json!({ "kind": "on", "new": FIRST })).await;
    let version = home.back_up().await;
    let unlock = json!({ "version": version, "password": FIRST });
    for round in 0..60u64 {
        let list = round % 2 == 0;
        let (name, body) = match list {
            true => ("view.open", json!({ "version": version, "kind": "contacts" })),
            false => ("version.unlock", unlock.clone()),
        };
        if list {
            home.call("version.unlock", unlock.clone()).await;
        }
        let engine = home.engine.clone();
        let opening = tokio::spawn(async move { call(&engine, name, body).await });
        tokio::time::sleep(std::time::Duration::from_micros(round * 400)).await;
        home.call("versions.lock", json!({})).await;
        if let (true, Ok(view)) = (list, opening.await.unwrap()) {
            let rows = json!({ "view": view["view"], "from": 0, "count": 1 });
            assert_eq!(code(&home, "view.rows", rows).await, Code::ViewClosed, "round {round}");
        }
        let opens = call(&home.engine, "version.open", json!({ "version": version })).await.is_ok();
        assert_eq!(home.versions().await[0]["unlocked"], opens, "round {round}");
        home.call("versions.lock", json!({})).await;
        assert_eq!(scratch_files(&home), Vec::<String>::new(), "round {round}");
    }
}
