//! What a folder is, by its bytes. The plists only claim.

use std::io::Read;

use crate::error::{Error, OldFormat, Result};
use crate::facts::{Facts, Found, Plists};
use crate::files::FileSet;
use crate::manifest::DB;
use crate::mbdb;

/// The readable forms of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A readable Manifest.db.
    Plain,
    /// A Manifest.db that is encrypted as a whole (iOS 10.2 and later).
    Encrypted,
    /// Manifest.mbdb of iOS 5 to 9. It is always readable; the content of its files may be encrypted.
    Mbdb { encrypted: bool },
}

/// A backup, looked at.
pub(crate) struct Looked {
    pub form: Form,
    pub facts: Facts,
    pub plists: Plists,
}

impl Looked {
    /// Anything that cannot be read is an error that names the situation. Info.plist may be missing or damaged: it is
    /// written by the computer. Whether the run ended is asked by [`require_finished`].
    pub(crate) fn at(files: &dyn FileSet) -> Result<Looked> {
        let plists = Plists::read(files)?;
        let mut facts = plists.facts();
        let form = match head(files, DB)? {
            Some(start) => manifest_form(files, start, &plists, &facts)?,
            None if has_mbdb(files)? => Form::Mbdb { encrypted: mbdb::has_keys(files)? },
            None => return Err(without_manifest(files, &plists, &facts)?),
        };
        facts.encrypted = matches!(form, Form::Encrypted | Form::Mbdb { encrypted: true });
        Ok(Looked { form, facts, plists })
    }
}

/// The facts of a backup that may be unfinished or damaged. Whatever is missing stays empty.
pub(crate) fn facts_of(files: &dyn FileSet) -> Result<Facts> {
    let plists = Plists::read(files)?;
    let mut facts = plists.facts();
    facts.encrypted = match head(files, DB)? {
        Some(start) => start != *SQLITE && claims_encryption(&plists, &facts),
        None if has_mbdb(files)? => mbdb::has_keys(files).unwrap_or(facts.claims_encrypted == Some(true)),
        None => facts.claims_encrypted == Some(true),
    };
    Ok(facts)
}

pub(crate) const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// The first 16 bytes of a file; fewer bytes are padded with zeros. `None` where there is no such file.
fn head(files: &dyn FileSet, name: &str) -> Result<Option<[u8; 16]>> {
    let failed = |source| Error::Read { path: name.to_owned(), source };
    let Some(file) = files.open(name).map_err(failed)? else {
        return Ok(None);
    };
    let mut start = Vec::new();
    file.take(16).read_to_end(&mut start).map_err(failed)?;
    start.resize(16, 0);
    Ok(start.try_into().ok())
}

fn has_mbdb(files: &dyn FileSet) -> Result<bool> {
    Ok(head(files, mbdb::NAME)?.is_some_and(|start| start.starts_with(mbdb::MAGIC)))
}

fn without_manifest(files: &dyn FileSet, plists: &Plists, facts: &Facts) -> Result<Error> {
    if head(files, "Manifest.mbdx")?.is_some() {
        return Ok(Error::OldFormat(OldFormat::Mbdx));
    }
    if head(files, mbdb::NAME)?.is_some() {
        return Ok(Error::ManifestDamaged { source: None });
    }
    // What a run writes lies here until it has ended.
    let mut begun = plists.any();
    for name in ["Snapshot/Manifest.db", "Snapshot/Manifest.mbdb", "Snapshot/Manifest.plist", "Snapshot/Status.plist"] {
        begun |= head(files, name)?.is_some();
    }
    if !begun {
        return Ok(Error::NotABackup);
    }
    let state = facts.state.clone().unwrap_or_else(|| "no list of files".to_owned());
    Ok(Error::Unfinished { state })
}

/// Fails when the plists say that the run that made the backup did not end. An empty Info.plist says so as well.
pub(crate) fn require_finished(files: &dyn FileSet) -> Result<()> {
    let plists = Plists::read(files)?;
    let facts = plists.facts();
    if head(files, DB)?.is_none() && !has_mbdb(files)? {
        return Err(without_manifest(files, &plists, &facts)?);
    }
    match &plists.status {
        Found::Empty => {
            return Err(Error::Unfinished { state: "empty".to_owned() });
        }
        Found::Damaged(source) => {
            return Err(Error::PlistDamaged { name: "Status.plist", source: source.clone() });
        }
        Found::Absent | Found::Here(_) => {}
    }
    // Without a state nothing says that the run was cut; `Facts::complete` stays false.
    if let Some(state) = facts.state.as_ref().filter(|_| !facts.complete) {
        return Err(Error::Unfinished { state: state.clone() });
    }
    match plists.info {
        Found::Empty => Err(Error::InfoEmpty),
        _ => Ok(()),
    }
}

/// Encrypted content is a whole number of AES blocks; anything else is damage, whatever the plist claims.
fn manifest_form(files: &dyn FileSet, start: [u8; 16], plists: &Plists, facts: &Facts) -> Result<Form> {
    if start == *SQLITE {
        return Ok(Form::Plain);
    }
    let size = files.size(DB).map_err(|source| Error::Read { path: DB.to_owned(), source })?;
    let blocks = size.is_some_and(|size| size > 0 && size % 16 == 0);
    match (blocks, plists.manifest_damage()) {
        (true, _) if claims_encryption(plists, facts) => Ok(Form::Encrypted),
        (true, Some(source)) => Err(Error::PlistDamaged { name: "Manifest.plist", source }),
        _ => Err(Error::ManifestDamaged { source: None }),
    }
}

/// A key for the manifest is as good as the claim: without encryption there is none.
fn claims_encryption(plists: &Plists, facts: &Facts) -> bool {
    facts.claims_encrypted == Some(true) || plists.manifest_key().is_some()
}
