use super::start;
use device::{Documents, Error, Media};
use simulator::{AfcFaults, DeviceOptions, Faults, LockdownFaults};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_are_listed_and_come_off_whole() {
    let pretend = start(DeviceOptions::default()).await;
    let media = Media::open(&pretend.mux, &pretend.who).await.unwrap();
    let top = media.list("/").await.unwrap();
    assert!(top.iter().any(|entry| entry.name == "DCIM" && entry.is_folder));

    let mut found = media.walk("/DCIM");
    let mut photos = Vec::new();
    while let Some(photo) = found.recv().await {
        photos.push(photo.unwrap());
    }
    assert!(!photos.is_empty());
    for photo in &photos {
        assert!(photo.path.starts_with("/DCIM/") && photo.path.ends_with(&photo.file.name));
        let (mut content, mut heard) = (Vec::new(), 0);
        let length = media.pull(&photo.path, &mut content, &mut |done| heard = done).await.unwrap();
        assert_eq!((length, content.len() as u64, heard), (photo.file.size, photo.file.size, photo.file.size));
        assert!(photo.file.modified.unwrap() > 1_500_000_000_000);
    }
    let jpeg = photos.iter().find(|photo| photo.path.to_lowercase().ends_with(".jpg"));
    if let Some(jpeg) = jpeg {
        let mut content = Vec::new();
        media.pull(&jpeg.path, &mut content, &mut |_| {}).await.unwrap();
        assert!(content.starts_with(&[0xff, 0xd8]) && content.ends_with(&[0xff, 0xd9]));
    }
    assert!(matches!(media.list("/DCIM/../..").await, Err(Error::BadPath { .. })));
    assert!(matches!(media.pull("/DCIM", &mut Vec::new(), &mut |_| {}).await, Err(Error::Afc { number: 9, .. })));
    assert!(matches!(media.list("/none").await, Err(Error::Afc { number: 8, .. })));
}

/// More often than the phone has handles.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_stopped_leaves_the_connection_usable() {
    let pretend = start(DeviceOptions { extra_big: vec![24 << 20], ..DeviceOptions::default() }).await;
    let media = Media::open(&pretend.mux, &pretend.who).await.unwrap();
    let mut found = media.walk("/");
    let mut big = None;
    while let Some(file) = found.recv().await {
        let file = file.unwrap();
        if file.file.size >= 1 << 20 {
            big.get_or_insert(file);
        }
    }
    let Some(big) = big else { return println!("skipped: the pretend phone has no large media file") };
    for _ in 0..80 {
        let mut sink = tokio::io::sink();
        let mut progress = |_| {};
        let pull = media.pull(&big.path, &mut sink, &mut progress);
        let _ = tokio::time::timeout(Duration::from_millis(3), pull).await;
    }
    let mut whole = tokio::io::sink();
    assert_eq!(media.pull(&big.path, &mut whole, &mut |_| {}).await.unwrap(), big.file.size);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_go_both_ways() {
    let pretend = start(DeviceOptions::default()).await;
    let apps = device::apps(&pretend.mux, &pretend.who).await.unwrap();
    let sharing = apps.iter().find(|app| app.shares_documents).unwrap();
    let documents = Documents::open(&pretend.mux, &pretend.who, &sharing.bundle).await.unwrap();

    let content: Vec<u8> = (0..5_000_000u32).map(|at| (at % 253) as u8).collect();
    documents.make_folder("/In/Deep").await.unwrap();
    documents.make_folder("/In/Deep").await.unwrap();
    let sent = documents.push("/In/Deep/notes.bin", &mut &content[..], &mut |_| {}).await.unwrap();
    assert_eq!(sent, content.len() as u64);
    let listed = documents.list("/In/Deep").await.unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((listed[0].name.as_str(), listed[0].size, listed[0].is_folder), ("notes.bin", sent, false));
    let mut back = Vec::new();
    documents.pull("In/Deep/notes.bin", &mut back, &mut |_| {}).await.unwrap();
    assert!(back == content);

    // Replaced as a whole.
    documents.push("/In/Deep/notes.bin", &mut &b"short"[..], &mut |_| {}).await.unwrap();
    let mut back = Vec::new();
    documents.pull("/In/Deep/notes.bin", &mut back, &mut |_| {}).await.unwrap();
    assert_eq!(back, b"short");
    assert!(matches!(documents.remove("/In").await, Err(Error::Afc { number: 33, .. })));
    documents.remove("/In/Deep/notes.bin").await.unwrap();
    documents.remove("/In/Deep").await.unwrap();
    assert!(documents.list("/In").await.unwrap().is_empty());

    let missing = Documents::open(&pretend.mux, &pretend.who, "org.example.none").await;
    assert!(matches!(missing, Err(Error::NoDocuments { bundle }) if bundle == "org.example.none"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apps_have_names_sizes_on_request_and_icons() {
    let pretend = start(DeviceOptions::default()).await;
    let (mux, who) = (&pretend.mux, &pretend.who);
    let plain = device::apps(mux, who).await.unwrap();
    assert!(!plain.is_empty() && plain.iter().all(|app| app.app_bytes.is_none() && app.data_bytes.is_none()));
    assert!(plain.is_sorted_by_key(|app| app.name.to_lowercase()));
    let sized = device::apps_with_sizes(mux, who).await.unwrap();
    assert_eq!(sized.len(), plain.len());
    assert!(sized.iter().all(|app| app.app_bytes.is_some_and(|bytes| bytes > 0) && app.data_bytes.is_some()));
    let icon = device::icon(mux, who, &plain[0].bundle).await.unwrap();
    assert!(icon.starts_with(b"\x89PNG"));
    assert!(matches!(device::icon(mux, who, "org.example.none").await, Err(Error::Service { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_name_and_restart() {
    let pretend =
        start(DeviceOptions { capacity: 64_000_000_000, free: 9_000_000_000, ..DeviceOptions::default() }).await;
    let (mux, who) = (&pretend.mux, &pretend.who);
    let battery = device::battery(mux, who).await.unwrap();
    assert_eq!(battery.design_mah, Some(3279));
    assert!(battery.cycles.is_some() && battery.full_mah.unwrap() <= 3279);
    assert_eq!(battery.percent, Some(pretend.phone.persona().battery_percent));
    let storage = device::storage(mux, who).await.unwrap();
    assert_eq!(storage.total, Some(64_000_000_000));
    assert!(storage.available.unwrap() > 0 && storage.other.unwrap() < 64_000_000_000);

    device::rename(mux, who, " Ada’s phone ").await.unwrap();
    assert_eq!(pretend.phone.name(), "Ada’s phone");
    assert_eq!(device::facts(mux, who).await.unwrap().name, "Ada’s phone");
    for bad in ["", "  ", "two\nlines", &"x".repeat(256)] {
        assert!(matches!(device::rename(mux, who, bad).await, Err(Error::BadName)), "{bad:?}");
    }
    let before = pretend.phone.restarts();
    device::restart(mux, who).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(pretend.phone.restarts(), before + 1);
}

/// Whatever the file service does, a call ends with an error and a new connection works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_file_service_is_given_up() {
    let pretend = start(DeviceOptions::default()).await;
    for (name, faults) in [
        ("endless list", AfcFaults { list_bytes: Some(1 << 30), ..AfcFaults::default() }),
        ("many names", AfcFaults { list_bytes: Some(4 << 20), ..AfcFaults::default() }),
        ("huge", AfcFaults { huge_length_at_reply: Some(2), ..AfcFaults::default() }),
        ("other number", AfcFaults { wrong_number_at_reply: Some(3), ..AfcFaults::default() }),
        ("cut", AfcFaults { cut_at_reply: Some(4), ..AfcFaults::default() }),
    ] {
        pretend.phone.set_faults(Faults { afc: faults, ..Faults::default() });
        let media = Media::open(&pretend.mux, &pretend.who).await.unwrap();
        let mut found = media.walk("/");
        let mut failed = false;
        let walking = async {
            while let Some(file) = found.recv().await {
                failed |= file.is_err();
            }
        };
        tokio::time::timeout(Duration::from_secs(20), walking).await.expect(name);
        assert!(failed, "{name}");
    }
    pretend.phone.set_faults(Faults::default());
    let media = Media::open(&pretend.mux, &pretend.who).await.unwrap();
    assert!(!media.list("/DCIM").await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_with_no_room_for_a_service_is_asked_again() {
    let pretend = start(DeviceOptions::default()).await;
    let faults = |service_limit| Faults {
        lockdown: LockdownFaults { service_limit, ..LockdownFaults::default() },
        ..Faults::default()
    };
    pretend.phone.set_faults(faults(2));
    assert!(!device::apps(&pretend.mux, &pretend.who).await.unwrap().is_empty());
    pretend.phone.set_faults(faults(9));
    assert!(matches!(device::apps(&pretend.mux, &pretend.who).await, Err(Error::Lockdown { .. })));
}

/// A walk and copies never need more than one handle at a time, and give it back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_handle_is_enough() {
    let pretend = start(DeviceOptions::default()).await;
    pretend
        .phone
        .set_faults(Faults { afc: AfcFaults { handles: Some(1), ..AfcFaults::default() }, ..Faults::default() });
    let media = Media::open(&pretend.mux, &pretend.who).await.unwrap();
    let mut found = media.walk("/DCIM");
    let mut copied = 0;
    while let Some(photo) = found.recv().await {
        let photo = photo.unwrap();
        copied +=
            u64::from(media.pull(&photo.path, &mut tokio::io::sink(), &mut |_| {}).await.unwrap() == photo.file.size);
    }
    assert!(copied > 0);
}
