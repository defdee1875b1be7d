//! What messages carry: real files, each a pure function of its attachment's guid.

use super::script::Sends;
use crate::contents::clock::UTC;
use crate::contents::jpeg::{self, Exif, Tone};
use crate::contents::persona::HOME;
use crate::contents::pictures::Pictures;
use crate::contents::random::{Random, hash_text};
use crate::contents::samples::{self, GIF, HEIC, MOV, VOICE};

/// The name a file has in the conversation.
pub(crate) fn file_name(kind: Sends, guid: &str) -> String {
    let random = &mut Random::new(hash_text(guid));
    let number = random.between(1, 9999);
    match kind {
        Sends::Photo => format!("IMG_{number:04}.jpeg"),
        Sends::Heic => format!("IMG_{number:04}.HEIC"),
        Sends::Video => format!("IMG_{number:04}.MOV"),
        Sends::Voice => "Audio Message.caf".into(),
        Sends::Pdf => (*random.pick(&["Draft.pdf", "Übersicht – final.pdf", "Invoice 2026-11.pdf", "計画.pdf"])).into(),
        Sends::Gif => "dance.gif".into(),
        Sends::Card => "Contact.vcf".into(),
    }
}

/// Uniform type identifier and MIME type.
pub(crate) fn types(kind: Sends) -> (&'static str, &'static str) {
    match kind {
        Sends::Photo => ("public.jpeg", "image/jpeg"),
        Sends::Heic => ("public.heic", "image/heic"),
        Sends::Video => ("com.apple.quicktime-movie", "video/quicktime"),
        Sends::Voice => ("com.apple.coreaudio-format", "audio/x-caf"),
        Sends::Pdf => ("com.adobe.pdf", "application/pdf"),
        Sends::Gif => ("com.compuserve.gif", "image/gif"),
        Sends::Card => ("public.vcard", "text/vcard"),
    }
}

/// The sort of an attachment, back from its file name.
pub(crate) fn kind_of(name: &str) -> Sends {
    match name.rsplit('.').next().unwrap_or_default() {
        "HEIC" => Sends::Heic,
        "MOV" => Sends::Video,
        "caf" => Sends::Voice,
        "pdf" => Sends::Pdf,
        "gif" => Sends::Gif,
        "vcf" => Sends::Card,
        _ => Sends::Photo,
    }
}

/// Below `Library/SMS` of `MediaDomain`.
pub(crate) fn path(guid: &str, name: &str) -> String {
    let hash = hash_text(guid);
    let folder = guid.strip_prefix("at_0_").unwrap_or(guid);
    format!("Attachments/{:02x}/{:02}/{folder}/{name}", hash & 0xff, hash & 0xf)
}

/// The length of the file without making it, where that is cheap.
pub(crate) fn length(kind: Sends, guid: &str, pictures: &Pictures) -> u64 {
    let random = &mut Random::new(hash_text(guid) ^ 1);
    match kind {
        Sends::Photo => random.pick(&pictures.scenes).bytes.len() as u64 + jpeg::EXIF_LENGTH,
        Sends::Heic => random.pick(&HEIC).length(),
        Sends::Video => random.pick(&MOV).length(),
        Sends::Voice => VOICE.len() as u64,
        _ => bytes(kind, guid, 0, pictures).len() as u64,
    }
}

/// The file itself. `made` is Unix seconds.
pub(crate) fn bytes(kind: Sends, guid: &str, made: i64, pictures: &Pictures) -> Vec<u8> {
    let random = &mut Random::new(hash_text(guid) ^ 1);
    match kind {
        Sends::Photo => {
            let picture = random.pick(&pictures.scenes);
            let tone = Tone { contrast: random.between(3, 5) as u8, saturation: random.between(3, 6) as u8 };
            let (width, height) = (picture.width, picture.height);
            jpeg::dated(
                &picture.bytes,
                tone,
                &Exif {
                    taken: made,
                    zone: HOME,
                    orientation: picture.orientation,
                    place: None,
                    width,
                    height,
                    unique: &guid[5..],
                },
            )
        }
        Sends::Heic => random.pick(&HEIC).copy(made, HOME, &guid[5..]),
        Sends::Video => random.pick(&MOV).copy(made, UTC, &guid[5..]),
        Sends::Voice => VOICE.to_vec(),
        Sends::Gif => samples::tailed(GIF, &guid[5..]),
        Sends::Pdf => pdf(&file_name(kind, guid), &guid[5..]),
        Sends::Card => {
            let digits = Random::new(hash_text(guid)).digits(2);
            format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:Wrench;Walter;;;\r\nFN:Walter Wrench 🔧\r\nORG:Ostrich & Sons Plumbing;\r\nTEL;type=CELL;type=VOICE;type=pref:+1 212 555 01{digits}\r\nUID:{}\r\nEND:VCARD\r\n", &guid[5..]).into_bytes()
        }
    }
}

/// A PDF of one page with a few lines on it.
fn pdf(title: &str, identity: &str) -> Vec<u8> {
    let shown: String = title.chars().filter(char::is_ascii).collect();
    let mut page = format!("BT /F1 22 Tf 60 760 Td ({shown}) Tj /F1 11 Tf 0 -30 Td (Reference {identity}) Tj\n");
    for line in [
        "Thank you for having a look at this.",
        "Page one of one. The numbers are on the back of the envelope.",
        "See you at the meeting!",
    ] {
        page.push_str(&format!("0 -20 Td ({line}) Tj\n"));
    }
    page.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_string(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".into(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".into(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".into(),
    ];
    let mut out = "%PDF-1.4\n".to_string();
    let mut table = "xref\n0 6\n0000000000 65535 f \n".to_string();
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let start = out.len();
    out.push_str(&format!("{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    out.into_bytes()
}
