//! Each command line becomes calls through the engine's door.

use crate::options::Command;
use crate::print;
use engine::api::jobs::{Job, JobState};
use engine::api::{ApiError, Code, Result, call};
use engine::{Config, Engine};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Rows asked for at once.
const PAGE: u64 = 1000;

pub async fn run(command: Command, as_json: bool) -> Result<()> {
    let engine = Engine::start(Config { watch_devices: needs_devices(&command), ..Config::for_this_user() }).await?;
    let door = Door { engine: engine.clone(), json: as_json };
    let outcome = tokio::select! {
        outcome = door.run(command) => outcome,
        _ = tokio::signal::ctrl_c() => Err(ApiError::new(Code::Cancelled, "Cancelled.")),
    };
    engine.stop().await;
    outcome
}

fn needs_devices(command: &Command) -> bool {
    matches!(command, Command::Devices | Command::Pair { .. } | Command::BackUp { .. })
}

struct Door {
    engine: Engine,
    json: bool,
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
            Command::Import { folder, location } => {
                self.job("import.start", json!({ "folder": whole(&folder)?, "location": optional(location)? })).await?;
            }
            Command::Kinds { version, location } => {
                let asked = json!({ "version": version, "location": optional(location)? });
                print::kinds(&self.call("version.count", asked).await?, self.json);
            }
            Command::List { kind, version, search, location } => self.list(&kind, &version, search, location).await?,
            Command::Show { kind, version, id, location } => {
                let version = self.open(&version, location).await?;
                let found = self.call("item.show", json!({ "version": version, "kind": kind, "id": id })).await?;
                if found.is_null() {
                    return Err(ApiError::new(
                        Code::ItemNotFound,
                        format!("There is no item {id} of {kind} in this version."),
                    ));
                }
                print::document(&found, self.json);
            }
            Command::Export { kind, version, format, to, ids, location } => {
                let version = self.open(&version, location).await?;
                let asked =
                    json!({ "version": version, "kind": kind, "format": format, "to": whole(&to)?, "ids": ids });
                self.job("export.start", asked).await?;
            }
            Command::Files { version, domain, folder, location } => {
                let version = self.open(&version, location).await?;
                match domain {
                    None => {
                        print::domains(&self.call("files.domains", json!({ "version": version })).await?, self.json)
                    }
                    Some(domain) => {
                        let asked = json!({ "version": version, "domain": domain, "folder": folder });
                        print::files(&self.call("files.list", asked).await?, self.json);
                    }
                }
            }
            Command::Extract { version, domain, path, to, location } => {
                let version = self.open(&version, location).await?;
                let asked = json!({ "version": version, "domain": domain, "path": path, "to": whole(&to)? });
                print::saved(&self.call("file.saveAs", asked).await?, self.json);
            }
            Command::Search { text, device } => {
                let asked = json!({ "text": text, "udid": device });
                let mut found = self.call("search.find", asked.clone()).await?;
                // New versions are being indexed in the background: an answer without them would be half of one.
                while found["pending"] != 0 && !self.index_stands(&found).await? {
                    found = self.call("search.find", asked.clone()).await?;
                }
                print::hits(&found, self.json);
            }
            // Handled before an engine is started.
            Command::Simulate(_) => {}
        }
        Ok(())
    }

    async fn call(&self, name: &str, body: Value) -> Result<Value> {
        call(&self.engine, name, body).await
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

    /// The device asked for, or the only attached one.
    async fn device(&self, asked: Option<String>) -> Result<String> {
        self.engine.settle().await;
        if let Some(udid) = asked {
            return Ok(udid);
        }
        let devices = self.call("devices.list", json!({})).await?;
        let attached: Vec<&str> = print::rows(&devices)
            .filter(|device| device["attached"] == true)
            .filter_map(|device| device["udid"].as_str())
            .collect();
        match attached.as_slice() {
            [one] => Ok((*one).to_string()),
            [] => {
                let usbmuxd = self.call("app.state", json!({})).await?;
                let reason = usbmuxd["usbmuxd"]["reason"]
                    .as_str()
                    .unwrap_or("No device is attached. Plug one in and unlock it.");
                Err(ApiError::new(Code::DeviceNotFound, reason))
            }
            _ => Err(ApiError::new(Code::BadRequest, "Several devices are attached. Name one with --device.")
                .detail(attached.join(" "))),
        }
    }

    /// Opens a version and returns its whole id; a location named here need not be a known one.
    async fn open(&self, version: &str, location: Option<PathBuf>) -> Result<String> {
        let opened = self.call("version.open", json!({ "version": version, "location": optional(location)? })).await?;
        Ok(opened["version"]["id"].as_str().unwrap_or_default().to_string())
    }

    async fn list(&self, kind: &str, version: &str, search: Option<String>, location: Option<PathBuf>) -> Result<()> {
        let version = self.open(version, location).await?;
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

    /// Starts a job, shows how it goes, and prints how it ended.
    async fn job(&self, name: &str, body: Value) -> Result<()> {
        let mut events = self.engine.events();
        let started = self.call(name, body).await?;
        let id = started["job"].as_u64().unwrap_or(0);
        let jobs = self.engine.jobs().clone();
        let mut ended = std::pin::pin!(jobs.wait(id));
        let mut progress = print::Progress::default();
        let job: Job = loop {
            tokio::select! {
                job = &mut ended => break job?,
                event = events.recv() => if let Ok(engine::api::Event::Job(job)) = event && job.id == id && !self.json { progress.show(&job) },
            }
        };
        progress.end();
        match (job.state, &job.error) {
            (JobState::Done, _) => {
                print::done(&job, self.json);
                Ok(())
            }
            (_, Some(error)) => Err(error.clone()),
            _ => Err(ApiError::new(Code::Cancelled, "Cancelled.")),
        }
    }
}

/// A path as the engine wants it: from the top of the disk.
fn whole(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path).map_err(|error| {
        ApiError::new(Code::BadRequest, format!("{} is not a usable path.", path.display())).detail(error.to_string())
    })?;
    Ok(absolute.to_string_lossy().into_owned())
}

fn optional(path: Option<PathBuf>) -> Result<Option<String>> {
    path.map(|path| whole(&path)).transpose()
}
