//! One AFC connection: packets in, packets out.

use super::handle::Handle;
use super::tree::{Refusal, Tree};
use crate::AfcFaults;
use crate::contents::FileKind;
use crate::device::Device;
use crate::stream::{Raw, fill, invalid};
use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wire::afc::{self, Header, op, status};

/// Files one connection may have open; a real phone also runs out of slots (`protocol.md` 3, 28).
const HANDLES: usize = 64;
const NO_RESOURCES: u64 = 3;
const BLOCK: u64 = 4096;
/// Where a header has the length of the packet, and its number.
const LENGTH_AT: Range<usize> = 8..16;
const NUMBER_AT: Range<usize> = 24..32;

struct Connection {
    tree: Arc<Tree>,
    device: Arc<Device>,
    id: u64,
    handles: HashMap<u64, Handle>,
    next_handle: u64,
    faults: AfcFaults,
    replies: u64,
}

/// What goes back: data, or the result operation with its arguments. Success without either is a status.
enum Reply {
    Done,
    Data(Vec<u8>),
    Opened(u64),
    Position(u64),
}

pub(crate) async fn serve(tree: Tree, device: Arc<Device>, mut stream: Raw) -> io::Result<()> {
    let id = device.files.connection();
    let (tree, faults) = (Arc::new(tree), device.faults().afc);
    let mut connection = Connection { tree, device, id, handles: HashMap::new(), next_handle: 1, faults, replies: 0 };
    let mut bytes = [0; afc::HEADER];
    while fill(&mut stream, &mut bytes).await? {
        let header = Header::decode(bytes).map_err(invalid)?;
        let mut arguments = vec![0; header.arguments()];
        stream.read_exact(&mut arguments).await?;
        let mut payload = vec![0; header.payload()];
        stream.read_exact(&mut payload).await?;
        if let Some(length) = connection.faults.list_bytes.filter(|_| header.operation == op::READ_DIR) {
            endless_list(&mut stream, header.number, length).await?;
            continue;
        }
        let mut reply = match connection.answer(header.operation, &arguments, &payload).await {
            Ok(Reply::Done) => afc::encode(header.number, op::STATUS, &status::OK.to_le_bytes(), &[]),
            Ok(Reply::Data(data)) => afc::encode(header.number, op::DATA, &[], &data),
            Ok(Reply::Opened(handle)) => afc::encode(header.number, op::FILE_OPEN_RESULT, &handle.to_le_bytes(), &[]),
            Ok(Reply::Position(at)) => afc::encode(header.number, op::TELL_RESULT, &at.to_le_bytes(), &[]),
            Err(refusal) => afc::encode(header.number, op::STATUS, &refusal.to_le_bytes(), &[]),
        };
        if !connection.spoil(&mut reply) {
            return Ok(());
        }
        stream.write_all(&reply).await?;
        stream.flush().await?;
    }
    Ok(())
}

/// A folder whose names take `length` bytes.
async fn endless_list(stream: &mut Raw, number: u64, length: u64) -> io::Result<()> {
    let names: Vec<u8> = (0..4096).flat_map(|number| format!("IMG_{number:04}.HEIC\0").into_bytes()).collect();
    let mut header = afc::encode(number, op::DATA, &[], &[]);
    header[LENGTH_AT].copy_from_slice(&(afc::HEADER as u64).saturating_add(length).to_le_bytes());
    stream.write_all(&header).await?;
    let mut left = length;
    while left > 0 {
        let some = &names[..names.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        stream.write_all(some).await?;
        left -= some.len() as u64;
    }
    stream.flush().await
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.device.files.release_connection(self.id);
    }
}

impl Connection {
    /// Makes of a reply what the faults ask; `false` when the line drops instead.
    fn spoil(&mut self, reply: &mut [u8]) -> bool {
        self.replies += 1;
        let is_this = |number| number == Some(self.replies);
        if is_this(self.faults.huge_length_at_reply) {
            reply[LENGTH_AT].copy_from_slice(&0xffff_fff0u64.to_le_bytes());
        }
        if is_this(self.faults.wrong_number_at_reply) {
            reply[NUMBER_AT].copy_from_slice(&(u64::MAX - self.replies).to_le_bytes());
        }
        !is_this(self.faults.cut_at_reply)
    }

    async fn answer(&mut self, operation: u64, arguments: &[u8], payload: &[u8]) -> Result<Reply, Refusal> {
        match operation {
            op::READ_DIR => self.read_folder(&path(arguments)?),
            op::GET_FILE_INFO => self.file_info(&path(arguments)?),
            op::GET_DEVICE_INFO => Ok(Reply::Data(self.device_info())),
            op::FILE_OPEN => self.open(path(rest(arguments, 1))?, word(arguments, 0)?),
            op::READ => self.read(word(arguments, 0)?, word(arguments, 1)?).await,
            op::WRITE => {
                let tree = self.tree.clone();
                self.handle(word(arguments, 0)?)?.write(&tree, payload).map(|()| Reply::Done)
            }
            op::SEEK => {
                let tree = self.tree.clone();
                let (whence, offset) = (word(arguments, 1)?, word(arguments, 2)?.cast_signed());
                self.handle(word(arguments, 0)?)?.seek(&tree, whence, offset).map(|()| Reply::Done)
            }
            op::TELL => Ok(Reply::Position(self.handle(word(arguments, 0)?)?.position())),
            op::CLOSE => self.close(word(arguments, 0)?),
            op::SET_SIZE => {
                let tree = self.tree.clone();
                let handle = self.handle(word(arguments, 0)?)?;
                if !handle.writes {
                    return Err(status::PERMISSION);
                }
                tree.set_size(&handle.path, word(arguments, 1)?).map(|()| Reply::Done)
            }
            op::LOCK => self.lock(word(arguments, 0)?, word(arguments, 1)?),
            _ => self.change(operation, arguments),
        }
    }

    /// The operations that change files by path.
    fn change(&self, operation: u64, arguments: &[u8]) -> Result<Reply, Refusal> {
        match operation {
            op::TRUNCATE => {
                let path = path(rest(arguments, 1))?;
                self.tree.make_writable(&path, false)?;
                self.tree.set_size(&path, word(arguments, 0)?)?;
            }
            op::REMOVE_PATH => self.tree.remove(&path(arguments)?, false)?,
            op::REMOVE_TREE => self.tree.remove(&path(arguments)?, true)?,
            op::MAKE_DIR => self.tree.make_folder(&path(arguments)?)?,
            op::RENAME => {
                let (from, to) = two(arguments)?;
                self.tree.rename(&path(from)?, &path(to)?)?;
            }
            op::MAKE_LINK => {
                let (target, link) = two(rest(arguments, 1))?;
                if word(arguments, 0)? != 2 {
                    return Err(status::PERMISSION);
                }
                self.tree.make_link(afc::path(target).map_err(|_| status::INVALID_ARGUMENT)?, &path(link)?)?;
            }
            op::SET_TIME => self.tree.set_modified(&path(rest(arguments, 1))?, word(arguments, 0)?)?,
            _ => return Err(status::UNKNOWN_PACKET),
        }
        Ok(Reply::Done)
    }

    fn read_folder(&self, path: &str) -> Result<Reply, Refusal> {
        let names = self.tree.list(path)?;
        let names = [".", ".."].into_iter().chain(names.iter().map(String::as_str));
        Ok(Reply::Data(names.flat_map(|name| name.bytes().chain([0])).collect()))
    }

    fn file_info(&self, path: &str) -> Result<Reply, Refusal> {
        let stat = self.tree.stat(path)?;
        let (format, links) = match stat.kind {
            FileKind::File => ("S_IFREG", 1),
            FileKind::Folder => ("S_IFDIR", 2),
            FileKind::Link => ("S_IFLNK", 1),
        };
        let mut pairs = vec![
            ("st_size", stat.size.to_string()),
            ("st_blocks", stat.size.div_ceil(512).to_string()),
            ("st_nlink", links.to_string()),
            ("st_ifmt", format.to_string()),
            ("st_mtime", stat.modified.to_string()),
            ("st_birthtime", stat.modified.to_string()),
        ];
        // Readers differ in the key (`protocol.md` 1.3, 17).
        for key in ["LinkTarget", "st_link_target"] {
            pairs.extend(stat.target.clone().map(|target| (key, target)));
        }
        Ok(Reply::Data(nul_pairs(&pairs)))
    }

    fn device_info(&self) -> Vec<u8> {
        let phone = &self.device.persona;
        nul_pairs(&[
            ("Model", phone.product_type.clone()),
            ("FSTotalBytes", phone.disk_size.to_string()),
            ("FSFreeBytes", phone.disk_free.to_string()),
            ("FSBlockSize", BLOCK.to_string()),
        ])
    }

    fn open(&mut self, path: String, mode: u64) -> Result<Reply, Refusal> {
        if self.handles.len() >= self.faults.handles.unwrap_or(HANDLES) {
            return Err(NO_RESOURCES);
        }
        let handle = Handle::open(&self.tree, path, mode)?;
        let number = self.next_handle;
        self.next_handle += 1;
        self.handles.insert(number, handle);
        Ok(Reply::Opened(number))
    }

    async fn read(&mut self, number: u64, length: u64) -> Result<Reply, Refusal> {
        let mut handle = self.handles.remove(&number).ok_or(status::INVALID_ARGUMENT)?;
        let tree = self.tree.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let bytes = handle.read(&tree, length);
            (handle, bytes)
        });
        let (handle, bytes) = reading.await.map_err(|_| status::UNKNOWN)?;
        self.handles.insert(number, handle);
        bytes.map(Reply::Data)
    }

    fn close(&mut self, number: u64) -> Result<Reply, Refusal> {
        self.handles.remove(&number).ok_or(status::INVALID_ARGUMENT)?;
        self.device.files.release((self.id, number));
        Ok(Reply::Done)
    }

    fn lock(&mut self, number: u64, operation: u64) -> Result<Reply, Refusal> {
        const SHARED: u64 = 5;
        let owner = (self.id, number);
        let path = self.handle(number)?.path.clone();
        match operation {
            afc::lock::UNLOCK => self.device.files.release(owner),
            afc::lock::EXCLUSIVE | SHARED => {
                if !self.device.files.take(&path, owner, operation == afc::lock::EXCLUSIVE) {
                    return Err(status::WOULD_BLOCK);
                }
            }
            _ => return Err(status::INVALID_ARGUMENT),
        }
        Ok(Reply::Done)
    }

    fn handle(&mut self, number: u64) -> Result<&mut Handle, Refusal> {
        self.handles.get_mut(&number).ok_or(status::INVALID_ARGUMENT)
    }
}

/// A path argument without slashes at its ends; one that climbs is refused.
fn path(argument: &[u8]) -> Result<String, Refusal> {
    let path = afc::path(argument).map_err(|_| status::INVALID_ARGUMENT)?;
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") { Err(status::PERMISSION) } else { Ok(parts.join("/")) }
}

/// Two NUL-separated strings.
fn two(argument: &[u8]) -> Result<(&[u8], &[u8]), Refusal> {
    let end = argument.iter().position(|byte| *byte == 0).ok_or(status::INVALID_ARGUMENT)?;
    Ok((&argument[..end], &argument[end + 1..]))
}

/// The `number`th u64 of the arguments.
fn word(arguments: &[u8], number: usize) -> Result<u64, Refusal> {
    let bytes = arguments.get(number * 8..number * 8 + 8).and_then(|bytes| bytes.try_into().ok());
    bytes.map(u64::from_le_bytes).ok_or(status::INVALID_ARGUMENT)
}

/// What follows the first `words` u64s.
fn rest(arguments: &[u8], words: usize) -> &[u8] {
    arguments.get(words * 8..).unwrap_or_default()
}

fn nul_pairs(pairs: &[(&str, String)]) -> Vec<u8> {
    pairs.iter().flat_map(|(key, value)| [*key, "\0", value, "\0"].concat().into_bytes()).collect()
}
