//! The sheet with the recovery key of a sealed location: one page to print and keep.

use super::recovery::{STYLE, day, escape, write_page};
use crate::api::Result;
use std::path::{Path, PathBuf};
use store::StoreKey;
use zeroize::Zeroizing;

/// Writes it; returns where, as an existing file is not replaced.
pub fn write(key: &StoreKey, location: &Path, to: &Path) -> Result<PathBuf> {
    let page = Zeroizing::new(page(key, &location.to_string_lossy(), &day(crate::now())));
    write_page(to, page.as_bytes())
}

fn page(key: &StoreKey, location: &str, today: &str) -> String {
    let (location, written) = (escape(location), key.written());
    let groups: Vec<&str> = written.split('-').collect();
    let lines: Vec<String> = groups.chunks(4).map(|line| line.join(" ")).collect();
    let lines = Zeroizing::new(lines.join("\n"));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>Recovery key of {location}</title><style>{STYLE}</style></head><body>\n\
         <h1>Recovery key of the backups in {location}</h1>\n\
         <p>Print this page, put it where you keep papers that matter, and delete the file.</p>\n\
         <p class=\"password\">{}</p>\n\
         <p>14 groups of 4. Small and capital letters are the same; there is no letter I, L, O or U in it.</p>\n\
         <dl><dt>Key</dt><dd>{}</dd>\n<dt>Written on</dt><dd>{today}</dd>\n<dt>What it opens</dt>\
         <dd>The sealed versions in this location, on any computer: in Heirloom choose the location, then “Enter Recovery Key…”. \
         Without Heirloom: <code>python3 reader.py --key - FOLDER</code>, with the file reader.py that lies beside the backups.</dd></dl>\n\
         <p>On the computer that wrote this sheet the key is in the keychain as well. If both are lost, nobody can open these versions, \
         neither Heirloom nor anyone else. The passwords of encrypted backups are another thing: they are needed, too.</p>\n\
         </body></html>\n",
        *lines,
        key.id(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_shows_the_key_and_runs_nothing() {
        let key = StoreKey::generate().unwrap();
        let page = page(&key, "/media/<script>", "2026-11-22");
        let typed: String = page.split("<p class=\"password\">").nth(1).unwrap().split("</p>").next().unwrap().into();
        assert_eq!(StoreKey::parse(&typed).unwrap().id(), key.id());
        assert!(page.contains("/media/&lt;script&gt;") && page.contains("2026-11-22"));
        assert!(page.contains(&key.id().to_string()) && !page.contains("<script") && !page.contains("://"));
    }
}
