//! A share that takes its time: FUSE plays it. Needs root and bindfs; says so where absent.

use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::volume::run;
use super::*;
use crate::volume::Flush;

struct Share {
    folder: tempfile::TempDir,
    server: Child,
}

impl Share {
    fn mount() -> Option<Share> {
        let folder = quick_folder();
        let (served, mount) = (folder.path().join("served"), folder.path().join("mount"));
        std::fs::create_dir(&served).ok()?;
        std::fs::create_dir(&mount).ok()?;
        let mut command = Command::new("bindfs");
        command.args(["-f", "--no-allow-other"]).arg(&served).arg(&mount);
        let mut server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        while Volume::mounted_at(&mount).mount != mount {
            std::thread::sleep(Duration::from_millis(20));
            if server.try_wait().ok()?.is_some() {
                return None;
            }
        }
        Some(Share { folder, server })
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("mount")
    }

    fn signal(&self, signal: i32) {
        // SAFETY: a signal to a child of this test, which has not been waited for.
        assert_eq!(unsafe { libc::kill(self.server.id() as i32, signal) }, 0);
    }

    /// Where the kernel counts the questions that the server has not answered.
    fn waiting(&self) -> Option<PathBuf> {
        let control = Path::new("/sys/fs/fuse/connections");
        if std::fs::read_dir(control).ok()?.next().is_none() {
            run("mount", &["-t", "fusectl", "fusectl", "/sys/fs/fuse/connections"]);
        }
        let number = libc::minor(std::fs::metadata(self.place()).ok()?.dev());
        Some(control.join(number.to_string()).join("waiting")).filter(|path| path.exists())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        run("umount", &["-l", &self.place().display().to_string()]);
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn eight_files_are_under_way_at_once_on_a_share() {
    let Some(share) = Share::mount() else { return println!("skipped: no right to mount a folder with bindfs") };
    let Some(waiting) = share.waiting() else { return println!("skipped: the kernel does not tell what waits") };
    let store = Store::create_or_open(&share.place()).unwrap();
    let sessions = share.folder.path().join("sessions");
    assert_eq!(store.volume().unwrap().kind, VolumeKind::Program);
    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    assert_eq!(session.barrier.flush, Flush::EachFile, "syncfs does not reach what is behind it");
    let files: BTreeMap<String, Vec<u8>> =
        (0..300u32).map(|number| (format!("file {number}"), number.to_le_bytes().repeat(100))).collect();
    // As in a store that is not new: of folders the kernel makes one at a time.
    for bytes in files.values() {
        std::fs::create_dir_all(store.0.layout.object(blake3::hash(bytes).as_bytes()).parent().unwrap()).unwrap();
    }
    // The server stops answering: whatever is under way stays so, and can be counted.
    share.signal(libc::SIGSTOP);
    files.iter().for_each(|(path, bytes)| drop(put(&mut session, path, bytes)));
    let count = || std::fs::read_to_string(&waiting).unwrap().trim().parse::<usize>().unwrap();
    let mut most = 0;
    for _ in 0..50 {
        std::thread::sleep(Duration::from_millis(20));
        most = most.max(count());
    }
    share.signal(libc::SIGCONT);
    assert_eq!(most, 8);
    let head = session.commit(commit()).unwrap();
    assert_eq!(contents(&Store::open(&share.place()).unwrap().version(UDID, head.seq).unwrap()), files);
}
