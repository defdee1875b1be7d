use device::{BackupFiles, Listed};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A backup in a plain folder, as other programs keep it.
pub struct Folder {
    pub root: PathBuf,
    open: Option<File>,
}

impl Folder {
    pub fn new(root: &Path) -> Folder {
        fs::create_dir_all(root).unwrap();
        Folder { root: root.to_path_buf(), open: None }
    }

    fn parents(&self, path: &str) -> io::Result<PathBuf> {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap())?;
        Ok(path)
    }
}

impl BackupFiles for Folder {
    fn begin(&mut self, _device_path: &str, path: &str) -> io::Result<()> {
        self.open = Some(File::create(self.parents(path)?)?);
        Ok(())
    }

    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.open.as_mut().unwrap().write_all(data)
    }

    fn commit(&mut self) -> io::Result<()> {
        self.open = None;
        Ok(())
    }

    fn abort(&mut self, _device_path: &str, path: &str, _code: u8, _text: &str) {
        self.open = None;
        let _ = fs::remove_file(self.root.join(path));
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let to = self.parents(to)?;
        if to.is_dir() {
            fs::remove_dir_all(&to)?;
        }
        fs::rename(self.root.join(from), to)
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        let path = self.root.join(path);
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    fn copy(&mut self, from: &str, to: &str) -> io::Result<()> {
        let from = self.root.join(from);
        if from.is_dir() {
            simulator::made::copy_folder(&from, &self.root.join(to)).map_err(io::Error::other)?;
            return Ok(());
        }
        fs::copy(from, self.parents(to)?).map(drop)
    }

    fn make_folder(&mut self, path: &str) -> io::Result<()> {
        fs::create_dir_all(self.root.join(path))
    }

    fn list(&mut self, path: &str) -> io::Result<Vec<Listed>> {
        let entries = fs::read_dir(self.root.join(path))?;
        let listed = entries.map(|entry| {
            let entry = entry?;
            let about = entry.metadata()?;
            let modified = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as i64;
            let name = entry.file_name().into_string().unwrap();
            Ok(Listed { name, is_folder: about.is_dir(), size: about.len(), modified })
        });
        listed.collect()
    }

    fn open_read(&mut self, path: &str) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(self.root.join(path))?))
    }

    fn free_space(&mut self) -> io::Result<u64> {
        Ok(100 << 30)
    }
}
