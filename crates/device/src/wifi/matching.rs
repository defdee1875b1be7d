use super::KnownDevice;
use super::search::Sighting;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};

/// By what a phone on the network was told to be one of ours, in the order tried (`protocol.md` 2.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It calls itself by the address in the pair record.
    Mac,
    /// It signed its name with this computer's identifier (iOS 26.4 and later).
    AuthTag,
    /// A session started with the pair record.
    Trial,
}

/// The phone a sighting claims to be. A claim anyone can make: only a session proves it.
pub(super) fn claimed<'a>(seen: &Sighting, known: &'a [KnownDevice]) -> Option<(&'a KnownDevice, Match)> {
    let mac = seen.mac();
    let by_mac = known.iter().find(|device| mac.is_some() && device.mac.as_deref().and_then(normal) == mac);
    if let Some(device) = by_mac {
        return Some((device, Match::Mac));
    }
    let identifier = seen.identifier.as_ref()?;
    let mut tagged = known.iter().filter(|device| seen.tags.contains(&auth_tag(&device.host_id, identifier)));
    let device = tagged.next()?;
    // Some programs pair every phone as the same host, whose tag then says nothing about which phone it is.
    tagged.next().is_none().then_some((device, Match::AuthTag))
}

/// What a phone puts beside its identifier for the computer it knows as `host_id`.
fn auth_tag(host_id: &str, identifier: &[u8]) -> [u8; 8] {
    let mut key = [0; 32];
    // Only a length beyond 255 hashes is refused.
    let expanded = hkdf::Hkdf::<Sha512>::new(None, host_id.as_bytes()).expand(&[], &mut key);
    debug_assert!(expanded.is_ok());
    let mut tag = [0; 8];
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) {
        mac.update(identifier);
        tag.copy_from_slice(&mac.finalize().into_bytes()[..8]);
    }
    tag
}

/// A hardware address in the one form it is compared in; `None` for anything else.
pub(super) fn normal(mac: &str) -> Option<String> {
    let parts: Vec<u8> = mac.split(':').map(|part| u8::from_str_radix(part, 16)).collect::<Result<_, _>>().ok()?;
    let parts: [u8; 6] = parts.try_into().ok()?;
    Some(parts.map(|part| format!("{part:02x}")).join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;

    const HOST: &str = "1B2C3D4E-0F1A-4B5C-8D7E-9F0A1B2C3D4E";

    fn device(udid: &str, host_id: &str, mac: Option<&str>) -> KnownDevice {
        KnownDevice { udid: udid.into(), host_id: host_id.into(), mac: mac.map(str::to_string) }
    }

    /// Computed with Python's `hmac` and `hashlib`, HKDF spelled out after RFC 5869.
    #[test]
    fn the_tag_is_what_another_program_computes() {
        let text = |tag: [u8; 8]| base64::prelude::BASE64_STANDARD.encode(tag);
        assert_eq!(text(auth_tag(HOST, b"9f8e7d6c5b4a")), "F5Z6Fv2Eit4=");
        assert_eq!(text(auth_tag("AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE", b"x")), "BMMA4vjySjQ=");
    }

    #[test]
    fn an_address_comes_before_a_tag_and_a_stranger_is_nobody() {
        let known = [device("A", "other", Some("AA:BB:CC:0D:EE:FF")), device("B", HOST, None)];
        let tag = auth_tag(HOST, b"id");
        let mut seen = Sighting {
            name: "aa:bb:cc:d:ee:ff@fe80::1".into(),
            identifier: Some(b"id".to_vec()),
            tags: vec![[1; 8], tag],
            addresses: Vec::new(),
        };
        assert_eq!(claimed(&seen, &known), Some((&known[0], Match::Mac)));
        seen.name = "5a:00:00:00:00:01@fe80::1".into();
        assert_eq!(claimed(&seen, &known), Some((&known[1], Match::AuthTag)));
        assert_eq!(claimed(&seen, &[known[1].clone(), device("C", HOST, None)]), None);
        seen.tags.pop();
        assert_eq!(claimed(&seen, &known), None);
        seen.name = "nothing like an address".into();
        assert_eq!(claimed(&seen, &known), None);
    }

    #[test]
    fn only_addresses_are_compared() {
        assert_eq!(normal("AA:b:CC:0D:EE:FF").as_deref(), Some("aa:0b:cc:0d:ee:ff"));
        for bad in ["", "aa:bb", "aa:bb:cc:dd:ee:ff:00", "aa:bb:cc:dd:ee:gg", "aa:bb:cc:dd:ee:100"] {
            assert_eq!(normal(bad), None, "{bad}");
        }
    }
}
