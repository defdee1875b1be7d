//! What to do when nothing answers for devices, per system (`protocol.md` 2.1.1 and 3, row 24).

use std::path::{Path, PathBuf};

/// Who brings the service, and whether that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bringer {
    /// Apple's service, from the Store's "Apple Devices" or from iTunes.
    Windows {
        installed: bool,
    },
    Mac,
    Linux,
}

/// What to do when nothing answers for devices.
pub fn no_usbmuxd() -> &'static str {
    words(if cfg!(target_os = "windows") {
        let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let folders = [folder("LOCALAPPDATA"), folder("CommonProgramFiles"), folder("CommonProgramFiles(x86)")];
        Bringer::Windows { installed: apples_service(&folders) }
    } else if cfg!(target_os = "macos") {
        Bringer::Mac
    } else {
        Bringer::Linux
    })
}

/// Whether one of these folders holds what brings the service: that of the Store's apps, or those of programs' shared parts.
fn apples_service(folders: &[Option<PathBuf>]) -> bool {
    let holds = |folder: &Path| {
        let apps = std::fs::read_dir(folder.join("Packages")).into_iter().flatten().flatten();
        let from_store =
            |name: &str| name.starts_with("AppleInc.AppleDevices_") || name.starts_with("AppleInc.iTunes_");
        apps.into_iter().any(|app| app.file_name().to_str().is_some_and(from_store))
            || folder.join("Apple").join("Mobile Device Support").is_dir()
    };
    folders.iter().flatten().any(|folder| holds(folder))
}

fn words(bringer: Bringer) -> &'static str {
    match bringer {
        Bringer::Windows { installed: true } => {
            "Apple's device service is not running. Open the \"Apple Devices\" app or iTunes and keep it open; if that does not help, restart the computer."
        }
        Bringer::Windows { installed: false } => {
            "Apple's device service is not installed. Install the \"Apple Devices\" app from the Microsoft Store, and open it once."
        }
        Bringer::Mac => "macOS's device service does not answer. Restarting the Mac usually helps.",
        Bringer::Linux => {
            "The usbmuxd service is not running. Install it (for example: sudo apt install usbmuxd) and plug the device in again."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_windows_a_service_that_does_not_run_is_told_from_one_that_is_not_there() {
        let home = tempfile::tempdir().unwrap();
        let (local, shared) = (home.path().join("Local"), home.path().join("Common Files"));
        std::fs::create_dir_all(local.join("Packages/Microsoft.Paint_8wekyb3d8bbwe")).unwrap();
        std::fs::create_dir_all(shared.join("Apple/Apple Application Support")).unwrap();
        let there = || apples_service(&[Some(local.clone()), Some(shared.clone()), None]);
        assert!(!there());
        std::fs::create_dir(local.join("Packages/AppleInc.AppleDevices_nzyj5cx40ttqa")).unwrap();
        assert!(there());
        std::fs::remove_dir(local.join("Packages/AppleInc.AppleDevices_nzyj5cx40ttqa")).unwrap();
        std::fs::create_dir(shared.join("Apple/Mobile Device Support")).unwrap();
        assert!(there());

        assert!(words(Bringer::Windows { installed: false }).contains("Install the \"Apple Devices\" app"));
        let stopped = words(Bringer::Windows { installed: true });
        assert!(stopped.contains("keep it open") && !stopped.contains("Install"), "{stopped}");
        assert!(words(Bringer::Linux).contains("apt install usbmuxd"));
    }
}
