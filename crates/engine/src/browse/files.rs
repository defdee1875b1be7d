//! The rest of a version: files by domain and folder.

use super::{Opened, opened};
use crate::Engine;
use crate::api::browse::{Domain, FileNode, FileNodeKind, FileRequest, FolderRequest, Preview, SaveRequest, Saved};
use crate::api::versions::VersionRequest;
use crate::api::{ApiError, Code, Result, blocking};
use backup::{Entry, EntryKind, Node};
use export::AtomicFile;
use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// Text shown of a file.
const TEXT_SHOWN: usize = 256 << 10;
/// Property lists larger than this are not written out.
const PLIST_SHOWN: u64 = 4 << 20;
/// Bytes of a hex dump.
const BYTES_SHOWN: usize = 4 << 10;

pub async fn domains(engine: &Engine, asked: VersionRequest) -> Result<Vec<Domain>> {
    let engine = engine.clone();
    blocking(move || {
        let opened = opened(&engine, &asked.version, asked.location.as_deref().map(Path::new))?;
        let mut domains: Vec<_> = (opened.watched(opened.backup.domains().map_err(ApiError::from))?.into_iter())
            .map(|found| Domain { title: title(&found.domain), domain: found.domain, files: found.files })
            .collect();
        // What has a name of its own before the many apps; each in the order of their domains.
        domains.sort_by_key(|domain| domain.domain.ends_with(&domain.title));
        Ok(domains)
    })
    .await
}

/// A domain in words people know.
fn title(domain: &str) -> String {
    let known = match domain {
        "CameraRollDomain" => "Camera roll",
        "MediaDomain" => "Media and attachments",
        "HomeDomain" => "Settings and databases",
        "KeychainDomain" => "Keychain",
        "HealthDomain" => "Health",
        "HomeKitDomain" => "Home",
        "WirelessDomain" => "Cellular",
        "SystemPreferencesDomain" => "System settings",
        "ManagedPreferencesDomain" => "Managed settings",
        "RootDomain" => "System",
        "BooksDomain" => "Books",
        "TonesDomain" => "Ringtones",
        "KeyboardDomain" => "Keyboard",
        "DatabaseDomain" => "System databases",
        "InstallDomain" => "Installed profiles",
        "ProtectedDomain" => "Protected",
        "NetworkDomain" => "Network",
        other => {
            let app = [
                "AppDomainGroup-",
                "AppDomainPlugin-",
                "AppDomain-",
                "SysContainerDomain-",
                "SysSharedContainerDomain-",
            ];
            return app.iter().find_map(|prefix| other.strip_prefix(prefix)).unwrap_or(other).to_string();
        }
    };
    known.to_string()
}

pub async fn list(engine: &Engine, asked: FolderRequest) -> Result<Vec<FileNode>> {
    let engine = engine.clone();
    blocking(move || {
        let opened = opened(&engine, &asked.version, None)?;
        let nodes = opened.watched(opened.backup.list(&asked.domain, &asked.folder).map_err(ApiError::from))?;
        let mut nodes: Vec<FileNode> = nodes.into_iter().map(node).collect();
        // Folders first, then names as the backup orders them.
        nodes.sort_by_key(|node| node.kind != FileNodeKind::Folder);
        Ok(nodes)
    })
    .await
}

fn node(node: Node) -> FileNode {
    let kind = match node.kind {
        EntryKind::File => FileNodeKind::File,
        EntryKind::Folder => FileNodeKind::Folder,
        EntryKind::Link => FileNodeKind::Link,
    };
    FileNode { name: node.name, path: node.path, kind, size: node.size, modified: node.modified }
}

/// The entry of a plain file.
pub fn file(opened: &Opened, domain: &str, path: &str) -> Result<Entry> {
    let missing = || ApiError::new(Code::ItemNotFound, format!("There is no file {path} in {domain} of this version."));
    let found = opened.watched(opened.backup.find(domain, path).map_err(ApiError::from))?;
    found.filter(|entry| entry.kind == EntryKind::File).ok_or_else(missing)
}

pub async fn preview(engine: &Engine, asked: FileRequest) -> Result<Preview> {
    let engine = engine.clone();
    blocking(move || {
        let opened = opened(&engine, &asked.version, None)?;
        let entry = file(&opened, &asked.domain, &asked.path)?;
        let media = crate::media::file_path(&opened.summary.id, &asked.domain, &asked.path);
        let ending = asked.path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "jpg" | "jpeg" | "png" | "gif" | "webp" | "heic" | "heif" => return Ok(Preview::Picture { media }),
            "mov" | "mp4" | "m4v" => return Ok(Preview::Video { media }),
            "m4a" | "mp3" | "wav" | "aac" => return Ok(Preview::Audio { media }),
            _ => {}
        }
        let size = opened.backup.stat(&entry).ok().map(|stat| stat.size);
        let mut head = Vec::new();
        let mut content = opened.backup.read(&entry)?;
        let failed = |error: std::io::Error| ApiError::io(Path::new(&asked.path), &error);
        content.by_ref().take(TEXT_SHOWN as u64 + 1).read_to_end(&mut head).map_err(failed)?;
        if is_plist(&head) && size.unwrap_or(0) <= PLIST_SHOWN {
            content.by_ref().take(PLIST_SHOWN).read_to_end(&mut head).map_err(failed)?;
            if let Some(text) = written_out(&head) {
                return Ok(shorten(text));
            }
        }
        match std::str::from_utf8(&head[..head.len().min(TEXT_SHOWN)]) {
            Ok(text) if !text.contains('\0') => {
                Ok(Preview::Text { text: text.to_string(), truncated: head.len() > TEXT_SHOWN })
            }
            // A cut in the middle of a character is still text.
            Err(cut) if cut.error_len().is_none() && !head.contains(&0) => Ok(Preview::Text {
                text: String::from_utf8_lossy(&head[..cut.valid_up_to()]).into_owned(),
                truncated: true,
            }),
            _ => Ok(Preview::Bytes {
                text: dump(&head[..head.len().min(BYTES_SHOWN)]),
                size: size.unwrap_or(head.len() as u64),
            }),
        }
    })
    .await
}

fn is_plist(head: &[u8]) -> bool {
    head.starts_with(b"bplist00")
        || (head.starts_with(b"<?xml") && head.windows(6).take(300).any(|six| six == b"<plist"))
}

/// A property list as XML.
fn written_out(bytes: &[u8]) -> Option<String> {
    let mut xml = Vec::new();
    backup::plists::parse(bytes).ok()?.to_writer_xml(&mut xml).ok()?;
    String::from_utf8(xml).ok()
}

fn shorten(text: String) -> Preview {
    let cut = text.char_indices().map(|(at, _)| at).find(|at| *at >= TEXT_SHOWN);
    match cut {
        Some(at) => Preview::Plist { text: text[..at].to_string(), truncated: true },
        None => Preview::Plist { text, truncated: false },
    }
}

fn dump(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (row, sixteen) in bytes.chunks(16).enumerate() {
        let hexes: Vec<String> = sixteen.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown: String = sixteen
            .iter()
            .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { *byte as char } else { '.' })
            .collect();
        let _ = writeln!(text, "{:08x}  {:<47}  {shown}", row * 16, hexes.join(" "));
    }
    text
}

pub async fn save(engine: &Engine, asked: SaveRequest) -> Result<Saved> {
    let name = asked.path.rsplit('/').next().unwrap_or_default().to_string();
    let folder = PathBuf::from(&asked.to);
    copy_out(engine, asked, folder, name).await
}

pub async fn save_as(engine: &Engine, asked: SaveRequest) -> Result<Saved> {
    let to = PathBuf::from(&asked.to);
    let (Some(folder), Some(name)) = (to.parent(), to.file_name().and_then(|name| name.to_str())) else {
        return Err(ApiError::new(Code::BadRequest, "This is not the path of a file."));
    };
    copy_out(engine, asked, folder.to_path_buf(), name.to_string()).await
}

async fn copy_out(engine: &Engine, asked: SaveRequest, folder: PathBuf, name: String) -> Result<Saved> {
    let engine = engine.clone();
    blocking(move || {
        let opened = opened(&engine, &asked.version, None)?;
        let entry = file(&opened, &asked.domain, &asked.path)?;
        let modified = opened.backup.stat(&entry).ok().and_then(|stat| stat.modified);
        let content = opened.watched(opened.backup.read(&entry).map_err(ApiError::from));
        let path = put(&folder, &name, modified, &mut content?)?;
        Ok(Saved { path: path.to_string_lossy().into_owned() })
    })
    .await
}

/// Copies a stream into a folder under a safe name that was free; nothing half-written stays behind.
fn put(folder: &Path, name: &str, modified: Option<i64>, from: &mut dyn Read) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).map_err(|error| ApiError::io(folder, &error))?;
    let mut file = AtomicFile::create(folder, name)?;
    std::io::copy(from, &mut file).map_err(|error| ApiError::io(&folder.join(name), &error))?;
    let path = file.finish()?;
    if let Some(time) = modified.and_then(|ms| u64::try_from(ms).ok()).map(|ms| UNIX_EPOCH + Duration::from_millis(ms))
    {
        // The bytes are saved; a disk that keeps no times is no reason to fail.
        let _ = std::fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(time));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_shows_offsets_hex_and_text() {
        assert_eq!(
            dump(b"Hello\x00World 123456\xff"),
            "00000000  48 65 6c 6c 6f 00 57 6f 72 6c 64 20 31 32 33 34  Hello.World 1234\n00000010  35 36 ff                                         56.\n"
        );
    }

    #[test]
    fn domains_have_names_people_know() {
        assert_eq!(title("CameraRollDomain"), "Camera roll");
        assert_eq!(title("AppDomainGroup-group.com.example.notes"), "group.com.example.notes");
        assert_eq!(title("NovelDomain"), "NovelDomain");
    }
}
