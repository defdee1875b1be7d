//! A trusted computer that starts sessions and services, over the cable or the network.

use crate::Pretend;
use crate::client::*;
use plist::{Dictionary, Value};
use rustls::{ClientConnection, StreamOwned};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;
use wire::usbmux::LOCKDOWN_PORT;

pub type Tls = StreamOwned<ClientConnection, TcpStream>;

pub struct Visitor<'a> {
    pretend: &'a Pretend,
    pub computer: Computer,
    /// The phone's address; `None` goes through usbmuxd.
    pub address: Option<IpAddr>,
}

impl<'a> Visitor<'a> {
    /// A computer the phone trusts, on the cable.
    pub fn trusted(pretend: &'a Pretend) -> Visitor<'a> {
        let computer = Computer::new(pretend.address);
        assert_eq!(computer.pair(pretend.address).get("Error"), None);
        Visitor { pretend, computer, address: None }
    }

    /// The same computer on the network.
    pub fn on_network(self, address: &str) -> Visitor<'a> {
        Visitor { address: Some(address.parse().unwrap()), ..self }
    }

    pub fn reach(&self, port: u16) -> io::Result<TcpStream> {
        let stream = match self.address {
            Some(address) => TcpStream::connect(SocketAddr::new(address, port))?,
            None => {
                let device = devices(self.pretend.address)[0];
                dial(self.pretend.address, device, port).map_err(|_| io::ErrorKind::ConnectionRefused)?
            }
        };
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Ok(stream)
    }

    /// A line to lockdown with a session on it, before its TLS, and the reply.
    pub fn begin(&self) -> (TcpStream, Dictionary) {
        let mut line = self.reach(LOCKDOWN_PORT).unwrap();
        let id = self.computer.record.get("HostID").unwrap().clone();
        let reply = ask(&mut line, dictionary([("Request", "StartSession".into()), ("HostID", id)]));
        (line, reply)
    }

    pub fn session(&self) -> Tls {
        self.computer.tls(self.begin().0, &self.computer.host)
    }

    /// The reply to `StartService`.
    pub fn start(&self, name: &str) -> Dictionary {
        ask(&mut self.session(), dictionary([("Request", "StartService".into()), ("Service", name.into())]))
    }

    /// A line to a new service, before its TLS.
    pub fn line(&self, name: &str) -> TcpStream {
        let port = self.start(name).get("Port").unwrap().as_unsigned_integer().unwrap();
        self.reach(port.try_into().unwrap()).unwrap()
    }

    pub fn service(&self, name: &str) -> Tls {
        self.computer.tls(self.line(name), &self.computer.host)
    }

    pub fn value(&self, domain: &str, key: &str) -> Value {
        let mut reply = ask(&mut self.session(), setting("GetValue", domain, key));
        reply.remove("Value").unwrap_or_else(|| panic!("{domain} {key}: {reply:?}"))
    }

    pub fn set(&self, domain: &str, key: &str, value: Value) {
        let mut request = setting("SetValue", domain, key);
        request.insert("Value".into(), value);
        assert_eq!(ask(&mut self.session(), request).get("Error"), None);
    }

    pub fn allow_wifi(&self, on: bool) {
        self.set("com.apple.mobile.wireless_lockdown", "EnableWifiConnections", on.into());
    }
}

fn setting(request: &str, domain: &str, key: &str) -> Dictionary {
    let mut asked = dictionary([("Request", request.into()), ("Key", key.into())]);
    if !domain.is_empty() {
        asked.insert("Domain".into(), domain.into());
    }
    asked
}
