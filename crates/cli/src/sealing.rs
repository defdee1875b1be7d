//! `heirloom seal`: sealed locations and their recovery keys. A key comes from standard input or the terminal and goes to a
//! file, never through the arguments.

use crate::door::{Door, whole};
use crate::passwords::Source;
use crate::print;
use clap::Subcommand;
use engine::api::Result;
use serde_json::json;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum Seal {
    /// Seal the versions made from now on; the recovery key goes to a sheet, and into this computer's keychain
    On {
        location: PathBuf,
        /// The HTML file to write the recovery key to: print it, keep it, delete it
        #[arg(long)]
        sheet: PathBuf,
    },
    /// Do not seal the versions made from now on; those that are sealed stay so
    Off { location: PathBuf },
    /// Open a sealed location with its recovery key, which then stays in this computer's keychain
    Unlock {
        location: PathBuf,
        /// Read the recovery key from the first line of standard input
        #[arg(long)]
        key_stdin: bool,
    },
    /// Write the sheet with the recovery key once more
    Sheet {
        location: PathBuf,
        /// The HTML file to write
        #[arg(long)]
        to: PathBuf,
    },
}

pub async fn run(door: &Door, command: Seal) -> Result<()> {
    match command {
        Seal::On { location, sheet } => {
            let path = whole(&location)?;
            let draft = door.call("sealing.prepare", json!({ "path": path })).await?;
            let saved = door.call("sealing.sheet", json!({ "path": path, "to": whole(&sheet)? })).await?;
            // Who asked for the sheet holds it.
            let last = draft["recoveryKey"].as_str().and_then(|key| key.rsplit('-').next()).unwrap_or_default();
            let location = door.call("sealing.on", json!({ "path": path, "typed": last })).await?;
            print::sealing::on(&location, &saved, door.json);
        }
        Seal::Off { location } => {
            let location = door.call("sealing.off", json!({ "path": whole(&location)? })).await?;
            print::sealing::off(&location, door.json);
        }
        Seal::Unlock { location, key_stdin } => {
            let key = Source::new(key_stdin).password("Recovery key")?;
            let taken = door.call("sealing.unlock", json!({ "path": whole(&location)?, "key": *key })).await?;
            print::sealing::unlocked(&taken, door.json);
        }
        Seal::Sheet { location, to } => {
            let asked = json!({ "path": whole(&location)?, "to": whole(&to)? });
            print::saved(&door.call("sealing.sheet", asked).await?, door.json);
        }
    }
    Ok(())
}
