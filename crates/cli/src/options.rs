//! The command line.

use crate::attached::{Attached, Wifi};
use crate::encryption::Encryption;
use crate::exports::Export;
use crate::imports::{Import, Native};
use crate::keeping::Keeping;
use crate::restore::Restore;
use crate::sealing::Seal;
use clap::{Parser, Subcommand};
use std::net::IpAddr;
use std::path::PathBuf;

/// Keeps what is on an iPhone or iPad, in versions.
#[derive(Parser)]
#[command(name = "heirloom", version)]
pub struct Options {
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// List attached devices and those known from their versions
    Devices,
    /// Ask a device to trust this computer
    Pair {
        /// The device; the only attached one when left out
        #[arg(long)]
        device: Option<String>,
    },
    /// Make a new version of a device
    BackUp {
        /// The device; the only attached one when left out
        #[arg(long)]
        device: Option<String>,
        /// The folder that holds the store
        #[arg(long)]
        location: Option<PathBuf>,
        /// Ask the device for everything again; nothing is stored twice
        #[arg(long)]
        full: bool,
    },
    /// List versions
    Versions {
        #[arg(long)]
        location: Option<PathBuf>,
        #[arg(long)]
        device: Option<String>,
    },
    /// Keep existing backup folders (Finder, iTunes, idevicebackup2) as versions; the folders are only read
    Import(Import),
    /// List the kinds of things in a version, with counts
    Kinds {
        /// A version's id, or `latest`
        version: String,
        #[command(flatten)]
        at: At,
    },
    /// List the items of a kind
    List {
        /// messages, photos, contacts or calls
        kind: String,
        version: String,
        /// Only items in which these words occur
        #[arg(long)]
        search: Option<String>,
        #[command(flatten)]
        at: At,
    },
    /// Show one item
    Show {
        kind: String,
        version: String,
        /// The item's id, as `list` prints it
        id: i64,
        #[command(flatten)]
        at: At,
    },
    /// Export items of a kind
    Export(Export),
    /// List the domains of a version, or the files of a folder in one
    Files {
        version: String,
        #[arg(long)]
        domain: Option<String>,
        #[arg(long, default_value = "")]
        folder: String,
        #[command(flatten)]
        at: At,
    },
    /// Save one file of a version
    Extract {
        version: String,
        domain: String,
        path: String,
        /// The file to write; an existing one is not replaced
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        at: At,
    },
    /// List the passwords inside an encrypted version, masked, or show one; asks for the backup password each time
    Keychain {
        version: String,
        /// The number of the one to show, as the list prints it
        #[arg(long)]
        reveal: Option<u64>,
        #[command(flatten)]
        at: At,
    },
    /// Write a version out as the folder that Finder, iTunes and idevicebackup2 take, or keep such folders
    Native(Native),
    /// Put a version onto a device; what is on it gets replaced
    Restore(Restore),
    /// The password that a device encrypts its backups with
    #[command(subcommand)]
    Encryption(Encryption),
    /// Encrypting what a location tells of its versions
    #[command(subcommand)]
    Seal(Seal),
    /// Reaching a device over Wi-Fi
    #[command(subcommand)]
    Wifi(Wifi),
    /// What is on an attached device, without a backup
    #[command(subcommand)]
    Device(Attached),
    #[command(flatten)]
    Keeping(Keeping),
    /// Search every version at once
    Search {
        text: String,
        #[arg(long)]
        device: Option<String>,
    },
    /// Run pretend iPhones behind a usbmuxd on 127.0.0.1, for any program that honours USBMUXD_SOCKET_ADDRESS
    Simulate(Phones),
}

/// Where a version is, and how to open an encrypted one.
///
/// The password is one line of standard input, or kept in this computer's keychain, or asked for on the terminal; never
/// an argument, which other programs could read.
#[derive(clap::Args)]
pub struct At {
    /// The folder that holds the store
    #[arg(long)]
    pub location: Option<PathBuf>,
    /// Read the backup password from the first line of standard input
    #[arg(long)]
    pub password_stdin: bool,
}

/// What to pretend.
#[derive(clap::Args)]
pub struct Phones {
    #[arg(long, default_value_t = 27615)]
    pub port: u16,
    /// Also listen at this unix socket, which is then the address told; it crosses network namespaces
    #[cfg(unix)]
    #[arg(long)]
    pub unix: Option<PathBuf>,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[arg(long, default_value_t = 1)]
    pub devices: u64,
    /// How much is on each: 1 is 12,000 messages and 900 photos
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
    /// Messages the most talkative conversation has at least, for measurements
    #[arg(long, default_value_t = 0)]
    pub longest_conversation: u64,
    /// Small files added to each, for measurements
    #[arg(long, default_value_t = 0)]
    pub extra_files: u64,
    /// Big files added to each, in bytes, for measurements
    #[arg(long)]
    pub extra_big: Vec<u64>,
    /// Where the pretend iPhones keep what they remember
    #[arg(long)]
    pub state: Option<PathBuf>,
    /// What goes wrong: a JSON file, see docs/simulator.md
    #[arg(long)]
    pub faults: Option<PathBuf>,
    /// Read a backup password from the first line of standard input; backups are encrypted with it
    #[arg(long)]
    pub password_stdin: bool,
    /// An address of this computer the first device has on the network, such as 127.0.0.2; the others follow
    #[arg(long)]
    pub network: Option<IpAddr>,
    /// Also list the devices on the network in usbmuxd, with addresses as these systems write them
    #[arg(long, requires = "network")]
    pub listed_on_network: Option<Layout>,
    /// The iOS they pretend to run
    #[arg(long, value_enum, default_value = "17")]
    pub ios: System,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Layout {
    Linux,
    Apple,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum System {
    #[value(name = "15")]
    Ios15,
    #[value(name = "17")]
    Ios17,
    #[value(name = "26")]
    Ios26,
}
