//! AFC: files of the media folder or of an app's documents (`protocol.md` 2.5).

mod connection;
mod handle;
mod shared;
mod tree;

pub(crate) use connection::serve;
pub(crate) use shared::Shared;
pub(crate) use tree::Tree;
