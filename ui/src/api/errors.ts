import type { ApiError, Code } from "./generated";

/** What the button under an error does. */
export type Way = "retry" | "unlock" | "unknown" | "location" | "folder" | "full" | "follow";

interface Words {
  title: string;
  /** What to do about it. Absent where the engine's own message already says it best. */
  advice?: string;
  way?: Way;
  /** What else may help, in words below the advice and as a second button. */
  also?: Way;
}

const BUTTONS: Record<Way, string> = {
  retry: "Try Again",
  unlock: "Unlock…",
  unknown: "I Don’t Know It…",
  location: "Choose Another Location…",
  folder: "Choose Another Folder…",
  full: "Ask for Everything Again",
  follow: "Use the New Place",
};
const NOTES: Partial<Record<Way, string>> = {
  full: "If that does not help, ask for everything again: the iPhone sends all of it anew, and nothing is stored twice.",
};

/** Every code the engine can answer with. */
export const words: Record<Code, Words> = {
  noUsbmuxd: { title: "This computer cannot see iPhones yet", way: "retry" },
  deviceNotFound: {
    title: "The iPhone is not connected",
    advice: "Connect it with a cable, unlock it, and try again.",
    way: "retry",
  },
  deviceDisconnected: {
    title: "The iPhone was disconnected",
    advice: "Connect it and try again. Of a backup, what had arrived is kept and not stored twice; earlier versions are untouched.",
    way: "retry",
  },
  deviceTimeout: {
    title: "The iPhone stopped answering",
    advice: "Unlock it, check the cable, and try again. If it goes on, restart the iPhone.",
    way: "retry",
  },
  deviceProtocol: {
    title: "The iPhone answered in an unexpected way",
    advice: "Try again. If it happens every time, please report it with the details below.",
    way: "retry",
  },
  deviceUnsteady: { title: "The iPhone keeps connecting and disconnecting", way: "retry" },
  deviceLocked: {
    title: "The iPhone is locked",
    advice: "Unlock it with its passcode, keep it unlocked for a moment, and try again.",
    way: "retry",
  },
  trustDenied: {
    title: "The iPhone was told not to trust this computer",
    advice: "Unplug the cable and plug it in again; the question comes back. Then tap Trust.",
    way: "retry",
  },
  notTrusted: {
    title: "The iPhone does not trust this computer yet",
    advice: "Unlock the iPhone, then tap Trust when it asks.",
    way: "retry",
  },
  trustStale: {
    title: "The iPhone has forgotten this computer",
    advice: "It was reset, or its trust settings were cleared. Connect it by cable and tap Trust again.",
    way: "retry",
  },
  pairingOverWifi: {
    title: "Trust needs a cable",
    advice: "Connect the iPhone with a cable this first time. Later backups can use Wi-Fi.",
    way: "retry",
  },
  deviceBusy: {
    title: "The iPhone is busy with another backup",
    advice: "Another program, or another window, is using it. Wait until that is done and try again.",
    way: "retry",
  },
  passcodeNotGiven: {
    title: "The passcode was not entered",
    advice: "The iPhone asks for its passcode first and waits about a minute. Have it at hand and try again.",
    way: "retry",
  },
  deviceFull: {
    title: "The iPhone itself has too little free space",
    advice: "It needs more room for this. Remove something on the iPhone and try again.",
    way: "retry",
  },
  findMyOn: {
    title: "Find My iPhone is on",
    advice: "On the iPhone, open Settings, tap your name, then Find My, and turn it off for as long as this takes. Then try again.",
    way: "retry",
  },
  setupNotFinished: {
    title: "The iPhone has not been set up yet",
    advice: "Finish its first setup on the iPhone, then try again.",
    way: "retry",
  },
  cancelledOnDevice: {
    title: "Stopped on the iPhone",
    advice: "Somebody pressed cancel on the iPhone. What had arrived is kept for the next try.",
    way: "retry",
  },
  restartDevice: {
    title: "The iPhone needs a restart",
    advice: "Something from an earlier, interrupted backup is in its way. Restart the iPhone and try again.",
    way: "retry",
  },
  deviceRefused: { title: "The iPhone refused", way: "retry", also: "full" },
  backupInconsistent: {
    title: "This backup did not add up",
    advice: "Some of what the iPhone listed never arrived, so no version was made of it. Earlier versions are untouched. Try again.",
    way: "retry",
    also: "full",
  },
  systemTooOld: {
    title: "The iPhone’s system is too old for this version",
    advice: "The version is from a newer iOS. Update the iPhone in Settings, General, Software Update, and try again.",
    way: "retry",
  },
  encryptionOn: {
    title: "Its backups are encrypted already",
    advice: "They have a password, perhaps set long ago or by another program. Change it with the old one, or see what to do when nobody knows it.",
    way: "unknown",
  },
  encryptionOff: {
    title: "Its backups are not encrypted",
    advice: "There is no password to change or to take away. You can set one.",
  },
  encryptionForced: {
    title: "Encryption cannot be turned off on this iPhone",
    advice: "Whoever manages it, such as a company or school, requires encrypted backups. The password can still be changed.",
  },
  passwordNeeded: {
    title: "This version is locked",
    advice: "It is encrypted. Enter the password that its backup was made with to look inside.",
    way: "unlock",
  },
  passwordWrong: {
    title: "This is not the right backup password",
    advice: "Mind capitals and the keyboard’s language. A version keeps the password it was made with, so an older one may be needed.",
    way: "retry",
    also: "unknown",
  },
  keyringUnavailable: {
    title: "This computer’s keychain cannot be used",
    advice: "It is locked, or there is none. Nothing was kept there; what does not need it goes on without it.",
  },
  keyNeeded: { title: "This location needs its recovery key" },
  keyWrong: { title: "This is not the recovery key of this location" },
  notConfirmed: {
    title: "The name does not match",
    advice: "Type the iPhone’s name as it is shown, so that no other is replaced by mistake.",
  },
  restoreNotReady: {
    title: "The iPhone is not ready for a restore",
    way: "retry",
  },
  locationMissing: {
    title: "The folder with the versions is gone",
    way: "retry",
    also: "location",
  },
  diskOffline: {
    title: "The disk is not connected",
    way: "retry",
    also: "location",
  },
  shareOffline: {
    title: "The network share does not answer",
    way: "retry",
    also: "location",
  },
  locationReplaced: {
    title: "Something else is in this place",
    way: "retry",
    also: "location",
  },
  locationMoved: {
    title: "These versions were moved",
    way: "follow",
    also: "retry",
  },
  moveUnfinished: {
    title: "A move to this place has not ended",
    way: "retry",
  },
  locationReadOnly: {
    title: "Nothing can be written to this location",
    advice: "The disk or folder is write-protected, or belongs to someone else. Choose another location.",
    way: "location",
  },
  noStore: {
    title: "There are no backups here yet",
    advice: "This folder does not hold a Heirloom store.",
    way: "location",
  },
  storeNewer: {
    title: "This store was made by a newer Heirloom",
    advice: "Update Heirloom on this computer to use it. Nothing in it was changed.",
  },
  storeDamaged: {
    title: "The store is damaged",
    advice: "A file that every store needs could not be read. Check the disk; versions on it are not changed by this.",
    way: "retry",
  },
  storeBusy: {
    title: "The store is in use",
    advice: "Another Heirloom, perhaps on another computer, is writing to it. Wait until it is done.",
    way: "retry",
  },
  diskFull: { title: "The disk is full", way: "location" },
  versionNotFound: {
    title: "This version is not there any more",
    advice: "It may be on a disk that is not connected now.",
    way: "retry",
  },
  versionDamaged: {
    title: "This version is damaged",
    advice: "Part of it cannot be read from the disk. Other versions are not touched by it.",
    way: "retry",
  },
  versionKept: { title: "This version is not removed" },
  notABackup: {
    title: "This folder is not an iPhone backup",
    advice: "Choose the folder that has Manifest.db or Manifest.plist in it, usually named with a long row of letters and digits.",
    way: "folder",
  },
  backupUnfinished: {
    title: "This backup was never finished",
    advice: "The program that made it stopped half-way, or is still writing. Wait, or make a new backup with it.",
    way: "retry",
  },
  backupInfoEmpty: {
    title: "This backup is still being written",
    advice: "Its Info.plist is empty, which happens while Finder finishes its work. Try again in a few minutes.",
    way: "retry",
  },
  backupIncomplete: {
    title: "Files are missing from this backup",
    way: "folder",
  },
  backupOldFormat: {
    title: "This backup is of an old kind",
    advice: "It was made by a system too old for this release of Heirloom to read.",
  },
  backupDamaged: {
    title: "This backup is damaged",
    advice: "Its list of files cannot be read.",
    way: "folder",
  },
  alreadyImported: {
    title: "This backup is here already",
    advice: "A version with the same contents was imported before, so there is nothing to add.",
  },
  fileMissing: {
    title: "This file is not in the version",
    advice: "The backup lists it, but its contents never arrived. An older version may still hold it.",
  },
  kindUnreadable: {
    title: "This part of the backup cannot be read",
    advice: "It is in a form this release does not know. The files themselves are kept; see Files.",
    way: "retry",
  },
  itemNotFound: { title: "This item is not here", advice: "It may belong to another version." },
  pictureUnreadable: {
    title: "This picture cannot be shown",
    advice: "It can still be exported as it is.",
  },
  viewClosed: {
    title: "This list has gone stale",
    advice: "It was open for long and has been put away. Open it again.",
    way: "retry",
  },
  fileExists: {
    title: "There is a file of that name already",
    advice: "Nothing was overwritten. Choose another folder.",
    way: "folder",
  },
  folderForbidden: { title: "Heirloom may not look into this folder", way: "retry" },
  io: { title: "A file could not be read or written", way: "retry" },
  cancelled: { title: "Cancelled", advice: "Nothing was left half done." },
  badRequest: { title: "That did not work", way: "retry" },
  unknownCommand: {
    title: "This window and its engine do not match",
    advice: "Quit Heirloom and start it again.",
  },
  bug: {
    title: "Heirloom made a mistake",
    advice: "Your backups are not touched by it. Please report it with the details below.",
    way: "retry",
  },
};

export interface Explained {
  title: string;
  advice: string;
  detail: string | null;
  button: string | null;
  onaction?: () => void;
  other: { button: string; note?: string; onaction: () => void } | null;
}

/** An error in words, with a button where the page can offer what it needs. */
export function explain(error: ApiError, ways: Partial<Record<Way, () => void>> = {}): Explained {
  const { title, advice, way, also } = words[error.code] ?? words.bug;
  // Whoever can try again can unlock: trying again asks for the password.
  const onaction = way && (ways[way] ?? (way === "unlock" ? ways.retry : undefined));
  const onother = also && ways[also];
  return {
    title,
    advice: advice ?? error.message,
    detail: error.detail ?? (advice && advice !== error.message ? error.message : null),
    button: way && onaction ? BUTTONS[way] : null,
    onaction,
    other: also && onother ? { button: BUTTONS[also], note: NOTES[also], onaction: onother } : null,
  };
}
