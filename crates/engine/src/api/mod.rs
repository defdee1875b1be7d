//! The only door: one list of commands, one event union, plain JSON both ways.
//!
//! The window, the terminal and the tests all come in through [`call`]. What crosses is declared in
//! this folder; the list itself is `commands.rs`.

pub mod browse;
mod commands;
pub mod devices;
pub mod error;
pub mod events;
pub mod imports;
pub mod jobs;
pub mod keeping;
pub mod live;
pub mod locations;
pub mod locks;
mod map;
pub mod photos;
pub mod restore;
pub mod sealing;
mod secret;
mod typescript;
pub mod versions;

pub use error::{ApiError, Code, Result};
pub use events::{Event, Topic};
pub use map::{Doing, disk_full, failed, no_usbmuxd, size};
pub use secret::Secret;
pub use typescript::typescript;

use crate::Engine;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::PathBuf;

/// Runs one command. A panic inside becomes `Code::Bug`; nothing else of the engine is harmed by it.
pub async fn call(engine: &Engine, name: &str, body: Value) -> Result<Value> {
    let (engine, name) = (engine.clone(), name.to_string());
    match tokio::spawn(async move { commands::dispatch(engine, &name, body).await }).await {
        Ok(answer) => answer,
        Err(failed) => Err(bug(failed)),
    }
}

/// Runs blocking work off the async executor; a panic becomes `Code::Bug`.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(failed) => Err(bug(failed)),
    }
}

/// A path as people name one; `what` begins the sentence that refuses any other. One that depends on where the program
/// was started would lead somewhere else each time.
pub(crate) fn whole_path(path: &str, what: &str) -> Result<PathBuf> {
    let path = PathBuf::from(path);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(ApiError::new(Code::BadRequest, format!("{what} is a whole path, from the top of the disk.")))
}

/// What a caught panic becomes; the payload is kept for the report.
pub(crate) fn bug(failed: tokio::task::JoinError) -> ApiError {
    let detail = match failed.try_into_panic() {
        Ok(payload) => match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
            (Some(text), _) => (*text).to_string(),
            (_, Some(text)) => text.clone(),
            _ => "a panic without words".to_string(),
        },
        Err(failed) => failed.to_string(),
    };
    tracing::error!(%detail, "a command panicked");
    ApiError::new(Code::Bug, "Heirloom made a mistake here. Nothing that was kept is touched by it; please report it.")
        .detail(detail)
}

fn decode<T: DeserializeOwned>(body: Value) -> Result<T> {
    let body = if body.is_null() { Value::Object(Default::default()) } else { body };
    serde_json::from_value(body).map_err(|wrong| {
        ApiError::new(Code::BadRequest, "This request is not of the command's form.").detail(wrong.to_string())
    })
}

fn encode<T: Serialize>(answer: T) -> Result<Value> {
    serde_json::to_value(answer)
        .map_err(|wrong| ApiError::new(Code::Bug, "The answer could not be written as JSON.").detail(wrong.to_string()))
}
