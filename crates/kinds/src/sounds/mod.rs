//! Sound in a form that web views play.
//!
//! Voice messages come as CAF, which only Apple's players take. Opus inside is put into an Ogg file as it is; samples and IMA
//! ADPCM become WAV. AMR has no free decoder that is kept up, and stays as it is.

mod caf;
pub(crate) mod fuzzing;
mod ima;
mod ogg;
mod wav;

/// Longer recordings are not converted: eight hours of speech.
const MAX_BYTES: usize = 200 << 20;

/// A sound a web view plays.
pub struct Playable {
    pub mime: &'static str,
    pub bytes: Vec<u8>,
}

/// Whether [`playable`] knows the container, by name or type: worth offering before the file is read.
pub fn is_convertible(mime: &str) -> bool {
    matches!(mime, "audio/x-caf" | "audio/caf")
}

/// The same sound in a form that web views play; `None` for one that is not known or damaged.
pub fn playable(bytes: &[u8]) -> Option<Playable> {
    if bytes.len() > MAX_BYTES {
        return None;
    }
    let sound = caf::read(bytes)?;
    let (rate, channels) = (sound.rate, sound.channels);
    Some(match &sound.format {
        b"opus" => Playable { mime: "audio/ogg", bytes: ogg::opus(&sound)? },
        b"lpcm" => Playable { mime: "audio/wav", bytes: wav::write(rate, channels, &wav::samples(&sound)?) },
        b"ima4" => Playable { mime: "audio/wav", bytes: wav::write(rate, channels, &ima::samples(&sound)) },
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
