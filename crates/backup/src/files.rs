use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Component, Path, PathBuf};

/// A stream that can be read from any place.
pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// The files of one backup folder, read only. Paths are relative and `/`-separated.
pub trait FileSet: Send + Sync {
    /// Opens a file; `Ok(None)` where there is none.
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn ReadSeek>>>;
    /// The size of a file in bytes; `Ok(None)` where there is none.
    fn size(&self, path: &str) -> io::Result<Option<u64>>;
    /// The file itself, where the bytes are one plain local file. Never written to.
    fn local_path(&self, path: &str) -> Option<PathBuf>;
}

/// A backup folder on a disk, as Finder, iTunes or idevicebackup2 leave it.
pub struct Folder {
    root: PathBuf,
    /// Where a run keeps what it has not moved to its place yet.
    snapshot: Option<PathBuf>,
}

impl Folder {
    pub fn new(path: PathBuf) -> Folder {
        Folder { root: path, snapshot: None }
    }

    /// A folder whose run was cut: what lies in `Snapshot/` counts as if it had been moved to its place.
    pub fn cut(path: PathBuf) -> Folder {
        Folder { snapshot: Some(path.join("Snapshot")), root: path }
    }

    /// Only plain relative paths lead anywhere: no `..`, no root, no drive.
    fn resolve(&self, path: &str) -> Option<PathBuf> {
        let relative = Path::new(path);
        let plain = !path.is_empty() && relative.components().all(|part| matches!(part, Component::Normal(_)));
        let newer = self.snapshot.as_ref().filter(|_| plain).map(|snapshot| snapshot.join(relative));
        let newer = newer.filter(|path| path.symlink_metadata().is_ok_and(|found| found.is_file()));
        plain.then(|| newer.unwrap_or_else(|| self.root.join(relative)))
    }
}

impl FileSet for Folder {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn ReadSeek>>> {
        let Some(path) = self.local_path(path) else {
            return Ok(None);
        };
        match File::open(path) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn size(&self, path: &str) -> io::Result<Option<u64>> {
        let Some(path) = self.resolve(path) else {
            return Ok(None);
        };
        match path.symlink_metadata() {
            Ok(found) => Ok(found.is_file().then_some(found.len())),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Files only: a symbolic link in a backup folder is not content and is never followed.
    fn local_path(&self, path: &str) -> Option<PathBuf> {
        let path = self.resolve(path)?;
        match path.symlink_metadata() {
            Ok(found) => found.is_file().then_some(path),
            // Let `open` report why the file cannot be looked at.
            Err(error) => (!is_absent(&error)).then_some(path),
        }
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_never_leave_the_folder() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::write(outer.path().join("secret"), b"s").unwrap();
        let root = outer.path().join("backup");
        std::fs::create_dir_all(root.join("ab")).unwrap();
        std::fs::write(root.join("ab/file"), b"hello").unwrap();
        let folder = Folder::new(root.clone());

        assert_eq!(folder.size("ab/file").unwrap(), Some(5));
        assert_eq!(folder.size("ab").unwrap(), None, "a folder has no size");
        for hostile in ["../secret", "/etc/passwd", "", "ab/../../secret", "absent", "ab/file/x"] {
            assert_eq!(folder.size(hostile).unwrap(), None, "{hostile}");
            assert!(folder.open(hostile).unwrap().is_none(), "{hostile}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outer.path().join("secret"), root.join("link")).unwrap();
            assert!(folder.open("link").unwrap().is_none(), "links are not followed");
        }
    }
}
