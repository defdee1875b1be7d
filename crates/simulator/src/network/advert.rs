//! The mDNS advertisement of a phone that allows Wi-Fi connections: `_apple-mobdev2._tcp` (`protocol.md` 2.9).

use crate::System;
use crate::device::Device;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};
use sha2::{Sha256, Sha512};
use std::net::{IpAddr, Ipv6Addr};

const SERVICE: &str = "_apple-mobdev2._tcp.local.";
/// Hosts ignore the port; it has been seen as lockdown's with its bytes swapped.
const PORT: u16 = wire::usbmux::LOCKDOWN_PORT.swap_bytes();

/// Lasts until [`Advert::end`].
pub(super) struct Advert {
    /// `None` where this computer has no multicast.
    daemon: Option<ServiceDaemon>,
    address: IpAddr,
}

impl Advert {
    pub fn begin(device: &Device, address: IpAddr) -> Advert {
        let daemon = daemon(address).inspect_err(|error| tracing::warn!(%error, "no mDNS here")).ok();
        let advert = Advert { daemon, address };
        advert.renew(device);
        advert
    }

    /// Announces again what is to be said now.
    pub fn renew(&self, device: &Device) {
        let Some(daemon) = &self.daemon else { return };
        let said = info(device, self.address).and_then(|info| daemon.register(info));
        if let Err(error) = said {
            tracing::warn!(%error, "the pretend phone is not advertised");
        }
    }

    /// Says goodbye to the network.
    pub fn end(&self) {
        // The thread behind it ends by itself; nobody waits for it.
        let _ = self.daemon.as_ref().map(ServiceDaemon::shutdown);
    }
}

impl Drop for Advert {
    fn drop(&mut self) {
        self.end();
    }
}

/// Only the interface that holds `address` hears of the phone.
fn daemon(address: IpAddr) -> Result<ServiceDaemon, mdns_sd::Error> {
    let daemon = ServiceDaemon::new()?;
    daemon.disable_interface(IfKind::All)?;
    daemon.enable_interface(match address {
        IpAddr::V4(v4) if v4.is_loopback() => IfKind::LoopbackV4,
        IpAddr::V6(v6) if v6.is_loopback() => IfKind::LoopbackV6,
        other => IfKind::Addr(other),
    })?;
    Ok(daemon)
}

fn info(device: &Device, address: IpAddr) -> Result<ServiceInfo, mdns_sd::Error> {
    let host = format!("pretend-{}.local.", device.options.seed);
    let mut texts = Vec::new();
    if device.options.system == System::Ios26 {
        let identifier = uuid::Uuid::from_u64_pair(device.persona.unique_chip_id, device.options.seed).to_string();
        for (number, host) in device.hosts.ids().iter().enumerate() {
            let key = if number == 0 { "authTag".to_string() } else { format!("authTag#{number}") };
            texts.push((key, STANDARD.encode(auth_tag(host, &identifier))));
        }
        texts.insert(0, ("identifier".to_string(), identifier));
    }
    let mut info = ServiceInfo::new(SERVICE, &instance(device), &host, address, PORT, &texts[..])?;
    // Nobody else has the hardware address of a made-up phone.
    info.set_requires_probe(false);
    Ok(info)
}

/// `<hardware address>@<link-local address>`; the hardware address is another than lockdown's when it is private.
fn instance(device: &Device) -> String {
    let real = &device.persona.wifi_address;
    let private = device.options.private_wifi_address || device.options.system == System::Ios26;
    let shown = if private { device.persona.bluetooth_address.replacen("02:", "06:", 1) } else { real.clone() };
    let mut bytes = shown.split(':').map(|byte| u8::from_str_radix(byte, 16).unwrap_or(0));
    let [a, b, c, d, e, f] = std::array::from_fn(|_| bytes.next().unwrap_or(0));
    // The address a phone gives itself from its hardware address (RFC 4291, appendix A).
    let own = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f];
    format!("{shown}@{}", Ipv6Addr::from(own))
}

/// The full name, as `BonjourFullServiceName` and usbmuxd tell it.
pub(crate) fn full_name(device: &Device) -> String {
    format!("{}.{SERVICE}", instance(device))
}

/// How a host that knows `host_id` recognises the phone: 8 bytes (`protocol.md` 2.9).
fn auth_tag(host_id: &str, identifier: &str) -> [u8; 8] {
    let mut key = [0; 32];
    // 32 bytes are well below what HKDF gives, and HMAC takes a key of any length: neither can fail.
    let _ = Hkdf::<Sha512>::new(None, host_id.as_bytes()).expand(&[], &mut key);
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key) else { return [0; 8] };
    let tag = mac.chain_update(identifier).finalize().into_bytes();
    std::array::from_fn(|at| tag[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected value from Python's hashlib and hmac.
    #[test]
    fn a_tag_is_what_the_formula_says() {
        let tag = auth_tag("6A1C1F0E-0000-4000-8000-000000000001", "00000000-0000-0000-0000-000000000001");
        assert_eq!(hex::encode(tag), "1036087ee40f355d");
    }
}
