use crate::Faults;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// What to start: one usbmuxd with any number of pretend phones.
#[derive(Clone, Debug)]
pub struct Options {
    /// The TCP address of usbmuxd; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A unix socket that serves the same; an older socket file there is replaced.
    pub unix: Option<PathBuf>,
    pub devices: Vec<DeviceOptions>,
    /// The folder for pair records, device keys, contents and what the phones remember of their backups.
    pub state: PathBuf,
}

impl Options {
    /// One phone of seed 1 on a free port.
    pub fn new(state: impl Into<PathBuf>) -> Options {
        Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            unix: None,
            devices: vec![DeviceOptions::default()],
            state: state.into(),
        }
    }

    /// `count` phones whose seeds follow `seed`, on `port`, that answer their own prompts after a moment: the demo.
    pub fn demo(state: impl Into<PathBuf>, port: u16, seed: u64, count: u64, scale: f64) -> Options {
        let device = |number| DeviceOptions {
            seed: seed + number,
            scale,
            auto_trust: Some(Duration::from_secs(2)),
            auto_passcode: Some(Duration::from_secs(2)),
            ..DeviceOptions::default()
        };
        Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            devices: (0..count).map(device).collect(),
            ..Options::new(state)
        }
    }
}

/// One pretend phone.
#[derive(Clone, Debug)]
pub struct DeviceOptions {
    /// Everything on the phone follows from it; two phones of one simulator need different seeds.
    pub seed: u64,
    /// How much the phone holds; see [`crate::contents::Contents::build`].
    pub scale: f64,
    /// Small files on top; see [`crate::contents::ContentsOptions`].
    pub extra_files: u64,
    /// Sizes in bytes of big files on top.
    pub extra_big: Vec<u64>,
    /// Replaces the name the seed gives.
    pub name: Option<String>,
    /// "Trust" is tapped by itself this long after the dialog shows; `None` waits for [`crate::Phone::tap_trust`].
    pub auto_trust: Option<Duration>,
    /// The passcode is entered by itself this long after the prompt shows; `None` waits for [`crate::Phone::enter_passcode`].
    pub auto_passcode: Option<Duration>,
    /// How long the passcode prompt waits before the backup ends with 208; a real phone waits about three minutes.
    pub passcode_timeout: Duration,
    /// Whether the phone starts locked.
    pub locked: bool,
    /// Whether the phone starts plugged in.
    pub plugged: bool,
    pub profile: Profile,
    /// After each backup the phone downloads a sample of what the host keeps and compares it with its own bytes; a difference ends with 205.
    pub check: bool,
    /// What goes wrong in every backup session, until [`crate::Phone::set_faults`] says otherwise.
    pub faults: Faults,
}

impl Default for DeviceOptions {
    fn default() -> DeviceOptions {
        DeviceOptions {
            seed: 1,
            scale: 0.01,
            extra_files: 0,
            extra_big: Vec::new(),
            name: None,
            auto_trust: None,
            auto_passcode: None,
            passcode_timeout: Duration::from_secs(180),
            locked: false,
            plugged: true,
            profile: Profile::Classic,
            check: false,
            faults: Faults::default(),
        }
    }
}

/// How talkative the phone is in a backup; real ones differ by iOS version (`protocol.md` 2.7.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// What every known client answers.
    #[default]
    Classic,
    /// Also lists every folder, copies, asks for free space again, and purges when space is short. Debian's idevicebackup2 hangs on a purge.
    Chatty,
}
