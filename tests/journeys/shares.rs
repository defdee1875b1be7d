//! A share whose server falls silent, dies, is not mounted: FUSE plays it. Needs root and bindfs; says so where absent.

use engine::api::Code;
use engine::api::jobs::JobState;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tests::Home;

/// Longer than the window waits for a silent location, and shorter than a person would.
const SOON: Duration = Duration::from_secs(12);

/// A folder served by a process of its own.
pub struct Share {
    pub served: PathBuf,
    pub mount: PathBuf,
    pub server: Child,
}

impl Share {
    /// `None`, with a word, where that cannot be.
    pub fn mount(home: &Path) -> Option<Share> {
        let (served, mount) = (home.join("served"), home.join("share"));
        for folder in [&served, &mount] {
            std::fs::create_dir_all(folder).unwrap();
        }
        let server = Share::serve(&served, &mount);
        if server.is_none() {
            eprintln!("skipped: no right to mount a folder with bindfs");
        }
        Some(Share { served, mount, server: server? })
    }

    pub fn serve(served: &Path, mount: &Path) -> Option<Child> {
        let mut command = Command::new("bindfs");
        command.args(["-f", "--no-allow-other"]).arg(served).arg(mount);
        let mut server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        for _ in 0..100 {
            std::thread::sleep(Duration::from_millis(50));
            if store::Volume::mounted_at(mount).mount == mount {
                return Some(server);
            }
            if server.try_wait().ok()?.is_some() {
                return None;
            }
        }
        None
    }

    pub fn signal(&self, signal: i32) {
        // SAFETY: a signal to a child of this test, which has not been waited for.
        assert_eq!(unsafe { libc::kill(self.server.id() as i32, signal) }, 0);
    }

    pub fn unmount(&self) {
        Command::new("umount").args(["-l"]).arg(&self.mount).stderr(Stdio::null()).status().unwrap();
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.unmount();
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The problem of the share as locations are listed, and how long that took.
async fn problem(home: &Home, path: &Path) -> (Value, Duration) {
    let since = Instant::now();
    let listed = home.call("locations.list", json!({})).await;
    let own = listed.as_array().unwrap().iter().find(|one| one["path"] == json!(path)).unwrap();
    (own["problem"].clone(), since.elapsed())
}

/// Waits until it has that problem.
pub async fn comes_to(home: &Home, path: &Path, code: Value) {
    for _ in 0..100 {
        if problem(home, path).await.0["code"] == code {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {code}: {:?}", problem(home, path).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_falls_silent_dies_or_is_gone_is_told_as_such() {
    let home = Home::new(0.01).await;
    let Some(mut share) = Share::mount(home.path()) else { return };
    let path = share.mount.join("Backups");
    let local = home.back_up().await;
    home.call("location.add", json!({ "path": path })).await;
    home.call("device.keepIn", json!({ "udid": home.phone().udid(), "location": path })).await;
    let kept = home.back_up().await;
    let volume = home.call("location.volume", json!({ "path": path })).await;
    assert_eq!((&volume["kind"], &volume["can"]["createNew"]), (&json!("program"), &json!(true)), "{volume:#}");
    assert!(volume["notes"][0]["level"] == "info", "{volume:#}");

    // Silent: whoever asks is answered, and what is elsewhere stays in sight.
    share.signal(libc::SIGSTOP);
    let (told, took) = problem(&home, &path).await;
    assert_eq!(told["code"], "shareOffline", "{told:#}");
    assert!(told["message"].as_str().unwrap().contains("does not answer") && took < SOON, "{told:#} after {took:?}");
    let since = Instant::now();
    assert_eq!(home.versions().await.iter().map(|version| version["id"].clone()).collect::<Vec<_>>(), [json!(local)]);
    assert!(problem(&home, &path).await.0["code"] == "shareOffline" && since.elapsed() < Duration::from_secs(3));
    // By itself it is seen that the server is back.
    let mut events = home.engine.events();
    share.signal(libc::SIGCONT);
    let back = tokio::time::timeout(SOON, async {
        loop {
            if let engine::api::Event::Changed(engine::api::Topic::Locations) = events.recv().await.unwrap() {
                return;
            }
        }
    });
    back.await.expect("told that it answers again");
    comes_to(&home, &path, Value::Null).await;
    assert_eq!(home.versions().await.len(), 2);

    // Dead: what is mounted leads nowhere.
    share.signal(libc::SIGKILL);
    share.server.wait().unwrap();
    comes_to(&home, &path, json!("shareOffline")).await;
    let job = home.job("device.backUp", json!({ "udid": home.phone().udid() })).await;
    assert_eq!((job.state, job.error.map(|error| error.code)), (JobState::Failed, Some(Code::ShareOffline)));

    // Not mounted: an empty folder is in its place, and stays empty.
    share.unmount();
    let (told, _) = problem(&home, &path).await;
    assert_eq!(told["code"], "shareOffline");
    assert!(told["message"].as_str().unwrap().contains("not connected"), "{told:#}");
    assert_eq!(std::fs::read_dir(&share.mount).unwrap().count(), 0);
    share.server = Share::serve(&share.served, &share.mount).unwrap();
    comes_to(&home, &path, Value::Null).await;
    assert!(home.counts(&kept).await["contacts"].as_u64().unwrap() > 0);

    // The folder is gone from a share that is there.
    std::fs::rename(share.served.join("Backups"), share.served.join("Renamed")).unwrap();
    comes_to(&home, &path, json!("locationMissing")).await;
    let (told, _) = problem(&home, &path).await;
    assert!(told["message"].as_str().unwrap().contains("is gone, while the disk it was on is there"), "{told:#}");
    std::fs::rename(share.served.join("Renamed"), share.served.join("Backups")).unwrap();
    comes_to(&home, &path, Value::Null).await;
    home.back_up().await;
}
