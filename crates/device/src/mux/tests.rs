use super::*;
use crate::mux::client::message;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

/// A usbmuxd that answers each connection's one request with `answers` and hands the request back.
pub(crate) async fn usbmuxd(answers: Vec<Vec<Dictionary>>) -> (Usbmux, mpsc::Receiver<Dictionary>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mux = Usbmux::at(Address::Tcp(listener.local_addr().unwrap().to_string()));
    let (sender, requests) = mpsc::channel(16);
    tokio::spawn(async move {
        for answer in answers {
            let mut socket: Socket = Box::new(listener.accept().await.unwrap().0);
            sender.send(message(&mut socket).await.unwrap()).await.unwrap();
            for body in answer {
                socket.write_all(&usbmux::encode(1, body).unwrap()).await.unwrap();
            }
        }
    });
    (mux, requests)
}

fn attached(id: u32, serial: &str, way: &str) -> Dictionary {
    let properties = dictionary([("SerialNumber", serial.into()), ("ConnectionType", way.into())]);
    dictionary([
        ("MessageType", "Attached".into()),
        ("DeviceID", id.into()),
        ("Properties", Value::Dictionary(properties)),
    ])
}

pub(crate) fn number(number: u64) -> Dictionary {
    dictionary([("MessageType", "Result".into()), ("Number", number.into())])
}

#[tokio::test]
async fn each_phone_is_listed_once_and_wild_serials_not_at_all() {
    let list = [
        attached(5, "000081100011223344556677", "Network"),
        attached(6, "00008110-0011223344556677", "USB"),
        attached(7, "../../etc", "USB"),
    ];
    let list = dictionary([("DeviceList", Value::Array(list.into_iter().map(Value::Dictionary).collect()))]);
    let (mux, _requests) = usbmuxd(vec![vec![list]]).await;
    let expected = Attached {
        device_id: 6,
        udid: "00008110-0011223344556677".into(),
        connection: Connection::Usb,
        address: None,
        scope: 0,
    };
    assert_eq!(mux.list().await.unwrap(), [expected]);
}

#[tokio::test]
async fn connect_swaps_the_port_and_names_a_phone_that_left() {
    let who = Attached { device_id: 6, udid: "x".into(), connection: Connection::Usb, address: None, scope: 0 };
    let (mux, mut requests) = usbmuxd(vec![vec![number(0)], vec![number(2)], vec![number(3)]]).await;
    mux.connect(&who, 62078).await.unwrap();
    let sent = requests.recv().await.unwrap();
    assert_eq!(sent.get("PortNumber").unwrap().as_unsigned_integer(), Some(32498));
    assert!(matches!(mux.connect(&who, 1).await, Err(Error::NotAttached { .. })));
    assert!(matches!(mux.connect(&who, 1).await, Err(Error::Usbmuxd { request: "Connect", number: 3 })));
}

#[tokio::test]
async fn pair_records_are_read_saved_with_the_device_id_and_missed() {
    let who = Attached { device_id: 6, udid: "U".into(), connection: Connection::Usb, address: None, scope: 0 };
    let found = dictionary([("PairRecordData", Value::Data(vec![1, 2]))]);
    let (mux, mut requests) = usbmuxd(vec![vec![found], vec![number(2)], vec![number(0)], vec![number(2)]]).await;
    assert_eq!(mux.read_pair_record("U").await.unwrap().as_deref(), Some(&vec![1, 2]));
    assert!(mux.read_pair_record("U").await.unwrap().is_none());
    mux.save_pair_record(&who, vec![3]).await.unwrap();
    mux.delete_pair_record("U").await.unwrap();
    let saved = [requests.recv().await, requests.recv().await, requests.recv().await][2].clone().unwrap();
    assert_eq!(saved.get("DeviceID").unwrap().as_unsigned_integer(), Some(6));
    assert_eq!(saved.get("PairRecordID").unwrap().as_string(), Some("U"));
}

#[tokio::test]
async fn watching_tells_of_phones_and_of_a_lost_usbmuxd_once() {
    let gone = dictionary([("MessageType", "Detached".into()), ("DeviceID", 6.into())]);
    let paired = dictionary([("MessageType", "Paired".into()), ("DeviceID", 6.into())]);
    let (mux, _requests) = usbmuxd(vec![vec![number(0), attached(6, "U", "USB"), paired, gone]]).await;
    let cancel = CancellationToken::new();
    let mut events = mux.watch(cancel.clone());
    assert_eq!(events.recv().await, Some(Event::Ready));
    assert!(matches!(events.recv().await, Some(Event::Attached(Attached { device_id: 6, .. }))));
    assert_eq!(events.recv().await, Some(Event::Paired { device_id: 6 }));
    assert_eq!(events.recv().await, Some(Event::Detached { device_id: 6 }));
    assert!(matches!(events.recv().await, Some(Event::Lost { .. })));
    cancel.cancel();
    assert_eq!(events.recv().await, None);
}

#[tokio::test]
async fn no_usbmuxd_is_said_so() {
    let mux = Usbmux::at(Address::Unix("/nonexistent/usbmuxd".into()));
    assert!(matches!(mux.list().await, Err(Error::NoUsbmuxd { .. })));
    assert!(matches!(mux.watch(CancellationToken::new()).recv().await, Some(Event::Lost { .. })));
}

#[tokio::test]
async fn a_phone_plugged_in_anew_is_found_under_its_new_number() {
    let record = || dictionary([("PairRecordData", Value::Data(crate::record::tests::record().to_stored().unwrap()))]);
    let list = Value::Array(vec![Value::Dictionary(attached(9, "U", "USB"))]);
    let listed = dictionary([("DeviceList", list)]);
    let answers = [record(), number(result::BAD_DEVICE), listed, record(), number(3), record(), number(3)];
    let (mux, mut requests) = usbmuxd(answers.map(|answer| vec![answer]).to_vec()).await;
    let old = Attached { device_id: 6, udid: "U".into(), connection: Connection::Usb, address: None, scope: 0 };
    let refused = crate::lockdown::Lockdown::trusted(&mux, &old).await.map(drop);
    assert!(matches!(refused, Err(Error::Usbmuxd { request: "Connect", number: 3 })), "{refused:?}");
    let mut asked = Vec::new();
    while let Ok(request) = requests.try_recv() {
        asked.extend(request.get("DeviceID").and_then(Value::as_unsigned_integer));
    }
    assert_eq!(asked, [6, 9, 9], "the number it had, and the one it has now until three tries are over");
}
