use super::*;
use crate::mux::Address;
use crate::stream::dictionary;
use tokio::io::DuplexStream;
use zeroize::Zeroizing;

/// lockdown of a phone that plays its part by hand, and no usbmuxd to connect anywhere else.
fn lockdown(connection: Connection) -> (Lockdown, Plists<DuplexStream>) {
    let (near, far) = tokio::io::duplex(64 << 10);
    let who = Attached { device_id: 1, udid: "U".into(), connection, address: None, scope: 0 };
    let mux = Usbmux::at(Address::Unix("/nonexistent/usbmuxd".into()));
    (Lockdown { plists: Plists { socket: Box::new(near) }, mux, who, session: None }, Plists { socket: far })
}

async fn answer(mut phone: Plists<DuplexStream>, reply: Dictionary) -> Dictionary {
    let asked = phone.receive("testing").await.unwrap().into_dictionary().unwrap();
    phone.send(&Value::Dictionary(reply), "testing").await.unwrap();
    asked
}

#[tokio::test]
async fn nothing_that_wants_encryption_goes_on_without_it() {
    let (_, mut record) = crate::tls::tests::device();
    record.escrow_bag = Some(Zeroizing::new(vec![7]));
    let record = Arc::new(record);
    let (mut open, phone) = lockdown(Connection::Usb);
    let reply = dictionary([("SessionID", "S".into()), ("EnableSessionSSL", false.into())]);
    let (started, _) = tokio::join!(open.start_session(record.clone()), answer(phone, reply));
    assert!(matches!(started, Err(Error::NotEncrypted { doing: "starting a session" })));
    assert!(matches!(open.start_service("x", true).await, Err(Error::NotTrusted)));

    for (connection, escrow, encrypted, goes_on) in [
        (Connection::Usb, true, true, true),
        (Connection::Usb, true, false, false),
        (Connection::Usb, false, false, true),
        (Connection::Network, false, true, true),
        (Connection::Network, false, false, false),
        (Connection::Network, true, false, false),
    ] {
        let (mut open, phone) = lockdown(connection);
        let tls = Tls::new(&record).unwrap();
        open.session = Some(Session { id: "S".into(), tls, record: record.clone() });
        let reply = dictionary([("Port", 50000.into()), ("EnableServiceSSL", encrypted.into())]);
        let (started, asked) = tokio::join!(open.start_service("x", escrow), answer(phone, reply));
        assert_eq!(asked.contains_key("EscrowBag"), escrow);
        // Going on means to connect, which nothing answers here.
        match started {
            Err(Error::NoUsbmuxd { .. }) => assert!(goes_on, "{connection:?} {escrow} {encrypted}"),
            Err(Error::NotEncrypted { doing: "starting a service" }) => {
                assert!(!goes_on, "{connection:?} {escrow} {encrypted}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_port_that_has_expired_is_asked_for_anew_once() {
    use crate::mux::tests::{number, usbmuxd};
    let record = Arc::new(crate::tls::tests::device().1);
    let (mut open, mut phone) = lockdown(Connection::Usb);
    // Connection refused: a port lives for some seconds only.
    let (mux, _requests) = usbmuxd(vec![vec![number(3)], vec![number(3)]]).await;
    open.mux = mux;
    open.session = Some(Session { id: "S".into(), tls: Tls::new(&record).unwrap(), record });
    let ports = async {
        for port in [50000, 50001] {
            let asked = phone.receive("testing").await.unwrap().into_dictionary().unwrap();
            assert_eq!(asked["Request"].as_string(), Some("StartService"));
            let reply = dictionary([("Port", port.into()), ("EnableServiceSSL", false.into())]);
            phone.send(&Value::Dictionary(reply), "testing").await.unwrap();
        }
    };
    let (started, ()) = tokio::join!(open.start_service("x", false), ports);
    assert!(matches!(started, Err(Error::Usbmuxd { request: "Connect", number: 3 })), "then it is told");
}

#[test]
fn errors_become_situations() {
    assert!(matches!(refusal("Pair", "PasswordProtected"), Error::Locked));
    assert!(matches!(refusal("StartService", "EscrowLocked"), Error::Locked));
    assert!(matches!(refusal("StartSession", "InvalidHostID"), Error::TrustForgotten));
    assert!(matches!(refusal("Pair", "UserDeniedPairing"), Error::TrustRefused));
    assert!(matches!(refusal("Pair", "MCChallengeRequired"), Error::Managed));
    assert!(matches!(
        refusal("StartService", "InvalidService"),
        Error::Lockdown { request: "StartService", failure: Failure::InvalidService }
    ));
    assert!(matches!(refusal("Pair", "BrandNew"), Error::LockdownUnknown { request: "Pair", .. }));
}
