//! What a body says about a stretch of its text: style, effect, link, file, part.

use crabstep::deserializer::foundation::FoundationDict;

use super::body::Placed;
use crate::conversation::{Found, Run};

/// What a run says about its stretch of text.
#[derive(Clone, Default)]
pub(super) struct Attributes {
    pub style: Run,
    pub file: Option<Placed>,
    /// The bubble it belongs to: one message can be sent as several.
    pub part: Option<i64>,
}

pub(super) fn attributes(table: FoundationDict) -> Attributes {
    let mut read = Attributes::default();
    let mut file = Placed::default();
    let (mut is_file, mut data) = (false, false);
    for (key, value) in table {
        let size = || value.as_f64().or_else(|| value.as_i64().map(|size| size as f64)).and_then(pixels);
        let text = || value.as_string().map(str::to_owned);
        let style = &mut read.style;
        match key.as_string().unwrap_or_default() {
            "__kIMMessagePartAttributeName" => read.part = value.as_i64(),
            "__kIMFileTransferGUIDAttributeName" => (is_file, file.guid) = (true, text()),
            "__kIMInlineMediaWidthAttributeName" => file.width = size(),
            "__kIMInlineMediaHeightAttributeName" => file.height = size(),
            "IMAudioTranscription" => file.transcription = text().filter(|said| !said.trim().is_empty()),
            "__kIMMentionConfirmedMention" => style.mention = text(),
            "__kIMLinkAttributeName" => style.link = value.as_url().map(str::to_owned),
            "__kIMTextBoldAttributeName" => style.bold = true,
            "__kIMTextItalicAttributeName" => style.italic = true,
            "__kIMTextUnderlineAttributeName" => style.underline = true,
            "__kIMTextStrikethroughAttributeName" => style.strike = true,
            "__kIMTextEffectAttributeName" => style.effect = value.as_i64().map(effect),
            "__kIMPhoneNumberAttributeName" => style.found = Some(Found::Phone),
            "__kIMAddressAttributeName" => style.found = Some(Found::Address),
            "__kIMCalendarEventAttributeName" => style.found = Some(Found::Date),
            "__kIMOneTimeCodeAttributeName" => style.found = Some(Found::Code),
            "__kIMDataDetectedAttributeName" => data = true,
            _ => {}
        }
    }
    // A web address is data that was detected as well.
    if data && read.style.found.is_none() && read.style.link.is_none() {
        read.style.found = Some(Found::Data);
    }
    read.file = is_file.then_some(file);
    read
}

/// The name of a text effect, as the phone calls it.
fn effect(number: i64) -> String {
    match number {
        4 => "Ripple",
        5 => "Big",
        6 => "Bloom",
        8 => "Nod",
        9 => "Shake",
        10 => "Jitter",
        11 => "Small",
        12 => "Explode",
        unknown => return format!("Effect {unknown}"),
    }
    .to_owned()
}

fn pixels(size: f64) -> Option<u32> {
    (1.0..=100_000.0).contains(&size).then_some(size as u32)
}
