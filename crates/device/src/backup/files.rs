use std::io::{self, Read};

/// Where a backup's files live. All paths are relative to the device's own folder, `/`-separated, checked.
///
/// Called from one dedicated thread, in the phone's order. One file is open between `begin` and `commit` or `abort`.
pub trait BackupFiles: Send {
    /// A file starts. The content stored at `path` must stay what it is until `commit`.
    fn begin(&mut self, device_path: &str, path: &str) -> io::Result<()>;
    fn write(&mut self, data: &[u8]) -> io::Result<()>;
    fn commit(&mut self) -> io::Result<()>;
    /// The file could not be read on the phone (`code` is the phone's block code) or not be stored here (`code` 0).
    /// Comes also without a `begin` before it.
    fn abort(&mut self, device_path: &str, path: &str, code: u8, text: &str);
    /// Renames a file or folder, replacing what is there; makes parents.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file or a whole folder; a missing one is fine.
    fn remove(&mut self, path: &str) -> io::Result<()>;
    /// Copies a file or a whole folder.
    fn copy(&mut self, from: &str, to: &str) -> io::Result<()>;
    /// Makes a folder and its parents; an existing one is fine.
    fn make_folder(&mut self, path: &str) -> io::Result<()>;
    /// The direct children of a folder; `""` is the device's folder.
    fn list(&mut self, path: &str) -> io::Result<Vec<Listed>>;
    /// `NotFound` when absent.
    fn open_read(&mut self, path: &str) -> io::Result<Box<dyn Read + Send>>;
    /// Bytes the backup may still take.
    fn free_space(&mut self) -> io::Result<u64>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    pub is_folder: bool,
    pub size: u64,
    /// Unix milliseconds.
    pub modified: i64,
}

impl<T: BackupFiles + ?Sized> BackupFiles for Box<T> {
    fn begin(&mut self, device_path: &str, path: &str) -> io::Result<()> {
        (**self).begin(device_path, path)
    }
    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        (**self).write(data)
    }
    fn commit(&mut self) -> io::Result<()> {
        (**self).commit()
    }
    fn abort(&mut self, device_path: &str, path: &str, code: u8, text: &str) {
        (**self).abort(device_path, path, code, text);
    }
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        (**self).rename(from, to)
    }
    fn remove(&mut self, path: &str) -> io::Result<()> {
        (**self).remove(path)
    }
    fn copy(&mut self, from: &str, to: &str) -> io::Result<()> {
        (**self).copy(from, to)
    }
    fn make_folder(&mut self, path: &str) -> io::Result<()> {
        (**self).make_folder(path)
    }
    fn list(&mut self, path: &str) -> io::Result<Vec<Listed>> {
        (**self).list(path)
    }
    fn open_read(&mut self, path: &str) -> io::Result<Box<dyn Read + Send>> {
        (**self).open_read(path)
    }
    fn free_space(&mut self) -> io::Result<u64> {
        (**self).free_space()
    }
}
