//! restic and borg as Debian has them, with what they do unless told otherwise; borg without encryption.

use benches::{Took, run};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Restic(PathBuf);

impl Restic {
    pub fn new(repository: &Path) -> io::Result<Restic> {
        let restic = Restic(repository.to_path_buf());
        restic.run(&["init"])?;
        Ok(restic)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("restic");
        command.arg("--repo").arg(&self.0).arg("--cache-dir").arg(self.0.with_extension("cache"));
        command.env("RESTIC_PASSWORD", "bench");
        command
    }

    fn run(&self, arguments: &[&str]) -> io::Result<Took> {
        run(self.command().args(arguments))
    }

    pub fn back_up(&self, source: &Path) -> io::Result<Took> {
        run(self.command().arg("backup").arg(source))
    }

    /// The files of the newer of two snapshots.
    pub fn list(&self) -> io::Result<Took> {
        self.run(&["ls", "latest"])
    }

    /// One file of the older of two snapshots.
    pub fn open(&self, source: &Path, path: &Path) -> io::Result<Took> {
        let snapshot = self.first()?;
        run(self.command().arg("dump").arg(snapshot).arg(source.join(path)))
    }

    fn first(&self) -> io::Result<String> {
        let told = self.command().args(["snapshots", "--json"]).output()?;
        let snapshots: serde_json::Value = serde_json::from_slice(&told.stdout)?;
        Ok(snapshots[0]["short_id"].as_str().unwrap_or_default().to_owned())
    }

    pub fn restore(&self, target: &Path) -> io::Result<Took> {
        let snapshot = self.first()?;
        run(self.command().args(["restore", &snapshot, "--target"]).arg(target))
    }

    pub fn verify(&self) -> io::Result<Took> {
        self.run(&["check", "--read-data"])
    }

    pub fn forget(&self) -> io::Result<Took> {
        self.run(&["forget", "--keep-last", "1", "--prune"])
    }
}

pub struct Borg(PathBuf);

impl Borg {
    pub fn new(repository: &Path) -> io::Result<Borg> {
        let borg = Borg(repository.to_path_buf());
        run(borg.command("init").args(["--encryption", "none"]).arg(repository))?;
        Ok(borg)
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new("borg");
        command.arg(what).env("BORG_BASE_DIR", self.0.with_extension("base"));
        command.env("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes");
        command
    }

    fn archive(&self, name: &str) -> String {
        format!("{}::{name}", self.0.display())
    }

    /// The first one is named `1`, the next `2`.
    pub fn back_up(&self, source: &Path) -> io::Result<Took> {
        let name = if self.command("info").arg(self.archive("1")).output()?.status.success() { "2" } else { "1" };
        run(self.command("create").arg(self.archive(name)).arg(source))
    }

    pub fn list(&self) -> io::Result<Took> {
        run(self.command("list").arg(self.archive("1")))
    }

    pub fn open(&self, source: &Path, path: &Path) -> io::Result<Took> {
        let full = source.join(path);
        let within = full.strip_prefix("/").unwrap_or(&full);
        run(self.command("extract").arg("--stdout").arg(self.archive("1")).arg(within))
    }

    pub fn restore(&self, target: &Path) -> io::Result<Took> {
        std::fs::create_dir_all(target)?;
        run(self.command("extract").arg(self.archive("1")).current_dir(target))
    }

    pub fn verify(&self) -> io::Result<Took> {
        run(self.command("check").arg("--verify-data").arg(&self.0))
    }

    pub fn forget(&self) -> io::Result<Took> {
        let deleted = run(self.command("delete").arg(self.archive("1")))?;
        let compacted = run(self.command("compact").arg(&self.0))?;
        Ok(Took { wall: deleted.wall + compacted.wall, cpu: deleted.cpu + compacted.cpu, ..deleted })
    }
}
