//! exFAT, which has no journal: its FUSE driver is killed together with the process at steps of a commit, and what it had
//! not written is lost. Needs root, exfat-fuse and mkfs.exfat; says so and passes where one of them is missing.

use std::os::linux::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::kill::{check_versions, child_in};
use super::volume::run;
use super::*;
use crate::fault::for_tests::KILL_WITH;

/// A volume, and its driver while it is mounted.
struct Stick {
    folder: tempfile::TempDir,
    device: String,
    driver: Option<Child>,
}

impl Stick {
    fn make() -> Option<Stick> {
        let folder = quick_folder();
        let image = folder.path().join("image");
        std::fs::File::create(&image).unwrap().set_len(16 << 20).unwrap();
        std::fs::create_dir(folder.path().join("volume")).unwrap();
        let made = run("mkfs.exfat", &[image.to_str().unwrap()]);
        let device = Command::new("losetup").args(["--find", "--show"]).arg(&image).output().ok()?;
        let device = String::from_utf8(device.stdout).unwrap().trim().to_owned();
        let mut stick = Stick { folder, device, driver: None };
        if made && !stick.device.is_empty() && stick.mount() {
            return Some(stick);
        }
        println!("skipped: exFAT cannot be made or mounted here");
        None
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("volume")
    }

    /// Starts the driver; `-d` keeps it in the foreground.
    fn mount(&mut self) -> bool {
        let device = |folder: &Path| std::fs::metadata(folder).map_or(0, |about| about.st_dev());
        let outside = device(self.folder.path());
        let mut driver = Command::new("mount.exfat-fuse");
        driver.args(["-d", &self.device]).arg(self.place()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(driver) = driver.spawn() else { return false };
        self.driver = Some(driver);
        let since = Instant::now();
        while device(&self.place()) == outside && since.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
        device(&self.place()) != outside
    }

    /// The driver is killed, if it is not dead already, and another one starts.
    fn pull_and_plug(&mut self) {
        self.pull();
        assert!(self.mount());
    }

    fn pull(&mut self) {
        if let Some(mut driver) = self.driver.take() {
            driver.kill().unwrap();
            driver.wait().unwrap();
        }
        run("umount", &["-l", self.place().to_str().unwrap()]);
    }
}

impl Drop for Stick {
    fn drop(&mut self) {
        self.pull();
        run("losetup", &["--detach", &self.device]);
    }
}

#[test]
fn a_killed_exfat_driver_costs_no_version() {
    let every = if full() { 1 } else { 11 };
    let (mut seen, mut kills) = ([0; 3], 0);
    for step in (1..).step_by(every) {
        let Some(mut stick) = Stick::make() else { return };
        let place = stick.place();
        let mut child = child_in(&place, step);
        child.env(KILL_WITH, stick.driver.as_ref().unwrap().id().to_string());
        let ended = child.status().unwrap().success();
        // Told by the child in files of the volume, which the driver may not have written.
        stick.pull_and_plug();
        let promised = (1..=2).filter(|seq| place.join(format!("promised-{seq}")).exists()).count();
        let store = Store::create_or_open(&place).unwrap();
        let found = check_versions(&store, step);
        assert!(found >= promised, "step {step}: {promised} promised, {found} found");
        seen[found] += 1;
        let sessions = place.join("sessions");
        store.recover(&sessions).unwrap();
        let mut session = store.begin(UDID, &sessions, Base::Resume).unwrap();
        put(&mut session, "next", b"next");
        let head = session.commit(commit()).unwrap();
        stick.pull_and_plug();
        let version = Store::open(&place).unwrap().version(UDID, head.seq).unwrap();
        assert!(verify(&version).damaged.is_empty(), "step {step}");
        assert_eq!(contents(&version)["next"], b"next");
        if ended {
            break;
        }
        kills += 1;
    }
    println!("exFAT: {kills} kills of the driver, 0 violations; 0, 1, 2 versions found: {seen:?}");
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}
