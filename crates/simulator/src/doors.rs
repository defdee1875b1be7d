//! The phone's ports: lockdown's own, and those opened for one connection to a service (`protocol.md` 2.2.5).

use crate::device::{Device, lock};
use crate::identity::Host;
use crate::network::Link;
use crate::services::Kind;
use crate::stream::Raw;
use crate::{FaultyTls, lockdown, services, tls};
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long a port from `StartService` waits for its one connection.
pub(crate) const TICKET_LIFE: Duration = Duration::from_secs(10);
const FIRST_SERVICE_PORT: u16 = 49_152;

/// Ports opened for services.
pub(crate) struct Doors {
    tickets: Mutex<HashMap<u16, Ticket>>,
    next_port: AtomicU16,
}

/// A started service waiting for its connection.
struct Ticket {
    kind: Kind,
    security: Security,
    made: Instant,
}

/// How a connection to a service is protected.
#[derive(Clone)]
pub(crate) enum Security {
    /// The one service of hosts the phone does not know.
    Open,
    Tls(Arc<Host>),
    /// As the faults ask.
    Faulty(FaultyTls, Arc<Host>),
}

/// What answers on a port.
pub(crate) enum Door {
    Lockdown,
    Service(Kind, Security),
}

impl Doors {
    pub fn new() -> Doors {
        Doors { tickets: Mutex::default(), next_port: FIRST_SERVICE_PORT.into() }
    }

    /// Opens a port for one connection to a service.
    pub fn open(&self, kind: Kind, security: Security) -> u16 {
        let mut tickets = lock(&self.tickets);
        tickets.retain(|_, ticket| ticket.made.elapsed() < TICKET_LIFE);
        loop {
            let port = self.next_port.fetch_add(1, Ordering::Relaxed).max(FIRST_SERVICE_PORT);
            if port != wire::usbmux::LOCKDOWN_PORT && !tickets.contains_key(&port) {
                tickets.insert(port, Ticket { kind, security, made: Instant::now() });
                return port;
            }
        }
    }

    /// What answers on a port; `None` when nothing does. A service port answers once.
    pub fn at(&self, port: u16) -> Option<Door> {
        if port == wire::usbmux::LOCKDOWN_PORT {
            return Some(Door::Lockdown);
        }
        let ticket = lock(&self.tickets).remove(&port)?;
        (ticket.made.elapsed() < TICKET_LIFE).then_some(Door::Service(ticket.kind, ticket.security))
    }
}

impl Device {
    /// Serves a connection to `door` until either side ends it.
    pub async fn serve(self: &Arc<Self>, door: Door, raw: Raw, link: Link) -> io::Result<()> {
        let (kind, security) = match door {
            Door::Lockdown => return lockdown::serve(self.clone(), raw, link).await,
            Door::Service(kind, security) => (kind, security),
        };
        let line: Raw = match security {
            Security::Open => raw,
            Security::Tls(host) => Box::new(tls::accept(host.tls.clone(), raw).await?),
            Security::Faulty(fault, host) => self.impostor_line(fault, &host, raw).await?,
        };
        services::serve(self.clone(), kind, line, link).await
    }
}
