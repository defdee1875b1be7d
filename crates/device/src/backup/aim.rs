use super::Phase;
use super::session::Session;
use wire::devicelink::Message;

/// What a session is for: it decides what a message means to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    BackUp,
    Restore,
    Password,
}

/// What a phone reads of a backup before its content (`protocol.md` 2.7.10).
const HEAD: [&str; 5] = ["Status.plist", "Manifest.plist", "Manifest.db", "Manifest.mbdb", "Info.plist"];

impl Session<'_> {
    /// Tells the phase a message belongs to.
    pub(super) fn announce(&mut self, message: &Message) {
        let now = self.report.current();
        let entered = match (self.aim, message) {
            (Aim::BackUp, Message::UploadFiles { .. }) => Phase::Receiving,
            (Aim::BackUp, Message::DownloadFiles { .. }) if now >= Phase::Finishing => Phase::Verifying,
            (Aim::BackUp, Message::MoveItems { .. } | Message::RemoveItems { .. }) if now >= Phase::Receiving => {
                Phase::Finishing
            }
            (Aim::Restore, Message::DownloadFiles { paths, .. }) if paths.iter().any(|path| self.is_content(path)) => {
                Phase::Sending
            }
            (Aim::Restore, Message::MoveItems { .. } | Message::RemoveItems { .. }) if now >= Phase::Sending => {
                Phase::Finishing
            }
            _ => return,
        };
        self.report.phase(entered);
    }

    /// Whether a path names one of the files of the person, not of the backup itself.
    pub(super) fn is_content(&self, path: &str) -> bool {
        self.inside(path).is_ok_and(|inside| !inside.is_empty() && !HEAD.contains(&inside))
    }
}
