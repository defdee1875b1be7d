//! One client connection: requests and answers, then perhaps a listener or a tunnel.

use super::{Event, Place, Station, Usbmuxd};
use crate::AddressLayout;
use crate::cable::Attachment;
use crate::device::Device;
use crate::doors::Door;
use crate::stream::{Raw, dictionary, fill, invalid, text};
use plist::{Dictionary, Value};
use std::collections::HashSet;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::broadcast::error::RecvError;
use wire::usbmux::{self, Header, result};

/// `EINVAL`, as pair-record calls answer with an errno.
const INVALID_ARGUMENT: u64 = 22;
/// The product id of every iPhone since the 3GS in normal mode.
const PRODUCT_ID: u64 = 0x12a8;

pub(super) async fn serve(muxer: Arc<Usbmuxd>, mut stream: Raw) -> io::Result<()> {
    let mut bytes = [0; usbmux::HEADER];
    while fill(&mut stream, &mut bytes).await? {
        let header = Header::decode(bytes).map_err(invalid)?;
        let mut body = vec![0; header.body()];
        stream.read_exact(&mut body).await?;
        if !header.is_plist() {
            // The binary protocol of before 2009.
            answer(&mut stream, header.tag, number(result::BAD_VERSION)).await?;
            continue;
        }
        let request = wire::frame::decode(&body).map_err(invalid)?;
        let request = request.as_dictionary().ok_or_else(|| invalid("a usbmux message is not a dictionary"))?;
        match text(request, "MessageType") {
            Some("Listen") => return listen(&muxer, stream, header.tag).await,
            Some("Connect") => match find_door(&muxer, request) {
                Ok((device, attachment, door)) => {
                    answer(&mut stream, header.tag, number(result::OK)).await?;
                    return device.serve_attached(door, stream, attachment).await;
                }
                Err(refusal) => answer(&mut stream, header.tag, number(refusal)).await?,
            },
            kind => answer(&mut stream, header.tag, reply(&muxer, kind, request)).await?,
        }
    }
    Ok(())
}

type Found = (Arc<Device>, Attachment, Door);

fn find_door(muxer: &Usbmuxd, request: &Dictionary) -> Result<Found, u64> {
    let whole = |key| request.get(key).and_then(Value::as_unsigned_integer);
    let id = whole("DeviceID").and_then(|id| u32::try_from(id).ok()).ok_or(result::BAD_DEVICE)?;
    let (device, attachment) = muxer.device(id).ok_or(result::BAD_DEVICE)?;
    let port = whole("PortNumber").and_then(|port| u16::try_from(port).ok()).ok_or(result::BAD_COMMAND)?;
    let door = device.doors.at(port.swap_bytes()).ok_or(result::CONNECTION_REFUSED)?;
    Ok((device.clone(), attachment, door))
}

fn reply(muxer: &Usbmuxd, kind: Option<&str>, request: &Dictionary) -> Dictionary {
    let id = || text(request, "PairRecordID").unwrap_or_default();
    match kind {
        Some("ListDevices") => {
            let present = muxer.devices.iter().flat_map(|device| device.attachments());
            let list = present.map(|one| Value::Dictionary(attached(one.id, &one.station))).collect();
            dictionary([("DeviceList", Value::Array(list))])
        }
        Some("ListListeners") => dictionary([("ListenerList", Value::Array(Vec::new()))]),
        Some("ReadBUID") => dictionary([("BUID", muxer.records.buid.as_str().into())]),
        Some("ReadPairRecord") => match muxer.records.read(id()) {
            Ok(record) => dictionary([("PairRecordData", Value::Data(record))]),
            Err(error) => errno(Err(error)),
        },
        Some("SavePairRecord") => {
            let Some(record) = request.get("PairRecordData").and_then(Value::as_data) else {
                return number(INVALID_ARGUMENT);
            };
            let saved = muxer.records.save(id(), record);
            let device = request.get("DeviceID").and_then(Value::as_unsigned_integer);
            if let (Ok(()), Some(device)) = (&saved, device.and_then(|id| u32::try_from(id).ok()))
                && muxer.device(device).is_some()
            {
                muxer.cables.tell(Event::Paired { id: device });
            }
            errno(saved)
        }
        Some("DeletePairRecord") => errno(muxer.records.delete(id())),
        _ => number(result::BAD_COMMAND),
    }
}

fn errno(done: io::Result<()>) -> Dictionary {
    number(match done {
        Ok(()) => result::OK,
        Err(error) if error.kind() == io::ErrorKind::NotFound => result::NO_RECORD,
        Err(error) => error.raw_os_error().and_then(|code| u64::try_from(code).ok()).unwrap_or(INVALID_ARGUMENT),
    })
}

/// Tells of every phone present, then of every change, until the client leaves.
async fn listen(muxer: &Usbmuxd, mut stream: Raw, tag: u32) -> io::Result<()> {
    let mut events = muxer.cables.events.subscribe();
    answer(&mut stream, tag, number(result::OK)).await?;
    // Phones plugged in between the two lines above are in both lists: they are told once.
    let mut told = HashSet::new();
    for device in &muxer.devices {
        for present in device.attachments() {
            told.insert(present.id);
            answer(&mut stream, 0, attached(present.id, &present.station)).await?;
        }
    }
    let mut ignored = [0; 1024];
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            // A listener has nothing more to say; zero bytes means it left.
            read = stream.read(&mut ignored) => match read? {
                0 => return Ok(()),
                _ => continue,
            },
        };
        let message = match event {
            Ok(Event::Attached { id, station }) if told.insert(id) => attached(id, &station),
            Ok(Event::Attached { .. }) | Err(RecvError::Lagged(_)) => continue,
            Ok(Event::Detached { id }) => {
                told.remove(&id);
                dictionary([("MessageType", "Detached".into()), ("DeviceID", u64::from(id).into())])
            }
            Ok(Event::Paired { id }) => {
                dictionary([("MessageType", "Paired".into()), ("DeviceID", u64::from(id).into())])
            }
            Err(RecvError::Closed) => return Ok(()),
        };
        answer(&mut stream, 0, message).await?;
    }
}

fn attached(id: u32, station: &Station) -> Dictionary {
    let id = u64::from(id);
    let mut properties = match &station.network {
        None => dictionary([
            ("ConnectionSpeed", 480_000_000u64.into()),
            ("ConnectionType", "USB".into()),
            ("LocationID", (0x0010_0000 + id).into()),
            ("ProductID", PRODUCT_ID.into()),
        ]),
        Some(Place { address, layout, name }) => dictionary([
            ("ConnectionType", "Network".into()),
            ("EscapedFullServiceName", name.as_str().into()),
            ("InterfaceIndex", 0.into()),
            ("NetworkAddress", Value::Data(socket_address(*address, *layout))),
        ]),
    };
    properties.extend(dictionary([("DeviceID", id.into()), ("SerialNumber", station.udid.as_str().into())]));
    dictionary([
        ("MessageType", "Attached".into()),
        ("DeviceID", id.into()),
        ("Properties", Value::Dictionary(properties)),
    ])
}

/// A `sockaddr` without a port, padded as netmuxd pads it (`protocol.md` 2.1.4).
fn socket_address(address: IpAddr, layout: AddressLayout) -> Vec<u8> {
    let mut bytes = match address {
        IpAddr::V4(address) => [&[0; 4][..], &address.octets()].concat(),
        IpAddr::V6(address) => [&[0; 8][..], &address.octets()].concat(),
    };
    let start = match (layout, address) {
        (AddressLayout::Linux, IpAddr::V4(_)) => [2, 0],
        (AddressLayout::Linux, IpAddr::V6(_)) => [10, 0],
        (AddressLayout::Apple, IpAddr::V4(_)) => [16, 2],
        (AddressLayout::Apple, IpAddr::V6(_)) => [28, 30],
    };
    bytes[..2].copy_from_slice(&start);
    bytes.resize(128, 0);
    bytes
}

fn number(number: u64) -> Dictionary {
    dictionary([("MessageType", "Result".into()), ("Number", number.into())])
}

async fn answer(stream: &mut Raw, tag: u32, body: Dictionary) -> io::Result<()> {
    stream.write_all(&usbmux::encode(tag, body).map_err(invalid)?).await?;
    stream.flush().await
}
