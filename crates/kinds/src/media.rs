/// How large a picture is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaSize {
    /// Longest side in pixels.
    Thumb(u32),
    /// Something a web view can draw (JPEG, PNG, GIF, WebP), at most 2560 pixels when it had to be made.
    Screen,
    /// The bytes as they are in the backup.
    Original,
}

/// The bytes behind a media path.
pub enum Media {
    Bytes {
        mime: &'static str,
        bytes: Vec<u8>,
    },
    /// A file of the backup, to be streamed.
    File {
        mime: String,
        name: String,
        entry: backup::Entry,
    },
}
