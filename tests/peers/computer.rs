//! A computer with a pretend phone attached, and the programs installed on it.

use engine::simulator::{Phone, Simulator};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use tempfile::TempDir;
use tests::{PATIENCE, phone_options, simulator};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// How much is on the phones of these tests.
const SCALE: f64 = 0.01;
const SEED: u64 = 1;

/// A home folder, a usbmuxd with one phone, and the programs of `cargo xtask test peers`.
pub struct Computer {
    simulator: Simulator,
    programs: Programs,
    folder: TempDir,
}

struct Programs {
    /// The `bin` folder of the Python environment.
    python: PathBuf,
    heirloom: PathBuf,
}

impl Programs {
    /// Where `cargo xtask test peers` says they are; `None`, saying so, in any other run.
    fn installed() -> Option<Programs> {
        let place = |name| std::env::var_os(name).map(PathBuf::from);
        let found = place("HEIRLOOM_PEERS").zip(place("HEIRLOOM_CLI"));
        if found.is_none() {
            println!("skipped: the clients of other people are installed by `cargo xtask test peers`");
        }
        found.map(|(python, heirloom)| Programs { python, heirloom })
    }
}

impl Computer {
    /// A computer that no phone knows yet, and a phone that trusts at once. `None` where the programs are missing.
    pub async fn new() -> Option<Computer> {
        let programs = Programs::installed()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (kept, phones) =
            (Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers-phones"), folder.path().join("phones"));
        engine::simulator::made::copy_made(&kept, &phone_options(SEED, SCALE), &phones).await.expect("a phone");
        Some(Computer { simulator: phone_in(&folder).await, programs, folder })
    }

    /// Like [`Computer::new`], with a phone whose contents are made again from its seed.
    pub async fn with_phone_made_again() -> Option<Computer> {
        let programs = Programs::installed()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        Some(Computer { simulator: phone_in(&folder).await, programs, folder })
    }

    pub fn phone(&self) -> Phone {
        self.simulator.phones().remove(0)
    }

    /// A path in the computer's own folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// The pair record usbmuxd keeps for the phone.
    pub fn pair_record(&self) -> PathBuf {
        self.path("phones/lockdown").join(format!("{}.plist", self.phone().udid()))
    }

    /// A program that meets this computer only: its home, its usbmuxd, no colours and plain English.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let places = std::iter::once(self.programs.python.clone()).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(places).expect("a search path");
        // Looked up here, because a command of its own search path is not used to find it.
        let program =
            std::env::split_paths(&path).map(|place| place.join(program.as_ref())).find(|found| found.is_file());
        let mut command = Command::new(program.expect("an installed program"));
        command
            .env("PATH", path)
            .env("HOME", self.folder.path())
            .env("HEIRLOOM_HOME", self.path("heirloom"))
            .env("HEIRLOOM_LOG", "warn")
            .env("USBMUXD_SOCKET_ADDRESS", self.simulator.address().to_string())
            .envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("TERM", "dumb"), ("COLUMNS", "200")])
            .env_remove("XDG_DATA_HOME")
            .env_remove("SUDO_USER")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs a program to its good end and returns what it printed.
    pub async fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.end_of(self.command(program).args(arguments)).await;
        assert!(output.status.success(), "{program} {arguments:?}: {}", shown(&output));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Runs `heirloom` to its good end and returns its answer.
    pub async fn heirloom(&self, arguments: &[&str]) -> Value {
        let output = self.end_of(self.command(&self.programs.heirloom).arg("--json").args(arguments)).await;
        let answer = serde_json::from_slice(&output.stdout).ok().filter(|_| output.status.success());
        answer.unwrap_or_else(|| panic!("heirloom {arguments:?}: {}", shown(&output)))
    }

    /// As [`Computer::heirloom`], with lines on its standard input.
    pub async fn heirloom_with(&self, arguments: &[&str], lines: &[&str]) -> Value {
        let mut command = self.command(&self.programs.heirloom);
        let output = self.told(command.arg("--json").args(arguments), lines).await;
        let answer = serde_json::from_slice(&output.stdout).ok().filter(|_| output.status.success());
        answer.unwrap_or_else(|| panic!("heirloom {arguments:?}: {}", shown(&output)))
    }

    /// Runs a program and returns the JSON it printed.
    pub async fn json(&self, program: &str, arguments: &[&str]) -> Value {
        let printed = self.run(program, arguments).await;
        serde_json::from_str(&printed).unwrap_or_else(|wrong| panic!("{program} {arguments:?}: {wrong}\n{printed}"))
    }

    /// Runs a script of this folder and returns the JSON it printed.
    pub async fn python(&self, script: &str, argument: &Path) -> Value {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script);
        self.json("python", &[text(&script), text(argument)]).await
    }

    /// As [`Computer::python`], with a line on its standard input.
    pub async fn python_with(&self, script: &str, argument: &Path, line: &str) -> Value {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script);
        let output = self.told(self.command("python").args([&script, argument]), &[line]).await;
        assert!(output.status.success(), "{}", shown(&output));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|wrong| panic!("{wrong}: {}", shown(&output)))
    }

    /// Runs a program with lines on its standard input.
    async fn told(&self, command: &mut Command, lines: &[&str]) -> Output {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|wrong| panic!("{command:?}: {wrong}"));
        let mut input = child.stdin.take().expect("a pipe");
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        input.write_all(text.as_bytes()).await.expect("a program that listens");
        drop(input);
        let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        ended.unwrap_or_else(|_| panic!("still running: {command:?}")).expect("its output")
    }

    async fn end_of(&self, command: &mut Command) -> Output {
        let ended = tokio::time::timeout(PATIENCE, command.output()).await;
        ended
            .unwrap_or_else(|_| panic!("still running: {command:?}"))
            .unwrap_or_else(|wrong| panic!("{command:?}: {wrong}"))
    }
}

async fn phone_in(folder: &TempDir) -> Simulator {
    simulator(&folder.path().join("phones"), phone_options(SEED, SCALE)).await
}

/// What a program said, for a failure.
fn shown(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
