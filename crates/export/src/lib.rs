//! Three shapes (card, table, document) and the writers that put them in files.
//!
//! A kind turns its items into these shapes; everything that shows or saves items works on the shapes alone.
//! Nothing here knows what a message or a contact is.

pub mod csv;
pub mod folder;
pub mod json;
pub mod names;
pub mod pdf;

mod atomic;
mod cell;
mod error;
mod lines;
mod shapes;
mod written;

pub use atomic::AtomicFile;
pub use cell::{Cell, Column, RowSource, Rows, iso_time};
pub use error::{Error, Result};
pub use folder::{FileWriter, FolderWriter};
pub use lines::is_line_break;
pub use shapes::{Block, Card, Document, Field, FieldKind};
pub use written::{Skipped, Written};
