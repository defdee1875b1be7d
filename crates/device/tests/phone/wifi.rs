use super::{Pretend, start};
use device::{
    CancellationToken, Connection, Error, Event, Interfaces, KnownDevice, Match, Media, Remembered, WifiDetail,
    WifiStep, diagnose, known_device, set_wifi, wifi, wireless_over,
};
use simulator::{DeviceOptions, System};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

/// Each test has a phone of its own address and seed: whatever runs on this computer shares the loopback network.
fn networked(seed: u64, last: u8) -> DeviceOptions {
    DeviceOptions { seed, network: Some(IpAddr::V4(Ipv4Addr::new(127, 0, 7, last))), ..DeviceOptions::default() }
}

async fn known(pretend: &Pretend) -> KnownDevice {
    known_device(&pretend.mux, &pretend.who.udid).await.unwrap().unwrap()
}

/// The next event but `Ready`.
async fn next(events: &mut Receiver<Event>) -> Event {
    loop {
        let event = tokio::time::timeout(Duration::from_secs(20), events.recv()).await;
        match event.expect("nothing was told").expect("the search ended") {
            Event::Ready => {}
            event => return event,
        }
    }
}

async fn search(pretend: &Pretend, known: Vec<KnownDevice>) -> Receiver<Event> {
    wireless_over(&pretend.mux, known, Interfaces::WithLoopback, CancellationToken::new())
}

fn found(event: Event, pretend: &Pretend, last: u8) -> device::Attached {
    let Event::Attached(found) = event else { panic!("{event:?}") };
    assert_eq!((found.udid.as_str(), found.connection), (pretend.who.udid.as_str(), Connection::Network));
    assert_eq!(found.address, Some(IpAddr::V4(Ipv4Addr::new(127, 0, 7, last))));
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_is_found_by_its_address_used_and_lost() {
    let pretend = start(networked(9071, 2)).await;
    assert_eq!(wifi(&pretend.mux, &pretend.who).await.unwrap().enabled, Some(false));
    set_wifi(&pretend.mux, &pretend.who, true).await.unwrap();
    let state = wifi(&pretend.mux, &pretend.who).await.unwrap();
    assert_eq!(state.enabled, Some(true));
    assert_eq!(state.mac.as_deref(), Some(pretend.phone.persona().wifi_address.as_str()));

    let known = known(&pretend).await;
    assert_eq!(known.mac.as_deref(), Some(pretend.phone.persona().wifi_address.as_str()));
    let mut events = search(&pretend, vec![known]).await;
    let who = found(next(&mut events).await, &pretend, 2);
    // Without usbmuxd but for the pair record.
    pretend.phone.unplug();
    assert_eq!(device::facts(&pretend.mux, &who).await.unwrap().name, pretend.phone.name());
    let media = Media::open(&pretend.mux, &who).await.unwrap();
    assert!(!media.list("/DCIM").await.unwrap().is_empty());
    assert!(!device::apps(&pretend.mux, &who).await.unwrap().is_empty());

    pretend.phone.leave_wifi();
    assert_eq!(next(&mut events).await, Event::Detached { device_id: who.device_id });
    pretend.phone.enter_wifi();
    let again = found(next(&mut events).await, &pretend, 2);
    assert_ne!(again.device_id, who.device_id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_address_is_learnt_by_trial() {
    let options = DeviceOptions { private_wifi_address: true, wifi_connections: true, ..networked(9072, 3) };
    let pretend = start(options).await;
    let known = known(&pretend).await;
    let stranger = KnownDevice { udid: "00008110-0000000000000001".into(), host_id: "X".into(), mac: None };
    let mut events = search(&pretend, vec![stranger, known.clone()]).await;
    found(next(&mut events).await, &pretend, 3);
    let Event::Learnt { udid, mac } = next(&mut events).await else { panic!("nothing was learnt") };
    assert_eq!(udid, pretend.who.udid);
    assert_ne!(Some(&mac), known.mac.as_ref());
    drop(events);

    // With what was learnt no trial is needed.
    let mut events = search(&pretend, vec![KnownDevice { mac: Some(mac), ..known }]).await;
    found(next(&mut events).await, &pretend, 3);
    let more = tokio::time::timeout(Duration::from_secs(1), events.recv()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_tells_whose_a_phone_is() {
    let options = DeviceOptions { system: System::Ios26, wifi_connections: true, ..networked(9073, 4) };
    let pretend = start(options).await;
    let known = known(&pretend).await;
    let findings = diagnose(&pretend.mux, &pretend.who.udid, Remembered::default(), Interfaces::WithLoopback).await;
    let by = findings.iter().find(|finding| finding.step == WifiStep::Matched).unwrap();
    // Over the cable the phone itself says its name of now.
    assert!(matches!(by.detail, Some(WifiDetail::By(Match::Mac))), "{findings:?}");
    pretend.phone.unplug();
    let findings = diagnose(&pretend.mux, &pretend.who.udid, Remembered::default(), Interfaces::WithLoopback).await;
    let by = findings.iter().find(|finding| finding.step == WifiStep::Matched).unwrap();
    assert!(matches!(by.detail, Some(WifiDetail::By(Match::AuthTag))), "{findings:?}");
    let mut events = search(&pretend, vec![known]).await;
    found(next(&mut events).await, &pretend, 4);
    let more = tokio::time::timeout(Duration::from_millis(500), events.recv()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_diagnosis_names_the_step_that_fails() {
    let pretend = start(networked(9074, 5)).await;
    let ask = |remembered| diagnose(&pretend.mux, &pretend.who.udid, remembered, Interfaces::WithLoopback);
    let oks = |findings: &[device::Finding]| findings.iter().map(|finding| finding.ok).collect::<Vec<_>>();

    let off = ask(Remembered::default()).await;
    assert_eq!(
        off.iter().map(|finding| finding.step).collect::<Vec<_>>(),
        [
            WifiStep::Enabled,
            WifiStep::Advertised,
            WifiStep::Matched,
            WifiStep::Reachable,
            WifiStep::Session,
            WifiStep::Heartbeat
        ]
    );
    // Phones of other tests may show themselves here meanwhile.
    assert_eq!(off[0].ok, Some(false));
    assert!(off[1].ok == Some(false) || off[2].ok != Some(true), "{off:?}");
    assert_eq!(oks(&off)[3..], [None, None, None]);

    set_wifi(&pretend.mux, &pretend.who, true).await.unwrap();
    let on = ask(Remembered::default()).await;
    assert_eq!(oks(&on), [Some(true); 6], "{on:?}");
    assert!(matches!(on[3].detail, Some(WifiDetail::At(_))));

    pretend.phone.unplug();
    let remembered = ask(Remembered { enabled: Some(true), mac: None }).await;
    assert!(matches!(remembered[0].detail, Some(WifiDetail::Remembered)));
    assert_eq!(oks(&remembered), [Some(true); 6], "{remembered:?}");

    let unknown = diagnose(&pretend.mux, "00008110-0000000000000009", Remembered::default(), Interfaces::Outside).await;
    assert!(matches!(unknown[1].detail, Some(WifiDetail::Failed(Error::NotTrusted))));
    assert_eq!(oks(&unknown), [None; 6]);
}

/// The phone ends connections that nobody keeps alive after two heartbeats.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_outlast_their_heartbeats_and_a_backup_keeps_the_phone_awake() {
    let heartbeat = Duration::from_millis(300);
    let options = DeviceOptions { wifi_connections: true, heartbeat, ..networked(9075, 6) };
    let pretend = start(options).await;
    let mut events = search(&pretend, vec![known(&pretend).await]).await;
    let who = found(next(&mut events).await, &pretend, 6);
    pretend.phone.unplug();
    let media = Media::open(&pretend.mux, &who).await.unwrap();
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        media.list("/").await.unwrap();
    }
    drop(media);

    let kept = tempfile::tempdir().unwrap();
    let (told, _heard) = tokio::sync::mpsc::unbounded_channel();
    let options = device::BackupOptions { full: true, guid: "AB".repeat(16), icons: None, about: None };
    let files = super::folder::Folder::new(kept.path());
    let backup = device::back_up(&pretend.mux, &who, files, options, told, CancellationToken::new());
    let mut awake = 0;
    let watching = async {
        loop {
            awake = awake.max(pretend.phone.assertions());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let (outcome, _) = tokio::select! {
        done = backup => done,
        () = watching => unreachable!("it watches for ever"),
    };
    assert!(outcome.unwrap().files > 0);
    assert_eq!(pretend.phone.last_backup().unwrap().code, Some(0));
    assert_eq!(awake, 1);
    for _ in 0..50 {
        if pretend.phone.assertions() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the phone is still kept awake");
}
