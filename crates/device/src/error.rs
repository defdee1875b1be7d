use crate::BackupFailure;
use std::io;
use wire::lockdown::Failure;

/// Why something with a phone did not work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing listens where usbmuxd should: not installed or not running.
    #[error("no usbmuxd at {address}")]
    NoUsbmuxd { address: String, source: io::Error },
    #[error("USBMUXD_SOCKET_ADDRESS is not an address: {address}")]
    BadAddress { address: String },
    /// usbmuxd answered a request with an error number (`protocol.md` 2.1.3).
    #[error("usbmuxd refused {request} with number {number}")]
    Usbmuxd { request: &'static str, number: u64 },
    #[error("no device {udid} is attached")]
    NotAttached { udid: String },

    /// The phone has not been told to trust this computer.
    #[error("the device does not trust this computer yet")]
    NotTrusted,
    /// The phone no longer knows the pair record this computer holds.
    #[error("the device has forgotten this computer")]
    TrustForgotten,
    /// The certificate the phone was given when it was paired has expired.
    #[error("the trust between the device and this computer has expired")]
    TrustExpired,
    /// "Don't Trust" was tapped.
    #[error("trust was refused on the device")]
    TrustRefused,
    #[error("the device is locked")]
    Locked,
    #[error("a new computer can only be trusted over a cable")]
    PairingNeedsCable,
    /// A profile or an organisation forbids pairing with this computer.
    #[error("the device is managed and refuses this computer")]
    Managed,
    /// The other end of the TLS connection does not hold the key that was paired.
    #[error("the device that answered is not the one that was paired")]
    WrongDevice,
    /// The phone, or what answers in its place, wants to go on without TLS where TLS is due.
    #[error("the device wants to go on without encryption while {doing}")]
    NotEncrypted { doing: &'static str },
    #[error("the pair record has no usable {field}")]
    PairRecord { field: &'static str },
    #[error("cannot make the pairing certificates")]
    Certificate(#[from] rcgen::Error),
    #[error("cannot make the pairing keys")]
    Key(#[from] rsa::Error),
    #[error("lockdown refused {request}: {}", .failure.name())]
    Lockdown { request: &'static str, failure: Failure },
    /// lockdown answered with an error this build has no name for.
    #[error("lockdown refused {request}: {reason}")]
    LockdownUnknown { request: &'static str, reason: String },
    #[error("TLS failed")]
    Tls(#[from] rustls::Error),

    /// The cable was pulled, the phone left the network or restarted.
    #[error("the device disconnected")]
    Disconnected,
    #[error("the device did not answer while {doing}")]
    TimedOut { doing: &'static str },
    #[error("the connection failed while {doing}")]
    Connection { doing: &'static str, source: io::Error },
    #[error(transparent)]
    Wire(#[from] wire::Error),
    #[error("the device sent an unexpected answer while {doing}")]
    Unexpected { doing: &'static str },
    /// AFC, the phone's file service, answered with an error number (`protocol.md` 2.5).
    #[error("the device's file service refused {path} with number {number}")]
    Afc { path: String, number: u64 },
    /// A path that names nothing below the folder it is meant for, or holds what no path may.
    #[error("{path:?} is not a path on the device")]
    BadPath { path: String },
    /// A file turned out shorter or longer than the phone said.
    #[error("{path} changed on the device while it was read")]
    FileChanged { path: String },
    /// The app is not there or does not share its documents.
    #[error("{bundle} shares no documents")]
    NoDocuments { bundle: String },
    /// A name for the phone must be a line of text with something in it, of at most 255 bytes.
    #[error("this cannot be a device's name")]
    BadName,
    /// The network cannot be searched for phones.
    #[error("the network cannot be searched")]
    Search(#[source] mdns_sd::Error),
    /// A service of the phone answered that it cannot.
    #[error("the device refused {request}: {reason}")]
    Service { request: &'static str, reason: String },

    /// Another program on some computer is syncing with the phone right now.
    #[error("the device is busy syncing with another program")]
    SyncBusy,
    #[error("cancelled")]
    Cancelled,
    #[error("cancelled on the device")]
    CancelledOnDevice,
    /// The disk that takes the backup is full. `needed` is what the phone said it wants, when it said.
    #[error("the disk is full")]
    DiskFull { needed: Option<u64>, free: Option<u64> },
    /// The place that takes the backup failed.
    #[error("cannot store {path}")]
    Files { path: String, source: io::Error },
    /// The code that stores files panicked: a bug, not a situation.
    #[error("storing files stopped unexpectedly")]
    FilesStopped,
    /// The phone ended the backup, the restore or the change of its password with an error.
    #[error("the device ended it with code {code}: {text}")]
    Backup { failure: BackupFailure, code: i64, text: String },
    /// A backup password must not be empty.
    #[error("the password is empty")]
    PasswordEmpty,
    /// The phone reported success, and yet its backups are encrypted as before.
    #[error("the device did not change whether it encrypts its backups")]
    PasswordUnchanged,
    /// The connection ended after the new password was sent and before the phone answered: either may hold now.
    #[error("the device did not confirm the change of its password")]
    PasswordUncertain,
    /// The phone speaks no backup protocol version this build knows.
    #[error("the device uses an unknown backup protocol")]
    BackupVersion,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the connection gave way, and nobody refused: the same may go well a moment later.
    pub fn is_of_connection(&self) -> bool {
        matches!(self, Error::Disconnected | Error::Connection { .. } | Error::Tls(_))
    }
}
