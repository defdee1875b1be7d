use std::path::PathBuf;

/// Where usbmuxd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Unix(PathBuf),
    /// `host:port`.
    Tcp(String),
}

impl Address {
    pub(crate) fn from_env() -> Result<Address, String> {
        match std::env::var("USBMUXD_SOCKET_ADDRESS") {
            Ok(text) if !text.is_empty() => Address::parse(&text).ok_or(text),
            _ => Ok(Address::default()),
        }
    }

    /// Reads `UNIX:/path`, `/path`, `host:port` or `[v6]:port` (`protocol.md` 2.1.2).
    pub fn parse(text: &str) -> Option<Address> {
        if let Some(path) = text.strip_prefix("UNIX:") {
            return (!path.is_empty()).then(|| Address::Unix(path.into()));
        }
        if text.starts_with('/') {
            return Some(Address::Unix(text.into()));
        }
        let (host, port) = text.rsplit_once(':')?;
        port.parse::<u16>().ok()?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let plausible = match bracketed {
            Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && !host.contains(':'),
        };
        plausible.then(|| Address::Tcp(text.into()))
    }
}

/// The system's own usbmuxd (`protocol.md` 2.1.1).
impl Default for Address {
    fn default() -> Address {
        if cfg!(windows) { Address::Tcp("127.0.0.1:27015".into()) } else { Address::Unix("/var/run/usbmuxd".into()) }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Address::Unix(path) => write!(f, "{}", path.display()),
            Address::Tcp(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_clients_use_is_read() {
        assert_eq!(Address::parse("UNIX:/run/mux"), Some(Address::Unix("/run/mux".into())));
        assert_eq!(Address::parse("/run/a:b"), Some(Address::Unix("/run/a:b".into())));
        assert_eq!(Address::parse("127.0.0.1:27015"), Some(Address::Tcp("127.0.0.1:27015".into())));
        assert_eq!(Address::parse("localhost:9"), Some(Address::Tcp("localhost:9".into())));
        assert_eq!(Address::parse("[::1]:27015"), Some(Address::Tcp("[::1]:27015".into())));
        for bad in ["", "UNIX:", "host", "host:", ":1", "::1:5", "host:70000", "[x]:1"] {
            assert_eq!(Address::parse(bad), None, "{bad:?}");
        }
    }
}
