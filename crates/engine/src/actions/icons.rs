//! App icons kept between backups: asking the phone for each takes tens of seconds.

use device::IconCache;
use std::path::{Path, PathBuf};

/// A folder of icons in the cache, named by the hash of app and version; losing it costs time.
pub struct Icons {
    folder: PathBuf,
}

impl Icons {
    pub fn new(cache: &Path) -> Icons {
        Icons { folder: cache.join("icons") }
    }

    fn path(&self, bundle: &str, version: &str) -> PathBuf {
        let name = blake3::hash(format!("{bundle}\n{version}").as_bytes()).to_hex();
        self.folder.join(&name.as_str()[..40])
    }
}

impl IconCache for Icons {
    fn get(&mut self, bundle: &str, version: &str) -> Option<Vec<u8>> {
        std::fs::read(self.path(bundle, version)).ok()
    }

    fn put(&mut self, bundle: &str, version: &str, png: &[u8]) {
        let path = self.path(bundle, version);
        let part = path.with_extension("part");
        let kept = std::fs::create_dir_all(&self.folder)
            .and_then(|()| std::fs::write(&part, png))
            .and_then(|()| std::fs::rename(&part, &path));
        if let Err(wrong) = kept {
            tracing::info!(%wrong, "an app icon could not be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_is_kept_per_app_and_version() {
        let cache = tempfile::tempdir().unwrap();
        let mut icons = Icons::new(cache.path());
        icons.put("com.example.app", "1.0", b"png");
        assert_eq!(icons.get("com.example.app", "1.0").as_deref(), Some(&b"png"[..]));
        assert_eq!(icons.get("com.example.app", "1.1"), None);
        assert_eq!(icons.get("../../etc", "passwd"), None);
    }
}
