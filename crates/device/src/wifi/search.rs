use super::matching::normal;
use crate::{Error, Result};
use base64::Engine;
use mdns_sd::{IfKind, ResolvedService, ScopedIp, ServiceDaemon, ServiceEvent};
use std::net::{IpAddr, Ipv6Addr};

/// What paired phones advertise (`protocol.md` 2.9).
const TYPE: &str = "_apple-mobdev2._tcp.local.";
/// Most tags and addresses of one phone that are looked at.
const TAGS: usize = 64;
const ADDRESSES: usize = 8;

/// Which of this computer's network interfaces are searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interfaces {
    /// Those that lead to other machines.
    #[default]
    Outside,
    /// And the loopback one, where a pretend phone shows itself.
    WithLoopback,
}

/// An address, and the interface it belongs to when it is link-local.
pub(super) type Place = (IpAddr, u32);

/// A phone that shows itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sighting {
    /// Unique on the network; of old `<address>@<fe80…>`.
    pub(super) name: String,
    pub(super) identifier: Option<Vec<u8>>,
    pub(super) tags: Vec<[u8; 8]>,
    /// The likeliest to work first. The port is lockdown's, whatever is advertised.
    pub(super) addresses: Vec<Place>,
}

pub(super) enum Heard {
    Seen(Sighting),
    Gone(String),
}

/// A search of the network, until it is dropped.
pub(super) struct Search {
    daemon: ServiceDaemon,
    events: mdns_sd::Receiver<ServiceEvent>,
}

impl Search {
    pub(super) fn start(interfaces: Interfaces) -> Result<Search> {
        let daemon = ServiceDaemon::new().map_err(Error::Search)?;
        let loopback = vec![IfKind::LoopbackV4, IfKind::LoopbackV6];
        let begun = match interfaces {
            Interfaces::Outside => daemon.disable_interface(loopback),
            Interfaces::WithLoopback => daemon.enable_interface(loopback),
        };
        let events = begun.and_then(|()| daemon.browse(TYPE));
        match events {
            Ok(events) => Ok(Search { daemon, events }),
            Err(error) => {
                let _ = daemon.shutdown();
                Err(Error::Search(error))
            }
        }
    }

    /// `None` when the search broke off. Safe to drop half-way.
    pub(super) async fn next(&mut self) -> Option<Heard> {
        loop {
            match self.events.recv_async().await.ok()? {
                ServiceEvent::ServiceResolved(service) => return Some(Heard::Seen(Sighting::read(&service))),
                ServiceEvent::ServiceRemoved(_, name) => return Some(Heard::Gone(instance(&name))),
                ServiceEvent::SearchStopped(_) => return None,
                _ => {}
            }
        }
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        let _ = self.daemon.shutdown();
    }
}

impl Sighting {
    fn read(service: &ResolvedService) -> Sighting {
        let properties = service.get_properties();
        let tags = properties.iter().filter(|property| is_tag(property.key())).filter_map(|property| {
            let bytes = base64::prelude::BASE64_STANDARD.decode(property.val()?).ok()?;
            <[u8; 8]>::try_from(bytes).ok()
        });
        let mut addresses: Vec<Place> = service.get_addresses().iter().filter_map(place).collect();
        addresses.sort_by_key(|(address, scope)| (rank(address), *address, *scope));
        addresses.truncate(ADDRESSES);
        Sighting {
            name: instance(service.get_fullname()),
            identifier: properties.get_property_val("identifier").flatten().map(<[u8]>::to_vec),
            tags: tags.take(TAGS).collect(),
            addresses,
        }
    }

    /// The hardware address in its name.
    pub(super) fn mac(&self) -> Option<String> {
        normal(self.name.split('@').next()?)
    }
}

/// `authTag`, `authTag#2` and so on; mDNS does not tell upper from lower case.
fn is_tag(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key == "authtag" || key.starts_with("authtag#")
}

pub(super) fn instance(name: &str) -> String {
    let ending = name.len().saturating_sub(TYPE.len() + 1);
    match name.get(ending..) {
        Some(end) if end.eq_ignore_ascii_case(&format!(".{TYPE}")) => name[..ending].to_string(),
        _ => name.to_string(),
    }
}

fn place(address: &ScopedIp) -> Option<Place> {
    match address {
        ScopedIp::V4(v4) => Some((IpAddr::V4(*v4.addr()), 0)),
        ScopedIp::V6(v6) if link_local(v6.addr()) => Some((IpAddr::V6(*v6.addr()), v6.scope_id().index)),
        ScopedIp::V6(v6) => Some((IpAddr::V6(*v6.addr()), 0)),
        _ => None,
    }
}

fn link_local(address: &Ipv6Addr) -> bool {
    address.segments()[0] & 0xffc0 == 0xfe80
}

fn rank(address: &IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 0,
        IpAddr::V6(v6) if link_local(v6) => 2,
        IpAddr::V6(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_type_and_give_their_address() {
        let name = instance("AA:bb:cc:dd:ee:ff@fe80::1-supportsRP._Apple-mobdev2._tcp.local.");
        assert_eq!(name, "AA:bb:cc:dd:ee:ff@fe80::1-supportsRP");
        let seen = Sighting { name, identifier: None, tags: Vec::new(), addresses: Vec::new() };
        assert_eq!(seen.mac().as_deref(), Some("aa:bb:cc:dd:ee:ff"));
        assert_eq!(instance("short"), "short");
    }

    #[test]
    fn tags_are_told_from_other_keys() {
        assert!(is_tag("authTag") && is_tag("AUTHTAG#12"));
        assert!(!is_tag("authTagger") && !is_tag("identifier"));
    }
}
