//! lockdownd's vocabulary: service names and the strings it puts in `Error` (`protocol.md` 2.2).

/// Service names `StartService` takes.
pub mod service {
    pub const BACKUP: &str = "com.apple.mobilebackup2";
    pub const AFC: &str = "com.apple.afc";
    pub const HOUSE_ARREST: &str = "com.apple.mobile.house_arrest";
    pub const INSTALLATION_PROXY: &str = "com.apple.mobile.installation_proxy";
    pub const NOTIFICATION_PROXY: &str = "com.apple.mobile.notification_proxy";
    pub const SPRINGBOARD: &str = "com.apple.springboardservices";
    pub const DIAGNOSTICS: &str = "com.apple.mobile.diagnostics_relay";
    pub const HEARTBEAT: &str = "com.apple.mobile.heartbeat";
    pub const ASSERTION: &str = "com.apple.mobile.assertion_agent";
}

/// Notification names used around a backup (`protocol.md` 2.4).
pub mod notification {
    pub const SYNC_WILL_START: &str = "com.apple.itunes-mobdev.syncWillStart";
    pub const SYNC_LOCK_REQUEST: &str = "com.apple.itunes-mobdev.syncLockRequest";
    pub const SYNC_DID_START: &str = "com.apple.itunes-mobdev.syncDidStart";
    pub const SYNC_DID_FINISH: &str = "com.apple.itunes-mobdev.syncDidFinish";
    pub const SYNC_CANCEL: &str = "com.apple.itunes-client.syncCancelRequest";
    pub const SYNC_SUSPEND: &str = "com.apple.itunes-client.syncSuspendRequest";
    pub const SYNC_RESUME: &str = "com.apple.itunes-client.syncResumeRequest";
    pub const BACKUP_DOMAIN_CHANGED: &str = "com.apple.mobile.backup.domain_changed";
    pub const PASSCODE_PRESENTED: &str = "com.apple.LocalAuthentication.ui.presented";
    pub const PASSCODE_DISMISSED: &str = "com.apple.LocalAuthentication.ui.dismissed";
}

macro_rules! failures {
    ($($name:ident),+ $(,)?) => {
        /// An `Error` string of lockdownd that calls for its own words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Failure { $($name),+ }

        impl Failure {
            /// The failure named by an `Error` string; `None` for one this list lacks.
            pub fn named(text: &str) -> Option<Failure> {
                match text { $(stringify!($name) => Some(Failure::$name),)+ _ => None }
            }

            pub fn name(self) -> &'static str {
                match self { $(Failure::$name => stringify!($name)),+ }
            }
        }
    };
}

failures!(
    InvalidResponse,
    MissingKey,
    MissingValue,
    GetProhibited,
    SetProhibited,
    RemoveProhibited,
    ImmutableValue,
    PasswordProtected,
    UserDeniedPairing,
    PairingDialogResponsePending,
    MissingHostID,
    InvalidHostID,
    SessionActive,
    SessionInactive,
    MissingSessionID,
    InvalidSessionID,
    MissingService,
    InvalidService,
    ServiceLimit,
    MissingPairRecord,
    SavePairRecordFailed,
    InvalidPairRecord,
    InvalidActivationRecord,
    MissingActivationRecord,
    ServiceProhibited,
    EscrowLocked,
    PairingProhibitedOverThisConnection,
    FMiPProtected,
    MCProtected,
    MCChallengeRequired,
    InvalidConnection,
    PasscodeRequired,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        assert_eq!(Failure::named("PasswordProtected"), Some(Failure::PasswordProtected));
        assert_eq!(Failure::EscrowLocked.name(), "EscrowLocked");
        assert_eq!(Failure::named("SomethingNew"), None);
    }
}
