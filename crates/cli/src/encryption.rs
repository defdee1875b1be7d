//! `heirloom encryption`: the password that a device encrypts its backups with.

use crate::door::{Door, whole};
use crate::passwords::Source;
use crate::print;
use clap::Subcommand;
use engine::api::Result;
use serde_json::json;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum Encryption {
    /// Turn encryption on: the new password, on the terminal twice
    On(Change),
    /// Change the password: the old one, then the new one
    Change(Change),
    /// Turn encryption off: the old password
    Off(Change),
    /// Try a password on the encrypted versions of a device
    Check {
        /// The device; the only attached one when left out
        #[arg(long)]
        device: Option<String>,
        #[arg(long)]
        password_stdin: bool,
    },
    /// Write a sheet to print and keep: the password, and what it opens
    Sheet {
        #[arg(long)]
        device: Option<String>,
        /// The HTML file to write
        #[arg(long)]
        to: PathBuf,
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the devices whose password is in this computer's keychain
    Known,
    /// Take a device's passwords out of this computer's keychain
    Forget {
        #[arg(long)]
        device: String,
    },
}

#[derive(clap::Args)]
pub struct Change {
    /// The device; the only attached one when left out
    #[arg(long)]
    device: Option<String>,
    /// Read each password from a line of standard input
    #[arg(long)]
    password_stdin: bool,
    /// Keep the new password in this computer's keychain
    #[arg(long)]
    remember: bool,
}

pub async fn run(door: &Door, command: Encryption) -> Result<()> {
    match command {
        Encryption::On(how) => {
            let new = how.source().new_password("New backup password")?;
            change(door, how, json!({ "kind": "on", "new": *new })).await
        }
        Encryption::Change(how) => {
            let old = how.source().password("Old backup password")?;
            let new = how.source().new_password("New backup password")?;
            change(door, how, json!({ "kind": "change", "old": *old, "new": *new })).await
        }
        Encryption::Off(how) => {
            let old = how.source().password("Backup password")?;
            change(door, how, json!({ "kind": "off", "old": *old })).await
        }
        Encryption::Check { device, password_stdin } => {
            let udid = door.known_device(device).await?;
            let password = Source::new(password_stdin).password("Backup password")?;
            let asked = json!({ "udid": udid, "password": *password });
            print::check(&door.call("encryption.check", asked).await?, door.json);
            Ok(())
        }
        Encryption::Sheet { device, to, password_stdin } => {
            let udid = door.known_device(device).await?;
            let password = Source::new(password_stdin).password("Backup password")?;
            let asked = json!({ "udid": udid, "password": *password, "to": whole(&to)? });
            print::saved(&door.call("recovery.save", asked).await?, door.json);
            Ok(())
        }
        Encryption::Known => {
            print::known(&door.call("passwords.list", json!({})).await?, door.json);
            Ok(())
        }
        Encryption::Forget { device } => door.call("password.forget", json!({ "udid": device })).await.map(drop),
    }
}

impl Change {
    fn source(&self) -> Source {
        Source::new(self.password_stdin)
    }
}

async fn change(door: &Door, how: Change, change: serde_json::Value) -> Result<()> {
    let udid = door.device(how.device).await?;
    let asked = json!({ "udid": udid, "change": change, "remember": how.remember });
    door.job("encryption.change", asked).await
}
