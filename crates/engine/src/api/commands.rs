//! The list of commands: doc sentence, name, function, request, response.

use super::browse::*;
use super::devices::*;
use super::imports::*;
use super::jobs::*;
use super::keeping::*;
use super::live::*;
use super::locations::*;
use super::locks::*;
use super::photos::*;
use super::restore::*;
use super::sealing::*;
use super::typescript::Command;
use super::versions::*;
use super::{ApiError, Code, Result, decode, encode};
use crate::{Engine, actions, browse, keeping, library, live, locations, locks, offers, pretend};
use export::{Card, Document};
use kinds::conversation::Bubble;
use kinds::photos::{Album, Counts, Details, KeywordCount, Person, PlaceCount, Tile};
use serde_json::Value;

macro_rules! commands {
    ($($(#[doc = $doc:literal])+ $name:literal => $function:path: ($request:ty) -> $response:ty;)+) => {
        /// Runs the command called `name`.
        pub(super) async fn dispatch(engine: Engine, name: &str, body: Value) -> Result<Value> {
            match name {
                $($name => {
                    let request: $request = decode(body)?;
                    let response: $response = $function(&engine, request).await?;
                    encode(response)
                })+
                _ => Err(ApiError::new(Code::UnknownCommand, format!("There is no command \"{name}\"."))),
            }
        }

        /// The list with its types, for the window's typed calls.
        pub(super) fn list(types: &mut super::typescript::Types) -> Vec<Command> {
            vec![$(Command {
                name: $name,
                doc: concat!($($doc),+).trim(),
                request: types.name::<$request>(),
                response: types.name::<$response>(),
            }),+]
        }
    };
}

commands! {
    /// What the window shows first.
    "app.state" => library::app_state: (Nothing) -> AppState;
    /// The person's settings.
    "settings.get" => library::get_settings: (Nothing) -> Settings;
    /// Replaces the settings.
    "settings.set" => library::set_settings: (Settings) -> Settings;

    /// Devices attached now and devices known from their versions.
    "devices.list" => library::devices: (Nothing) -> Vec<Device>;
    /// Asks an attached device about itself again.
    "device.refresh" => library::refresh_device: (DeviceRequest) -> Nothing;
    /// Asks the device to trust this computer.
    "device.pair" => actions::pair::start: (DeviceRequest) -> JobStarted;
    /// Makes a new version of the device.
    "device.backUp" => actions::back_up::start: (BackUpRequest) -> JobStarted;

    /// Turns the encryption of a device's backups on or off, or changes its password.
    "encryption.change" => actions::encryption::change: (EncryptionRequest) -> JobStarted;
    /// Tries a password on the encrypted versions of a device.
    "encryption.check" => locks::check_password: (PasswordRequest) -> PasswordCheck;
    /// Writes a sheet to print and keep: the password, and what it opens.
    "recovery.save" => actions::recovery::save: (RecoveryRequest) -> Saved;
    /// Devices whose backup password is known here.
    "passwords.list" => locks::list_passwords: (Nothing) -> Vec<KnownPassword>;
    /// Forgets a device's backup password, in this computer's keychain too.
    "password.forget" => locks::forget_password: (DeviceRequest) -> Nothing;

    /// Looks at what stands in the way of putting a version onto a device.
    "restore.check" => actions::restore::check: (RestoreCheckRequest) -> RestoreCheck;
    /// Puts a version onto a device; what is on it gets replaced.
    "restore.start" => actions::restore::start: (RestoreRequest) -> JobStarted;

    /// Writes a version out as the folder Finder, iTunes and idevicebackup2 take.
    "native.start" => actions::native::start: (NativeRequest) -> JobStarted;

    /// Keeps of each device of a location the newest version as such a folder too, or takes these away.
    "native.keep" => keeping::native::keep: (NativeCopyRequest) -> JobStarted;
    /// The folders a location keeps so, and whether they are up to date.
    "native.copies" => keeping::native::copies: (LocationRequest) -> NativeCopies;

    /// Whether a device answers over Wi-Fi.
    "wifi.state" => live::wifi::state: (DeviceRequest) -> Wifi;
    /// Lets a device answer over Wi-Fi, or not; needs the cable.
    "wifi.set" => live::wifi::set: (WifiSetRequest) -> Nothing;
    /// Which step on the way to the device over Wi-Fi fails.
    "wifi.diagnose" => live::wifi::diagnose: (DeviceRequest) -> Vec<Finding>;

    /// The apps on a device.
    "device.apps" => live::apps::list: (AppsRequest) -> Vec<DeviceApp>;
    /// The photos and other media on a device, as folders.
    "device.media.list" => live::files::list_media: (DeviceFolderRequest) -> Vec<DeviceFile>;
    /// Copies media off a device.
    "device.media.copy" => live::files::copy_media: (DeviceCopyRequest) -> JobStarted;
    /// The originals of a device's photos that are only in iCloud.
    "device.media.inCloud" => live::cloud::originals: (DeviceRequest) -> CloudOriginals;
    /// The documents an app shares.
    "device.documents.list" => live::files::list_documents: (DocumentsRequest) -> Vec<DeviceFile>;
    /// Copies documents of an app off a device.
    "device.documents.copy" => live::files::copy_documents: (DocumentsCopyRequest) -> JobStarted;
    /// Adds files of this computer to an app's documents.
    "device.documents.put" => live::files::put_documents: (DocumentsPutRequest) -> JobStarted;
    /// The battery's health and what the storage is used for.
    "device.health" => live::health: (DeviceRequest) -> DeviceHealth;
    /// Gives a device another name.
    "device.rename" => live::rename: (RenameRequest) -> Nothing;
    /// Restarts a device.
    "device.restart" => live::restart: (DeviceRequest) -> Nothing;

    /// Attaches the pretend iPhone.
    "pretend.start" => pretend::start: (Nothing) -> Pretend;
    /// Takes the pretend iPhone away.
    "pretend.stop" => pretend::stop: (Nothing) -> Nothing;
    /// Does something on the pretend iPhone's screen.
    "pretend.tap" => pretend::tap: (TapRequest) -> Pretend;

    /// The known locations.
    "locations.list" => library::locations: (Nothing) -> Vec<Location>;
    /// Adds a location: makes a store there, or opens the one it finds.
    "location.add" => library::add_location: (LocationRequest) -> Location;
    /// Forgets a location; nothing in it is touched.
    "location.forget" => library::forget_location: (LocationRequest) -> Nothing;

    /// Makes the key a location is to be sealed with, to be written down; nothing is changed by that.
    "sealing.prepare" => locks::seal::prepare: (LocationRequest) -> SealDraft;
    /// Writes a sheet to print and keep: the recovery key, and what it opens.
    "sealing.sheet" => locks::seal::save_sheet: (KeySheetRequest) -> Saved;
    /// Seals the versions made from now on.
    "sealing.on" => locks::seal::turn_on: (SealRequest) -> Location;
    /// Does not seal the versions made from now on; those that are sealed stay so.
    "sealing.off" => locks::seal::turn_off: (LocationRequest) -> Location;
    /// Opens a sealed location with its recovery key, and keeps that in this computer's keychain.
    "sealing.unlock" => locks::seal::unlock_location: (KeyRequest) -> KeyTaken;
    /// What a location's volume is and can do; tried out anew when it has been mounted again.
    "location.volume" => locations::volume: (LocationRequest) -> LocationVolume;
    /// Moves all versions of a location to another folder, and the settings with them.
    "location.move" => locations::start_moving: (MoveRequest) -> JobStarted;
    /// Uses the new place of a location that was moved away.
    "location.follow" => locations::follow: (LocationRequest) -> MovedLocation;
    /// Deletes the whole copy that a move to this location has left at the old place.
    "location.removeOld" => locations::remove_old: (LocationRequest) -> JobStarted;
    /// Chooses where a device's next versions go.
    "device.keepIn" => locations::keep_in: (KeepInRequest) -> Nothing;

    /// What a location takes, and what each version holds alone.
    "location.space" => keeping::space: (LocationRequest) -> LocationSpace;
    /// What looking after a location found so far.
    "location.health" => keeping::health: (LocationRequest) -> LocationHealth;
    /// Looks whether everything in a location is still what was stored.
    "location.verify" => keeping::verify: (VerifyRequest) -> JobStarted;
    /// Takes away what no version needs any more, 7 days after.
    "location.reclaim" => keeping::reclaim: (LocationRequest) -> JobStarted;
    /// Which versions of a location stay.
    "retention.get" => keeping::get_rule: (LocationRequest) -> RetentionRule;
    /// Chooses which versions of a location stay; nothing is given up before the next backup or day.
    "retention.set" => keeping::set_rule: (RetentionRequest) -> RetentionRule;
    /// What a rule would give up, per device, and what it would keep.
    "retention.preview" => keeping::preview: (PreviewRequest) -> Vec<RetentionPlan>;
    /// Gives up what the location's rule says now, then cleans up.
    "retention.apply" => keeping::apply: (LocationRequest) -> JobStarted;
    /// The versions given up that can be brought back.
    "expired.list" => keeping::expired: (LocationRequest) -> Vec<ExpiredVersion>;
    /// Pins a version, which is then never given up, or takes the pin away.
    "version.pin" => keeping::pin: (PinRequest) -> Nothing;
    /// Gives up a version; it can be brought back for 7 days.
    "version.expire" => keeping::expire: (VersionRequest) -> ExpiredVersion;
    /// Makes an expired version one of the versions again.
    "version.bringBack" => keeping::bring_back: (BringBackRequest) -> VersionSummary;
    /// Whether a version could be restored: everything is there, its list opens, its password is known.
    "version.readiness" => keeping::readiness: (VersionRequest) -> Readiness;

    /// The versions of one device or of all.
    "versions.list" => library::versions: (VersionsRequest) -> Versions;
    /// Opens a version for browsing.
    "version.open" => browse::open: (VersionRequest) -> OpenedVersion;
    /// Opens an encrypted version with its password.
    "version.unlock" => locks::unlock: (UnlockRequest) -> OpenedVersion;
    /// Stops unlocking that is under way; the calls that wait for it end as cancelled.
    "version.stopUnlocking" => locks::stop_unlocking: (Nothing) -> Nothing;
    /// Locks every encrypted version; passwords entered so far are forgotten, those in the computer's keychain stay there.
    "versions.lock" => locks::lock_all: (Nothing) -> Nothing;
    /// What a version does not hold, and why.
    "version.completeness" => browse::completeness: (VersionRequest) -> Completeness;
    /// Counts the items of each kind of a version.
    "version.count" => browse::count: (VersionRequest) -> Vec<KindSummary>;

    /// Lists the passwords inside an encrypted version, masked.
    "keychain.open" => locks::keychain::open: (KeychainRequest) -> KeychainList;
    /// Shows one of them.
    "keychain.reveal" => locks::keychain::reveal: (RevealRequest) -> Revealed;

    /// The backups in a folder, without importing them.
    "import.check" => actions::import::check: (ImportLookRequest) -> ImportLook;
    /// How much a backup folder holds.
    "import.measure" => actions::import::measure: (ImportLookRequest) -> FolderSize;
    /// Keeps backup folders as versions, oldest first; the folders are only read.
    "import.start" => actions::import::start: (ImportRequest) -> JobStarted;

    /// Backups that Finder, iTunes and other programs left in the folders that are watched, and are not kept yet.
    "offers.list" => offers::list: (Nothing) -> Offers;
    /// Does not offer these backups again.
    "offers.dismiss" => offers::dismiss: (DismissRequest) -> Nothing;

    /// Opens an ordered list of items of one kind.
    "view.open" => browse::views::open: (ViewRequest) -> View;
    /// A window of a list.
    "view.rows" => browse::views::rows: (RowsRequest) -> Vec<Card>;
    /// The ids of a window of a list, e.g. to select all.
    "view.ids" => browse::views::ids: (IdsRequest) -> Vec<i64>;
    /// Where an item stands in a list.
    "view.position" => browse::views::position: (PositionRequest) -> Position;
    /// Lets go of a list.
    "view.close" => browse::views::close: (ViewOnly) -> Nothing;
    /// One item, whole.
    "item.show" => browse::views::show: (ItemRequest) -> Option<Document>;

    /// Opens a conversation: its people and an ordered list of its messages, oldest first.
    "conversation.open" => browse::conversations::open: (ConversationRequest) -> ConversationView;
    /// A window of a conversation.
    "conversation.rows" => browse::conversations::rows: (RowsRequest) -> Vec<Bubble>;
    /// Where in a conversation every word of a text is found.
    "conversation.find" => browse::conversations::find: (FindRequest) -> Vec<u64>;
    /// Where in a conversation a time is: the first message at or after it.
    "conversation.day" => browse::conversations::day: (DayRequest) -> Position;

    /// Opens the photos, or an album of them, by day.
    "photos.open" => browse::photos::open: (ViewRequest) -> PhotosView;
    /// A window of the photo grid.
    "photos.rows" => browse::photos::rows: (RowsRequest) -> Vec<Tile>;
    /// The albums of a version.
    "photos.albums" => browse::photos::albums: (VersionRequest) -> Vec<Album>;
    /// How many photos there are of each sort.
    "photos.counts" => browse::photos::counts: (VersionRequest) -> Counts;
    /// The people the phone recognised.
    "photos.people" => browse::photos::people: (VersionRequest) -> Vec<Person>;
    /// The towns and regions in which photos were taken.
    "photos.places" => browse::photos::places: (VersionRequest) -> Vec<PlaceCount>;
    /// The keywords that photos have.
    "photos.keywords" => browse::photos::keywords: (VersionRequest) -> Vec<KeywordCount>;
    /// Exports photos as files in a folder.
    "photos.export" => actions::photos::start: (PhotosExportRequest) -> JobStarted;
    /// All that is known of a photo.
    "photo.details" => browse::photos::details: (PhotoRequest) -> Option<Details>;

    /// The domains of a version.
    "files.domains" => browse::files::domains: (VersionRequest) -> Vec<Domain>;
    /// What is in a folder of a domain.
    "files.list" => browse::files::list: (FolderRequest) -> Vec<FileNode>;
    /// What a file looks like.
    "file.preview" => browse::files::preview: (FileRequest) -> Preview;
    /// Saves one file into a folder, under its own name.
    "file.save" => browse::files::save: (SaveRequest) -> Saved;
    /// Saves one file as another; an existing one is not replaced.
    "file.saveAs" => browse::files::save_as: (SaveRequest) -> Saved;

    /// Exports items of one kind.
    "export.start" => actions::export::start: (ExportRequest) -> JobStarted;
    /// Searches every version at once.
    "search.find" => browse::search::find: (SearchRequest) -> SearchResults;

    /// Running jobs and those that ended since the start.
    "jobs.list" => library::jobs: (Nothing) -> Vec<Job>;
    /// Cancels a job.
    "job.cancel" => library::cancel_job: (JobRequest) -> Nothing;
    /// Takes an ended job off the list.
    "job.dismiss" => library::dismiss_job: (JobRequest) -> Nothing;
}
