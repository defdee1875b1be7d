use crate::{Encryption, Faults};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
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
    /// The most talkative conversation has at least so many messages, whatever the scale.
    pub longest_conversation: u64,
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
    /// What goes wrong, until [`crate::Phone::set_faults`] says otherwise.
    pub faults: Faults,
    /// Encrypts backups from its first start on; what a host set later is remembered and wins over it.
    pub encryption: Option<Encryption>,
    /// A profile forbids backups without a password; turning the password off ends with 1.
    pub must_encrypt: bool,
    pub system: System,
    /// Whether Find My is on; it forbids a restore (`protocol.md` 2.7.10).
    pub find_my: bool,
    /// Whether the set-up assistant was gone through.
    pub set_up: bool,
    pub activated: bool,
    /// Size of the phone's disk, bytes.
    pub capacity: u64,
    /// Bytes free on it.
    pub free: u64,
    /// The phone's address on the network; it listens there as soon as a host allowed Wi-Fi connections. Any local address will do.
    pub network: Option<IpAddr>,
    /// Whether usbmuxd also lists the phone while it is on the network, as Apple's and netmuxd do and Debian's does not, and how it
    /// then writes the address.
    pub listed_on_network: Option<AddressLayout>,
    /// Whether the network sees another hardware address than lockdown tells, as iOS does by default.
    pub private_wifi_address: bool,
    /// Whether Wi-Fi connections were allowed before the phone started.
    pub wifi_connections: bool,
    /// How soon the heartbeat must be answered; after two such times without an answer the phone drops its network connections.
    pub heartbeat: Duration,
}

impl Default for DeviceOptions {
    fn default() -> DeviceOptions {
        DeviceOptions {
            seed: 1,
            scale: 0.01,
            longest_conversation: 0,
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
            encryption: None,
            must_encrypt: false,
            system: System::default(),
            find_my: false,
            set_up: true,
            activated: true,
            capacity: 128_000_000_000,
            free: 44_000_000_000,
            network: None,
            listed_on_network: None,
            private_wifi_address: false,
            wifi_connections: false,
            heartbeat: Duration::from_secs(10),
        }
    }
}

/// How usbmuxd writes a `NetworkAddress` (`protocol.md` 2.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressLayout {
    /// As a `sockaddr` of Linux begins: the family in two bytes.
    Linux,
    /// As one of macOS begins: its length, then the family. libimobiledevice knows only this one.
    Apple,
}

/// Which iOS the phone pretends to run. What is on it stays that of iOS 17; the way it talks differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum System {
    /// iOS 15: an older DeviceLink, and no word to hosts of a passcode prompt.
    Ios15,
    #[default]
    Ios17,
    /// iOS 26: on the network it is known by a tag per trusted host, not by its hardware address (`protocol.md` 2.9).
    Ios26,
}

impl System {
    /// `ProductVersion` and `BuildVersion`.
    pub(crate) fn version(self) -> (&'static str, &'static str) {
        match self {
            System::Ios15 => ("15.8.3", "19H386"),
            System::Ios17 => ("17.5.1", "21F90"),
            System::Ios26 => ("26.4.1", "23E254"),
        }
    }

    /// What the phone says first in a DeviceLink session (`protocol.md` 2.7.1).
    pub(crate) fn link_version(self) -> u64 {
        if self == System::Ios15 { 300 } else { 400 }
    }
}

/// How talkative the phone is in a backup; real ones differ by iOS version (`protocol.md` 2.7.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// What every known client answers.
    #[default]
    Classic,
    /// Also lists every folder, copies, asks for free space again, and purges when space is short; before a restore it asks for a path
    /// outside the backup. Debian's idevicebackup2 hangs on a purge, pymobiledevice3 leaves at such a path.
    Chatty,
}
