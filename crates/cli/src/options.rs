//! The command line.

use clap::{Parser, Subcommand};
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
    /// Keep an existing backup folder (Finder, iTunes, idevicebackup2) as a version; the folder is only read
    Import {
        folder: PathBuf,
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// List the kinds of things in a version, with counts
    Kinds {
        /// A version's id, or `latest`
        version: String,
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// List the items of a kind
    List {
        /// messages, photos, contacts or calls
        kind: String,
        version: String,
        /// Only items in which these words occur
        #[arg(long)]
        search: Option<String>,
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// Show one item
    Show {
        kind: String,
        version: String,
        /// The item's id, as `list` prints it
        id: i64,
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// Export items of a kind
    Export {
        kind: String,
        version: String,
        /// Such as vcf, csv, json, folder; see `kinds --json`
        #[arg(long)]
        format: String,
        /// The folder to export to
        #[arg(long)]
        to: PathBuf,
        /// Only these items, by id
        #[arg(long, value_delimiter = ',')]
        ids: Option<Vec<i64>>,
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// List the domains of a version, or the files of a folder in one
    Files {
        version: String,
        #[arg(long)]
        domain: Option<String>,
        #[arg(long, default_value = "")]
        folder: String,
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// Save one file of a version
    Extract {
        version: String,
        domain: String,
        path: String,
        /// The file to write; an existing one is not replaced
        #[arg(long)]
        to: PathBuf,
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// Search every version at once
    Search {
        text: String,
        #[arg(long)]
        device: Option<String>,
    },
    /// Run pretend iPhones behind a usbmuxd on 127.0.0.1, for any program that honours USBMUXD_SOCKET_ADDRESS
    Simulate(Phones),
}

/// What to pretend.
#[derive(clap::Args)]
pub struct Phones {
    #[arg(long, default_value_t = 27615)]
    pub port: u16,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[arg(long, default_value_t = 1)]
    pub devices: u64,
    /// How much is on each: 1 is 12,000 messages and 900 photos
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
    /// Small files added to each, for measurements
    #[arg(long, default_value_t = 0)]
    pub extra_files: u64,
    /// Big files added to each, in bytes, for measurements
    #[arg(long)]
    pub extra_big: Vec<u64>,
    /// Where the pretend iPhones keep what they remember
    #[arg(long)]
    pub state: Option<PathBuf>,
}
