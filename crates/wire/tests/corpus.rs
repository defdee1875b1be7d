//! Hostile bytes, replayed.

#[path = "../../../fuzz/src/replay.rs"]
mod replay;
#[path = "../../../fuzz/src/wire.rs"]
mod targets;

use replay::replay;

#[test]
fn usbmux() {
    replay("usbmux", targets::usbmux);
}

#[test]
fn lockdown() {
    replay("lockdown", targets::lockdown);
}

#[test]
fn devicelink() {
    replay("devicelink", targets::devicelink);
}

#[test]
fn afc() {
    replay("afc", targets::afc);
}
