//! Passwords are told to the paired device only; and the lock is let go of, however it ends.

use super::super::{PasswordChange, change_password};
use super::device::{Device, Front, UDID, holds};
use crate::{BackupFailure, Error, Secret};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const PASSWORD: &str = "correct horse battery staple";

fn on() -> PasswordChange {
    PasswordChange::On { new: Secret::new(PASSWORD) }
}

async fn changed(device: Device) -> (crate::Result<()>, Arc<Device>) {
    let (mux, who, device) = device.start().await;
    let result = change_password(&mux, &who, on(), mpsc::unbounded_channel().0, CancellationToken::new()).await;
    (result, device)
}

#[tokio::test]
async fn the_paired_device_gets_the_password_and_nobody_on_the_way() {
    let (result, device) = changed(Device::new(Front::Genuine, Front::Genuine)).await;
    result.unwrap();
    let request = device.request.lock().unwrap().take().unwrap();
    assert_eq!(request["NewPassword"].as_string(), Some(PASSWORD));
    assert_eq!(request["TargetIdentifier"].as_string(), Some(UDID));
    assert!(!request.contains_key("OldPassword"));
    let raw = device.raw.lock().unwrap();
    assert!(!holds(&raw, PASSWORD.as_bytes()) && !holds(&raw, b"ChangePassword") && !holds(&raw, b"ESCROWBAG"));

    let asked = device.asked();
    let order = ["syncWillStart", "open", "lock", "syncDidStart", "ChangePassword", "unlock", "close", "syncDidFinish"];
    let at: Vec<usize> = order.map(|name| asked.iter().position(|asked| asked == name).expect(name)).to_vec();
    assert!(at.is_sorted(), "{asked:?}");
    assert!(asked.contains(&"DLMessageDisconnect".to_string()));
}

#[tokio::test]
async fn who_is_not_the_paired_device_gets_no_request_at_all() {
    for front in [Front::OtherKey, Front::CopiedCertificate, Front::Expired, Front::Plain, Front::Babble] {
        let (result, device) = changed(Device::new(front, Front::Genuine)).await;
        refused(front, result);
        let asked = device.asked();
        assert!(asked.iter().all(|asked| asked == "StartSession"), "{front:?}: {asked:?}");
        kept(front, &device);
    }
}

#[tokio::test]
async fn a_backup_service_that_is_not_the_paired_device_gets_no_byte_of_a_request() {
    for front in [Front::OtherKey, Front::CopiedCertificate, Front::Expired, Front::Plain, Front::Babble] {
        let (result, device) = changed(Device::new(Front::Genuine, front)).await;
        refused(front, result);
        let asked = device.asked();
        assert!(!asked.contains(&"ChangePassword".to_string()), "{front:?}: {asked:?}");
        assert_eq!(asked.contains(&"connected to the backup service".to_string()), front != Front::Plain);
        kept(front, &device);
    }
}

fn refused(front: Front, result: crate::Result<()>) {
    match (front, &result) {
        (Front::OtherKey | Front::CopiedCertificate, Err(Error::WrongDevice))
        | (Front::Expired, Err(Error::TrustExpired))
        | (Front::Plain, Err(Error::NotEncrypted { .. }))
        | (Front::Babble, Err(Error::Tls(_))) => {}
        other => panic!("{other:?}"),
    }
}

fn kept(front: Front, device: &Device) {
    assert!(device.request.lock().unwrap().is_none(), "{front:?}");
    let raw = device.raw.lock().unwrap();
    for secret in [PASSWORD.as_bytes(), b"ESCROWBAG", b"ChangePassword", b"NewPassword"] {
        assert!(!holds(&raw, secret), "{front:?}");
    }
}

#[tokio::test]
async fn the_devices_refusals_are_typed() {
    for (code, expected) in [(207, BackupFailure::WrongPassword), (208, BackupFailure::LockedOrNoPasscode)] {
        let (result, device) =
            changed(Device { code: Some(code), ..Device::new(Front::Genuine, Front::Genuine) }).await;
        let Err(Error::Backup { failure, code: told, .. }) = result else { panic!("{result:?}") };
        assert_eq!((failure, told), (expected, code));
        assert!(device.asked().contains(&"unlock".to_string()));
    }
}

#[tokio::test]
async fn the_lock_is_let_go_of_when_cancelled_and_when_dropped() {
    for dropped in [false, true] {
        let (mux, who, device) = Device { code: None, ..Device::new(Front::Genuine, Front::Genuine) }.start().await;
        let cancel = CancellationToken::new();
        let changing = tokio::spawn({
            let cancel = cancel.clone();
            async move { change_password(&mux, &who, on(), mpsc::unbounded_channel().0, cancel).await }
        });
        until(&device, "ChangePassword").await;
        if dropped {
            changing.abort();
        } else {
            let start = std::time::Instant::now();
            cancel.cancel();
            assert!(matches!(changing.await.unwrap(), Err(Error::Cancelled)));
            assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
            assert!(device.asked().contains(&"unlock".to_string()));
        }
        until(&device, "close").await;
        until(&device, "files closed").await;
    }
}

/// Waits until `what` was asked of the device.
async fn until(device: &Device, what: &str) {
    let asked = async {
        while !device.asked().iter().any(|asked| asked == what) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), asked)
        .await
        .unwrap_or_else(|_| panic!("{what}: {:?}", device.asked()));
}
