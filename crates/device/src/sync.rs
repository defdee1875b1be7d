//! The sync session around a backup: the phone shows that it syncs, and other programs keep off (`protocol.md` 2.7.8).

use crate::afc::{Afc, Mode, OpenFile};
use crate::lockdown::Lockdown;
use crate::notifications::Notifications;
use crate::stream::within;
use crate::{Error, Result};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use wire::afc::lock;
use wire::lockdown::{notification, service};

const LOCK_FILE: &str = "/com.apple.itunes.lock_sync";
const LOCK_ATTEMPTS: u32 = 50;
const LOCK_WAIT: Duration = Duration::from_millis(200);
/// Letting go is a courtesy: the phone frees the lock when the connection closes (`protocol.md` 3, row 21).
const FAREWELL: Duration = Duration::from_secs(1);

/// A running sync session. Dropping it closes its connections, which ends it too.
pub(crate) struct SyncSession {
    pub(crate) afc: Afc,
    notifications: Notifications,
    lock: Option<OpenFile>,
}

impl SyncSession {
    /// Connects; what the phone posts comes over the receiver.
    pub(crate) async fn open(lockdown: &mut Lockdown) -> Result<(SyncSession, Receiver<String>)> {
        let socket = lockdown.start_service(service::NOTIFICATION_PROXY, false).await?;
        let (mut notifications, heard) = Notifications::new(socket);
        for name in [
            notification::SYNC_CANCEL,
            notification::SYNC_SUSPEND,
            notification::SYNC_RESUME,
            notification::BACKUP_DOMAIN_CHANGED,
            notification::PASSCODE_PRESENTED,
            notification::PASSCODE_DISMISSED,
        ] {
            notifications.observe(name).await?;
        }
        let afc = Afc::new(lockdown.start_service(service::AFC, false).await?);
        Ok((SyncSession { afc, notifications, lock: None }, heard))
    }

    /// Takes the sync lock; [`Error::SyncBusy`] when another program holds it for ten seconds.
    pub(crate) async fn start(&mut self) -> Result<()> {
        self.notifications.post(notification::SYNC_WILL_START).await?;
        let file = self.lock.insert(self.afc.open(LOCK_FILE, Mode::Update).await?);
        self.notifications.post(notification::SYNC_LOCK_REQUEST).await?;
        for _ in 0..LOCK_ATTEMPTS {
            if file.lock(lock::EXCLUSIVE).await? {
                return self.notifications.post(notification::SYNC_DID_START).await;
            }
            tokio::time::sleep(LOCK_WAIT).await;
        }
        Err(Error::SyncBusy)
    }

    /// Lets go of the lock and says goodbye, briefly and whatever happens.
    pub(crate) async fn finish(mut self) {
        let farewell = async {
            if let Some(file) = self.lock.take() {
                file.lock(lock::UNLOCK).await?;
                file.close().await?;
            }
            self.notifications.post(notification::SYNC_DID_FINISH).await
        };
        let _ = within(FAREWELL, "ending the sync session", farewell).await;
    }
}
