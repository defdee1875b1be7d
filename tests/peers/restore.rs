//! A backup made by one client goes back through another: onto the phone it came from, and onto a new one.

use crate::backups::Client;
use crate::computer::{Computer, text};
use crate::matrix::came_back;
use std::path::Path;

const PASSWORD: &str = "a word for the phone";

#[tokio::test(flavor = "multi_thread")]
async fn what_idevicebackup2_keeps_heirloom_restores() {
    goes_back(Client::Idevicebackup2, Client::Heirloom, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_heirloom_keeps_pymobiledevice3_restores() {
    goes_back(Client::Heirloom, Client::Pymobiledevice3, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pymobiledevice3_encrypts_heirloom_restores() {
    goes_back(Client::Pymobiledevice3, Client::Heirloom, Some(PASSWORD)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_heirloom_encrypts_idevicebackup2_restores() {
    goes_back(Client::Heirloom, Client::Idevicebackup2, Some(PASSWORD)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_idevicebackup2_encrypts_pymobiledevice3_restores() {
    goes_back(Client::Idevicebackup2, Client::Pymobiledevice3, Some(PASSWORD)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pymobiledevice3_keeps_idevicebackup2_restores() {
    goes_back(Client::Pymobiledevice3, Client::Idevicebackup2, None).await;
}

async fn goes_back(maker: Client, restorer: Client, password: Option<&str>) {
    let Some(computer) = Computer::new().await else { return };
    maker.pair(&computer).await;
    if password.is_some() {
        maker.change_password(&computer, None, password).await;
    }
    let made = maker.back_up(&computer).await;
    let folder = maker.native(&computer).await;
    restorer.restore(&computer, &folder, password).await;
    let back = computer.phone().last_restore().expect("a restore");
    assert_eq!(back.code, Some(0), "{maker:?} to {restorer:?}: {back:?}");
    assert!(back.differences.is_empty(), "{maker:?} to {restorer:?}: {:?}", back.differences);
    assert_eq!(back.files, made.files, "{maker:?} to {restorer:?}: every file came back");
    came_back(maker, restorer);
}

impl Client {
    /// The folder Apple's tools take for the newest backup: `<here>/<UDID>`.
    pub async fn native(self, computer: &Computer) -> std::path::PathBuf {
        if self != Client::Heirloom {
            return self.folder(computer);
        }
        let to = computer.path("native");
        std::fs::create_dir_all(&to).expect("a folder");
        let location = computer.path("backups");
        let job = computer.heirloom(&["native", "latest", "--location", text(&location), "--to", text(&to)]).await;
        assert_eq!(job["state"], "done", "{job:#}");
        to.join(computer.phone().udid())
    }

    /// Puts a backup folder back onto the phone.
    pub async fn restore(self, computer: &Computer, folder: &Path, password: Option<&str>) {
        let root = text(folder.parent().expect("a folder above"));
        match self {
            Client::Idevicebackup2 => {
                let mut arguments = vec!["restore", "--system", "--settings", "--no-reboot"];
                arguments.extend(password.into_iter().flat_map(|password| ["--password", password]));
                arguments.push(root);
                let said = computer.run("idevicebackup2", &arguments).await;
                assert!(said.contains("Restore Successful"), "{said}");
            }
            Client::Pymobiledevice3 => {
                let mut arguments = vec!["backup2", "restore", "--system", "--no-reboot"];
                arguments.extend(password.into_iter().flat_map(|password| ["--password", password]));
                arguments.push(root);
                drop(computer.run("pymobiledevice3", &arguments).await);
            }
            Client::Heirloom => {
                let location = computer.path("imported");
                let at = ["--location", text(&location)];
                let import = [&["import", text(folder)], &at[..]].concat();
                assert_eq!(computer.heirloom(&import).await["state"], "done");
                let phone = computer.phone();
                let name = phone.name();
                let restore = [&["restore", "latest", "--to", phone.udid(), "--yes", &name], &at[..]].concat();
                let job = match password {
                    None => computer.heirloom(&restore).await,
                    Some(password) => {
                        computer.heirloom_with(&[&restore[..], &["--password-stdin"]].concat(), &[password]).await
                    }
                };
                assert_eq!(job["state"], "done", "{job:#}");
            }
        }
    }
}
