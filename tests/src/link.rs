//! A slow and lossy network between this computer and a namespace of its own: two Ethernet devices made of file descriptors,
//! and a thread each way that carries the frames from one to the other, late, one after another, and not all of them.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a link does to what it carries, each way.
#[derive(Clone, Copy, Debug)]
pub struct Quality {
    /// How many of a thousand frames are lost.
    pub lost_per_mille: u64,
    pub delay: Duration,
    pub bits_per_second: u64,
}

/// Frames that wait to be sent; those that come on top are lost, as in any router.
const QUEUE: usize = 128;
/// The longest a thread sleeps without asking whether it should stop.
const LOOK: Duration = Duration::from_millis(50);
const FRAME: usize = 2048;

/// The link; dropping it removes the namespace, the devices and whatever is set on them.
pub struct Link {
    namespace: String,
    /// The address at the far end.
    pub far: IpAddr,
    up: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    lost: Arc<AtomicU32>,
    carriers: Vec<JoinHandle<()>>,
}

impl Link {
    /// `None`, saying so, where this is not allowed or not possible.
    pub fn new(quality: Quality) -> Option<Link> {
        // A plain C call without arguments.
        if unsafe { libc::geteuid() } != 0 {
            println!("skipped: network namespaces need root");
            return None;
        }
        Link::make(quality).inspect_err(|error| println!("skipped: no link: {error}")).ok()
    }

    fn make(quality: Quality) -> io::Result<Link> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let (process, number) = (std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        remove_old();
        let namespace = format!("heirloom-{process}-{number}");
        let (near, far) = (format!("hl{process}n{number}"), format!("hl{process}f{number}"));
        let address = |last: u32| Ipv4Addr::from(0x0a40_0000 | (process % 0x4000) << 8 | (number % 64) << 2 | last);
        ip(&["netns", "add", &namespace])?;
        // From here on dropping it cleans up.
        let mut link = Link {
            namespace: namespace.clone(),
            far: address(2).into(),
            up: Arc::new(true.into()),
            stop: Arc::default(),
            lost: Arc::default(),
            carriers: Vec::new(),
        };
        let (near_end, far_end) = (Arc::new(tap(&near)?), Arc::new(tap(&far)?));
        ip(&["link", "set", "dev", &far, "netns", &namespace])?;
        ip(&["-n", &namespace, "link", "set", "dev", "lo", "up"])?;
        for (place, device, last) in [(None, &near, 1), (Some(&namespace), &far, 2)] {
            let within: Vec<&str> = place.iter().flat_map(|place| ["-n", place.as_str()]).collect();
            let address = format!("{}/30", address(last));
            ip(&[&within[..], &["address", "add", &address, "dev", device]].concat())?;
            ip(&[&within[..], &["link", "set", "dev", device, "up"]].concat())?;
        }
        let ends = [(near_end.clone(), far_end.clone()), (far_end, near_end)];
        link.carriers = (1..).zip(ends).map(|(seed, (from, to))| link.carry(from, to, quality, seed)).collect();
        Ok(link)
    }

    /// A command that will run at the far end.
    pub fn at_far_end(&self, program: &std::path::Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace]).arg(program);
        command
    }

    /// Whether anything gets across from now on. Nobody is told when it goes down, as when someone walks out of the house.
    pub fn set_up(&self, up: bool) {
        self.up.store(up, Ordering::Relaxed);
    }

    /// Frames lost so far.
    pub fn lost(&self) -> u32 {
        self.lost.load(Ordering::Relaxed)
    }

    fn carry(&self, from: Arc<File>, to: Arc<File>, quality: Quality, seed: u64) -> JoinHandle<()> {
        let (up, stop, lost) = (self.up.clone(), self.stop.clone(), self.lost.clone());
        let mut line = Line { quality, random: seed, free: Instant::now(), waiting: VecDeque::new() };
        std::thread::spawn(move || {
            let mut frame = [0; FRAME];
            while !stop.load(Ordering::Relaxed) {
                line.deliver(&to);
                wait(&from, line.waiting.front().map_or(LOOK, |(due, _)| due.duration_since(Instant::now()).min(LOOK)));
                while let Ok(length) = (&*from).read(&mut frame) {
                    if !up.load(Ordering::Relaxed) || !line.take(&frame[..length]) {
                        lost.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
        })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for carrier in self.carriers.drain(..) {
            let _ = carrier.join();
        }
        // The devices go with their file descriptors.
        let _ = ip(&["netns", "delete", &self.namespace]);
    }
}

/// One way of the link.
struct Line {
    quality: Quality,
    random: u64,
    /// When what was taken so far has left.
    free: Instant,
    /// When each frame arrives; in order.
    waiting: VecDeque<(Instant, Vec<u8>)>,
}

impl Line {
    /// Takes a frame on its way; `false` when it is lost.
    fn take(&mut self, frame: &[u8]) -> bool {
        self.random = self.random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        if (self.random >> 33) % 1000 < self.quality.lost_per_mille || self.waiting.len() >= QUEUE {
            return false;
        }
        let takes = Duration::from_secs(1) * (frame.len() as u32 * 8) / self.quality.bits_per_second.max(1) as u32;
        self.free = self.free.max(Instant::now()) + takes;
        self.waiting.push_back((self.free + self.quality.delay, frame.to_vec()));
        true
    }

    fn deliver(&mut self, to: &File) {
        while self.waiting.front().is_some_and(|(due, _)| *due <= Instant::now()) {
            // A device that is down takes nothing.
            if let Some((_, frame)) = self.waiting.pop_front() {
                let _ = (&*to).write(&frame);
            }
        }
    }
}

/// Until there is something to read, or for `limit`.
fn wait(file: &File, limit: Duration) {
    let mut asked = libc::pollfd { fd: file.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let limit = libc::timespec { tv_sec: 0, tv_nsec: libc::c_long::from(limit.subsec_nanos()) };
    // One descriptor that stays open meanwhile, and two values of the right types.
    unsafe { libc::ppoll(&mut asked, 1, &limit, std::ptr::null()) };
}

/// An Ethernet device whose cable is a file; it goes when the file is closed.
fn tap(name: &str) -> io::Result<File> {
    let file = File::options().read(true).write(true).custom_flags(libc::O_NONBLOCK).open("/dev/net/tun")?;
    // Plain C data: zeros are a valid value.
    let mut request = unsafe { std::mem::zeroed::<libc::ifreq>() };
    let room = request.ifr_name.len() - 1;
    request.ifr_name[..room].iter_mut().zip(name.bytes()).for_each(|(to, byte)| *to = byte as libc::c_char);
    request.ifr_ifru.ifru_flags = (libc::IFF_TAP | libc::IFF_NO_PI) as libc::c_short;
    // The descriptor is open, and the request is the one this call is made for.
    match unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETIFF, &request) } {
        0 => Ok(file),
        _ => Err(io::Error::last_os_error()),
    }
}

fn ip(arguments: &[&str]) -> io::Result<String> {
    let output = Command::new("ip").args(arguments).output()?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(io::Error::other(format!("ip {arguments:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))),
    }
}

/// Removes namespaces of processes that were killed.
fn remove_old() {
    let listed = ip(&["netns", "list"]).unwrap_or_default();
    for name in listed.lines().filter_map(|line| line.split_whitespace().next()) {
        let process = name.strip_prefix("heirloom-").and_then(|rest| rest.split_once('-')).map(|(process, _)| process);
        if process.is_some_and(|process| !std::path::Path::new("/proc").join(process).exists()) {
            let _ = ip(&["netns", "delete", name]);
        }
    }
}
