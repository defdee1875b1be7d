//! The encrypted folder that everyone opens.

use crate::ours::PASSWORD;
use benches::{pair, run};
use engine::simulator::{DeviceOptions, Encryption, Options, Rounds, Simulator};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A backup folder, removed when dropped.
pub struct BackedUp {
    root: PathBuf,
    pub folder: PathBuf,
}

impl BackedUp {
    pub fn text(&self) -> io::Result<String> {
        let text = self.folder.to_str().ok_or_else(|| io::Error::other("the folder's name is not UTF-8"))?;
        Ok(text.to_string())
    }
}

impl Drop for BackedUp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// As many as a real phone takes.
pub fn rounds() -> Rounds {
    Rounds::production()
}

/// Backs up a phone with so many small files and these big ones.
pub fn backed_up(root: &Path, files: u64, big: &[u64]) -> io::Result<BackedUp> {
    let backups = root.join("backups");
    std::fs::create_dir_all(&backups)?;
    let device = DeviceOptions {
        extra_files: files,
        extra_big: big.to_vec(),
        auto_trust: Some(Duration::ZERO),
        auto_passcode: Some(Duration::ZERO),
        encryption: Some(Encryption { password: PASSWORD.into(), rounds: rounds() }),
        ..DeviceOptions::default()
    };
    let runtime = tokio::runtime::Runtime::new()?;
    let options = Options { devices: vec![device], ..Options::new(root.join("phone")) };
    let simulator = runtime.block_on(Simulator::start(options)).map_err(io::Error::other)?;
    let udid = simulator.phones().first().map(|phone| phone.udid().to_string()).unwrap_or_default();
    let address = simulator.address().to_string();
    pair(&address)?;
    run(Command::new("idevicebackup2")
        .args(["backup", "--full"])
        .arg(&backups)
        .env("USBMUXD_SOCKET_ADDRESS", &address))?;
    Ok(BackedUp { root: root.to_path_buf(), folder: backups.join(udid) })
}
