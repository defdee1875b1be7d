//! mobilebackup2: the phone drives, this computer serves files (`protocol.md` 2.7).

mod aim;
mod back_up;
mod deadlines;
mod download;
mod errno;
mod files;
mod link;
mod outcome;
mod password;
mod reinstall;
mod report;
mod restore;
mod session;
mod side;
mod start;
mod stop;
#[cfg(test)]
mod tests;
mod tree;
mod upload;
mod waiting;
mod worker;

pub use back_up::{BackupOptions, IconCache, back_up};
pub use files::{BackupFiles, Listed};
pub use outcome::{BackupEvent, BackupFailure, Outcome, Phase, Refused, Unreadable};
pub use password::{PasswordChange, change_password};
pub use restore::{RestoreOptions, restore};
