use super::super::encryption::{ClassKeys, Decrypt, Shut, WrappedKey};
use super::super::host::Host;
use super::super::memory::Snapshot;
use super::super::{BAD_PASSWORD, Ended, GENERIC, INCONSISTENT, Step, broken, verify};
use crate::device::Device;
use crate::stream::text;
use plist::{Dictionary, Value};
use sha1::{Digest, Sha1};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

const UNREADABLE_STATUS: i64 = 103;
const NEWER_SYSTEM: i64 = 203;
const PIECE: usize = 256 << 10;

/// A backup of the host whose manifest can be read.
pub(in crate::backup) struct Opened {
    pub source: String,
    /// The keys of an encrypted one.
    pub keys: Option<ClassKeys>,
    /// What the phone remembers, when it is a backup of its own.
    pub own: Option<Snapshot>,
    db: PathBuf,
}

/// The folder a request names: the `SourceIdentifier`, else the phone's own.
pub(in crate::backup) fn source_of(device: &Device, request: &Dictionary) -> Step<String> {
    let source = text(request, "SourceIdentifier").unwrap_or(&device.persona.udid);
    if source.is_empty() || source == ".." || source.contains(['/', '\\', '\0']) {
        return Err(Ended::failed(GENERIC, format!("{source:?} is no name of a backup")));
    }
    Ok(source.to_string())
}

impl Opened {
    /// Fetches what describes the backup, in the order of a phone. What is wrong with it ends the session with Apple's number for it.
    pub async fn open(
        device: &Device,
        host: &mut Host,
        source: &str,
        password: Option<&str>,
        folder: &Path,
    ) -> Step<Opened> {
        let path = |name: &str| format!("{source}/{name}");
        let [status, manifest] = verify::plists(host, [path("Status.plist"), path("Manifest.plist")]).await?;
        let plist = |bytes: Option<Vec<u8>>| wire::frame::decode(&bytes?).ok()?.into_dictionary();
        let status = plist(status).ok_or_else(|| Ended::failed(UNREADABLE_STATUS, "Status.plist is not readable"))?;
        if text(&status, "SnapshotState") != Some("finished") {
            return Err(inconsistent("the backup did not end"));
        }
        let digest = manifest.as_deref().map(|bytes| <[u8; 20]>::from(Sha1::digest(bytes)));
        let manifest = plist(manifest).ok_or_else(|| inconsistent("Manifest.plist is not readable"))?;
        let version = manifest.get("Lockdown").and_then(Value::as_dictionary).and_then(|of| text(of, "ProductVersion"));
        let version = version.ok_or_else(|| inconsistent("Manifest.plist names no system"))?;
        if is_newer(version, &device.persona.version) {
            return Err(Ended::failed(NEWER_SYSTEM, format!("the backup is of iOS {version}")));
        }
        let keys = keys(&manifest, password).await?;
        let fetched = folder.join("Manifest.db");
        let db_digest = fetch(host, path("Manifest.db"), &fetched).await?;
        // Info.plist is the host's own; a phone reads it, and so does this one.
        let [_info] = verify::plists(host, [path("Info.plist")]).await?;
        let own = text(&status, "UUID").and_then(|uuid| device.memory.find(uuid));
        if own.as_ref().is_some_and(|own| own.manifest_db != db_digest || Some(own.manifest_plist) != digest) {
            return Err(inconsistent("the manifest came back changed"));
        }
        let db = match &keys {
            None => fetched,
            Some(keys) => {
                let key =
                    manifest.get("ManifestKey").and_then(Value::as_data).and_then(|key| WrappedKey::try_from(key).ok());
                let key =
                    key.and_then(|key| keys.unwrap(&key)).ok_or_else(|| inconsistent("no key opens the manifest"))?;
                let plain = folder.join("Manifest.plain.db");
                let to = plain.clone();
                let decrypt = move || decrypt(&fetched, Decrypt::new(&key), &to);
                let whole = tokio::task::spawn_blocking(decrypt).await.map_err(broken)?.map_err(broken)?;
                whole.then_some(plain).ok_or_else(|| inconsistent("Manifest.db does not decrypt"))?
            }
        };
        Ok(Opened { source: source.to_string(), keys, own, db })
    }

    /// Manifest.db in the clear.
    pub fn db(&self) -> &Path {
        &self.db
    }
}

fn inconsistent(text: &str) -> Ended {
    Ended::failed(INCONSISTENT, text)
}

/// The keys of an encrypted backup; `None` for one in the clear.
async fn keys(manifest: &Dictionary, password: Option<&str>) -> Step<Option<ClassKeys>> {
    if manifest.get("IsEncrypted").and_then(Value::as_boolean) != Some(true) {
        return Ok(None);
    }
    let wrong = || Ended::failed(BAD_PASSWORD, "the password of the backup is wrong or missing");
    let password = password.ok_or_else(wrong)?.to_string();
    let bag = manifest.get("BackupKeyBag").and_then(Value::as_data).unwrap_or_default().to_vec();
    match tokio::task::spawn_blocking(move || ClassKeys::open(&bag, &password)).await.map_err(broken)? {
        Ok(keys) => Ok(Some(keys)),
        Err(Shut::WrongPassword) => Err(wrong()),
        Err(Shut::Malformed) => Err(inconsistent("the keybag is not readable")),
    }
}

/// Whether `version` comes after `than`, number by number.
fn is_newer(version: &str, than: &str) -> bool {
    let numbers = |text: &str| text.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u32>>();
    numbers(version) > numbers(than)
}

/// A file of the host and its SHA-1; one that is not there ends with 205.
async fn fetch(host: &mut Host, path: String, to: &Path) -> Step<[u8; 20]> {
    let mut file = BufWriter::with_capacity(PIECE, File::create(to).map_err(broken)?);
    let (mut hash, mut written) = (Sha1::new(), Ok(()));
    let mut sink = |_: usize, bytes: &[u8]| {
        hash.update(bytes);
        if written.is_ok() {
            written = file.write_all(bytes);
        }
    };
    let result = host.download(std::slice::from_ref(&path), 0.0, &mut sink).await?.remove(0);
    result.map_err(|_| Ended::failed(INCONSISTENT, format!("{path} is not in the backup")))?;
    written.and_then(|()| file.flush()).map_err(broken)?;
    Ok(hash.finalize().into())
}

/// Whether the file ended as an encrypted file ends.
fn decrypt(from: &Path, mut decrypt: Decrypt, to: &Path) -> io::Result<bool> {
    let (mut from, mut to) = (File::open(from)?, BufWriter::new(File::create(to)?));
    let mut piece = vec![0; PIECE];
    loop {
        match from.read(&mut piece)? {
            0 => break,
            count => to.write_all(&decrypt.push(&piece[..count]))?,
        }
    }
    let Some(last) = decrypt.finish() else { return Ok(false) };
    to.write_all(&last)?;
    to.flush()?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::is_newer;

    #[test]
    fn versions_compare_by_number() {
        for (version, than, newer) in [
            ("17.5.1", "17.5.1", false),
            ("17.10", "17.9.3", true),
            ("17.5", "17.5.1", false),
            ("26.4.1", "17.5.1", true),
        ] {
            assert_eq!(is_newer(version, than), newer, "{version} {than}");
        }
    }
}
