//! What stands in the way of a restore: each thing looked at, in words.

use crate::api::restore::{Finding, FindingState};
use crate::api::versions::VersionSummary;
use crate::api::{ApiError, Code};
use crate::browse::Opened;
use backup::CheckReport;
use device::{Facts, Readiness};
use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::sync::Arc;
use store::{Depth, Version};

/// Percent below which a device without power may not last through a restore.
const BATTERY_LOW: u8 = 30;

fn finding(id: &str, state: FindingState, title: impl Into<String>, advice: &str) -> Finding {
    Finding { id: id.to_string(), state, title: title.into(), advice: advice.to_string() }
}

fn good(id: &str, title: impl Into<String>) -> Finding {
    finding(id, FindingState::Good, title, "")
}

/// A yes-or-no of the device: good, in the way, or not told.
fn told(id: &str, fine: Option<bool>, yes: &str, no: (&str, &str), unknown: &str) -> Finding {
    match fine {
        Some(true) => good(id, yes),
        Some(false) => finding(id, FindingState::Stop, no.0, no.1),
        None => finding(id, FindingState::Unknown, unknown, "The device will say so itself when the restore begins."),
    }
}

/// What the device says of itself.
pub fn of_device(device: &Readiness, facts: &Facts, cable: bool) -> Vec<Finding> {
    let unlock = ("The device is locked.", "Unlock it and keep it unlocked until files are being sent.");
    let find_my = (
        "Find My is on.",
        "Turn it off on the device: Settings, your name, Find My. Turn it on again after the restore.",
    );
    let mut findings = vec![
        told(
            "locked",
            device.locked.map(|locked| !locked),
            "The device is unlocked.",
            unlock,
            "Whether the device is unlocked is not known.",
        ),
        told(
            "findMy",
            device.find_my.map(|on| !on),
            "Find My is off.",
            find_my,
            "Whether Find My is off is not known.",
        ),
        told(
            "activated",
            device.activated,
            "The device is activated.",
            ("The device is not activated.", "Connect it to the internet and activate it first."),
            "Whether the device is activated is not known.",
        ),
        told(
            "setUp",
            device.set_up,
            "The device is set up.",
            ("The device is not set up yet.", "Finish its setup first; choose not to transfer anything there."),
            "Whether the device is set up is not known.",
        ),
    ];
    if let Some(battery) = facts.battery.filter(|battery| battery.percent < BATTERY_LOW && !battery.charging) {
        let title = format!("The battery is at {} %.", battery.percent);
        findings.push(finding(
            "power",
            FindingState::Warn,
            title,
            "Connect the device to power: a restore that is cut short leaves half of it.",
        ));
    }
    if !cable {
        findings.push(finding(
            "cable",
            FindingState::Warn,
            "The device is connected over Wi-Fi.",
            "A cable is faster and safer for a restore.",
        ));
    }
    findings
}

/// Whether the version fits the device.
pub fn fits(version: &VersionSummary, device: &Readiness, facts: &Facts) -> Vec<Finding> {
    let mut findings = vec![system(&version.system, &device.system), space(version.bytes, device)];
    if family(&version.product_type) != family(&facts.product_type) && !version.product_type.is_empty() {
        let title = format!(
            "The version is of an {}, this is an {}.",
            family(&version.product_type),
            family(&facts.product_type)
        );
        findings.push(finding(
            "model",
            FindingState::Warn,
            title,
            "Apps and settings that exist only there will be missing.",
        ));
    }
    findings.extend(of_version(version));
    if !version.encrypted {
        let title = "The version is not encrypted.";
        let advice =
            "Saved passwords, Health data, call history and Wi-Fi networks are not in it, so they will not come back.";
        findings.push(finding("encrypted", FindingState::Warn, title, advice));
    }
    findings
}

/// What its making left to be told of the version.
pub fn of_version(version: &VersionSummary) -> Vec<Finding> {
    let mut findings = Vec::new();
    if version.incomplete {
        let title = "This version was kept of a backup that was cut or lacked files.";
        let advice = "It is for looking inside and exporting. Restore another version.";
        findings.push(finding("incomplete", FindingState::Stop, title, advice));
        return findings;
    }
    if version.unreadable > 0 {
        let title = format!("{} files could not be read when this version was made.", version.unreadable);
        findings.push(finding(
            "unreadable",
            FindingState::Warn,
            title,
            "They are not in it. An older version may hold them.",
        ));
    }
    if version.unconfirmed {
        let title = "The device never confirmed the end of this backup.";
        findings.push(finding(
            "unconfirmed",
            FindingState::Warn,
            title,
            "Everything its list names is here; prefer another version if there is one.",
        ));
    }
    findings
}

/// `iPhone15,2` is an iPhone.
fn family(product_type: &str) -> &str {
    product_type.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ',')
}

fn system(of_version: &str, of_device: &str) -> Finding {
    match compare(of_version, of_device) {
        Some(Ordering::Greater) => finding(
            "system",
            FindingState::Stop,
            format!("The version was made by system {of_version}, the device runs {of_device}."),
            "Update the device: Settings, General, Software Update.",
        ),
        Some(_) => good("system", format!("The device's system ({of_device}) takes a version of {of_version}.")),
        None => finding(
            "system",
            FindingState::Unknown,
            "The systems cannot be compared.",
            "The device refuses a version of a newer system itself.",
        ),
    }
}

/// Compares "17.5.1" with "17.6" by their numbers.
fn compare(left: &str, right: &str) -> Option<Ordering> {
    let numbers = |text: &str| -> Option<Vec<u32>> {
        let mut numbers: Vec<u32> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(numbers)
    };
    Some(numbers(left)?.cmp(&numbers(right)?))
}

fn space(bytes: u64, device: &Readiness) -> Finding {
    let gigabytes = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
    match (device.free, device.total) {
        (_, Some(total)) if bytes > total => finding(
            "space",
            FindingState::Stop,
            format!("The version holds {}, the whole device {}.", gigabytes(bytes), gigabytes(total)),
            "Choose a device with more storage.",
        ),
        (Some(free), _) if bytes > free => finding(
            "space",
            FindingState::Warn,
            format!("The version holds {}, {} are free on the device.", gigabytes(bytes), gigabytes(free)),
            "What is on the device is replaced, so it may fit. Removing what is not in the version helps.",
        ),
        (Some(free), _) => {
            good("space", format!("The version holds {}, {} are free.", gigabytes(bytes), gigabytes(free)))
        }
        _ => finding(
            "space",
            FindingState::Unknown,
            "How much fits on the device is not known.",
            "The device refuses itself what does not fit.",
        ),
    }
}

/// Whether every stored file of the version is there. Blocking; takes a while for a large one.
pub fn content(version: &Version, cancelled: &dyn Fn() -> bool) -> Result<Finding, ApiError> {
    let mut go_on = |_: u64, _: u64| if cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let seen = version.verify(Depth::Presence, &mut go_on);
    if seen.stopped {
        return Err(ApiError::cancelled());
    }
    Ok(match seen.damaged.first() {
        None if seen.unknown == 0 => good("content", format!("All {} files of the version are there.", seen.files)),
        None => finding(
            "content",
            FindingState::Stop,
            "A newer release of Heirloom wrote this version.",
            "Update Heirloom to restore it.",
        ),
        Some(damaged) => finding(
            "content",
            FindingState::Stop,
            format!("{} files of the version are lost or damaged, among them {}.", seen.damaged.len(), damaged.path),
            "Restore another version. A new backup with \"Ask for everything again\" may bring files back that are still on the device.",
        ),
    })
}

/// Whether the version's own list of files agrees with what is there. Blocking.
pub fn list(opened: &Opened) -> Finding {
    match opened.backup.check(&mut |_, _| {}) {
        Ok(report) => agrees(&report, opened.summary.unreadable),
        Err(error) => finding("list", FindingState::Stop, ApiError::from(error).message, "Restore another version."),
    }
}

fn agrees(report: &CheckReport, unreadable: u64) -> Finding {
    match report.missing_count {
        0 => good("list", format!("The version's list names {} files, and they are there.", report.files)),
        missing if missing > unreadable => finding(
            "list",
            FindingState::Stop,
            format!("{missing} files that the version's list names are not in it."),
            "The device would refuse it. Restore another version.",
        ),
        missing => good(
            "list",
            format!(
                "The version's list names {} files. They are there but for {missing} that the device could not read then.",
                report.files
            ),
        ),
    }
}

/// Whether the password is known.
pub fn password(opened: &Result<Arc<Opened>, ApiError>) -> Option<Finding> {
    match opened {
        Ok(opened) if opened.summary.encrypted => Some(good("password", "The version's password is known.")),
        Ok(_) => None,
        Err(error) if error.code == Code::PasswordNeeded => Some(finding(
            "password",
            FindingState::Warn,
            "The version is encrypted.",
            "Enter its password; the device needs it too.",
        )),
        Err(error) => Some(finding("list", FindingState::Stop, error.message.clone(), "Restore another version.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_compared_by_their_numbers() {
        assert_eq!(compare("17.10", "17.9.3"), Some(Ordering::Greater));
        assert_eq!(compare("17.0", "17"), Some(Ordering::Equal));
        assert_eq!(compare("9.3.5", "26.1"), Some(Ordering::Less));
        assert_eq!(compare("", "26.1"), None);
        assert_eq!(system("18.1", "17.7").state, FindingState::Stop);
        assert_eq!(system("17.7", "17.7").state, FindingState::Good);
    }

    #[test]
    fn space_stops_only_what_can_never_fit() {
        let device = Readiness { free: Some(10), total: Some(100), ..Readiness::default() };
        let states: Vec<_> = [5, 50, 500].map(|bytes| space(bytes, &device).state).to_vec();
        assert_eq!(states, [FindingState::Good, FindingState::Warn, FindingState::Stop]);
        assert_eq!(space(5, &Readiness::default()).state, FindingState::Unknown);
    }

    #[test]
    fn a_family_is_the_name_without_numbers() {
        assert_eq!((family("iPhone15,2"), family("iPad13,18")), ("iPhone", "iPad"));
    }
}
