//! Each command line becomes calls through the engine's door.

use crate::door::{Door, optional, whole};
use crate::options::{At, Command};
use crate::passwords::Source;
use crate::{attached, encryption, exports, imports, keeping, print, restore, sealing};
use engine::api::{ApiError, Code, Result};
use engine::{Config, Engine};
use serde_json::{Value, json};

/// Rows asked for at once.
const PAGE: u64 = 1000;

pub async fn run(command: Command, as_json: bool) -> Result<()> {
    let watch_devices = needs_devices(&command);
    // Any other command is over long before an index would be.
    let index = matches!(command, Command::Search { .. });
    let engine = Engine::start(Config { watch_devices, index, ..Config::for_this_user() }).await?;
    let door = Door { engine: engine.clone(), json: as_json };
    let outcome = tokio::select! {
        outcome = door.run(command) => outcome,
        _ = tokio::signal::ctrl_c() => Err(ApiError::new(Code::Cancelled, "Cancelled.")),
    };
    engine.stop().await;
    outcome
}

fn needs_devices(command: &Command) -> bool {
    matches!(
        command,
        Command::Devices
            | Command::Pair { .. }
            | Command::BackUp { .. }
            | Command::Restore(_)
            | Command::Encryption(_)
            | Command::Wifi(_)
            | Command::Device(_)
    )
}

impl Door {
    async fn run(&self, command: Command) -> Result<()> {
        match command {
            Command::Devices => {
                self.engine.settle().await;
                print::devices(&self.call("devices.list", json!({})).await?, self.json);
            }
            Command::Pair { device } => {
                let udid = self.device(device).await?;
                self.job("device.pair", json!({ "udid": udid })).await?;
            }
            Command::BackUp { device, location, full } => {
                let udid = self.device(device).await?;
                self.job("device.backUp", json!({ "udid": udid, "location": optional(location)?, "full": full }))
                    .await?;
            }
            Command::Versions { location, device } => {
                let asked = json!({ "udid": device, "location": optional(location)? });
                print::versions(&self.call("versions.list", asked).await?, self.json);
            }
            Command::Import(asked) => imports::import(self, asked).await?,
            Command::Native(asked) => imports::native(self, asked).await?,
            Command::Search { text, device } => self.search(text, device).await?,
            Command::Restore(asked) => restore::run(self, asked).await?,
            Command::Encryption(command) => encryption::run(self, command).await?,
            Command::Seal(command) => sealing::run(self, command).await?,
            Command::Wifi(command) => attached::wifi(self, command).await?,
            Command::Device(command) => attached::run(self, command).await?,
            Command::Keeping(command) => keeping::run(self, command).await?,
            // Handled before an engine is started.
            Command::Simulate(_) => {}
            reading => self.read(reading).await?,
        }
        Ok(())
    }

    /// The commands that look into a version.
    async fn read(&self, command: Command) -> Result<()> {
        match command {
            Command::Kinds { version, at } => {
                let version = self.open(&version, at).await?;
                let opened = self.call("version.open", json!({ "version": version })).await?;
                print::contradictions(&opened["contradictions"]);
                print::kinds(&self.call("version.count", json!({ "version": version })).await?, self.json);
            }
            Command::List { kind, version, search, at } => self.list(&kind, &version, search, at).await?,
            Command::Show { kind, version, id, at } => {
                let version = self.open(&version, at).await?;
                let found = self.call("item.show", json!({ "version": version, "kind": kind, "id": id })).await?;
                if found.is_null() {
                    let message = format!("There is no item {id} of {kind} in this version.");
                    return Err(ApiError::new(Code::ItemNotFound, message));
                }
                print::document(&found, self.json);
            }
            Command::Export(asked) => exports::export(self, asked).await?,
            Command::Files { version, domain: None, at, .. } => {
                let version = self.open(&version, at).await?;
                print::domains(&self.call("files.domains", json!({ "version": version })).await?, self.json);
            }
            Command::Files { version, domain, folder, at } => {
                let version = self.open(&version, at).await?;
                let asked = json!({ "version": version, "domain": domain, "folder": folder });
                print::files(&self.call("files.list", asked).await?, self.json);
            }
            Command::Extract { version, domain, path, to, at } => {
                let version = self.open(&version, at).await?;
                let asked = json!({ "version": version, "domain": domain, "path": path, "to": whole(&to)? });
                print::saved(&self.call("file.saveAs", asked).await?, self.json);
            }
            Command::Keychain { version, reveal, at } => self.keychain(version, reveal, at).await?,
            _ => {}
        }
        Ok(())
    }

    async fn keychain(&self, version: String, reveal: Option<u64>, at: At) -> Result<()> {
        let password = Source::new(at.password_stdin).password("Backup password")?;
        let asked = json!({ "version": version, "location": optional(at.location)?, "password": *password });
        let opened = self.call("version.unlock", asked).await?;
        let mut asked = json!({ "version": opened["version"]["id"], "password": *password });
        let Some(id) = reveal else {
            print::keychain(&self.call("keychain.open", asked).await?, self.json);
            return Ok(());
        };
        asked["id"] = id.into();
        print::secret(&self.call("keychain.reveal", asked).await?, self.json);
        Ok(())
    }

    async fn search(&self, text: String, device: Option<String>) -> Result<()> {
        let asked = json!({ "text": text, "udid": device });
        let mut found = self.call("search.find", asked.clone()).await?;
        // New versions are being indexed in the background: an answer without them would be half of one.
        while found["pending"] != 0 && !self.index_stands(&found).await? {
            found = self.call("search.find", asked.clone()).await?;
        }
        print::hits(&found, self.json);
        Ok(())
    }

    /// Waits a while for the index; `true` when it got no further in that time.
    async fn index_stands(&self, found: &Value) -> Result<bool> {
        for _ in 0..100 {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            let now = self.call("search.find", json!({ "text": "" })).await?;
            if now["pending"] != found["pending"] {
                return Ok(false);
            }
        }
        eprintln!("{} versions are not in the index yet.", found["pending"]);
        Ok(true)
    }

    async fn list(&self, kind: &str, version: &str, search: Option<String>, at: At) -> Result<()> {
        let version = self.open(version, at).await?;
        let view = self.call("view.open", json!({ "version": version, "kind": kind, "text": search })).await?;
        let (id, count) = (view["view"].clone(), view["count"].as_u64().unwrap_or(0));
        let mut out = print::Cards::begin(self.json);
        for from in (0..count).step_by(PAGE as usize) {
            let page = self.call("view.rows", json!({ "view": id, "from": from, "count": PAGE })).await?;
            out.page(&page);
        }
        out.end();
        print::skipped(&view["skipped"]);
        Ok(())
    }
}
