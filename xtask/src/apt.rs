//! Debian packages, installed when they are missing.

use crate::{Outcome, has, step};
use std::process::Command;

/// To build and run the window.
pub const WINDOW: &[&str] =
    &["libwebkit2gtk-4.1-dev", "libayatana-appindicator3-1", "gstreamer1.0-plugins-good", "gstreamer1.0-libav"];

/// To test it: a screen, a WebDriver, a browser, other people's clients and judges, volumes to cut and fill, fonts.
pub const TESTS: &[&str] = &[
    "xvfb",
    "xauth",
    "xdotool",
    "python3-xlib",
    "dbus",
    "gnome-keyring",
    "webkit2gtk-driver",
    "chromium",
    "libimobiledevice-utils",
    "ideviceinstaller",
    "ifuse",
    "libimage-exiftool-perl",
    "bindfs",
    "openssl",
    "sqlite3",
    "python3-venv",
    "zstd",
    "e2fsprogs",
    "xfsprogs",
    "btrfs-progs",
    "exfat-fuse",
    "exfatprogs",
    "poppler-utils",
    "qpdf",
    "fonts-noto-core",
    "fonts-noto-cjk",
    "fonts-noto-color-emoji",
];

/// Installs what is missing of `packages`; on a system without apt it says what is needed.
pub fn install(packages: &[&str]) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !has("dpkg-query") {
        eprintln!("This system has no apt. Needed (Debian's names): {}", packages.join(" "));
        return Ok(());
    }
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let apt = |arguments: &[&str]| {
        let mut command = if has("sudo") && !is_root() { sudo() } else { Command::new("apt-get") };
        step(
            command
                .args(["-o", "DPkg::Lock::Timeout=600", "-q"])
                .args(arguments)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    apt(&["update"])?;
    apt(&[&["install", "-y", "--no-install-recommends"], missing.as_slice()].concat())
}

fn sudo() -> Command {
    let mut command = Command::new("sudo");
    command.arg("apt-get");
    command
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn installed(package: &str) -> bool {
    let state = Command::new("dpkg-query").args(["-W", "-f", "${Status}", package]).output();
    state.is_ok_and(|output| output.stdout.ends_with(b"install ok installed"))
}
