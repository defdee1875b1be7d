//! What goes wrong in the middle: the last version stays whole, and the next backup works.

use engine::api::Code;
use engine::api::jobs::{JobState, Phase};
use engine::simulator::{Faults, LastAnswer, Storm, Unreadable};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::{Home, phone_options};

#[tokio::test(flavor = "multi_thread")]
async fn a_cable_pulled_anywhere_costs_nothing() {
    let home = Home::new(0.01).await;
    let first = home.back_up().await;
    home.phone().day_passes().expect("a day");
    for message in [2, 4, 6, 8, 11, 14, 20] {
        let job = home.back_up_with(Faults { cut_at_message: Some(message), ..Faults::default() }).await;
        assert_eq!(job.state, JobState::Failed, "cut at message {message}");
        let code = job.error.expect("why").code;
        assert!(matches!(code, Code::DeviceDisconnected | Code::DeviceProtocol), "cut at message {message}: {code:?}");
        assert_eq!(home.versions().await.len(), 1);
    }
    let cut = home.back_up_with(Faults { cut_after_bytes: Some(200_000), ..Faults::default() }).await;
    assert_eq!(cut.state, JobState::Failed);
    assert!(home.counts(&first).await["photos"].is_u64());
    home.back_up().await;
    assert_eq!(home.versions().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_gives_way_once_is_made_good_in_the_same_job() {
    let home = Home::new(0.01).await;
    let once = |first: Faults| Faults { then: vec![Faults::default()], ..first };
    let cut = home.back_up_with(once(Faults { cut_after_bytes: Some(200_000), ..Faults::default() })).await;
    assert_eq!(cut.state, JobState::Done, "{cut:#?}");
    assert!(cut.warnings.iter().any(|told| told.contains("broke off once")), "{cut:#?}");
    let full = home.counts("latest").await;

    // A device that cannot build on the last version is asked for everything.
    home.phone().day_passes().expect("a day");
    let everything = home.back_up_with(once(Faults { result: Some(205), ..Faults::default() })).await;
    assert_eq!(everything.state, JobState::Done, "{everything:#?}");
    assert!(everything.warnings.iter().any(|told| told.contains("asked for everything")), "{everything:#?}");
    assert!(home.phone().last_backup().unwrap().full);
    assert_eq!(home.versions().await.len(), 2);
    assert!(home.counts("latest").await["photos"].as_u64() >= full["photos"].as_u64());

    // Once, and no more: then the person is asked.
    let cut = |then| Faults { cut_at_message: Some(8), then, ..Faults::default() };
    let job = home.back_up_with(cut(vec![cut(Vec::new()), Faults::default()])).await;
    assert_eq!(
        (job.state, job.error.as_ref().map(|error| error.code)),
        (JobState::Failed, Some(Code::DeviceDisconnected))
    );
    assert!(!job.warnings.iter().any(|told| told.contains("broke off")), "{job:#?}");
    let told: std::collections::BTreeSet<&String> = job.warnings.iter().collect();
    assert_eq!(told.len(), job.warnings.len(), "nothing is told twice: {job:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unplugged_mid_way_the_window_knows_within_seconds() {
    let home = Home::new(0.02).await;
    let phone = home.phone();
    phone.set_faults(Faults { stall: Some((8, Duration::from_secs(60))), ..Faults::default() });
    let started = home.call("device.backUp", json!({ "udid": phone.udid() })).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let pulled = Instant::now();
    phone.unplug();
    let job = home.wait(started["job"].as_u64().unwrap()).await;
    assert!(pulled.elapsed() < Duration::from_secs(3), "{:?}", pulled.elapsed());
    assert_eq!((job.state, job.error.map(|error| error.code)), (JobState::Failed, Some(Code::DeviceDisconnected)));
    let devices = home.call("devices.list", json!({})).await;
    assert_eq!((devices[0]["attached"].as_bool(), devices[0]["udid"].as_str()), (Some(false), Some(phone.udid())));
    phone.set_faults(Faults::default());
    phone.plug();
    for _ in 0..50 {
        if home.call("devices.list", json!({})).await[0]["trust"] == "trusted" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    home.back_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_is_quick_and_leaves_the_phone_free() {
    let home = Home::new(0.02).await;
    home.phone().set_faults(Faults { stall: Some((8, Duration::from_secs(10))), ..Faults::default() });
    let started = home.call("device.backUp", json!({ "udid": home.phone().udid() })).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let asked = Instant::now();
    home.call("job.cancel", started.clone()).await;
    let job = home.wait(started["job"].as_u64().unwrap()).await;
    assert_eq!(job.state, JobState::Cancelled);
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    home.phone().set_faults(Faults::default());
    // The phone itself needs a moment to notice; until then it says that it is busy.
    for _ in 0..30 {
        if home.job("device.backUp", json!({ "udid": home.phone().udid() })).await.state == JobState::Done {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("the phone never became free");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_the_phone_cannot_read_are_named_and_never_empty() {
    let home = Home::new(0.01).await;
    let first = home.back_up().await;
    for (code, after) in [(0x06, 0), (0x0B, 0), (0x0B, 5000)] {
        home.phone().day_passes().expect("a day");
        let sms = || Unreadable { domain: "HomeDomain".into(), path: "Library/SMS/sms.db".into(), code, after };
        let job = home.back_up_with(Faults { unreadable: vec![sms()], ..Faults::default() }).await;
        assert_eq!(job.state, JobState::Done, "{job:#?}");
        assert!(job.skipped_count >= 1, "the person is told: {job:#?}");
        let newest = home.versions().await.pop().unwrap();
        assert_eq!(newest["unreadable"], 1, "code {code} after {after}: {newest:#}");
        let asked = json!({ "version": newest["id"], "domain": "HomeDomain", "folder": "Library/SMS" });
        assert!(home.call("files.list", asked).await.as_array().is_some_and(|nodes| !nodes.is_empty()));
    }
    assert!(home.counts(&first).await["messages"].as_u64().unwrap() > 0, "the older version is untouched");
    home.back_up().await;
    assert!(home.counts("latest").await["messages"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_phones_are_answered_and_told_apart() {
    let home = Home::new(0.01).await;
    let wild = vec!["/.b/6/x".to_string(), "../../etc/passwd".to_string(), "\u{0}".to_string()];
    let odd = Faults { purge: true, unknown_message: true, wild_paths: wild, split: Some(1000), ..Faults::default() };
    let job = home.back_up_with(odd).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    for (number, code) in [
        (207, Code::PasswordWrong),
        (208, Code::PasscodeNotGiven),
        (211, Code::FindMyOn),
        (3, Code::RestartDevice),
        (205, Code::BackupInconsistent),
    ] {
        let job = home.back_up_with(Faults { result: Some(number), ..Faults::default() }).await;
        assert_eq!(job.error.map(|error| error.code), Some(code), "{number}");
    }
    let job = home.back_up_with(Faults { huge_length_at_message: Some(6), ..Faults::default() }).await;
    assert_eq!(job.error.map(|error| error.code), Some(Code::DeviceProtocol));
    home.phone().day_passes().expect("a day");
    let job = home.back_up_with(Faults { cancel_after_files: Some(3), ..Faults::default() }).await;
    assert_eq!(job.error.map(|error| error.code), Some(Code::CancelledOnDevice));
    home.back_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_whose_last_word_never_came_counts_when_all_else_says_so() {
    let home = Home::new(0.01).await;
    let job = home.back_up_with(Faults { last_answer: LastAnswer::Cut, ..Faults::default() }).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    let version = home.versions().await.pop().unwrap();
    assert_eq!((&version["unconfirmed"], &version["checked"]), (&json!(true), &json!(true)), "{version:#}");
    let photos = home.phone().expected().photos.visible;
    assert_eq!(home.counts("latest").await["photos"], json!(photos));
    home.phone().day_passes().expect("a day");
    home.back_up().await;
    assert_eq!(home.versions().await.pop().unwrap()["unconfirmed"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loose_cable_is_named_as_such() {
    let home = Home::new(0.01).await;
    home.job("device.pair", json!({ "udid": home.phone().udid() })).await;
    let storm = Some(Storm { times: 16, milliseconds: 150 });
    home.phone().set_faults(Faults { storm, ..Faults::default() });
    crate::wifi::seen(&home, |device| device["problem"]["code"] == "deviceUnsteady").await;
    // Until the cable is left alone.
    tokio::time::sleep(Duration::from_secs(5)).await;
    crate::wifi::seen(&home, |device| device["attached"] == true && device["trust"] == "trusted").await;
    home.phone().set_faults(Faults::default());
    home.back_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_passcode_prompt_is_a_state() {
    let home = Home::with(engine::simulator::DeviceOptions { auto_passcode: None, ..phone_options(1, 0.01) }).await;
    let phone = home.phone();
    let started = home.call("device.backUp", json!({ "udid": phone.udid() })).await;
    tokio::time::timeout(tests::PATIENCE, phone.prompted(engine::simulator::Prompt::Passcode)).await.expect("a prompt");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let jobs = home.call("jobs.list", json!({})).await;
    assert_eq!(jobs[0]["phase"], "waitingForPasscode", "{jobs:#}");
    phone.enter_passcode();
    assert_eq!(home.wait(started["job"].as_u64().unwrap()).await.state, JobState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_phone_is_waited_for_until_it_is_unlocked() {
    let home = Home::new(0.01).await;
    home.back_up().await;
    let phone = home.phone();
    phone.lock();
    let started = home.call("device.backUp", json!({ "udid": phone.udid() })).await;
    asked_to_unlock(&home).await;
    phone.unlock();
    let job = home.wait(started["job"].as_u64().unwrap()).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    assert!(job.warnings.iter().any(|told| told.contains("was locked")), "{job:#?}");
    assert_eq!(home.versions().await.len(), 2);

    // Waiting can be cancelled.
    phone.lock();
    let started = home.call("device.backUp", json!({ "udid": phone.udid() })).await;
    asked_to_unlock(&home).await;
    home.call("job.cancel", started.clone()).await;
    assert_eq!(home.wait(started["job"].as_u64().unwrap()).await.state, JobState::Cancelled);
    phone.unlock();
}

/// Until a job says that the phone has to be unlocked.
async fn asked_to_unlock(home: &Home) {
    for _ in 0..600 {
        let jobs = home.engine.jobs().list();
        if jobs.iter().any(|job| job.phase == Phase::WaitingForUnlock) {
            return;
        }
        assert!(jobs.iter().any(|job| job.ended.is_none()), "{jobs:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the person is not asked to unlock the phone");
}
