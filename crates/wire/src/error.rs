/// A message that does not follow the protocol.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a message announces {length} bytes, more than the {limit} allowed here")]
    TooLong { length: u64, limit: u64 },
    #[error("a message is {length} bytes, too short for its header")]
    TooShort { length: u64 },
    #[error("a message is not a property list: {0}")]
    Plist(#[from] plist::Error),
    #[error("a property list is nested deeper than {limit}")]
    PlistTooDeep { limit: usize },
    /// Objects shared until they stand for far more values or bytes than the message holds.
    #[error("a property list repeats its objects too often")]
    PlistTooMuch,
    #[error("a property list points outside itself or hides its structure")]
    PlistDamaged,
    #[error("a {message} message has no usable {field}")]
    Field { message: &'static str, field: &'static str },
    #[error("an AFC packet does not start with its magic number")]
    AfcMagic,
    #[error("a path is not valid UTF-8")]
    PathText,
}

pub type Result<T> = std::result::Result<T, Error>;
