//! The recovery sheet: one page to print and keep, with the password of a device's backups.

use crate::Engine;
use crate::api::browse::Saved;
use crate::api::locks::{PasswordCheck, PasswordRequest, RecoveryRequest};
use crate::api::{ApiError, Code, Result, blocking};
use crate::library::all_versions;
use crate::locks::check_password;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

pub(super) const STYLE: &str = "body{font:12pt/1.5 system-ui,sans-serif;max-width:42em;margin:2em auto;padding:0 1em;color:#111;background:#fff}\
h1{font-size:18pt;margin:0}dt{font-weight:600;margin-top:.6em}dd{margin:0}\
.password{font:20pt/1.6 ui-monospace,monospace;border:2px solid #111;padding:.4em .6em;word-break:break-all;white-space:pre-wrap}\
ol.letters{columns:3;font-size:10pt}ol.letters b{font:12pt ui-monospace,monospace}\
@media print{body{margin:0;max-width:none}@page{margin:2cm}}";

/// What a sheet says.
struct Sheet<'a> {
    device: String,
    model: String,
    serial: Option<String>,
    password: &'a str,
    today: String,
    opens: Vec<String>,
    tried: bool,
}

/// Writes the sheet; refuses a password that is not the device's, as far as that can be known.
pub async fn save(engine: &Engine, asked: RecoveryRequest) -> Result<Saved> {
    let to = PathBuf::from(&asked.to);
    if asked.password.is_empty() || !to.is_absolute() {
        return Err(ApiError::new(Code::BadRequest, "A password, and the whole path of a file, are needed."));
    }
    let known = engine.0.locks.passwords(&asked.udid).iter().any(|known| known.as_str() == asked.password.as_str());
    let tried = check_password(engine, PasswordRequest { udid: asked.udid.clone(), password: asked.password.clone() });
    let tried = tried.await?;
    if tried.matches == Some(false) && !known {
        return Err(ApiError::new(
            Code::PasswordWrong,
            "This password opens none of the encrypted versions of this device. A sheet with a wrong password would be worse than none.",
        ));
    }
    let own = engine.clone();
    blocking(move || {
        let page = Zeroizing::new(page(&sheet(&own, &asked, &tried)?));
        Ok(Saved { path: write_page(&to, page.as_bytes())?.to_string_lossy().into_owned() })
    })
    .await
}

fn sheet<'a>(engine: &Engine, asked: &'a RecoveryRequest, tried: &PasswordCheck) -> Result<Sheet<'a>> {
    let (versions, _) = all_versions(engine, None)?;
    let own = || versions.iter().filter(|version| version.udid == asked.udid);
    let facts = engine.0.devices.facts(&asked.udid);
    let newest = own().next();
    let opened = tried.version.as_deref().filter(|_| tried.matches == Some(true));
    let opens = own().filter(|version| version.encrypted && Some(version.id.as_str()) == opened);
    Ok(Sheet {
        device: facts
            .as_ref()
            .map(|facts| facts.name.clone())
            .or(newest.map(|version| version.device_name.clone()))
            .unwrap_or_default(),
        model: facts
            .as_ref()
            .map(|facts| facts.model.clone())
            .or(newest.map(|version| version.model.clone()))
            .unwrap_or_default(),
        serial: facts.and_then(|facts| facts.serial),
        password: asked.password.as_str(),
        today: day(crate::now()),
        opens: opens.map(|version| format!("{} ({})", day(version.made), version.id)).collect(),
        tried: opened.is_some(),
    })
}

pub(super) fn day(ms: i64) -> String {
    export::iso_time(ms).and_then(|time| time.get(..10).map(str::to_string)).unwrap_or_default()
}

/// Creates the file, readable by this user only; where one of that name exists, beside it under a numbered name.
pub(super) fn write_page(to: &Path, page: &[u8]) -> Result<PathBuf> {
    let failed = |path: &Path, error: &std::io::Error| ApiError::io(path, error);
    let folder = to.parent().unwrap_or(to);
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let stem = to.file_stem().unwrap_or_default().to_string_lossy();
    let ending = to.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let named = |number: u32| match number {
        1 => to.to_path_buf(),
        _ => folder.join(format!("{stem} ({number}){ending}")),
    };
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for path in (1..100).map(named) {
        let mut file = match options.open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(failed(&path, &error)),
        };
        if let Err(error) = file.write_all(page).and_then(|()| file.sync_all()) {
            let _ = std::fs::remove_file(&path);
            return Err(failed(&path, &error));
        }
        return Ok(path);
    }
    Err(ApiError::new(Code::FileExists, format!("There are too many files like {} already.", to.display())))
}

fn page(sheet: &Sheet<'_>) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>Backup password of {device}</title><style>{STYLE}</style></head><body>\n\
         <h1>Backup password of {device}</h1>\n<p>Print this page, put it where you keep papers that matter, and delete the file.</p>\n\
         <p class=\"password\">{password}</p>\n<p>Letter by letter, as capital and small letters and blanks count:</p>\n<ol class=\"letters\">\n",
        device = escape(&sheet.device),
        password = escape(sheet.password),
    );
    for letter in sheet.password.chars() {
        let _ = writeln!(page, "<li><b>{}</b> {}</li>", escape(&letter.to_string()), name(letter));
    }
    let _ = write!(page, "</ol>\n<dl><dt>Device</dt><dd>{} {}", escape(&sheet.device), escape(&sheet.model));
    if let Some(serial) = &sheet.serial {
        let _ = write!(page, ", serial number {}", escape(serial));
    }
    let _ = write!(page, "</dd>\n<dt>Written on</dt><dd>{}</dd>\n<dt>What it opens</dt><dd>", escape(&sheet.today));
    if sheet.tried {
        let list = sheet.opens.iter().map(|version| escape(version)).collect::<Vec<_>>().join(", ");
        let _ =
            write!(page, "Tried and right for the version of {list}, and every other made under the same password.");
    } else {
        page.push_str("Not known: it was never tried, as there is no version that was made under it. Once there is one, write a new sheet.");
    }
    page.push_str(
        "</dd></dl>\n<p>The password belongs to the device: every encrypted backup of it needs the password that was set when it was made, \
         here and in Apple's programs. Nobody can recover it, neither Apple nor Heirloom. Without it these backups cannot be opened or restored.</p>\n\
         </body></html>\n",
    );
    page
}

fn name(letter: char) -> &'static str {
    match letter {
        ' ' => "blank",
        _ if letter.is_uppercase() => "capital letter",
        _ if letter.is_lowercase() => "small letter",
        _ if letter.is_numeric() => "digit",
        _ if letter.is_alphabetic() => "letter",
        _ => "sign",
    }
}

pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_shows_the_password_and_runs_nothing() {
        let sheet = Sheet {
            device: "<script>alert(1)</script>".into(),
            model: "iPhone 15".into(),
            serial: None,
            password: "a<B 1&",
            today: "2026-11-22".into(),
            opens: vec!["2026-11-20 (U@3.abc)".into()],
            tried: true,
        };
        let page = page(&sheet);
        assert!(page.contains("a&lt;B 1&amp;") && page.contains("<b>B</b> capital letter") && page.contains("blank"));
        assert!(page.contains("2026-11-20 (U@3.abc)") && page.contains("2026-11-22"));
        assert!(
            !page.contains("<script")
                && page.contains("&lt;script&gt;")
                && !page.contains("http://")
                && !page.contains("https://")
                && !page.contains("src=")
        );
    }

    #[test]
    fn an_existing_sheet_is_not_replaced_and_others_may_not_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("sheet 1.5.html");
        assert_eq!(write_page(&to, b"one").unwrap(), to);
        let second = write_page(&to, b"two").unwrap();
        assert_eq!(second, folder.path().join("sheet 1.5 (2).html"));
        assert_eq!((std::fs::read(&to).unwrap(), std::fs::read(&second).unwrap()), (b"one".to_vec(), b"two".to_vec()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
