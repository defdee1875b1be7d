//! Keeps many versions without keeping the same bytes twice. Knows nothing of Apple.
//!
//! A [`Store`] is a folder on any volume. The content of every file is an object named by its BLAKE3 hash, written once
//! and never changed; a [`Version`] is one self-validating record that lists every file. A [`Session`] is how a new
//! version comes to be: a virtual file system over the last one, whose changes are lines in a log until
//! [`Session::commit`]. The layout and the record are described in `docs/store-format.md`.
//!
//! The one rule that must never break: content is durable *before* the record that names it is created.

mod barrier;
mod clone;
mod commit;
mod delta;
mod draft;
mod entries;
mod error;
mod expired;
mod fault;
#[doc(hidden)]
pub mod fuzzing;
mod holdings;
mod layout;
mod lease;
mod list;
mod log;
mod native;
mod native_copy;
mod objects;
mod overlay;
mod path;
mod pins;
mod pool;
mod presence;
mod probe;
mod reclaim;
mod record;
mod records;
mod recover;
mod relocate;
mod repair;
mod resume;
mod retention;
mod scrub;
mod seal;
mod sealing;
mod session;
mod space;
mod store;
mod take_in;
mod thin;
mod tree;
mod verify;
mod version;
mod volume;
mod walk;
mod writer;
mod writers;

#[cfg(test)]
mod tests;

pub use commit::Commit;
pub use error::{Damage, Error, ObjectDamage, Result};
pub use expired::Expired;
pub use list::EntryKind;
pub use native::NativeExport;
pub use native_copy::NativeCopy;
pub use overlay::{Overlay, ScratchWriter};
pub use probe::Capabilities;
pub use reclaim::Reclaimed;
pub use records::{DamagedRecord, SealedRecord, VersionList};
pub use recover::UnfinishedSession;
pub use relocate::{Moved, move_store, remove_moved};
pub use retention::{Facts, KeptBecause, Plan, Retention, Shrink};
pub use scrub::{DamagedObject, Part, Scrubbed, Touched};
pub use seal::{KeyId, StoreKey};
pub use sealing::Sealing;
pub use session::{Base, Received, Session};
pub use space::Space;
pub use store::Store;
pub use take_in::Taken;
pub use verify::{DamagedFile, Depth, Verified};
pub use version::{Entry, ReadSeek, Version, VersionHead};
pub use volume::{Volume, VolumeKind};
pub use writer::FileWriter;
