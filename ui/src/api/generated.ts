// Made from crates/engine/src/api by `cargo xtask test`; change it there.

export type Action = "pair" | "backUp" | "import" | "export" | "pretend";

export type Album = { id: number, title: string, 
/**
 * The folders it lies in, outermost first.
 */
folders: Array<string>, 
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
media: string | null, shows: Shows, 
/**
 * Pixels, when known.
 */
width: number | null, height: number | null, };

export type BackUpRequest = { udid: string, 
/**
 * A folder; the device's or the default location when absent.
 */
location: string | null, 
/**
 * Ask the phone for everything again; nothing is stored twice.
 */
full: boolean, };

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
 * One message or event of a conversation.
 */
export type Bubble = { id: number, guid: string, mine: boolean, 
/**
 * Who sent it; `None` for the owner of the phone.
 */
sender: string | null, 
/**
 * Unix milliseconds UTC.
 */
when: number | null, read: number | null, service: string | null, kind: BubbleKind, parts: Array<Part>, reactions: Array<Reaction>, reply_to: ReplyTo | null, 
/**
 * Earlier wordings, oldest first; empty when it was never edited.
 */
edits: Array<Edit>, unsent: boolean, 
/**
 * Such as "Slam" or "Fireworks".
 */
effect: string | null, };

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

/**
 * One situation a caller acts on; the window keeps title, advice and button for each.
 */
export type Code = "noUsbmuxd" | "deviceNotFound" | "deviceDisconnected" | "deviceTimeout" | "deviceProtocol" | "deviceLocked" | "trustDenied" | "notTrusted" | "trustStale" | "pairingOverWifi" | "deviceBusy" | "passcodeNotGiven" | "passcodeWrong" | "deviceFull" | "findMyOn" | "setupNotFinished" | "cancelledOnDevice" | "restartDevice" | "deviceRefused" | "backupInconsistent" | "locationMissing" | "locationReadOnly" | "noStore" | "storeNewer" | "storeDamaged" | "storeBusy" | "diskFull" | "versionNotFound" | "versionDamaged" | "notABackup" | "backupEncrypted" | "backupUnfinished" | "backupInfoEmpty" | "backupOldFormat" | "backupDamaged" | "alreadyImported" | "fileMissing" | "kindUnreadable" | "itemNotFound" | "pictureUnreadable" | "viewClosed" | "fileExists" | "io" | "cancelled" | "badRequest" | "unknownCommand" | "bug";

export type Connection = "usb" | "network";

export type ConversationRequest = { version: string, conversation: number, };

export type ConversationView = { view: number, count: number, header: Header, };

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
exposure: string | null, place: Place | null, albums: Array<string>, 
/**
 * Pictures of the burst it belongs to, itself included.
 */
burst: number | null, };

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

export type DeviceRequest = { udid: string, };

/**
 * One item opened for reading.
 */
export type Document = { title: string, subtitle: string | null, 
/**
 * Media path relative to the version.
 */
picture: string | null, blocks: Array<Block>, };

export type Domain = { domain: string, 
/**
 * In words: "Camera roll", an app's name.
 */
title: string, files: number, };

export type Edit = { when: number | null, text: string, };

export type Event = { "type": "job", "value": Job } | { "type": "changed", "value": Topic } | { "type": "attention", "value": Prompt };

export type ExportRequest = { version: string, kind: string, format: string, 
/**
 * A folder.
 */
to: string, 
/**
 * These items; all of them when absent.
 */
ids: Array<number> | null, location: string | null, };

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

export type FolderRequest = { version: string, domain: string, 
/**
 * Empty for the domain itself.
 */
folder: string, };

export type FormatSummary = { id: string, title: string, 
/**
 * `None`: the export is a folder.
 */
extension: string | null, };

/**
 * Who takes part, and how a conversation is called.
 */
export type Header = { title: string, 
/**
 * Everyone but the owner of the phone.
 */
people: Array<Person>, 
/**
 * Of the newest message: "iMessage", "SMS", "RCS".
 */
service: string | null, group: boolean, };

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
 * What a folder holds, before it is imported.
 */
export type ImportCheck = { folder: string, udid: string, device_name: string, model: string, system: string, made: number | null, encrypted: boolean, };

export type ImportRequest = { 
/**
 * The folder with Manifest.db in it, or its parent.
 */
folder: string, location: string | null, };

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
skipped: Array<Skip>, skipped_count: number, error: ApiError | null, result: JobResult | null, };

export type JobRequest = { job: number, };

/**
 * What a job left behind.
 */
export type JobResult = { "type": "version", version: string, files: number, bytes: number, new_bytes: number, } | { "type": "export", path: string, items: number, files: number, bytes: number, } | { "type": "device", udid: string, };

export type JobStarted = { job: number, };

export type JobState = "running" | "cancelling" | "done" | "failed" | "cancelled";

export type KindSummary = { id: string, title: string, 
/**
 * `None` until counted, see `version.count`.
 */
count: number | null, 
/**
 * Why there is nothing, such as "only encrypted backups hold the call history".
 */
empty: string | null, problem: ApiError | null, formats: Array<FormatSummary>, };

export type Location = { 
/**
 * The folder that holds the store.
 */
path: string, name: string, default: boolean, 
/**
 * Bytes free on its volume; `None` while it is away.
 */
free: number | null, versions: number, 
/**
 * Why it cannot be used now.
 */
problem: ApiError | null, };

export type LocationRequest = { path: string, };

export type Nothing = Record<symbol, never>;

/**
 * A version opened for browsing.
 */
export type OpenedVersion = { version: VersionSummary, kinds: Array<KindSummary>, apps: Array<string>, 
/**
 * Rows of the manifest that were left out, with reasons.
 */
skipped: Array<string>, };

export type Origin = "backedUp" | "imported";

export type Part = { "type": "text", runs: Array<Run>, } | { "type": "attachment" } & Attachment | { "type": "app", title: string, text: string | null, 
/**
 * Never opened without the person asking for it.
 */
link: string | null, };

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
contact: number | null, };

export type Phase = "starting" | "waitingForTrust" | "waitingForUnlock" | "preparing" | "waitingForPasscode" | "receiving" | "finishing" | "checking" | "keeping" | "indexing" | "reading" | "writing" | "done";

export type PhotoRequest = { version: string, id: number, };

export type PhotosView = { view: number, count: number, days: Array<Day>, skipped: Array<string>, };

/**
 * Where on Earth.
 */
export type Place = { latitude: number, longitude: number, };

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

/**
 * Something the person should do now.
 */
export type Prompt = { kind: PromptKind, udid: string, text: string, };

export type PromptKind = "tapTrust" | "unlock" | "enterPasscode";

export type Reaction = { 
/**
 * An emoji; tapbacks are drawn as the emoji they stand for.
 */
emoji: string, by: Array<string>, };

export type ReplyTo = { 
/**
 * The message it answers; `None` when that is gone.
 */
id: number | null, sender: string | null, text: string, };

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
 * A web address, phone number or e-mail found in the text.
 */
link: string | null, 
/**
 * The address of the person mentioned.
 */
mention: string | null, };

export type SaveRequest = { version: string, domain: string, path: string, 
/**
 * A folder for `file.save`, the file itself for `file.saveAs`.
 */
to: string, };

export type Saved = { path: string, };

export type SearchRequest = { text: string, udid: string | null, };

export type SearchResults = { hits: Array<Hit>, 
/**
 * Versions not yet in the index.
 */
pending: number, };

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
stores: { [key in string]: string }, theme: Theme, };

/**
 * How an attachment is drawn.
 */
export type Shows = "image" | "video" | "audio" | "file";

export type Skip = { what: string, why: string, };

/**
 * Whether an attachment's file is in this version.
 */
export type State = "here" | "missing";

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
missing: string | null, };

export type TileKind = "photo" | "video" | "live";

export type Topic = "app" | "devices" | "versions" | "locations" | "settings" | "pretend" | "jobs";

export type Trust = "trusted" | "untrusted" | "unknown";

export type Usbmuxd = { ready: boolean, reason: string | null, };

export type VersionRequest = { 
/**
 * A version's id, or `latest`.
 */
version: string, location: string | null, };

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
 * Whether every file its manifest names was looked for; an encrypted one is kept whole without.
 */
checked: boolean, 
/**
 * Files the phone could not read, or that came shorter than they should be.
 */
unreadable: number, 
/**
 * The phone never confirmed the end, but all that its manifest names is here.
 */
unconfirmed: boolean, };

export type Versions = { 
/**
 * Newest first.
 */
versions: Array<VersionSummary>, 
/**
 * What could not be read; the other versions are not touched by it.
 */
damaged: Array<DamagedRecord>, };

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
  /** The versions of one device or of all. */
  "versions.list": { request: VersionsRequest; response: Versions };
  /** Opens a version for browsing. */
  "version.open": { request: VersionRequest; response: OpenedVersion };
  /** Counts the items of each kind of a version. */
  "version.count": { request: VersionRequest; response: Array<KindSummary> };
  /** Looks at a backup folder without importing it. */
  "import.check": { request: ImportRequest; response: ImportCheck };
  /** Keeps a backup folder as a version; the folder is only read. */
  "import.start": { request: ImportRequest; response: JobStarted };
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
  /** Opens the photos, or an album of them, by day. */
  "photos.open": { request: ViewRequest; response: PhotosView };
  /** A window of the photo grid. */
  "photos.rows": { request: RowsRequest; response: Array<Tile> };
  /** The albums of a version. */
  "photos.albums": { request: VersionRequest; response: Array<Album> };
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
