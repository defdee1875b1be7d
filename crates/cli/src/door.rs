//! The engine's door from the terminal: calls, jobs with their progress, which device and which version are meant.

use crate::options::At;
use crate::passwords::Source;
use crate::print;
use engine::Engine;
use engine::api::jobs::{Job, JobState};
use engine::api::{ApiError, Code, Result, call};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a device that was named may take to be found on the network.
const FOUND_WITHIN: Duration = Duration::from_secs(8);

pub struct Door {
    pub engine: Engine,
    pub json: bool,
}

impl Door {
    pub async fn call(&self, name: &str, body: Value) -> Result<Value> {
        call(&self.engine, name, body).await
    }

    /// The attached device asked for, or the only one.
    pub async fn device(&self, asked: Option<String>) -> Result<String> {
        self.engine.settle().await;
        if let Some(udid) = asked {
            self.wait_for(&udid).await?;
            return Ok(udid);
        }
        let devices = self.call("devices.list", json!({})).await?;
        let attached: Vec<&str> = print::rows(&devices)
            .filter(|device| device["attached"] == true)
            .filter_map(|device| device["udid"].as_str())
            .collect();
        match attached.as_slice() {
            [one] => Ok((*one).to_string()),
            [] => Err(ApiError::new(Code::DeviceNotFound, self.nothing_attached().await?)),
            _ => Err(ApiError::new(Code::BadRequest, "Several devices are attached. Name one with --device.")
                .detail(attached.join(" "))),
        }
    }

    async fn nothing_attached(&self) -> Result<String> {
        let state = self.call("app.state", json!({})).await?;
        let reason = state["usbmuxd"]["reason"].as_str();
        Ok(reason.unwrap_or("No device is attached. Plug one in and unlock it.").to_string())
    }

    /// A device that was named may be found on the network only after a moment.
    async fn wait_for(&self, udid: &str) -> Result<()> {
        let until = tokio::time::Instant::now() + FOUND_WITHIN;
        while tokio::time::Instant::now() < until {
            let devices = self.call("devices.list", json!({})).await?;
            if print::rows(&devices).any(|device| device["udid"] == udid && device["attached"] == true) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    /// The device asked for, attached or not; else the only attached one, else the only one there are versions of.
    pub async fn known_device(&self, asked: Option<String>) -> Result<String> {
        if let Some(udid) = asked {
            return Ok(udid);
        }
        self.engine.settle().await;
        let devices = self.call("devices.list", json!({})).await?;
        match print::rows(&devices).filter_map(|device| device["udid"].as_str()).collect::<Vec<_>>().as_slice() {
            [one] => Ok((*one).to_string()),
            _ => self.device(None).await,
        }
    }

    /// Opens a version and returns its whole id; a location named here need not be a known one.
    ///
    /// An encrypted one is unlocked with the password from standard input, the system's keychain or the terminal.
    pub async fn open(&self, version: &str, at: At) -> Result<String> {
        let asked = json!({ "version": version, "location": optional(at.location)? });
        let source = Source::new(at.password_stdin);
        let opened = match self.call("version.open", asked.clone()).await {
            Err(error) if error.code == Code::PasswordNeeded => self.unlock(asked, &source).await?,
            opened => opened?,
        };
        Ok(opened["version"]["id"].as_str().unwrap_or_default().to_string())
    }

    async fn unlock(&self, asked: Value, source: &Source) -> Result<Value> {
        let with = |password: Value| {
            let mut asked = asked.clone();
            asked["password"] = password;
            asked
        };
        let given = |question: &str| source.password(question).map(|password| Value::from(password.as_str()));
        if source.given() {
            return self.call("version.unlock", with(given("")?)).await;
        }
        match self.call("version.unlock", asked.clone()).await {
            Err(error) if error.code == Code::PasswordNeeded && source.can_ask() => {
                self.call("version.unlock", with(given("Backup password")?)).await
            }
            unlocked => unlocked,
        }
    }

    /// Starts a job, shows how it goes, and prints how it ended.
    pub async fn job(&self, name: &str, body: Value) -> Result<()> {
        self.ended(name, body).await.map(drop)
    }

    /// As [`Door::job`], with the job as it ended.
    pub async fn ended(&self, name: &str, body: Value) -> Result<Job> {
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
        if job.state != JobState::Done {
            print::warnings(&job);
        }
        match (job.state, &job.error) {
            (JobState::Done, _) => {
                print::done(&job, self.json);
                Ok(job)
            }
            (_, Some(error)) => Err(error.clone()),
            _ => Err(ApiError::new(Code::Cancelled, "Cancelled.")),
        }
    }
}

/// A path as the engine wants it: from the top of the disk.
pub fn whole(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path).map_err(|error| {
        ApiError::new(Code::BadRequest, format!("{} is not a usable path.", path.display())).detail(error.to_string())
    })?;
    Ok(absolute.to_string_lossy().into_owned())
}

pub fn optional(path: Option<PathBuf>) -> Result<Option<String>> {
    path.map(|path| whole(&path)).transpose()
}
