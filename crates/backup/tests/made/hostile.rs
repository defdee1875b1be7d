//! An encrypted backup whose list of files holds all that has bitten a reader (`formats.md` 1.8).

use rusqlite::params;

use super::sealed::Sealed;
use super::{binary, dictionary, record, text};
use plist::{Uid, Value};

/// Names that are odd, yet names: each is the path of a file whose content is its own name.
pub const NAMES: [&str; 15] = [
    "plain.txt",
    "CON",
    "aux.txt",
    "C:/autoexec.bat",
    "a:b*c?d\"e<f>g|h",
    "back\\slash",
    "dot.",
    "blank ",
    "Case.txt",
    "case.TXT",
    "caf\u{e9}.txt",
    "cafe\u{301}.txt",
    "\u{202e}gpj.exe",
    "new\nline",
    "-rf",
];

/// Rows that must never be followed.
pub const NEVER_FOLLOWED: u64 = 9;

pub fn hostile() -> Sealed {
    let sealed = Sealed::new();
    for name in NAMES {
        sealed.file("D", name, name.as_bytes());
    }
    sealed.file("D", &"long/".repeat(200), b"long");
    std::fs::write(sealed.made.path().join("secret"), b"secret").unwrap();
    let hex = |digit: &str| digit.repeat(40);
    let good = || record(0o100_644, 6, &[]);
    let add = |id: &dyn rusqlite::ToSql, domain: Option<&str>, path: Option<&str>| {
        let row = params![id, domain, path, 1, good()];
        sealed.made.manifest.execute("INSERT INTO Files VALUES (?1, ?2, ?3, ?4, ?5)", row).unwrap();
    };
    add(&"../secret", Some("D"), Some("traversing id"));
    add(&"/etc/passwd", Some("D"), Some("absolute id"));
    add(&hex("A"), Some("D"), Some("uppercase id"));
    add(&vec![0u8; 40], Some("D"), Some("blob id"));
    add(&hex("1"), None, Some("no domain"));
    add(&hex("2"), Some("D"), None);
    add(&hex("3"), Some("D"), Some("../../traversing"));
    add(&hex("4"), Some("D"), Some("/absolute"));
    let bytes = "INSERT INTO Files VALUES (?1, 'D', CAST(x'FF2F78' AS TEXT), 1, NULL)";
    sealed.made.manifest.execute(bytes, [hex("5")]).unwrap();
    for (path, target) in [("link/up", "../../../etc"), ("link/root", "/etc/passwd")] {
        sealed.made.row("D", path, 4, record(0o120_755, 0, &[("Target", text(target))]));
    }
    sealed.made.row("D", "bomb", 1, bomb());
    sealed
}

/// An archive of 60 arrays, each of which holds the next one twice.
pub fn bomb() -> Vec<u8> {
    let uid = |number: u64| Value::Uid(Uid::new(number));
    let mut objects = vec![text("$null")];
    objects.extend((2..60).map(|next| Value::Array(vec![uid(next), uid(next)])));
    objects.push(Value::Boolean(true));
    binary(&dictionary(&[
        ("$archiver", text("NSKeyedArchiver")),
        ("$top", dictionary(&[("root", uid(1))])),
        ("$objects", Value::Array(objects)),
    ]))
}
