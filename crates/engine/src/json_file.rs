//! Small JSON files of the app's own: written whole beside the old one, then renamed over it.

use crate::api::{ApiError, Code, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// What a file holds; `None` when it is not there or cannot be read as that.
pub fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// Writes a file; the old one stays as it is when that fails.
pub fn write(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_vec_pretty(value).map_err(|wrong| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        ApiError::new(Code::Bug, format!("{name} could not be written.")).detail(wrong.to_string())
    })?;
    let part = path.with_extension("json.part");
    let written = std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, path));
    written.map_err(|error| ApiError::io(path, &error))
}
