// Made from crates/engine/src/api by `cargo xtask test`; change it there.

export type Action = "pair" | "backUp" | "import" | "export" | "pretend" | "changePassword" | "restore" | "copy" | "verify" | "reclaim" | "move";

export type Album = { id: number, title: string, 
/**
 * The folders it lies in, outermost first.
 */
folders: Array<string>, 
/**
 * The ids of these folders, to filter for.
 */
folder_ids: Array<number>, 
/**
 * An album shared over iCloud; its pictures are not in the main grid.
 */
shared: boolean, count: number, 
/**
 * Media path of its newest picture.
 */
cover: string | null, };

/**
 * An error as it crosses the door.
 */
export type ApiError = { code: Code, 
/**
 * What happened and what to do, for people.
 */
message: string, 
/**
 * Apple's error number, a path, a cause: for a report, never needed to understand `message`.
 */
detail: string | null, };

export type AppState = { 
/**
 * The build of Heirloom.
 */
release: string, 
/**
 * `http://127.0.0.1:PORT/SECRET/` for video and audio; `None` where pictures' scheme serves them too.
 */
stream_base: string | null, 
/**
 * Whether a usbmuxd answers, and why not.
 */
usbmuxd: Usbmuxd, 
/**
 * The pretend iPhone's UDID while it runs.
 */
pretend: string | null, };

export type AppsRequest = { udid: string, 
/**
 * With sizes, which the device needs seconds to add up.
 */
sizes: boolean, };

export type Attachment = { id: number, name: string, mime: string | null, 
/**
 * Bytes.
 */
size: number | null, state: State, 
/**
 * Why the file is missing; a sentence for people.
 */
reason: string | null, 
/**
 * Media path; `None` when the file is not in this version.
 */
media: string | null, 
/**
 * Media path of the same in a form that web views play, for audio that they do not.
 */
plays: string | null, shows: Shows, 
/**
 * Pixels, when known.
 */
width: number | null, height: number | null, sticker: boolean, 
/**
 * What is said in it, as the phone heard it.
 */
transcription: string | null, };

export type BackUpRequest = { udid: string, 
/**
 * A folder; the device's or the default location when absent.
 */
location: string | null, 
/**
 * Ask the phone for everything again; nothing is stored twice.
 */
full: boolean, };

export type BatteryHealth = { cycles: number | null, 
/**
 * What the battery held when it was new.
 */
designMah: number | null, 
/**
 * What it holds when full now.
 */
fullMah: number | null, percent: number | null, charging: boolean | null, 
/**
 * A hundredth of a degree Celsius.
 */
temperature: number | null, };

/**
 * One piece of a document, top to bottom.
 */
export type Block = { "type": "heading", "value": string } | { "type": "text", "value": string } | { "type": "fields", "value": Array<Field> } | { "type": "picture", "value": { media: string, caption: string | null, } } | { "type": "file", "value": { name: string, 
/**
 * Bytes, when known.
 */
size: number | null, 
/**
 * Media path; `None` when the file is not in the backup.
 */
media: string | null, } } | { "type": "table", "value": { columns: Array<string>, rows: Array<Array<Cell>>, } } | { "type": "list", "value": Array<string> } | { "type": "quote", "value": string };

/**
 * An expired version, to be made one of the versions again.
 */
export type BringBackRequest = { udid: string, number: number, 
/**
 * The location.
 */
path: string, };

/**
 * One message or event of a conversation.
 */
export type Bubble = { id: number, guid: string, mine: boolean, 
/**
 * Who sent it; `None` for the owner of the phone.
 */
sender: string | null, 
/**
 * The sender's phone number or e-mail address.
 */
address: string | null, 
/**
 * Media path of the sender's face.
 */
face: string | null, 
/**
 * Unix milliseconds UTC.
 */
when: number | null, 
/**
 * When it was read, by whom it was sent to.
 */
read: number | null, 
/**
 * When it reached the other side.
 */
delivered: number | null, service: string | null, kind: BubbleKind, parts: Array<Part>, reactions: Array<Reaction>, reply_to: ReplyTo | null, 
/**
 * Earlier wordings, oldest first; empty when it was never edited.
 */
edits: Array<Edit>, unsent: boolean, 
/**
 * Such as "Slam" or "Fireworks".
 */
effect: string | null, 
/**
 * The text in the reader's language, as the phone translated it.
 */
translation: Translation | null, 
/**
 * When it was moved to "Recently Deleted".
 */
deleted: number | null, 
/**
 * Such as "Not delivered", "Scheduled", "Sent by satellite", "Forwarded", "Starred".
 */
marks: Array<string>, };

export type BubbleKind = "message" | "event";

/**
 * How an item looks in a list or a search.
 */
export type Card = { 
/**
 * The item's number inside its kind and version; not stable across versions.
 */
id: number, title: string, subtitle: string | null, text: string | null, 
/**
 * Unix milliseconds UTC.
 */
when: number | null, 
/**
 * Media path relative to the version, for example `contact/12`.
 */
picture: string | null, badges: Array<string>, };

/**
 * One value of a table.
 */
export type Cell = null | string | number | boolean;

export type CloudOriginal = { name: string, 
/**
 * Where it would be on the device.
 */
path: string, 
/**
 * When it was taken, Unix ms.
 */
when: number | null, size: number | null, video: boolean, };

/**
 * Originals that are in iCloud and not on the device ("Optimise iPhone Storage").
 */
export type CloudOriginals = { 
/**
 * Whether the device's photo database could be read and tells.
 */
known: boolean, count: number, 
/**
 * Of all whose size is known.
 */
bytes: number, 
/**
 * The first thousand, newest first.
 */
originals: Array<CloudOriginal>, };

/**
 * One situation a caller acts on; the window keeps title, advice and button for each.
 */
export type Code = "noUsbmuxd" | "deviceNotFound" | "deviceDisconnected" | "deviceTimeout" | "deviceProtocol" | "deviceUnsteady" | "deviceLocked" | "trustDenied" | "notTrusted" | "trustStale" | "pairingOverWifi" | "deviceBusy" | "passcodeNotGiven" | "deviceFull" | "findMyOn" | "setupNotFinished" | "cancelledOnDevice" | "restartDevice" | "deviceRefused" | "backupInconsistent" | "systemTooOld" | "encryptionOn" | "encryptionOff" | "encryptionForced" | "passwordNeeded" | "passwordWrong" | "keyringUnavailable" | "keyNeeded" | "keyWrong" | "notConfirmed" | "restoreNotReady" | "locationMissing" | "diskOffline" | "shareOffline" | "locationReplaced" | "locationMoved" | "moveUnfinished" | "locationReadOnly" | "noStore" | "storeNewer" | "storeDamaged" | "storeBusy" | "diskFull" | "versionNotFound" | "versionDamaged" | "versionKept" | "notABackup" | "backupUnfinished" | "backupInfoEmpty" | "backupIncomplete" | "backupOldFormat" | "backupDamaged" | "alreadyImported" | "fileMissing" | "kindUnreadable" | "itemNotFound" | "pictureUnreadable" | "viewClosed" | "fileExists" | "folderForbidden" | "io" | "cancelled" | "badRequest" | "unknownCommand" | "bug";

/**
 * What a version does not hold. Found by looking through all its entries.
 */
export type Completeness = { 
/**
 * What the device does not put into such a backup, and why.
 */
left_out: Array<LeftOut>, 
/**
 * Rows of the manifest that were left out, with reasons.
 */
skipped: Array<string>, };

export type Connection = "usb" | "network";

/**
 * Which files of a picture that was edited.
 */
export type Content = "originals" | "edits" | "both";

export type ConversationRequest = { version: string, 
/**
 * `messages`, `whatsapp` …
 */
kind: string, conversation: number, show: Shown, };

export type ConversationView = { view: number, count: number, header: Header, 
/**
 * How many of its messages wait in "Recently Deleted".
 */
deleted: number, };

/**
 * How many there are of what can be filtered for.
 */
export type Counts = { 
/**
 * In the main grid.
 */
shown: number, favourites: number, hidden: number, 
/**
 * In "Recently Deleted".
 */
deleted: number, 
/**
 * In shared albums only.
 */
shared: number, 
/**
 * Whose originals are not in the backup, mostly since they are only in iCloud; hidden ones too.
 */
missing: number, 
/**
 * By filter `type`, only those that occur.
 */
types: Array<TypeCount>, };

/**
 * Content that is missing or not what was stored, and what it touches.
 */
export type DamagedContent = { 
/**
 * The name of the content in the store.
 */
hash: string, 
/**
 * What is wrong with it, as half a sentence.
 */
reason: string, 
/**
 * The ids of the versions that have it.
 */
versions: Array<string>, 
/**
 * The first of `files_count`.
 */
files: Array<TouchedFile>, filesCount: number, 
/**
 * Whether it was brought back, from another location of this computer.
 */
repaired: boolean, 
/**
 * It could not be moved out of the way, as on a disk that fails to read it; else the next full backup can bring it back.
 */
inPlace: boolean, };

/**
 * A record, or a device's folder of them, that cannot be read.
 */
export type DamagedRecord = { udid: string, location: string, 
/**
 * Empty for the whole folder.
 */
file: string, reason: string, };

/**
 * A run of tiles of the same day.
 */
export type Day = { 
/**
 * As [`Tile::local_day`].
 */
day: string, 
/**
 * Position of its first tile among the ids.
 */
from: number, count: number, };

export type DayRequest = { 
/**
 * Of an open conversation.
 */
view: number, 
/**
 * Unix milliseconds UTC.
 */
when: number, };

/**
 * All that is known about one photo or video.
 */
export type Details = { id: number, uuid: string | null, 
/**
 * The name it was taken or imported under.
 */
name: string, 
/**
 * Where the original is on the phone, for example `DCIM/100APPLE/IMG_0001.HEIC`.
 */
path: string, kind: TileKind, 
/**
 * Media path of the picture or video itself.
 */
media: string, 
/**
 * Type of the original, for example `image/heic` or `video/quicktime`.
 */
mime: string, 
/**
 * Media path of the video of a live photo, when it is in the backup.
 */
live: string | null, 
/**
 * Media path of the edited picture or video, when it is in the backup.
 */
edited: string | null, 
/**
 * Media path of what was edited as it was before, when that is in the backup too.
 */
original: string | null, 
/**
 * Why the original is not in the backup.
 */
missing: string | null, 
/**
 * Bytes of the original.
 */
size: number | null, width: number | null, height: number | null, 
/**
 * Seconds; videos only.
 */
duration: number | null, 
/**
 * Unix milliseconds UTC.
 */
when: number | null, 
/**
 * The clock where it was taken: `2026-11-22 14:03:59 +01:00`.
 */
local_time: string | null, added: number | null, 
/**
 * When it was put into "Recently Deleted".
 */
deleted: number | null, favourite: boolean, hidden: boolean, title: string | null, caption: string | null, camera: string | null, lens: string | null, 
/**
 * Exposure as people write it: `1/120 s · f/1.8 · ISO 64 · 26 mm`.
 */
exposure: string | null, place: Place | null, 
/**
 * That place in words, as the phone looked it up.
 */
place_name: string | null, albums: Array<string>, 
/**
 * Names of the people the phone recognised in it.
 */
people: Array<string>, keywords: Array<string>, 
/**
 * Pictures of the burst it belongs to, itself included.
 */
burst: number | null, 
/**
 * Their ids, in the order they were taken; empty where it belongs to none.
 */
burst_ids: Array<number>, };

/**
 * An iPhone or iPad: attached now, or known from its versions.
 */
export type Device = { udid: string, name: string, 
/**
 * Marketing name, such as "iPhone 14 Pro".
 */
model: string, product_type: string, 
/**
 * System version, such as "17.5.1".
 */
system: string, build: string | null, serial: string | null, attached: boolean, connection: Connection | null, pretend: boolean, trust: Trust, 
/**
 * Percent.
 */
battery: number | null, charging: boolean | null, 
/**
 * Bytes.
 */
storage_total: number | null, storage_free: number | null, 
/**
 * Whether the phone encrypts its backups.
 */
encrypts: boolean | null, 
/**
 * The newest version in any known location, Unix ms.
 */
last_version: number | null, versions: number, 
/**
 * The location its versions go to.
 */
location: string, 
/**
 * The job running on it.
 */
job: number | null, 
/**
 * Why its facts could not be read.
 */
problem: ApiError | null, };

/**
 * An app on the device.
 */
export type DeviceApp = { bundle: string, name: string, version: string, 
/**
 * Its documents can be listed, copied and added to.
 */
sharesDocuments: boolean, appBytes: number | null, dataBytes: number | null, 
/**
 * A media path.
 */
icon: string, };

export type DeviceCopyRequest = { udid: string, 
/**
 * Files and folders, as listed.
 */
paths: Array<string>, 
/**
 * A folder on this computer.
 */
to: string, };

/**
 * A file or folder on the device.
 */
export type DeviceFile = { name: string, 
/**
 * From the top.
 */
path: string, kind: FileNodeKind, size: number, 
/**
 * Unix ms.
 */
modified: number | null, };

export type DeviceFolderRequest = { udid: string, 
/**
 * Empty for the top.
 */
path: string, };

/**
 * How the device is; what it does not tell is absent.
 */
export type DeviceHealth = { battery: BatteryHealth | null, storage: StorageUse | null, };

export type DeviceRequest = { udid: string, };

export type DismissRequest = { 
/**
 * The folders of offers that are not wanted; a newer backup in the same folder is offered again.
 */
folders: Array<string>, };

/**
 * One item opened for reading.
 */
export type Document = { title: string, subtitle: string | null, 
/**
 * Media path relative to the version.
 */
picture: string | null, blocks: Array<Block>, };

export type DocumentsCopyRequest = { udid: string, bundle: string, paths: Array<string>, to: string, };

export type DocumentsPutRequest = { udid: string, bundle: string, 
/**
 * Files on this computer.
 */
files: Array<string>, 
/**
 * A folder in the app's documents.
 */
folder: string, };

export type DocumentsRequest = { udid: string, 
/**
 * The app's bundle id.
 */
bundle: string, path: string, };

export type Domain = { domain: string, 
/**
 * In words: "Camera roll", an app's name.
 */
title: string, files: number, };

export type Edit = { when: number | null, text: string, };

/**
 * What to do with the password that a device encrypts its backups with.
 */
export type EncryptionChange = { "kind": "on", new: Secret, } | { "kind": "change", old: Secret, new: Secret, } | { "kind": "off", old: Secret, };

export type EncryptionRequest = { udid: string, change: EncryptionChange, 
/**
 * Keep the new password in this computer's keychain.
 */
remember: boolean, };

export type Event = { "type": "job", "value": Job } | { "type": "changed", "value": Topic } | { "type": "attention", "value": Prompt };

/**
 * A version that was given up and can be brought back.
 */
export type ExpiredVersion = { version: VersionSummary, 
/**
 * When it was given up, Unix ms.
 */
since: number, 
/**
 * A clean-up may take it away for good from then on, Unix ms.
 */
until: number, };

export type ExportRequest = { version: string, kind: string, format: string, 
/**
 * A folder; not looked at with `again`.
 */
to: string, 
/**
 * These items; all of them when absent.
 */
ids: Array<number> | null, location: string | null, 
/**
 * Of conversations, only messages not before this time, Unix ms.
 */
from: number | null, 
/**
 * Of conversations, only messages not after this time, Unix ms.
 */
until: number | null, 
/**
 * Of conversations, only these messages.
 */
messages: Array<number> | null, 
/**
 * Puts the files of messages beside them.
 */
attachments: boolean, 
/**
 * Ends with a list of the SHA-256 of every file, and a page about the version.
 */
hashes: boolean, 
/**
 * The folder of an earlier export of conversations, to be extended by what is new; nothing in it is changed.
 */
again: string | null, };

/**
 * A labelled value.
 */
export type Field = { label: string, value: string, kind: FieldKind, };

/**
 * What a field's value is, so that it can be drawn and acted on.
 */
export type FieldKind = "text" | "multiline" | "phone" | "email" | "link" | "address" | "date" | "time";

export type FileNode = { name: string, path: string, kind: FileNodeKind, size: number | null, modified: number | null, };

export type FileNodeKind = "file" | "folder" | "link";

export type FileRequest = { version: string, domain: string, path: string, };

export type FindRequest = { 
/**
 * Of an open conversation.
 */
view: number, text: string, };

/**
 * One thing that was looked at, in words.
 */
export type Finding = { id: string, state: FindingState, title: string, 
/**
 * What to do; empty when nothing is to be done.
 */
advice: string, };

export type FindingState = "good" | "warn" | "stop" | "unknown";

export type FolderRequest = { version: string, domain: string, 
/**
 * Empty for the domain itself.
 */
folder: string, };

/**
 * The size of a folder.
 */
export type FolderSize = { files: number, bytes: number, };

/**
 * The folders pictures come into.
 */
export type Folders = "flat" | "day" | "month" | "album";

export type FormatSummary = { id: string, title: string, 
/**
 * `None`: the export is a folder.
 */
extension: string | null, };

/**
 * What a stretch of text is, beyond its letters.
 */
export type Found = "phone" | "address" | "date" | "code" | "data";

/**
 * A backup folder, before it is imported. What is not known is empty.
 */
export type FoundBackup = { folder: string, udid: string, device_name: string, model: string, system: string, 
/**
 * When it was made, Unix ms.
 */
made: number | null, encrypted: boolean, 
/**
 * The version it was imported as.
 */
imported: string | null, 
/**
 * Why it cannot be kept as a whole version.
 */
problem: ApiError | null, 
/**
 * What there is of it can be kept all the same.
 */
incomplete: boolean, 
/**
 * What it says of itself and is not true, in sentences.
 */
contradictions: Array<string>, };

/**
 * Who takes part, and how a conversation is called.
 */
export type Header = { title: string, 
/**
 * Everyone but the owner of the phone.
 */
people: Array<Person>, 
/**
 * Of the newest message: "iMessage", "SMS", "RCS", "WhatsApp".
 */
service: string | null, group: boolean, 
/**
 * Media path of the group's picture, or of the face of the one person.
 */
picture: string | null, };

/**
 * Something found in one or more versions.
 */
export type Hit = { kind: string, udid: string, title: string, text: string, when: number | null, 
/**
 * The item to open: a conversation for a message.
 */
opens: number, 
/**
 * The newest version that holds it.
 */
version: string, 
/**
 * The first and last version number it was seen in.
 */
first: number, last: number, 
/**
 * Not in the device's newest version any more.
 */
vanished: boolean, };

export type IdsRequest = { view: number, from: number, count: number, };

/**
 * The backups in a folder, oldest first.
 */
export type ImportLook = { folder: string, backups: Array<FoundBackup>, 
/**
 * There are more folders in it than are looked at.
 */
more: boolean, };

export type ImportLookRequest = { 
/**
 * A backup, or a folder that holds backups, such as the one Finder or iTunes keeps.
 */
folder: string, };

export type ImportRequest = { 
/**
 * Backups, or folders that hold some: then all of these that are whole and not imported yet.
 */
folders: Array<string>, location: string | null, 
/**
 * Of encrypted ones, to check it with; they are kept whole without.
 */
password: Secret | null, 
/**
 * Keep what there is of backups that are not whole: cut while they were made, or with files missing.
 */
incomplete: boolean, };

/**
 * What became of one backup.
 */
export type ImportedBackup = { folder: string, udid: string, device_name: string, made: number | null, 
/**
 * The version it became.
 */
version: string | null, files: number, bytes: number, new_bytes: number, 
/**
 * Of those, bytes that share their place on the disk with the folder and took none.
 */
shared_bytes: number, 
/**
 * Files that were in the folder and known from an earlier try.
 */
earlier_files: number, 
/**
 * Files its list names and that were not there.
 */
missing: number, 
/**
 * Why it did not become one.
 */
problem: ApiError | null, };

export type ItemRequest = { version: string, kind: string, id: number, };

/**
 * A running action, sent whole each time it changes, at most ten times a second.
 */
export type Job = { id: number, action: Action, title: string, udid: string | null, state: JobState, phase: Phase, 
/**
 * The phase in words, such as "Waiting for the passcode on the iPhone".
 */
phase_text: string, 
/**
 * 0 to 1; never falls. `None` while unknown.
 */
progress: number | null, files: number, bytes: number, bytes_total: number | null, 
/**
 * Bytes a second over the last seconds.
 */
rate: number | null, 
/**
 * Unix ms.
 */
started: number, ended: number | null, 
/**
 * What was left out, with reasons; the first few hundred.
 */
skipped: Array<Skip>, skipped_count: number, 
/**
 * What the person should know although the job goes on, such as that the disk may turn out too small.
 */
warnings: Array<string>, error: ApiError | null, result: JobResult | null, };

export type JobRequest = { job: number, };

/**
 * What a job left behind.
 */
export type JobResult = { "type": "version", version: string, files: number, bytes: number, new_bytes: number, 
/**
 * Files the device could not read; the first thousand.
 */
unreadable: Array<UnreadableFile>, unreadable_count: number, } | { "type": "imported", 
/**
 * In the order they were made.
 */
backups: Array<ImportedBackup>, } | { "type": "nativeCopy", 
/**
 * The folder that holds them.
 */
path: string, files: number, bytes: number, } | { "type": "export", path: string, items: number, files: number, bytes: number, } | { "type": "device", udid: string, } | { "type": "restored", files: number, bytes: number, } | { "type": "passwordChanged", encrypts: boolean, } | { "type": "copied", files: number, bytes: number, folder: string, } | { "type": "verified" } & Verified | { "type": "reclaimed" } & Reclaimed | { "type": "moved" } & MovedLocation | { "type": "oldCopyDeleted", bytes: number, };

export type JobStarted = { job: number, };

export type JobState = "running" | "cancelling" | "done" | "failed" | "cancelled";

export type KeepInRequest = { udid: string, 
/**
 * A known location; the default one when absent.
 */
location: string | null, };

export type KeptBecause = "every" | "newest" | "pinned" | "imported" | "beforeDeviceChange" | "beforeSystemUpdate" | "lastThree" | "recent" | "daily" | "weekly" | "monthly" | "paused";

/**
 * The copy of one device.
 */
export type KeptCopy = { udid: string, device_name: string, path: string, 
/**
 * The version it holds.
 */
version: string | null, 
/**
 * Whether that is the newest one.
 */
current: boolean, };

export type KeptVersion = { version: VersionSummary, because: KeptBecause, };

export type KeyRequest = { path: string, 
/**
 * The recovery key, however it is spaced.
 */
key: Secret, };

export type KeySheetRequest = { path: string, 
/**
 * The file to write; an existing one is not replaced.
 */
to: string, };

export type KeyTaken = { location: Location, 
/**
 * Why it is only known until the end of the app: this computer's keychain did not take it.
 */
forgotten: ApiError | null, };

export type KeychainEntry = { id: number, kind: KeychainKind, title: string, account: string | null, 
/**
 * Unix ms.
 */
created: number | null, };

export type KeychainKind = "wifi" | "website" | "other";

/**
 * The passwords inside a backup, without the passwords.
 */
export type KeychainList = { items: Array<KeychainEntry>, 
/**
 * Items only the device itself can read.
 */
thisDeviceOnly: number, unreadable: number, };

export type KeychainRequest = { version: string, password: Secret, };

export type KeywordCount = { title: string, 
/**
 * Pictures of the main grid.
 */
count: number, };

export type KindSummary = { id: string, title: string, 
/**
 * `None` until counted, see `version.count`.
 */
count: number | null, 
/**
 * Why there is nothing, such as "only encrypted backups hold the call history".
 */
empty: string | null, problem: ApiError | null, formats: Array<FormatSummary>, };

/**
 * A device whose backup password is known here.
 */
export type KnownPassword = { udid: string, deviceName: string, 
/**
 * Kept in this computer's keychain; otherwise only until the app is closed or locked.
 */
keychain: boolean, };

export type LeftOut = { 
/**
 * Such as `health`, `callHistory`, `photosInICloud`.
 */
what: string, 
/**
 * A sentence.
 */
why: string, count: number | null, };

export type Location = { 
/**
 * The folder that holds the store.
 */
path: string, name: string, default: boolean, 
/**
 * Bytes free on its volume; `None` while it is away.
 */
free: number | null, versions: number, sealing: Sealing, 
/**
 * Why it cannot be used now.
 */
problem: ApiError | null, };

/**
 * How well a location is.
 */
export type LocationHealth = { 
/**
 * When its content was last looked at byte by byte, a part or all of it, Unix ms.
 */
lastVerified: number | null, 
/**
 * How much was looked at byte by byte in the last 60 days, 0 to 1.
 */
covered: number, 
/**
 * What was found damaged and is not back yet.
 */
damaged: Array<DamagedContent>, 
/**
 * Devices of which nothing is given up for now, although there is a rule.
 */
paused: Array<PausedDevice>, };

export type LocationRequest = { path: string, };

/**
 * What a location takes on its volume, in bytes.
 */
export type LocationSpace = { 
/**
 * Of the whole volume.
 */
total: number, 
/**
 * Of the volume, for this user.
 */
free: number, 
/**
 * What all versions hold together, each content once.
 */
objectsBytes: number, 
/**
 * Content that no version names any more; a clean-up takes it away when it is 7 days old.
 */
unnamedBytes: number, 
/**
 * Expired versions too, as long as they can be brought back.
 */
versions: Array<VersionSpace>, };

/**
 * What a location's volume is and can do.
 */
export type LocationVolume = { kind: VolumeKind, 
/**
 * In a few words, such as "Network share (cifs)".
 */
title: string, 
/**
 * As the system calls it; empty where it does not tell.
 */
fileSystem: string, 
/**
 * The folder it is mounted at.
 */
mount: string, 
/**
 * The device or the share; empty where unknown.
 */
source: string, 
/**
 * What follows from that for backups; the gravest first.
 */
notes: Array<VolumeNote>, 
/**
 * As tried out when it was mounted last; `None` where nothing can be written.
 */
can: VolumeAbilities | null, 
/**
 * Where a move has left a whole copy that takes room still.
 */
oldCopy: string | null, };

export type MoveRequest = { 
/**
 * A location.
 */
from: string, 
/**
 * A folder; made where needed.
 */
to: string, };

/**
 * What moving a location came to.
 */
export type MovedLocation = { from: string, to: string, 
/**
 * Nothing had to be copied: both are on one volume.
 */
renamed: boolean, objects: number, bytes: number, 
/**
 * Versions, also those that can be brought back.
 */
records: number, 
/**
 * Contents that were damaged before; they are not whole at the new place either.
 */
damaged: number, };

/**
 * The copies of newest versions that a location keeps for other programs.
 */
export type NativeCopies = { on: boolean, 
/**
 * The folder that holds them.
 */
path: string, devices: Array<KeptCopy>, };

export type NativeCopyRequest = { 
/**
 * The location.
 */
path: string, on: boolean, };

/**
 * A version to be written out as the folder Apple's own programs take.
 */
export type NativeRequest = { version: string, location: string | null, 
/**
 * A folder; the backup becomes `<UDID>` in it.
 */
to: string, };

export type NoteLevel = "warning" | "info" | "good";

export type Nothing = Record<symbol, never>;

/**
 * Backups that other programs made and that are not kept here.
 */
export type Offers = { 
/**
 * Newest first.
 */
offers: Array<FoundBackup>, folders: Array<WatchedFolder>, };

/**
 * A version opened for browsing.
 */
export type OpenedVersion = { version: VersionSummary, kinds: Array<KindSummary>, apps: Array<string>, 
/**
 * What the backup says of itself and is not true, in sentences.
 */
contradictions: Array<string>, 
/**
 * Files the device could not read when this version was made: the first of `version.unreadable`.
 */
unreadableFiles: Array<UnreadableFile>, };

export type Origin = "backedUp" | "imported";

export type Part = { "type": "text", runs: Array<Run>, } | { "type": "attachment" } & Attachment | { "type": "app", title: string, text: string | null, 
/**
 * Never opened without the person asking for it.
 */
link: string | null, 
/**
 * Media path of the preview's picture.
 */
picture: string | null, } | { "type": "poll", title: string, options: Array<PollOption>, } | { "type": "drawing", title: string, 
/**
 * Media path of an SVG picture; `None` when it cannot be drawn.
 */
media: string | null, } | { "type": "location", title: string, 
/**
 * Degrees.
 */
latitude: number, longitude: number, };

/**
 * Whether a password is the one of a device's encrypted versions.
 */
export type PasswordCheck = { 
/**
 * `None`: there is no encrypted version to try it on.
 */
matches: boolean | null, 
/**
 * The version it was tried on: the newest one it opens, else the newest encrypted one.
 */
version: string | null, 
/**
 * Whether that is the newest encrypted version; an older one may have had another password.
 */
newest: boolean, };

export type PasswordRequest = { udid: string, password: Secret, };

export type PausedDevice = { udid: string, deviceName: string, shrink: Shrink, };

export type Person = { 
/**
 * The contact's name, or the address when there is no contact.
 */
name: string, 
/**
 * Phone number or e-mail address.
 */
address: string, 
/**
 * Id in the contacts of the same version.
 */
contact: number | null, 
/**
 * Media path of the face.
 */
picture: string | null, };

export type Phase = "starting" | "waitingForTrust" | "waitingForUnlock" | "preparing" | "waitingForPasscode" | "receiving" | "finishing" | "checking" | "keeping" | "cleaning" | "indexing" | "reading" | "writing" | "restoring" | "restarting" | "moving" | "done";

/**
 * Someone the phone recognised.
 */
export type PhotoPerson = { id: number, 
/**
 * `None` where the owner of the phone gave none.
 */
name: string | null, 
/**
 * Pictures of the main grid.
 */
count: number, 
/**
 * Media path of the picture the phone shows them by, or of the newest.
 */
cover: string | null, };

export type PhotoRequest = { version: string, id: number, };

/**
 * Which photos to export, and how.
 */
export type PhotosExportRequest = { version: string, location: string | null, 
/**
 * Those of an open list.
 */
view: number | null, 
/**
 * These; without them and a view all that the main grid shows.
 */
ids: Array<number> | null, 
/**
 * The folder to make a folder in; not looked at with `again`.
 */
to: string, content: Content, 
/**
 * Makes HEIC pictures JPEGs of this quality, 1 to 100.
 */
jpeg: number | null, 
/**
 * Writes what is known of each picture into an XMP file beside it.
 */
sidecars: boolean, folders: Folders, 
/**
 * What files are called, with {name}, {date}, {time}, {number} and {album}; their own names when absent.
 */
names: string | null, 
/**
 * The folder of an earlier export to go on with: what is in it is not written again.
 */
again: string | null, };

export type PhotosView = { view: number, count: number, days: Array<Day>, skipped: Array<string>, };

export type PinRequest = { version: string, location: string | null, pinned: boolean, };

/**
 * Where on Earth.
 */
export type Place = { latitude: number, longitude: number, };

/**
 * A town or region in which pictures were taken, as the phone looked it up.
 */
export type PlaceCount = { 
/**
 * What to filter for; the same in every version.
 */
id: string, title: string, country: string | null, 
/**
 * Pictures of the main grid.
 */
count: number, 
/**
 * Media path of its newest picture.
 */
cover: string | null, };

export type PollOption = { text: string, 
/**
 * Who chose it.
 */
by: Array<string>, };

export type Position = { at: number | null, };

/**
 * Where an item stands in a view, e.g. to scroll to it.
 */
export type PositionRequest = { view: number, id: number, };

export type Pretend = { udid: string, 
/**
 * How many days have passed on it.
 */
day: number, plugged: boolean, };

/**
 * What a file looks like, without saving it.
 */
export type Preview = { "type": "picture", media: string, } | { "type": "video", media: string, } | { "type": "audio", media: string, } | { "type": "text", text: string, truncated: boolean, } | { "type": "plist", text: string, truncated: boolean, } | { "type": "bytes", text: string, size: number, };

export type PreviewRequest = { path: string, 
/**
 * To try; the location's own when absent.
 */
rule: RetentionRule | null, };

/**
 * Something the person should do now.
 */
export type Prompt = { kind: PromptKind, udid: string, text: string, };

export type PromptKind = "tapTrust" | "unlock" | "enterPasscode";

export type Reaction = { 
/**
 * An emoji; tapbacks are drawn as the emoji they stand for.
 */
emoji: string, by: Array<string>, 
/**
 * Media path of a sticker, drawn in place of the emoji.
 */
sticker: string | null, 
/**
 * The place in [`Bubble::parts`] that it is about.
 */
part: number | null, };

/**
 * Whether a version could be restored.
 */
export type Readiness = { 
/**
 * No finding says stop, and none is unknown.
 */
ready: boolean, findings: Array<Finding>, };

/**
 * What a clean-up did.
 */
export type Reclaimed = { 
/**
 * Versions given up just now, by the rule; they can be brought back for 7 days.
 */
expired: number, 
/**
 * Versions whose 7 days were over: gone for good.
 */
versions: number, 
/**
 * Contents taken away.
 */
objects: number, 
/**
 * What was freed.
 */
bytes: number, 
/**
 * Contents nobody needs that are not 7 days old yet.
 */
keptYoung: number, 
/**
 * It ended early, because of a backup or because it was told to; the rest is for the next time.
 */
stopped: boolean, };

export type RecoveryRequest = { udid: string, password: Secret, 
/**
 * The file to write; an existing one is not replaced.
 */
to: string, };

export type RenameRequest = { udid: string, name: string, };

export type ReplyTo = { 
/**
 * The message it answers; `None` when that is gone.
 */
id: number | null, sender: string | null, text: string, };

/**
 * What stands in the way of a restore, or does not.
 */
export type RestoreCheck = { findings: Array<Finding>, 
/**
 * The version is encrypted and its password is not known here.
 */
needsPassword: boolean, 
/**
 * No finding says stop.
 */
ready: boolean, 
/**
 * The name the person has to confirm.
 */
deviceName: string, 
/**
 * What to expect after it, in sentences.
 */
afterwards: Array<string>, };

export type RestoreCheckRequest = { version: string, location: string | null, 
/**
 * The device to restore to; it need not be the one the version is of.
 */
udid: string, };

export type RestoreRequest = { version: string, location: string | null, udid: string, 
/**
 * Keep the device's own settings (Wi-Fi networks, wallpaper and the like).
 */
keepSettings: boolean, 
/**
 * Remove what is on the device and not in the version.
 */
removeOthers: boolean, 
/**
 * Restart the device at the end; without it the restore is not complete.
 */
reboot: boolean, 
/**
 * Have the device download the apps of the version again.
 */
apps: boolean, password: Secret | null, 
/**
 * The device's name, as the person typed it: what is on that device gets replaced.
 */
confirmedName: string, };

export type RetentionKind = "keepAll" | "thin" | "limits";

/**
 * What a rule comes to for one device.
 */
export type RetentionPlan = { udid: string, deviceName: string, 
/**
 * Oldest first. Empty while paused.
 */
remove: Array<VersionSummary>, 
/**
 * Oldest first.
 */
keep: Array<KeptVersion>, 
/**
 * What giving up all of `remove` frees, in bytes, 7 days later.
 */
frees: number, 
/**
 * Why nothing is removed for now.
 */
paused: Shrink | null, };

export type RetentionRequest = { path: string, rule: RetentionRule, };

/**
 * Which versions of a location stay.
 */
export type RetentionRule = { rule: RetentionKind, 
/**
 * At most that many versions of a device.
 */
maxCount: number | null, 
/**
 * At most that many bytes that only one device's versions hold.
 */
maxBytes: number | null, 
/**
 * The bytes that shall stay free on the volume.
 */
freeFloor: number | null, 
/**
 * Device to the number of its newest version whose shrinking a person found to be right.
 */
shrinkAccepted: { [key in string]: number }, };

export type RevealRequest = { version: string, id: number, password: Secret, };

/**
 * One password, shown because the backup's password was just entered.
 */
export type Revealed = { secret: string, };

export type RowsRequest = { view: number, from: number, 
/**
 * At most 1,000.
 */
count: number, };

/**
 * A stretch of text in one style.
 */
export type Run = { text: string, bold: boolean, italic: boolean, underline: boolean, strike: boolean, 
/**
 * A web address, phone number (`tel:`) or e-mail (`mailto:`) found in the text.
 */
link: string | null, 
/**
 * The address of the person mentioned.
 */
mention: string | null, 
/**
 * How the letters move: "Big", "Shake".
 */
effect: string | null, 
/**
 * What the phone took it for.
 */
found: Found | null, };

export type SaveRequest = { version: string, domain: string, path: string, 
/**
 * A folder for `file.save`, the file itself for `file.saveAs`.
 */
to: string, };

export type Saved = { path: string, };

/**
 * The key of a location, to be written down before it is used.
 */
export type SealDraft = { 
/**
 * 14 groups of 4 letters and digits.
 */
recoveryKey: string, 
/**
 * The begin of its name.
 */
key: string, 
/**
 * Whether it is the one that older versions here are sealed with.
 */
again: boolean, };

export type SealRequest = { path: string, 
/**
 * The last group of the recovery key, from what was written down.
 */
typed: Secret, };

/**
 * A version whose key is missing here; nothing is wrong with it.
 */
export type SealedVersion = { udid: string, location: string, number: number, 
/**
 * When the state was taken, to the minute, Unix ms.
 */
made: number, 
/**
 * The begin of the name of its key.
 */
key: string, };

/**
 * How a location is sealed.
 */
export type Sealing = { 
/**
 * Whether new versions are sealed.
 */
on: boolean, 
/**
 * The key they are, or last were, sealed with: the begin of its name, which tells nothing of it.
 */
key: string | null, 
/**
 * The keys that are missing on this computer, by the begin of their names.
 */
needs: Array<string>, 
/**
 * How many versions cannot be read for that.
 */
unreadable: number, };

export type SearchRequest = { text: string, udid: string | null, };

export type SearchResults = { hits: Array<Hit>, 
/**
 * Versions not yet in the index.
 */
pending: number, 
/**
 * Encrypted versions, which are searched only when the person asked for that.
 */
locked: number, };

/**
 * A password as typed. Wiped from memory when dropped; never printed, never sent back.
 */
export type Secret = string;

export type Settings = { 
/**
 * The location new versions go to unless the device has its own.
 */
location: string, 
/**
 * Further locations whose versions are shown.
 */
locations: Array<string>, 
/**
 * Device UDID to location.
 */
device_locations: { [key in string]: string }, 
/**
 * Location to the id of the store that was seen there: another disk at the same path, or none, is not mistaken for it.
 */
stores: { [key in string]: string }, theme: Theme, 
/**
 * Unlocked versions are locked again after so many minutes without use; 0: never.
 */
lock_after_minutes: number, 
/**
 * Put what is in unlocked versions into the search index, which is not encrypted.
 */
index_encrypted: boolean, 
/**
 * Devices whose backup password is in this computer's keychain.
 */
remembered: Array<string>, 
/**
 * Location to which of its versions stay; all of them where there is none.
 */
retention: { [key in string]: RetentionRule }, 
/**
 * Offer to keep backups that Finder, iTunes or Apple Devices made.
 */
watch_apple: boolean, 
/**
 * Further folders with backups of other programs, watched as Apple's own is.
 */
watched: Array<string>, 
/**
 * Locations that also keep the newest version of each device as a folder other programs can open.
 */
native_copies: Array<string>, };

/**
 * Which messages of a conversation.
 */
export type Shown = "thread" | "deleted" | "files";

/**
 * How an attachment is drawn.
 */
export type Shows = "image" | "video" | "audio" | "file";

/**
 * More than a fifth of the files went from one version to the next, and did not come back.
 */
export type Shrink = { 
/**
 * The numbers of the two versions.
 */
from: number, to: number, filesBefore: number, filesAfter: number, };

export type Skip = { what: string, why: string, };

/**
 * Whether an attachment's file is in this version.
 */
export type State = "here" | "missing";

/**
 * Bytes.
 */
export type StorageUse = { total: number | null, system: number | null, available: number | null, apps: number | null, photos: number | null, other: number | null, };

/**
 * What to do on the pretend iPhone's screen.
 */
export type Tap = "trust" | "dontTrust" | "passcode" | "unplug" | "plug" | "dayPasses";

export type TapRequest = { tap: Tap, };

export type Theme = "system" | "light" | "dark";

/**
 * One square of the grid.
 */
export type Tile = { id: number, 
/**
 * When it was taken, Unix milliseconds UTC.
 */
when: number | null, 
/**
 * The day where it was taken, `2026-11-22`; empty when the time is unknown.
 */
local_day: string, kind: TileKind, 
/**
 * Seconds; videos only.
 */
duration: number | null, favourite: boolean, 
/**
 * Pixels as shown, that is after rotation; `None` when not known.
 */
width: number | null, height: number | null, 
/**
 * Media path: a thumbnail, a screen picture or the original, whichever size is asked for.
 */
picture: string, 
/**
 * Why the original is not in the backup; a sentence for people. A smaller picture may be there all the same.
 */
missing: string | null, 
/**
 * It was edited on the phone.
 */
edited: boolean, 
/**
 * The original is only in iCloud.
 */
cloud: boolean, 
/**
 * It is one of a burst.
 */
burst: boolean, 
/**
 * The camera's unprocessed data, in a DNG.
 */
raw: boolean, };

export type TileKind = "photo" | "video" | "live";

export type Topic = "app" | "devices" | "versions" | "locations" | "settings" | "pretend" | "jobs" | "locks" | "offers";

export type TouchedFile = { version: string, 
/**
 * `domain: path`; its name in the backup where the version's list cannot be read.
 */
path: string, };

export type Translation = { text: string, 
/**
 * As the phone names it: `fr_FR`.
 */
language: string | null, };

export type Trust = "trusted" | "untrusted" | "unknown";

export type TypeCount = { 
/**
 * What to filter for.
 */
id: string, title: string, count: number, };

export type UnlockRequest = { 
/**
 * A version's id, or `latest`.
 */
version: string, location: string | null, 
/**
 * The one kept in the computer's keychain, or one already entered, when absent.
 */
password: Secret | null, 
/**
 * Keep the password in this computer's keychain once it has proven right.
 */
remember: boolean, };

/**
 * A file that is on the device and not in the version; older versions may hold it.
 */
export type UnreadableFile = { 
/**
 * Empty where the manifest does not name the file; `path` is the device's own then.
 */
domain: string, path: string, reason: string, };

export type Usbmuxd = { ready: boolean, reason: string | null, };

/**
 * What a look at a location found.
 */
export type Verified = { 
/**
 * Contents looked at, each once.
 */
objects: number, bytes: number, 
/**
 * The first 100.
 */
damaged: Array<DamagedContent>, damagedCount: number, 
/**
 * Versions whose record cannot be used.
 */
records: Array<DamagedRecord>, 
/**
 * Sealed versions whose key is not on this computer: what they alone hold was not looked at.
 */
sealed: number, };

export type VerifyDepth = "presence" | "bytes";

export type VerifyRequest = { path: string, depth: VerifyDepth, };

export type VersionRequest = { 
/**
 * A version's id, or `latest`.
 */
version: string, location: string | null, };

export type VersionSpace = { 
/**
 * The version's id.
 */
version: string, 
/**
 * What only this version holds: what giving it up frees.
 */
alone: number, };

/**
 * One kept state of a device.
 */
export type VersionSummary = { 
/**
 * Names this version among all stores: `<udid>@<number>.<store>`.
 */
id: string, 
/**
 * The id of the store that holds it; the same wherever the disk is mounted.
 */
store: string, udid: string, location: string, number: number, 
/**
 * When the state was taken, Unix ms.
 */
made: number, device_name: string, product_type: string, model: string, system: string, files: number, bytes: number, 
/**
 * Bytes this version added to the store.
 */
new_bytes: number, origin: Origin, encrypted: boolean, 
/**
 * Encrypted and open: its keys are known until it is locked.
 */
unlocked: boolean, 
/**
 * Whether every file its manifest names was looked for; an encrypted one is kept whole without.
 */
checked: boolean, 
/**
 * Files the phone could not read, or that came shorter than they should be.
 */
unreadable: number, 
/**
 * The phone never confirmed the end.
 */
unconfirmed: boolean, 
/**
 * What was there of a backup that was cut or lacked files; `unreadable` counts those. Never to be restored from.
 */
incomplete: boolean, 
/**
 * A person wants to keep it, whatever the rule.
 */
pinned: boolean, };

export type Versions = { 
/**
 * Newest first.
 */
versions: Array<VersionSummary>, 
/**
 * What could not be read; the other versions are not touched by it.
 */
damaged: Array<DamagedRecord>, 
/**
 * What is whole and cannot be read here, for want of a key.
 */
sealed: Array<SealedVersion>, };

export type VersionsRequest = { udid: string | null, 
/**
 * Only this location; all known ones when absent.
 */
location: string | null, };

/**
 * An ordered list of items kept by the engine; the window asks for windows of it.
 */
export type View = { view: number, count: number, 
/**
 * Rows the reader had to leave out, with reasons.
 */
skipped: Array<string>, };

export type ViewOnly = { view: number, };

export type ViewRequest = { version: string, kind: string, text: string | null, sort: string | null, 
/**
 * Such as `album` = an album's id, for photos.
 */
filter: { [key in string]: string }, };

/**
 * What a volume was seen to do.
 */
export type VolumeAbilities = { createNew: boolean, rename: boolean, hardLink: boolean, clone: boolean, flushFile: boolean, flushFolder: boolean, 
/**
 * `None` where that could not be tried.
 */
largeFiles: boolean | null, caseSensitive: boolean, 
/**
 * In nanoseconds; `None` where it does not keep the time it is told.
 */
timeStep: number | null, tellsFree: boolean, };

export type VolumeKind = "disk" | "removable" | "share" | "program" | "memory" | "unknown";

export type VolumeNote = { level: NoteLevel, 
/**
 * Whole sentences.
 */
text: string, };

/**
 * A folder that is watched for backups of other programs.
 */
export type WatchedFolder = { path: string, 
/**
 * Apple's own, not one the person added.
 */
apples: boolean, exists: boolean, 
/**
 * Why it cannot be looked into.
 */
problem: ApiError | null, };

export type Wifi = { 
/**
 * Whether the device answers over Wi-Fi; `None` when it does not say.
 */
enabled: boolean | null, address: string | null, serviceName: string | null, 
/**
 * Whether it is reached over the network now.
 */
seen: boolean, };

export type WifiSetRequest = { udid: string, on: boolean, };

/** Every command: its request and its response. */
export interface Commands {
  /** What the window shows first. */
  "app.state": { request: Nothing; response: AppState };
  /** The person's settings. */
  "settings.get": { request: Nothing; response: Settings };
  /** Replaces the settings. */
  "settings.set": { request: Settings; response: Settings };
  /** Devices attached now and devices known from their versions. */
  "devices.list": { request: Nothing; response: Array<Device> };
  /** Asks an attached device about itself again. */
  "device.refresh": { request: DeviceRequest; response: Nothing };
  /** Asks the device to trust this computer. */
  "device.pair": { request: DeviceRequest; response: JobStarted };
  /** Makes a new version of the device. */
  "device.backUp": { request: BackUpRequest; response: JobStarted };
  /** Turns the encryption of a device's backups on or off, or changes its password. */
  "encryption.change": { request: EncryptionRequest; response: JobStarted };
  /** Tries a password on the encrypted versions of a device. */
  "encryption.check": { request: PasswordRequest; response: PasswordCheck };
  /** Writes a sheet to print and keep: the password, and what it opens. */
  "recovery.save": { request: RecoveryRequest; response: Saved };
  /** Devices whose backup password is known here. */
  "passwords.list": { request: Nothing; response: Array<KnownPassword> };
  /** Forgets a device's backup password, in this computer's keychain too. */
  "password.forget": { request: DeviceRequest; response: Nothing };
  /** Looks at what stands in the way of putting a version onto a device. */
  "restore.check": { request: RestoreCheckRequest; response: RestoreCheck };
  /** Puts a version onto a device; what is on it gets replaced. */
  "restore.start": { request: RestoreRequest; response: JobStarted };
  /** Writes a version out as the folder Finder, iTunes and idevicebackup2 take. */
  "native.start": { request: NativeRequest; response: JobStarted };
  /** Keeps of each device of a location the newest version as such a folder too, or takes these away. */
  "native.keep": { request: NativeCopyRequest; response: JobStarted };
  /** The folders a location keeps so, and whether they are up to date. */
  "native.copies": { request: LocationRequest; response: NativeCopies };
  /** Whether a device answers over Wi-Fi. */
  "wifi.state": { request: DeviceRequest; response: Wifi };
  /** Lets a device answer over Wi-Fi, or not; needs the cable. */
  "wifi.set": { request: WifiSetRequest; response: Nothing };
  /** Which step on the way to the device over Wi-Fi fails. */
  "wifi.diagnose": { request: DeviceRequest; response: Array<Finding> };
  /** The apps on a device. */
  "device.apps": { request: AppsRequest; response: Array<DeviceApp> };
  /** The photos and other media on a device, as folders. */
  "device.media.list": { request: DeviceFolderRequest; response: Array<DeviceFile> };
  /** Copies media off a device. */
  "device.media.copy": { request: DeviceCopyRequest; response: JobStarted };
  /** The originals of a device's photos that are only in iCloud. */
  "device.media.inCloud": { request: DeviceRequest; response: CloudOriginals };
  /** The documents an app shares. */
  "device.documents.list": { request: DocumentsRequest; response: Array<DeviceFile> };
  /** Copies documents of an app off a device. */
  "device.documents.copy": { request: DocumentsCopyRequest; response: JobStarted };
  /** Adds files of this computer to an app's documents. */
  "device.documents.put": { request: DocumentsPutRequest; response: JobStarted };
  /** The battery's health and what the storage is used for. */
  "device.health": { request: DeviceRequest; response: DeviceHealth };
  /** Gives a device another name. */
  "device.rename": { request: RenameRequest; response: Nothing };
  /** Restarts a device. */
  "device.restart": { request: DeviceRequest; response: Nothing };
  /** Attaches the pretend iPhone. */
  "pretend.start": { request: Nothing; response: Pretend };
  /** Takes the pretend iPhone away. */
  "pretend.stop": { request: Nothing; response: Nothing };
  /** Does something on the pretend iPhone's screen. */
  "pretend.tap": { request: TapRequest; response: Pretend };
  /** The known locations. */
  "locations.list": { request: Nothing; response: Array<Location> };
  /** Adds a location: makes a store there, or opens the one it finds. */
  "location.add": { request: LocationRequest; response: Location };
  /** Forgets a location; nothing in it is touched. */
  "location.forget": { request: LocationRequest; response: Nothing };
  /** Makes the key a location is to be sealed with, to be written down; nothing is changed by that. */
  "sealing.prepare": { request: LocationRequest; response: SealDraft };
  /** Writes a sheet to print and keep: the recovery key, and what it opens. */
  "sealing.sheet": { request: KeySheetRequest; response: Saved };
  /** Seals the versions made from now on. */
  "sealing.on": { request: SealRequest; response: Location };
  /** Does not seal the versions made from now on; those that are sealed stay so. */
  "sealing.off": { request: LocationRequest; response: Location };
  /** Opens a sealed location with its recovery key, and keeps that in this computer's keychain. */
  "sealing.unlock": { request: KeyRequest; response: KeyTaken };
  /** What a location's volume is and can do; tried out anew when it has been mounted again. */
  "location.volume": { request: LocationRequest; response: LocationVolume };
  /** Moves all versions of a location to another folder, and the settings with them. */
  "location.move": { request: MoveRequest; response: JobStarted };
  /** Uses the new place of a location that was moved away. */
  "location.follow": { request: LocationRequest; response: MovedLocation };
  /** Deletes the whole copy that a move to this location has left at the old place. */
  "location.removeOld": { request: LocationRequest; response: JobStarted };
  /** Chooses where a device's next versions go. */
  "device.keepIn": { request: KeepInRequest; response: Nothing };
  /** What a location takes, and what each version holds alone. */
  "location.space": { request: LocationRequest; response: LocationSpace };
  /** What looking after a location found so far. */
  "location.health": { request: LocationRequest; response: LocationHealth };
  /** Looks whether everything in a location is still what was stored. */
  "location.verify": { request: VerifyRequest; response: JobStarted };
  /** Takes away what no version needs any more, 7 days after. */
  "location.reclaim": { request: LocationRequest; response: JobStarted };
  /** Which versions of a location stay. */
  "retention.get": { request: LocationRequest; response: RetentionRule };
  /** Chooses which versions of a location stay; nothing is given up before the next backup or day. */
  "retention.set": { request: RetentionRequest; response: RetentionRule };
  /** What a rule would give up, per device, and what it would keep. */
  "retention.preview": { request: PreviewRequest; response: Array<RetentionPlan> };
  /** Gives up what the location's rule says now, then cleans up. */
  "retention.apply": { request: LocationRequest; response: JobStarted };
  /** The versions given up that can be brought back. */
  "expired.list": { request: LocationRequest; response: Array<ExpiredVersion> };
  /** Pins a version, which is then never given up, or takes the pin away. */
  "version.pin": { request: PinRequest; response: Nothing };
  /** Gives up a version; it can be brought back for 7 days. */
  "version.expire": { request: VersionRequest; response: ExpiredVersion };
  /** Makes an expired version one of the versions again. */
  "version.bringBack": { request: BringBackRequest; response: VersionSummary };
  /** Whether a version could be restored: everything is there, its list opens, its password is known. */
  "version.readiness": { request: VersionRequest; response: Readiness };
  /** The versions of one device or of all. */
  "versions.list": { request: VersionsRequest; response: Versions };
  /** Opens a version for browsing. */
  "version.open": { request: VersionRequest; response: OpenedVersion };
  /** Opens an encrypted version with its password. */
  "version.unlock": { request: UnlockRequest; response: OpenedVersion };
  /** Stops unlocking that is under way; the calls that wait for it end as cancelled. */
  "version.stopUnlocking": { request: Nothing; response: Nothing };
  /** Locks every encrypted version; passwords entered so far are forgotten, those in the computer's keychain stay there. */
  "versions.lock": { request: Nothing; response: Nothing };
  /** What a version does not hold, and why. */
  "version.completeness": { request: VersionRequest; response: Completeness };
  /** Counts the items of each kind of a version. */
  "version.count": { request: VersionRequest; response: Array<KindSummary> };
  /** Lists the passwords inside an encrypted version, masked. */
  "keychain.open": { request: KeychainRequest; response: KeychainList };
  /** Shows one of them. */
  "keychain.reveal": { request: RevealRequest; response: Revealed };
  /** The backups in a folder, without importing them. */
  "import.check": { request: ImportLookRequest; response: ImportLook };
  /** How much a backup folder holds. */
  "import.measure": { request: ImportLookRequest; response: FolderSize };
  /** Keeps backup folders as versions, oldest first; the folders are only read. */
  "import.start": { request: ImportRequest; response: JobStarted };
  /** Backups that Finder, iTunes and other programs left in the folders that are watched, and are not kept yet. */
  "offers.list": { request: Nothing; response: Offers };
  /** Does not offer these backups again. */
  "offers.dismiss": { request: DismissRequest; response: Nothing };
  /** Opens an ordered list of items of one kind. */
  "view.open": { request: ViewRequest; response: View };
  /** A window of a list. */
  "view.rows": { request: RowsRequest; response: Array<Card> };
  /** The ids of a window of a list, e.g. to select all. */
  "view.ids": { request: IdsRequest; response: Array<number> };
  /** Where an item stands in a list. */
  "view.position": { request: PositionRequest; response: Position };
  /** Lets go of a list. */
  "view.close": { request: ViewOnly; response: Nothing };
  /** One item, whole. */
  "item.show": { request: ItemRequest; response: Document | null };
  /** Opens a conversation: its people and an ordered list of its messages, oldest first. */
  "conversation.open": { request: ConversationRequest; response: ConversationView };
  /** A window of a conversation. */
  "conversation.rows": { request: RowsRequest; response: Array<Bubble> };
  /** Where in a conversation every word of a text is found. */
  "conversation.find": { request: FindRequest; response: Array<number> };
  /** Where in a conversation a time is: the first message at or after it. */
  "conversation.day": { request: DayRequest; response: Position };
  /** Opens the photos, or an album of them, by day. */
  "photos.open": { request: ViewRequest; response: PhotosView };
  /** A window of the photo grid. */
  "photos.rows": { request: RowsRequest; response: Array<Tile> };
  /** The albums of a version. */
  "photos.albums": { request: VersionRequest; response: Array<Album> };
  /** How many photos there are of each sort. */
  "photos.counts": { request: VersionRequest; response: Counts };
  /** The people the phone recognised. */
  "photos.people": { request: VersionRequest; response: Array<PhotoPerson> };
  /** The towns and regions in which photos were taken. */
  "photos.places": { request: VersionRequest; response: Array<PlaceCount> };
  /** The keywords that photos have. */
  "photos.keywords": { request: VersionRequest; response: Array<KeywordCount> };
  /** Exports photos as files in a folder. */
  "photos.export": { request: PhotosExportRequest; response: JobStarted };
  /** All that is known of a photo. */
  "photo.details": { request: PhotoRequest; response: Details | null };
  /** The domains of a version. */
  "files.domains": { request: VersionRequest; response: Array<Domain> };
  /** What is in a folder of a domain. */
  "files.list": { request: FolderRequest; response: Array<FileNode> };
  /** What a file looks like. */
  "file.preview": { request: FileRequest; response: Preview };
  /** Saves one file into a folder, under its own name. */
  "file.save": { request: SaveRequest; response: Saved };
  /** Saves one file as another; an existing one is not replaced. */
  "file.saveAs": { request: SaveRequest; response: Saved };
  /** Exports items of one kind. */
  "export.start": { request: ExportRequest; response: JobStarted };
  /** Searches every version at once. */
  "search.find": { request: SearchRequest; response: SearchResults };
  /** Running jobs and those that ended since the start. */
  "jobs.list": { request: Nothing; response: Array<Job> };
  /** Cancels a job. */
  "job.cancel": { request: JobRequest; response: Nothing };
  /** Takes an ended job off the list. */
  "job.dismiss": { request: JobRequest; response: Nothing };
}
