//! The three clients that back a phone up, and what each keeps.

use crate::computer::{Computer, text};
use engine::simulator::BackupSummary;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tests::tree;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Idevicebackup2,
    Pymobiledevice3,
    Heirloom,
}

impl Client {
    /// Pairs with the phone; the phone trusts at once.
    pub async fn pair(self, computer: &Computer) {
        match self {
            Client::Idevicebackup2 => {
                let said = computer.run("idevicepair", &["pair"]).await;
                assert!(said.contains("SUCCESS"), "{said}");
            }
            Client::Pymobiledevice3 => drop(computer.run("pymobiledevice3", &["lockdown", "pair"]).await),
            Client::Heirloom => assert_eq!(computer.heirloom(&["pair"]).await["state"], "done"),
        }
        assert!(computer.pair_record().is_file(), "{self:?} leaves its pair record with usbmuxd");
    }

    /// Backs the phone up; the client and the phone must both be content.
    pub async fn back_up(self, computer: &Computer) -> BackupSummary {
        let folder = computer.path("backups");
        std::fs::create_dir_all(&folder).expect("a folder for backups");
        match self {
            Client::Idevicebackup2 => {
                let said = computer.run("idevicebackup2", &["backup", text(&folder)]).await;
                assert!(said.contains("Backup Successful"), "{said}");
            }
            Client::Pymobiledevice3 => {
                drop(computer.run("pymobiledevice3", &["backup2", "backup", text(&folder)]).await)
            }
            Client::Heirloom => {
                let job = computer.heirloom(&["back-up", "--location", text(&folder)]).await;
                assert_eq!((job["state"].as_str(), job["skipped_count"].as_u64()), (Some("done"), Some(0)), "{job:#}");
            }
        }
        let summary = computer.phone().last_backup().expect("a backup");
        assert_eq!((summary.code, &summary.complaint), (Some(0), &None), "{self:?}: {summary:?}");
        summary
    }

    /// The folder of the phone's newest backup as this client keeps it; of Heirloom's newest version a copy is written out.
    pub fn folder(self, computer: &Computer) -> PathBuf {
        let (folder, udid) = (computer.path("backups"), computer.phone().udid().to_string());
        if self != Client::Heirloom {
            return folder.join(udid);
        }
        let store = store::Store::open(&folder).expect("a store");
        let newest = store.versions(&udid).expect("versions").versions.pop().expect("a version");
        let version = store.version(&udid, newest.seq).expect("a readable version");
        let to = computer.path(&format!("version-{}", newest.seq));
        for entry in version.entries().filter(|entry| entry.kind == store::EntryKind::File) {
            let path = to.join(&entry.path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            let mut content = version.open(&entry.path).expect("content").expect("content");
            std::io::copy(&mut content, &mut std::fs::File::create(&path).expect("a file")).expect("a copy");
        }
        to
    }

    /// Every file of that folder with its bytes.
    pub fn files(self, computer: &Computer) -> BTreeMap<String, Vec<u8>> {
        tree(&self.folder(computer))
    }
}
