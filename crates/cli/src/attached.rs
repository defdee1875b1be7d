//! `heirloom device` and `heirloom wifi`: an attached device, without a backup.

use crate::door::{Door, whole};
use crate::print;
use clap::Subcommand;
use engine::api::Result;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum Attached {
    /// List the photos and other media, or copy them off
    Photos {
        /// A file or folder on the device, such as DCIM/100APPLE
        #[arg(default_value = "DCIM")]
        path: String,
        /// The folder to copy to; lists when left out
        #[arg(long)]
        to: Option<PathBuf>,
        /// List the originals that are only in iCloud ("Optimise iPhone Storage") instead
        #[arg(long, conflicts_with_all = ["path", "to"])]
        only_in_icloud: bool,
        #[arg(long)]
        device: Option<String>,
    },
    /// List the apps
    Apps {
        /// With sizes, which takes the device some seconds
        #[arg(long)]
        sizes: bool,
        #[arg(long)]
        device: Option<String>,
    },
    /// List the documents an app shares, copy them off, or add some
    Documents {
        /// The app's bundle id, as `device apps` prints it
        app: String,
        /// A file or folder among them
        #[arg(default_value = "")]
        path: String,
        /// The folder to copy to; lists when left out
        #[arg(long, conflicts_with = "add")]
        to: Option<PathBuf>,
        /// Files of this computer to add to the folder
        #[arg(long)]
        add: Vec<PathBuf>,
        #[arg(long)]
        device: Option<String>,
    },
    /// The battery's health and what the storage is used for
    Health {
        #[arg(long)]
        device: Option<String>,
    },
    /// Give the device another name
    Rename {
        name: String,
        #[arg(long)]
        device: Option<String>,
    },
    /// Restart the device
    Restart {
        #[arg(long)]
        device: Option<String>,
    },
}

#[derive(Subcommand)]
pub enum Wifi {
    /// Let the device answer over Wi-Fi; needs the cable once
    Enable {
        #[arg(long)]
        device: Option<String>,
    },
    /// Stop the device from answering over Wi-Fi
    Disable {
        #[arg(long)]
        device: Option<String>,
    },
    /// Whether it answers over Wi-Fi
    State {
        #[arg(long)]
        device: Option<String>,
    },
    /// Which step on the way to the device fails
    Diagnose {
        #[arg(long)]
        device: Option<String>,
    },
}

pub async fn run(door: &Door, command: Attached) -> Result<()> {
    match command {
        Attached::Photos { only_in_icloud: true, device, .. } => {
            let udid = door.device(device).await?;
            print::away(&door.call("device.media.inCloud", json!({ "udid": udid })).await?, door.json);
        }
        Attached::Photos { path, to, device, .. } => {
            let udid = door.device(device).await?;
            match to {
                Some(to) => {
                    let asked = json!({ "udid": udid, "paths": [path], "to": whole(&to)? });
                    door.job("device.media.copy", asked).await?;
                }
                None => {
                    let asked = json!({ "udid": udid, "path": path });
                    print::files(&door.call("device.media.list", asked).await?, door.json);
                }
            }
        }
        Attached::Apps { sizes, device } => {
            let udid = door.device(device).await?;
            print::apps(&door.call("device.apps", json!({ "udid": udid, "sizes": sizes })).await?, door.json);
        }
        Attached::Documents { app, path, to, add, device } => {
            let udid = door.device(device).await?;
            documents(door, udid, app, path, to, add).await?;
        }
        Attached::Health { device } => {
            let udid = door.device(device).await?;
            print::facts(&door.call("device.health", json!({ "udid": udid })).await?, door.json);
        }
        Attached::Rename { name, device } => {
            let udid = door.device(device).await?;
            door.call("device.rename", json!({ "udid": udid, "name": name })).await?;
        }
        Attached::Restart { device } => {
            let udid = door.device(device).await?;
            door.call("device.restart", json!({ "udid": udid })).await?;
        }
    }
    Ok(())
}

async fn documents(
    door: &Door,
    udid: String,
    app: String,
    path: String,
    to: Option<PathBuf>,
    add: Vec<PathBuf>,
) -> Result<()> {
    if let Some(to) = to {
        let asked = json!({ "udid": udid, "bundle": app, "paths": [path], "to": whole(&to)? });
        return door.job("device.documents.copy", asked).await;
    }
    if add.is_empty() {
        let asked = json!({ "udid": udid, "bundle": app, "path": path });
        print::files(&door.call("device.documents.list", asked).await?, door.json);
        return Ok(());
    }
    let files = add.iter().map(|file| whole(file)).collect::<Result<Vec<String>>>()?;
    door.job("device.documents.put", json!({ "udid": udid, "bundle": app, "files": files, "folder": path })).await
}

pub async fn wifi(door: &Door, command: Wifi) -> Result<()> {
    let set = async |device, on| {
        let udid = door.device(device).await?;
        door.call("wifi.set", json!({ "udid": udid, "on": on })).await.map(drop)
    };
    match command {
        Wifi::Enable { device } => set(device, true).await,
        Wifi::Disable { device } => set(device, false).await,
        Wifi::State { device } => {
            let udid = door.device(device).await?;
            print::facts(&door.call("wifi.state", json!({ "udid": udid })).await?, door.json);
            Ok(())
        }
        Wifi::Diagnose { device } => {
            let udid = door.known_device(device).await?;
            let found: Value = door.call("wifi.diagnose", json!({ "udid": udid })).await?;
            print::findings(&found, &found, door.json);
            Ok(())
        }
    }
}
