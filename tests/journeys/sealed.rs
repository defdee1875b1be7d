//! Sealed locations: used as any other with their key, shown and left alone without it.

use crate::keeping::{eight_days_pass, reclaimed, verified};
use crate::terminal::heirloom;
use crate::terminal_secrets::{in_keyring, there};
use engine::api::jobs::JobState;
use engine::api::{self, Code};
use engine::{Engine, simulator::Phone};
use serde_json::{Value, json};
use std::path::Path;
use store::{Store, StoreKey};
use tests::{Home, holds, phone_options, simulator, tree};

const PASSWORD: &str = "of the phone";

async fn refused(engine: &Engine, name: &str, body: Value) -> Code {
    api::call(engine, name, body).await.expect_err(name).code
}

/// What somebody who reads the disk would look for: the phone's name and serial number, names of files, of plists.
async fn secrets(home: &Home, phone: &Phone) -> Vec<String> {
    let devices = home.call("devices.list", json!({})).await;
    let serial = devices[0]["serial"].as_str().expect("a serial number").to_string();
    // SHA-1 of `HomeDomain-Library/SMS/sms.db`.
    let messages = "3d0d7e5fb2ce288813306e4d4636395e047a3d28".to_string();
    vec![phone.name(), serial, messages, "Info.plist".into(), "Library/SMS".into(), "Applications".into()]
}

/// The files of a store that hold one of the secrets or are called so; its own README and reader aside.
fn telling(location: &Path, secrets: &[String]) -> Vec<String> {
    let mut files = tree(&location.join("Heirloom"));
    files.retain(|path, _| !["README.txt", "reader.py"].contains(&path.as_str()));
    assert!(files.len() > 20, "{}", files.len());
    let tells = |(path, bytes): &(String, Vec<u8>)| {
        secrets.iter().any(|secret| path.contains(secret.as_str()) || holds(bytes, secret.as_bytes()))
    };
    files.into_iter().filter(tells).map(|(path, _)| path).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_location_is_used_as_any_other_and_tells_nothing_without_its_key() {
    let home = Home::new(0.01).await;
    let location = home.location();
    let path = json!({ "path": location });
    let udid = home.phone().udid().to_string();
    let on = home.job("encryption.change", json!({ "udid": udid, "change": { "kind": "on", "new": PASSWORD } })).await;
    assert_eq!(on.state, JobState::Done);
    let key = StoreKey::generate().unwrap();
    Store::create_or_open(&location).unwrap().seal(&key).unwrap();
    let job = home.job("device.backUp", json!({ "udid": udid })).await;
    assert_eq!(job.error.map(|error| error.code), Some(Code::KeyNeeded));
    let taken = home.call("sealing.unlock", json!({ "path": location, "key": *key.written() })).await;
    assert_eq!(taken["location"]["sealing"]["on"], true);

    home.back_up().await;
    for _ in 0..3 {
        home.phone().day_passes().expect("a day");
        home.back_up().await;
    }
    let versions = home.versions().await;
    assert_eq!((versions.len(), &versions[3]["device_name"]), (4, &json!(home.phone().name())));
    let secrets = secrets(&home, &home.phone()).await;
    assert_eq!(telling(&location, &secrets), Vec::<String>::new());
    let newest = versions[3]["id"].as_str().unwrap();
    home.call("version.unlock", json!({ "version": newest, "password": PASSWORD })).await;
    assert_eq!(home.counts(newest).await["photos"], json!(home.phone().expected().photos.visible));

    let rule = json!({ "rule": "thin", "maxCount": 3 });
    home.call("retention.set", json!({ "path": location, "rule": rule })).await;
    let applied = home.job("retention.apply", path.clone()).await;
    assert_eq!(reclaimed(&applied).expired, 1);
    eight_days_pass(&location);
    let cleaned = home.job("location.reclaim", path.clone()).await;
    assert_eq!((reclaimed(&cleaned).versions, reclaimed(&cleaned).objects > 0), (1, true));
    let seen = home.job("location.verify", json!({ "path": location, "depth": "bytes" })).await;
    assert_eq!((verified(&seen).damaged_count, verified(&seen).sealed), (0, 0));
    home.engine.stop().await;

    on_another_computer(&location, &key, &versions[3]).await;
    assert_eq!(telling(&location, &secrets), Vec::<String>::new());
}

/// The same disk where nobody knows the key: everything is shown, nothing is done, until it is given.
async fn on_another_computer(location: &Path, key: &StoreKey, newest: &Value) {
    let folder = tempfile::tempdir().unwrap();
    let other = tests::engine(folder.path(), None).await;
    let added = tests::call(&other, "location.add", json!({ "path": location })).await;
    let needs = json!({ "on": true, "key": key.id().to_string(), "needs": [key.id().to_string()], "unreadable": 3 });
    assert_eq!((&added["sealing"], &added["versions"], &added["problem"]), (&needs, &json!(0), &Value::Null));
    let listed = tests::call(&other, "versions.list", json!({})).await;
    assert_eq!((&listed["versions"], &listed["damaged"]), (&json!([]), &json!([])), "not damaged: sealed");
    let sealed = &listed["sealed"][0];
    assert_eq!((&sealed["number"], &sealed["udid"]), (&newest["number"], &newest["udid"]));
    assert!((newest["made"].as_i64().unwrap() - sealed["made"].as_i64().unwrap()).abs() < 60_000, "to the minute");

    let before = tree(&location.join("Heirloom"));
    eight_days_pass(location);
    let path = json!({ "path": location });
    let job = tests::call(&other, "location.reclaim", path.clone()).await["job"].as_u64().unwrap();
    let error = tests::wait(&other, job).await.error.expect("nothing is cleaned up");
    assert_eq!(error.code, Code::KeyNeeded);
    assert!(error.message.contains(&key.id().to_string()), "{}", error.message);
    assert_eq!(refused(&other, "retention.preview", path.clone()).await, Code::KeyNeeded);
    assert_eq!(refused(&other, "location.space", path.clone()).await, Code::KeyNeeded);
    let job = tests::call(&other, "location.verify", json!({ "path": location, "depth": "bytes" })).await;
    let seen = tests::wait(&other, job["job"].as_u64().unwrap()).await;
    assert_eq!((verified(&seen).sealed, verified(&seen).damaged_count), (3, 0), "{seen:#?}");
    let health = tests::call(&other, "location.health", path.clone()).await;
    assert_eq!(health["covered"].as_f64(), Some(0.0), "what was not looked at does not count as seen");
    assert_eq!(tree(&location.join("Heirloom")), before);

    let unlock = |key: &str| json!({ "path": location, "key": key });
    let wrong = StoreKey::generate().unwrap();
    assert_eq!(refused(&other, "sealing.unlock", unlock(&wrong.written())).await, Code::KeyWrong);
    assert_eq!(refused(&other, "sealing.unlock", unlock(&key.written()[..60])).await, Code::KeyWrong);
    let typed = key.written().to_lowercase().replace('-', " ");
    let taken = tests::call(&other, "sealing.unlock", unlock(&typed)).await;
    assert_eq!((&taken["location"]["versions"], &taken["location"]["sealing"]["needs"]), (&json!(3), &json!([])));
    let listed = tests::call(&other, "versions.list", json!({})).await;
    assert_eq!((&listed["versions"][0]["id"], &listed["sealed"]), (&newest["id"], &json!([])));
    let opened = json!({ "version": newest["id"], "password": PASSWORD });
    assert_eq!(tests::call(&other, "version.unlock", opened).await["version"]["unlocked"], true);
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_written_down_before_anything_is_sealed_and_mixed_versions_stay_readable() {
    let home = Home::new(0.01).await;
    let location = home.location();
    home.back_up().await;
    let path = json!({ "path": location });
    let seal = |typed: &str| json!({ "path": location, "typed": typed });
    assert_eq!(refused(&home.engine, "sealing.on", seal("0000")).await, Code::BadRequest);
    let draft = home.call("sealing.prepare", path.clone()).await;
    assert_eq!(home.call("sealing.prepare", path.clone()).await, draft, "the one that was written down");
    assert_eq!(refused(&home.engine, "sealing.on", seal("UUUU")).await, Code::KeyWrong);
    let to = home.path().join("sheet.html");
    home.call("sealing.sheet", json!({ "path": location, "to": to })).await;
    let written = draft["recoveryKey"].as_str().unwrap();
    let sheet = std::fs::read_to_string(&to).unwrap();
    assert!(written.split('-').all(|group| sheet.contains(group)));
    let locations = home.call("locations.list", json!({})).await;
    assert_eq!(locations[0]["sealing"]["on"], false, "nothing is sealed yet");

    // Sealed and not, side by side.
    let store = Store::open(&location).unwrap();
    store.seal(&StoreKey::parse(written).unwrap()).unwrap();
    home.call("sealing.unlock", json!({ "path": location, "key": written })).await;
    home.back_up().await;
    home.call("sealing.off", path.clone()).await;
    home.back_up().await;
    let sealed: Vec<bool> = tree(&location.join("Heirloom/devices"))
        .iter()
        .filter(|(path, _)| path.ends_with(".ver"))
        .map(|(_, record)| record[12] == 1)
        .collect();
    assert_eq!(sealed, [false, true, false]);
    for version in home.versions().await {
        assert!(home.counts(version["id"].as_str().unwrap()).await["messages"].is_u64());
    }
    let again = home.call("sealing.prepare", path).await;
    assert_eq!((&again["again"], &again["recoveryKey"]), (&json!(true), &draft["recoveryKey"]));
}

/// Runs a script on one computer: a home and a keychain of its own, and the phone. Returns what it wrote.
async fn on_computer(folder: &Path, mux: &str, script: &str) -> impl Fn(&str) -> Value + use<> {
    let (home, out) = (folder.join("home"), folder.join("out"));
    std::fs::create_dir_all(&out).unwrap();
    let mut command = in_keyring(folder, script);
    let program = heirloom(&home, mux);
    command.env("H", format!("{} --json", program.get_program().to_string_lossy())).env("OUT", &out);
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    move |name: &str| serde_json::from_slice(&std::fs::read(out.join(name)).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_terminal_the_key_is_in_the_keychain_and_on_the_sheet() {
    if !there("dbus-run-session") || !there("gnome-keyring-daemon") {
        println!("skipped: no gnome-keyring here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator(&folder.path().join("phone"), phone_options(9, 0.01)).await;
    let mux = simulator.address().to_string();
    let (disk, sheet) = (folder.path().join("disk"), folder.path().join("sheet.html"));
    let (at, to) = (disk.display(), sheet.display());
    let script = format!(
        "$H back-up --location {at} > $OUT/first.json\n\
         $H seal on {at} --sheet {to} > $OUT/on.json\n\
         $H back-up --location {at} > $OUT/second.json\n\
         $H versions --location {at} > $OUT/versions.json\n\
         $H kinds latest --location {at} > $OUT/kinds.json"
    );
    let first = folder.path().join("first");
    let read = on_computer(&first, &mux, &script).await;
    assert_eq!(read("on.json")["sealing"]["on"], true);
    assert_eq!(read("versions.json")["versions"].as_array().unwrap().len(), 2, "each run got it from the keychain");
    assert_eq!(read("kinds.json").as_array().unwrap().len(), 5);

    let page = std::fs::read_to_string(&sheet).unwrap();
    let typed = page.split("<p class=\"password\">").nth(1).unwrap().split("</p>").next().unwrap().replace('\n', " ");
    let key = typed.replace(' ', "-");
    assert!(key.split('-').all(|group| group.len() == 4), "{key}");
    for (path, bytes) in tree(&first).into_iter().chain(tree(&disk)) {
        assert!(!holds(&bytes, key.as_bytes()), "{path} holds the key");
    }
    let script = format!(
        "$H versions --location {at} > $OUT/before.json\n\
         $H reclaim {at} > $OUT/reclaim.json || true\n\
         printf 'wrong\\n' | $H seal unlock {at} --key-stdin > $OUT/wrong.json || true\n\
         printf '{typed}\\n' | $H seal unlock {at} --key-stdin > $OUT/unlocked.json\n\
         $H versions --location {at} > $OUT/after.json\n\
         $H seal off {at} > $OUT/off.json"
    );
    let read = on_computer(&folder.path().join("second"), &mux, &script).await;
    let count = |name: &str, what: &str| read(name)[what].as_array().unwrap().len();
    assert_eq!((count("before.json", "versions"), count("before.json", "sealed")), (1, 1));
    assert_eq!((&read("reclaim.json")["code"], &read("wrong.json")["code"]), (&json!("keyNeeded"), &json!("keyWrong")));
    assert_eq!(
        (&read("unlocked.json")["forgotten"], &read("unlocked.json")["location"]["versions"]),
        (&Value::Null, &json!(2))
    );
    assert_eq!((count("after.json", "versions"), count("after.json", "sealed")), (2, 0));
    assert_eq!(read("off.json")["sealing"]["on"], false);
}
