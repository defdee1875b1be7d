//! What a person does, on the engine with a pretend phone, without a window.

mod back_up;
mod browse;
mod cuts;
mod encryption;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(target_os = "linux")]
mod hostile;
mod import;
mod import_cut;
mod import_ended;
mod import_several;
#[cfg(unix)]
mod index;
mod keeping;
mod killed;
#[cfg(target_os = "linux")]
mod links;
mod live;
mod locations;
mod lost;
mod moving;
mod native_copies;
mod offers;
mod photos;
mod restore;
mod sealed;
mod secrets;
#[cfg(target_os = "linux")]
mod share_jobs;
#[cfg(target_os = "linux")]
mod shares;
mod sweep;
mod terminal;
mod terminal_secrets;
mod trust;
mod two_computers;
mod wifi;
