//! Runs programs side by side and tells what they took.

use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// What one run of a program took.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    pub wall: Duration,
    /// User and system time of the process itself.
    pub cpu: Duration,
    /// Largest resident size, bytes.
    pub memory: u64,
}

/// Runs a program to its end. Its output is thrown away; a failure is an error with its name.
pub fn run(command: &mut Command) -> io::Result<Took> {
    let name = command.get_program().to_string_lossy().into_owned();
    let started = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    took(&name, &child, started)
}

/// Runs a program with this on its standard input, and reads the JSON it prints; what it complains of is shown.
pub fn answer(command: &mut Command, input: &str) -> io::Result<(Value, Took)> {
    let name = command.get_program().to_string_lossy().into_owned();
    let started = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let pipe = || io::Error::other("no pipe");
    child.stdin.take().ok_or_else(pipe)?.write_all(input.as_bytes())?;
    let mut said = String::new();
    child.stdout.take().ok_or_else(pipe)?.read_to_string(&mut said)?;
    let took = took(&name, &child, started)?;
    Ok((serde_json::from_str(&said)?, took))
}

/// Waits for a program's end and tells what it took.
fn took(name: &str, child: &Child, started: Instant) -> io::Result<Took> {
    let (status, usage) = wait(child)?;
    if status != 0 {
        return Err(io::Error::other(format!("{name} ended with status {status}")));
    }
    let time = |value: libc::timeval| Duration::new(value.tv_sec.max(0) as u64, value.tv_usec.max(0) as u32 * 1000);
    Ok(Took {
        wall: started.elapsed(),
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        // Linux counts kilobytes.
        memory: usage.ru_maxrss.max(0) as u64 * 1024,
    })
}

fn wait(child: &Child) -> io::Result<(i32, libc::rusage)> {
    let (mut status, mut usage) = (0, unsafe { std::mem::zeroed::<libc::rusage>() });
    let process = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    // Plain C calls on a child of this process and two values of the right types.
    match unsafe { libc::wait4(process, &mut status, 0, &mut usage) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok((status, usage)),
    }
}

/// A program built beside this one.
pub fn beside(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.parent().unwrap_or(Path::new(".")).join(name)
}

/// A pretend phone in a process of its own, so that its cost is nobody else's.
pub struct Phone {
    child: Child,
    pub address: String,
    /// Held so that what the phone says later has somewhere to go.
    _says: BufReader<ChildStdout>,
}

impl Phone {
    pub fn start(state: &Path, arguments: &[String]) -> io::Result<Phone> {
        let mut child = Command::new(beside("heirloom"))
            .args(["simulate", "--port", "0", "--state"])
            .arg(state)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        let (mut says, mut line) = (BufReader::new(out), String::new());
        says.read_line(&mut line)?;
        let address = line
            .trim()
            .strip_prefix("USBMUXD_SOCKET_ADDRESS=")
            .ok_or_else(|| io::Error::other(format!("the phone said {line:?}")))?;
        Ok(Phone { address: address.to_string(), child, _says: says })
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Pairs libimobiledevice's programs with the phone; its dialog may take some seconds to answer itself.
pub fn pair(address: &str) -> io::Result<()> {
    let once = || run(Command::new("idevicepair").arg("pair").env("USBMUXD_SOCKET_ADDRESS", address));
    once()
        .or_else(|_| once())
        .or_else(|_| {
            std::thread::sleep(Duration::from_secs(3));
            once()
        })
        .map(drop)
}

/// The middle of some durations.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
