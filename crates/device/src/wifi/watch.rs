use super::ask::{Answer, ask};
use super::matching::Match;
use super::reach::at;
use super::search::{Heard, Place, Search, Sighting};
use super::{Interfaces, KnownDevice};
use crate::{Attached, Error, Event, Usbmux};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Numbers of phones found here start above those of usbmuxd and netmuxd.
const FIRST_ID: u32 = 0x4000_0000;
/// Most phones looked at, ours and others'.
const SIGHTINGS: usize = 256;
/// A phone that does not answer is tried again after this, then after twice as long.
const RETRY: Duration = Duration::from_secs(15);
const LONGEST_RETRY: Duration = Duration::from_secs(5 * 60);
/// How often one that did is asked whether it is still there, and how often it may stay silent.
const CHECK: Duration = Duration::from_secs(60);
const SILENT: u32 = 2;
const TICK: Duration = Duration::from_secs(1);
/// A search that broke off starts again after this.
const PAUSE: Duration = Duration::from_secs(30);

/// Looks for these phones on the network until `cancel` or the receiver is dropped.
///
/// Each is told of with its address once a session with its pair record worked there. Which record is tried first
/// follows from the address in its name, then from a tag it made for this computer (`protocol.md` 2.9); otherwise all
/// are. [`Event::Ready`] comes first; when the network cannot be searched [`Event::Lost`] comes instead, and the search
/// goes on later.
pub fn wireless(mux: &Usbmux, records: Vec<KnownDevice>, cancel: CancellationToken) -> mpsc::Receiver<Event> {
    wireless_over(mux, records, Interfaces::Outside, cancel)
}

/// [`wireless`], on these interfaces.
pub fn wireless_over(
    mux: &Usbmux,
    records: Vec<KnownDevice>,
    interfaces: Interfaces,
    cancel: CancellationToken,
) -> mpsc::Receiver<Event> {
    let (events, receiver) = mpsc::channel(64);
    let mut watch = Watch { mux: mux.clone(), known: records, events, next_id: FIRST_ID };
    tokio::spawn(async move {
        tokio::select! {
            () = cancel.cancelled() => {}
            () = watch.run(interfaces) => {}
        }
    });
    receiver
}

struct Watch {
    mux: Usbmux,
    known: Vec<KnownDevice>,
    events: mpsc::Sender<Event>,
    next_id: u32,
}

/// What is known of one sighting.
struct Seen {
    sighting: Sighting,
    told: Option<Attached>,
    /// A question under way.
    asking: Option<AbortHandle>,
    /// Questions without an answer since the last one with.
    silent: u32,
    /// When to ask again.
    due: Option<Instant>,
}

/// Nobody receives any more.
struct Unheard;

impl Watch {
    async fn run(&mut self, interfaces: Interfaces) {
        let mut told_lost = false;
        loop {
            let reason = match Search::start(interfaces) {
                Ok(search) => {
                    told_lost = false;
                    match self.follow(search).await {
                        Ok(()) => "the search broke off".to_string(),
                        Err(Unheard) => return,
                    }
                }
                Err(Error::Search(source)) => source.to_string(),
                Err(error) => error.to_string(),
            };
            if !told_lost && self.events.send(Event::Lost { reason }).await.is_err() {
                return;
            }
            told_lost = true;
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.events.closed() => return,
            }
        }
    }

    /// Until the search breaks off.
    async fn follow(&mut self, mut search: Search) -> Result<(), Unheard> {
        self.tell(Event::Ready).await?;
        let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
        let mut answers: JoinSet<(String, Answer)> = JoinSet::new();
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                heard = search.next() => match heard {
                    Some(Heard::Seen(sighting)) => note(&mut seen, sighting),
                    Some(Heard::Gone(name)) => self.gone(&mut seen, &name).await?,
                    None => return Ok(()),
                },
                Some(answer) = answers.join_next() => {
                    if let Ok((name, answer)) = answer {
                        self.answered(&mut seen, &name, answer).await?;
                    }
                }
                _ = tick.tick() => {}
                () = self.events.closed() => return Err(Unheard),
            }
            let now = Instant::now();
            for (name, one) in seen.iter_mut().filter(|(_, one)| one.due.is_some_and(|due| due <= now)) {
                one.due = None;
                let asking = ask(self.mux.clone(), self.known.clone(), one.sighting.clone(), one.told.clone());
                let name = name.clone();
                one.asking = Some(answers.spawn(async move { (name, asking.await) }));
            }
        }
    }

    async fn answered(&mut self, seen: &mut BTreeMap<String, Seen>, name: &str, answer: Answer) -> Result<(), Unheard> {
        let Some(one) = seen.get_mut(name) else { return Ok(()) };
        one.asking = None;
        match answer {
            Answer::Stranger => one.silent = 0,
            Answer::StillThere => {
                one.silent = 0;
                one.due = Some(Instant::now() + CHECK);
            }
            Answer::Nothing => {
                one.silent += 1;
                one.due = Some(Instant::now() + pause(one));
                if one.silent >= SILENT && one.told.is_some() {
                    self.detach(seen, name).await?;
                }
            }
            Answer::Is { udid, by, place } => {
                one.silent = 0;
                one.due = Some(Instant::now() + CHECK);
                let mac = one.sighting.mac();
                // The same phone under two names: the first one told of holds, this one waits its turn.
                if one.told.is_some() || seen.values().any(|other| other.is(&udid)) {
                    return Ok(());
                }
                self.attach(seen, name, &udid, place).await?;
                if let Some(mac) = mac.filter(|_| by == Match::Trial) {
                    self.learn(&udid, mac).await?;
                }
            }
        }
        Ok(())
    }

    async fn attach(
        &mut self,
        seen: &mut BTreeMap<String, Seen>,
        name: &str,
        udid: &str,
        place: Place,
    ) -> Result<(), Unheard> {
        let found = at(udid, place, self.next_id);
        self.next_id = self.next_id.wrapping_add(1).max(FIRST_ID);
        if let Some(one) = seen.get_mut(name) {
            one.told = Some(found.clone());
        }
        self.tell(Event::Attached(found)).await
    }

    async fn learn(&mut self, udid: &str, mac: String) -> Result<(), Unheard> {
        for device in self.known.iter_mut().filter(|device| device.udid == udid) {
            device.mac = Some(mac.clone());
        }
        self.tell(Event::Learnt { udid: udid.to_string(), mac }).await
    }

    async fn gone(&mut self, seen: &mut BTreeMap<String, Seen>, name: &str) -> Result<(), Unheard> {
        self.detach(seen, name).await?;
        if let Some(asking) = seen.remove(name).and_then(|one| one.asking) {
            asking.abort();
        }
        Ok(())
    }

    async fn detach(&mut self, seen: &mut BTreeMap<String, Seen>, name: &str) -> Result<(), Unheard> {
        let Some(told) = seen.get_mut(name).and_then(|one| one.told.take()) else { return Ok(()) };
        // Another name it goes by may take over.
        for (_, other) in seen.iter_mut().filter(|(other, one)| *other != name && one.told.is_none()) {
            other.due.get_or_insert_with(Instant::now);
        }
        self.tell(Event::Detached { device_id: told.device_id }).await
    }

    async fn tell(&self, event: Event) -> Result<(), Unheard> {
        self.events.send(event).await.map_err(|_| Unheard)
    }
}

impl Seen {
    fn is(&self, udid: &str) -> bool {
        self.told.as_ref().is_some_and(|told| told.udid == udid)
    }
}

/// Takes a sighting in; one that says something new is asked at once.
fn note(seen: &mut BTreeMap<String, Seen>, sighting: Sighting) {
    let room = seen.len() < SIGHTINGS;
    match seen.get_mut(&sighting.name) {
        Some(one) if one.sighting == sighting => {}
        Some(one) => {
            one.sighting = sighting;
            one.due = Some(Instant::now());
        }
        None if room => {
            let one = Seen { sighting, told: None, asking: None, silent: 0, due: Some(Instant::now()) };
            seen.insert(one.sighting.name.clone(), one);
        }
        None => tracing::warn!("too many phones show themselves on the network"),
    }
}

fn pause(one: &Seen) -> Duration {
    match one.told {
        Some(_) => RETRY,
        None => (RETRY * 2_u32.saturating_pow(one.silent.saturating_sub(1).min(10))).min(LONGEST_RETRY),
    }
}
