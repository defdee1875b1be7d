//! The power is cut at every step: the file system of a small volume is shut down with nothing more written, and mounted
//! again. Needs root, a loop device and mkfs.ext4, for XFS mkfs.xfs, too:
//! `cargo nextest run -p store --run-ignored all power`.

use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Command, Stdio};

use super::kill::{check_versions, child_in};
use super::*;
use crate::fault::for_tests::LEAVE_OUT;

/// `_IOR('X', 125, __u32)`, linux/fs/ext4/ext4.h.
const SHUTDOWN: libc::c_ulong = 0x8004_587D;
/// Do not even write the journal.
const NO_LOG_FLUSH: u32 = 2;

pub fn run(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A small ext4 volume in a file.
pub struct Volume {
    folder: tempfile::TempDir,
}

impl Volume {
    fn make() -> Option<Volume> {
        Volume::of("mkfs.ext4", &["-q", "-F"], 24 << 20)
    }
    fn make_xfs() -> Option<Volume> {
        Volume::of("mkfs.xfs", &["-q", "-f"], 320 << 20)
    }
    /// A volume of `size` bytes, as that program makes it.
    pub fn of(program: &str, options: &[&str], size: u64) -> Option<Volume> {
        let volume = Volume { folder: quick_folder() };
        let image = std::fs::File::create(volume.image()).ok()?;
        image.set_len(size).ok()?;
        std::fs::create_dir(volume.place()).ok()?;
        let image = volume.image();
        (run(program, &[options, &[&image]].concat()) && volume.mount()).then_some(volume)
    }
    fn image(&self) -> String {
        self.folder.path().join("image").display().to_string()
    }
    pub fn place(&self) -> String {
        self.folder.path().join("volume").display().to_string()
    }
    fn mount(&self) -> bool {
        run("mount", &["-o", "loop", &self.image(), &self.place()])
    }
    /// Cuts the power and brings the volume back.
    fn cut(&self) {
        let root = std::fs::File::open(self.place()).unwrap();
        // SAFETY: the call reads one u32 and acts on an open descriptor of a volume made for this test.
        let done = unsafe { libc::ioctl(root.as_raw_fd(), SHUTDOWN, &NO_LOG_FLUSH) };
        assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
        drop(root);
        assert!(run("umount", &[&self.place()]) && self.mount());
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        run("umount", &["-l", &self.place()]);
    }
}

/// Which versions are there after the cut, and whether all of them are whole.
fn after_cut(place: &Path) -> (usize, bool) {
    let Ok(store) = Store::open(place) else { return (0, true) };
    let versions = store.versions(UDID).unwrap().versions;
    let whole = versions.iter().all(|head| verify(&store.version(UDID, head.seq).unwrap()).damaged.is_empty());
    (versions.len(), whole)
}

#[test]
#[ignore = "needs root, a loop device and mkfs.ext4"]
fn a_power_cut_at_any_step_loses_no_version() {
    cut_while_committing(Volume::make);
}

#[test]
#[ignore = "needs root, a loop device and mkfs.xfs"]
fn a_power_cut_on_xfs_loses_no_version() {
    cut_while_committing(Volume::make_xfs);
}

fn cut_while_committing(make: fn() -> Option<Volume>) {
    let mut seen = [0; 3];
    for step in 1.. {
        let Some(volume) = make() else {
            println!("skipped: no right to mount a small volume");
            return;
        };
        let place = volume.place();
        let place = Path::new(&place);
        let ended = child_in(place, step).status().unwrap().success();
        // Told before the cut: the notes of the child itself are not durable.
        let promised = (1..=2).filter(|seq| place.join(format!("promised-{seq}")).exists()).count();
        volume.cut();
        let store = Store::create_or_open(place).unwrap();
        let found = check_versions(&store, step);
        assert!(found >= promised, "step {step}: {promised} promised, {found} found");
        seen[found] += 1;
        let sessions = place.join("sessions");
        store.recover(&sessions).unwrap();
        let mut session = store.begin(UDID, &sessions, Base::Resume).unwrap();
        put(&mut session, "next", b"next");
        let head = session.commit(commit()).unwrap();
        volume.cut();
        let version = Store::open(place).unwrap().version(UDID, head.seq).unwrap();
        assert!(verify(&version).damaged.is_empty(), "step {step}");
        assert_eq!(contents(&version)["next"], b"next");
        if ended {
            break;
        }
    }
    println!("versions found: {seen:?}");
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}

/// Cuts the power at every step of a child; returns how many cuts there were, and after how many `check` said yes.
fn cut_at_every_step(
    make: fn() -> Option<Volume>,
    child: impl Fn(&Path, u64) -> Command,
    check: impl Fn(&Path, u64) -> bool,
) -> Option<(u64, u32)> {
    let mut yes = 0;
    for step in 1.. {
        let volume = make()?;
        let place = volume.place();
        let mut child = child(Path::new(&place), step);
        // What was there before is durable.
        assert!(run("sync", &["-f", &place]));
        let ended = child.status().unwrap().success();
        volume.cut();
        yes += u32::from(check(Path::new(&place), step));
        if ended {
            return Some((step, yes));
        }
    }
    None
}

#[test]
#[ignore = "needs root, a loop device and mkfs.ext4"]
fn a_power_cut_at_any_step_of_a_clean_up_loses_nothing() {
    let child = |place: &Path, step| {
        kill_clean_up::prepare(place);
        kill_clean_up::child_in(place, step)
    };
    for make in [Volume::make, Volume::make_xfs] {
        match cut_at_every_step(make, child, kill_clean_up::check_after) {
            Some((cuts, gone)) => println!("{cuts} cuts; after {gone} the expired version was gone for good"),
            None => println!("skipped: no right to mount a small volume, or none of the kind"),
        }
    }
}

#[test]
#[ignore = "needs root, a loop device and mkfs.ext4"]
fn a_power_cut_at_any_step_of_thinning_loses_nothing() {
    for make in [Volume::make, Volume::make_xfs] {
        match cut_at_every_step(make, delta::child_in, delta::check_after) {
            Some((cuts, thinned)) => println!("{cuts} cuts; after {thinned} the older copy was a delta"),
            None => println!("skipped: no right to mount a small volume, or none of the kind"),
        }
    }
}

/// The test of the test: without the barrier, the same cuts must be seen to do damage.
#[test]
#[ignore = "needs root, a loop device and mkfs.ext4"]
fn without_the_barrier_a_power_cut_is_seen_to_do_damage() {
    let mut damaged = 0;
    for step in 1.. {
        let Some(volume) = Volume::make() else {
            println!("skipped: no right to mount a small volume");
            return;
        };
        let place = volume.place();
        let ended = child_in(Path::new(&place), step).env(LEAVE_OUT, "barrier").status().unwrap().success();
        volume.cut();
        damaged += u32::from(!after_cut(Path::new(&place)).1);
        if ended {
            break;
        }
    }
    println!("cuts that did damage: {damaged}");
    assert!(damaged > 5, "{damaged}");
}

#[test]
#[ignore = "needs root, a loop device and mkfs.ext4"]
fn a_read_only_volume_with_leftovers_is_recovered_and_browsed() {
    let Some(volume) = Volume::make() else {
        println!("skipped: no right to mount a small volume");
        return;
    };
    let sessions = volume.folder.path().join("sessions");
    let store = Store::create_or_open(Path::new(&volume.place())).unwrap();
    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    put(&mut session, "a", b"1");
    session.commit(commit()).unwrap();
    let part = store.0.layout.parts().join("7c0e0c7e-92bd-4f0c-9d0d-2f7f63f7a9a1-0.part");
    std::fs::write(&part, b"left").unwrap();
    assert!(run("mount", &["-o", "remount,ro", &volume.place()]));
    let store = Store::open(Path::new(&volume.place())).unwrap();
    assert_eq!(store.recover(&sessions).unwrap(), []);
    assert!(part.exists(), "the volume is read-only");
    assert_eq!(contents(&store.version(UDID, 1).unwrap())["a"], b"1");
}
